"""Single rows moved, and many starts led downhill, against their twins on every instruction set."""

from __future__ import annotations

import numpy as np
import pytest

from covey.engine import passes
from covey.testing import brute_force

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])
SIZES = [(1, 1, 1), (7, 1, 3), (33, 2, 5), (65, 3, 4), (130, 8, 9), (257, 9, 6), (600, 17, 4)]


@pytest.fixture(params=passes.instruction_sets(), autouse=True)
def isa(request: pytest.FixtureRequest):
    passes.use_instruction_set(request.param)
    yield request.param
    passes.use_instruction_set("auto")
    passes.set_threads(None)


def rows(n: int, d: int, dtype: type, rng: np.random.Generator):
    """Rows that are multiples of 1/8 (sums are exact in double), and weights, some of them zero."""
    X = (np.round(8 * rng.normal(size=(n, d))) / 8).astype(dtype)
    weight = rng.integers(0, 4, n).astype(float)
    weight[0] = 1.0
    return X, weight


def inertia(X, weight, labels, k: int) -> float:
    """Σ w ‖x − mean of its cluster‖², by hand."""
    w = np.ones(len(X)) if weight is None else weight
    total = 0.0
    for j in range(k):
        own, mass = X[labels == j].astype(float), w[labels == j]
        if mass.sum() > 0:
            total += mass @ ((own - mass @ own / mass.sum()) ** 2).sum(axis=1)
    return total


@DTYPES
@pytest.mark.parametrize("weighted", [False, True])
def test_moves_are_those_of_the_twin(dtype: type, weighted: bool, rng: np.random.Generator) -> None:
    for n, d, k in SIZES:
        X, weight = rows(n, d, dtype, rng)
        weight = weight if weighted else None
        labels = rng.integers(0, k, n).astype(np.int32)
        centers = X[rng.integers(0, n, k)].copy()
        twins, twin_centers = labels.copy(), centers.copy()
        before = inertia(X, weight, labels, k)
        gain, n_moved = passes.transfer(X, weight, centers, labels, 1)
        twin_gain, twin_moved = passes.twin_transfer(X, weight, twin_centers, twins, 1)
        np.testing.assert_array_equal(labels, twins)
        assert n_moved == twin_moved
        assert gain == pytest.approx(twin_gain, rel=1e-6, abs=1e-9)
        assert before - inertia(X, weight, labels, k) == pytest.approx(gain, rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(centers, twin_centers, rtol=1e-5, atol=1e-6)


@DTYPES
@pytest.mark.parametrize("weighted", [False, True])
def test_no_move_of_a_row_gains_at_the_end(dtype, weighted, rng: np.random.Generator) -> None:
    for n, d, k in SIZES:
        X, weight = rows(n, d, dtype, rng)
        weight = weight if weighted else None
        w = np.ones(n) if weight is None else weight
        labels = rng.integers(0, k, n).astype(np.int32)
        centers = X[rng.integers(0, n, k)].copy()
        passes.transfer(X, weight, centers, labels, 10_000)
        least = inertia(X, weight, labels, k)
        mass = np.bincount(labels, w, k)
        for i in range(0, n, max(1, n // 20)):
            for j in range(k):
                # a cluster's last row stays, and where no row is, Hartigan's formula has no say
                if w[i] == 0 or mass[labels[i]] == w[i] or mass[j] == 0:
                    continue
                moved = labels.copy()
                moved[i] = j
                assert inertia(X, weight, moved, k) >= least * (1 - 1e-5) - 1e-9


@DTYPES
@pytest.mark.parametrize("weighted", [False, True])
def test_descents_are_those_of_the_twin(dtype, weighted, rng: np.random.Generator) -> None:
    for n, d, k in SIZES:
        X, weight = rows(n, d, dtype, rng)
        weight = weight if weighted else None
        for n_drawn in {0, 1, k}:
            starts = np.stack([X[rng.permutation(n)[:k]] for _ in range(3)])
            shares = rng.random((3, n_drawn))
            twins = starts.copy()
            found = passes.descend(X, weight, starts, shares, 50)
            expected = passes.twin_descend(X, weight, twins, shares, 50)
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)
            if dtype is np.float64:
                np.testing.assert_allclose(starts, twins, rtol=1e-9, atol=1e-12)


@DTYPES
def test_centers_of_a_descent_have_the_inertia_it_tells(dtype, rng: np.random.Generator) -> None:
    X = rng.normal(size=(900, 5)).astype(dtype)
    weight = rng.random(900)
    starts = np.zeros((4, 12, 5), dtype=dtype)
    found = passes.descend(X, weight, starts, rng.random((4, 12)), 300)
    for centers, each in zip(starts, found, strict=True):
        assert brute_force(X, centers, weight).inertia == pytest.approx(each, rel=1e-5)


def test_the_bytes_are_the_same_for_any_threads(rng: np.random.Generator) -> None:
    X, weight = rng.normal(size=(9000, 4)), rng.random(9000)
    shares, labels = rng.random((6, 7)), rng.integers(0, 7, 9000).astype(np.int32)
    seen = set()
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        starts = np.zeros((6, 7, 4))
        inertias = passes.descend(X, weight, starts, shares, 300)
        own, centers = labels.copy(), X[:7].copy()
        passes.transfer(X, weight, centers, own, 3)
        arrays = (starts, inertias, own, centers)
        seen.add(b"".join(array.tobytes() for array in arrays))
    assert len(seen) == 1


def test_emptied_clusters_get_rows(rng: np.random.Generator) -> None:
    X = rng.normal(size=(40, 2))
    far = np.array([[[0.0, 0.0], [1e3, 1e3], [2e3, 2e3], [-3e3, 1e3]]])
    expected = far.copy()
    found = passes.descend(X, None, far, np.empty((1, 0)), 100)
    assert len(np.unique(brute_force(X, far[0]).labels)) == 4
    twin = passes.twin_descend(X, None, expected, np.empty((1, 0)), 100)
    np.testing.assert_allclose(found, twin)


def test_more_centers_than_distinct_rows_are_no_trouble() -> None:
    X = np.repeat([[0.0], [4.0]], 5, axis=0)
    starts = np.zeros((2, 4, 1))
    assert passes.descend(X, None, starts, np.full((2, 4), 0.5), 10).tolist() == [0.0, 0.0]


def test_shapes_are_checked() -> None:
    X = np.zeros((5, 2))
    for starts, shares in (
        (np.zeros((2, 3, 3)), np.zeros((2, 1))),
        (np.zeros((2, 3, 2)), np.zeros((1, 1))),
        (np.zeros((2, 3, 2)), np.zeros((2, 4))),
    ):
        with pytest.raises(ValueError, match="must be"):
            passes.descend(X, None, starts, shares, 10)
    with pytest.raises(ValueError, match="labels"):
        passes.transfer(X, None, np.zeros((2, 2)), np.full(5, 2, np.int32), 1)
