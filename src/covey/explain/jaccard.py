"""Does each group come back? Bootstrap resamples are divided anew, and groups matched.

References
----------
Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics & Data
Analysis 52(1), 258-271. doi 10.1016/j.csda.2006.11.025; the nonparametric bootstrap of section 3.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from covey.explain.several_k import SeveralK
from covey.random import children

Doubles = NDArray[np.float64]
N_BOOTSTRAPS = 20
#: How Hennig reads a mean Jaccard similarity: below 0.60 not to be trusted, above 0.85 very stable.
DOUBTFUL, STABLE, HIGHLY_STABLE = 0.60, 0.75, 0.85


def in_words(jaccard: float) -> str:
    """Return the usual word for a bootstrap Jaccard similarity.

    >>> [in_words(value) for value in (0.5, 0.6, 0.75, 0.86, float("nan"))]
    ['unstable', 'doubtful', 'stable', 'highly stable', 'unknown']
    """
    if not jaccard >= 0:
        return "unknown"
    if jaccard < DOUBTFUL:
        return "unstable"
    if jaccard < STABLE:
        return "doubtful"
    return "stable" if jaccard <= HIGHLY_STABLE else "highly stable"


def cluster_stability(
    X: Doubles,
    labelings: Mapping[int, NDArray[np.integer]],
    *,
    rng: np.random.Generator,
    n_bootstraps: int = N_BOOTSTRAPS,
) -> dict[int, Doubles]:
    """Return for each K the bootstrap Jaccard (k,) of each label.

    Each resample draws n rows with replacement and is divided anew, for all K. A group's similarity
    is that to the group of the resample most like it, among the distinct rows drawn.

    Parameters
    ----------
    X : (n, d) float64
    labelings : mapping
        K -> labels (n,) 0 … k − 1 of these rows.
    n_bootstraps : int

    Returns
    -------
    dict
        K -> (k,) float64, 0 … 1; NaN for a group without a row in any resample. 1 for K=1. K for
        which a resample has too few distinct rows is left out of that resample.
    """
    n = len(X)
    totals = {k: np.zeros(k) for k in labelings}
    counts = {k: np.zeros(k) for k in labelings}
    for stream in children(rng, n_bootstraps):
        drawing, fitting = children(stream, 2)
        rows, weight = np.unique(drawing.integers(0, n, n), return_counts=True)
        part = np.ascontiguousarray(X[rows])
        able = [k for k in labelings if k <= len(rows)]
        several = SeveralK(part, rng=fitting, weight=weight.astype(np.float64))
        several.fit(able)
        for k in able:
            own = labelings[k][rows]
            there = np.bincount(own, minlength=k) > 0
            totals[k][there] += jaccard_of_each(own, several.runs[k].labels, k)[there]
            counts[k][there] += 1
    return {
        k: np.divide(totals[k], counts[k], out=np.full(k, np.nan), where=counts[k] > 0)
        for k in labelings
    }


def jaccard_of_each(own: NDArray[np.integer], other: NDArray[np.integer], k: int) -> Doubles:
    """Return for each label 0 … k − 1 of the first labeling the greatest Jaccard similarity.

    |A ∩ B| / |A ∪ B| over the groups B of the second; 0 for a label without rows.
    """
    n_other = int(other.max()) + 1
    code = own.astype(np.int64) * n_other + other
    both = np.bincount(code, minlength=k * n_other).reshape(k, n_other).astype(np.float64)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0) - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0).max(axis=1)
