"""Every kernel on every instruction set and dtype, around lane, tile and block edges.

The oracle is brute force in float64 on the very values that the kernel gets. Chosen distances
are compared, never labels, save where data are integers and ties exact.
"""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp

from covey.engine import passes
from covey.engine.passes import Csr

N = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 255, 256, 257, 511, 513, 1025]
D = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33, 100]
K = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 65]
LARGE = [(4097, 3, 5), (9001, 2, 8), (20_000, 8, 9), (8193, 17, 33), (600, 1, 300), (5000, 5, 700)]


def sampled() -> list[tuple[int, int, int]]:
    """Return sizes in which each n meets each d once, with k going round."""
    k = itertools.cycle(K)
    every = [(n, d, next(k)) for n, d in itertools.product(N, D)]
    return [*every[::3], *LARGE]


DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])


@pytest.fixture(params=passes.instruction_sets(), autouse=True)
def isa(request: pytest.FixtureRequest):
    passes.use_instruction_set(request.param)
    yield request.param
    passes.use_instruction_set("auto")
    passes.set_threads(None)


def tolerance(dtype: type, d: int) -> float:
    """Return the relative error of a direct sum of d squares: each step rounds once."""
    return (d + 4) * float(np.finfo(dtype).eps)


def brute(X: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Return squared distances (n, k) in float64, a block of rows at a time."""
    X, centers = X.astype(np.float64), centers.astype(np.float64)
    sq = np.empty((len(X), len(centers)))
    step = max(1, 2**21 // (centers.size + 1))
    for start in range(0, len(X), step):
        part = slice(start, start + step)
        sq[part] = ((X[part, None, :] - centers) ** 2).sum(axis=2)
    return sq


def check_assignment(X, centers, weight, rows=None) -> None:
    """Hold ``lloyd``, ``nearest``, ``inertia`` of ``rows`` (X itself, or X sparse) to brute."""
    rows = X if rows is None else rows
    n, d = X.shape
    k = len(centers)
    tol = tolerance(X.dtype.type, d)
    sq = brute(X, centers)
    before = np.arange(n, dtype=np.int32) % (k + 1) - 1
    labels = before.copy()
    partial, n_changed = passes.lloyd(rows, centers, weight, labels)
    assert labels.min() >= 0 and labels.max() < k
    chosen = sq[np.arange(n), labels]
    least = sq.min(axis=1)
    assert (chosen <= least * (1 + 2 * tol)).all()
    assert n_changed == np.count_nonzero(labels != before)
    w = np.ones(n) if weight is None else weight
    X64 = X.astype(np.float64)
    sums, size = np.zeros((k, d)), np.zeros((k, d))
    np.add.at(sums, labels, w[:, None] * X64)
    np.add.at(size, labels, np.abs(w[:, None] * X64))
    assert (np.abs(partial.sums - sums) <= 1e-14 * np.sqrt(n + 1) * size).all()
    np.testing.assert_allclose(partial.weights, np.bincount(labels, w, k), rtol=1e-13)
    np.testing.assert_allclose(partial.inertia, w @ chosen, rtol=tol + 1e-13)

    again, sq_chosen = passes.nearest(rows, centers)
    np.testing.assert_array_equal(again, labels)
    exact = tolerance(np.float64, d)
    np.testing.assert_allclose(sq_chosen, chosen, rtol=exact)
    own = passes.inertia(rows, centers, labels, weight)
    np.testing.assert_allclose(own, np.bincount(labels, w * chosen, k), rtol=exact + 1e-13)


def check_two(X, centers) -> None:
    if len(centers) < 2:
        return
    n = len(X)
    sq, tol = brute(X, centers), 2 * tolerance(X.dtype.type, X.shape[1])
    first, sq_first, second, sq_second = passes.nearest_two(X, centers)
    np.testing.assert_array_equal(first, passes.nearest(X, centers)[0])
    assert (first != second).all()
    two = np.sort(np.partition(sq, 1, axis=1)[:, :2], axis=1)
    for labels, found, least in ((first, sq_first, two[:, 0]), (second, sq_second, two[:, 1])):
        chosen = sq[np.arange(n), labels]
        assert (chosen <= least * (1 + tol)).all()
        np.testing.assert_allclose(found, chosen, rtol=tolerance(np.float64, X.shape[1]))


def check_seeding(X, candidates, weight, rows=None) -> None:
    rows = X if rows is None else rows
    n, d = X.shape
    tol = tolerance(X.dtype.type, d) + 1e-12
    w = np.ones(n) if weight is None else weight
    sq = brute(X, candidates)
    closest = np.full(n, np.inf)
    blocks = passes.seed_update(rows, candidates[0], closest, weight)
    np.testing.assert_allclose(closest, sq[:, 0], rtol=tol)
    starts = np.arange(0, n, passes.SEED_BLOCK)
    np.testing.assert_allclose(blocks, np.add.reduceat(w * sq[:, 0], starts), rtol=2 * tol)
    lowered = np.minimum(sq, sq[:, :1])
    found = passes.seed_potentials(rows, candidates, closest, weight)
    np.testing.assert_allclose(found, w @ lowered, rtol=3 * tol)
    passes.seed_update(rows, candidates[-1], closest, weight)
    np.testing.assert_allclose(closest, lowered[:, -1], rtol=tol)


@DTYPES
def test_sizes_around_every_edge(dtype: type, rng: np.random.Generator) -> None:
    for i, (n, d, k) in enumerate(sampled()):
        X = rng.normal(size=(n, d)).astype(dtype)
        centers = rng.normal(size=(k, d)).astype(dtype)
        weight = None if i % 3 else rng.integers(0, 4, n) * rng.random(n)
        check_assignment(X, centers, weight)
        check_two(X, centers)
        check_seeding(X, centers[:9], weight)
        found = passes.distances(X, centers)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, np.sqrt(brute(X, centers)), rtol=tolerance(dtype, d))


@DTYPES
@pytest.mark.parametrize("d", [1, 3, 8, 9, 33])
def test_far_from_the_origin_nothing_cancels(dtype: type, d: int, rng: np.random.Generator) -> None:
    far = 1e8 if dtype == np.float64 else 1e4
    X = (rng.normal(size=(500, d)) + far).astype(dtype)
    for k in (11, 40):
        centers = (rng.normal(size=(k, d)) + far).astype(dtype)
        check_assignment(X, centers, None)
        check_two(X, centers)
    check_seeding(X, centers, None)


@DTYPES
@pytest.mark.parametrize("d", [1, 2, 5, 8, 9, 40])
def test_rows_half_way_between_centers(dtype: type, d: int, rng: np.random.Generator) -> None:
    """Rows in double are screened in float: these lie where float cannot tell."""
    centers = rng.normal(size=(40, d))
    pairs = rng.integers(0, 40, size=(1500, 2))
    nudge = 10.0 ** rng.uniform(-14, -4, size=(1500, 1)) * rng.normal(size=(1500, d))
    X = ((centers[pairs[:, 0]] + centers[pairs[:, 1]]) / 2 + nudge).astype(dtype)
    check_assignment(X, centers.astype(dtype), None)
    check_two(X, centers.astype(dtype))


@DTYPES
@pytest.mark.parametrize("d", [1, 3, 8, 30])
def test_rows_far_from_all_centers(dtype: type, d: int, rng: np.random.Generator) -> None:
    X = (rng.normal(size=(3000, d)) * 1e4).astype(dtype)
    centers = rng.normal(size=(60, d)).astype(dtype)
    check_assignment(X, centers, None)
    check_two(X, centers)


@DTYPES
def test_tight_groups_far_apart(dtype: type, rng: np.random.Generator) -> None:
    """The spread within a group is what float cannot hold beside the span of all."""
    spread = 1e-7 if dtype == np.float64 else 1e-3
    places = rng.normal(size=(5, 3))
    X = (places[rng.integers(0, 5, 2000)] + spread * rng.normal(size=(2000, 3))).astype(dtype)
    centers = X[rng.permutation(2000)[:30]]
    check_assignment(X, centers, None)
    check_two(X, centers)


@DTYPES
@pytest.mark.parametrize("d", [2, 8, 20])
def test_scales_whose_squares_are_representable(
    dtype: type, d: int, rng: np.random.Generator
) -> None:
    for power in (-30, -22, -21, -15, 15, 30) if dtype == np.float64 else (-14, -7, 7, 14):
        X = (rng.normal(size=(700, d)) * 10.0**power).astype(dtype)
        for k in (9, 60):
            check_assignment(X, X[:k] * dtype(1.5), None)
            check_two(X, X[:k] * dtype(1.5))


@pytest.mark.parametrize("d", [3, 20])
def test_float32_whose_squares_overflow_is_decided_in_double(
    d: int, rng: np.random.Generator
) -> None:
    X = (rng.normal(size=(300, d)) * 1e25).astype(np.float32)
    check_assignment(X, X[:9] * np.float32(1.5), rng.random(300))
    check_two(X, X[:9] * np.float32(1.5))


@DTYPES
@pytest.mark.parametrize("d", [1, 2, 5, 8, 12])
def test_exact_ties_go_to_the_lowest_index(dtype: type, d: int, rng: np.random.Generator) -> None:
    X = rng.integers(0, 3, size=(700, d)).astype(dtype)
    centers = rng.integers(0, 3, size=(29, d)).astype(dtype)
    centers[20] = centers[3]
    sq = brute(X, centers)
    two = np.argsort(sq, axis=1, kind="stable")[:, :2]
    for rows in (X, Csr.of(sp.csr_array(X))):
        labels, sq_distance = passes.nearest(rows, centers)
        np.testing.assert_array_equal(labels, two[:, 0])
        np.testing.assert_array_equal(sq_distance, sq.min(axis=1))
    first, _, second, _ = passes.nearest_two(X, centers)
    np.testing.assert_array_equal(first, two[:, 0])
    np.testing.assert_array_equal(second, two[:, 1])


@DTYPES
def test_all_rows_equal(dtype: type) -> None:
    X = np.full((300, 3), 0.1, dtype)
    labels = np.full(300, -1, np.int32)
    partial, n_changed = passes.lloyd(X, X[:4], None, labels)
    assert n_changed == 300 and not labels.any() and partial.inertia == 0.0
    np.testing.assert_array_equal(partial.weights, [300, 0, 0, 0])


@DTYPES
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_sparse_rows(dtype: type, index: type, rng: np.random.Generator) -> None:
    for n, d, k in [(1, 1, 1), (17, 5, 3), (65, 40, 33), (513, 200, 9), (1500, 30, 70)]:
        matrix = sp.random_array((n, d), density=0.15, format="csr", rng=rng, dtype=dtype)
        X = matrix.toarray()
        rows = Csr.of(matrix)
        rows = Csr(rows.data, rows.indices.astype(index), rows.indptr.astype(index), d)
        centers = np.vstack([X[: k // 2], rng.random((k - k // 2, d))]).astype(dtype)
        weight = rng.random(n)
        check_sparse(X, rows, centers, weight)
        check_sparse(X, rows, centers, None)


def check_sparse(X, rows, centers, weight) -> None:
    """Sparse passes compute in double, whatever the dtype."""
    sq = brute(X, centers)
    # Of ‖x‖² − 2x·c + ‖c‖² in double, near ties are decided directly; the rest to four digits less.
    labels, sq_distance = passes.nearest(rows, centers)
    chosen = sq[np.arange(len(X)), labels]
    assert (chosen <= sq.min(axis=1) * (1 + 1e-11)).all()
    np.testing.assert_allclose(sq_distance, chosen, rtol=1e-11)
    check_assignment(X, centers, weight, rows)
    check_seeding(X, centers[:5], weight, rows)
    eps = float(np.finfo(X.dtype).eps)
    np.testing.assert_allclose(passes.distances(rows, centers), np.sqrt(sq), rtol=1e-11 + eps)


def test_sparse_centers_that_products_cannot_tell_apart(rng: np.random.Generator) -> None:
    far = 1e8 + rng.normal(size=(300, 7))
    centers = 1e8 + rng.normal(size=(40, 7))
    sq = brute(far, centers)
    labels, sq_distance = passes.nearest(Csr.of(sp.csr_array(far)), centers)
    np.testing.assert_array_equal(labels, sq.argmin(axis=1))
    np.testing.assert_allclose(sq_distance, sq.min(axis=1), rtol=1e-11)


#: Puts rows right before a page that must not be touched; a kernel that reads on is killed.
GUARDED = """
import ctypes, mmap, sys
import numpy as np
from covey.engine import passes
passes.use_instruction_set(sys.argv[1])
page = mmap.PAGESIZE
arena = mmap.mmap(-1, 65 * page)
base = ctypes.addressof(ctypes.c_char.from_buffer(arena))
assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(base + 64 * page), page, 0) == 0
for dtype in (np.float32, np.float64):
    size = np.dtype(dtype).itemsize
    for n in (1, 5, 16, 64, 100):
        for d in (1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 31):
            at = 64 * page - n * d * size
            X = np.frombuffer(arena, dtype, n * d, at).reshape(n, d)
            X[:] = np.arange(n * d).reshape(n, d) % 7
            k = min(n, 5)
            labels = np.zeros(n, np.int32)
            passes.lloyd(X, X[-k:], np.ones(n), labels)
            passes.lloyd(X, X[-k:], None, labels)
            passes.nearest(X, X[-k:])
            passes.inertia(X, X[-k:], labels, None)
            passes.distances(X, X[-k:])
            passes.seed_update(X, X[-1], np.ones(n), None)
            passes.seed_potentials(X, X[-k:], np.ones(n), None)
            passes.seed_on_grid(X, np.ones(n), 0, np.full((k - 1, 3), 0.5))
            if k > 1:
                passes.nearest_two(X, X[-k:])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="guards a page by Linux's mprotect")
def test_no_kernel_reads_beyond_its_rows(isa: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, isa], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


@DTYPES
def test_any_number_of_threads_gives_the_same_bytes(dtype: type, rng: np.random.Generator) -> None:
    X = rng.normal(size=(30_000, 3)).astype(dtype)
    wide = rng.normal(size=(20_000, 100)).astype(dtype)
    matrix = Csr.of(sp.random_array((5000, 60), density=0.1, format="csr", rng=rng, dtype=dtype))
    found = []
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        results: list[np.ndarray] = []
        for rows in (X, wide, matrix):
            n = rows.shape[0]
            weight = np.linspace(0, 1, n)
            centers = np.eye(300 if rows is wide else 19, rows.shape[1], dtype=dtype)
            labels = np.zeros(n, np.int32)
            partial, _ = passes.lloyd(rows, centers, weight, labels)
            closest = np.full(n, np.inf)
            results += [partial.sums, partial.weights, np.array(partial.inertia), labels]
            results += [passes.seed_update(rows, centers[0], closest, weight), closest]
            results += [passes.seed_potentials(rows, centers, closest, weight)]
            results += [passes.inertia(rows, centers, labels, weight)]
            results += [passes.distances(rows, centers), passes.nearest(rows, centers)[1]]
        labelings = np.stack([results[3][:3000] % 4, results[3][:3000] % 3]).astype(np.int32)
        results.append(passes.silhouettes(wide[:3000], labelings))
        found.append([each.tobytes() for each in results])
    assert all(each == found[0] for each in found[1:])


# ---------------------------------------------------------------- silhouettes


@DTYPES
@pytest.mark.parametrize(("n", "d"), [(7, 1), (64, 2), (65, 3), (300, 4), (257, 8), (130, 11)])
def test_silhouettes(dtype: type, n: int, d: int, rng: np.random.Generator) -> None:
    X = rng.normal(size=(n, d)).astype(dtype)
    labelings = np.stack([rng.integers(0, k, n) for k in (2, 3, 5, n)]).astype(np.int32)
    labelings[1][labelings[1] == 1] = 2  # a label that no row has
    found = passes.silhouettes(X, labelings)
    expected = passes.twin_silhouettes(X, labelings)
    atol = 1e-12 if dtype == np.float64 else 3e-6
    np.testing.assert_allclose(found, expected, rtol=0, atol=atol)
    rows = rng.permutation(n)[: n // 2]
    some = passes.silhouettes(X, labelings, rows)
    np.testing.assert_array_equal(some, found[:, rows])


@DTYPES
def test_silhouettes_of_more_combinations_than_fit_a_word(
    dtype: type, rng: np.random.Generator
) -> None:
    X = rng.normal(size=(200, 2)).astype(dtype)
    labelings = rng.integers(0, 190, size=(12, 200)).astype(np.int32)
    found = passes.silhouettes(X, labelings)
    atol = 1e-12 if dtype == np.float64 else 3e-6
    np.testing.assert_allclose(found, passes.twin_silhouettes(X, labelings), rtol=0, atol=atol)


@DTYPES
def test_silhouettes_far_from_the_origin(dtype: type, rng: np.random.Generator) -> None:
    far = 1e8 if dtype == np.float64 else 1e4
    X = (rng.normal(size=(150, 3)) + far).astype(dtype)
    labelings = rng.integers(0, 3, size=(2, 150)).astype(np.int32)
    expected = passes.twin_silhouettes(X.astype(np.float64) - far, labelings)
    atol = 1e-7 if dtype == np.float64 else 1e-3  # what rounding to the dtype took from X
    np.testing.assert_allclose(passes.silhouettes(X, labelings), expected, rtol=0, atol=atol)
