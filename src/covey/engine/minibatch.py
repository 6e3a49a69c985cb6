"""Mini-batch k-means by nested batches: samples that double until they tell no more.

Lloyd's algorithm runs on a small sample of the rows for as long as its centers move by more than
the sample leaves them uncertain, then on twice the sample, from where they are. The doubling is
the judge of the sample: half of the new rows have had no say in the centers yet. Centers fitted
to m rows are off by an excess of inertia that is proportional to 1 / m, so what fitting to 2 m
rows improves on these rows is what is still to be had beyond them. When that is too little to be
worth having, the fit ends; and it ends on all rows at the latest.

References
----------
Newling, J., Fleuret, F. (2016). Nested mini-batch k-means. NeurIPS, 1352-1360. arXiv 1602.02934
(section 3: doubling; here, one bound on the movement of all centers together).
Schwartzman, G. (2023). Mini-batch k-means terminates within O(d/ε) iterations. ICLR.
arXiv 2304.00419 (stopping when the progress on a batch falls below ε).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from covey.engine.best import check_enough_rows, fit_best, mean_variance
from covey.engine.lloyd import OnIteration, finish, lloyd, stopped
from covey.engine.nested import Batch, nested_batches
from covey.engine.passes import Doubles, Floats, Rows
from covey.engine.seeding import Init
from covey.flow import Run

#: The first batch has so many rows at least, and so many for each cluster: what a smaller one
#: saves is nothing beside labelling the rows, and first centers chosen from few rows stay bad
#: (100,000 × 128, k=1000, inertia above that of a full run: 5.4 % from 4 rows a cluster, 2.4 %
#: from 10, 1.3 % from 20).
_LEAST_ROWS, _ROWS_A_CLUSTER = 4096, 20
#: A doubling that improves the inertia by less than this share ends the fit.
_GAIN = 1e-3
#: A pass on a batch is the last when the centers move by less than a third of their standard
#: error, or so little that the inertia falls by about a tenth of the share above. (Of 1 and 10
#: instead of 3, the one ends with 0.1 % more inertia on 1,000,000 × 5, the other takes longer.)
_ERRORS, _PASS_GAIN = 3.0, _GAIN / 10
#: As KMeans's: relative to the mean variance of the features.
_TOL = 1e-4


@dataclass(frozen=True)
class Schedule:
    """How batches grow and when they end; scikit-learn's names and defaults."""

    batch_size: int = 1024
    max_iter: int = 100  # passes over all rows that the passes over batches may amount to
    tol: float = 0.0  # relative to the mean variance of the features; 0: not used
    max_no_improvement: int | None = 10  # None: never end before all rows have been used
    init_size: int | None = None

    def n_first_rows(self, n_clusters: int) -> int:
        """Return how many rows the first batch has, when there are so many."""
        asked = max(self.batch_size, self.init_size or 0)
        return max(asked, _LEAST_ROWS, _ROWS_A_CLUSTER * n_clusters)


@dataclass(frozen=True)
class Outcome:
    """What a fit by mini-batches came to."""

    run: Run  # of all rows; of the last batch when labels were not asked for
    counts: Doubles  # (k,) weight of each cluster, an estimate when labels were not asked for
    n_steps: int  # passes over batches
    batch_size: int  # rows of the last batch


@np.errstate(over="ignore", invalid="ignore")  # ``finish`` refuses what comes of it
def fit_minibatch(
    X: Rows,
    n_clusters: int,
    schedule: Schedule,
    *,
    rng: np.random.Generator,
    init: Init = "k-means++",
    n_init: int = 1,
    weight: Doubles | None = None,
    label_all: bool = True,
    on_iteration: OnIteration | None = None,
) -> Outcome:
    """Fit centers to nested batches.

    Every cluster has a row of a batch, so every cluster of the result has a row: where a batch
    has fewer distinct rows than there are clusters, the batches go on growing.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    n_clusters : int, 1 … n
    schedule : Schedule
    rng : numpy.random.Generator
    init : "k-means++", "random", array (k, d) or callable (X, n_clusters, rng) -> (k, d)
        On the first batch.
    n_init : int >= 1
        Runs on the first batch, of which the best goes on.
    weight : (n,) float64 >= 0, or None for ones
        Rows are drawn with probability proportional to it.
    label_all : bool
        Label all rows in the end; else the inertia is an estimate from the last batch.
    on_iteration : callable or None
        See ``lloyd.OnIteration``; iterations count from 1 on each batch, and labels are those of
        its rows. Returning True ends the fit.

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows, or given centers have the wrong shape.
    InputError
        When squares of the values overflow.
    """
    check_enough_rows(X, n_clusters)
    budget = schedule.max_iter * X.shape[0]  # rows to look at
    batches = nested_batches(X, weight, schedule.n_first_rows(n_clusters), rng)
    batch = next(batches)
    most = max(1, budget // batch.n_rows)
    run = fit_best(
        batch.X, n_clusters, rng=rng, init=init, n_init=n_init, max_iter=most,
        tol=max(schedule.tol, _TOL), weight=batch.weight, on_iteration=on_iteration,
    )  # fmt: skip
    n_steps, spent = run.n_iter, run.n_iter * batch.n_rows
    ended, settled = stopped(run, most), False
    while not (ended or batch.whole) and (most := (budget - spent) // batch.n_next) >= 1:
        before, mean_inertia = run.centers, run.inertia / batch.mass
        batch = next(batches)
        run = lloyd(
            batch.X, before, weight=batch.weight, max_iter=most, on_iteration=on_iteration,
            tol=_tolerance(batch, schedule, mean_inertia, n_clusters),
        )  # fmt: skip
        n_steps, spent = n_steps + run.n_iter, spent + run.n_iter * batch.n_rows
        ended = stopped(run, most)
        settled = not ended and _settled(batch, schedule, before, run)
        ended = ended or settled
    converged = settled or (batch.whole and run.converged)
    run = replace(run, n_iter=math.ceil(spent / X.shape[0]), converged=converged)
    return _outcome(X, weight, batch, run, n_steps, label_all=label_all)


def _tolerance(batch: Batch, schedule: Schedule, mean_inertia: float, n_clusters: int) -> float:
    """Return the squared movement of all centers that ends the passes on a batch.

    The variance of the mean of m / k rows of a cluster is its mean inertia over m / k, so that
    of all centers is about k² / m times the mean inertia. And centers that move so far in all
    let the inertia fall by about m / k times that.
    """
    if batch.whole and schedule.max_no_improvement is None:
        return max(schedule.tol, _TOL) * mean_variance(batch.X)
    sq_error = n_clusters / batch.n_rows / _ERRORS**2
    return n_clusters * mean_inertia * max(sq_error, _PASS_GAIN)


def _settled(batch: Batch, schedule: Schedule, before: Floats, run: Run) -> bool:
    """Tell whether growing to this batch has done too little for it to be grown again."""
    if not np.bincount(run.labels, batch.weight, minlength=len(before)).all():
        return False  # fewer distinct rows than clusters: all rows may have more
    if schedule.max_no_improvement is not None and not batch.whole:
        inertia = finish(batch.X, before, weight=batch.weight).inertia
        if inertia - run.inertia <= _GAIN * inertia:
            return True
    if schedule.tol > 0:
        sq_shift = float(np.sum((run.centers.astype(np.float64) - before) ** 2))
        return sq_shift <= schedule.tol * mean_variance(batch.X)
    return False


def _outcome(
    X: Rows, weight: Doubles | None, batch: Batch, run: Run, n_steps: int, *, label_all: bool
) -> Outcome:
    """Make the run one of all rows: by labelling them, or by estimating what that would say."""
    share = 1.0
    if label_all and not batch.whole:
        full = finish(X, run.centers, weight=weight)
        if not np.bincount(full.labels, weight, minlength=len(run.centers)).all():
            # max_iter came first: no more passes than refilling the empty clusters takes.
            full = lloyd(X, run.centers, weight=weight, tol=math.inf)
        run = replace(full, n_iter=run.n_iter, converged=run.converged)
    elif not batch.whole:
        total = float(X.shape[0] if weight is None else weight.sum())
        share = total / batch.mass
        run = replace(run, inertia=run.inertia * share)
        weight = batch.weight
    counts = share * np.bincount(run.labels, weight, minlength=len(run.centers))
    run = replace(run, method="mini-batch")
    return Outcome(run, counts.astype(np.float64), n_steps, batch.n_rows)
