"""Starts that cannot win end early; short ones run side by side."""

from __future__ import annotations

import numpy as np
import pytest

from covey.engine import best, passes, race
from covey.engine.best import fit_best
from covey.engine.lloyd import lloyd
from covey.engine.race import CannotWin, Race
from covey.engine.workspace import Workspace
from covey.flow import Partial, Run


@pytest.fixture(autouse=True)
def as_before():
    yield
    passes.set_threads(None)


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let starts of few rows count as long ones, which come one after the other."""
    monkeypatch.setattr(best, "_SHORT", 0)


def blobs(seed: int, n: int = 3000, k: int = 12, d: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 6 * rng.normal(size=(k, d))[rng.integers(0, k, n)] + rng.normal(size=(n, d))


def same(one: Run, other: Run) -> bool:
    return (
        one.centers.tobytes() == other.centers.tobytes()
        and one.labels.tobytes() == other.labels.tobytes()
        and (one.inertia, one.n_iter, one.method) == (other.inertia, other.n_iter, other.method)
        and one.share_computed == other.share_computed
    )


def clusters(X: np.ndarray, labels: np.ndarray, w: np.ndarray) -> Partial:
    sums = np.array([w[labels == j] @ X[labels == j] for j in range(labels.max() + 1)])
    return Partial(sums, np.bincount(labels, w), np.nan)


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_an_iteration_is_measured_without_a_pass(offset: float, rng: np.random.Generator) -> None:
    X, w = blobs(1) + offset, rng.random(3000)
    first, later = rng.integers(0, 3, (2, 3000))
    centers = rng.normal(size=(3, 4)) + offset
    contest = Race()
    direct = float(w @ ((X - centers[first]) ** 2).sum(axis=1))
    contest.finish(clusters(X, first, w), centers, direct)
    partial = clusters(X, later, w)
    means = partial.sums / partial.weights[:, None]
    by_hand = float(w @ ((X - means[later]) ** 2).sum(axis=1))
    contest.begin()
    assert not contest.is_lost(partial)  # nothing is known of its drops yet
    assert contest._last == pytest.approx(by_hand, rel=1e-13 * max(1.0, offset))


def test_a_start_has_lost_when_300_more_drops_leave_it_above() -> None:
    X, w = np.array([[0.0], [2.0], [4.0], [6.0]]), np.ones(4)
    contest = Race()
    contest.finish(clusters(X, np.array([0, 0, 1, 1]), w), np.array([[1.0], [5.0]]), 4.0)
    contest.begin()
    worse = clusters(X, np.array([0, 1, 1, 0]), w)  # inertia 18 + 2
    assert not contest.is_lost(worse)
    assert contest.is_lost(worse)  # no drop at all
    contest.best = 19.9
    contest._last = 20.001  # it dropped by 0.001, and 300 of these reach 19.7
    assert not contest.is_lost(worse)
    contest._last = 20.0001
    assert contest.is_lost(worse)


def test_what_rounding_may_have_made_ends_nothing() -> None:
    X, w = np.array([[0.0], [2.0], [4.0], [6.0]]) + 1e9, np.ones(4)
    contest, labels = Race(), np.array([0, 0, 1, 1])
    contest.finish(clusters(X, labels, w), np.array([[1.0], [5.0]]) + 1e9, 4.0)
    contest.begin()
    contest.best = 4.0 * (1 - 1e-12)
    assert not contest.is_lost(clusters(X, labels, w))
    assert not contest.is_lost(clusters(X, labels, w))


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("weighted", [False, True])
def test_no_start_that_ended_would_have_won(
    weighted: bool, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_ended = 0
    for seed in range(6):
        X = blobs(seed)
        weight = rng.random(len(X)) if weighted else None
        passed: dict[float, int] = {}
        runs = {}
        for drops in (race.DROPS, np.inf):
            monkeypatch.setattr(race, "DROPS", drops)
            seen: list[int] = []
            runs[drops] = fit_best(
                X, 12, rng=np.random.default_rng(seed), n_init=10, weight=weight,
                on_iteration=lambda *told, seen=seen: seen.append(told[0]),
            )  # fmt: skip
            passed[drops] = len(seen)
        monkeypatch.undo()
        monkeypatch.setattr(best, "_SHORT", 0)
        assert same(*runs.values())
        n_ended += passed[300.0] < passed[np.inf]
    assert n_ended >= 4


@pytest.mark.usefixtures("long")
def test_a_race_gives_the_same_bytes_for_any_number_of_threads() -> None:
    X = blobs(3, n=9000)
    runs = []
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        runs.append(fit_best(X, 12, rng=np.random.default_rng(0), n_init=8))
    assert all(same(run, runs[0]) for run in runs)


@pytest.mark.parametrize("init", ["k-means++", "random"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])
def test_short_starts_side_by_side_are_those_one_after_the_other(init: str, dtype: type) -> None:
    """Twenty starts: more than are held at once."""
    X = blobs(4, n=6000).astype(dtype)
    options = {"init": init, "n_init": 20}
    expected = fit_best(X, 7, rng=np.random.default_rng(1), on_iteration=lambda *_: None, **options)
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        assert same(fit_best(X, 7, rng=np.random.default_rng(1), **options), expected)


def test_short_starts_among_few_distinct_rows() -> None:
    """k-means++ runs out of rows that differ: what it does then, each start does."""
    X = np.repeat(np.random.default_rng(0).normal(size=(5, 2)), 1200, axis=0)
    X = np.vstack([X, X[:1]])  # not merged by the workspace: too few rows
    options = {"n_init": 4, "rng": np.random.default_rng(2)}
    expected = fit_best(X, 7, on_iteration=lambda *_: None, **options)
    run = fit_best(X, 7, n_init=4, rng=np.random.default_rng(2))
    assert run.labels.tobytes() == expected.labels.tobytes()
    assert run.centers.tobytes() == expected.centers.tobytes()


def test_a_short_start_that_loses_a_center_takes_part() -> None:
    X = blobs(5, n=500)
    lost = np.vstack([X[:11], np.full((1, 4), 1e5)])
    starts = iter([X[:12], lost])
    run = fit_best(X, 12, rng=np.random.default_rng(0), init=lambda *_: next(starts), n_init=2)
    each = [lloyd(X, start, tol=1e-4 * Workspace(X).mean_variance) for start in (X[:12], lost)]
    assert same(run, min(each, key=lambda one: one.inertia))


def test_a_run_without_rivals_never_ends_early() -> None:
    X = blobs(6)
    contest = Race()
    first = lloyd(X, X[:12], race=contest)
    assert contest.best == first.inertia
    contest.best = 0.0  # nobody can fall below
    with pytest.raises(CannotWin):
        lloyd(X, X[12:24], race=contest, tol=0)
