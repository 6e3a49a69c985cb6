"""Assign, move, repeat, from several starts: the loop that the kinds of k-means share.

A kind says what a step is; each step lowers its objective or leaves it, so the loop ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from covey.engine.lloyd import OnIteration
from covey.engine.passes import Floats, Labels
from covey.engine.seeding import Init
from covey.errors import InputError
from covey.flow import Run
from covey.random import children


@dataclass(frozen=True)
class Search:
    """How to look for the best centers; ``fit_best`` says what the values mean."""

    rng: np.random.Generator
    init: Init = "k-means++"
    n_init: int = 1
    max_iter: int = 300
    tol: float = 1e-4
    on_iteration: OnIteration | None = None


@dataclass(frozen=True)
class Step:
    """What one step did."""

    centers: Floats  # (k, d), where they moved to
    labels: Labels  # (n,) int32 with respect to the centers before
    inertia: float  # to the centers before
    n_changed: int  # labels that are not those of the step before
    refilled: bool = False  # an emptied cluster got a row


class Kind(Protocol):
    """One problem of k-means: the rows, and what assigning and moving mean."""

    def step(self, centers: Floats) -> Step:
        """Assign the rows to the centers and move the centers to their rows."""
        ...

    def finish(self, centers: Floats, n_iter: int, converged: bool) -> Run:
        """Make the Run: labels and inertia anew for the centers returned."""
        ...

    def refillable(self, run: Run) -> bool:
        """Tell whether the last small movement emptied a cluster that a step would refill."""
        ...


def alternate(
    kind: Kind,
    centers: Floats,
    *,
    max_iter: int,
    tol: float,
    on_iteration: OnIteration | None = None,
) -> Run:
    """Repeat a kind's step from given centers until nothing changes.

    A run has converged when a step changes no label, when the squared movement of all centers
    is at most ``tol`` (absolute), or when the centers return to where they have been; never in
    a step that refilled a cluster.

    Parameters
    ----------
    kind : Kind
    centers : (k, d)
    max_iter : int >= 1
    tol : float >= 0
        In squared units of X.
    on_iteration : callable or None
        See ``lloyd.OnIteration``.
    """
    been, n_iter = centers, 0
    while True:
        step = kind.step(centers)
        n_iter += 1
        if on_iteration is not None:
            on_iteration(n_iter, centers, step.labels, step.inertia)
        sq_shift = float(np.sum((step.centers.astype(np.float64) - centers) ** 2))
        centers = step.centers
        converged = not step.refilled and (step.n_changed == 0 or sq_shift <= tol)
        # Brent's way to notice a cycle of ties, as in ``lloyd``
        converged = converged or (n_iter > 1 and np.array_equal(centers, been))
        if n_iter & (n_iter - 1) == 0:
            been = centers
        if converged or n_iter >= max_iter:
            run = kind.finish(centers, n_iter, converged)
            if n_iter >= max_iter or not kind.refillable(run):
                return run


def best_of(
    search: Search, start: Callable[[np.random.Generator], tuple[Kind, Floats]], tol: float
) -> Run:
    """Run a kind from several starts, and return the run of least inertia: of equals, the first.

    Parameters
    ----------
    search : Search
    start : callable (rng) -> (kind, centers)
        Gets a child stream of ``search.rng`` for each start.
    tol : float >= 0
        In squared units of X; ``search.tol`` is relative.

    Raises
    ------
    InputError
        When squares of the values overflow.
    """
    best: Run | None = None
    for stream in children(search.rng, search.n_init):
        kind, centers = start(stream)
        run = alternate(
            kind, centers, max_iter=search.max_iter, tol=tol, on_iteration=search.on_iteration
        )
        if best is None or run.inertia < best.inertia:
            best = run
    assert best is not None
    return best


def refuse_overflow(largest: float, dtype: np.dtype) -> None:
    """Raise InputError unless a sum of squares is finite."""
    if not np.isfinite(largest):
        raise InputError(
            f"values of X must have squares that {dtype} can hold; got a sum of squares of "
            f"{largest} from values too large; divide the features by a constant"
        )
