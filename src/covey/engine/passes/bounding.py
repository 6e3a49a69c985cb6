"""Passes that look only at rows whose label could have changed, and what they need to know.

``native/reviewing.cpp`` says why a row that is left out keeps its label.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes.assigning import twin_nearest, twin_nearest_two
from covey.engine.passes.door import core, given
from covey.engine.rows import Doubles, Floats, Labels


@dataclass(frozen=True)
class Rounded:
    """Rows in double as float32, moved to about the origin and scaled to about one."""

    rows: NDArray[np.float32] | None  # (n, d): (X − shift) · scale; None: X itself is looked at
    shift: Doubles  # (d,)
    scale: float = 1.0  # a power of two: what movements and distances are multiplied by


@dataclass
class Watched:
    """What a fit keeps of its rows between passes; every array is written by ``review``."""

    labels: Labels  # (n,) int32; −1: none yet
    due: NDArray[np.float32]  # (n,): clock at which the row must be looked at again
    sums: Doubles  # (k, d): Σ w x of the rows of each label
    weights: Doubles  # (k,): Σ w
    clock: float = field(default=0.0)  # what the centers have moved; see ``drift``

    @classmethod
    def fresh(cls, n: int, k: int, d: int) -> Watched:
        """Return the state before the first pass."""
        return cls(np.full(n, -1, np.int32), np.zeros(n, np.float32), np.zeros((k, d)), np.zeros(k))


def review(
    X: Floats,
    centers: Floats,
    rounded: Rounded,
    weight: Doubles | None,
    watched: Watched,
    *,
    first: bool,
) -> tuple[int, int]:
    """Assign the rows that are due to their nearest centers; k ≥ 2.

    Labels are those that ``nearest`` gives. Sums are changed by the rows that change their label.

    Parameters
    ----------
    X : (n, d) float32 or float64
    centers : (k, d), dtype of X
    rounded : Rounded
    weight : (n,) float64, or None for ones
    watched : Watched
        Read and written; its clock says how far the centers have moved.
    first : bool
        No row has a label yet: all are looked at, and sums start from nothing.

    Returns
    -------
    n_changed, n_reviewed : int
    """
    return core.review(
        *given(X, centers), rounded.rows, rounded.shift, rounded.scale, weight, watched.clock,
        first, watched.labels, watched.due, watched.sums, watched.weights,
    )  # fmt: skip


def twin_review(
    X: Floats,
    centers: Floats,
    rounded: Rounded,
    weight: Doubles | None,
    watched: Watched,
    *,
    first: bool,
) -> tuple[int, int]:
    """Do what ``review`` does, in NumPy: every row is looked at where bounds say it is due."""
    w = np.ones(len(X)) if weight is None else weight
    late = np.full(len(X), True) if first else ~(watched.clock < watched.due)
    rows = np.flatnonzero(late)
    found, sq, _, sq_second = twin_nearest_two(X[rows], centers)
    found = twin_nearest(X[rows], centers)[0]
    slack = (np.sqrt(sq_second) - np.sqrt(sq)) * rounded.scale
    watched.due[rows] = np.float32(watched.clock) + slack * (1 - 1e-5)
    if first:
        watched.sums[:], watched.weights[:] = 0.0, 0.0
    changed = rows[found != watched.labels[rows]]
    for row in changed:
        old, new = watched.labels[row], found[np.searchsorted(rows, row)]
        for label, sign in ((old, -1.0), (new, 1.0)):
            if label >= 0:
                watched.sums[label] += sign * w[row] * X[row].astype(np.float64)
                watched.weights[label] += sign * w[row]
        watched.labels[row] = new
    return len(changed), len(rows)


def drift(before: Floats, after: Floats, scale: float, clock: float) -> tuple[float, float]:
    """Return Σ ‖after − before‖², and the clock when the centers (k, d) have moved so.

    The clock advances by the two largest movements, times ``scale``, rounded up to a float32.
    """
    return core.drift(before, after, scale, clock)


def twin_drift(before: Floats, after: Floats, scale: float, clock: float) -> tuple[float, float]:
    """Do what ``drift`` does, in NumPy; its clock is not rounded."""
    sq = ((after.astype(np.float64) - before) ** 2).sum(axis=1)
    return float(sq.sum()), clock + scale * float(np.sqrt(np.sort(sq)[-2:]).sum())


def round_rows(X: Doubles, shift: Doubles, scale: float) -> Rounded:
    """Return rows in double (n, d), moved by ``shift`` (d,), scaled and rounded to float32."""
    rows = np.empty(X.shape, np.float32)
    core.round_rows(X, shift, scale, rows)
    return Rounded(rows, shift, scale)


def spread(X: Floats) -> tuple[Doubles, Doubles]:
    """Return mean (d,) and variance (d,) of each feature, in one sweep."""
    sums, squares = np.empty(X.shape[1]), np.empty(X.shape[1])
    core.spread(X, sums, squares)
    n = len(X)
    return X[0] + sums / n, np.maximum(squares - sums * (sums / n), 0.0) / n


def twin_spread(X: Floats) -> tuple[Doubles, Doubles]:
    """Do what ``spread`` does, in NumPy."""
    X = X.astype(np.float64)
    return X.mean(axis=0), X.var(axis=0)


def total_inertia(X: Floats, centers: Floats, labels: Labels, weight: Doubles | None) -> float:
    """Return Σ w ‖x − c‖² over all rows, each with the center of its label: direct, in double."""
    return core.total_inertia(*given(X, centers), labels, weight)


def equal_rows(X: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Find equal rows.

    Returns
    -------
    first : (m,) int32
        One index for each distinct row, of the first of the equal rows.
    which : (n,) int32
        The distinct row, 0 … m − 1, that each row is. 0.0 and −0.0 are one value.
    """
    which, first = np.empty((2, len(X)), np.int32)
    m = core.equal_rows(X, which, first)
    return first[:m].copy(), which


def twin_equal_rows(X: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Do what ``equal_rows`` does, in NumPy, in another order."""
    _, first, which = np.unique(X, axis=0, return_index=True, return_inverse=True)
    return first.astype(np.int32), which.ravel().astype(np.int32)
