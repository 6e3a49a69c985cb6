"""Lloyd's iterations from several starts, to the end of each, in one call.

Where rows are few, a pass takes less time than threads need to meet or than Python needs to say
what is next. Each start does to the byte what the loops in
``engine.seeding`` and ``engine.lloyd`` do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes.bounding import View
from covey.engine.passes.door import core, given
from covey.engine.passes.twins import sq_distances
from covey.engine.rows import Doubles, Floats, Labels


@dataclass(frozen=True)
class Ends:
    """How each of p starts ended."""

    n_iter: NDArray[np.int64]  # (p,); 0: a center lost all its rows, and the start was given up
    converged: NDArray[np.bool_]  # (p,)
    n_computed: Doubles  # (p,): distances
    inertia: Doubles  # (p,): Σ w ‖x − c‖², direct


def run_starts(
    X: Floats,
    view: View,
    weight: Doubles | None,
    starts: Floats,
    *,
    max_iter: int,
    tol: float,
    labels: Labels | None = None,
) -> Ends:
    """Run Lloyd's algorithm from each of several sets of centers, as ``engine.lloyd`` does.

    Parameters
    ----------
    X : (n, d) float32 or float64
    view : View
        Without axes.
    weight : (n,) float64, or None for ones
    starts : (p, k, d), dtype of X, k ≥ 2
        Overwritten by the centers reached; meaningless for starts given up.
    max_iter : int ≥ 1
    tol : float ≥ 0
        In squared units of X.
    labels : (n,) int32, or None
        Gets the labels, where p is 1.
    """
    rows, centers = given(X, starts)
    ends = np.empty((len(starts), 4))
    core.run_starts(
        rows, view.rows, view.shift, view.scale, weight, centers, int(max_iter), float(tol),
        labels, ends,
    )  # fmt: skip
    n_iter, converged, n_computed, inertia = ends.T
    return Ends(n_iter.astype(np.int64), converged > 0, n_computed.copy(), inertia.copy())


def twin_run_starts(
    X: Floats,
    _view: View,
    weight: Doubles | None,
    starts: Floats,
    *,
    max_iter: int,
    tol: float,
    labels: Labels | None = None,
) -> Ends:
    """Do what ``run_starts`` does, in NumPy; without cycles of equal distances."""
    p, (n, _) = len(starts), X.shape
    n_iter, converged = np.zeros(p, np.int64), np.zeros(p, np.bool_)
    inertia = np.zeros(p)
    w = np.ones(n) if weight is None else weight
    for start, centers in enumerate(starts):
        own = np.full(n, -1, np.int32)
        for iteration in range(1, max_iter + 1):
            found = _nearest(X, centers)
            n_changed, own = np.count_nonzero(found != own), found
            mass = np.bincount(own, w, len(centers))
            if not mass.all():
                break
            sums = np.zeros(centers.shape)
            np.add.at(sums, own, w[:, None] * X.astype(np.float64))
            before, centers[:] = centers.copy(), sums / mass[:, None]
            moved = float(np.sum((centers.astype(np.float64) - before) ** 2))
            converged[start] = n_changed == 0 or moved <= tol
            if converged[start] or iteration == max_iter:
                own = _nearest(X, centers)
                if np.bincount(own, w, len(centers)).all():
                    n_iter[start], inertia[start] = iteration, w @ _own(X, centers, own)
                break
        if labels is not None:
            labels[:] = own
    return Ends(n_iter, converged, n_iter * n * starts.shape[1] * 1.0, inertia)


def _nearest(X: Floats, centers: Floats) -> Labels:
    found = [sq.argmin(axis=1) for _, sq in sq_distances(X, centers)]
    return np.concatenate(found).astype(np.int32)


def _own(X: Floats, centers: Floats, labels: Labels) -> Doubles:
    """Return the squared distance (n,) of each row to the center of its label."""
    return ((X.astype(np.float64) - centers.astype(np.float64)[labels]) ** 2).sum(axis=1)
