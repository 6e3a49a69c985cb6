"""k-means of a stream: each batch pulls the centers, then is forgotten.

A center is the weighted mean of the rows that it was nearest to when they came, where a row fades
as the stream goes on. Were every row to count as much as any other, centers would for ever be
held where the first rows, and the first centers, have put them: those are wrong the longest.

References
----------
Sculley, D. (2010). Web-scale k-means clustering. WWW, 1177-1178.
doi 10.1145/1772690.1772862 (which counts all rows alike)
Shamir, O., Zhang, T. (2013). Stochastic gradient descent for non-smooth optimization. ICML,
71-79 (section 4: averages that decay as a polynomial).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.best import check_enough_rows, fit_best
from covey.engine.gather import dense_rows
from covey.engine.passes import Doubles, Floats, Rows
from covey.engine.seeding import Init, first_centers

#: When the stream has brought weight t, rows that came when it had brought s count (s / t)^15:
#: what came in the last twelfth counts half and more. Inertia above that of a full run, on
#: average of 5 seeds, for powers 0, 7, 15 and 31: photo of 273,280 pixels, k=16, batches of
#: 1024: 3.6, 0.7, 0.4, 0.1 %; 1,000,000 × 5 normal, k=8: 0.11, 0.01, −0.03, −0.04 %. The
#: effective number of rows behind a center falls by about half the power: to 1/8.
_FADING = 15
#: Rare centers are looked for again after so many rows a cluster (as scikit-learn does).
_ROWS_A_CLUSTER = 10


@dataclass(frozen=True)
class State:
    """Where the stream has taken the centers: in double, so that small pulls add up."""

    centers: Doubles  # (k, d)
    counts: Doubles  # (k,) weight of all the rows that each center was nearest to
    memory: Doubles  # (k,) the same, with the rows of the past faded
    n_since: int = 0  # rows seen since rare centers were looked for

    @classmethod
    def of(cls, centers: Floats, counts: Doubles) -> State:
        """Go on from centers that stand for rows of this weight."""
        return cls(centers.astype(np.float64), counts, counts)


@np.errstate(over="ignore", invalid="ignore")  # ``finish`` refuses what comes of it
def start(
    X: Rows,
    n_clusters: int,
    *,
    rng: np.random.Generator,
    init: Init = "k-means++",
    n_init: int = 1,
    weight: Doubles | None = None,
) -> State:
    """Choose first centers from the first batch: those that Lloyd's algorithm leads to on it.

    Given centers may come from elsewhere, so they are taken as they are.

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows, or given centers have the wrong shape.
    """
    check_enough_rows(X, n_clusters)
    if isinstance(init, np.ndarray):
        centers = first_centers(X, n_clusters, init, weight=weight, rng=rng)
    else:
        run = fit_best(X, n_clusters, rng=rng, init=init, n_init=n_init, weight=weight)
        centers = run.centers
    return State.of(centers, np.zeros(n_clusters))


@np.errstate(over="ignore", invalid="ignore")  # ``finish`` refuses what comes of it
def step(
    state: State,
    X: Rows,
    *,
    weight: Doubles | None = None,
    rng: np.random.Generator,
    reassignment_ratio: float = 0.01,
) -> State:
    """Pull the centers towards one batch.

    Now and then (each 10 k rows, and while a center has had none) the centers that had less
    than ``reassignment_ratio`` times the rows of the most frequent one move to rows of the
    batch, where that pays.

    Parameters
    ----------
    state : State
        Not changed.
    X : (m, d) float32 or float64, or CSR rows
    weight : (m,) float64 >= 0, not all 0, or None for ones
    rng : numpy.random.Generator
    reassignment_ratio : float >= 0
    """
    labels = np.full(X.shape[0], -1, dtype=np.int32)
    partial, _ = passes.lloyd(X, _as_rows(state.centers, X), weight, labels)
    before, new = state.counts.sum(), partial.weights.sum()
    memory = state.memory * (before / (before + new)) ** _FADING + partial.weights
    got = partial.weights > 0
    centers = state.centers.copy()
    # As a movement, not as a sum over the past: nothing cancels when much is remembered.
    pull = partial.sums[got] - partial.weights[got, None] * centers[got]
    centers[got] += pull / memory[got, None]
    n_since = state.n_since + X.shape[0]
    moved = State(centers, state.counts + partial.weights, memory, n_since)
    k = len(centers)
    if (moved.counts == 0).any() or n_since >= _ROWS_A_CLUSTER * k:
        return _reassigned(X, replace(moved, n_since=0), weight, rng, reassignment_ratio)
    return moved


def _reassigned(
    X: Rows, state: State, weight: Doubles | None, rng: np.random.Generator, ratio: float
) -> State:
    """Move rare centers to rows of the batch, where the stream is likely to be better off.

    At most half as many as there are rows, to rows drawn by their share of the batch's inertia.
    Each row's gain is what it takes off the distances of the rows that it is nearest to, and a
    center's loss what the rows it has had would pay to go to the center next to it: small
    clusters that lie apart keep their centers, also when a batch has no row of them.
    """
    rare = np.flatnonzero(state.counts < ratio * state.counts.max())
    if not len(rare):
        return state
    _, sq_distance = passes.nearest(X, _as_rows(state.centers, X))
    mass = np.ones(len(sq_distance)) if weight is None else weight
    share = mass * sq_distance
    if not 0 < share.sum() < np.inf:
        return state
    m = min(len(rare), X.shape[0] // 2, np.count_nonzero(share))
    drawn = dense_rows(X, rng.choice(len(share), m, replace=False, p=share / share.sum()))
    owner, sq_new = passes.nearest(X, drawn)
    gain = np.bincount(owner, mass * np.maximum(sq_distance - sq_new, 0), m) / mass.sum()
    apart = passes.distances(_as_rows(state.centers[rare], X), _as_rows(state.centers, X))
    apart[np.arange(len(rare)), rare] = np.inf
    loss = state.counts[rare] / state.counts.sum() * apart.min(axis=1).astype(np.float64) ** 2
    best, cheapest = np.argsort(-gain, kind="stable"), np.argsort(loss, kind="stable")[:m]
    pays = gain[best] > loss[cheapest]
    return _moved(state, rare[cheapest[pays]], drawn[best[pays]])


def _moved(state: State, at: NDArray[np.intp], to: Floats) -> State:
    """Move the centers at given indices."""
    centers, counts, memory = state.centers.copy(), state.counts.copy(), state.memory.copy()
    kept = np.delete(counts, at)
    # Not to be moved again at once: as heavy as the lightest center that stays.
    centers[at], counts[at] = to, kept.min() if len(kept) else 1.0
    memory[at] = 0.0  # one row is no reason to stay there
    return State(centers, counts, memory, state.n_since)


def _as_rows(centers: NDArray[np.floating], X: Rows) -> Floats:
    """Return the centers in the dtype of the rows, as passes take them."""
    return np.ascontiguousarray(centers, dtype=X.dtype)
