"""Several starts led to their ends in one call: against the twin, and the loop, to the byte."""

from __future__ import annotations

import numpy as np
import pytest

from covey.engine import passes
from covey.engine.draws import draws
from covey.engine.lloyd import lloyd
from covey.engine.passes import View
from covey.engine.seeding import kmeans_plusplus
from covey.engine.workspace import Workspace

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])
SHAPES = [(40, 1, 3), (65, 2, 5), (700, 3, 8), (1500, 8, 17), (900, 17, 30), (20_000, 3, 4)]


@pytest.fixture(params=passes.instruction_sets(), autouse=True)
def isa(request: pytest.FixtureRequest):
    passes.use_instruction_set(request.param)
    yield request.param
    passes.use_instruction_set("auto")
    passes.set_threads(None)


def problem(n: int, d: int, k: int, dtype: type, rng: np.random.Generator, p: int = 4):
    """Groups that touch, weights, and p starts at rows."""
    X = (2 * rng.normal(size=(k, d))[rng.integers(0, k, n)] + rng.normal(size=(n, d))).astype(dtype)
    starts = np.stack([X[rng.choice(n, k, replace=False)] for _ in range(p)])
    return X, rng.integers(1, 4, n).astype(float), starts


@DTYPES
@pytest.mark.parametrize("weighted", [False, True])
def test_ends_are_those_of_the_twin(dtype: type, weighted: bool, rng: np.random.Generator) -> None:
    for n, d, k in SHAPES[:5]:
        X, weight, starts = problem(n, d, k, dtype, rng)
        weight = weight if weighted else None
        view = View(None, np.zeros(d))
        if dtype == np.float64 and n > 500:
            view = passes.round_rows(X, X.mean(axis=0), 0.5)
        for max_iter in (1, 4):  # few: a tie by rounding could part the ways in the long run
            ours, theirs = starts.copy(), starts.copy()
            limits = {"max_iter": max_iter, "tol": 1e-3}
            found = passes.run_starts(X, view, weight, ours, **limits)
            twins = passes.twin_run_starts(X, view, weight, theirs, **limits)
            np.testing.assert_array_equal(found.n_iter, twins.n_iter)
            np.testing.assert_array_equal(found.converged, twins.converged)
            whole = found.n_iter > 0
            np.testing.assert_allclose(ours[whole], theirs[whole], rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(found.inertia[whole], twins.inertia[whole], rtol=1e-6)


@DTYPES
def test_labels_are_those_of_the_twin(dtype: type, rng: np.random.Generator) -> None:
    X, weight, starts = problem(700, 3, 8, dtype, rng, p=1)
    ours, theirs = np.full((2, 700), -1, np.int32)
    for run, labels in [(passes.run_starts, ours), (passes.twin_run_starts, theirs)]:
        run(X, View(None, np.zeros(3)), weight, starts.copy(), max_iter=3, tol=0.0, labels=labels)
    np.testing.assert_array_equal(ours, theirs)


@DTYPES
@pytest.mark.parametrize("tol", [0.0, 1e-3])
@pytest.mark.parametrize("max_iter", [1, 5, 300])
def test_each_start_is_the_loop_to_the_byte(
    dtype: type, tol: float, max_iter: int, rng: np.random.Generator
) -> None:
    for n, d, k in SHAPES:
        X, weight, starts = problem(n, d, k, dtype, rng)
        work = Workspace(X, weight)
        for n_threads in (1, 2, 3, 8):  # fewer starts than threads too: one after the other
            passes.set_threads(n_threads)
            ends = starts.copy()
            found = passes.run_starts(X, work.view, weight, ends, max_iter=max_iter, tol=tol)
            for i in np.flatnonzero(found.n_iter):
                run = lloyd(work, starts[i], max_iter=max_iter, tol=tol, method="bounded")
                assert ends[i].tobytes() == run.centers.tobytes()
                assert (found.n_iter[i], found.converged[i]) == (run.n_iter, run.converged)
                assert found.inertia[i] == run.inertia
                alone = lloyd(work, starts[i], max_iter=max_iter, tol=tol)
                assert alone.labels.tobytes() == run.labels.tobytes()
                assert alone.share_computed == run.share_computed


@DTYPES
def test_sums_are_made_anew_in_long_runs(dtype: type) -> None:
    """A line that centers creep along: more iterations than sums are kept for."""
    X = np.repeat(np.arange(400.0), 3).astype(dtype)[:, None] ** 1.5
    start = X[:10].copy() + np.arange(10, dtype=dtype)[:, None]
    run, loop = lloyd(X, start), lloyd(X, start, method="bounded")
    assert run.n_iter == loop.n_iter > 70
    assert run.centers.tobytes() == loop.centers.tobytes()
    assert run.labels.tobytes() == loop.labels.tobytes()


def test_a_start_that_loses_a_center_is_given_up_and_mended(rng: np.random.Generator) -> None:
    X = rng.normal(size=(300, 2))
    starts = np.stack([X[:3], np.array([[0, 0], [1, 1], [1e6, 1e6]])])
    ends = passes.run_starts(X, View(None, np.zeros(2)), None, starts.copy(), max_iter=50, tol=0.0)
    assert ends.n_iter[0] > 0
    assert ends.n_iter[1] == 0
    run = lloyd(X, starts[1], max_iter=50)
    assert len(np.unique(run.labels)) == 3
    assert run.n_iter == lloyd(X, starts[1], max_iter=50, method="plain").n_iter


@DTYPES
@pytest.mark.parametrize("weighted", [False, True])
def test_rows_chosen_are_those_of_kmeans_plusplus(
    dtype: type, weighted: bool, rng: np.random.Generator
) -> None:
    for n, d, k in [(5000, 3, 8), (20_000, 5, 3), (9000, 17, 11), (30_000, 9, 20)]:
        X, weight, _ = problem(n, d, k, dtype, rng)
        weight = weight if weighted else None
        running = None if weight is None else np.cumsum(weight)
        for n_threads in (1, 2, 3, 8):
            passes.set_threads(n_threads)
            drawn = [draws(n, k, running, np.random.default_rng(seed)) for seed in range(4)]
            firsts, shares = np.array([f for f, _ in drawn]), np.stack([s for _, s in drawn])
            chosen, n_chosen = passes.seed_starts(X, weight, firsts, shares)
            for seed in range(4):
                stream = np.random.default_rng(seed)
                one_by_one = kmeans_plusplus(X, k, weight=weight, rng=stream)[1]
                np.testing.assert_array_equal(chosen[seed], one_by_one)
            assert (n_chosen == k).all()


def test_fewer_rows_are_chosen_where_no_distance_is_left(rng: np.random.Generator) -> None:
    X = np.repeat(rng.normal(size=(3, 2)), 2000, axis=0)
    _, n_chosen = passes.seed_starts(X, None, np.array([0, 5000]), rng.random((2, 5, 2)))
    assert n_chosen.tolist() == [3, 3]


def test_what_does_not_fit_together_is_refused(rng: np.random.Generator) -> None:
    X = rng.normal(size=(50, 2))
    view, starts = View(None, np.zeros(2)), X[None, :3].copy()
    limits = {"max_iter": 5, "tol": 0.0}
    with pytest.raises(ValueError, match="number of centers, at least: must be 2; got 1"):
        passes.run_starts(X, view, None, starts[:, :1].copy(), **limits)
    with pytest.raises(ValueError, match="length of labels, one for each row: must be 50; got 3"):
        passes.run_starts(X, view, None, starts, labels=np.zeros(3, np.int32), **limits)
    with pytest.raises(ValueError, match="starts whose labels are asked for: must be 1; got 2"):
        both = np.repeat(starts, 2, axis=0)
        passes.run_starts(X, view, None, both, labels=np.zeros(50, np.int32), **limits)
    with pytest.raises(ValueError, match="first row of a start, from 0 to below: must be 50"):
        passes.seed_starts(X, None, np.array([50]), rng.random((1, 2, 2)))
    with pytest.raises(ValueError, match="length of firsts, one for each start: must be 2; got 1"):
        passes.seed_starts(X, None, np.array([0]), rng.random((2, 2, 1)))
