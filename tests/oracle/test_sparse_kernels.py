"""Passes of the loop over sparse rows against their twins, on every instruction set."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from covey.engine import passes
from covey.engine.passes import Csr, Packed

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])
INDEXES = pytest.mark.parametrize("index", [np.int32, np.int64], ids=["i32", "i64"])
#: rows, columns, centers, density; rows of more than one piece of 128 values among them
SIZES = [
    (1, 1, 1, 1.0), (17, 5, 3, 0.5), (65, 40, 33, 0.15), (513, 200, 9, 0.15), (700, 300, 16, 0.9),
    (300, 1500, 17, 0.3), (40, 2600, 150, 0.02),
]  # fmt: skip


@pytest.fixture(params=passes.instruction_sets(), autouse=True)
def isa(request: pytest.FixtureRequest):
    passes.use_instruction_set(request.param)
    yield request.param
    passes.use_instruction_set("auto")


def made(size, dtype, index, rng, scale=1.0):
    """Return rows, centers between some of them, and weights; one row is empty."""
    n, d, k, density = size
    matrix = sp.random_array((n, d), density=density, format="lil", rng=rng, dtype=np.float64)
    matrix[n // 2] = 0
    matrix = (matrix.tocsr() * scale).astype(dtype)
    matrix.eliminate_zeros()
    rows = Csr.of(matrix)
    rows = Csr(rows.data, rows.indices.astype(index), rows.indptr.astype(index), d)
    centers = matrix.toarray()[rng.integers(n, size=k)] + scale * rng.random((k, d)) * 0.1
    return rows, centers.astype(dtype), rng.random(n)


@DTYPES
@INDEXES
@pytest.mark.parametrize("size", SIZES)
def test_assign_finds_the_nearest(size, dtype, index, rng: np.random.Generator) -> None:
    for scale in (1.0, 1e-30, 1e30):
        rows, centers, _ = made(size, dtype, index, rng, scale)
        n, k = rows.shape[0], len(centers)
        labels, due = rng.integers(k, size=n).astype(np.int32), np.full(n, -np.inf)
        expected, expected_due = labels.copy(), due.copy()
        spent = rng.random(k) * scale
        over = rng.random(n) < 0.7  # the others keep label and deadline
        due[~over] = expected_due[~over] = np.inf
        lengths = passes.sparse_lengths(rows)
        packed = Packed.of(centers, lengths)
        seen = passes.sparse_assign(rows, packed, lengths, spent, due, labels)
        assert seen == passes.twin_sparse_assign(rows, centers, spent, expected_due, expected)
        np.testing.assert_array_equal(labels, expected)
        assert (due <= expected_due).all()
        # What bounds give away is rounding: of floats, and the root of what double may lose.
        some = np.isfinite(due) & over
        assert k == 1 or some.sum() >= 0.9 * over.sum() - 3
        np.testing.assert_allclose(due[some], expected_due[some], atol=2e-3 * scale)


@DTYPES
@INDEXES
@pytest.mark.parametrize("size", SIZES)
def test_sums_made_anew_and_brought_up_to_date(
    size, dtype, index, rng: np.random.Generator
) -> None:
    rows, centers, weight = made(size, dtype, index, rng)
    n, (k, d) = rows.shape[0], centers.shape
    for w in (weight, None):
        before = rng.integers(k, size=n).astype(np.int32)
        stale = rng.random(k) < 0.7
        sums, twin = np.full((2, k, d), 7.0)
        passes.sparse_sum_stale(rows, w, before, stale, sums)
        passes.twin_sparse_sum_stale(rows, w, before, stale, twin)
        np.testing.assert_allclose(sums, twin, rtol=1e-12)
        labels = np.where(rng.random(n) < 0.3, rng.integers(k, size=n), before).astype(np.int32)
        moved = np.flatnonzero(labels != before)
        moved = moved, before[moved]
        passes.sparse_sum_moved(rows, w, labels, ~stale, moved, sums)
        passes.twin_sparse_sum_moved(rows, w, labels, ~stale, moved, twin)
        np.testing.assert_allclose(sums, twin, rtol=1e-12, atol=1e-13)


@DTYPES
@pytest.mark.parametrize("size", SIZES)
def test_centers_move_and_are_packed(size, dtype, rng: np.random.Generator) -> None:
    rows, centers, _ = made(size, dtype, np.int32, rng)
    k, d = centers.shape
    lengths = passes.sparse_lengths(rows)
    np.testing.assert_allclose(lengths, passes.twin_sparse_lengths(rows), rtol=1e-14)
    packed, twin = Packed.of(centers, lengths), centers.copy()
    sums, weights, moved = rng.random((k, d)), rng.random(k) + 0.1, rng.random(k) < 0.6
    expected = passes.twin_move(twin, sums, weights, moved)
    sq_moves = packed.move(sums, weights, moved)
    np.testing.assert_array_equal(packed.centers, twin)
    np.testing.assert_allclose(sq_moves, expected, rtol=1e-12)
    double = twin.astype(np.float64)
    np.testing.assert_allclose(packed.sq_norms, (double**2).sum(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(packed.panel[:, :k], (double * packed.unit).T.astype(np.float32))
    assert not packed.panel[:, k:].any()


def test_what_does_not_fit_is_refused(rng: np.random.Generator) -> None:
    rows, centers, _ = made(SIZES[2], np.float64, np.int32, rng)
    lengths = passes.sparse_lengths(rows)
    packed = Packed.of(centers, lengths)
    labels, due, spent = np.zeros(65, np.int32), np.zeros(65), np.zeros(33)
    with pytest.raises(ValueError, match="labels, from 0 to below: must be 33; got -1"):
        passes.sparse_assign(rows, packed, lengths, spent, due, labels - 1)
    with pytest.raises(ValueError, match="length of due, one for each row: must be 65; got 64"):
        passes.sparse_assign(rows, packed, lengths, spent, due[:-1], labels)
    moved = np.array([65]), labels[:1]
    with pytest.raises(ValueError, match="rows that moved, from 0 to below: must be 65; got 65"):
        passes.sparse_sum_moved(rows, None, labels, spent > 0, moved, np.zeros(centers.shape))
