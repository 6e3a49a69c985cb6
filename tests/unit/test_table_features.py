"""From a table to Features: decisions, flags, cautions, on small tables."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from covey.errors import ColumnError, InputError, OptionError
from covey.features.raw import Table
from covey.features.table import table_features
from covey.flow import Decision, Features

PEOPLE = {
    "customer_id": ["a1", "a2", "a3", "a4", "a5", "a6"],
    "age": ["20", "30", "40", "50", "60", "n/a"],
    "income": ["1000", "2000", "1500", "3000", "2500", "1200"],
    "sex": ["f", "m", "f", "f", "m", "m"],
    "member": ["yes", "no", "yes", "yes", "no", "no"],
    "country": ["UK", "UK", "UK", "UK", "UK", "UK"],
}


def features(columns: dict[str, Any], **options: Any) -> Features:
    return table_features(Table.from_columns(columns), **options)


def decision(found: Features, column: str) -> Decision:
    return next(one for one in found.decisions if one.column == column)


def test_a_table_of_people() -> None:
    found = features(PEOPLE)
    assert found.names == ("age", "income")
    assert found.id_name == "customer_id"
    assert list(found.ids) == ["a1", "a2", "a3", "a4", "a5", "a6"]
    assert [one.name for one in found.described] == ["sex", "member"]
    assert list(found.described[1].values) == ["yes", "no", "yes", "yes", "no", "no"]
    assert [one.action for one in found.decisions] == [
        "row identifier", "clustered on", "clustered on", "described", "described", "left out",
    ]  # fmt: skip
    assert np.isnan(found.raw[5, 0])
    assert found.X.dtype == np.float64
    assert found.X.flags.c_contiguous
    # mean and spread of 20, 30, 40, 50, 60 and the median 40 in place of n/a
    spread = np.sqrt(1000 / 6)
    np.testing.assert_allclose(found.X[:, 0], [-20 / spread, -10 / spread, 0, 10 / spread,
                                               20 / spread, 0])  # fmt: skip
    assert found.columns[0].n_missing == 1
    assert found.columns[0].role == "age"
    assert "every value is the same" in decision(found, "country").why
    assert decision(found, "age").details["missing"] == "1 filled with 40"


def test_each_decision_says_how_to_overrule_it() -> None:
    found = features(PEOPLE)
    for one in found.decisions:
        assert one.overrule.startswith("--")
        name = one.column
        if one.action == "clustered on":
            assert name not in features(PEOPLE, drop=[name]).names
        else:
            again = features(PEOPLE, features=[name, "income"])
            assert any(column.column == name for column in again.columns)


def test_dropped_columns_are_not_even_described() -> None:
    found = features(PEOPLE, drop=["sex", "age"])
    assert found.names == ("income",)
    assert [one.name for one in found.described] == ["member"]


def test_named_features_leave_the_others_to_be_described() -> None:
    found = features(PEOPLE, features=["income"])
    assert found.names == ("income",)
    assert [one.name for one in found.described] == ["age", "sex", "member"]
    assert found.described[0].kind == "number"


def test_categories_can_be_clustered_on() -> None:
    found = features(PEOPLE, categories="cluster")
    assert found.names == ("age", "income", "sex = f", "sex = m", "member")
    assert found.described == ()
    # any two categories, and yes and no, lie two standard deviations apart
    X = found.X
    assert np.linalg.norm(X[0, 2:4] - X[1, 2:4]) == pytest.approx(2)
    assert abs(X[0, 4] - X[1, 4]) == pytest.approx(2)
    assert list(found.raw[:, 2]) == [1, 0, 1, 1, 0, 0]


def test_categories_can_be_left_out() -> None:
    assert features(PEOPLE, categories="drop").described == ()


def test_naming_a_category_makes_it_a_feature() -> None:
    assert features(PEOPLE, features=["age", "sex"]).names == ("age", "sex = f", "sex = m")


def test_many_categories_keep_the_frequent_ones() -> None:
    rng = np.random.default_rng(0)
    texts = [f"town {i}" for i in rng.integers(0, 30, 300)]
    found = features({"x": rng.normal(size=300), "town": texts})
    told = set(found.described[0].values)
    assert "other" in told
    assert len(told) == 21
    frequent = sorted(set(texts), key=lambda t: (-texts.count(t), t))[:20]
    assert told == {*frequent, "other"}


def test_id_as_asked_for_and_repeats_told() -> None:
    found = features({"x": ["1", "2", "4"], "shop": ["a", "b", "b"]}, id="shop")
    assert list(found.ids) == ["a", "b", "b"]
    assert found.id_name == "shop"
    (caution,) = [one for one in found.cautions if one.topic == "repeated-identifier"]
    assert "1 of 3 rows" in caution.text


def test_ids_are_told_as_written() -> None:
    found = features(
        {"CustomerID": ["17850.0", "13047.0", None], "x": ["1", "2", "4"]}, id="CustomerID"
    )
    assert list(found.ids) == ["17850", "13047", "row 3"]
    found = features({"id": np.array([3.0, 1.0, 2.0]), "x": ["1", "2", "4"]})
    assert list(found.ids) == ["3", "1", "2"]
    found = features({"id": ["007", "008", "009"], "x": ["1", "2", "4"]})
    assert list(found.ids) == ["007", "008", "009"]


@pytest.mark.parametrize("typed", [False, True])
@pytest.mark.parametrize("start", [1152921504606846976, 9223372036854775000])
def test_ids_too_long_for_a_double_stay_exact(start: int, typed: bool) -> None:
    ids = [start + i for i in range(40)]  # doubles near 2^60 lie 256 apart
    found = features(
        {
            "customer_id": np.array(ids) if typed else [str(i) for i in ids],
            "spend": np.sqrt(np.arange(40)),
        }
    )
    assert found.names == ("spend",)
    assert found.id_name == "customer_id"
    assert list(found.ids) == [str(i) for i in ids]


def test_a_column_left_out_as_a_code_says_what_made_it_one() -> None:
    rows = np.arange(40)
    found = features({"id": rows, "weeks_left": 40 - rows, "x": np.sqrt(rows)})
    assert found.id_name == "id"
    why = decision(found, "weeks_left").why
    assert why.startswith("its values count the rows (1 … 40)")
    assert "the name" not in why


def test_flags_can_be_pasted_into_a_shell() -> None:
    rng = np.random.default_rng(0)
    income = rng.normal(size=50)
    found = features(
        {
            "Annual Income (k$)": income,
            "b": rng.normal(size=50),
            "it's": income * 2,
            "same": [1] * 50,
        }
    )
    assert decision(found, "Annual Income (k$)").overrule == "--drop 'Annual Income (k$)'"
    assert decision(found, "same").overrule == "--features same"
    words = shlex.split(decision(found, "it's").overrule)
    assert words == ["--features", "…,it's", "or", "--drop", "Annual Income (k$)"]


def test_what_cannot_be_read_in_a_column_left_out_is_not_told() -> None:
    numbers = [str(10_000 + i * i) for i in range(99)]
    columns = {"order_id": [*numbers, "C10"], "spend": [*numbers, "plenty"]}
    found = features(columns)
    assert decision(found, "order_id").action != "clustered on"
    told = [one.text for one in found.cautions if one.topic == "unread-values"]
    assert len(told) == 1
    assert told[0].startswith("spend: 1 value ")


def test_rows_keep_their_numbers_when_others_are_dropped() -> None:
    columns = {"x": [1.0, np.nan, 3, 4], "y": [2.0, np.nan, 2.5, 9]}
    assert list(features(columns).ids) == [1, 3, 4]
    assert list(features(columns, where="x > 1").ids) == [3, 4]
    assert features({"x": [1.0, 2, 4]}).ids is None


def test_numbers_that_count_the_rows_name_them() -> None:
    rows = np.arange(1, 41)
    found = features({"nr": np.roll(rows, 7), "index_": rows[::-1], "x": np.sqrt(rows)})
    assert found.names == ("x",)
    assert found.id_name == "nr"
    # the same values in few rows may as well be a measurement
    assert features({"a": np.arange(5), "x": [1.0, 5, 2, 2, 2]}).names == ("a", "x")


def test_all_different_numbers_are_no_identifier() -> None:
    rng = np.random.default_rng(1)
    found = features({"x": rng.normal(size=50), "n": rng.permutation(5000)[:50]})
    assert found.names == ("x", "n")
    assert found.ids is None


def test_identifier_asked_for_as_a_feature_is_obeyed_with_a_caution() -> None:
    found = features({"id": np.array([5, 9, 2]), "x": np.array([1.0, 2, 9])}, features=["id", "x"])
    assert found.names == ("id", "x")
    assert "identifier-clustered" in {one.topic for one in found.cautions}


def test_codes_are_names() -> None:
    rng = np.random.default_rng(2)
    columns = {"x": rng.normal(size=100), "shop_id": rng.integers(1, 5, 100),
               "zip": rng.integers(10000, 99999, 100)}  # fmt: skip
    columns["state_code"] = [f"S{i}" for i in rng.integers(0, 5, 100)]
    columns["zip"][50:] = columns["zip"][:50]
    found = features(columns)
    assert found.names == ("x",)
    assert decision(found, "shop_id").action == "described"
    assert set(found.described[0].values) == {"1", "2", "3", "4"}
    assert decision(found, "zip").action == "left out"
    assert decision(found, "state_code").action == "described"


def test_dates_become_days() -> None:
    days = ["2020-01-01", "2020-01-11", "2020-01-31", "n/a"]
    found = features({"last_order_date": days, "signup": ["1/1/2019", "31/1/2019", "2/1/2019",
                                                          "1/2/2019"]})  # fmt: skip
    assert found.names == ("days since last_order_date", "days since signup")
    np.testing.assert_array_equal(found.raw[:, 0], [30, 20, 0, np.nan])
    np.testing.assert_array_equal(found.raw[:, 1], [31, 1, 30, 0])
    assert [column.role for column in found.columns] == ["recency", "tenure"]
    assert {column.unit for column in found.columns} == {"days"}
    assert decision(found, "signup").details["reference"].startswith("days before 2019-02-01")


def test_mostly_missing_columns_are_left_out_unless_asked() -> None:
    columns = {
        "x": [1.0, 2, 3, 5, 4],
        "y": [np.nan, 3, np.nan, np.nan, 2],
        "z": [np.nan, 1, 7, 2, 2],
    }
    found = features(columns)
    assert found.names == ("x", "z")
    assert "60% of the values are missing" in decision(found, "y").why
    assert features(columns, features=["x", "y"]).names == ("x", "y")


def test_missing_values() -> None:
    columns = {"x": [1.0, 2, np.nan, 9], "y": [1.0, 5, 6, 7]}
    zero = features(columns, missing="zero", log=["none"])
    mean, spread = 3.0, np.std([1, 2, 0, 9])
    np.testing.assert_allclose(zero.X[2, 0], (0 - mean) / spread)
    dropped = features(columns, missing="drop")
    assert len(dropped.X) == 3
    (step,) = [one for one in dropped.cleaning if one.action == "removed"]
    assert (step.n_rows, step.n_left) == (1, 3)


def test_rows_without_any_value_are_dropped() -> None:
    found = features({"id": ["a", "b", "c"], "x": [1.0, np.nan, 3], "y": [2.0, np.nan, 2.5]})
    assert list(found.ids) == ["a", "c"]
    assert len(found.raw) == 2
    (step,) = [one for one in found.cleaning if one.action == "removed"]
    assert step.n_rows == 1


def test_copies_are_left_out() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=200)
    found = features({"x": x, "same": x, "twice": 2 * x + 3, "minus": -x, "near": x + 0.1 *
                      rng.normal(size=200)})  # fmt: skip
    assert found.names == ("x", "near")
    assert "the same values as x" in decision(found, "same").why
    assert "moves with x" in decision(found, "twice").why
    assert decision(found, "minus").action == "left out"


def test_heavy_tails_are_logged_and_the_unit_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    spend, bell = np.exp(rng.normal(3, 1, 500)), rng.normal(100, 5, 500)
    found = features({"spend": spend, "bell": bell})
    assert found.columns[0].transform.startswith("log(1 + x/")
    assert found.columns[1].transform == "standardised"
    assert "→" in decision(found, "spend").details["log"]
    pence = features({"spend": spend * 100, "bell": bell})
    np.testing.assert_allclose(found.X, pence.X, rtol=1e-2, atol=1e-2)


def test_log_as_asked_for() -> None:
    rng = np.random.default_rng(5)
    columns = {"spend": np.exp(rng.normal(3, 1, 200)), "bell": rng.normal(100, 5, 200)}
    assert "log" not in features(columns, log=["none"]).columns[0].transform
    assert all("log" in column.transform for column in features(columns, log=["all"]).columns)
    only = features(columns, log=["bell"])
    assert ["log" in column.transform for column in only.columns] == [False, True]
    with pytest.raises(ColumnError, match=r"--log: values of 'low' must be at least 0; got -1"):
        features({**columns, "low": np.linspace(-1, 1, 200) ** 3}, log=["low"])
    with pytest.raises(ColumnError, match=r"no column 'spnd'.*Did you mean 'spend'"):
        features(columns, log=["spnd"])


def test_scale() -> None:
    columns = {"a": [1.0, 2, 4], "b": [100.0, 300, 200]}
    np.testing.assert_allclose(features(columns).X.std(axis=0), 1)
    as_it_is = features(columns, scale="none")
    np.testing.assert_allclose(np.diff(as_it_is.X, axis=0), np.diff(as_it_is.raw, axis=0))


def test_measurements_of_one_kind_keep_their_scale() -> None:
    rng = np.random.default_rng(6)
    weeks = {f"W{i}": rng.poisson(10, 100).astype(float) for i in range(5)}
    found = features(weeks)
    assert {column.transform for column in found.columns} == {"as it is"}
    assert "W0 … W4" in decision(found, "W0").details["scale"]
    np.testing.assert_allclose(features(weeks, scale="standard").X.std(axis=0), 1)
    shares = {f"share of {w} %": rng.uniform(0, 100, 100) for w in ("tea", "milk", "rum")}
    assert {column.transform for column in features(shares).columns} == {"as it is"}
    weeks["W4"] *= 100
    assert "standardised" in features(weeks).columns[0].transform


def test_infinite_values_count_as_missing() -> None:
    found = features({"x": [1.0, np.inf, 3, 5, -np.inf], "y": [1.0, 2, 5, 3, 3]})
    assert np.isfinite(found.X).all()
    assert np.isnan(found.raw[[1, 4], 0]).all()
    (caution,) = [one for one in found.cautions if one.topic == "infinite-values"]
    assert "2 infinite" in caution.text


def test_huge_values_and_far_offsets_keep_their_precision() -> None:
    base = np.array([1.0, -2, 3, 1.5, -1.7])
    found = features({"huge": base * 5e307, "far": 1e9 + base, "tiny": base * 1e-300})
    expected = (base - base.mean()) / base.std()
    np.testing.assert_allclose(found.X[:, 0], expected, rtol=1e-12)
    assert found.names == ("huge",)  # the others move with it
    far = features({"far": 1e9 + base, "other": [1.0, 2, 2, 2, 9]})
    np.testing.assert_allclose(far.X[:, 0], expected, rtol=1e-6)
    np.testing.assert_allclose(found.preparation.undo(found.X)[:, 0], base * 5e307, rtol=1e-12)


def test_huge_values_cannot_stay_as_they_are() -> None:
    with pytest.raises(InputError, match=r"at most 1e150.*'x'.*--scale standard"):
        features({"x": [1e200, 2e200, 4e200], "y": [1.0, 2, 1]}, scale="none")


def test_values_that_cannot_be_read_are_told() -> None:
    found = features({"x": [*map(str, range(60)), "abc", "abc"], "y": np.sqrt(np.arange(62))})
    (caution,) = [one for one in found.cautions if one.topic == "unread-values"]
    assert caution.text == "x: 2 values cannot be read as numbers and count as missing: 'abc'."
    assert found.columns[0].n_missing == 2


def test_outliers_and_sentinels_are_told() -> None:
    rng = np.random.default_rng(7)
    x = rng.normal(50, 5, 2000)
    x[:30] = -200
    y = rng.normal(0, 1, 2000)
    y[5] = 60
    topics = {one.topic: one.text for one in features({"x": x, "y": y}).cautions}
    assert "-200" in topics["sentinel"]
    assert "x (30)" in topics["sentinel"]
    assert "y (1 row" in topics["outliers"]
    ordinary = features({"x": rng.normal(0, 100, 500).round(), "y": y[6:506]})
    assert "sentinel" not in {one.topic for one in ordinary.cautions}


def test_repeated_rows_are_told_and_kept() -> None:
    columns = {name: np.array([1.0, 2, 3, 1, 1]) + i for i, name in enumerate("abcd")}
    found = features({"id": list("vwxyz"), **columns}, features=["a", "b"])
    (caution,) = [one for one in found.cautions if one.topic == "repeated-rows"]
    assert "2 of 5 rows" in caution.text
    assert "every column but id" in caution.text
    assert len(found.X) == 5


def test_where_keeps_rows() -> None:
    found = features(PEOPLE, where="sex = 'f'")
    assert list(found.ids) == ["a1", "a3", "a4"]
    assert found.cleaning[1].n_rows == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"features": ["incme"]}, "--features: no column 'incme' in .*Did you mean 'income'"),
        ({"drop": ["Age"]}, "--drop: no column 'Age' in .*Did you mean 'age'"),
        ({"id": "custmer_id"}, "--id: no column 'custmer_id' in .*Did you mean 'customer_id'"),
        ({"features": ["zzz"]}, "The columns are: customer_id, age"),
    ],
)
def test_misspelt_columns(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ColumnError, match=words):
        features(PEOPLE, **options)


def test_features_and_drop_exclude_each_other() -> None:
    with pytest.raises(OptionError, match="'age' in both"):
        features(PEOPLE, features=["age"], drop=["age"])


def test_free_text_cannot_be_a_feature() -> None:
    texts = [f"remark number {i} of many" for i in range(60)]
    with pytest.raises(ColumnError, match="60 different texts"):
        features({"remark": texts, "x": list(range(60))}, features=["remark", "x"])


def test_no_numeric_column_left_tells_why_for_each() -> None:
    with pytest.raises(InputError) as caught:
        features({"id": ["a", "b", "c"], "k": ["1", "1", "1"], "s": ["u", "v", "u"]})
    text = str(caught.value)
    assert "id: row identifier" in text
    assert "k: left out, every value is the same" in text
    assert "s: described" in text
    assert "--features s" in text
    assert "--categories cluster" in text


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"x": [], "y": []}, "at least 2 rows; got no row"),
        ({"x": ["1"], "y": ["2"]}, "at least 2 rows; got 1 row"),
        ({"x": [None, None]}, "there is no value in it"),
        ({"x": ["5", "5"]}, "every value is the same"),
    ],
)
def test_tables_with_nothing_to_cluster(columns: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        features(columns)


def test_awkward_names_are_no_trouble() -> None:
    found = features({'a "b" c': [1.0, 2, 4], "self": [5.0, 1, 2], "x'; --": [1.0, 1, 2]})
    assert found.names == ('a "b" c', "self", "x'; --")


def test_mall_customers(covey_data: Path) -> None:
    from covey.features.reading import read_table

    found = table_features(read_table(covey_data / "01_customers" / "Mall_Customers.csv"))
    assert found.names == ("Age", "Annual Income (k$)", "Spending Score (1-100)")
    assert [column.unit for column in found.columns] == ["", "k$", ""]
    assert found.id_name == "CustomerID"


def test_marketing_campaign(covey_data: Path) -> None:
    from covey.features.reading import read_table

    found = table_features(read_table(covey_data / "01_customers" / "marketing_campaign.csv"))
    assert found.id_name == "ID"
    assert len(found.names) == 17
    assert len(found.with_role("spend")) == 6
    assert len(found.with_role("frequency")) == 3
    assert {one.column for one in found.decisions if one.action == "left out"} == {
        "Z_CostContact", "Z_Revenue",
    }  # fmt: skip
    assert decision(found, "Income").details["missing"].startswith("24 ")


def test_sensors_with_sentinels(covey_data: Path) -> None:
    from covey.features.reading import read_table

    found = table_features(read_table(covey_data / "09_sensors" / "AirQualityUCI.csv"))
    assert len(found.X) == 9357
    (caution,) = [one for one in found.cautions if one.topic == "sentinel"]
    assert caution.text.startswith("-200 ")
