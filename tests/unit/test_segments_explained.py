"""The whole explanation of a small shop: every part in its place."""

from __future__ import annotations

import dataclasses
import math
import warnings

import numpy as np
import pytest

from covey.errors import InputError, OptionError
from covey.explain.choose_k import sweep
from covey.explain.rules import NO_RULE, fill, matches
from covey.explain.segments import explain_segments
from covey.flow import Described, Explanation
from covey.report.summary import render_text
from covey.report.words import gauges, rule_trust
from covey.testing.tables import hand_made

ROLES = {"sales": "spend", "orders": "frequency", "days": "recency"}
UNITS = {"sales": "£", "days": "days"}


def shop(n=40, **how):
    """Three kinds of customers: few champions, some regulars, many gone."""
    rng = np.random.default_rng(7)
    kinds = [((5000, 40, 6), n), ((900, 12, 20), 2 * n), ((60, 1.5, 300), 3 * n)]
    raw = np.concatenate(
        [np.array(middle) * rng.lognormal(0, 0.1, (size, 3)) for middle, size in kinds]
    )
    town = np.repeat(["Rome", "Oslo", "Rome"], [n, 2 * n, 3 * n]).astype(object)
    described = (Described("town", "category", town), Described("age", "number", raw[:, 1] + 20))
    return hand_made(
        raw, list(ROLES), roles=ROLES, units=UNITS, described=described, id_name="customer_id",
        ids=[f"C{i}" for i in range(6 * n)], **how,
    )  # fmt: skip


def explain(features, k=3, seed=0, **how):
    run = sweep(features.X, given=k, rng=np.random.default_rng(seed))
    return explain_segments(features, run, rng=np.random.default_rng(seed), **how)


@pytest.fixture(scope="module")
def shown():
    return explain(shop())


def test_who_and_how_many(shown):
    assert [one.number for one in shown.segments] == [1, 2, 3]
    assert [one.n_rows for one in shown.segments] == [40, 80, 120]
    assert sum(one.share for one in shown.segments) == pytest.approx(1)
    assert sorted(one.label for one in shown.segments) == [0, 1, 2]
    assert shown.row_noun == ("customer", "customers")
    assert shown.buying


def test_what_they_are_worth(shown):
    # champions earn most of it, although they are few: largest revenue first
    shares = [one.revenue_share for one in shown.segments]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)
    assert shown.segments[0].revenue == pytest.approx(40 * 5000, rel=0.1)


def test_names_and_actions(shown):
    assert shown.segments[0].name.text == "VIP champions"
    assert shown.segments[2].name.text in {"Lost", "Dormant"}
    assert all(one.name.action and one.name.why for one in shown.segments)


def test_centers_are_in_the_readers_units(shown):
    center = dict(zip(ROLES, shown.segments[0].center, strict=True))
    assert center["sales"] == pytest.approx(5000, rel=0.1)
    assert center["days"] == pytest.approx(6, rel=0.1)


def test_measures_cover_features_and_described_numbers(shown):
    for one in shown.segments:
        assert {m.name for m in one.measures} == {*ROLES, "age"}
        sizes = [abs(m.difference) for m in one.measures]
        assert sizes == sorted(sizes, reverse=True)
    assert [m.name for m in shown.population] == [*ROLES, "age"]
    assert shown.heat.shape == (3, 3)
    sales = next(m for m in shown.segments[0].measures if m.name == "sales")
    assert shown.heat[0, 0] == sales.difference


def test_categories_that_stand_out(shown):
    assert [(one.value, one.share) for one in shown.segments[1].levels] == [("Oslo", 1.0)]


def test_rules_give_what_they_say():
    features = shop()
    shown = explain(features)
    right = 0
    run = sweep(features.X, given=3, rng=np.random.default_rng(0))
    masks = {
        one.label: matches(one.rule.clauses, fill(features), features.names)
        for one in shown.segments
    }
    for label, mask in masks.items():
        alone = mask & ~np.any([m for other, m in masks.items() if other != label], axis=0)
        right += (alone & (run.labels == label)).sum()
    assert shown.quality.rule_fidelity == right / 240 == 1


def test_how_sure(shown):
    assert shown.quality.verdict.startswith("Clear groups")
    assert shown.quality.explained > shown.quality.baseline_explained > 0
    assert shown.quality.stability == pytest.approx(1, abs=0.05)
    assert shown.quality.n_poor == sum(one.n_poor for one in shown.segments)
    weighted = sum(one.silhouette * one.n_rows for one in shown.segments) / 240
    assert shown.quality.silhouette == pytest.approx(weighted)


def test_exemplars_are_the_segments_own(shown):
    features = shop()
    numbers = {id_: row for row, id_ in enumerate(features.ids)}
    for one, rows in zip(shown.segments, (range(40), range(40, 120), range(120, 240)), strict=True):
        assert len(one.exemplars) == 5
        assert all(numbers[exemplar.id] in rows for exemplar in one.exemplars)
        distances = [exemplar.distance for exemplar in one.exemplars]
        assert distances == sorted(distances)


def test_how_it_was_done(shown):
    assert shown.method.versions["covey"] and shown.method.versions["numpy"] == np.__version__
    assert shown.method.inertia > 0 and shown.method.n_init == 4
    assert shown.title == "Segments of by hand"
    again = explain(shop(), title="Shop", options={"k": 3}, seed=0)
    assert again.title == "Shop" and again.method.options == {"k": 3}


def same(a, b):
    """Compare facts of any kind; NaN equals NaN."""
    if dataclasses.is_dataclass(a):
        return type(a) is type(b) and all(
            same(getattr(a, field.name), getattr(b, field.name)) for field in dataclasses.fields(a)
        )
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b))


def test_the_same_seed_gives_the_same_explanation(shown):
    assert same(shown, explain(shop()))
    assert not same(shown, explain(shop(n=41)))


# ---------------------------------------------------------------- names and order by purpose


def test_names_given_by_spend():
    shown = explain(shop(), names=["Small", "Medium", "Large"], order_by="spend")
    assert [one.name.text for one in shown.segments] == ["Small", "Medium", "Large"]
    assert [one.n_rows for one in shown.segments] == [120, 80, 40]
    assert "ascending order of mean sales" in shown.segments[0].name.why


def test_names_without_order_go_by_spend():
    shown = explain(shop(), names=["S", "M", "L"])
    assert [one.n_rows for one in shown.segments] == [120, 80, 40]


def test_names_without_spend_go_by_size():
    features = hand_made([[0]] * 5 + [[9]] * 3, ["x"])
    shown = explain(features, k=2, names=["few", "many"])
    assert [one.n_rows for one in shown.segments] == [3, 5]


@pytest.mark.parametrize("by", ["days", "DAYS", "recency", "age"])
def test_order_by_column_or_role(by):
    shown = explain(shop(), order_by=by)
    sizes = [120, 80, 40] if by == "age" else [40, 80, 120]
    if by == "age":  # orders + 20: the most orders are oldest
        assert [one.n_rows for one in shown.segments] == sizes
    else:
        assert [one.n_rows for one in shown.segments] == sizes
    assert shown.segments[0].name.action


def test_order_by_what_is_not_there():
    with pytest.raises(OptionError, match=r"'salse'\. Did you mean 'sales'\? Known here: sales"):
        explain(shop(), order_by="salse")


def test_wrong_number_of_names():
    with pytest.raises(OptionError, match="got 2 names for k=3"):
        explain(shop(), names=["a", "b"])


def test_a_playbook_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[[segment]]\nname = "Gold"\naction = "Ring."\nwhen = { spend = "very high" }\n'
    )
    shown = explain(shop(), playbook=path)
    assert (shown.segments[0].name.text, shown.segments[0].name.action) == ("Gold", "Ring.")
    with pytest.raises(InputError, match="no\\.toml"):
        explain(shop(), playbook=tmp_path / "no.toml")


# ---------------------------------------------------------------- at the edges


@pytest.mark.parametrize("k", [1, 2, 6])
def test_few_rows(k):
    features = hand_made([[1, 5], [2, 9], [8, 1], [9, 3], [4, 4], [30, 30]], ["a", "b"])
    shown = explain(features, k=k)
    assert len(shown.segments) == k
    assert len({one.name.text.casefold() for one in shown.segments}) == k
    assert shown.row_noun == ("row", "rows") and not shown.buying
    if k == 1:
        assert math.isnan(shown.segments[0].silhouette)
        assert shown.quality.n_between == 0
        assert shown.segments[0].rule.text == "every row"
        assert "1 row (17 %) is far" in shown.cautions[0].text


def test_one_segment_of_buyers_has_revenue():
    shown = explain(shop(), k=1)
    assert shown.segments[0].revenue_share == 1
    assert shown.segments[0].name.text == "everyone"


def test_missing_values_are_owned_up_to():
    features = hand_made([[1.0], [2], [np.nan], [50], [60], [70]], ["age"])
    shown = explain(features, k=2)
    (caution,) = [one for one in shown.cautions if one.topic == "missing-values"]
    assert "age as 50" in caution.text


def test_numbers_near_the_end_of_doubles():
    raw = np.concatenate([np.linspace(1, 1.1, 20), np.linspace(1.6, 1.7, 20)])[:, None] * 1e308
    roles = {"sales": "spend", "orders": "frequency"}
    features = hand_made(np.hstack([raw, raw / 1e307]), list(roles), roles=roles)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown: Explanation = explain(features, k=2)
    assert all(one.revenue is None for one in shown.segments)  # the sum overflows
    for one in shown.segments:
        assert all(math.isfinite(m.mean) and math.isfinite(m.difference) for m in one.measures)
    assert shown.quality.rule_fidelity == 1


def test_more_segments_than_the_playbook_has_names():
    features = shop(10)
    shown = explain(features, k=30)
    assert len({one.name.text.casefold() for one in shown.segments}) == 30
    assert all(one.name.why for one in shown.segments)


def test_a_run_without_a_sweep_is_refused():
    features = shop(10)
    run = dataclasses.replace(sweep(features.X, given=2, rng=np.random.default_rng(0)), sweep=None)
    with pytest.raises(ValueError, match="sweep"):
        explain_segments(features, run, rng=np.random.default_rng(0))


def test_a_segment_without_a_rule_is_not_told_how_right_it_is(shown):
    none = dataclasses.replace(
        shown.segments[0].rule, text=NO_RULE, precision=0.0, recall=0.0, clauses=()
    )
    first = dataclasses.replace(shown.segments[0], rule=none)
    said = render_text(dataclasses.replace(shown, segments=(first, *shown.segments[1:])))
    assert f"Rule: {NO_RULE}\n" in said
    assert "finds 0" not in said
    assert "finds" not in rule_trust(none, shown)


def test_one_segment_is_not_told_to_be_repeatable():
    one = explain(shop(), k=1)
    assert math.isnan(one.quality.stability) and one.quality.n_refits == 0
    assert "stability" not in {gauge.key for gauge in gauges(one)}
    assert "stability" not in render_text(one)
