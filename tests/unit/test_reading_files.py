"""Parquet, JSON, DuckDB, SQLite and Excel files: typed columns, and files that are damaged."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import math
import sqlite3
import zipfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from covey.errors import InputError, MissingExtraError, OptionError
from covey.features.reading import read_table

DAY = dt.date(2024, 2, 29)
NOON = dt.datetime(2024, 2, 29, 12, 30)


def rows(table):
    chosen = ", ".join('"' + name.replace('"', '""') + '"' for name in table.columns)
    return table.con.execute(f"SELECT {chosen} FROM {table.name}").fetchall()


# ---------------------------------------------------------------- Parquet


@pytest.fixture
def parquet(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    path = tmp_path / "t.parquet"
    columns = {
        "whole": pa.array([1, None, 3], pa.int32()),
        "real": pa.array([1.5, math.nan, -2.0], pa.float32()),
        "money": pa.array([Decimal("1.25"), None, Decimal("3.00")], pa.decimal128(10, 2)),
        "text": pa.array(["a", "", None]),
        "kind": pa.array(["x", "y", "x"]).dictionary_encode(),
        "yes": [True, None, False],
        "day": [DAY, None, DAY],
        "moment": pa.array([NOON, None, NOON], pa.timestamp("ns")),
        "zoned": pa.array([NOON, None, NOON], pa.timestamp("us", "America/New_York")),
        "span": [[1, 2], None, []],
        "record": [{"a": 1}, None, {"a": 2}],
    }
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_keeps_plain_types(parquet):
    table = read_table(parquet)
    kinds = table.types()
    assert kinds["whole"] == "INTEGER"
    assert kinds["real"] == kinds["money"] == "DOUBLE"
    assert kinds["yes"] == "BOOLEAN"
    assert kinds["day"] == "DATE"
    assert kinds["moment"] == kinds["zoned"] == "TIMESTAMP"
    assert {kinds[name] for name in ("text", "kind", "span", "record")} == {"VARCHAR"}
    first, second, _ = rows(table)
    # pyarrow takes a time without a zone as one in UTC, which is how it comes back
    assert first == (1, 1.5, 1.25, "a", "x", True, DAY, NOON, NOON, "[1, 2]", "{'a': 1}")
    assert second[:4] == (None, None, None, "")
    assert table.source.format == "Parquet"
    assert table.cleaning[0].n_rows == 3


@pytest.mark.parametrize("keep", [20, 0.5, 0.99])
def test_truncated_parquet(parquet, keep):
    whole = parquet.read_bytes()
    parquet.write_bytes(whole[: keep if keep > 1 else int(len(whole) * keep)])
    with pytest.raises(InputError, match=r"t.parquet must be a whole Parquet file"):
        read_table(parquet)


def test_parquet_inside_gzip(parquet, tmp_path):
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(parquet.read_bytes()))
    assert read_table(packed).n_rows == 3


def test_parquet_without_rows(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "none.parquet")
    with pytest.raises(InputError, match=r"none.parquet must have rows; it has the columns a"):
        read_table(tmp_path / "none.parquet")


# ---------------------------------------------------------------- JSON

LINES = '{"a": 1, "b": "x", "c": {"d": 1}}\n\n{"a": 2.5, "b": null}\n{"when": "2024-02-29"}\n'


@pytest.mark.parametrize("name", ["t.jsonl", "t.ndjson", "t.txt"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_json_lines(tmp_path, name, mark):
    path = tmp_path / name
    path.write_bytes(mark + LINES.encode())
    table = read_table(path)
    assert table.columns == ("a", "b", "c", "when")
    assert [row[0] for row in rows(table)] == [1.0, 2.5, None]
    assert rows(table)[2][3] == DAY
    assert isinstance(rows(table)[0][2], str)


def test_json_list(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"a": 1, "b": "ü"}, {"a": 2, "b": "y"}], indent=2))
    assert rows(read_table(path)) == [(1, "ü"), (2, "y")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a":1}\n{"a":2\n{"a":3}\n', "cannot be read so"),
        ('[{"a":1},{"a":2}', "cannot be read so"),
        ("[1, 2, 3]", "list of BIGINT"),
        ('{"data": [{"a": 1}, {"a": 2}]}', "'data' holds the rows"),
        ("[]", "must have rows|list of"),
    ],
)
def test_json_of_another_shape(tmp_path, text, said):
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        read_table(path)
    assert "odd.json" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_json_types_are_found_beyond_the_first_rows(tmp_path):
    path = tmp_path / "late.jsonl"
    path.write_text('{"a": 1}\n' * 30_000 + '{"a": "text"}\n')
    table = read_table(path)
    assert table.types() == {"a": "VARCHAR"}
    assert table.n_rows == 30_001


# ---------------------------------------------------------------- DuckDB


@pytest.fixture
def duck(tmp_path):
    path = tmp_path / "shop.db"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE customers AS SELECT 1 AS id, INTERVAL 36 HOUR AS stay")
        con.execute("CREATE SCHEMA old")
        con.execute("CREATE TABLE old.orders AS SELECT range AS id FROM range(5)")
        con.execute("CREATE VIEW big AS SELECT id::HUGEINT * 2 AS twice FROM old.orders")
        con.execute("CREATE VIEW thief AS SELECT * FROM read_text('/etc/hostname')")
    return path


def test_duckdb_table_view_and_query(duck):
    assert rows(read_table(duck, table="customers")) == [(1, 1.5)]
    assert read_table(duck, table="OLD.orders").n_rows == 5
    table = read_table(duck, table="big")
    assert table.types() == {"twice": "DOUBLE"}
    assert table.source.format == "DuckDB"
    assert rows(read_table(duck, query="SELECT max(id) AS m FROM old.orders; -- end")) == [(4,)]


def test_duckdb_names_its_tables(duck):
    with pytest.raises(OptionError, match=r"4 tables: big, customers, .*old.orders.*--table"):
        read_table(duck)
    with pytest.raises(OptionError, match=r"got 'custmers'. Did you mean 'customers'\?"):
        read_table(duck, table="custmers")


def test_duckdb_reaches_no_other_file(duck):
    for bad in ({"table": "thief"}, {"query": "SELECT * FROM read_csv('/etc/passwd')"}):
        with pytest.raises(InputError, match="disabled by configuration"):
            read_table(duck, **bad)


@pytest.mark.parametrize("query", ["DROP TABLE customers", "SELECT 1; SELECT 2", "SET threads = 1"])
def test_duckdb_runs_one_select_only(duck, query):
    before = duck.read_bytes()
    with pytest.raises(OptionError, match=r"must be one SELECT on shop.db"):
        read_table(duck, query=query)
    assert duck.read_bytes() == before


def test_duckdb_wrong_query(duck):
    with pytest.raises(InputError, match=r"query must run on shop.db.*nowhere"):
        read_table(duck, query="SELECT * FROM nowhere")


def test_damaged_duckdb(duck):
    duck.write_bytes(duck.read_bytes()[:5000])
    with pytest.raises(InputError, match=r"shop.db must be a whole DuckDB file"):
        read_table(duck)


# ---------------------------------------------------------------- SQLite


@pytest.fixture
def lite(tmp_path):
    path = tmp_path / "shop #1?.sqlite"  # characters that mean something in a URI
    with closing(sqlite3.connect(path)) as con:
        con.execute("CREATE TABLE customers (id INTEGER, spend REAL, name TEXT, mixed)")
        con.executemany(
            "INSERT INTO customers VALUES (?, ?, ?, ?)",
            [(1, 2.5, "Ann", 1), (2, None, "Bob", "x"), (2**40, 7, None, None)],
        )
        con.commit()
    return path


def test_sqlite(lite):
    table = read_table(lite)
    assert table.types() == {
        "id": "BIGINT", "spend": "DOUBLE", "name": "VARCHAR", "mixed": "VARCHAR",
    }  # fmt: skip
    assert rows(table) == [
        (1, 2.5, "Ann", "1"), (2, None, "Bob", "x"), (2**40, 7.0, None, None),
    ]  # fmt: skip
    assert table.source.format == "SQLite"


def test_sqlite_query_and_tables(lite):
    table = read_table(lite, query="SELECT id, id FROM customers WHERE id < 3")
    assert table.columns == ("id", "id_2")
    with closing(sqlite3.connect(lite)) as con:
        con.execute('CREATE TABLE "odd ""name" (a)')
        con.execute('INSERT INTO "odd ""name" VALUES (5)')
        con.commit()
    with pytest.raises(OptionError, match=r"2 tables: customers, odd"):
        read_table(lite)
    assert rows(read_table(lite, table='odd "name')) == [(5,)]


@pytest.mark.parametrize(
    "query", ["DELETE FROM customers", "INSERT INTO customers VALUES (9,9,9,9) RETURNING id"]
)
def test_sqlite_is_never_written(lite, query):
    before = lite.read_bytes()
    with pytest.raises((InputError, OptionError)):
        read_table(lite, query=query)
    assert lite.read_bytes() == before


def test_sqlite_that_gives_nothing(lite, tmp_path):
    with pytest.raises(InputError, match="must have rows; it has the columns id"):
        read_table(lite, query="SELECT id FROM customers WHERE id < 0")
    with pytest.raises(InputError, match=r"query must run on .*no such table: nowhere"):
        read_table(lite, query="SELECT * FROM nowhere")
    bare = tmp_path / "bare.db"
    with closing(sqlite3.connect(bare)) as con:
        con.execute("PRAGMA user_version = 1")
    with pytest.raises(InputError, match=r"bare.db must have a table; it has none"):
        read_table(bare)


def test_damaged_sqlite(lite):
    lite.write_bytes(lite.read_bytes()[:4096] + b"\xff" * 4096)
    with pytest.raises(InputError, match="must be a whole SQLite file"):
        read_table(lite)


# ---------------------------------------------------------------- Excel


@pytest.fixture
def book():
    pytest.importorskip("python_calamine")
    return pytest.importorskip("openpyxl").Workbook()


def test_excel_types(book, tmp_path):
    sheet = book.active
    sheet.append(["customer", "since", "spend", "vip", "mixed", None, "moment"])
    sheet.append([101, DAY, 12.5, True, 5, None, NOON])
    sheet.append([102, None, "#N/A", False, "x", None, NOON])
    sheet.append([None] * 7)
    sheet.append([103, DAY, 7, True, DAY, None, NOON])
    path = tmp_path / "t.xlsx"
    book.save(path)
    table = read_table(path)
    assert table.columns == ("customer", "since", "spend", "vip", "mixed", "moment")
    kinds = table.types()
    assert kinds["spend"] == "DOUBLE"
    assert kinds["since"] == "DATE"
    assert kinds["moment"] == "TIMESTAMP"
    assert kinds["vip"] == "BOOLEAN"
    assert [row[4] for row in rows(table)] == ["5", "x", "2024-02-29"]
    assert rows(table)[1][1:3] == (None, None)
    assert table.source.n_rows == 4
    assert table.cleaning[-1].rule == "rows without any value"
    assert table.cleaning[-1].n_left == table.n_rows == 3


def test_excel_sheets_and_titles(book, tmp_path):
    first = book.active
    first.title = "Cover"
    first.append(["nothing here"])
    data = book.create_sheet("Customers 2024")
    data["B2"] = "Our customers"
    for cells in (["name", "age", "city"], ["Ann", 31, "Oslo"], ["Bob", 47, "Rome"]):
        data.append([None, *cells])
    path = tmp_path / "t.xlsx"
    book.save(path)
    table = read_table(path, sheet="customers 2024")
    assert table.columns == ("name", "age", "city")
    assert table.n_rows == 2
    assert "Our customers" in table.source.details["lines above the header"]
    with pytest.raises(OptionError, match=r"Cover, Customers 2024.*got 'Custommers 2024'. Did you"):
        read_table(path, sheet="Custommers 2024")
    with pytest.raises(InputError, match=r"sheet 'Cover' of t.xlsx must have rows"):
        read_table(path)


def test_excel_without_header(book, tmp_path):
    for cells in ([1, 2.5], [3, 4.5], [5, 6.5]):
        book.active.append(cells)
    path = tmp_path / "t.xlsx"
    book.save(path)
    assert rows(read_table(path)) == [(1.0, 2.5), (3.0, 4.5), (5.0, 6.5)]
    assert read_table(path, header="yes").columns == ("1", "2.5")


def test_excel_cell_far_away(book, tmp_path):
    book.active["A1"] = "a"
    book.active["XFD1000000"] = 1
    path = tmp_path / "far.xlsx"
    book.save(path)
    with pytest.raises(InputError, match=r"far.xlsx.*row 1,000,000 and column 16,384"):
        read_table(path)


def test_open_document(book, tmp_path):
    rows_of = (("name", "age"), ("Ann", 31), ("Bob", 47))
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="float" office:value="{value}"/>'
            if isinstance(value, int)
            else f'<table:table-cell office:value-type="string"><text:p>{value}</text:p>'
            "</table:table-cell>"
            for value in row
        )
        + "</table:table-row>"
        for row in rows_of
    )
    base = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{base}office:1.0" xmlns:table="{base}table:1.0" '
        f'xmlns:text="{base}text:1.0"><office:body><office:spreadsheet><table:table '
        f'table:name="People">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{base}manifest:1.0"/>'
        )
    table = read_table(tmp_path / "t.ods")
    assert table.columns == ("name", "age")
    assert rows(table) == [("Ann", 31.0), ("Bob", 47.0)]


def test_excel_empty_and_damaged(book, tmp_path):
    path = tmp_path / "t.xlsx"
    book.save(path)
    with pytest.raises(InputError, match="must hold a table; it is empty"):
        read_table(path)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(InputError, match=r"t.xlsx must be a whole file"):
        read_table(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000)
    with pytest.raises(InputError, match=r"t.xlsx must be a whole Excel"):
        read_table(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "a,b")
    with pytest.raises(InputError, match="a ZIP archive, not a table; unpack it first"):
        read_table(path)


def test_excel_without_its_library(book, tmp_path, monkeypatch):
    import sys

    book.active.append(["a"])
    book.save(tmp_path / "t.xlsx")
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingExtraError, match=r"covey\[excel\]"):
        read_table(tmp_path / "t.xlsx")


def test_a_folder_is_refused_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_table(tmp_path)
    assert str(caught.value).count("must be") == 1
