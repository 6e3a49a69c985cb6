"""Passes that look only at rows whose label could have changed, and what they need to know.

``native/reviewing.cpp`` says why a row that is left out keeps its label.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes.assigning import twin_nearest, twin_nearest_two
from covey.engine.passes.door import core, given
from covey.engine.rows import Doubles, Floats, Labels

#: features that rows in bytes may have
MOST_COARSE = 8192


@dataclass(frozen=True)
class Coarse:
    """Rows rounded to whole steps of one size, a byte each: see ``native/coarse.hpp``."""

    rows: NDArray[np.int8]  # (n, d filled up to a multiple of 64)
    facts: NDArray[np.int32]  # (n, 2): sum of their squares, and their sum
    off: NDArray[np.float32]  # (n,): length of what was rounded away, in steps
    shift: Doubles  # (d,)
    step: float


@dataclass(frozen=True)
class View:
    """Rows as ``review`` looks at them first, in float32: moved to about the origin and scaled.

    With axes, rows lie on these, and one more column holds the length of what the axes leave
    out. Coarse rows, if any, rule out most centers first. What a view cannot decide is decided by
    the rows themselves.
    """

    rows: NDArray[np.float32] | None  # (n, d) or (n, p + 1); None: X itself is looked at
    shift: Doubles  # (d,)
    scale: float = 1.0  # a power of two: what movements and distances are multiplied by
    axes: Doubles | None = None  # (d, p), orthonormal
    coarse: Coarse | None = None

    def of(self, X: Floats) -> NDArray[np.float32]:
        """Return rows or centers (m, d) as they are seen.

        Not by products of NumPy: its threads would go on waiting for more on the cores that the
        pass to come needs.
        """
        if self.axes is not None:
            seen = np.empty((len(X), self.axes.shape[1] + 1), np.float32)
            core.turn_rows(X, self.shift, self.scale, self.axes, seen)
            return seen
        moved = X.astype(np.float64)
        moved -= self.shift
        moved *= self.scale
        return moved.astype(np.float32)


@dataclass
class Watched:
    """What a fit keeps of its rows between passes; every array is written by ``review``."""

    labels: Labels  # (n,) int32; −1: none yet
    due: NDArray[np.float32]  # (n,): clock at which the row must be looked at again
    sums: Doubles  # (k, d): Σ w x of the rows of each label
    weights: Doubles  # (k,): Σ w
    moved: NDArray[np.float32]  # (k,): how far each center has moved since the last pass
    before: float = 0.0  # clock of the last pass
    clock: float = 0.0  # the two largest movements of each pass so far, added up

    @classmethod
    def fresh(cls, n: int, k: int, d: int) -> Watched:
        """Return the state before the first pass."""
        labels, due = np.full(n, -1, np.int32), np.zeros(n, np.float32)
        return cls(labels, due, np.zeros((k, d)), np.zeros(k), np.zeros(k, np.float32))


def review(
    X: Floats,
    centers: Floats,
    view: View,
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
    view : View
    weight : (n,) float64, or None for ones
    watched : Watched
        Read and written; its clock says how far the centers have moved.
    first : bool
        No row has a label yet: all are looked at, and sums start from nothing.

    Returns
    -------
    n_changed : int
        Rows whose label changed.
    n_computed : int
        Distances computed.
    """
    seen, reach, tail = None, 0.0, 0.0
    if view.rows is not None:
        seen = view.of(centers)
        reach = float(np.sqrt(np.einsum("ij,ij->i", seen, seen, dtype=np.float64).max()) * 1.0001)
        tail = float(seen[:, -1].max() * 1.0001) if view.axes is not None else 0.0
    coarse = view.coarse
    sieve = (None, None, None, None, 1.0)
    if coarse is not None:
        sieve = (coarse.rows, coarse.facts, coarse.off, coarse.shift, coarse.step)
    found = core.review(
        *given(X, centers), view.rows, seen, view.scale, reach, tail, *sieve, weight, first,
        watched.labels, watched.due, watched.sums, watched.weights, watched.moved,
        watched.before, watched.clock,
    )  # fmt: skip
    watched.before = watched.clock
    return found


def twin_review(
    X: Floats,
    centers: Floats,
    view: View,
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
    slack = (np.sqrt(sq_second) - np.sqrt(sq)) * view.scale
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
    return len(changed), len(rows) * len(centers)


def drift(before: Floats, after: Floats, scale: float, watched: Watched) -> float:
    """Let the clock advance as the centers (k, d) move; return Σ ‖after − before‖²."""
    sq_shift, watched.clock = core.drift(before, after, scale, watched.clock, watched.moved)
    return sq_shift


def twin_drift(before: Floats, after: Floats, scale: float, watched: Watched) -> float:
    """Do what ``drift`` does, in NumPy, without rounding up."""
    sq = ((after.astype(np.float64) - before) ** 2).sum(axis=1)
    watched.moved[:] = scale * np.sqrt(sq)
    watched.clock += scale * float(np.sqrt(np.sort(sq)[-2:]).sum())
    return float(sq.sum())


def round_rows(X: Doubles, shift: Doubles, scale: float) -> View:
    """Return rows in double (n, d), moved by ``shift`` (d,), scaled and rounded to float32."""
    rows = np.empty(X.shape, np.float32)
    core.round_rows(X, shift, scale, rows)
    return View(rows, shift, scale)


def bytes_are_quick() -> bool:
    """Whether coarse rows are looked at quicker than floats on the instruction set in use."""
    return core.bytes_are_quick()


def round_to_bytes(X: Floats, shift: Doubles, step: float) -> Coarse:
    """Return rows (n, d), moved by ``shift`` (d,) and rounded to −127 … 127 steps."""
    n, d = X.shape
    rows = np.empty((n, -(-d // 64) * 64), np.int8)
    facts, off = np.empty((n, 2), np.int32), np.empty(n, np.float32)
    core.round_to_bytes(X, shift, step, rows, facts, off)
    return Coarse(rows, facts, off, shift, step)


def twin_round_to_bytes(X: Floats, shift: Doubles, step: float) -> Coarse:
    """Do what ``round_to_bytes`` does, in NumPy."""
    n, d = X.shape
    values = (X.astype(np.float64) - shift) * (1 / step)
    rows = np.zeros((n, -(-d // 64) * 64), np.int8)
    rows[:, :d] = np.clip(np.rint(values), -127, 127)
    whole = rows.astype(np.int32)
    facts = np.stack([(whole**2).sum(axis=1), whole.sum(axis=1)], axis=1)
    off = np.sqrt(((values - whole[:, :d]) ** 2).sum(axis=1)) * (1 + 1e-6) + 1e-6
    return Coarse(rows, facts.astype(np.int32), off.astype(np.float32), shift, step)


def turn_rows(X: Floats, view: View) -> View:
    """Return rows (n, d) on the axes of a view that has none yet."""
    assert view.axes is not None
    return replace(view, rows=view.of(X))


def twin_turn_rows(X: Floats, view: View) -> View:
    """Do what ``turn_rows`` does, in NumPy."""
    assert view.axes is not None
    moved = (X.astype(np.float64) - view.shift) * view.scale
    turned = moved @ view.axes
    left_out = np.vecdot(moved, moved) - np.vecdot(turned, turned)
    left_out = np.sqrt(np.maximum(left_out, 0.0))
    return replace(view, rows=np.hstack([turned, left_out[:, None]]).astype(np.float32))


def orthonormal(rows: Doubles, given: int = 0) -> Doubles:
    """Return orthonormal rows that span what the first of these (n, d) span, for each n.

    The first ``given`` are orthonormal already. They end before a row of which nothing is left
    beside those before; where rounding leaves something, that is made orthogonal.
    """
    rows = np.array(rows, dtype=np.float64, order="C")
    return rows[: core.orthonormal(rows, given)]


def twin_orthonormal(rows: Doubles) -> Doubles:
    """Do what ``orthonormal`` does, in NumPy, where no row depends on those before."""
    found, upper = np.linalg.qr(np.asarray(rows, dtype=np.float64).T)
    return (found * np.sign(np.diag(upper))).T


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
