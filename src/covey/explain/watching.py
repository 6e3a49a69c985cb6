"""K-means step by step: what moved, who joined, what it gained; and the same from another start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from covey.engine.best import check_enough_rows
from covey.engine.lloyd import lloyd, total_inertia
from covey.engine.passes import Doubles, Floats, Labels
from covey.engine.seeding import first_centers
from covey.engine.workspace import Workspace
from covey.errors import InputError
from covey.evidence import About, Plane, Watched, WatchedRun
from covey.explain.choose_k import count_distinct
from covey.explain.matching import best_matching
from covey.explain.picture import plane
from covey.flow import Features, Run
from covey.random import children

Integers = NDArray[np.int64]

#: Points drawn: more make the page heavy and the picture no clearer.
_MOST_POINTS = 1500
#: Starts of each kind, from which the difference between kinds is told; fewer where rows are many.
_STARTS, _FEW_STARTS, _MANY_ROWS = 20, 5, 20_000
_MOST_STEPS = 300  # of a run
#: Inertia below this part of Σ‖x‖² is rounding: rows on their centers, which is 0.
_NOISE = 1e-28
_GOLDEN = 0.6180339887498949  # multiples of it, modulo 1, are even and never random
_JITTER = 0.3  # height of the band of a single feature, as a share of its width


@dataclass(frozen=True)
class Asked:
    """What is to be watched."""

    k: int
    reason: str  # why so many
    init: str | Doubles = "k-means++"  # or (k, d) first centers, prepared
    n_kept: int = 40  # steps at most


def watch(
    features: Features,
    asked: Asked,
    fitted: Run,
    *,
    about: About,
    rng: np.random.Generator,
    on_progress: Callable[[str, float], None] | None = None,
) -> Watched:
    """Run k-means from two kinds of first centers and keep what happened in each step.

    Of the starts by k-means++ the best is kept, of those from random rows the worst: what careful
    seeding is for. How all of them ended is told beside it.

    Parameters
    ----------
    features : Features
    asked : Asked
    fitted : Run
        A fit of as many centers, to know how low inertia can be.
    about : About
    rng : numpy.random.Generator
        Advances by one draw for each start.

    Returns
    -------
    Watched
        Memory is O(t m + n) for t steps and m points drawn.

    Raises
    ------
    OptionError
        Given centers have the wrong shape or are not finite.
    """
    work = Workspace(features.X, None)
    view = _View.of(features)
    n_starts = _STARTS if len(features.X) <= _MANY_ROWS else _FEW_STARTS
    other = "random" if _key(asked.init) == "k-means++" else "k-means++"
    runs: list[_Recorded] = []
    for i, init in enumerate((asked.init, other)):
        if on_progress is not None:
            on_progress("Watching k-means", 0.5 * i)
        tried = 1 if _key(init) == "given" else n_starts
        runs.append(_recorded(work, view, asked, init, children(rng, tried)))
    numbers = _numbers(runs, asked.k)
    return Watched(
        about=about,
        plane=view.plane,
        k=asked.k,
        k_reason=asked.reason,
        runs=tuple(one.told(own, view) for one, own in zip(runs, numbers, strict=True)),
        best=min(fitted.inertia, *(float(one.ends.min()) for one in runs)),
        true_plane=features.X.shape[1] <= 2,
        scales=view.scales,
    )


def refuse_too_few(X: Doubles, k: int, source: str) -> None:
    """Raise InputError unless there are at least k different rows, each to hold a center."""
    n_distinct = count_distinct(X, k)
    if n_distinct < k:
        rows = "row" if n_distinct == 1 else "rows"
        raise InputError(
            f"k={k} but {source} has only {n_distinct} distinct {rows} in the features used; "
            "lower k or pass more rows"
        )


# ---------------------------------------------------------------- a run


def _key(init: str | Doubles) -> str:
    return init if isinstance(init, str) else "given"


def _recorded(
    work: Workspace,
    view: _View,
    asked: Asked,
    init: str | Doubles,
    streams: list[np.random.Generator],
) -> _Recorded:
    """Run every start, pick one, and run that one again step by step."""
    X = work.given
    assert isinstance(X, np.ndarray)
    check_enough_rows(X, asked.k)
    starts = [first_centers(X, asked.k, init, weight=None, rng=one) for one in streams]
    runs = [lloyd(work, centers, max_iter=_MOST_STEPS) for centers in starts]
    noise = _NOISE * float(np.einsum("ij,ij->", X, X))
    ends = np.array([run.inertia if run.inertia > noise else 0.0 for run in runs])
    worst = _key(init) == "random"
    # Of those that end alike the first, whichever their last digits.
    alike = np.flatnonzero(
        ends >= ends.max() * (1 - 1e-9) if worst else ends <= ends.min() * (1 + 1e-9)
    )
    found = _Recorded(
        _key(init), X, view, asked.n_kept, noise, ends, np.array([run.n_iter for run in runs])
    )
    found.run = lloyd(work, starts[int(alike[0])], max_iter=_MOST_STEPS, on_iteration=found.record)
    found.finish()
    return found


@dataclass
class _Recorded:
    """One run while it goes on: every figure of it, and the points drawn."""

    key: str
    X: Floats
    view: _View
    n_kept: int
    noise: float  # inertia that is rounding
    ends: Doubles
    lengths: Integers
    run: Run | None = None
    centers: list[Floats] = field(default_factory=list)
    labels: list[Labels] = field(default_factory=list)
    inertia: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    before: Labels | None = None  # (n,) labels of the step before

    def record(self, _n_iter: int, centers: Floats, labels: Labels, inertia: float) -> None:
        """Keep a step; what is lent is copied."""
        n_changed = len(labels) if self.before is None else int((labels != self.before).sum())
        self.before = labels.copy()
        self.centers.append(centers.copy())
        self.labels.append(labels[self.view.plane.rows].copy())
        means = min(inertia, inertia_of_means(self.X, labels, len(centers)))
        self.inertia.append(inertia if inertia > self.noise else 0.0)
        self.changed.append(n_changed)
        self.moved.append(means if means > self.noise else 0.0)

    def finish(self) -> None:
        """Add the state that the last step led to, where it is another one."""
        run = self.run
        assert run is not None and self.before is not None
        same = np.array_equal(run.centers, self.centers[-1])
        if not same or not np.array_equal(run.labels, self.before):
            self.record(run.n_iter + 1, run.centers, run.labels, run.inertia)

    def told(self, numbers: Integers, view: _View) -> WatchedRun:
        """Return the noun, its clusters in the order of their numbers."""
        assert self.run is not None
        kept = kept_steps(len(self.inertia), self.n_kept)
        order = np.argsort(numbers)
        labels = [numbers[self.labels[i]] for i in kept]
        sizes = np.bincount(self.run.labels, minlength=len(numbers))
        return WatchedRun(
            key=self.key,
            steps=kept + 1,
            centers=np.array([view.place(self.centers[i])[order] for i in kept]),
            labels=np.array(labels),
            inertia=np.array(self.inertia),
            moved=np.array(self.moved),
            changed=np.array(self.changed),
            sizes=sizes[order],
            settled=self.run.converged,
            ends=self.ends,
            lengths=self.lengths,
        )


def inertia_of_means(X: Floats, labels: Labels, k: int) -> float:
    """Return Σ ‖x − mean of its cluster‖²; a cluster may be empty."""
    sizes = np.maximum(np.bincount(labels, minlength=k), 1)
    sums = [np.bincount(labels, X[:, j], minlength=k) for j in range(X.shape[1])]
    means = np.ascontiguousarray((np.array(sums) / sizes).T, dtype=X.dtype)
    return total_inertia(X, means, labels, None)


def kept_steps(n_steps: int, most: int) -> Integers:
    """Choose at most ``most`` steps, from 0: half of them the first ones, where most happens."""
    if n_steps <= most:
        return np.arange(n_steps)
    first = most // 2
    later = np.linspace(n_steps - 1, first, most - first).round().astype(np.int64)
    return np.concatenate([np.arange(first), later[::-1]])


def _numbers(runs: list[_Recorded], k: int) -> list[Integers]:
    """Return the number of each cluster of each run: of those that share most rows the same."""
    first = runs[0].run
    assert first is not None
    numbers = np.empty(k, np.int64)
    numbers[np.argsort(-np.bincount(first.labels, minlength=k), kind="stable")] = np.arange(
        1, k + 1
    )
    found = [numbers]
    for one in runs[1:]:
        assert one.run is not None
        pairs = one.run.labels.astype(np.int64) * k + first.labels
        shared = np.bincount(pairs, minlength=k * k).reshape(k, k).astype(np.float64)
        found.append(numbers[best_matching(shared)])
    return found


# ---------------------------------------------------------------- where it is drawn


@dataclass(frozen=True)
class _View:
    """The plane, and the way of centers onto it."""

    plane: Plane
    mean: Doubles  # (d,)
    loadings: Doubles  # (2, d)
    scales: tuple[Doubles, ...]

    def place(self, centers: Floats) -> Doubles:
        """Return centers (k, d) as places (k, 2)."""
        return (centers - self.mean) @ self.loadings.T

    @classmethod
    def of(cls, features: Features) -> _View:
        """Choose the plane: the features themselves, or their principal components."""
        X = features.X
        n, d = X.shape
        rows = np.unique(np.linspace(0, n - 1, min(n, _MOST_POINTS)).round().astype(np.int64))
        if d > 2:
            mean, loadings, shares = plane(X)
            axes = [_component(features, axis) for axis in loadings]
            found = Plane(
                rows, (X[rows] - mean) @ loadings.T, (axes[0], axes[1]), min(1.0, sum(shares))
            )
            return cls(found, mean, loadings, ())
        loadings = np.zeros((2, d))
        loadings[:d, :d] = np.eye(d)
        points = np.zeros((len(rows), 2))
        points[:, :d] = X[rows]
        if d == 1:
            width = float(np.ptp(points[:, 0])) or 1.0
            points[:, 1] = (np.arange(len(rows)) * _GOLDEN % 1.0 - 0.5) * _JITTER * width
        names = features.names
        found = Plane(rows, points, (names[0], names[1] if d > 1 else ""))
        return cls(found, np.zeros(d), loadings, _scales(features))


def _component(features: Features, loadings: Doubles) -> str:
    """Name a component by the features that weigh most in it."""
    strongest = [j for j in np.argsort(-np.abs(loadings), kind="stable")[:2] if loadings[j]]
    parts = [f"{'−' if loadings[j] < 0 else '+'} {features.names[j]}" for j in strongest]
    return " ".join(parts).removeprefix("+ ")


def _scales(features: Features) -> tuple[Doubles, ...]:
    """Return for each feature places over its range and a half, and their values."""
    low, high = features.X.min(axis=0), features.X.max(axis=0)
    half = np.where(high > low, high - low, 1.0) / 2
    places = np.linspace(low - half, high + half, 201)
    values = features.preparation.undo(places)
    return tuple(np.column_stack([places[:, j], values[:, j]]) for j in range(places.shape[1]))
