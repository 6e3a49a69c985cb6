"""What a division into K groups is worth: criteria that figures of the sweep are enough for.

References
----------
Schwarz, G. (1978). Estimating the dimension of a model. Annals of Statistics 6(2), 461-464.
doi 10.1214/aos/1176344136
Fraley, C., Raftery, A. (1998). How many clusters? Which clustering method? Answers via model-based
cluster analysis. The Computer Journal 41(8), 578-588. doi 10.1093/comjnl/41.8.578
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from covey.evidence import KFacts

#: A share of the inertia of one group below which nothing is left but rounding.
PERFECT = 1e-12
#: A bend counts as an elbow where the curve falls this many times more before it than after it.
#: A curve as 1/K, which rows spread evenly over a square have, falls 3 times more before K=2.
SHARP = 4.0
#: and where the fall before it is this share of the whole
_FELT = 0.02
#: silhouettes of no more than this count alike: as good as none
_LEAST = 1e-3


def bic(inertia: float, sizes: Sequence[int] | NDArray[np.int64], d: int, spread: float) -> float:
    """Return the Bayesian information criterion of round normal groups of one spread.

    −2 log L + (K d + K) log n, where each row has the density of its own group alone, as k-means
    sees it: L = Π (size / n) · N(x; center, variance), variance = inertia / (n d). K d + K counts
    the centers, K − 1 shares and the variance. Less is better.

    Parameters
    ----------
    inertia : float
    sizes : (k,) int
        Rows of each group.
    d : int
        Features.
    spread : float
        Inertia of one group; NaN where it is not known.

    Returns
    -------
    float
        NaN where nothing but rounding is left inside the groups: the density has no bound.
    """
    rows = np.asarray(sizes, np.float64)
    rows = rows[rows > 0]
    n, k = float(rows.sum()), len(sizes)
    if inertia <= 0 or inertia <= PERFECT * spread:
        return math.nan
    shares = float((rows * np.log(rows / n)).sum())
    variance = inertia / (n * d)
    likelihood = shares - n * d / 2 * (math.log(2 * math.pi * variance) + 1)
    return -2 * likelihood + (k * d + k) * math.log(n)


def standing(scores: Sequence[KFacts]) -> dict[int, float]:
    """Return how near each K > 1 comes to the best by three criteria together, 0 … 1.

    The geometric mean of silhouette, Calinski–Harabasz and 1 / Davies–Bouldin, each over the best
    of them all. One alone errs: the silhouette likes few groups where sizes differ and many where
    there is noise, Calinski–Harabasz groups of one size, Davies–Bouldin small tight ones.
    """
    able = [one for one in scores if one.k > 1 and math.isfinite(one.silhouette)]
    if not able:
        return {}
    perfect = [one.k for one in able if one.explained >= 1 - PERFECT]
    if perfect:  # equal rows only in each group: nothing can be better
        own = {one.k: max(one.silhouette, 0.0) for one in able}
        return {k: 1.0 if k == min(perfect) else min(value, 0.99) for k, value in own.items()}
    kinds = [
        [max(one.silhouette, _LEAST) for one in able],
        [one.calinski_harabasz for one in able],
        [1 / max(one.davies_bouldin, _LEAST) for one in able],
    ]
    logs = np.log(np.maximum(np.array(kinds), 1e-300))
    means = np.exp((logs - logs.max(axis=1, keepdims=True)).mean(axis=0))
    return {one.k: float(value) for one, value in zip(able, means, strict=True)}


def bends(ks: Sequence[int], inertia: Sequence[float]) -> dict[int, float]:
    """Return how many times more the curve of WCSS falls just before each K than just after it.

    Only for K between two others that are its neighbors; infinite where it falls no further.
    """
    found = {}
    whole = inertia[0] - inertia[-1] if len(inertia) else 0.0
    for i in range(1, len(ks) - 1):
        before, after = inertia[i - 1] - inertia[i], inertia[i] - inertia[i + 1]
        if ks[i + 1] - ks[i - 1] == 2 and before > _FELT * whole:
            found[ks[i]] = before / after if after > PERFECT * inertia[0] else math.inf
    return found


def sharp_elbow(ks: Sequence[int], inertia: Sequence[float]) -> int | None:
    """Return the K where the curve of WCSS bends sharply; None where it bends nowhere so."""
    found = bends(ks, inertia)
    best = max(found, key=lambda k: found[k], default=None)
    return best if best is not None and found[best] >= SHARP else None
