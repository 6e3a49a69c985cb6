"""Profiles, by hand: two segments of a small table."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from covey.explain.profile import apart_first, columns_of, measure, quantile, stand_out
from covey.flow import Described
from covey.testing.tables import hand_made

LABELS = np.array([0, 0, 1, 1, 1], dtype=np.int32)


def measured(values, labels=LABELS, **how):
    features = hand_made(np.array(values, dtype=float)[:, None], ["x"], **how)
    k = int(labels.max()) + 1
    table = measure(columns_of(features), labels, k)
    return [row[0] for row in table]


def test_measures_by_hand():
    low, high, everyone = measured([1, 3, 6, 10, 20])
    assert (low.mean, low.median) == (2, 2)
    assert (high.mean, high.median) == (12, 10)
    assert (everyone.mean, everyone.median) == (8, 6)
    assert low.population_mean == 8 and low.population_median == 6
    assert low.lift == 0.25 and high.lift == 1.5 and everyone.lift == 1
    # variance: (49 + 25 + 4 + 4 + 144) / 5 = 45.2
    assert low.difference == pytest.approx(-6 / math.sqrt(45.2))
    assert high.difference == pytest.approx(4 / math.sqrt(45.2))
    # the median 2 has one of five values below it; 10 has three below and itself
    assert low.rank == pytest.approx(20)
    assert high.rank == pytest.approx(70)
    assert (high.p25, high.p75) == (8, 15)
    assert (everyone.p25, everyone.p75) == (3, 10)


def test_missing_values_are_left_out_of_figures():
    low, high, everyone = measured([1, np.nan, 6, 10, np.nan])
    assert (low.mean, high.mean, everyone.mean) == (1, 8, 17 / 3)
    assert everyone.median == 6


def test_segment_without_any_value_has_no_figures_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, high, _ = measured([np.nan, np.nan, 6, 10, 20])
    assert math.isnan(low.mean) and math.isnan(low.rank) and math.isnan(low.lift)
    assert high.mean == 12


def test_lift_is_not_told_where_a_ratio_misleads():
    low, high, _ = measured([-5, -4, 3, 4, 5])
    assert math.isnan(low.lift) and math.isnan(high.lift)
    assert low.difference < 0 < high.difference
    zero, _, _ = measured([0, 0, 0, 0, 0])
    assert math.isnan(zero.lift)


def test_constant_column_sets_nobody_apart():
    low, high, _ = measured([0.1] * 5)
    assert low.difference == high.difference == 0
    assert low.lift == pytest.approx(1)
    assert low.rank == 50


def test_values_near_the_end_of_doubles():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, high, everyone = measured([1e308, 1.2e308, 1.5e308, 1.7e308, 1.6e308])
    assert low.mean == pytest.approx(1.1e308)
    assert high.median == pytest.approx(1.6e308)
    assert everyone.mean == pytest.approx(1.4e308)
    assert low.difference < 0 < high.difference
    assert high.lift == pytest.approx(1.6 / 1.4)


@pytest.mark.parametrize(
    ("q", "expected"), [(0, 1), (0.25, 1.75), (0.5, 2.5), (0.75, 3.25), (1, 4)]
)
def test_quantile_interpolates(q, expected):
    assert quantile(np.array([1.0, 2, 3, 4]), q) == expected


def test_described_numbers_follow_the_features():
    other = Described("age", "number", np.array([20.0, 30, 40, 50, 60]), "years")
    features = hand_made(np.arange(5.0)[:, None], ["x"], described=[other])
    row = measure(columns_of(features), LABELS, 2)[0]
    assert [one.name for one in row] == ["x", "age"]
    assert row[0].clustered and not row[1].clustered
    assert (row[1].mean, row[1].unit) == (25, "years")


def test_what_sets_apart_comes_first():
    features = hand_made([[0, 9], [1, 9], [2, 1], [3, 2], [0, 3]], ["dull", "telling"])
    row = measure(columns_of(features), LABELS, 2)[0]
    assert [one.name for one in apart_first(row)] == ["telling", "dull"]


def levels_of(values, labels):
    column = Described("town", "category", np.array(values, dtype=object))
    features = hand_made(np.arange(float(len(values)))[:, None], described=[column])
    return stand_out(features, np.array(labels, dtype=np.int32), int(max(labels)) + 1)


def test_category_that_stands_out():
    # segment 0: 30 of 40 from Rome; segment 1: 10 of 60; overall 40 %
    values = ["Rome"] * 30 + ["Oslo"] * 10 + ["Rome"] * 10 + ["Oslo"] * 50
    first, second = levels_of(values, [0] * 40 + [1] * 60)
    (rome,), (oslo,) = first, second  # of two categories one says it all
    assert (rome.column, rome.value) == ("town", "Rome")
    assert (rome.share, rome.population_share) == (0.75, 0.4)
    assert rome.lift == pytest.approx(1.875)
    assert (oslo.value, oslo.share) == ("Oslo", pytest.approx(5 / 6))


def test_a_yes_or_no_is_told_as_yes():
    first, second = levels_of(["no"] * 50 + ["Yes"] * 30 + ["no"] * 20, [0] * 50 + [1] * 50)
    assert [(one.value, one.share) for one in (*first, *second)] == [("Yes", 0.0), ("Yes", 0.6)]


def test_category_that_differs_by_chance_is_not_told():
    values = [*(["Rome", "Oslo"] * 50)[:99], "Rome"]
    assert levels_of(values, [0] * 50 + [1] * 50) == [(), ()]


def test_rare_category_is_not_told():
    # four rows, all in one segment: a large ratio on too few rows
    values = ["Rome"] * 4 + ["Oslo"] * 48 + ["Kyiv"] * 48
    first, second = levels_of(values, [0] * 10 + [1] * 90)
    assert "Rome" not in {one.value for one in (*first, *second)}


def test_missing_categories_are_nobody():
    values = ["Rome"] * 30 + [None] * 10 + ["Oslo"] * 30 + [None] * 30
    first, _ = levels_of(values, [0] * 40 + [1] * 60)
    assert [(one.value, one.share, one.population_share) for one in first] == [("Rome", 1.0, 0.5)]
