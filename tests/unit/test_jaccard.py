"""Bootstrap Jaccard of each group: by hand, and on groups that come back or do not."""

from __future__ import annotations

import numpy as np
import pytest

from covey.explain.jaccard import cluster_stability, in_words, jaccard_of_each


def test_similarity_by_hand():
    own = np.array([0, 0, 0, 0, 1, 1])
    other = np.array([1, 1, 1, 0, 0, 0])
    # {0,1,2,3} and {0,1,2}: 3 of 4; {4,5} and {3,4,5}: 2 of 3
    np.testing.assert_allclose(jaccard_of_each(own, other, 2), [3 / 4, 2 / 3])
    np.testing.assert_allclose(jaccard_of_each(own, own, 2), 1)


def test_a_label_without_rows_is_like_none():
    own = np.array([0, 0, 2, 2])
    np.testing.assert_allclose(jaccard_of_each(own, own, 3), [1, 0, 1])


@pytest.mark.parametrize(
    ("value", "word"),
    [(0.0, "unstable"), (0.59, "unstable"), (0.60, "doubtful"), (0.74, "doubtful"),
     (0.75, "stable"), (0.85, "stable"), (0.86, "highly stable"), (float("nan"), "unknown")],
)  # fmt: skip
def test_the_usual_words(value, word):
    assert in_words(value) == word


@pytest.fixture
def two_groups(rng):
    X = np.vstack([rng.normal(0, 1, (60, 2)), rng.normal(20, 1, (40, 2))])
    return X, np.repeat([0, 1], [60, 40])


def test_groups_that_are_apart_come_back(two_groups):
    X, labels = two_groups
    found = cluster_stability(X, {2: labels}, rng=np.random.default_rng(0))
    np.testing.assert_allclose(found[2], 1)


def test_halves_of_a_round_group_do_not(two_groups, rng):
    X, labels = two_groups
    three = labels.copy()
    three[:60][X[:60, 0] > 0] = 2  # the first group cut in two, where nothing is between
    found = cluster_stability(X, {3: three}, rng=np.random.default_rng(0))
    whole, halves = found[3][1], found[3][[0, 2]]
    assert whole > 0.8
    assert halves.max() < 0.75  # below Hennig's "stable"


def test_one_group_is_always_itself(two_groups):
    X, _ = two_groups
    found = cluster_stability(X, {1: np.zeros(100, int)}, rng=np.random.default_rng(0))
    np.testing.assert_allclose(found[1], 1)


def test_more_groups_than_a_resample_has_rows():
    X = np.arange(6.0)[:, None]
    found = cluster_stability(X, {6: np.arange(6)}, rng=np.random.default_rng(0), n_bootstraps=3)
    assert np.isnan(found[6]).all()  # no resample of six rows has all six


def test_same_seed_same_figures(two_groups):
    X, labels = two_groups
    first, second = (
        cluster_stability(X, {2: labels}, rng=np.random.default_rng(3), n_bootstraps=4)[2]
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
