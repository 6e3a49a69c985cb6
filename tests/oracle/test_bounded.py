"""Every way to leave rows out gives plain Lloyd's labels and iterations, and its centers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from covey.engine import assigners, passes, workspace
from covey.engine.axes import main_axes
from covey.engine.lloyd import lloyd
from covey.engine.passes import View, Watched
from covey.engine.workspace import Workspace


@pytest.fixture(params=passes.instruction_sets(), autouse=True)
def isa(request: pytest.FixtureRequest):
    passes.use_instruction_set(request.param)
    yield request.param
    passes.use_instruction_set("auto")
    passes.set_threads(None)


DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])


def blobs(n: int, d: int, k: int, seed: int, spread: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    places = rng.normal(size=(k, d)) * 2
    return places[rng.integers(0, k, n)] + spread * rng.normal(size=(n, d))


def check_same(X, start, weight=None, max_iter=60, tol=0.0, work=None):
    plain = lloyd(X, start, weight=weight, max_iter=max_iter, tol=tol, method="plain")
    work = Workspace(X, weight) if work is None else work
    bounded = lloyd(work, start, max_iter=max_iter, tol=tol, method="bounded")
    np.testing.assert_array_equal(bounded.labels, plain.labels)
    assert bounded.n_iter == plain.n_iter
    assert bounded.converged == plain.converged
    reach = np.abs(plain.centers).max()
    rounding = 1e-12 if X.dtype == np.float64 else 1e-7
    np.testing.assert_allclose(bounded.centers, plain.centers, rtol=1e-10, atol=rounding * reach)
    assert bounded.inertia == pytest.approx(plain.inertia, rel=1e-9, abs=1e-300)
    return bounded


SHAPES = [(40, 1, 3), (700, 2, 5), (3000, 3, 8), (2500, 5, 40), (1500, 8, 17), (2000, 9, 30),
          (900, 17, 60), (1200, 64, 26), (600, 130, 12)]  # fmt: skip


@DTYPES
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "x".join(map(str, shape)))
def test_bounded_is_plain(shape: tuple[int, int, int], dtype: type, monkeypatch) -> None:
    monkeypatch.setattr(workspace, "_LARGE", 0)  # round doubles however few
    n, d, k = shape
    X = blobs(n, d, k, seed=n + d).astype(dtype)
    start = X[np.random.default_rng(1).choice(n, k, replace=False)]
    run = check_same(X, start)
    assert run.method == "bounded"
    if run.n_iter > 15:
        assert run.share_computed < 0.95


@DTYPES
@pytest.mark.parametrize("scale", [1e-30, 1e-18, 1e-6, 1e6, 1e15])
@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_any_scale_and_offset(scale: float, offset: float, dtype: type, monkeypatch) -> None:
    monkeypatch.setattr(workspace, "_LARGE", 0)
    X = ((blobs(2000, 4, 9, seed=5) + offset) * scale).astype(dtype)
    check_same(X, X[::223][:9].copy())


@pytest.mark.parametrize("scale", [1e-200, 1e-100, 1e100])
def test_doubles_that_floats_cannot_hold(scale: float, monkeypatch) -> None:
    monkeypatch.setattr(workspace, "_LARGE", 0)
    X = blobs(2000, 4, 9, seed=6) * scale
    if scale == 1e-200:  # squares underflow: no distance tells rows apart, and none is left out
        start = X[:3].copy()
        run = lloyd(X, start, method="bounded", max_iter=5)
        assert len(run.labels) == len(X)
        return
    check_same(X, X[::223][:9].copy())


@DTYPES
@pytest.mark.parametrize("weighted", [False, True])
def test_equal_rows_and_weights(weighted: bool, dtype: type, monkeypatch) -> None:
    monkeypatch.setattr(workspace, "_SAMPLE", 64)
    rng = np.random.default_rng(3)
    X = rng.integers(0, 6, size=(4000, 3)).astype(dtype)
    weight = rng.integers(0, 4, len(X)).astype(float) if weighted else None
    start = np.unique(X, axis=0)[::20][:9].copy()
    work = Workspace(X, weight)
    assert work.merged and len(work.X) <= 216
    run = check_same(X, start, weight, work=work)
    assert run.method == "bounded, equal rows merged"


@DTYPES
def test_ties_stay_with_the_lowest_index(dtype: type) -> None:
    grid = np.array(list(itertools.product(range(12), repeat=2)), dtype=dtype)
    check_same(grid, grid[[0, 11, 132, 143, 66]].copy())


@DTYPES
def test_few_axes(dtype: type, monkeypatch) -> None:
    monkeypatch.setattr(assigners, "_MANY_VALUES", 0)
    monkeypatch.setattr(workspace, "_LARGE", 0)
    rng = np.random.default_rng(8)
    X = rng.normal(size=(1500, 9)) @ rng.normal(size=(9, 200)) + 0.1 * rng.normal(size=(1500, 200))
    X = (X + 5).astype(dtype)
    work = Workspace(X)
    assert work.turned_view is not None and work.turned_view.axes is not None
    assert work.turned_view.axes.shape[1] < 50
    run = check_same(X, X[::60][:25].copy(), work=work)
    assert run.method == "bounded, on few axes"


@DTYPES
@pytest.mark.parametrize("scale", [1e-15, 1.0, 1e12])
def test_no_more_axes_than_the_rank_asks_for(
    scale: float, dtype: type, rng: np.random.Generator
) -> None:
    X = (scale * rng.normal(size=(1200, 10)) @ rng.normal(size=(10, 256))).astype(dtype)
    found = main_axes(X)
    assert found is not None
    axes = found[1]
    assert axes.shape == (256, 15)
    np.testing.assert_allclose(axes.T @ axes, np.eye(15), atol=1e-14)
    assert main_axes(np.full((1200, 256), 3, dtype)) is None


@DTYPES
def test_no_axes_where_few_do_not_hold_the_spread(dtype: type) -> None:
    X = np.random.default_rng(9).normal(size=(1200, 128)).astype(dtype)
    assert Workspace(X).turned_view is None


@DTYPES
def test_few_movers(dtype: type, monkeypatch) -> None:
    monkeypatch.setattr(assigners, "_BYTES_WORK", 1 << 60)  # bytes would rule the slow ones out
    # Two of many clusters are badly started: after a while only their centers move.
    # Told apart only where meeting all centers is dear, so of many features.
    X = blobs(3000, 140, 250, seed=11, spread=0.6).astype(dtype)
    start = X[np.random.default_rng(2).choice(len(X), 250, replace=False)]
    run = check_same(X, start)
    assert run.method == "bounded"
    assert run.share_computed < 0.6  # 0.48; 0.71 where each row that is due meets all centers


@DTYPES
def test_any_number_of_threads(dtype: type) -> None:
    X = blobs(30_000, 5, 30, seed=12).astype(dtype)
    start = X[:30].copy()
    runs = []
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        runs.append(lloyd(Workspace(X), start, max_iter=40))
    for run in runs[1:]:
        assert run.centers.tobytes() == runs[0].centers.tobytes()
        assert run.labels.tobytes() == runs[0].labels.tobytes()
        assert run.inertia == runs[0].inertia


@DTYPES
@pytest.mark.parametrize("n_threads", [1, 3])
def test_review_as_its_twin(n_threads: int, dtype: type) -> None:
    passes.set_threads(n_threads)
    X = blobs(1300, 3, 6, seed=13).astype(dtype)
    weight = np.random.default_rng(4).random(len(X))
    centers = X[:6].copy()
    view = View(None, np.zeros(3))
    ours, twin = Watched.fresh(len(X), 6, 3), Watched.fresh(len(X), 6, 3)
    for step in range(6):
        got = passes.review(X, centers, view, weight, ours, first=step == 0)
        wanted = passes.twin_review(X, centers, view, weight, twin, first=step == 0)
        np.testing.assert_array_equal(ours.labels, twin.labels)
        assert got[0] == wanted[0]
        np.testing.assert_allclose(ours.sums, twin.sums, atol=1e-9)
        np.testing.assert_allclose(ours.weights, twin.weights, atol=1e-9)
        _, sq, _, sq_second = passes.twin_nearest_two(X, centers)
        slack = np.sqrt(sq_second) - np.sqrt(sq)
        assert (ours.due - np.float64(ours.clock) <= slack + 1e-6).all()  # never too late
        moved = (ours.sums / ours.weights[:, None]).astype(dtype)
        shift = passes.drift(centers, moved, 1.0, ours)
        assert shift == pytest.approx(passes.twin_drift(centers, moved, 1.0, twin))
        assert ours.clock >= twin.clock
        np.testing.assert_allclose(ours.moved, twin.moved, rtol=1e-5)
        centers = moved


@DTYPES
@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (4097, 2), (300, 70)])
def test_spread_and_total_inertia(shape: tuple[int, int], dtype: type) -> None:
    X = (np.random.default_rng(14).normal(size=shape) + 1e3).astype(dtype)
    mean, variance = passes.spread(X)
    their_mean, their_variance = passes.twin_spread(X)
    np.testing.assert_allclose(mean, their_mean, rtol=1e-12)
    np.testing.assert_allclose(variance, their_variance, rtol=1e-9, atol=1e-9)
    centers = X[:1].copy()
    labels = np.zeros(len(X), np.int32)
    wanted = float(passes.twin_inertia(X, centers, labels, None).sum())
    assert passes.total_inertia(X, centers, labels, None) == pytest.approx(wanted, rel=1e-12)


@DTYPES
@pytest.mark.parametrize("n", [1, 2, 5000, 70_000])
def test_equal_rows_are_found(n: int, dtype: type) -> None:
    rng = np.random.default_rng(15)
    X = rng.integers(0, 40, size=(n, 3)).astype(dtype)
    X[rng.random(X.shape) < 0.1] = -0.0
    X[rng.random(X.shape) < 0.1] = 0.0
    first, which = passes.equal_rows(X)
    assert len(first) == len(passes.twin_equal_rows(X)[0]) == len(np.unique(X, axis=0))
    np.testing.assert_array_equal(X[first][which], X)
    assert (first[which] <= np.arange(n)).all()  # the first of the equal rows
    passes.set_threads(3)
    again = passes.equal_rows(X)
    np.testing.assert_array_equal(again[0], first)
    np.testing.assert_array_equal(again[1], which)


@DTYPES
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("values", [(40, 40, 40), (2, 4096, 30), (3, 1, 70_000)])
def test_equal_whole_numbers(values: tuple[int, ...], weighted: bool, dtype: type) -> None:
    rng = np.random.default_rng(16)
    X = np.stack([rng.integers(0, most, 30_000) - most // 2 for most in values], axis=1)
    X = X[rng.integers(0, 9000, len(X))].astype(dtype)
    weight = rng.random(len(X)) if weighted else None
    n_distinct = len(np.unique(X, axis=0))
    found = []
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        first, which = passes.equal_rows(X)
        found.append((first.tobytes(), which.tobytes()))
        assert found[-1] == found[0]
        assert len(first) == n_distinct
        np.testing.assert_array_equal(passes.take_rows(X, first)[which], X)
        assert (first[which] <= np.arange(len(X))).all()
        np.testing.assert_array_equal(passes.take_labels(first, which), first[which])
        summed = passes.add_weights(which, weight, len(first))
        np.testing.assert_allclose(summed, passes.twin_add_weights(which, weight, len(first)))


@pytest.mark.parametrize("odd", [0.5, np.nan, np.inf, -np.inf, 2.0**40])
@DTYPES
def test_equal_rows_that_are_not_whole(odd: float, dtype: type) -> None:
    X = np.random.default_rng(17).integers(0, 30, size=(9000, 2)).astype(dtype)
    X[8000, 1] = odd
    first, which = passes.equal_rows(X)
    wanted = len(np.unique(X[np.arange(9000) != 8000], axis=0)) + 1
    assert len(first) == wanted
    np.testing.assert_array_equal(X[first][which], X)
