"""Bytes that rule out centers: what they are, and that plain Lloyd finds the same without them."""

from __future__ import annotations

import numpy as np
import pytest

from covey.engine import assigners, passes, workspace
from covey.engine.lloyd import lloyd
from covey.engine.workspace import Workspace


@pytest.fixture(params=passes.instruction_sets(), autouse=True)
def isa(request: pytest.FixtureRequest):
    passes.use_instruction_set(request.param)
    yield request.param
    passes.use_instruction_set("auto")
    passes.set_threads(None)


@pytest.fixture
def by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let bytes rule out centers however few, and where they are slow."""
    monkeypatch.setattr(passes, "bytes_are_quick", lambda: True)
    monkeypatch.setattr(assigners, "_BYTES_FEATURES", 1)
    monkeypatch.setattr(assigners, "_BYTES_CLUSTERS", 2)
    monkeypatch.setattr(assigners, "_BYTES_WORK", 0)
    monkeypatch.setattr(assigners, "_MANY_VALUES", 1 << 60)  # no axes
    monkeypatch.setattr(workspace, "_LARGE", 0)


DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])


def groups(n: int, d: int, k: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 0.5 * rng.normal(size=(k, d))[rng.integers(0, k, n)] + rng.normal(size=(n, d))


def check_same(X, start, weight=None, max_iter=60):
    plain = lloyd(X, start, weight=weight, max_iter=max_iter, method="plain")
    run = lloyd(Workspace(X, weight, merge=False), start, max_iter=max_iter, method="bounded")
    np.testing.assert_array_equal(run.labels, plain.labels)
    assert run.n_iter == plain.n_iter
    reach = np.abs(plain.centers).max()
    rounding = 1e-12 if X.dtype == np.float64 else 1e-7
    np.testing.assert_allclose(run.centers, plain.centers, rtol=1e-10, atol=rounding * reach)
    return run


@DTYPES
@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (300, 64), (5000, 65), (40, 784)])
def test_rounding_as_its_twin(shape: tuple[int, int], dtype: type) -> None:
    rng = np.random.default_rng(shape[0])
    X = (rng.standard_t(3, size=shape) + 100).astype(dtype)
    shift = rng.normal(100, 1, shape[1])
    for step in (1e-3, 0.0173, 2.0):
        found = passes.round_to_bytes(X, shift, step)
        twin = passes.twin_round_to_bytes(X, shift, step)
        np.testing.assert_array_equal(found.rows, twin.rows)
        np.testing.assert_array_equal(found.facts, twin.facts)
        np.testing.assert_allclose(found.off, twin.off, rtol=1e-6)
        assert not found.rows[:, shape[1] :].any()
        moved = (X.astype(np.float64) - shift) / step
        away = np.linalg.norm(moved - found.rows[:, : shape[1]], axis=1)
        assert (found.off >= away * (1 - 1e-9)).all()


@pytest.mark.usefixtures("by_bytes")
@DTYPES
@pytest.mark.parametrize("shape", [(600, 9, 3), (900, 40, 24), (1500, 64, 63), (1500, 33, 64),
                                   (2000, 128, 150), (500, 784, 10), (800, 5, 7)])  # fmt: skip
def test_bytes_change_nothing(shape: tuple[int, int, int], dtype: type) -> None:
    n, d, k = shape
    X = groups(n, d, k, seed=d).astype(dtype)
    start = X[np.random.default_rng(1).choice(n, k, replace=False)]
    run = check_same(X, start)
    assert run.method.startswith("bounded")


@pytest.mark.usefixtures("by_bytes")
@DTYPES
def test_they_rule_out_most(dtype: type) -> None:
    X = groups(4000, 96, 64, seed=2).astype(dtype)
    run = check_same(X, X[:64].copy(), max_iter=12)
    assert run.method == "bounded, by bytes"


@pytest.mark.usefixtures("by_bytes")
@DTYPES
@pytest.mark.parametrize("scale", [1e-30, 1e-18, 1e-6, 1e6, 1e15])
@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_any_scale_and_offset(scale: float, offset: float, dtype: type) -> None:
    X = ((groups(1200, 40, 12, seed=5) + offset) * scale).astype(dtype)
    check_same(X, X[::97][:12].copy())


@pytest.mark.usefixtures("by_bytes")
@DTYPES
@pytest.mark.parametrize("k", [8, 40, 63, 100])
def test_rows_far_beyond_what_bytes_hold(k: int, dtype: type) -> None:
    """Whatever limit they get, what fills up the last block of centers is none.

    One row, not of the sample that the step is found from, so that bytes clip it.
    """
    X = groups(9000, 64, k, seed=6)
    assert X.size >= 2 * workspace._VALUES
    X[1] = 5000.0
    X = X.astype(dtype)
    check_same(X, X[2 : k + 2].copy(), max_iter=6)
    far = np.vstack([X[2 : k + 1], X[1:2] / 2])  # a center that bytes don't hold
    check_same(X, far, max_iter=6)


@pytest.mark.usefixtures("by_bytes")
@pytest.mark.parametrize("scale", [1e19, 3e19])
def test_squares_that_floats_cannot_hold(scale: float) -> None:
    X = (groups(3000, 64, 40, seed=7) * scale).astype(np.float32)
    check_same(X, X[::70][:40].copy())


@pytest.mark.usefixtures("by_bytes")
def test_bytes_are_kept_when_sums_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assigners, "_ANEW", 4)
    X = groups(4000, 96, 64, seed=2)
    run = check_same(X, X[:64].copy(), max_iter=12)
    assert run.n_iter == 12 and run.method == "bounded, by bytes"


@pytest.mark.usefixtures("by_bytes")
def test_more_features_than_bytes_may_have() -> None:
    X = groups(40, passes.MOST_COARSE + 1, 3, seed=3)
    assert check_same(X, X[:3].copy()).method == "bounded"


@pytest.mark.usefixtures("by_bytes")
@pytest.mark.parametrize("scale", [1e-200, 1e-100, 1e100])
def test_doubles_that_floats_cannot_hold(scale: float) -> None:
    X = groups(1000, 40, 12, seed=6) * scale
    check_same(X, X[::83][:12].copy())


@pytest.mark.usefixtures("by_bytes")
@DTYPES
@pytest.mark.parametrize("k", [9, 40])
def test_tails_and_outliers(k: int, dtype: type) -> None:
    """Values beyond what a byte holds, rows and centers of them, are told wrong by more."""
    rng = np.random.default_rng(7)
    X = groups(3000, 48, k, seed=7)
    X[rng.integers(0, 3000, 30)] *= 200
    X = X.astype(dtype)
    check_same(X, X[rng.choice(3000, k, replace=False)])


@pytest.mark.usefixtures("by_bytes")
@DTYPES
@pytest.mark.parametrize("k", [10, 50])
def test_ties_duplicates_and_weights(k: int, dtype: type) -> None:
    """Whole numbers: many rows are as near to one center as to another, and centers coincide."""
    rng = np.random.default_rng(8)
    X = rng.integers(0, 3, (1500, 33)).astype(dtype)
    X[700:] = X[:800]
    start = X[:k].copy()
    start[k // 2] = start[0]
    check_same(X, start)
    check_same(X, start, weight=rng.integers(0, 4, 1500).astype(np.float64))


@pytest.mark.usefixtures("by_bytes")
@DTYPES
def test_noise_without_groups_falls_back(dtype: type) -> None:
    """Where bytes leave half of the centers open, floats take over: same result."""
    rng = np.random.default_rng(9)
    X = (1 + 1e-4 * rng.normal(size=(3000, 300))).astype(dtype)
    X[:3] += 1
    check_same(X, X[::61][:40].copy(), max_iter=10)


@pytest.mark.usefixtures("by_bytes")
@DTYPES
def test_any_number_of_threads(dtype: type) -> None:
    X = groups(9000, 64, 40, seed=12).astype(dtype)
    runs = []
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        runs.append(lloyd(Workspace(X), X[:40].copy(), max_iter=15))
    for run in runs[1:]:
        assert run.centers.tobytes() == runs[0].centers.tobytes()
        assert run.labels.tobytes() == runs[0].labels.tobytes()


def test_orthonormal_rows(rng: np.random.Generator) -> None:
    for n, d, given in ((1, 1, 0), (3, 7, 0), (20, 31, 5), (40, 300, 16)):
        rows = rng.normal(size=(n, d)) + 2
        if given:
            rows[:given] = passes.twin_orthonormal(rows[:given])
        found = passes.orthonormal(rows, given)
        np.testing.assert_array_equal(found[:given], rows[:given])
        np.testing.assert_allclose(found, passes.twin_orthonormal(rows), atol=1e-11)
        np.testing.assert_allclose(found @ found.T, np.eye(n), atol=1e-14)


def test_rows_are_orthonormal_even_where_they_depend(rng: np.random.Generator) -> None:
    rows = rng.normal(size=(6, 40))
    for dependent in (3 * rows[0] - rows[2], rows[0] + 1e-12 * rng.normal(size=40)):
        rows[4] = dependent
        found = passes.orthonormal(rows)
        assert len(found) == 6
        np.testing.assert_allclose(found @ found.T, np.eye(6), atol=1e-14)
    for nothing in (0.0, np.nan):
        rows[4] = nothing
        assert len(passes.orthonormal(rows)) == 4


@DTYPES
def test_turned_rows_are_their_projections(dtype: type) -> None:
    rng = np.random.default_rng(10)
    for n, d, p in ((1, 5, 1), (7, 40, 3), (300, 130, 15), (1030, 200, 47)):
        X = (rng.normal(size=(n, d)) + 3).astype(dtype)
        axes = np.ascontiguousarray(np.linalg.qr(rng.normal(size=(d, p)))[0])
        view = passes.View(None, rng.normal(3, 1, d), 0.5, axes)
        turned = passes.turn_rows(X, view).rows
        assert turned is not None
        twin = passes.twin_turn_rows(X, view).rows
        assert twin is not None
        np.testing.assert_allclose(turned, twin, rtol=1e-6, atol=1e-6)
