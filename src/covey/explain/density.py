"""A score for clusters of any shape: whether they are denser inside than between (DBCV)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes

Doubles = NDArray[np.float64]
Integers = NDArray[np.integer]

#: Rows whose distances are held, all of them: 32 MB.
MOST_ROWS = 2000


def density_scores(
    X: Doubles, labelings: Sequence[Integers], rows: NDArray[np.int64]
) -> list[float]:
    """Return the density-based validity (DBCV) of several labelings of the same rows.

    Parameters
    ----------
    X : (n, d) float64
    labelings : sequence of (n,) int
        Clusters from 1; 0 for noise, which counts against the score as its share.
    rows : (m,) int64
        The rows that the score is computed for, exactly: all, or a sample of them.

    Returns
    -------
    list of float
        −1 … 1, more is better; NaN with fewer than two clusters of two rows.
    """
    part = np.ascontiguousarray(X[rows])
    spread = float(np.abs(part).max(initial=0.0)) or 1.0
    between = np.asarray(passes.distances(part / spread, part / spread), np.float64)
    np.fill_diagonal(between, 0.0)
    return [validity(between, labels[rows], X.shape[1]) for labels in labelings]


def validity(between: Doubles, labels: Integers, d: int) -> float:
    """Return DBCV from the distances between rows.

    Parameters
    ----------
    between : (m, m) float64
    labels : (m,) int
        Clusters from 1; 0 for noise. A cluster of one row has no density and counts as noise.
    d : int
        Features.

    Notes
    -----
    O(m²). The paper leaves open which of several least spanning trees is meant, and there are
    many: all edges of a row to those within its core distance weigh the same. Here each such row
    hangs on the densest of them, so that inner rows are the dense ones; the score then does not
    depend on the order of the rows.

    References
    ----------
    D. Moulavi, P. Jaskowiak, R. Campello, A. Zimek, J. Sander: Density-based clustering
    validation. SDM 2014, doi 10.1137/1.9781611973440.96; definitions 1 to 8.
    """
    numbers, sizes = np.unique(labels, return_counts=True)
    numbers = numbers[(numbers > 0) & (sizes > 1)]
    if len(numbers) < 2:
        return float("nan")
    members = [np.flatnonzero(labels == number) for number in numbers]
    sparse, inner, cores = np.empty(len(members)), [], []
    for i, own in enumerate(members):
        within = between[np.ix_(own, own)]
        core = core_distances(within, d)
        sparse[i], inside = _sparseness(within, core)
        inner.append(own[inside])
        cores.append(core[inside])
    apart = np.full((len(members), len(members)), np.inf)
    for i in range(len(members)):
        for j in range(i):
            gap = between[np.ix_(inner[i], inner[j])]
            reach = np.maximum(np.maximum(gap, cores[i][:, None]), cores[j])
            apart[i, j] = apart[j, i] = reach.min()
    nearest = apart.min(axis=1)
    most = np.maximum(nearest, sparse)
    each = np.divide(nearest - sparse, most, out=np.zeros(len(most)), where=most > 0)
    return float(sum(len(own) * v for own, v in zip(members, each, strict=True)) / len(labels))


def core_distances(within: Doubles, d: int) -> Doubles:
    """Return the all-points core distance of each row of a cluster: small where it is dense.

    The power mean of its distances to the others, of power −d: (m,) from (m, m). A row with an
    equal has 0. Computed as a sum of ratios to the smallest distance, which cannot overflow.
    """
    m = len(within)
    others = within[~np.eye(m, dtype=bool)].reshape(m, m - 1)
    least = others.min(axis=1)
    ratios = np.divide(least[:, None], others, out=np.ones_like(others), where=others > 0)
    mean = (ratios**d).sum(axis=1) / (m - 1)
    return np.where(least > 0, least * mean ** (-1 / d), 0.0)


def _sparseness(within: Doubles, core: Doubles) -> tuple[float, NDArray[np.intp]]:
    """Return the longest inner edge of a cluster's spanning tree, and its inner rows.

    Inner rows have several edges, inner edges join two of them. Where there is none, all count.
    """
    edges, weight = _spanning_tree(within, core)
    degree = np.bincount(edges.ravel(), minlength=len(within))
    inside = np.flatnonzero(degree > 1)
    is_inner = (degree[edges] > 1).all(axis=1)
    longest = weight[is_inner] if is_inner.any() else weight
    return float(longest.max()), inside if len(inside) else np.arange(len(within))


def _spanning_tree(within: Doubles, core: Doubles) -> tuple[NDArray[np.intp], Doubles]:
    """Return the edges (m − 1, 2) of the least spanning tree by mutual reachability.

    Prim's algorithm; edges are compared by (reachability, lower core distance of both ends,
    distance, lower row, higher row), each of two rows once, so that there is one least tree.
    """
    m = len(within)
    rank = np.empty(m, np.intp)
    rank[np.lexsort((np.arange(m), core))] = np.arange(m)  # rows from the densest on
    best = np.full((m, 4), np.inf)  # of each row outside: what its best edge is compared by
    other = np.zeros(m, np.intp)
    outside = np.ones(m, bool)
    edges, weight = np.empty((m - 1, 2), np.intp), np.empty(m - 1)
    last = 0
    for i in range(m - 1):
        outside[last] = False
        rows = np.flatnonzero(outside)
        gap = within[last, rows]
        new = np.column_stack([
            np.maximum(np.maximum(gap, core[last]), core[rows]),
            np.minimum(rank[rows], rank[last]), gap, np.maximum(rank[rows], rank[last]),
        ])  # fmt: skip
        closer = _before(new, best[rows])
        best[rows[closer]], other[rows[closer]] = new[closer], last
        last = int(rows[_first(best[rows])])
        edges[i], weight[i] = (last, other[last]), best[last, 0]
    return edges, weight


def _before(new: Doubles, known: Doubles) -> NDArray[np.bool_]:
    """Tell which entries (r, 4) come before those known, compared from the left."""
    less, equal = np.zeros(len(new), bool), np.ones(len(new), bool)
    for j in range(new.shape[1]):
        less |= equal & (new[:, j] < known[:, j])
        equal &= new[:, j] == known[:, j]
    return less


def _first(entries: Doubles) -> int:
    """Return the least of the entries (r, 4), compared from the left."""
    left = np.arange(len(entries))
    for j in range(entries.shape[1]):
        column = entries[left, j]
        left = left[column == column.min()]
        if len(left) == 1:
            break
    return int(left[0])
