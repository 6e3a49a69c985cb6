"""Rules: what is printed, applied to the rows, gives the stated figures exactly."""

from __future__ import annotations

import re

import numpy as np
import pytest

from covey.explain import rules as rules_of_covey
from covey.explain.rules import EVERY_ROW, NO_RULE, fill, matches, tell_rules
from covey.explain.thresholds import cuts_of, roundest
from covey.explain.tree import grow
from covey.explain.wording import unsaid
from covey.testing.tables import hand_made


def told(raw, labels, names=None, **how):
    features = hand_made(raw, names, **how)
    labels = np.array(labels, dtype=np.int32)
    k = int(labels.max()) + 1
    return *tell_rules(fill(features), features.columns, labels, k), features, labels


def reproduced(rules, features, labels):
    """Apply the clauses and return precision, recall of each rule, and the fidelity."""
    filled = fill(features)
    masks = [matches(rule.clauses, filled, features.names) for rule in rules]
    times = np.sum(masks, axis=0)
    right = sum(mask & (labels == label) & (times == 1) for label, mask in enumerate(masks))
    precision = [
        (mask & (labels == label)).sum() / mask.sum() if mask.any() else 0.0
        for label, mask in enumerate(masks)
    ]
    recall = [
        (mask & (labels == label)).sum() / (labels == label).sum()
        for label, mask in enumerate(masks)
    ]
    return precision, recall, right.sum() / len(labels)


def by_text(text, row, features):
    """Tell whether the printed text of a rule holds for a row, reading nothing but the text."""
    place = {name: j for j, name in enumerate(features.names)}
    values = fill(features)[row]

    def bound_holds(bound):
        between = re.fullmatch(r"([-\d.,e+]+) ≤ (\w+) < ([-\d.,e+]+)", bound)
        if between:
            low, name, high = between.groups()
            return as_number(low) <= values[place[name]] < as_number(high)
        name, sign, x = re.fullmatch(r"(\w+) ([<≥]) ([-\d.,e+]+)", bound).groups()
        value = values[place[name]]
        return value < as_number(x) if sign == "<" else value >= as_number(x)

    return any(
        all(bound_holds(bound) for bound in clause.strip("()").split(" and "))
        for clause in text.split(" or ")
    )


def as_number(text):
    return float(text.replace(",", ""))


def test_one_cut_by_hand():
    rules, fidelity, *_ = told([[1], [2], [3], [50], [60], [70]], [0, 0, 0, 1, 1, 1], ["age"])
    assert [rule.text for rule in rules] == ["age < 30", "age ≥ 30"]
    assert rules[0].clauses == ((("age", "<", 30.0),),)
    assert fidelity == rules[0].precision == rules[0].recall == 1


def test_units_stand_in_the_text():
    rules, *_ = told(
        [[100.5], [90.25], [2000.75], [2100]], [0, 0, 1, 1], ["sales"], units={"sales": "£"}
    )
    assert rules[1].text == "sales ≥ £1,000"


def test_both_bounds_of_a_feature_are_told_together():
    rules, fidelity, *_ = told([[1], [2], [11], [12], [21], [22]], [0, 0, 1, 1, 2, 2], ["x"])
    assert [rule.text for rule in rules] == ["x < 5", "5 ≤ x < 15", "x ≥ 15"]
    assert fidelity == 1


def test_two_ways_into_a_segment_are_joined_by_or():
    raw = [[0], [1], [10], [11], [20], [21]]
    rules, *_ = told(raw, [0, 0, 1, 1, 0, 0], ["x"])
    assert rules[0].text == "x < 5 or x ≥ 15"
    raw = [[x, y] for x in (0, 10) for y in (0, 10) for _ in range(10 + x)]
    rules, fidelity, *_ = told(raw, [0] * 10 + [1] * 30 + [0] * 20, ["x", "y"])
    assert fidelity == 1
    assert rules[0].text == "(x ≥ 5 and y ≥ 5) or (x < 5 and y < 5)"


def test_bounds_that_do_not_matter_are_dropped():
    # y tells 2 from the others, x tells 0 from 1; for 2, x does not matter
    raw = [[x, y] for x in (0, 10) for y in (0, 10) for _ in range(10)]
    rules, fidelity, *_ = told(raw, [0] * 10 + [2] * 10 + [1] * 10 + [2] * 10, ["x", "y"])
    assert fidelity == 1
    assert rules[2].text == "y ≥ 5"


def test_printed_rules_reproduce_the_stated_figures(rng):
    raw = np.round(rng.lognormal(3, 1, (400, 3)), 2)
    labels = (raw[:, 0] > 20).astype(int) + (raw[:, 1] * raw[:, 2] > 600)
    rules, fidelity, features, labels = told(raw, labels, ["a", "b", "c"])
    precision, recall, again = reproduced(rules, features, labels)
    assert fidelity == again
    assert 0.8 < fidelity < 1
    assert [rule.precision for rule in rules] == precision
    assert [rule.recall for rule in rules] == recall
    for label, rule in enumerate(rules):
        mask = matches(rule.clauses, fill(features), features.names)
        assert [by_text(rule.text, row, features) for row in range(400)] == mask.tolist(), label


def test_missing_values_are_taken_as_the_preparation_takes_them():
    raw = [[1], [2], [np.nan], [50], [60], [70]]
    features = hand_made(raw, ["age"])
    np.testing.assert_allclose(fill(features)[2], 50)  # the median
    rules, fidelity, features, labels = told(raw, [0, 0, 1, 1, 1, 1], ["age"])
    assert fidelity == 1 == reproduced(rules, features, labels)[2]


def test_one_segment_holds_every_row():
    rules, fidelity, *_ = told([[1], [2]], [0, 0])
    assert (rules[0].text, rules[0].precision, rules[0].recall) == (EVERY_ROW, 1, 1)
    assert fidelity == 1


def test_segments_that_no_threshold_tells_apart():
    rules, fidelity, features, labels = told([[1], [1], [1]], [0, 0, 1])
    assert rules[1].text == NO_RULE and rules[1].recall == 0
    assert rules[0].recall == 1
    assert fidelity == pytest.approx(2 / 3) == reproduced(rules, features, labels)[2]


def test_small_segments_get_a_rule_too(rng):
    raw = np.concatenate([rng.normal([0, 0], 1, (900, 2)), rng.normal([30, 0], 1, (9, 2))])
    rules, *_ = told(raw, [0] * 900 + [1] * 9)
    assert rules[1].precision == rules[1].recall == 1


def test_numbers_near_the_end_of_doubles(rng):
    rules, fidelity, features, labels = told([[1e308], [1.1e308], [-1e308], [0]], [1, 1, 0, 0])
    assert fidelity == 1 == reproduced(rules, features, labels)[2]


@pytest.mark.parametrize(
    ("low", "high", "whole", "expected"),
    [
        (17, 23.4, False, 20),
        (999, 1201, False, 1100),
        (0.1234, 0.1236, False, 0.1235),
        (3, 4, True, 4),
        (23, 29, True, 25),
        (-4, 3, False, 0),
        (-1, 0, False, -0.5),
        (-17, -3, False, -10),
        (1, 1.0000000000000002, False, 1.0000000000000002),
        (0, 1e-300, False, 1e-300),
    ],
)
def test_roundest_number(low, high, whole, expected):
    found = roundest(low, high, whole)
    assert low < found <= high
    assert found == expected


def test_cuts_split_every_distinct_value(rng):
    values = np.round(rng.normal(0, 5, 100), 1)
    cuts = cuts_of(values, False)
    assert len(np.unique(np.searchsorted(cuts, values, "right"))) == len(np.unique(values))
    whole = cuts_of(np.arange(10.0), True)
    assert (whole == np.round(whole)).all()
    many = cuts_of(rng.normal(size=5000), False)
    assert len(many) <= 254 and (np.diff(many) > 0).all()


def test_a_tree_stops_when_it_is_right_often_enough():
    labels = np.array([0] * 96 + [1] * 4 + [0] * 4 + [1] * 96, dtype=np.int32)
    codes = np.arange(200, dtype=np.int16)[None] // 2
    leaves = grow(codes, [100], labels, 2)
    assert len(leaves) == 2
    assert sum(leaf.n_rows for leaf in leaves) == 200
    assert sum(leaf.n_right for leaf in leaves) >= 190


def test_a_chain_of_cuts_reaches_every_segment(rng):
    # k − 1 segments each cut off from the rest by one threshold: a chain, 6 deep for 7 segments
    k, n = 7, 100
    raw = rng.uniform(0, 0.4, (k * n, k - 1))
    labels = np.repeat(np.arange(k), n)
    for label in range(k - 1):
        raw[labels == label, label] += 0.6
        raw[labels > label, label] *= 0.9
        raw[labels < label, label] = rng.uniform(0, 1, label * n)
    rules, fidelity, *_ = told(raw, labels)
    assert fidelity > 0.95
    assert all(rule.recall > 0.9 for rule in rules)


def test_a_clause_inside_another_is_dropped():
    wide, narrow = (("x", "<", 25.0),), (("x", "<", 10.0), ("y", "≥", 3.0))
    other = (("y", "≥", 9.0),)
    assert rules_of_covey._outermost([narrow, other, wide]) == [other, wide]
    assert rules_of_covey._outermost([wide, wide]) == [wide]
    assert rules_of_covey._outermost([(), other]) == [()]


def test_a_unit_that_the_name_says_is_not_said_again() -> None:
    assert unsaid("k$", "Annual Income (k$)") == ""
    assert unsaid("£", "spend (£)") == "£"  # a mark before the number is short
    assert unsaid("days", "recency") == "days"
