"""Several starts, the best kept."""

from __future__ import annotations

import numpy as np

from covey.engine.assigners import in_one_call
from covey.engine.lloyd import ROUNDING, OnIteration, best_of_starts, lloyd, stopped
from covey.engine.passes import Doubles, Floats, Rows
from covey.engine.seeding import Init, first_centers
from covey.engine.workspace import Workspace
from covey.errors import OptionError
from covey.flow import Run
from covey.random import children


def fit_best(
    X: Rows,
    n_clusters: int,
    *,
    rng: np.random.Generator,
    init: Init = "k-means++",
    n_init: int = 1,
    max_iter: int = 300,
    tol: float = 1e-4,
    weight: Doubles | None = None,
    on_iteration: OnIteration | None = None,
) -> Run:
    """Run Lloyd's algorithm from ``n_init`` starts and return the run of least inertia.

    Each start has its own child stream of ``rng``, so a start does not depend on how many
    random numbers the one before it used.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    n_clusters : int, 1 … n
    rng : numpy.random.Generator
        Advances by one draw for each start.
    init : "k-means++", "random", array (k, d) or callable (X, n_clusters, rng) -> (k, d)
    n_init : int >= 1
    max_iter : int >= 1
        Of each start.
    tol : float >= 0
        Relative to the mean variance of the features.
    weight : (n,) float64 >= 0, or None for ones
    on_iteration : callable or None
        See ``lloyd.OnIteration``; iterations count from 1 in each start. Returning True ends
        the start it is called from, and leaves out those that would come after.

    Returns
    -------
    Run
        Of runs that are equal but for rounding, the first.

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows, or given centers have the wrong shape.
    InputError
        When squares of the values overflow.
    """
    check_enough_rows(X, n_clusters)
    work = Workspace(X, weight)
    absolute = tol * work.mean_variance if tol > 0 else 0.0
    streams = children(rng, n_init)
    if n_init > 1 and on_iteration is None and in_one_call(work, n_clusters):
        starts = np.stack([_first_centers(work, n_clusters, init, each) for each in streams])
        return best_of_starts(work, starts, max_iter=max_iter, tol=absolute)
    best: Run | None = None
    for stream in streams:
        run = lloyd(
            work,
            _first_centers(work, n_clusters, init, stream),
            max_iter=max_iter,
            tol=absolute,
            on_iteration=on_iteration,
        )
        if best is None or run.inertia < best.inertia * (1 - ROUNDING):
            best = run
        if stopped(run, max_iter):
            break
    assert best is not None
    return best


def check_enough_rows(X: Rows, n_clusters: int) -> None:
    """Raise OptionError when there are fewer rows than clusters."""
    n = X.shape[0]
    if n < n_clusters:
        raise OptionError(
            f"n_clusters must be at most the number of rows; got n_clusters={n_clusters} and "
            f"n_samples={n}; lower n_clusters or pass more rows"
        )


def mean_variance(X: Rows) -> float:
    """Return the mean over the features of their variance."""
    return Workspace(X).mean_variance


def _first_centers(
    work: Workspace, n_clusters: int, init: Init, rng: np.random.Generator
) -> Floats:
    """Choose among the rows worked on; a callable gets the rows as they were given."""
    X, weight = (work.X, work.weight) if isinstance(init, str) else (work.given, work.given_weight)
    if X.shape[0] < n_clusters:
        X, weight = work.given, work.given_weight
    return first_centers(X, n_clusters, init, weight=weight, rng=rng)
