"""Passes that lead centers downhill: Hartigan's moves of single rows, and many starts at once.

References
----------
Hartigan, J. A. (1975). Clustering Algorithms. Wiley, chapter 4. A row moves from cluster a to
cluster b when n_b / (n_b + w) · ‖x − c_b‖² < n_a / (n_a − w) · ‖x − c_a‖²: the means follow.
Telgarsky, M., Vattani, A. (2010). Hartigan's method: k-means clustering without Voronoi.
AISTATS, 820-827. Its optima are a subset of Lloyd's.
"""

from __future__ import annotations

import numpy as np

from covey.engine.passes.door import core, given
from covey.engine.rows import Doubles, Floats, Labels

#: a gain below this share of what a row costs may be rounding
_LEAST = 1e-11
#: rows that are asked together, before those are moved, in a descent
_CHUNK = 512


def descend(
    X: Floats, weight: Doubles | None, starts: Floats, shares: Doubles, max_iter: int
) -> Doubles:
    """Lead each of several sets of centers to a local optimum of Hartigan's moves.

    First the last centers of each set, as many as it has ``shares``, are drawn by k-means++ given
    the others. Then Lloyd's iterations run until few rows change, and single rows move until none
    would gain. An emptied cluster gets the row that costs most. Starts are shared out among the
    threads; what becomes of one depends on itself alone.

    Parameters
    ----------
    X : (n, d) float32 or float64, dense
    weight : (n,) float64 >= 0, or None for ones
    starts : (p, k, d), dtype of X
        Overwritten by the centers reached.
    shares : (p, t) float64, 0 <= t <= k
        Uniform in [0, 1): each draws one center, a row with probability proportional to weight
        times squared distance to the nearest center before it.
    max_iter : int
        Most iterations, and most rounds of single moves, of each start.

    Returns
    -------
    inertia : (p,) float64
        Of the partitions reached: Σ w ‖x − c‖², direct.
    """
    inertia = np.empty(len(starts))
    rows, centers = given(X, starts)
    core.descend(rows, weight, centers, shares, min(max_iter, 10_000), inertia)
    return inertia


def twin_descend(
    X: Floats, weight: Doubles | None, starts: Floats, shares: Doubles, max_iter: int
) -> Doubles:
    """Do what ``descend`` does, in NumPy."""
    inertia = np.empty(len(starts))
    chunks = [slice(i, i + _CHUNK) for i in range(0, len(X), _CHUNK)]
    for p, centers in enumerate(starts):
        _draw(X, weight, centers, shares[p])
        clusters = _Clusters(X, weight, centers, np.full(len(X), -1, dtype=np.int32))
        for _ in range(max_iter):
            found = clusters.sq_distances(slice(None)).argmin(axis=1)
            n_changed = np.count_nonzero(found != clusters.labels)
            clusters.labels[:] = found
            clusters.sum()
            if not clusters.refill() and n_changed <= len(X) // 64:
                break
        for _ in range(max_iter):
            if sum(clusters.move_all(rows, clusters.targets(rows))[1] for rows in chunks) == 0:
                break
        clusters.sum()
        own = clusters.sq_distances(slice(None))[np.arange(len(X)), clusters.labels]
        inertia[p] = clusters.w @ own
    return inertia


def transfer(
    X: Floats, weight: Doubles | None, centers: Floats, labels: Labels, rounds: int
) -> tuple[float, int]:
    """Move single rows to other clusters, in at most ``rounds`` rounds over all rows.

    Parameters
    ----------
    X : (n, d) float32 or float64, dense
    weight : (n,) float64 >= 0, or None for ones
    centers : (k, d), dtype of X
        Overwritten by the means of the clusters (where a cluster has weight).
    labels : (n,) int32
        The partition; changed in place.
    rounds : int

    Returns
    -------
    gain : float
        By how much the moves lowered the inertia of the partition.
    n_moved : int
    """
    rows, means = given(X, centers)
    return core.transfer(rows, weight, means, labels, rounds)


def twin_transfer(
    X: Floats, weight: Doubles | None, centers: Floats, labels: Labels, rounds: int
) -> tuple[float, int]:
    """Do what ``transfer`` does, in NumPy."""
    clusters = _Clusters(X, weight, centers, labels)
    clusters.sum()
    gain, n_moved = 0.0, 0
    for _ in range(rounds):
        gained, moved = clusters.move_all(slice(None), clusters.targets(slice(None)))
        gain, n_moved = gain + gained, n_moved + moved
        if moved == 0:
            break
    return gain, n_moved


class _Clusters:
    """A partition that single rows move in; ``centers`` and ``labels`` are changed in place."""

    def __init__(self, X: Floats, weight: Doubles | None, centers: Floats, labels: Labels) -> None:
        self.x = X.astype(np.float64)
        self.w = np.ones(len(X)) if weight is None else weight
        self.centers, self.labels = centers, labels
        self.sums, self.mass = np.zeros(centers.shape), np.zeros(len(centers))

    def sum(self) -> None:
        self.sums[:] = 0
        np.add.at(self.sums, self.labels, self.w[:, None] * self.x)
        self.mass[:] = np.bincount(self.labels, self.w, len(self.mass))
        for j in range(len(self.mass)):
            self.follow(j)

    def follow(self, j: int) -> None:
        if self.mass[j] > 0:
            self.centers[j] = self.sums[j] / self.mass[j]

    def sq_distances(self, rows: slice) -> Doubles:
        return ((self.x[rows, None] - self.centers[None].astype(np.float64)) ** 2).sum(axis=2)

    def targets(self, rows: slice) -> Labels:
        """Return the best other cluster of each row, −1 where staying is better."""
        sq, w, labels = self.sq_distances(rows), self.w[rows, None], self.labels[rows]
        me = np.arange(len(labels))
        with np.errstate(invalid="ignore"):  # an empty cluster takes a row without weight
            cost = np.nan_to_num(sq * self.mass / (self.mass + w), nan=0.0)
        own = sq[me, labels] * self.mass[labels]
        cost[me, labels] = np.inf
        left = self.mass[labels] - w[:, 0]
        with np.errstate(invalid="ignore"):  # of one cluster there is no other
            gains = (left > 0) & (cost.min(axis=1) * left < own)
        return np.where(gains, cost.argmin(axis=1), -1).astype(np.int32)

    def move_all(self, rows: slice, targets: Labels) -> tuple[float, int]:
        """Move rows in order, each only if it still gains."""
        gains = [
            self.move(i, int(to))
            for i, to in zip(range(*rows.indices(len(self.x))), targets, strict=True)
            if to >= 0
        ]
        return sum(gains), sum(gain > 0 for gain in gains)

    def move(self, i: int, to: int) -> float:
        old, w = self.labels[i], self.w[i]
        left, taken = self.mass[old], self.mass[to]
        if w <= 0 or left - w <= _LEAST * left:
            return 0.0
        cost = w * left / (left - w) * self._sq_distance(i, old)
        gain = cost - w * taken / (taken + w) * self._sq_distance(i, to)
        if not gain > _LEAST * cost:
            return 0.0
        self.take(i, to)
        return gain

    def refill(self) -> bool:
        """Give each cluster without weight the row that costs most where it is."""
        refilled = False
        for j in np.flatnonzero(self.mass <= 0):
            sq = np.array([self._sq_distance(i, label) for i, label in enumerate(self.labels)])
            cost = self.w * sq
            cost[self.mass[self.labels] - self.w <= _LEAST * self.w] = 0
            if not cost.max() > 0:
                break
            self.take(int(cost.argmax()), int(j))
            refilled = True
        return refilled

    def take(self, i: int, to: int) -> None:
        old, moved = self.labels[i], self.w[i] * self.x[i]
        self.sums[old] -= moved
        self.sums[to] += moved
        self.mass[old] -= self.w[i]
        self.mass[to] += self.w[i]
        self.labels[i] = to
        self.follow(old)
        self.follow(to)

    def _sq_distance(self, i: int, j: int) -> float:
        mean = self.sums[j] / self.mass[j] if self.mass[j] > 0 else self.centers[j]
        return float(((self.x[i] - mean) ** 2).sum())


def _draw(X: Floats, weight: Doubles | None, centers: Floats, shares: Doubles) -> None:
    """Draw the last centers by k-means++ given the others."""
    x, kept = X.astype(np.float64), len(centers) - len(shares)
    sq = np.ones(len(X))  # of no center yet: rows count by weight alone
    if kept > 0:
        sq = ((x[:, None] - centers[None, :kept].astype(np.float64)) ** 2).sum(axis=2).min(axis=1)
    for j, share in enumerate(shares, start=kept):
        running = np.cumsum(sq if weight is None else weight * sq)
        at = np.searchsorted(running, share * running[-1], side="right")
        row = min(int(at), int(np.searchsorted(running, running[-1], side="left")))
        centers[j] = X[row]
        sq = np.minimum(np.inf if j == 0 else sq, ((x - x[row]) ** 2).sum(axis=1))
