"""First centers: what may be drawn, how often, and what never."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from covey.engine import passes, seeding
from covey.engine.passes import Csr
from covey.engine.seeding import first_centers, kmeans_plusplus, random_rows
from covey.errors import OptionError


@pytest.fixture(params=["merged", "in blocks"])
def regime(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run both ways to draw on small data: with equal rows merged, and by sums of blocks."""
    if request.param == "in blocks":
        monkeypatch.setattr(seeding, "MERGED_ROWS", 0)
    return request.param


def counts(seeder, X, k, weight, trials: int = 4000, **options) -> np.ndarray:
    found = np.zeros(len(X))
    rng = np.random.default_rng(1)
    for _ in range(trials):
        _, indices = seeder(X, k, weight=weight, rng=rng, **options)
        found[indices] += 1
    return found / trials


@pytest.mark.parametrize("seeder", [kmeans_plusplus, random_rows])
def test_the_first_is_drawn_by_weight(seeder, regime: str) -> None:
    # Guards scikit-learn 25527: weights were ignored in seeding.
    X = np.arange(4.0)[:, None]
    share = counts(seeder, X, 1, np.array([1.0, 0, 2, 5]))
    np.testing.assert_allclose(share, [1 / 8, 0, 2 / 8, 5 / 8], atol=0.03)


def test_the_second_is_drawn_by_weighted_squared_distance(regime: str) -> None:
    # From row 0: squared distances 0, 1, 9 with weights 1, 2, 1 → shares 2/11 and 9/11; from
    # row 1: 1, 0, 4 → 1/5 and 4/5; from row 2: 9, 2·4 → 9/17 and 8/17. First by 1/4, 2/4, 1/4.
    X = np.array([[0.0], [1], [3]])
    share = counts(kmeans_plusplus, X, 2, np.array([1.0, 2, 1]), n_local_trials=1)
    row_0 = 1 / 4 + 2 / 4 * 1 / 5 + 1 / 4 * 9 / 17
    row_1 = 2 / 4 + 1 / 4 * 2 / 11 + 1 / 4 * 8 / 17
    np.testing.assert_allclose(share[:2], [row_0, row_1], atol=0.03)


def test_greedy_takes_the_candidate_that_leaves_least(regime: str) -> None:
    # Two tight groups and one outlier: with many trials, the second center is in the other group.
    X = np.array([[0.0]] * 10 + [[10.0]] * 10 + [[13.0]])
    centers, _ = kmeans_plusplus(X, 2, rng=np.random.default_rng(0), n_local_trials=50)
    assert sorted(centers[:, 0]) == [0.0, 10.0]


@pytest.mark.parametrize("seeder", [kmeans_plusplus, random_rows])
def test_each_row_at_most_once(seeder, regime: str, rng: np.random.Generator) -> None:
    X = rng.normal(size=(12, 2))
    centers, indices = seeder(X, 12, rng=rng)
    assert sorted(indices) == list(range(12))
    np.testing.assert_array_equal(centers, X[indices])


@pytest.mark.parametrize("seeder", [kmeans_plusplus, random_rows])
def test_duplicates_do_not_end_it_early(seeder, regime: str, rng: np.random.Generator) -> None:
    X = np.array([[1.0], [1], [1], [2], [2]])
    centers, indices = seeder(X, 4, rng=rng)
    assert len(set(indices.tolist())) == 4
    assert set(centers[:, 0]) == {1.0, 2.0}


@pytest.mark.parametrize("seeder", [kmeans_plusplus, random_rows])
def test_rows_without_weight_come_last(seeder, regime: str, rng: np.random.Generator) -> None:
    X, weight = np.arange(6.0)[:, None], np.array([0.0, 1, 0, 1, 1, 0])
    assert sorted(seeder(X, 3, weight=weight, rng=rng)[1]) == [1, 3, 4]
    assert {1, 3, 4} < set(seeder(X, 5, weight=weight, rng=rng)[1].tolist())


def test_kmeans_plusplus_prefers_distinct_rows(regime: str, rng: np.random.Generator) -> None:
    X = np.repeat(np.arange(5.0), 40)[:, None]
    for _ in range(20):
        centers, _ = kmeans_plusplus(X, 5, rng=rng)
        assert sorted(centers[:, 0]) == [0, 1, 2, 3, 4]


def test_draws_find_rows_beyond_the_first_block(rng: np.random.Generator) -> None:
    n = 3 * passes.SEED_BLOCK + 5
    X = np.zeros((n, 1))
    X[[7, passes.SEED_BLOCK, n - 1], 0] = [1.0, 10.0, 100.0]
    centers, indices = kmeans_plusplus(X, 4, rng=rng)
    assert sorted(centers[:, 0]) == [0.0, 1.0, 10.0, 100.0]
    assert {7, passes.SEED_BLOCK, n - 1} < set(indices.tolist())


def test_sparse_rows_are_drawn_as_dense_ones(rng: np.random.Generator) -> None:
    X = rng.normal(size=(50, 4)) * (rng.random((50, 4)) < 0.4)
    dense = kmeans_plusplus(X, 5, rng=np.random.default_rng(3))
    sparse = kmeans_plusplus(Csr.of(sp.csr_array(X)), 5, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(dense[1], sparse[1])
    np.testing.assert_array_equal(dense[0], sparse[0])


def test_order_and_repetition_do_not_matter(rng: np.random.Generator) -> None:
    X = rng.normal(size=(40, 3))
    times = rng.integers(0, 4, size=40)
    repeated = np.repeat(X, times, axis=0)[::-1]
    one, _ = kmeans_plusplus(X, 6, weight=times.astype(float), rng=np.random.default_rng(5))
    two, _ = kmeans_plusplus(repeated, 6, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(one, two)


def test_given_centers_and_callables() -> None:
    X, rng = np.arange(6.0).reshape(3, 2), np.random.default_rng(0)
    given = first_centers(X, 2, X[:2], weight=None, rng=rng)
    assert given.tolist() == [[0, 1], [2, 3]]
    called = first_centers(X, 2, lambda X, k, rng: X[-k:], weight=None, rng=rng)
    assert called.tolist() == [[2, 3], [4, 5]]


@pytest.mark.parametrize(
    ("init", "text"),
    [
        (np.zeros((3, 2)), r"must be \(2, 2\).*got \(3, 2\)"),
        (np.zeros((2, 5)), r"must be \(2, 2\).*got \(2, 5\)"),
        (np.array([[0, np.nan], [0, 0]]), "got nan"),
        ("pca", "got 'pca'"),
    ],
)
def test_wrong_starts_are_refused(init, text: str) -> None:
    with pytest.raises(OptionError, match=text):
        first_centers(np.zeros((3, 2)), 2, init, weight=None, rng=np.random.default_rng(0))
