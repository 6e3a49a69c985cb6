"""Data frames, columns and matrices: every type, with no library but the frame's own."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import textwrap
from decimal import Decimal

import numpy as np
import pytest

from covey.errors import InputError, OptionError
from covey.features.reading import read_table

DAY = dt.date(2024, 2, 29)
NOON = dt.datetime(2024, 2, 29, 12, 30)
COLUMNS = {
    "whole": [1, None, 2**60],
    "real": [1.5, float("nan"), -2.0],
    "money": [Decimal("1.25"), None, Decimal("3")],
    "text": ["é", None, ""],
    "yes": [True, None, False],
    "day": [DAY, None, DAY],
    "moment": [NOON, None, NOON],
    "span": [dt.timedelta(hours=36), None, dt.timedelta(0)],
    "parts": [[1, 2], None, []],
}
FIRST = (1, 1.5, 1.25, "é", True, DAY, NOON, 1.5, "[1, 2]")
KINDS = {
    "whole": "BIGINT", "real": "DOUBLE", "money": "DOUBLE", "text": "VARCHAR", "yes": "BOOLEAN",
    "day": "DATE", "moment": "TIMESTAMP", "span": "DOUBLE", "parts": "VARCHAR",
}  # fmt: skip


def rows(table):
    chosen = ", ".join('"' + name.replace('"', '""') + '"' for name in table.columns)
    return table.con.execute(f"SELECT {chosen} FROM {table.name}").fetchall()


def test_polars():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(COLUMNS).with_columns(
        zoned=pl.col("moment").dt.replace_time_zone("Asia/Tokyo"),
        kind=pl.Series(["a", "b", "a"], dtype=pl.Categorical),
        level=pl.Series(["lo", None, "hi"], dtype=pl.Enum(["lo", "hi"])),
        small=pl.Series([1, 2, None], dtype=pl.UInt8),
        nothing=pl.lit(None),
    )
    for given in (frame, frame.lazy()):
        table = read_table(given)
        assert table.types() == KINDS | {
            "zoned": "TIMESTAMP", "kind": "VARCHAR", "level": "VARCHAR", "small": "UTINYINT",
            "nothing": "VARCHAR",
        }  # fmt: skip
        first, second, third = rows(table)
        assert first == (*FIRST, NOON - dt.timedelta(hours=9), "a", "lo", 1, None)
        assert second == (*[None] * 10, "b", None, 2, None)
        assert third[0] == 2**60
        assert third[3] == ""
        assert table.frame_backend == "polars"
        assert (table.source.name, table.source.format) == ("data frame", "Polars")


def test_pyarrow():
    pa = pytest.importorskip("pyarrow")
    table = read_table(pa.table(COLUMNS))
    assert table.types() == KINDS
    assert rows(table)[0] == FIRST
    assert rows(table)[1] == (None,) * 9
    assert table.frame_backend == "pyarrow"


def test_pandas():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "text": ["a", None, "c"],
            "whole": pd.array([1, None, 2**60], dtype="Int64"),
            "real": [1.5, np.nan, np.inf],
            "yes": pd.array([True, None, False], dtype="boolean"),
            "kind": pd.Categorical(["x", "y", None]),
            "group": pd.Categorical([10, 20, None]),
            "moment": pd.to_datetime(["2024-02-29 12:30", None, "2024-01-01 00:00"]),
            "zoned": pd.to_datetime(["2024-02-29 12:30", None, "2024-07-01 00:00"]).tz_localize(
                "Europe/Oslo"
            ),
            "mixed": [1, "x", None],
            "span": pd.to_timedelta(["36h", None, "0h"]),
        },
        index=["c", "a", "b"],
    )
    table = read_table(frame)
    assert table.types() == {
        "text": "VARCHAR", "whole": "BIGINT", "real": "DOUBLE", "yes": "BOOLEAN",
        "kind": "VARCHAR", "group": "VARCHAR", "moment": "TIMESTAMP", "zoned": "TIMESTAMP",
        "mixed": "VARCHAR", "span": "DOUBLE",
    }  # fmt: skip
    first, second, third = rows(table)
    hour = dt.timedelta(hours=1)
    assert first == ("a", 1, 1.5, True, "x", "10", NOON, NOON - hour, "1", 1.5)
    assert second == (None, None, None, None, "y", "20", None, None, "x", None)
    assert third[1:3] == (2**60, float("inf"))
    assert table.frame_backend == "pandas"
    assert frame.columns[0] == "text"  # the frame given is as it was


def test_pandas_column_names():
    pd = pytest.importorskip("pandas")
    assert read_table(pd.DataFrame([[1, 2, 3]], columns=[5, "a", "a"])).columns == ("5", "a", "a_2")
    two = pd.MultiIndex.from_tuples([("spend", "mean"), ("spend", "sum")])
    assert read_table(pd.DataFrame([[1, 2]], columns=two)).columns == ("spend mean", "spend sum")


def test_rows_without_values_stay():
    pl = pytest.importorskip("polars")
    assert read_table(pl.DataFrame({"a": [1, None, 3], "b": ["x", None, "y"]})).n_rows == 3


def test_columns_and_matrix():
    table = read_table({"a": [1, None], "b": np.array([1.5, 2.5]), "c": ("x", 2)})
    assert rows(table) == [(1, 1.5, "x"), (None, 2.5, "2")]
    assert table.frame_backend is None
    table = read_table(np.asfortranarray([[1, 2, 3], [4, 5, 6]], dtype=np.float32))
    assert table.columns == ("x1", "x2", "x3")
    assert rows(table) == [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0)]
    named = np.array([(1, "u"), (2, "v")], dtype=[("n", int), ("s", "U1")])
    assert rows(read_table(named)) == [(1, "u"), (2, "v")]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (5, "got builtins.int"),
        (None, "got builtins.NoneType"),
        ([1, 2], "got builtins.list"),
        (np.zeros(3), r"two dimensions.*got shape \(3,\)"),
        (np.zeros((2, 2, 2)), r"got shape \(2, 2, 2\)"),
        ({}, "got 0 rows and 0 columns"),
        ({"a": []}, "got 0 rows and 1 columns"),
        ({"a": [1], "b": [1, 2]}, "a: 1, b: 2"),
        ({"a": "xyz"}, "got 'xyz'"),
        ({"a": np.zeros((2, 2))}, r"one dimension; got shape \(2, 2\)"),
        (np.zeros((1, 10_001)), "at most 10,000 columns; got 10,001"),
    ],
)
def test_what_is_no_table(bad, said):
    with pytest.raises(InputError, match=said):
        read_table(bad)


def test_series_is_no_table():
    pd = pytest.importorskip("pandas")
    with pytest.raises(InputError, match=r"got pandas.*Series"):
        read_table(pd.Series([1, 2]))


def test_options_of_files_do_not_go_with_frames():
    with pytest.raises(OptionError, match="delimiter is for csv input"):
        read_table({"a": [1]}, delimiter=";")
    assert read_table({"a": ["1,5"]}, decimal=",").decimal == ","


@pytest.mark.parametrize(
    ("library", "blocked"), [("polars", ("pandas", "pyarrow")), ("pandas", ("polars", "pyarrow"))]
)
def test_no_other_library_is_needed(library, blocked):
    pytest.importorskip(library)
    code = f"""
        import sys
        class NotInstalled:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {blocked!r}:
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, NotInstalled())
        import {library} as lib
        from covey.features.reading import read_table
        frame = lib.DataFrame({{"a": [1, 2], "s": ["x", None], "f": [1.5, None]}})
        assert not set({blocked!r}) & set(sys.modules)
        table = read_table(frame)
        print(table.con.execute("SELECT * FROM data").fetchall())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.strip() == "[(1, 'x', 1.5), (2, None, None)]"


def test_reading_imports_no_heavy_library():
    heavy = ("pandas", "polars", "pyarrow", "sklearn", "scipy", "matplotlib", "narwhals", "duckdb")
    code = f"""
        import sys
        import covey.features.raw, covey.features.reading
        print([name for name in {heavy!r} if name in sys.modules])
        covey.features.reading.read_table({{"a": [1, 2]}})
        print([name for name in {heavy!r} if name in sys.modules])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["[]", "['duckdb']"]
