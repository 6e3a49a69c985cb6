"""Stability: the adjusted Rand index by hand and against scikit-learn's; refits on halves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from covey.explain.stability import adjusted_rand, stability


def test_adjusted_rand_by_hand():
    a = np.array([0, 0, 0, 1, 1, 1])
    b = np.array([0, 0, 1, 1, 2, 2])
    # pairs together: in both 2, in a 6, in b 3, of 15; expected 6 · 3 / 15 = 1.2
    assert adjusted_rand(a, b) == pytest.approx((2 - 1.2) / (4.5 - 1.2))
    assert adjusted_rand(a, a) == 1
    assert adjusted_rand(a, 1 - a) == 1


@pytest.mark.parametrize("n", [1, 5])
def test_one_group_agrees_with_itself(n):
    assert adjusted_rand(np.zeros(n, int), np.zeros(n, int)) == 1


def test_adjusted_rand_equals_scikit_learns(rng):
    from sklearn.metrics import adjusted_rand_score

    for n, k_a, k_b in [(2, 2, 2), (10, 3, 2), (200, 5, 7), (1000, 2, 30)]:
        a, b = rng.integers(0, k_a, n), rng.integers(0, k_b, n)
        assert adjusted_rand(a, b) == pytest.approx(adjusted_rand_score(a, b), abs=1e-12)


def test_clear_groups_come_back(rng):
    X = np.concatenate([rng.normal(center, 0.1, (40, 2)) for center in ((0, 0), (9, 0), (0, 9))])
    index, n_refits = stability(X, 3, rng=rng)
    assert (index, n_refits) == (1, 5)


def test_one_cloud_does_not(rng):
    index, _ = stability(rng.normal(size=(200, 6)), 6, rng=rng)
    assert index < 0.65


def test_one_segment_is_not_compared_with_anything(rng):
    index, n_refits = stability(np.zeros((10, 2)), 1, rng=rng)
    assert np.isnan(index) and n_refits == 0


def test_halves_too_small_for_k_say_nothing(rng):
    index, n_refits = stability(np.arange(6.0)[:, None], 4, rng=rng)
    assert math.isnan(index) and n_refits == 0


def test_same_stream_same_index(rng):
    X = rng.normal(size=(100, 3))
    first = stability(X, 4, rng=np.random.default_rng(5))
    assert first == stability(X, 4, rng=np.random.default_rng(5))


def test_weights_of_zero_do_not_count(rng):
    X = np.concatenate([rng.normal(0, 0.1, (50, 1)), rng.normal(9, 0.1, (50, 1))])
    X[:5] = 1000.0
    weight = np.ones(100)
    weight[:5] = 0
    index, _ = stability(X, 2, rng=rng, weight=weight)
    assert index == 1
