"""The ladder of quality above a plain fit: a short search, and a long one.

Both search among all rows where these are few, and among a weighted sample of them
(``coreset``) where they are many; all rows then decide: Lloyd's iterations over all of them
make the result, and labels and inertia are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from covey.engine.best import check_enough_rows, fit_best
from covey.engine.coreset import coreset
from covey.engine.distinct import merge_equal
from covey.engine.lloyd import OnIteration, lloyd
from covey.engine.passes import Csr, Doubles, Floats, Rows
from covey.engine.search import Clock, OnProgress, Search
from covey.engine.seeding import MERGED_ROWS, Init
from covey.engine.workspace import Workspace
from covey.flow import Run
from covey.random import children

#: Up to so many rows are searched among as they are; of more, one in ``_ONE_IN`` is drawn, but
#: ``_PER_CENTER`` for each center at least.
_ALL, _ONE_IN, _FEWEST, _MOST, _PER_CENTER = 8192, 16, 4096, 32_768, 32
#: A breath that gains less among drawn rows gains nothing sure among all.
_SAMPLE_GAIN = 1e-4
#: Up to so many products in a pass (rows · centers · features) the short search also redraws
#: single centers, until so many in a row were in vain: few breaths are few chances (Iris, k=10:
#: 14 of 20 seeds reach the optimum without, 40 of 40 with, in 3.6 instead of 1.7 ms).
_SMALL, _MENDS = 100_000, 4
#: What in vain ends the long search: children among all rows; children among drawn rows, and
#: rounds with other drawn rows; starts where there is no search.
_PATIENCE, _SAMPLE_PATIENCE, _ROUNDS, _RESTARTS = 200, 24, 2, 12


@dataclass(frozen=True)
class Limits:
    """When the parts of a fit end."""

    max_iter: int = 300
    tol: float = 1e-4  # relative to the mean variance of the features
    time_budget: float | None = None  # seconds


def fit_default(
    X: Rows,
    n_clusters: int,
    *,
    rng: np.random.Generator,
    limits: Limits,
    weight: Doubles | None = None,
    on_iteration: OnIteration | None = None,
) -> Run:
    """Run a short search and Lloyd's algorithm from what it found.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
        Sparse rows are fitted from one start without a search.
    n_clusters : int, 1 … n
    rng : numpy.random.Generator
    limits : Limits
        ``time_budget`` is not looked at: the same seed gives the same result.
    weight : (n,) float64 >= 0, or None for ones
    on_iteration : callable or None
        Sees the iterations over all rows.

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows.
    InputError
        When squares of the values overflow.
    """
    check_enough_rows(X, n_clusters)
    work = Workspace(X, weight)
    (stream,) = children(rng, 1)
    search = _search(work, n_clusters, stream, limits.max_iter)
    if search is None:
        return fit_best(
            X, n_clusters, rng=stream, max_iter=limits.max_iter, tol=limits.tol, weight=weight,
            on_iteration=on_iteration,
        )  # fmt: skip
    found = search.start()
    if search.X.size * n_clusters <= _SMALL:
        found = search.mend(found, _MENDS)
    return _settle(work, found.centers, limits, on_iteration)


def fit_long(
    X: Rows,
    n_clusters: int,
    *,
    rng: np.random.Generator,
    limits: Limits,
    init: Init = "k-means++",
    n_init: int = 1,
    weight: Doubles | None = None,
    on_progress: OnProgress | None = None,
) -> Run:
    """Fit plainly, then search until nothing better is found for long or time is over.

    Parameters
    ----------
    X, n_clusters, rng, limits, weight : as for ``fit_default``
        The plain fit is always finished, whatever the time budget. As long as that does not end
        the search, the same seed gives the same result.
    init, n_init : as for ``fit_best``
        The starts of the plain fit, whose result is a member of the population.
    on_progress : callable (text, share) or None

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows, or given centers have the wrong shape.
    InputError
        When squares of the values overflow.
    """
    clock = Clock(limits.time_budget)
    plain, stream = children(rng, 2)
    best = fit_best(
        X, n_clusters, rng=plain, init=init, n_init=n_init,
        max_iter=limits.max_iter, tol=limits.tol, weight=weight,
    )  # fmt: skip
    work = Workspace(X, weight)
    search = _search(work, n_clusters, stream, limits.max_iter)
    if search is None:
        return _restart(X, best, stream, limits, weight, clock=clock, on_progress=on_progress)
    sampled = len(search.X) < work.X.shape[0] and work.X.shape[0] > _ALL
    patience, rounds = (_SAMPLE_PATIENCE, _ROUNDS) if sampled else (_PATIENCE, 1)
    idle = 0
    while search is not None and idle < rounds and not clock.over:
        search.clock = clock
        found = search.evolve([search.descend(best.centers)], patience, on_progress)
        run = _settle(work, found.centers, limits)
        idle = 0 if run.inertia < best.inertia * (1 - _SAMPLE_GAIN) else idle + 1
        best = min(best, run, key=lambda each: each.inertia)
        if sampled:
            search = _search(work, n_clusters, stream, limits.max_iter)
    return best


def _search(
    work: Workspace, n_clusters: int, rng: np.random.Generator, max_iter: int
) -> Search | None:
    """Return the search among rows that stand for all, or None where it makes no sense."""
    if isinstance(work.given, Csr) or n_clusters == 1 or not 0 < work.mean_variance < np.inf:
        return None
    assert not isinstance(work.X, Csr)
    rows, weight, least_gain = work.X, work.weight, None
    if len(work.given) <= MERGED_ROWS:
        # in an order that only their content decides, as first centers are drawn
        picked, weight = merge_equal(work.given, work.given_weight)
        rows = np.ascontiguousarray(work.given[picked])
    elif len(rows) > _ALL:
        size = max(min(max(len(rows) // _ONE_IN, _FEWEST), _MOST), _PER_CENTER * n_clusters)
        if size < len(rows):
            rows, weight = coreset(rows, weight, size, rng)
            least_gain = _SAMPLE_GAIN
    if len(rows) <= n_clusters:
        return None
    search = Search(rows, weight, n_clusters, rng, max_iter)
    return search if least_gain is None else replace(search, least_gain=least_gain)


def _settle(
    work: Workspace, centers: Floats, limits: Limits, on_iteration: OnIteration | None = None
) -> Run:
    """Run Lloyd's algorithm over all rows from what a search found."""
    tol = limits.tol * work.mean_variance
    return lloyd(work, centers, max_iter=limits.max_iter, tol=tol, on_iteration=on_iteration)


def _restart(
    X: Rows,
    best: Run,
    rng: np.random.Generator,
    limits: Limits,
    weight: Doubles | None,
    *,
    clock: Clock,
    on_progress: OnProgress | None,
) -> Run:
    """Fit from other first centers until several in a row are no better: what suits any rows."""
    n_clusters, idle = len(best.centers), 0
    while idle < _RESTARTS and n_clusters > 1 and not clock.over:
        run = fit_best(
            X, n_clusters, rng=rng, max_iter=limits.max_iter, tol=limits.tol, weight=weight
        )
        idle = 0 if run.inertia < best.inertia else idle + 1
        best = min(best, run, key=lambda each: each.inertia)
        if on_progress is not None:
            share = min(1.0, max(clock.share, idle / _RESTARTS))
            on_progress(f"inertia {best.inertia:.8g}", share)
    return best
