"""Recognising what a column holds, on columns written by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from covey.features.columns import Column, recognise
from covey.features.raw import Table
from covey.features.values import Reading, read


def column(values: object, decimal: str | None = None, name: str = "x", **others: object) -> Column:
    table = Table.from_columns({name: values, **others})  # type: ignore[dict-item]
    return recognise(dataclasses.replace(table, decimal=decimal))[0]


def numbers(values: list[str | None], decimal: str | None = None) -> np.ndarray:
    table = dataclasses.replace(Table.from_columns({"x": values}), decimal=decimal)
    (found,) = recognise(table)
    assert found.kind in ("number", "text number"), found
    reading = Reading("x", "number", decimal=found.decimal)
    return reading.numbers(read(table, [reading])[0])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "2.5", "-3"], [1, 2.5, -3]),
        (["1e5", "+3", ".5", "5."], [1e5, 3, 0.5, 5]),
        (["£1,234.50", "£5.00", "-£7", "£-7.5"], [1234.5, 5, -7, -7.5]),
        (["$1,234", "$5"], [1234, 5]),
        (["1 234,50 €", "5,00 €", "0,99 €"], [1234.5, 5, 0.99]),
        (["1.234,5", "7,25", "1.000.000,0"], [1234.5, 7.25, 1e6]),
        (["12%", "7.5%", "0 %"], [12, 7.5, 0]),
        (["(1,234)", "17", "(3.5)"], [-1234, 17, -3.5]),
        (["1 234", "12 345 678", "7"], [1234, 12345678, 7]),
        (["1 234", "1 234,5"], [1234, 1234.5]),
        (["1'234.50", "20.00"], [1234.5, 20]),
        (["−4", "4"], [-4, 4]),
        (["12-", "5"], [-12, 5]),
        (["1,23,456", "12,000"], [123456, 12000]),
        ([" 3 ", "4"], [3, 4]),
        (["12 kg", "7.5kg"], [12, 7.5]),
        (["45.1k", "1.2M", "7", "-3K"], [45100, 1.2e6, 7, -3000]),
        (["$45k", "45k€"], [45000, 45000]),
        (["3 km", "4.5 km", "5 m"], [3, 4.5, 5]),
        (["USD 12.50", "USD 3.00"], [12.5, 3]),
    ],
)
def test_numbers_as_people_write_them(texts: list[str], expected: list[float]) -> None:
    np.testing.assert_array_equal(numbers(texts), expected)


@pytest.mark.parametrize(
    "token",
    ["", "n/a", "NA", "-", "--", "null", "NULL", "?", "unknown", "None", "NaN", "#N/A", " "],
)
def test_words_for_no_value_are_missing(token: str) -> None:
    found = numbers(["1", "2", "3", token])
    np.testing.assert_array_equal(found, [1, 2, 3, np.nan])


def test_thousands_alone_are_thousands() -> None:
    found = column(["1,234", "5,678", "12"])
    assert found.kind == "text number"
    assert found.decimal == "."
    assert "marks thousands" in found.why
    np.testing.assert_array_equal(numbers(["1,234", "5,678", "12"]), [1234, 5678, 12])


def test_one_short_group_makes_the_comma_decimal() -> None:
    np.testing.assert_array_equal(numbers(["1,234", "5,6"]), [1.234, 5.6])


def test_given_decimal_sign_overrules() -> None:
    np.testing.assert_array_equal(numbers(["1,234", "5,678"], ","), [1.234, 5.678])
    np.testing.assert_array_equal(numbers(["1.234", "5.678"], ","), [1234, 5678])


def test_points_of_money_with_three_digits_mark_thousands() -> None:
    np.testing.assert_array_equal(numbers(["€1.234", "€12.500"]), [1234, 12500])


def test_ambiguous_columns_follow_the_others_of_the_table() -> None:
    table = Table.from_columns(
        {"price": ["1,5", "22,75", "3,1"], "sales": ["1.234", "950", "7.000"]}
    )
    price, sales = recognise(table)
    assert (price.decimal, sales.decimal) == (",", ",")
    assert "marks thousands" in sales.why
    readings = [Reading("sales", "number", decimal=sales.decimal)]
    np.testing.assert_array_equal(readings[0].numbers(read(table, readings)[0]), [1234, 950, 7000])


def test_three_decimals_stay_decimals_without_other_evidence() -> None:
    np.testing.assert_array_equal(numbers(["1.234", "5.678"]), [1.234, 5.678])


def test_units_are_kept() -> None:
    assert column(["£5", "£6.10"]).unit == "£"
    assert column(["5 EUR", "6 EUR"]).unit == "€"
    assert column(["5%", "6%"]).unit == "%"
    assert column(["5 kg", "7kg"]).unit == "kg"


def test_several_currencies_are_told() -> None:
    found = column(["£5", "£6", "€7"])
    assert "nothing was converted" in found.doubts[0]


def test_underscores_and_codes_are_no_numbers() -> None:
    assert column(["246_164", "246_165", "246_166"]).kind == "category"
    assert column(["85123A", "71053", "84406B", "22752"]).kind == "category"


def test_mostly_numbers_the_rest_is_counted() -> None:
    found = column([str(i) for i in range(97)] + ["abc", "see note", "abc"])
    assert found.kind == "number"
    assert found.n_unread == 3
    assert found.unread == ("abc", "see note")


def test_too_many_words_make_a_category() -> None:
    found = column(["1", "2", "3", "4", "low", "high", "low"])
    assert found.kind == "category"
    assert "57%" in found.doubts[0]


def test_zeros_in_front_make_a_code() -> None:
    found = column(["01234", "00501", "90210"])
    assert found.kind == "category"
    assert found.numbered
    assert column(["0.5", "0"]).kind == "number"


@pytest.mark.parametrize(
    ("texts", "day"),
    [
        (["2020-12-31", "2020-01-02"], "2020-12-31"),
        (["2020-12-31 10:00:00", "2020-01-02 00:00:00"], "2020-12-31T10:00:00"),
        (["2020-12-31T10:00:00Z", "2020-01-02T00:00:00Z"], "2020-12-31T10:00:00"),
        (["2020-12-31T10:00:00.250+01:00", "2020-01-02T00:00:00+01:00"], "2020-12-31T10:00:00.25"),
        (["31/12/2020", "02/01/2020"], "2020-12-31"),
        (["12/31/2020", "01/02/2020"], "2020-12-31"),
        (["31.12.2020", "2.1.2020"], "2020-12-31"),
        (["31.12.20", "02.01.20"], "2020-12-31"),
        (["12/31/2020 1:05 PM", "1/2/2020 11:00 AM"], "2020-12-31T13:05"),
        (["4/22/2018 6:00", "4/21/2018 22:45"], "2018-04-22T06:00"),
        (["31-Dec-2020", "02-Jan-2020"], "2020-12-31"),
        (["Dec 31, 2020", "Jan 2, 2020"], "2020-12-31"),
        (["31 December 2020", "2 January 2020"], "2020-12-31"),
        (["2020/12/31", "2020/01/02"], "2020-12-31"),
    ],
)
def test_dates_as_people_write_them(texts: list[str], day: str) -> None:
    table = Table.from_columns({"x": texts})
    (found,) = recognise(table)
    assert found.kind == "date", found
    values = read(table, [Reading("x", "date", form=found.form)])[0]
    first = values[0].astype("datetime64[s]")
    assert abs(first - np.datetime64(day, "s")) <= np.timedelta64(1, "s")
    assert values[1] < values[0]


def test_one_date_settles_day_and_month_for_the_column() -> None:
    assert column(["01/02/2020", "03/04/2020", "05/13/2020"]).form == "%m/%d/%Y"
    assert column(["01/02/2020", "03/04/2020", "13/05/2020"]).form == "%d/%m/%Y"


def test_day_first_when_nothing_tells_and_said() -> None:
    found = column(["01/02/2020", "03/04/2020"])
    assert found.form == "%d/%m/%Y"
    assert "read as day first" in found.doubts[0]


def test_dates_rewritten_by_a_spreadsheet() -> None:
    found = column(["4/22/2018 6:00", "4/21/2018 22:45", "04-11-18 4:53", "4/13/2018 7:10"])
    assert found.kind == "date"
    assert found.form == "month first"
    assert found.n_present == 4


def test_digits_are_a_date_when_the_name_says_so() -> None:
    assert column(["20201231", "20200102"], name="order_date").form == "%Y%m%d"
    assert column(["20201231", "20200102"], name="amount").kind == "number"


def test_years_and_dates_in_numbers_stay_numbers() -> None:
    assert column(["1957", "1954", "2001"], name="Year_Birth").kind == "number"
    assert column(np.array([1957, 1954, 2001])).kind == "number"


@pytest.mark.parametrize(
    "texts",
    [
        ["yes", "no", "yes"], ["Y", "N", "y"], ["TRUE", "false", "True"], ["0", "1", "1"],
        ["oui", "non", "oui"], ["ja", "nein", "ja"], ["1.0", "0.0", "1.0"], ["yes", "no", "n/a"],
    ],
)  # fmt: skip
def test_yes_and_no(texts: list[str]) -> None:
    table = Table.from_columns({"x": texts})
    (found,) = recognise(table)
    assert found.kind == "boolean"
    reading = Reading("x", "boolean")
    values = reading.numbers(read(table, [reading])[0])
    assert list(values[:2]) == [1, 0] or texts[:2] == ["0", "1"]
    if texts[2] == "n/a":
        assert np.isnan(values[2])


def test_typed_columns_keep_their_kind() -> None:
    table = Table.from_columns(
        {
            "flag": np.array([True, False, True]),
            "day": np.array(["2020-01-01", "2020-01-03", "NaT"], dtype="datetime64[us]"),
            "n": np.array([1, 2, 3]),
            "x": np.array([0.5, np.nan, np.inf]),
            "none": [None, None, None],
            "word": ["a", "b", "a"],
        }
    )
    kinds = [found.kind for found in recognise(table)]
    assert kinds == ["boolean", "date", "number", "number", "empty", "category"]


def test_values_of_other_types_have_no_kind() -> None:
    table = Table.from_columns({"x": np.array([1, 2])})
    table.con.execute("CREATE TABLE nested AS SELECT [1, 2] AS a, {'b': 1} AS s")
    nested = dataclasses.replace(table, name="nested", columns=("a", "s"))
    assert [found.kind for found in recognise(nested)] == ["other", "other"]


def test_sex_in_digits_is_a_category() -> None:
    assert column(["0", "1", "1"], name="Sex").kind == "category"


def test_types_of_databases() -> None:
    table = Table.from_columns({"x": np.array([1, 2])})
    table.con.execute(
        "CREATE TABLE typed AS SELECT uuid() AS u, (CASE i WHEN 0 THEN 'a' ELSE 'b' END)"
        "::ENUM('a', 'b') AS e, i::DECIMAL(9, 2) AS d, i::HUGEINT AS h, "
        "(CASE i WHEN 0 THEN 'infinity' ELSE '2020-01-02' END)::DATE AS day FROM range(3) s(i)"
    )
    typed = dataclasses.replace(table, name="typed", columns=("u", "e", "d", "h", "day"))
    kinds = [found.kind for found in recognise(typed)]
    assert kinds == ["category", "category", "number", "number", "date"]
    days = read(typed, [Reading("day", "date")])[0]
    assert list(np.isnat(days)) == [True, False, False]


def test_wide_tables_are_recognised_as_narrow_ones_are() -> None:
    narrow = {
        "n": ["1", "2.5", None, "n/a"], "money": ["£1,200.50", "£2", "£7", None],
        "day": ["2020-01-31", "2020-02-01", "?", "2020-02-03"], "flag": ["yes", "no", "no", "yes"],
        "word": ["red", "green", "red", "blue"], "empty": [None] * 4,
        "typed": np.array([1.0, 2.5, np.nan, np.inf]), "whole": np.arange(4),
    }  # fmt: skip
    expected = recognise(Table.from_columns(narrow))
    wide = {f"{name} {i}": values for i in range(41) for name, values in narrow.items()}
    found = recognise(Table.from_columns(wide))
    assert len(found) == 328  # of each type more than are asked for one by one
    for i, column in enumerate(found):
        like = expected[i % len(expected)]
        assert dataclasses.replace(column, name=like.name) == like or like.kind == "empty"
        assert column.kind == like.kind


def test_thousands_written_as_k_are_told() -> None:
    found = column(["45.1k", "1.2M", "900"])
    assert found.kind == "text number"
    assert "k means thousands, M millions" in found.why
    assert found.unit == ""
    assert "thousands" not in column(["3 km", "4 km"]).why


@pytest.mark.parametrize(
    "values",
    [["x", None, None, "x"], ["1", None, "1", ""], ["yes", "", "", "yes"], [1.0, None, None, 1.0]],
)
def test_a_mark_and_blanks_are_yes_and_no(values: list[object]) -> None:
    table = Table.from_columns({"x": values})
    (found,) = recognise(table)
    assert found.kind == "boolean"
    assert "blank is taken as no" in found.why
    reading = Reading("x", "boolean", form=found.form)
    expected = [1.0 if value not in (None, "") else 0.0 for value in values]
    np.testing.assert_array_equal(reading.numbers(read(table, [reading])[0]), expected)


def test_one_value_that_is_no_mark_is_no_flag() -> None:
    assert column(["UK", None, "UK"]).kind == "category"
    assert column(["x", "x", "x"]).kind == "category"
    assert column([7, None, 7]).kind == "number"


def test_whole_numbers_that_all_read_as_days_are_dates() -> None:
    days = ["20230508", "20231231", "20240229"]
    for values in (days, [int(day) for day in days]):
        found = column(values)
        assert found.kind == "date"
        assert found.form == "%Y%m%d"
        assert "YYYYMMDD" in found.why
    assert column(["20230508", "20231231", "20230229"]).kind == "number"
    assert column(["20230508", "20231331", "20230228"]).kind == "number"


def test_months_are_dates_on_their_first_day() -> None:
    table = Table.from_columns({"x": ["2024-06", "2023-12", None]})
    (found,) = recognise(table)
    assert (found.kind, found.form) == ("date", "%Y-%m")
    assert "first day of the month" in found.why
    values = read(table, [Reading("x", "date", form=found.form)])[0]
    assert str(values[0])[:10] == "2024-06-01"
    assert column(["2024-06-14", "2024-07-16"]).form == "%Y-%m-%d"
    assert column(["2024-60", "2024-71"]).kind == "category"
