"""Criteria of K by hand: BIC, the three together, the bend of the WCSS curve."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from covey.explain.criteria import bends, bic, sharp_elbow, standing
from covey.testing.k_facts import k_facts


def test_bic_is_the_density_of_each_row_in_its_own_group():
    X = np.array([0.0, 2, 10, 12, 14])
    # means 1 and 12, inertia 1 + 1 + 4 + 4 = 10, variance 10 / 5 = 2
    density = [
        share * stats.norm(mean, math.sqrt(2)).pdf(x)
        for x, mean, share in zip(X, [1, 1, 12, 12, 12], [0.4, 0.4, 0.6, 0.6, 0.6], strict=True)
    ]
    # two centers, one share, one variance
    expected = -2 * np.log(density).sum() + 4 * math.log(5)
    assert bic(10.0, (3, 2), 1, spread=160.8) == pytest.approx(expected)


def test_bic_counts_every_coordinate():
    one = bic(20.0, (10,), 2, spread=20.0)
    # log L = −n d / 2 · (log(2 π · 20 / 20) + 1); 2 coordinates and the variance
    assert one == pytest.approx(20 * (math.log(2 * math.pi) + 1) + 3 * math.log(10))


def test_bic_has_no_bound_where_nothing_is_left():
    assert math.isnan(bic(0.0, (2, 2), 1, spread=9.0))
    assert math.isnan(bic(1e-15, (2, 2), 1, spread=9.0))
    assert math.isfinite(bic(1e-15, (2, 2), 1, spread=1e-14))


def facts(k, silhouette, between, within):
    return k_facts(k, silhouette=silhouette, calinski_harabasz=between, davies_bouldin=within)


def test_three_criteria_together_by_hand():
    found = standing([k_facts(1), facts(2, 0.6, 100.0, 0.5), facts(3, 0.3, 200.0, 1.0)])
    # silhouette 1 and 1/2, Calinski–Harabasz 1/2 and 1, Davies–Bouldin 1 and 1/2
    assert found == {
        2: pytest.approx((1 * 0.5 * 1) ** (1 / 3)),
        3: pytest.approx((0.5 * 1 * 0.5) ** (1 / 3)),
    }


def test_the_first_division_into_equal_rows_is_the_best():
    perfect = [k_facts(k, silhouette=1.0, inertia=0.0, calinski_harabasz=1.0, davies_bouldin=0.0)
               for k in (3, 4)]  # fmt: skip
    found = standing([facts(2, 0.5, 10.0, 1.0), *perfect])
    assert max(found, key=lambda k: found[k]) == 3


def test_nothing_stands_without_more_than_one_group():
    assert standing([k_facts(1)]) == {}


def test_bends_by_hand():
    # falls 40, 30, 2, 1
    found = bends([1, 2, 3, 4, 5], [100.0, 60, 30, 28, 27])
    assert found == {2: pytest.approx(4 / 3), 3: pytest.approx(15), 4: pytest.approx(2)}
    assert sharp_elbow([1, 2, 3, 4, 5], [100.0, 60, 30, 28, 27]) == 3


def test_a_smooth_curve_has_no_elbow():
    ks = list(range(1, 12))
    assert sharp_elbow(ks, [100 / k for k in ks]) is None
    assert sharp_elbow([1, 2], [10.0, 1.0]) is None


def test_a_gap_between_k_is_no_neighbor():
    assert 4 not in bends([1, 2, 3, 4, 8], [100.0, 90, 80, 10, 9])


def test_a_curve_that_ends_flat_bends_without_bound():
    assert bends([1, 2, 3], [100.0, 0, 0]) == {2: math.inf}
