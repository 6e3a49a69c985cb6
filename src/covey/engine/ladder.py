"""The ladder of quality above a plain fit: a short search, and a long one.

Few rows are searched among as they are. Of many, a weighted sample is (``coreset``), and what
comes of it is judged by all rows: Lloyd's iterations over all of them make the result, and its
labels and inertia are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from covey.engine import passes
from covey.engine.best import check_enough_rows, fit_best
from covey.engine.coreset import coreset
from covey.engine.distinct import merge_equal
from covey.engine.gather import dense_rows
from covey.engine.lloyd import OnIteration, lloyd, stopped
from covey.engine.passes import Csr, Doubles, Floats, Rows
from covey.engine.search import Clock, OnProgress, Search, less_deep
from covey.engine.seeding import MERGED_ROWS, Init
from covey.engine.workspace import Workspace
from covey.flow import Run
from covey.random import children

#: Up to so many rows, and products in a pass (rows · centers · features), rows are searched among
#: as they are; else one in ``_ONE_IN`` is drawn, but ``_PER_CENTER`` for each center at least.
_ALL, _HEAVY, _ONE_IN, _FEWEST, _MOST, _PER_CENTER = 8192, 2_000_000, 16, 2048, 32_768, 32
#: Up to so many products in a pass (rows · centers · features) the short search also redraws
#: single centers, until so many in a row were in vain: few breaths are few chances (Iris, k=10:
#: 14 of 20 seeds reach the optimum without, 40 of 40 with, in 3.6 instead of 1.7 ms).
_SMALL, _MENDS = 100_000, 4
#: Judged by all rows: iterations among drawn rows before (more of them fit the sample, not the
#: rows), the gain below which a breath has failed, failures after which breaths get less deep, and
#: the share of tol to which the last run goes, in so many iterations at most.
_FEW_ITERATIONS, _GAIN, _FAILURES, _FINER, _LAST = 3, 1e-5, 2, 1e-3, 64
#: Work that the short search may do over all rows, in passes that compute every distance, by
#: what a start of scikit-learn's costs, whose seeding grows faster than k where features are few.
#: An iteration costs a tenth of a pass besides its distances, what is tried among drawn rows 24
#: passes over these. Breaths of every depth in vain end it after so much work as is enough.
_WORK, _WORK_LOW, _MOST_WORK, _LOW = 12.0, 1.2, 256.0, 32
_PER_PASS, _PER_TRY, _STARTS, _ENOUGH = 0.1, 24.0, 2, 32.0
#: Rounds of single moves at the end, and the most rows of a cluster, on average, for which they
#: are made: a round costs a pass, and in few rows of many features one is worth a thousandth.
_ROUNDS, _SMALL_CLUSTER = 8, 2048
#: What in vain ends the long search: children among all rows, for each center; lineages judged by
#: all rows; starts where there is no search.
_PATIENCE, _LEAST_PATIENCE, _MOST_PATIENCE, _LINEAGES, _RESTARTS = 14, 64, 700, 4, 12


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
    """Run a short search, then Lloyd's algorithm from what it found.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
        Sparse rows are fitted from one start, without a search.
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
    search = _search(work, n_clusters, stream, limits)
    if search is None:
        return fit_best(
            X, n_clusters, rng=stream, max_iter=limits.max_iter, tol=limits.tol, weight=weight,
            on_iteration=on_iteration,
        )  # fmt: skip
    if search.sampled:
        allowed = _WORK
        if X.shape[1] <= _LOW:
            allowed = min(allowed + _WORK_LOW * n_clusters**1.5, _MOST_WORK)
        return _lineage(work, search, limits, allowed, on_iteration)
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
        The plain fit, and a run over all rows that has begun, are finished whatever the time
        budget. As long as it is not the budget that ends the search, the same seed gives the
        same result.
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
        X, n_clusters, rng=plain, init=init, n_init=n_init, max_iter=limits.max_iter,
        tol=limits.tol, weight=weight,
    )  # fmt: skip
    work = Workspace(X, weight)
    search = _search(work, n_clusters, stream, limits)
    if search is not None and not search.sampled:
        search.clock = clock
        patience = min(max(_PATIENCE * n_clusters, _LEAST_PATIENCE), _MOST_PATIENCE)
        found = search.evolve([search.descend(best.centers)], patience, on_progress)
        return min(best, _settle(work, found.centers, limits), key=_inertia)
    patience, idle = _RESTARTS if search is None else _LINEAGES, 0
    while n_clusters > 1 and idle < patience and not clock.over:
        if search is None:
            run = fit_best(
                X, n_clusters, rng=stream, max_iter=limits.max_iter, tol=limits.tol, weight=weight
            )
        else:
            search.clock = clock
            run = _lineage(work, search, limits, np.inf, start=best if idle == 0 else None)
            search = _search(work, n_clusters, stream, limits)
        idle = 0 if run.inertia < best.inertia * (1 - _GAIN) else idle + 1
        best = min(best, run, key=_inertia)
        if on_progress is not None:
            share = min(1.0, max(clock.share, idle / patience))
            on_progress(f"inertia {best.inertia:.8g}", share)
    return best


def _search(
    work: Workspace, n_clusters: int, rng: np.random.Generator, limits: Limits
) -> Search | None:
    """Return the search among the rows or some of them; None where it makes no sense."""
    if isinstance(work.X, Csr) or n_clusters == 1 or not 0 < work.mean_variance < np.inf:
        return None
    rows, weight, sampled = work.X, work.weight, False
    if work.given.shape[0] <= MERGED_ROWS:
        # in an order that only their content decides, as first centers are drawn
        picked, weight = merge_equal(work.given, work.given_weight)
        rows = dense_rows(work.given, picked)
    if len(rows) > _ALL or rows.size * n_clusters > _HEAVY:
        size = max(min(max(len(rows) // _ONE_IN, _FEWEST), _MOST), _PER_CENTER * n_clusters)
        sampled = True
        if size < len(rows):
            rows, weight = coreset(rows, weight, size, rng)
    if len(rows) <= n_clusters:
        return None
    return Search(rows, weight, n_clusters, rng, limits.max_iter, sampled)


def _lineage(
    work: Workspace,
    search: Search,
    limits: Limits,
    allowed: float,
    on_iteration: OnIteration | None = None,
    start: Run | None = None,
) -> Run:
    """Breathe a little among drawn rows, let all rows judge what comes of it, and again.

    Ends when breaths are in vain, when ``allowed`` work is done, or with the search's clock.
    """
    n_starts, best = (0, start) if start else (_STARTS, None)
    m, failed, in_vain, spent = search.first_breath, 0, True, 0.0
    per_try = _PER_TRY * len(search.X) / work.X.shape[0]
    while best is None or ((n_starts > 0 or spent < allowed) and not search.clock.over):
        if best is None or n_starts > 0:
            tried, n_starts = search.draw(), n_starts - 1
        else:
            tried = search.breath(best.centers, m, _FEW_ITERATIONS)
        run = _settle(work, tried.centers, limits, on_iteration)
        spent += run.share_computed * (run.n_iter + 1) + _PER_PASS * run.n_iter + per_try
        if best is not None:
            better = run.inertia < best.inertia * (1 - _GAIN)
            failed, in_vain = (0, False) if better else (failed + 1, in_vain)
        if failed == _FAILURES:
            m, failed = less_deep(m), 0
        if m == 0:
            allowed = min(allowed, 4.0 * search.n_clusters, _ENOUGH) if in_vain else allowed
            m, in_vain = search.first_breath, True
        best = run if best is None else min(best, run, key=_inertia)
        if stopped(run, limits.max_iter):
            return best
    return _end(work, best, limits, on_iteration)


def _end(work: Workspace, best: Run, limits: Limits, on_iteration: OnIteration | None) -> Run:
    """Go on from the best run, which Lloyd's iterations ended coarsely, to a finer end."""
    last = best
    for part in (_more, _polish):
        left = limits.max_iter - last.n_iter
        if left > 0 and not isinstance(work.X, Csr):
            run = part(work, last, replace(limits, max_iter=left), on_iteration)
            run = replace(run, n_iter=last.n_iter + run.n_iter)
            last = min(last, run, key=_inertia)
            if stopped(run, left):
                break
    return last


def _more(work: Workspace, run: Run, limits: Limits, on_iteration: OnIteration | None) -> Run:
    finer = replace(limits, tol=_FINER * limits.tol, max_iter=min(_LAST, limits.max_iter))
    return _settle(work, run.centers, finer, on_iteration)


def _polish(work: Workspace, run: Run, limits: Limits, on_iteration: OnIteration | None) -> Run:
    """Move single rows where clusters are so small that it is felt."""
    assert not isinstance(work.X, Csr)
    centers = run.centers.copy()
    if len(work.X) <= _SMALL_CLUSTER * len(centers):
        labels, _ = passes.nearest(work.X, centers)
        passes.transfer(work.X, work.weight, centers, labels, _ROUNDS)
    return _settle(work, centers, replace(limits, max_iter=1), on_iteration)


def _settle(
    work: Workspace, centers: Floats, limits: Limits, on_iteration: OnIteration | None = None
) -> Run:
    """Run Lloyd's algorithm over all rows from what a search found."""
    tol = limits.tol * work.mean_variance
    return lloyd(work, centers, max_iter=limits.max_iter, tol=tol, on_iteration=on_iteration)


def _inertia(run: Run) -> float:
    return run.inertia
