"""Names: earned by the figures, told with them, never shared."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from covey.errors import OptionError
from covey.explain.describing import cropped
from covey.explain.matching import best_matching
from covey.explain.naming import (
    Population,
    fit_of,
    names_from_figures,
    names_from_playbook,
    names_given,
    score_of,
)
from covey.explain.playbook import Entry, load_playbook
from covey.explain.profile import columns_of, measure
from covey.explain.roles import Standing, roles_of
from covey.flow import Described
from covey.testing.tables import hand_made


def population(raw, labels, names=None, noun="customers", **how):
    features = hand_made(raw, names, **how)
    labels = np.array(labels, dtype=np.int32)
    columns = columns_of(features)
    k = int(labels.max()) + 1
    table = measure(columns, labels, k)[:k]
    return Population(columns, labels, table, roles_of(features), noun)


SHOP = {"sales": "spend", "orders": "frequency", "days": "recency"}


def shop(*segments, n=20):
    """n customers for each (sales, orders, days), spread by a few percent."""
    spread = np.linspace(0.95, 1.05, n)[:, None]
    raw = np.concatenate([np.array(segment) * spread for segment in segments])
    labels = np.repeat(np.arange(len(segments)), n)
    return population(raw, labels, list(SHOP), roles=SHOP, units={"sales": "£", "days": "days"})


def test_known_kinds_get_their_names():
    found = names_from_playbook(
        shop((5000, 40, 6), (800, 15, 20), (160, 4, 260), (70, 1.5, 5), (700, 14, 22)),
        load_playbook(),
    )
    assert found[0].text == "VIP champions" == found[0].entry
    assert found[2].text == "Lost"  # long ago, and low in spend and orders
    assert found[3].text == "New or promising"
    assert found[0].action and found[2].action


def test_why_tells_the_figures():
    found = names_from_playbook(shop((5000, 40, 6), (100, 2, 90), (50, 1, 300)), load_playbook())
    assert "median sales £5,000, above that of" in found[0].why
    assert "median days 6 days, more recent than for" in found[0].why
    assert "% of customers" in found[0].why


def test_vip_needs_high_spend():
    """The richest of modest segments is no VIP: the limit is hard."""
    vip = next(entry for entry in load_playbook() if entry.name == "VIP champions")
    for rank in range(101):
        own = {
            "spend": Standing(rank, 1, 1, False),
            "frequency": Standing(95, 1, 1, False),
            "recency": Standing(5, 1, 1, False),
        }
        assert (score_of(vip, own) > 0) == (rank > 80)


def test_an_entry_whose_role_is_absent_is_out():
    entry = Entry("Returners", "", {"returns": (85, 100)})
    assert score_of(entry, {"spend": Standing(99, 1, 1, False)}) == 0


def test_if_known_counts_only_when_known():
    entry = Entry("X", "", {"spend": (85, 100)}, {"recency": (0, 35)})
    spend = Standing(95, 1, 1, False)
    alone = score_of(entry, {"spend": spend})
    assert alone > 0
    assert score_of(entry, {"spend": spend, "recency": Standing(10, 1, 1, False)}) > alone
    assert score_of(entry, {"spend": spend, "recency": Standing(90, 1, 1, False)}) == 0


def test_fit_by_hand():
    assert fit_of(100, (85, 100)) == 1
    assert fit_of(85, (85, 100)) == pytest.approx(0.7)
    assert fit_of(0, (0, 35)) == 1
    assert fit_of(50, (35, 65)) == 1
    assert fit_of(82.5, (85, 100)) == pytest.approx(0.35)
    assert fit_of(80, (85, 100)) == 0 == fit_of(float("nan"), (0, 100))


def test_two_alike_segments_get_two_names():
    found = names_from_playbook(shop((5000, 40, 6), (4900, 39, 6.1), (50, 1, 300)), load_playbook())
    assert len({name.text for name in found}) == 3


def test_more_segments_than_entries_are_described():
    entries = (Entry("Top", "Call.", {"spend": (65, 100)}),)
    found = names_from_playbook(shop((5000, 40, 6), (800, 15, 20), (160, 4, 260)), entries)
    assert [name.text for name in found].count("Top") == 1
    rest = [name for name in found if name.text != "Top"]
    assert all(name.action == "" and name.entry == "" and name.why for name in rest)
    assert len({name.text for name in found}) == 3


def test_figures_name_any_other_table():
    raw = [[60, 20]] * 5 + [[20, 90]] * 5 + [[20, 20]] * 5
    labels = np.repeat([0, 1, 2], 5)
    found = names_from_figures(population(raw, labels, ["Age", "Annual Income (k$)"], "rows"))
    assert found[0].text == "high age · low annual income"
    assert found[1].text == "high annual income · low age"
    assert "median age 60 against 20 overall" in found[0].why or "mean age 60" in found[0].why
    assert all(name.action == "" for name in found)


def test_alike_segments_are_told_apart_by_the_next_feature():
    a = np.repeat([1.0, 2, 9, 9.1], 6)
    b = np.repeat([5.0, 4, 6, 6.1], 6)
    c = np.repeat([3.0, 3.1, 2, 4], 6)
    found = names_from_figures(
        population(np.column_stack([a, b, c]), np.repeat(range(4), 6), ["a", "b", "c"])
    )
    assert len({name.text for name in found}) == 4


def test_segments_that_nothing_tells_apart_are_numbered():
    found = names_from_figures(population([[1.0], [1.0], [1.0], [1.0]], [0, 1, 2, 1]))
    assert len({name.text for name in found}) == 3


def test_yes_no_features_are_worded_as_such():
    raw = [[1.0]] * 9 + [[0.0]] * 11
    found = names_from_figures(population(raw, [0] * 9 + [1] * 11, ["has_car"]))
    assert [name.text for name in found] == ["mostly has car", "rarely has car"]
    assert "100 % are has car, against 45 % of all" in found[0].why


def test_features_of_one_category_are_named_once():
    features = hand_made([[1, 0, 5]] * 5 + [[0, 1, 9]] * 5, ["g = x", "g = y", "age"])
    columns = tuple(
        dataclasses.replace(one, source="g" if one.name != "age" else "age")
        for one in columns_of(features)
    )
    labels = np.repeat([0, 1], 5).astype(np.int32)
    found = names_from_figures(
        Population(columns, labels, measure(columns, labels, 2)[:2], {}, "rows")
    )
    assert found[0].text == "mostly g = x · low age"


def test_one_segment_is_everyone():
    found = names_from_figures(population([[1.0], [2.0]], [0, 0]))
    assert [name.text for name in found] == ["everyone"]
    assert "all customers" in found[0].why


def test_described_columns_do_not_make_names():
    other = Described("shoe size", "number", np.array([1.0, 1, 99, 99]))
    found = names_from_figures(
        population([[1.0], [2], [3], [4]], [0, 0, 1, 1], ["age"], described=[other])
    )
    assert not any("shoe" in name.text for name in found)


def test_names_given():
    found = names_given(["Small", "Large"], [1, 0], "mean sales")
    assert [name.text for name in found] == ["Large", "Small"]
    assert "ascending order of mean sales" in found[0].why
    with pytest.raises(OptionError, match="got 3 names for k=2"):
        names_given(["a", "b", "c"], [1, 0], "size")
    with pytest.raises(OptionError, match="must all differ; got A, a"):
        names_given(["A", "a"], [1, 0], "size")


def test_matching_by_hand():
    score = np.array([[3.0, 2.9, 0], [3.0, 1, 0]])
    assert best_matching(score).tolist() == [1, 0]
    with pytest.raises(ValueError, match="3 × 1"):
        best_matching(np.zeros((3, 1)))


def test_matching_is_the_best_of_all(rng):
    for n, m in [(1, 1), (2, 2), (3, 5), (4, 6), (5, 5)]:
        for _ in range(20):
            score = rng.integers(-5, 6, (n, m)).astype(float)
            found = best_matching(score)
            assert len(set(found.tolist())) == n
            best = max(
                sum(score[i, j] for i, j in enumerate(columns))
                for columns in itertools.permutations(range(m), n)
            )
            assert score[np.arange(n), found].sum() == best


def test_names_stay_short_in_wide_tables(rng):
    columns = [f"a rather long name of a measure, number {j}" for j in range(60)]
    raw = rng.normal(size=(400, 60))
    labels = np.arange(400) % 8
    raw[:, 0] = labels // 4  # halves that words tell apart, each with four alike
    found = names_from_figures(population(raw, labels, columns))
    assert len({name.text for name in found}) == 8
    assert max(len(name.text) for name in found) < 160
    assert all(name.text.count(" · ") <= 2 for name in found)


def test_alike_segments_are_told_apart_by_a_figure():
    raw = np.repeat([1.0, 2, 3, 90, 91], 20)[:, None]
    found = names_from_figures(population(raw, np.repeat(range(5), 20), ["age"]))
    assert len({name.text for name in found}) == 5
    assert found[3].text == "high age" or found[3].text.endswith("(90)")


def test_long_column_names_are_cropped():
    assert cropped("x" * 30) == "x" * 30
    assert cropped("y" * 31) == "y" * 29 + "…"
    assert (
        cropped("the same beginning of a name, one", middle=True) == "the same begin…of a name, one"
    )


def test_fallbacks_name_what_other_entries_leave():
    entries = load_playbook()
    kinds = [(200 * 1.5**i, 1 + (7 * i) % 15, 5 + (40 * i) % 290) for i in range(15)]
    found = names_from_playbook(shop(*kinds), entries)
    assert len({name.text for name in found}) == 15
    assert {"Mid-value active", "High-value lapsing"} <= {name.text for name in found}
    narrow = [entry for entry in entries if not entry.fallback]
    alone = names_from_playbook(shop(*kinds), narrow)
    assert sum(not name.action for name in alone) >= 3 + sum(not name.action for name in found)
    for name, before in zip(found, alone, strict=True):
        assert name.text == before.text or not before.entry  # nothing was taken away
