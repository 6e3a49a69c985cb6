"""Roles: which columns mean spend, frequency …, summed, ranked, and turned into revenue."""

from __future__ import annotations

import numpy as np
import pytest

from covey.explain.roles import is_buying, revenue, roles_of, standings
from covey.flow import Described
from covey.testing.tables import hand_made


def test_columns_of_one_role_add_up():
    features = hand_made(
        [[1, 10, 5], [2, np.nan, 6], [np.nan, np.nan, 7]],
        ["wine", "meat", "visits"],
        roles={"wine": "spend", "meat": "spend", "visits": "frequency"},
        units={"wine": "£", "meat": "£"},
    )
    found = roles_of(features)
    assert list(found) == ["spend", "frequency"]
    assert found["spend"].label == "spend (wine and meat)"
    assert found["spend"].unit == "£"
    np.testing.assert_array_equal(found["spend"].values, [11, 2, np.nan])
    assert found["frequency"].label == "visits"


def test_described_numbers_play_roles_too():
    spend = Described("sales", "number", np.array([3.0, 4.0]), "€", "spend")
    found = roles_of(hand_made([[1.0], [2.0]], described=[spend]))
    np.testing.assert_array_equal(found["spend"].values, [3, 4])


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({"a": "spend", "b": "recency"}, True),
        ({"a": "spend", "b": "spend"}, False),
        ({"a": "tenure", "b": "visits"}, False),
        ({"a": "frequency", "b": "basket"}, True),
        ({}, False),
    ],
)
def test_two_roles_make_a_table_about_buying(roles, expected):
    assert is_buying(roles_of(hand_made([[1, 2], [3, 4]], roles=roles))) is expected


def test_standing_by_the_median():
    values = np.arange(1.0, 11)  # 1 … 10
    labels = np.array([0] * 5 + [1] * 5, dtype=np.int32)
    low, high = standings(values, labels, 2)
    # the median 3: two values below, itself counted half
    assert (low.rank, low.typical, low.by_mean) == (25, 3, False)
    assert (high.rank, high.typical, high.overall) == (75, 8, 5.5)


def test_standing_by_the_mean_where_most_values_are_equal():
    values = np.array([0.0] * 8 + [5, 7])
    labels = np.array([0] * 5 + [1] * 5, dtype=np.int32)
    low, high = standings(values, labels, 2)
    # the zeros share rank 40; the others have 85 and 95
    assert low.by_mean and high.by_mean
    assert (low.rank, low.typical) == (40, 0)
    assert (high.rank, high.typical) == (pytest.approx((3 * 40 + 85 + 95) / 5), 2.4)


def test_revenue_by_hand():
    features = hand_made([[10], [30], [40], [np.nan]], ["sales"], roles={"sales": "spend"})
    labels = np.array([0, 1, 1, 0], dtype=np.int32)
    assert revenue(roles_of(features)["spend"], labels, 2) == [(10, 0.125), (70, 0.875)]


@pytest.mark.parametrize("values", [[0, 0], [-5, 2], [1.7e308, 1.7e308]])
def test_no_revenue_where_shares_would_mislead(values):
    features = hand_made(np.array(values, float)[:, None], ["sales"], roles={"sales": "spend"})
    assert revenue(roles_of(features)["spend"], np.array([0, 1], np.int32), 2) == []
    assert revenue(None, np.array([0, 1], np.int32), 2) == []
