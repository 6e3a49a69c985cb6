"""Passes of greedy k-means++."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes.door import core, given
from covey.engine.passes.twins import sq_distances
from covey.engine.rows import Doubles, Floats, Rows

#: rows per sum that ``seed_update`` returns
SEED_BLOCK = 4096

#: most candidates that ``seed_on_grid`` takes for one center
SEED_TRIALS = 16


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


def seed_starts(
    X: Floats, weight: Doubles | None, firsts: NDArray[np.int64], shares: Doubles
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose rows by greedy k-means++ for several starts; candidates are weighed on a grid.

    The grid has numbers of 16 bits. Which rows a candidate may come nearer to is told by bounds,
    and those of the candidate that is taken are measured as they are, in double: so candidates are
    drawn by the same distances as ever, rounded to float. What a candidate gains is good to a few
    thousandths; of two that gain nearly as much, either may be taken.

    Parameters
    ----------
    X : (n, d) float32 or float64, n >= 1, d >= 1
    weight : (n,) float64 >= 0, or None for ones
    firsts : (p,) int64
        The row that is the first center of each start.
    shares : (p, k - 1, m) float64 in [0, 1), m <= SEED_TRIALS
        Where the m candidates for each next center lie in the running sum of weight · squared
        distance to the nearest center chosen.

    Returns
    -------
    chosen : (p, k) int64
    n_chosen : (p,) int64
        Fewer than k rows where distances have become too short for the grid; what is chosen
        beyond is meaningless.
    """
    p, others, _ = shares.shape
    chosen, n_chosen = np.zeros((p, others + 1), np.int64), np.empty(p, np.int64)
    core.seed_starts(*given(X, X[:0])[:1], weight, firsts, shares, chosen, n_chosen)
    return chosen, n_chosen


def seed_on_grid(
    X: Floats, weight: Doubles | None, first: int, shares: Doubles
) -> NDArray[np.int64]:
    """Return the rows (1 to k,) that ``seed_starts`` chooses for one start."""
    chosen, n_chosen = seed_starts(X, weight, np.array([first]), shares[None])
    return chosen[0, : n_chosen[0]]


def twin_seed_on_grid(
    X: Floats, weight: Doubles | None, first: int, shares: Doubles
) -> NDArray[np.int64]:
    """Do what ``seed_on_grid`` does, in NumPy and without a grid."""
    w = np.ones(len(X)) if weight is None else weight
    chosen = [first]
    sq_closest = np.full(len(X), np.inf)
    twin_seed_update(X, X[first], sq_closest, weight)
    for row in shares:
        running = np.cumsum(w * sq_closest)
        if not 0 < running[-1] < np.inf:
            break
        drawn = np.searchsorted(running, row * running[-1], side="right")
        drawn = np.minimum(drawn, np.searchsorted(running, running[-1], side="left"))
        left = twin_seed_potentials(X, X[drawn], sq_closest, weight)
        chosen.append(int(drawn[np.argmin(left)]))
        twin_seed_update(X, X[chosen[-1]], sq_closest, weight)
    return np.array(chosen, np.int64)
