"""How well a labeling parts the rows: scores that need no truth.

A labeling is (n,) int32, every label 0 … k − 1 with at least one row, 2 <= k. All but the exact
silhouette come from the groups' sizes, means and spreads: two passes over the rows, O(n d).

References
----------
Rousseeuw, P. (1987). Silhouettes. Journal of Computational and Applied Mathematics 20, 53-65.
doi 10.1016/0377-0427(87)90125-7
Hruschka, E., de Castro, L., Campello, R. (2004). Evolutionary algorithms for clustering gene
expression data (the simplified silhouette). doi 10.1109/ICDM.2004.10073
Caliński, T., Harabasz, J. (1974). A dendrite method for cluster analysis. Communications in
Statistics 3(1), 1-27. doi 10.1080/03610927408827101
Davies, D., Bouldin, D. (1979). A cluster separation measure. IEEE Transactions on Pattern Analysis
and Machine Intelligence 1(2), 224-227. doi 10.1109/TPAMI.1979.4766909
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.passes import Doubles, Floats, Labels

#: values of a block of rows, or distances between centers, looked at together: 8 MiB
_BLOCK = 2**20


@dataclass(frozen=True)
class Groups:
    """What a labeling makes of the rows."""

    sizes: Doubles  # (k,) rows of each
    means: Doubles  # (k, d)
    squares: Doubles  # (k,) Σ ‖x − mean‖² over its rows
    distances: Doubles  # (k,) Σ ‖x − mean‖

    @classmethod
    def of(cls, X: Floats, labels: Labels) -> Groups:
        """Measure the groups of a labeling of rows (n, d)."""
        sums, sizes = passes.label_sums(X, labels, int(labels.max()) + 1)
        means = sums / sizes[:, None]
        near = means.astype(X.dtype)
        squares, distances = passes.spreads(X, near, labels)
        # Σ ‖x − c‖² = Σ ‖x − mean‖² + size · ‖mean − c‖² for c, the mean rounded to X's dtype
        squares -= sizes * ((means - near) ** 2).sum(axis=1)
        return cls(sizes, means, np.maximum(squares, 0.0), distances)


# ---------------------------------------------------------------- of the whole labeling


def calinski_harabasz(groups: Groups) -> float:
    """Return the variance between groups over that within; 1 where there is none within."""
    n, k = float(groups.sizes.sum()), len(groups.sizes)
    within = float(groups.squares.sum())
    middle = groups.sizes @ groups.means / n
    between = float(groups.sizes @ ((groups.means - middle) ** 2).sum(axis=1))
    return 1.0 if within == 0.0 else between * (n - k) / (within * (k - 1.0))


def davies_bouldin(groups: Groups) -> float:
    """Return the mean over groups of the likeness to the most similar one; less is better.

    The likeness of two groups is the sum of their mean distances to their means, over the distance
    of the means; groups of one mean are left out. O(k² d), a block of groups at a time.
    """
    spread, k = groups.distances / groups.sizes, len(groups.sizes)
    worst, apart = np.zeros(k), 0.0
    for start in range(0, k, step := max(1, _BLOCK // k)):
        part = slice(start, start + step)
        between = passes.distances(groups.means[part], groups.means)
        apart = max(apart, float(between.max()))
        between[between == 0] = np.inf
        worst[part] = ((spread[part, None] + spread) / between).max(axis=1)
    if np.allclose(spread, 0) or np.isclose(apart, 0):
        return 0.0
    return float(worst.mean())


# ---------------------------------------------------------------- of each row


def squared_silhouettes(
    X: Floats, labels: Labels, groups: Groups, rows: NDArray[np.int64] | None = None
) -> Doubles:
    """Return silhouettes by squared Euclidean distances: exact, and O(n k d).

    The mean squared distance of a row to a group is ‖x − mean‖² + squares / size: all terms are
    positive, so nothing cancels. Finding the nearest other group is finding the nearest center,
    once rows have one more feature of 0 and means one of √(squares / size).

    Parameters
    ----------
    X : (n, d) float32 or float64
    labels : (n,) int32
    groups : Groups
        Of these labels.
    rows : (m,) int64, or None for all
        The rows to score, each against all.

    Returns
    -------
    (m,) float64
    """
    more = np.sqrt(groups.squares / groups.sizes)
    own, other = _own_and_other(X, labels, np.column_stack([groups.means, more]), rows)
    mine = labels if rows is None else labels[rows]
    size = groups.sizes[mine]
    # own is ‖x − mean‖² + squares / size; over the rows but this one it is size / (size − 1) of it
    return _scores(own * size / np.maximum(size - 1, 1), other, size)


def simplified_silhouettes(
    X: Floats, labels: Labels, groups: Groups, rows: NDArray[np.int64] | None = None
) -> Doubles:
    """Return silhouettes by the distances to the groups' means, not to their rows: O(n k d).

    Parameters and result are those of ``squared_silhouettes``.
    """
    own, other = _own_and_other(X, labels, groups.means, rows)
    mine = labels if rows is None else labels[rows]
    return _scores(np.sqrt(own), np.sqrt(other), groups.sizes[mine])


def _own_and_other(
    X: Floats, labels: Labels, centers: Doubles, rows: NDArray[np.int64] | None
) -> tuple[Doubles, Doubles]:
    """Return squared distances to the own and the nearest other center.

    Centers may have more features than X has: there, rows are 0.
    """
    near = centers.astype(X.dtype)
    m = len(X) if rows is None else len(rows)
    own, other = np.empty(m), np.empty(m)
    step = min(m, max(1, _BLOCK // centers.shape[1]))
    wide = np.zeros((step, centers.shape[1]), X.dtype)
    for start in range(0, m, step):
        part = slice(start, min(start + step, m))
        here = part if rows is None else rows[part]
        some = wide[: part.stop - start]
        some[:, : X.shape[1]] = X[here]
        first, sq_first, _, sq_second = passes.nearest_two(some, near)
        is_first = first == labels[here]
        other[part] = np.where(is_first, sq_second, sq_first)
        own[part] = sq_first
        lost = np.flatnonzero(~is_first)
        away = some[lost].astype(np.float64) - near[labels[here][lost]]
        own[start + lost] = (away**2).sum(axis=1)
    return own, other


def _scores(within: Doubles, other: Doubles, size: Doubles) -> Doubles:
    """Return (other − within) / max; 0 for a row that is alone or where both are 0."""
    most = np.maximum(within, other)
    found = np.divide(other - within, most, out=np.zeros(len(most)), where=most > 0)
    found[size == 1] = 0.0
    return found


# ---------------------------------------------------------------- by a sample of the rows


def stratified(labels: Labels, m: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw about ``m`` rows without replacement, of each group its share, and two at least."""
    sizes = np.bincount(labels)
    wanted = np.minimum(np.maximum(np.rint(m * sizes / len(labels)), 2), sizes).astype(np.int64)
    order = np.argsort(labels, kind="stable")
    ends = np.cumsum(sizes)
    drawn = [
        order[end - size + rng.choice(size, count, replace=False, shuffle=False)]
        for size, count, end in zip(sizes, wanted, ends, strict=True)
    ]
    return np.sort(np.concatenate(drawn)).astype(np.int64)


def estimate(scores: Doubles, drawn: Labels, sizes: NDArray[np.int64]) -> tuple[float, float]:
    """Return the mean over all rows and its standard error, from rows drawn group by group.

    Parameters
    ----------
    scores : (m,) float64
        Of the rows drawn, each against all rows.
    drawn : (m,) int32
        The label of each.
    sizes : (k,) int
        Rows of each label in all.

    Notes
    -----
    Σ N_h/N · mean_h, with variance Σ (N_h/N)² (1 − m_h/N_h) s_h²/m_h: a group that is drawn whole
    adds nothing (Cochran, Sampling Techniques, 3rd ed., section 5.4).
    """
    share = sizes / sizes.sum()
    count = np.bincount(drawn, minlength=len(sizes)).astype(np.float64)
    mean = np.bincount(drawn, scores, len(sizes)) / count
    sq = np.bincount(drawn, (scores - mean[drawn]) ** 2, len(sizes)) / np.maximum(count - 1, 1)
    variance = float((share**2 * (1 - count / sizes) * sq / count).sum())
    return float(share @ mean), math.sqrt(max(variance, 0.0))
