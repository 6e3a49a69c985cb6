"""The loop over sparse rows does what plain Lloyd does: labels, iterations, centers."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from covey.engine import passes
from covey.engine.best import fit_best, mean_variance
from covey.engine.lloyd import average, finish, lloyd, refillable
from covey.engine.passes import Csr
from covey.engine.sparse_lloyd import SparseLloyd
from covey.errors import InputError
from covey.flow import Run

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])


def plain(X: Csr, centers: np.ndarray, weight, max_iter: int = 300, tol: float = 0.0) -> Run:
    """Assign all rows, sum all rows, and again: no bounds, nothing kept."""
    labels = np.full(X.shape[0], -1, np.int32)
    been, n_iter = centers, 0
    while True:
        partial, n_changed = passes.lloyd(X, centers, weight, labels)
        n_iter += 1
        moved, refilled = average(X, centers, partial, weight)
        sq_shift = float(np.sum((moved.astype(np.float64) - centers) ** 2))
        centers = moved
        converged = not refilled and (n_changed == 0 or sq_shift <= tol)
        converged = converged or (n_iter > 1 and np.array_equal(centers, been))
        if n_iter & (n_iter - 1) == 0:
            been = centers
        if converged or n_iter >= max_iter:
            run = finish(X, centers, weight=weight, n_iter=n_iter, converged=converged)
            if n_iter >= max_iter or not refillable(X, run, weight):
                return run


def topics(
    rng: np.random.Generator, n: int, d: int, density: float, dtype: type, n_topics: int = 5
) -> np.ndarray:
    """Rows that share columns within a topic and some with all; a few are empty or repeated."""
    X = np.zeros((n, d))
    for i in range(n):
        own = np.random.default_rng(rng.integers(n_topics)).random(d) ** 3
        chosen = rng.random(d) < density * (0.3 + 2 * own)
        X[i, chosen] = rng.random(chosen.sum()) + 0.1
    X[rng.integers(n, size=n // 20)] = 0
    X[rng.integers(n, size=n // 10)] = X[rng.integers(n)]
    return X.astype(dtype)


def same(one: Run, other: Run) -> None:
    assert one.n_iter == other.n_iter
    assert one.converged == other.converged
    np.testing.assert_array_equal(one.labels, other.labels)
    np.testing.assert_array_equal(one.centers, other.centers)
    assert one.inertia == pytest.approx(other.inertia, rel=1e-12)


@DTYPES
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_bounded_is_plain(dtype: type, data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1), label="seed"))
    n = data.draw(st.sampled_from([1, 2, 9, 100, 513, 1100]), label="n")
    d = data.draw(st.sampled_from([1, 3, 17, 150, 400]), label="d")
    k = data.draw(st.sampled_from([1, 2, 3, 15, 16, 17, 40]), label="k")
    density = data.draw(st.sampled_from([0.01, 0.1, 0.6]), label="density")
    exponents = [0, 30, -30] + ([-100, 140] if dtype == np.float64 else [])
    scale = 10.0 ** data.draw(st.sampled_from(exponents), label="scale")
    whole = data.draw(st.booleans(), label="whole numbers")  # ties, and rows that meet
    weighted = data.draw(st.booleans(), label="weighted")
    tol = data.draw(st.sampled_from([0.0, 1e-3]), label="tol") * scale**2
    max_iter = data.draw(st.sampled_from([300, 300, 3]), label="max_iter")
    n, k = max(n, k), k
    X = topics(rng, n, d, density, np.float64)
    X = (np.ceil(3 * X) if whole else X) * dtype(scale)
    X = X.astype(dtype)
    weight = rng.integers(0, 3, n) * rng.random(n) if weighted else None
    if weight is not None and not weight.any():
        weight[0] = 1
    rows = Csr.of(sp.csr_array(X))
    centers = X[rng.choice(n, k, replace=False)]
    found = lloyd(rows, centers, weight=weight, max_iter=max_iter, tol=tol)
    same(found, plain(rows, centers, weight, max_iter, tol))
    assert found.method == "sparse"
    assert 0 < found.share_computed <= 1


@DTYPES
def test_a_sparse_run_is_the_dense_run(dtype: type, rng: np.random.Generator) -> None:
    for n, d, k in [(900, 60, 7), (2000, 200, 19)]:
        X = topics(rng, n, d, 0.1, dtype)
        start = X[rng.choice(n, k, replace=False)]
        weight = rng.random(n)
        dense, sparse = (lloyd(form, start, weight=weight) for form in (X, Csr.of(sp.csr_array(X))))
        assert sparse.n_iter == dense.n_iter
        np.testing.assert_array_equal(sparse.labels, dense.labels)
        np.testing.assert_allclose(sparse.centers, dense.centers, rtol=1e-5, atol=1e-12)
        assert sparse.inertia == pytest.approx(dense.inertia, rel=1e-6)


def test_bounds_leave_most_rows_alone(rng: np.random.Generator) -> None:
    X = sp.random_array((3000, 20), density=0.3, format="csr", rng=rng)
    run = lloyd(Csr.of(X), X[:6].toarray())
    assert run.n_iter > 9
    assert run.share_computed < 0.8


def test_a_heavy_row_that_leaves_takes_its_rounding_along(rng: np.random.Generator) -> None:
    """Sums brought up to date would keep 1e-16 of it, which is much beside what remains."""
    X = rng.random((400, 12)) * (rng.random((400, 12)) < 0.5)
    X[:200, 0] += 4
    weight = np.ones(400)
    weight[7] = 1e18
    centers = np.vstack([X[7] + 0.5, X[300]])
    rows = Csr.of(sp.csr_array(X))
    same(lloyd(rows, centers, weight=weight), plain(rows, centers, weight))


@DTYPES
def test_the_trace_is_that_of_plain_lloyd(dtype: type, rng: np.random.Generator) -> None:
    X = topics(rng, 700, 90, 0.1, dtype)
    rows, told = Csr.of(sp.csr_array(X)), []
    lloyd(
        rows,
        X[:9],
        on_iteration=lambda *args: told.append((args[0], args[1].copy(), args[2].copy(), args[3])),
    )
    assert [n_iter for n_iter, *_ in told] == list(range(1, len(told) + 1))
    for _, centers, labels, inertia in told:
        np.testing.assert_array_equal(labels, passes.nearest(rows, centers)[0])
        expected = passes.inertia(rows, centers, labels, None).sum()
        assert inertia == pytest.approx(expected, rel=1e-12)
    inertias = np.array([inertia for *_, inertia in told])
    assert (np.diff(inertias) <= 1e-6 * inertias[:-1]).all()


def test_centers_at_rest_need_no_second_look(rng: np.random.Generator) -> None:
    X = topics(rng, 500, 80, 0.2, np.float64)
    state = SparseLloyd(Csr.of(sp.csr_array(X)), X[:4].copy(), None)
    state.assign()
    state.move()
    state.assign()
    before = state.n_seen
    assert state.assign() == np.count_nonzero(state.labels != state._before)
    assert state.n_seen - before < 50  # those that float cannot tell apart


@DTYPES
def test_any_number_of_threads_gives_the_same_run(dtype: type, rng: np.random.Generator) -> None:
    X = Csr.of(sp.random_array((6000, 2500), density=0.01, format="csr", rng=rng, dtype=dtype))
    weight = rng.random(6000)
    found = []
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        run = fit_best(X, 11, rng=np.random.default_rng(5), weight=weight)
        found.append((run.centers.tobytes(), run.labels.tobytes(), run.inertia, run.n_iter))
    passes.set_threads(None)
    assert all(each == found[0] for each in found[1:])


@DTYPES
def test_the_variance_is_that_of_dense_rows(dtype: type, rng: np.random.Generator) -> None:
    X = topics(rng, 300, 40, 0.3, dtype)
    for shift in (0, 1e3, 1e6):  # the last cancels, and is found in two passes
        moved = (X + dtype(shift)).astype(dtype)
        found = mean_variance(Csr.of(sp.csr_array(moved)))
        assert found == pytest.approx(mean_variance(moved), rel=1e-6)
    assert mean_variance(Csr.of(sp.csr_array(np.zeros((5, 3), dtype)))) == 0.0


def test_squares_that_overflow_are_refused() -> None:
    rows = Csr.of(sp.csr_array(np.diag([1e200, 2e200, 3e200])))
    with pytest.raises(InputError, match="squares that float64 can hold"):
        lloyd(rows, np.diag([1e200, 2e200, 3e200])[:2])
