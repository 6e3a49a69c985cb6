"""Mini-batch k-means: small random batches pull the centers; always exactly k of them.

References
----------
Sculley, D. (2010). Web-scale k-means clustering. WWW, 1177-1178.
doi 10.1145/1772690.1772862
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from covey.engine import passes
from covey.engine.best import check_enough_rows, mean_variance
from covey.engine.distinct import merge_equal
from covey.engine.gather import dense_rows, subset
from covey.engine.lloyd import farthest, finish
from covey.engine.passes import Doubles, Floats, Rows
from covey.engine.seeding import MERGED_ROWS, Init, first_centers
from covey.flow import Run
from covey.random import children

#: Called after each step with the step (from 1), the number of steps at most, the mean inertia
#: of the batch and the smoothed one.
OnStep = Callable[[int, int, float, float], None]


@dataclass(frozen=True)
class State:
    """Where mini-batch k-means stands between two batches."""

    centers: Floats  # (k, d), dtype of X
    counts: Doubles  # (k,) float64: weight of the rows that each center has averaged
    n_since: int = 0  # rows seen since rare centers were last moved


@dataclass(frozen=True)
class Outcome:
    """What a fit by mini-batches came to."""

    state: State
    n_steps: int
    n_iter: int  # passes over the data that the steps amount to, rounded up
    mean_inertia: float  # smoothed inertia of a row
    converged: bool


@dataclass(frozen=True)
class Schedule:
    """How mini-batches are drawn and when they end; scikit-learn's names and defaults."""

    batch_size: int = 1024
    max_iter: int = 100
    tol: float = 0.0  # relative to the mean variance of the features; 0: not used
    max_no_improvement: int | None = 10
    init_size: int | None = None
    reassignment_ratio: float = 0.01

    def n_seed_rows(self, n: int, n_clusters: int) -> int:
        """Return how many of n rows the first centers are chosen from."""
        size = self.init_size
        if size is None:
            size = 3 * min(self.batch_size, n)
        return min(n, size if size >= n_clusters else 3 * n_clusters)


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
    on_step: OnStep | None = None,
) -> Outcome:
    """Fit centers by mini-batches drawn with probability proportional to weight.

    Up to ``seeding.MERGED_ROWS`` rows, equal rows count as one row of their summed weight.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    n_clusters : int, 1 … n
    schedule : Schedule
    rng : numpy.random.Generator
    init : "k-means++", "random", array (k, d) or callable (X, n_clusters, rng) -> (k, d)
    n_init : int >= 1
        First centers tried; those of least inertia on a sample are used.
    weight : (n,) float64 >= 0, or None for ones
    on_step : callable or None

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows, or given centers have the wrong shape.
    """
    check_enough_rows(X, n_clusters)
    tol = schedule.tol * mean_variance(X) if schedule.tol > 0 else 0.0
    if X.shape[0] <= MERGED_ROWS:
        rows, merged = merge_equal(X, weight)
        if len(rows) >= n_clusters:
            X, weight = subset(X, rows), merged
    n = X.shape[0]
    size = min(schedule.batch_size, n)
    n_steps = schedule.max_iter * n // size
    seeds = schedule.n_seed_rows(n, n_clusters)
    centers = _best_start(X, n_clusters, seeds, init, n_init=n_init, weight=weight, rng=rng)
    state = State(centers, np.zeros(n_clusters))
    running = None if weight is None else np.cumsum(weight)
    watch = _Watch(min(1.0, 2.0 * size / (n + 1)), tol, schedule.max_no_improvement)
    done, i = False, 0
    while i < n_steps and not done:
        before, i = state.centers, i + 1
        state, inertia = step(
            state, subset(X, _sample(n, size, running, rng)), rng=rng,
            reassignment_ratio=schedule.reassignment_ratio,
        )  # fmt: skip
        sq_shift = float(np.sum((state.centers.astype(np.float64) - before) ** 2)) if tol else 0.0
        done = watch.settled(i, inertia / size, sq_shift)
        if on_step is not None:
            on_step(i, n_steps, inertia / size, watch.smoothed)
    return Outcome(state, i, math.ceil(i * size / n), watch.smoothed, done)


def step(
    state: State,
    X: Rows,
    *,
    weight: Doubles | None = None,
    rng: np.random.Generator,
    reassignment_ratio: float = 0.01,
) -> tuple[State, float]:
    """Pull the centers towards one batch.

    Each center becomes the mean of all the rows it has ever averaged, of which ``counts`` is
    the weight. Now and then (each 10 k rows, and while a center has none) the centers of
    less than ``reassignment_ratio`` times the heaviest count move to random rows of the batch.

    Returns
    -------
    state : State
    inertia : float
        Of the batch, with respect to the centers before the step.
    """
    labels = np.full(X.shape[0], -1, dtype=np.int32)
    partial, _ = passes.lloyd(X, state.centers, weight, labels)
    counts = state.counts + partial.weights
    got = partial.weights > 0
    centers = state.centers.copy()
    # As a movement, not as a sum over the past: nothing cancels when counts are large.
    pull = partial.sums[got] - partial.weights[got, None] * centers[got].astype(np.float64)
    centers[got] = (centers[got] + pull / counts[got, None]).astype(centers.dtype)
    n_since = state.n_since + X.shape[0]
    if (counts == 0).any() or n_since >= 10 * len(counts):
        n_since = 0
        centers, counts = _reassign(X, centers, counts, weight, rng, reassignment_ratio)
    return State(centers, counts, n_since), partial.inertia


def start(
    X: Rows,
    n_clusters: int,
    schedule: Schedule,
    *,
    rng: np.random.Generator,
    init: Init = "k-means++",
    weight: Doubles | None = None,
) -> State:
    """Choose first centers from the first batch of a stream.

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows, or given centers have the wrong shape.
    """
    check_enough_rows(X, n_clusters)
    size = schedule.n_seed_rows(X.shape[0], n_clusters)
    centers = _best_start(X, n_clusters, size, init, n_init=1, weight=weight, rng=rng)
    return State(centers, np.zeros(n_clusters))


def occupied(X: Rows, outcome: Outcome, weight: Doubles | None) -> Run:
    """Make the Run of all rows; a center without a row moves to one far from its own center."""
    centers = outcome.state.centers.copy()
    for _ in range(len(centers)):
        labels, _ = passes.nearest(X, centers)
        empty = np.flatnonzero(np.bincount(labels, weight, minlength=len(centers)) == 0)
        rows = farthest(X, centers, weight, len(empty))[1] if len(empty) else []
        if not rows:
            break
        centers[empty[: len(rows)]] = dense_rows(X, np.array(rows))
    run = finish(X, centers, weight=weight, n_iter=outcome.n_iter, converged=outcome.converged)
    return replace(run, method="mini-batch")


def _best_start(
    X: Rows,
    n_clusters: int,
    size: int,
    init: Init,
    *,
    n_init: int,
    weight: Doubles | None,
    rng: np.random.Generator,
) -> Floats:
    """Try ``n_init`` first centers, each from its own ``size`` rows; judge all on one sample."""

    def sampled(stream: np.random.Generator) -> tuple[Rows, Doubles | None]:
        able = np.arange(X.shape[0]) if weight is None else np.flatnonzero(weight > 0)
        if size >= len(able) or len(able) < n_clusters:
            return X, weight
        rows = np.sort(stream.choice(able, size, replace=False))
        return subset(X, rows), None if weight is None else weight[rows]

    def inertia(centers: Floats) -> float:
        labels, _ = passes.nearest(judge, centers)
        return float(passes.inertia(judge, centers, labels, judge_weight).sum())

    judge, judge_weight = sampled(children(rng, 1)[0])
    starts = []
    for stream in children(rng, n_init):
        rows, mass = sampled(stream)
        starts.append(first_centers(rows, n_clusters, init, weight=mass, rng=stream))
    return min(starts, key=inertia) if len(starts) > 1 else starts[0]


def _sample(n: int, size: int, running: Doubles | None, rng: np.random.Generator) -> np.ndarray:
    """Draw ``size`` of n rows with replacement, by the running sum of their weights."""
    if running is None:
        return rng.integers(n, size=size)
    drawn = np.searchsorted(running, rng.random(size) * running[-1], side="right")
    return np.minimum(drawn, np.searchsorted(running, running[-1]))


def _reassign(
    X: Rows,
    centers: Floats,
    counts: Doubles,
    weight: Doubles | None,
    rng: np.random.Generator,
    ratio: float,
) -> tuple[Floats, Doubles]:
    """Move rare centers to random rows of the batch, at most half as many as there are rows."""
    able = np.arange(X.shape[0]) if weight is None else np.flatnonzero(weight > 0)
    rare = np.flatnonzero(counts < ratio * counts.max())
    rare = rare[np.argsort(counts[rare], kind="stable")][: min(X.shape[0] // 2, len(able))]
    if not len(rare):
        return centers, counts
    centers, counts = centers.copy(), counts.copy()
    centers[rare] = dense_rows(X, rng.choice(able, len(rare), replace=False))
    kept = np.setdiff1d(np.arange(len(counts)), rare)
    # Not to be moved again at once: as heavy as the lightest center that stays.
    counts[rare] = counts[kept].min() if len(kept) else 1.0
    return centers, counts


@dataclass
class _Watch:
    """Tells when mini-batches have stopped helping: exponentially weighted mean inertia."""

    alpha: float
    tol: float
    max_no_improvement: int | None
    smoothed: float = math.nan
    least: float = math.inf
    n_without: int = 0

    def settled(self, i: int, mean_inertia: float, sq_shift: float) -> bool:
        """Take in step i (from 1); the first tells of the start, not of the steps."""
        if i <= 2:
            self.smoothed = mean_inertia
        else:
            self.smoothed += self.alpha * (mean_inertia - self.smoothed)
        if i == 1:
            return False
        if self.tol > 0 and sq_shift <= self.tol:
            return True
        if self.smoothed < self.least:
            self.least, self.n_without = self.smoothed, 0
        else:
            self.n_without += 1
        return self.max_no_improvement is not None and self.n_without >= self.max_no_improvement
