"""Passes of greedy k-means++."""

from __future__ import annotations

import numpy as np

from covey.engine.passes.door import core, given
from covey.engine.passes.twins import sq_distances
from covey.engine.rows import Doubles, Floats, Rows

#: rows per sum that ``seed_update`` returns
SEED_BLOCK = 4096


def seed_potentials(
    X: Rows, candidates: Floats, sq_closest: Doubles, weight: Doubles | None
) -> Doubles:
    """Return, for each candidate center (m, d), Σ w min(sq_closest, ‖x − candidate‖²) (m,)."""
    sums = np.empty(len(candidates))
    core.potentials(*given(X, candidates), sq_closest, weight, sums)
    return sums


def twin_seed_potentials(
    X: Rows, candidates: Floats, sq_closest: Doubles, weight: Doubles | None
) -> Doubles:
    """Do what ``seed_potentials`` does, in NumPy."""
    sums = np.zeros(len(candidates))
    for part, sq in sq_distances(X, candidates):
        lower = np.minimum(sq, sq_closest[part, None])
        sums += lower.sum(axis=0) if weight is None else weight[part] @ lower
    return sums


def seed_update(X: Rows, center: Floats, sq_closest: Doubles, weight: Doubles | None) -> Doubles:
    """Lower ``sq_closest`` (n,) in place to the squared distance to ``center`` (d,) where less.

    Returns the sums of w · sq_closest over consecutive blocks of ``SEED_BLOCK`` rows, from which
    the next candidates are drawn: first a block, then a row in it.
    """
    sums = np.empty(-(-X.shape[0] // SEED_BLOCK))
    core.lower(*given(X, center[None]), sq_closest, weight, SEED_BLOCK, sums)
    return sums


def twin_seed_update(
    X: Rows, center: Floats, sq_closest: Doubles, weight: Doubles | None
) -> Doubles:
    """Do what ``seed_update`` does, in NumPy."""
    for part, sq in sq_distances(X, center[None]):
        sq_closest[part] = np.minimum(sq_closest[part], sq[:, 0])
    w = sq_closest if weight is None else weight * sq_closest
    return np.add.reduceat(w, np.arange(0, len(w), SEED_BLOCK)) if len(w) else np.zeros(0)
