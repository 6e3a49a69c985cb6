"""The gap statistic: how much tighter K groups are than in rows spread evenly.

References
----------
Tibshirani, R., Walther, G., Hastie, T. (2001). Estimating the number of clusters in a data set via
the gap statistic. Journal of the Royal Statistical Society B 63(2), 411-423.
doi 10.1111/1467-9868.00293
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.explain.moments import covariance
from covey.explain.several_k import SeveralK
from covey.random import children

Doubles = NDArray[np.float64]
#: Rows that gap and bootstrap look at: 60 sweeps over 2000 rows and K = 1 … 10 take a second.
MOST_ROWS, LEAST_ROWS = 2000, 800
#: Of fewer rows than this, references are started several times: their optima differ by more.
_FEW_ROWS = 300
#: B, the reference sets: s(K) is then itself known to a sixth.
N_REFERENCES = 20


@dataclass(frozen=True)
class Gap:
    """The gap of one K and its standard error s(K)."""

    gap: float
    error: float


def gaps(
    X: Doubles,
    inertia: Mapping[int, float],
    *,
    rng: np.random.Generator,
    along_axes: bool = False,
    n_references: int = N_REFERENCES,
) -> dict[int, Gap]:
    """Return the gap of each K: mean over references of log W(K), less that of the rows.

    Parameters
    ----------
    X : (n, d) float64
    inertia : mapping
        K -> W(K) of these very rows; references are fitted for the same K.
    rng : numpy.random.Generator
    along_axes : bool
        False: references are uniform over the range of each feature (reference (a) of the paper).
        True: over a box along the principal components (reference (b)), which follows the shape of
        the data.
    n_references : int, at least 2

    Returns
    -------
    dict
        K -> gap and s(K) = standard deviation · √(1 + 1/B); NaN where W(K) is 0.
    """
    low, high = _box(X, along_axes)
    ks = sorted(inertia)
    logs = np.empty((n_references, len(ks)))
    n_init = min(max(_FEW_ROWS // len(X), 1), 8)
    for row, stream in enumerate(children(rng, n_references)):
        drawing, fitting = children(stream, 2)
        cloud = drawing.uniform(low, high, (len(X), len(low)))
        # where rows are spread evenly, random first centers are as good, in a third of the time
        several = SeveralK(cloud, rng=fitting, init="random", n_init=n_init)
        several.fit(ks)
        logs[row] = [_log(several.runs[k].inertia) for k in ks]
    spread = logs.std(axis=0) * math.sqrt(1 + 1 / n_references)
    return {
        k: Gap(float(mean) - _log(inertia[k]), float(error))
        for k, mean, error in zip(ks, logs.mean(axis=0), spread, strict=True)
    }


def first_within_error(found: Mapping[int, Gap]) -> int | None:
    """Return the smallest K with gap(K) ≥ gap(K + 1) − s(K + 1); None where there is none.

    Step 3 of the paper's section 3. The last K, which has no next, is never named.
    """
    for k in sorted(found):
        after = found.get(k + 1)
        if after is not None and found[k].gap >= after.gap - after.error:
            return k
    return None


def _log(value: float) -> float:
    return math.log(value) if value > 0 else math.nan


def _box(X: Doubles, along_axes: bool) -> tuple[Doubles, Doubles]:
    """Return the lowest and highest value along each axis. Turning back would not change W."""
    if not along_axes:
        return X.min(axis=0), X.max(axis=0)
    _, axes = np.linalg.eigh(covariance(X))
    turned = np.vstack([(X - X.mean(axis=0))[i : i + 512] @ axes for i in range(0, len(X), 512)])
    return turned.min(axis=0), turned.max(axis=0)


def shared_rows(n: int, ks: Sequence[int], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw the rows that gap and bootstrap look at: fewer where many K are tried, ascending."""
    last = max(ks)
    most = max(MOST_ROWS // max(1, last // 10), LEAST_ROWS, 20 * last)
    if n <= most:
        return np.arange(n)
    return np.sort(rng.choice(n, most, replace=False, shuffle=False)).astype(np.int64)
