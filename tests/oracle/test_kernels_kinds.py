"""The passes of the other kinds of k-means, on every instruction set: against their slow twins."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from covey.engine import passes
from covey.engine.passes import Csr

N = [1, 2, 63, 64, 65, 511, 513, 4097]
D = [1, 2, 3, 5, 8, 9, 17, 40]
K = [1, 2, 3, 5, 8, 9, 16, 17, 33, 65]
SIZES = [(n, d, k) for (n, d), k in zip(itertools.product(N, D), itertools.cycle(K), strict=False)]
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])


@pytest.fixture(params=passes.instruction_sets(), autouse=True)
def isa(request: pytest.FixtureRequest):
    passes.use_instruction_set(request.param)
    yield request.param
    passes.use_instruction_set("auto")
    passes.set_threads(None)


def gappy(rng: np.random.Generator, n: int, d: int, dtype: type, offset: float = 0) -> np.ndarray:
    """Return rows with a fifth of the values missing, some rows with all of them."""
    X = (rng.normal(size=(n, d)) + offset).astype(dtype)
    X[rng.random((n, d)) < 0.2] = np.nan
    return X


@DTYPES
@pytest.mark.parametrize(("n", "d", "k"), SIZES)
def test_observed_passes(dtype: type, n: int, d: int, k: int) -> None:
    rng = np.random.default_rng(n * 1000 + d * 10 + k)
    X = gappy(rng, n, d, dtype, offset=1e4)
    centers = (rng.normal(size=(k, d)) + 1e4).astype(dtype)
    weight = rng.integers(0, 3, n).astype(float) if n % 2 else None
    sq = passes.twin_observed_squares(X, centers)
    np.testing.assert_allclose(passes.observed_squares(X, centers), sq, rtol=1e-13 * (d + 4))
    labels, found = passes.observed_nearest(X, centers)
    assert (sq[np.arange(n), labels] <= sq.min(axis=1) * (1 + 1e-13 * (d + 4))).all()
    np.testing.assert_allclose(found, sq.min(axis=1), rtol=1e-13 * (d + 4))
    for ours, twin in zip(
        passes.observed_sums(X, labels, weight, k),
        passes.twin_observed_sums(X, labels, weight, k),
        strict=True,
    ):
        np.testing.assert_allclose(ours, twin, rtol=1e-12, atol=1e-9)


@DTYPES
def test_ties_and_rows_without_a_value_go_to_the_lowest_index(dtype: type) -> None:
    X = np.array([[np.nan, np.nan], [0, np.nan], [np.nan, 3]], dtype)
    centers = np.array([[1, 9], [-1, 9], [-1, 3], [1, 3]], dtype)
    labels, sq = passes.observed_nearest(X, centers)
    assert labels.tolist() == [0, 0, 2]
    assert sq.tolist() == [0, 1, 0]


@DTYPES
@pytest.mark.parametrize(("n", "d", "k"), SIZES)
@pytest.mark.parametrize("form", ["dense", "csr"])
def test_sums_by_label(dtype: type, form: str, n: int, d: int, k: int) -> None:
    rng = np.random.default_rng(n + d + k)
    dense = (rng.normal(size=(n, d)) * (rng.random((n, d)) < 0.6)).astype(dtype)
    X = Csr.of(sp.csr_array(dense)) if form == "csr" else dense
    labels = rng.integers(0, k, n).astype(np.int32)
    weight = rng.random(n) if n % 2 else None
    sums, weights = passes.sums(X, labels, weight, k)
    twin_sums, twin_weights = passes.twin_sums(X, labels, weight, k)
    np.testing.assert_allclose(sums, twin_sums, rtol=1e-12, atol=1e-12 * np.sqrt(n))
    np.testing.assert_allclose(weights, twin_weights, rtol=1e-13)


def least_cost(cost: np.ndarray, low: int, high: int) -> float:
    """Solve the transportation problem by HiGHS."""
    n, k = cost.shape
    rows = sp.kron(sp.eye_array(n), np.ones((1, k)))
    sizes = sp.kron(np.ones((1, n)), sp.eye_array(k))
    limits = np.concatenate([np.full(k, high), np.full(k, -low)])
    solved = linprog(
        cost.ravel(), A_eq=rows, b_eq=np.ones(n), A_ub=sp.vstack([sizes, -sizes]), b_ub=limits
    )
    assert solved.status == 0, solved.message
    return float(solved.fun)


@DTYPES
@pytest.mark.parametrize("seed", range(40))
def test_sized_is_what_a_linear_program_finds(dtype: type, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(2, 60)), int(rng.integers(1, 5))
    k = int(rng.integers(1, min(n, 8) + 1))
    X = rng.normal(size=(n, d)).astype(dtype)
    X = np.round(X * 2) if seed % 2 else X  # every second time, ties and equal rows
    centers = X[rng.choice(n, k, replace=False)]
    low = int(rng.integers(0, n // k + 1))
    high = int(rng.integers(max(low, -(-n // k)), n + 1))
    weight = None if seed % 3 else rng.integers(0, 4, n) * rng.random(n)
    cost = passes.twin_observed_squares(X, centers)
    cost = cost if weight is None else cost * weight[:, None]
    least = least_cost(cost, low, high)
    prices = np.zeros(k)
    for again in range(3):  # cold, from prices that are right, from prices that are wrong
        labels = passes.sized(X, centers, weight, low, high, prices)
        size = np.bincount(labels, minlength=k)
        assert low <= size.min() <= size.max() <= high
        assert cost[np.arange(n), labels].sum() == pytest.approx(least, rel=1e-9, abs=1e-9)
        if again == 1:
            prices += rng.normal(size=k)
    twin = passes.twin_sized(X, centers, weight, low, high)
    assert cost[np.arange(n), twin].sum() == pytest.approx(least, rel=1e-9, abs=1e-9)


def test_sized_prices_prove_the_result(rng: np.random.Generator) -> None:
    """At some thousands of rows: each row is at its cheapest, less what its cluster pays."""
    for low, high in [(500, 500), (400, 700), (1, 520), (1, 4000)]:
        X, centers, prices = rng.normal(size=(4000, 3)), rng.normal(size=(8, 3)), np.zeros(8)
        labels = passes.sized(X, centers, None, low, high, prices)
        paid = passes.observed_squares(X, centers) - prices
        own = paid[np.arange(4000), labels]
        assert (own <= paid.min(axis=1) + 1e-12).all()
        size = np.bincount(labels, minlength=8)
        assert low <= size.min() <= size.max() <= high
        assert (size[prices > 0] == low).all()
        assert (size[prices < 0] == high).all()


def test_the_same_bytes_for_any_number_of_threads(rng: np.random.Generator) -> None:
    X = gappy(rng, 30_000, 5, np.float32)
    full = np.nan_to_num(X)
    centers, weight = full[:9].copy(), rng.random(30_000)
    seen = set()
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        labels, sq = passes.observed_nearest(X, centers)
        prices = np.zeros(9)
        results = [
            labels, sq, passes.observed_squares(X, centers),
            *passes.observed_sums(X, labels, weight, 9), *passes.sums(full, labels, weight, 9),
            passes.sized(full, centers, weight, 3000, 4000, prices), prices,
        ]  # fmt: skip
        seen.add(b"".join(each.tobytes() for each in results))
    assert len(seen) == 1


def test_what_cannot_be_is_refused(rng: np.random.Generator) -> None:
    X, labels = rng.normal(size=(10, 2)), np.zeros(10, np.int32)
    with pytest.raises(ValueError, match="least rows of a cluster, at most: must be 3; got 4"):
        passes.sized(X, X[:3].copy(), None, 4, 10, np.zeros(3))
    with pytest.raises(ValueError, match="most rows of a cluster, at least: must be 4; got 3"):
        passes.sized(X, X[:3].copy(), None, 0, 3, np.zeros(3))
    with pytest.raises(ValueError, match="labels, from 0 to below: must be 2; got 5"):
        passes.sums(X, labels + 5, None, 2)
    with pytest.raises(ValueError, match="labels, from 0 to below: must be 2; got -1"):
        passes.observed_sums(X, labels - 1, None, 2)


#: Puts rows right before a page that must not be touched; a kernel that reads on is killed.
GUARDED = """
import ctypes, mmap, sys
import numpy as np
from covey.engine import passes
passes.use_instruction_set(sys.argv[1])
page = mmap.PAGESIZE
arena = mmap.mmap(-1, 9 * page)
base = ctypes.addressof(ctypes.c_char.from_buffer(arena))
assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(base + 8 * page), page, 0) == 0
for dtype in (np.float32, np.float64):
    for n in (1, 5, 16, 64):
        for d in (1, 2, 3, 4, 5, 7, 8, 9, 17):
            at = 8 * page - n * d * np.dtype(dtype).itemsize
            X = np.frombuffer(arena, dtype, n * d, at).reshape(n, d)
            X[:] = np.arange(n * d).reshape(n, d) % 7
            k = min(n, 5)
            labels, _ = passes.observed_nearest(X, X[-k:])
            passes.observed_squares(X, X[-k:])
            passes.observed_sums(X, labels, np.ones(n), k)
            passes.sums(X, labels, None, k)
            passes.sized(X, X[-k:], None, 1, n, np.zeros(k))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="guards a page by Linux's mprotect")
def test_no_kernel_reads_beyond_its_rows(isa: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, isa], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
