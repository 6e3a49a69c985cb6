"""Rows to centers at least cost, with bounds on the size of each cluster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes.door import core, given
from covey.engine.passes.observing import twin_observed_squares
from covey.engine.rows import Doubles, Floats, Labels


def sized(
    X: Floats,
    centers: Floats,
    weight: Doubles | None,
    low: int,
    high: int,
    prices: Doubles,
) -> Labels:
    """Return the labels of least Σ w ‖x − c‖² whose clusters have ``low`` to ``high`` rows each.

    Exact, by min-cost flow on a graph of the clusters: from prices that are nearly right few
    paths are left to find. O(n k d + moves (k² + k d + k log n)) time; O(n + k²) memory beside X,
    and a share of n · k.

    Parameters
    ----------
    X : (n, d) float32 or float64
    centers : (k, d), dtype of X
    weight : (n,) float64 >= 0, or None for ones
        Of the costs; every row counts as one in the sizes.
    low, high : int
        low · k ≤ n ≤ high · k.
    prices : (k,) float64, read and overwritten
        Zeros, or what an earlier call left: what each cluster pays for one more row (above 0
        where it has the least size, below where it has the greatest).

    Returns
    -------
    labels : (n,) int32
    """
    labels = np.empty(len(X), np.int32)
    core.sized(*given(X, centers), weight, (low, high), prices, labels)
    return labels


def twin_sized(X: Floats, centers: Floats, weight: Doubles | None, low: int, high: int) -> Labels:
    """Do what ``sized`` does from prices of zero, in NumPy: Bellman and Ford for each row moved."""
    n, k = len(X), len(centers)
    cost = twin_observed_squares(X, centers) * (np.ones(n) if weight is None else weight)[:, None]
    labels = cost.argmin(axis=1).astype(np.int32)
    held = np.clip(np.bincount(labels, minlength=k), low, high)
    while True:
        size = np.bincount(labels, minlength=k)
        excess = np.append(size - held, held.sum() - n)
        if not excess.any():
            return labels
        arcs, movers = _arcs(cost, labels, held, low, high)
        distance = np.where(excess > 0, 0.0, np.inf)
        through = np.full(k + 1, -1)
        for _ in range(k + 1):
            reach = distance[:, None] + arcs
            better = reach.min(axis=0) < distance - 1e-12 * np.abs(cost).max()
            through[better] = reach.argmin(axis=0)[better]
            distance[better] = reach.min(axis=0)[better]
        b = int(np.where(excess < 0, distance, np.inf).argmin())
        while through[b] >= 0:
            a = int(through[b])
            if b == k:
                held[a] += 1
            elif a == k:
                held[b] -= 1
            else:
                labels[movers[a, b]] = b
            b = a


def _arcs(
    cost: Doubles, labels: Labels, held: NDArray[np.intp], low: int, high: int
) -> tuple[Doubles, Labels]:
    """Return the cost of one more unit from each cluster (and the hub, the last) to each other."""
    k = cost.shape[1]
    arcs, movers = np.full((k + 1, k + 1), np.inf), np.zeros((k, k), np.int32)
    for a in range(k):
        rows = np.flatnonzero(labels == a)
        if len(rows):
            extra = cost[rows] - cost[rows, a][:, None]
            arcs[a, :k], movers[a] = extra.min(axis=0), rows[extra.argmin(axis=0)]
    arcs[:k, k] = np.where(held < high, 0.0, np.inf)
    arcs[k, :k] = np.where(held > low, 0.0, np.inf)
    np.fill_diagonal(arcs, np.inf)
    return arcs, movers
