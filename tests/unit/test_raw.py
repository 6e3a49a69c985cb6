"""Table: columns in, arrays out, rows chosen by a condition, and no way out to files."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from covey.errors import InputError, OptionError
from covey.features.raw import Table, quote
from covey.features.scannable import as_text, scannable


def people() -> Table:
    return Table.from_columns(
        {
            "Age": ["31", "47", "9", None],
            'odd "name': [1.5, None, 3.5, 4.5],
            "since": ["2024-02-29", "2020-01-01", "2023-12-31", "2019-05-05"],
            "city": ["Oslo", "Rome", "Oslo", "12"],
        }
    )


def test_arrays_come_without_masks():
    table = Table.from_columns(
        {
            "n": [1, None, 3],
            "t": ["x", None, "z"],
            "d": np.array(["2024-02-29", "NaT", "2020-01-01"], dtype="datetime64[D]"),
            "b": [True, None, False],
        }
    )
    found = table.arrays(n=quote("n"), t=quote("t"), d=quote("d"), b=quote("b"), twice="n * 2")
    np.testing.assert_array_equal(found["n"], [1.0, np.nan, 3.0])
    np.testing.assert_array_equal(found["twice"], [2.0, np.nan, 6.0])
    np.testing.assert_array_equal(found["b"], [1.0, np.nan, 0.0])
    assert found["t"].tolist() == ["x", None, "z"]
    assert np.isnat(found["d"]).tolist() == [False, True, False]
    assert found["d"][0] == np.datetime64("2024-02-29")


def test_columns_of_different_length():
    with pytest.raises(InputError, match=r"'a' has 2, 'b' has 1"):
        Table.from_columns({"a": [1, 2], "b": [1]})


def test_no_columns():
    assert Table.from_columns({}).n_rows == 0


def test_order_of_rows_is_kept():
    n = 300_000
    table = Table.from_columns({"i": np.arange(n), "t": [str(i) for i in range(n)]})
    kept = table.where("i % 3 = 0")
    assert kept.array("i").tolist() == list(range(0, n, 3))
    assert kept.array("t")[1] == "3"


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("Age > 9", ["31", "47"]),  # as numbers: as text '9' would be the greatest
        ("age BETWEEN 9 AND 31", ["31", "9"]),
        ("since >= '2023-06-01'", ["31", "9"]),
        ("year(since) = 2020", ["47"]),
        ('city = \'Oslo\' OR "odd ""name" > 4', ["31", "9", None]),
        ("city = '12' -- a comment", [None]),
        ("Age IS NULL", [None]),
        ("Age LIKE '%1' OR since LIKE '2020%'", ["31", "47"]),  # as text, where it means text
    ],
)
def test_where(condition, left):
    table = people()
    kept = table.where(condition)
    assert kept.array("Age").tolist() == left
    assert kept.columns == table.columns
    assert kept.types() == table.types()
    step = kept.cleaning[-1]
    assert (step.action, step.n_rows, step.n_left) == ("removed", 4 - len(left), len(left))
    assert condition in step.rule
    assert table.n_rows == 4


def test_where_with_a_decimal_comma():
    table = Table.from_columns({"spend": ["1,5", "1.000,25", "30"]})
    comma = Table(table.con, table.name, table.columns, table.source, table.cleaning, ",")
    assert comma.where("spend > 2").array("spend").tolist() == ["1.000,25", "30"]


def test_where_after_where():
    table = people().where("Age > 9").where("city = 'Rome'")
    assert table.array("Age").tolist() == ["47"]
    assert [step.n_rows for step in table.cleaning] == [4, 2, 1]


def test_a_column_called_rowid_is_a_column():
    table = Table.from_columns({"rowid": [5, 6, 7], "a": ["x", "y", "z"]})
    assert table.where("rowid > 5").array("a").tolist() == ["y", "z"]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("Agee > 30", "Did you mean 'Age'?"),
        ("Age >", "syntax error"),
        ("Age > 9; DROP TABLE data", "statement"),
        ("1=1); DROP TABLE data; --", "syntax error"),
        ("1=1) OR (1=1", "syntax error"),
        ("city > 5", "VARCHAR"),
        ("(SELECT count(*) FROM read_csv('/etc/passwd')) > 0", "disabled by configuration"),
        ("(SELECT count(*) FROM '/etc/passwd') > 0", "does not exist"),
        ("(SELECT count(*) FROM glob('/*')) > 0", "disabled by configuration"),
        ("(SELECT count(*) FROM people) > 0", "does not exist"),  # a Python name is none of SQL's
        ("getenv('HOME') <> ''", "getenv"),
    ],
)
def test_where_refuses(condition, said):
    table = people()
    with pytest.raises(OptionError, match="where must be an SQL condition") as caught:
        table.where(condition)
    assert said in str(caught.value)
    assert condition in str(caught.value)
    assert table.n_rows == 4


def test_where_that_leaves_nothing():
    with pytest.raises(InputError, match=r"where='Age > 99' must leave some rows; none of 4"):
        people().where("Age > 99")


@pytest.mark.parametrize(
    "sql",
    [
        "COPY data TO 'out.csv'",
        "ATTACH 'other.db'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_parquet('https://example.com/x.parquet')",
    ],
)
def test_a_table_is_sealed(sql, tmp_path, monkeypatch):
    import duckdb

    monkeypatch.chdir(tmp_path)
    with pytest.raises(duckdb.Error):
        people().con.execute(sql)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("values", "kind", "missing"),
    [
        ([1, None, 3], "i", 1),
        ([1, 2.5, None], "f", 1),
        ([True, None], "b", 1),
        ([True, 2], "O", 0),
        ([dt.date(2024, 1, 1), None], "M", 1),
        ([dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.date(2024, 1, 2)], "M", 0),
        ([dt.timedelta(days=2), None], "f", 1),
        ([2**70, 1], "O", 0),
        ([None, float("nan")], "O", 2),
        (np.array([1.0, np.nan], dtype=np.float16), "f", 1),
        (np.array(["a", "b"]), "O", 0),
        (np.array([1, 2], dtype="m8[h]"), "f", 0),
        ([[1], {"a": 2}], "O", 0),
    ],
)
def test_scannable(values, kind, missing):
    array, gaps = scannable(values)
    assert array.dtype.kind == kind
    assert gaps.sum() == missing
    assert len(array) == len(gaps) == len(values)
    if kind == "O":
        assert all(isinstance(value, str) for value in array)


def test_scannable_tells_days_from_moments():
    assert scannable([dt.date(2024, 1, 1)])[0].dtype == "datetime64[D]"
    zone = dt.timezone(dt.timedelta(hours=2))
    array, _ = scannable([dt.datetime(2024, 1, 1, 2, tzinfo=zone)])
    assert array[0] == np.datetime64("2024-01-01T00:00:00")


def test_as_text():
    values = (5.0, 5.5, float("inf"), b"\xc3\xa9", b"\xff\x01", dt.datetime(2024, 1, 1))
    assert [as_text(value) for value in values] == [
        "5", "5.5", "inf", "é", "ff01", "2024-01-01 00:00:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "word"),
    [
        ("random() < .5", "random("),
        ("Age > 9 AND now () > since", "now ("),
        ("since < current_date", "current_date"),
        ("/* why */ CURRENT_TIMESTAMP > since", "CURRENT_TIMESTAMP"),
        ('"random"() < .5', 'random"('),
        ("gen_random_uuid() > 'a'", "gen_random_uuid("),
    ],
)
def test_where_must_give_the_same_rows_each_time(condition, word):
    with pytest.raises(OptionError, match="the same rows each time") as caught:
        people().where(condition)
    assert repr(word) in str(caught.value)


def test_words_in_quotes_are_no_functions():
    assert people().where("city <> 'random() now()' -- random()").n_rows == 4
