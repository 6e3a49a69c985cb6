"""Lloyd's algorithm over sparse rows, touching only what an iteration can change.

Rows whose label no center's movement can have changed are left alone (Hamerly's bounds, one number
a row); sums are brought up to date by the rows that changed their label; only centers whose rows
changed are divided, packed and measured. Labels, iterations and the centers at the end are those
of the plain algorithm: at the end every sum is made anew, in the order of the rows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from covey.engine import passes
from covey.engine.lloyd import OnIteration, average, finish, refillable
from covey.engine.passes import Csr, Doubles, Flags, Floats, Labels, Packed, Partial
from covey.flow import Run

#: Σ w ‖x‖ of a center's rows may fall to this share of what it was since its sum was last made
#: anew; below, the rounding of what has left would be felt in what remains.
_SHRUNK = 0.25


@np.errstate(over="ignore", invalid="ignore")  # ``finish`` refuses what comes of it
def lloyd_sparse(
    X: Csr,
    centers: Floats,
    *,
    weight: Doubles | None = None,
    max_iter: int = 300,
    tol: float = 0.0,
    on_iteration: OnIteration | None = None,
) -> Run:
    """Run Lloyd's algorithm over sparse rows: parameters, result and errors are ``lloyd``'s."""
    state = SparseLloyd(X, np.array(centers, dtype=X.dtype, order="C"), weight)
    n_iter = 0
    while True:
        n_changed = state.assign()
        n_iter += 1
        stop = False
        if on_iteration is not None:
            inertia = float(passes.inertia(X, state.centers, state.labels, weight).sum())
            stop = bool(on_iteration(n_iter, state.centers, state.labels, inertia))
        sq_shift, refilled = state.move()
        converged = not refilled and (n_changed == 0 or sq_shift <= tol)
        converged = state.cycles(n_iter) or converged
        if converged or stop or n_iter >= max_iter:
            state.settle()
            run = finish(
                X, state.centers, weight=weight, n_iter=n_iter, converged=converged,
                labels=state.labels,
            )  # fmt: skip
            if stop or n_iter >= max_iter or not refillable(X, run, weight):
                share = state.n_seen / max(1, len(run.labels) * (n_iter + 1))
                return replace(run, method="sparse", share_computed=share)


class SparseLloyd:
    """The state of one run.

    Parameters
    ----------
    X : (n, d) Csr
    centers : (k, d), dtype of X
        Where to start; moved in place.
    weight : (n,) float64 >= 0, or None for ones
    """

    def __init__(self, X: Csr, centers: Floats, weight: Doubles | None) -> None:
        n, (k, d) = X.shape[0], centers.shape
        self.X, self.weight = X, weight
        self.lengths = passes.sparse_lengths(X)
        self.packed = Packed.of(centers, self.lengths)
        self.labels: Labels = np.zeros(n, dtype=np.int32)
        self.n_seen = 0  # rows looked at, over all iterations
        self._mass = self.lengths if weight is None else weight * self.lengths
        self._due, self._spent = np.full(n, -np.inf), np.zeros(k)
        self._sums = np.empty((k, d))
        self._before: Labels | None = None  # labels that the sums hold; None: hold none
        self._most = np.zeros(k)  # the most Σ w ‖x‖ since a sum was made anew
        self._n_moved = 0  # rows that moved since then, over all sums
        self._off = True  # whether centers are not the means of their rows
        self._been: Labels | None = None  # labels once; empty: of centers that were not their means
        self._been_at = np.empty_like(centers)

    @property
    def centers(self) -> Floats:
        """Where the centers are (k, d); lent."""
        return self.packed.centers

    def assign(self) -> int:
        """Label every row with its nearest center; return how many labels changed."""
        self.n_seen += passes.sparse_assign(
            self.X, self.packed, self.lengths, self._spent, self._due, self.labels
        )
        if self._before is None:
            return len(self.labels)
        return int(np.count_nonzero(self.labels != self._before))

    def move(self) -> tuple[float, bool]:
        """Move the centers to the means of their rows.

        Returns
        -------
        sq_shift : float
            Squared movement of all centers.
        refilled : bool
            Whether an emptied cluster was refilled.
        """
        weights = np.bincount(self.labels, self.weight, len(self.centers)).astype(np.float64)
        if not weights.all():
            return self._refill(weights)
        if self._off:  # as the plain algorithm does: whether centers move at all is rounding here
            self._before = None
        touched = self._bring_up_to_date()
        sq_moves = self.packed.move(self._sums, weights, touched | self._off)
        self._off = False
        self._spend(sq_moves)
        return float(sq_moves.sum()), False

    def settle(self) -> None:
        """Leave no rounding of sums brought up to date, and label the rows for these centers."""
        if self._n_moved and not self._off:
            self._before = None
            self.move()
        self.n_seen += passes.sparse_assign(
            self.X, self.packed, self.lengths, self._spent, self._due, self.labels
        )

    def cycles(self, n_iter: int) -> bool:
        """Tell whether labels or centers are back where they have been.

        Brent's way: compare with one remembered state, and remember anew at each power of two.
        """
        back = False
        if self._been is not None:
            back = not self._off and np.array_equal(self.labels, self._been)
            back = back or _equal_rows(self.centers, self._been_at)
        if n_iter & (n_iter - 1) == 0:
            self._been = np.empty(0, np.int32) if self._off else self.labels.copy()
            np.copyto(self._been_at, self.centers)  # in place: new memory costs more than this
        return back

    def _bring_up_to_date(self) -> Flags:
        """Make the sums those of the labels; return which have changed (k,)."""
        k, n = len(self.centers), len(self.labels)
        mass = np.bincount(self.labels, self._mass, k)
        stale = mass < _SHRUNK * self._most
        touched = np.ones(k, dtype=bool)
        before, self._before = self._before, self.labels.copy()
        rows = np.arange(n) if before is None else np.flatnonzero(self.labels != before)
        if before is not None:
            touched = np.zeros(k, dtype=bool)
            touched[before[rows]] = touched[self.labels[rows]] = True
            self._n_moved += len(rows)
        if before is None or 2 * len(rows) >= n or self._n_moved > n:
            stale[:] = True
            self._n_moved = 0
        elif len(rows):
            moved = (rows, before[rows])
            passes.sparse_sum_moved(self.X, self.weight, self.labels, stale, moved, self._sums)
        if stale.any():
            passes.sparse_sum_stale(self.X, self.weight, self.labels, stale, self._sums)
        self._most = np.where(stale, mass, np.maximum(self._most, mass))
        return touched | stale

    def _refill(self, weights: Doubles) -> tuple[float, bool]:
        """Move the centers where a cluster is empty: from sums made anew, for it is rare."""
        self._before = None
        self._bring_up_to_date()
        partial = Partial(self._sums, weights, 0.0)
        means, refilled = average(self.X, self.centers, partial, self.weight)
        sq_moves = ((means.astype(np.float64) - self.centers) ** 2).sum(axis=1)
        self.centers[:] = means
        self.packed.renew(self.lengths)
        self._off = True
        self._spend(sq_moves)
        return float(sq_moves.sum()), refilled

    def _spend(self, sq_moves: Doubles) -> None:
        """Count each center's way, and the longest of any other, against the deadlines.

        Everything is rounded up: a row kept too long would be wrong, one looked at is not.
        """
        moves = np.sqrt(sq_moves) * (1 + 2.0**-30)
        first = int(np.argmax(moves))
        others = np.full(len(moves), moves[first])
        others[first] = np.delete(moves, first).max(initial=0.0)
        self._spent = (self._spent + (moves + others)) * (1 + 2.0**-50)


def _equal_rows(a: Floats, b: Floats) -> bool:
    """Tell whether two sets of centers are equal; most that are not differ in the first."""
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
