"""Passes that assign rows to centers, sum them, and measure them."""

from __future__ import annotations

import numpy as np

from covey.engine.passes.door import core, given
from covey.engine.passes.twins import blocks, sq_distances
from covey.engine.rows import Doubles, Floats, Labels, Rows
from covey.flow import Partial


def lloyd(X: Rows, centers: Floats, weight: Doubles | None, labels: Labels) -> tuple[Partial, int]:
    """Assign every row to its nearest center and sum the rows of each center, in one pass.

    Parameters
    ----------
    X : (n, d) float32 or float64, dense or Csr
    centers : (k, d), dtype of X
    weight : (n,) float64, or None for ones
    labels : (n,) int32, read and overwritten
        Previous labels in (−1: none), new labels out; a tie goes to the lowest index.

    Returns
    -------
    partial : Partial
        Sums, weights and inertia with respect to ``centers``.
    n_changed : int
        Rows whose label changed.
    """
    sums, weights = np.empty(centers.shape), np.empty(len(centers))
    inertia, n_changed = core.lloyd(*given(X, centers), weight, labels, sums, weights)
    return Partial(sums, weights, inertia), n_changed


def twin_lloyd(
    X: Rows, centers: Floats, weight: Doubles | None, labels: Labels
) -> tuple[Partial, int]:
    """Do what ``lloyd`` does, in NumPy."""
    found, sq_distance = twin_nearest(X, centers)
    w = np.ones(len(found)) if weight is None else weight
    sums = np.zeros(centers.shape)
    for part, x in blocks(X, 1):
        np.add.at(sums, found[part], w[part, None] * x)
    n_changed = int(np.count_nonzero(labels != found))
    labels[:] = found
    weights = np.bincount(found, w, len(centers)).astype(np.float64)
    return Partial(sums, weights, float(w @ sq_distance)), n_changed


def nearest(X: Rows, centers: Floats) -> tuple[Labels, Doubles]:
    """Return the label of the nearest center (n,) int32 and the squared distance to it (n,)."""
    labels, sq_distance = np.empty(X.shape[0], np.int32), np.empty(X.shape[0])
    core.nearest(*given(X, centers), labels, sq_distance)
    return labels, sq_distance


def twin_nearest(X: Rows, centers: Floats) -> tuple[Labels, Doubles]:
    """Do what ``nearest`` does, in NumPy."""
    labels, sq_distance = np.empty(X.shape[0], np.int32), np.empty(X.shape[0])
    for part, sq in sq_distances(X, centers):
        labels[part] = sq.argmin(axis=1)
        sq_distance[part] = sq.min(axis=1)
    return labels, sq_distance


def nearest_two(X: Floats, centers: Floats) -> tuple[Labels, Doubles, Labels, Doubles]:
    """Return nearest label, its squared distance, second label, its squared distance; k ≥ 2."""
    (first, second), (sq, sq_second) = np.empty((2, len(X)), np.int32), np.empty((2, len(X)))
    core.nearest_two(*given(X, centers), first, sq, second, sq_second)
    return first, sq, second, sq_second


def twin_nearest_two(X: Floats, centers: Floats) -> tuple[Labels, Doubles, Labels, Doubles]:
    """Do what ``nearest_two`` does, in NumPy."""
    labels, sq_distance = np.empty((2, len(X)), np.int32), np.empty((2, len(X)))
    for part, sq in sq_distances(X, centers):
        two = np.argsort(sq, axis=1, kind="stable")[:, :2]
        labels[:, part] = two.T
        sq_distance[:, part] = np.take_along_axis(sq, two, axis=1).T
    return labels[0], sq_distance[0], labels[1], sq_distance[1]


def inertia(X: Rows, centers: Floats, labels: Labels, weight: Doubles | None) -> Doubles:
    """Return Σ w ‖x − c‖² of each center's own rows (k,), a direct double sum."""
    sums = np.empty(len(centers))
    core.inertia(*given(X, centers), labels, weight, sums)
    return sums


def twin_inertia(X: Rows, centers: Floats, labels: Labels, weight: Doubles | None) -> Doubles:
    """Do what ``inertia`` does, in NumPy."""
    sq = np.empty(X.shape[0])
    for part, x in blocks(X, 1):
        sq[part] = ((x - centers[labels[part]]) ** 2).sum(axis=1)
    w = sq if weight is None else weight * sq
    return np.bincount(labels, w, len(centers)).astype(np.float64)


def distances(X: Rows, centers: Floats) -> Floats:
    """Return Euclidean distances (n, k), dtype of X; the only pass whose output is n × k."""
    out = np.empty((X.shape[0], len(centers)), X.dtype)
    core.distances(*given(X, centers), out)
    return out


def twin_distances(X: Rows, centers: Floats) -> Floats:
    """Do what ``distances`` does, in NumPy."""
    out = np.empty((X.shape[0], len(centers)), X.dtype)
    for part, sq in sq_distances(X, centers):
        out[part] = np.sqrt(sq)
    return out
