"""Equal rows merged into weights."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from covey.engine import distinct
from covey.engine.distinct import merge_equal, n_distinct, row_hashes
from covey.engine.gather import dense_rows, subset
from covey.engine.passes import Csr


def test_equal_rows_add_their_weights() -> None:
    X = np.array([[1.0, 2], [3, 4], [1, 2], [5, 6]])
    rows, mass = merge_equal(X, np.array([1.0, 2, 4, 0]))
    assert dict(zip(rows.tolist(), mass.tolist(), strict=True)) == {0: 5.0, 1: 2.0}
    assert n_distinct(X, None) == 3


def test_minus_zero_is_zero() -> None:
    assert n_distinct(np.array([[0.0, 1], [-0.0, 1]]), None) == 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sparse_and_dense_rows_hash_alike(dtype: str, rng: np.random.Generator) -> None:
    X = (rng.integers(-1, 2, size=(60, 5)) / 3).astype(dtype)
    X[7] = 0
    sparse = Csr.of(sp.csr_array(X))
    np.testing.assert_array_equal(row_hashes(X), row_hashes(sparse))
    np.testing.assert_array_equal(merge_equal(X, None)[0], merge_equal(sparse, None)[0])
    assert n_distinct(sparse, None) == len(np.unique(X, axis=0))


def test_a_collision_of_hashes_never_merges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "row_hashes", lambda X: np.zeros(len(X), np.uint64))
    rows, mass = merge_equal(np.array([[1.0], [1.0], [2.0]]), None)
    assert sorted(zip(rows.tolist(), mass.tolist(), strict=True)) == [(0, 2.0), (2, 1.0)]


def test_rows_are_picked_from_csr_as_from_dense(rng: np.random.Generator) -> None:
    X = rng.normal(size=(20, 6)) * (rng.random((20, 6)) < 0.3)
    sparse, picked = Csr.of(sp.csr_array(X)), np.array([3, 3, 19, 0])
    np.testing.assert_array_equal(dense_rows(sparse, picked), X[picked])
    part = subset(sparse, picked)
    assert part.shape == (4, 6)
    np.testing.assert_array_equal(dense_rows(part, np.arange(4)), X[picked])
