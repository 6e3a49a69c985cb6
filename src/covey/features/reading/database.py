"""DuckDB and SQLite files → Table: one of their tables, or a query on them, read-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from covey.errors import InputError, OptionError, nearest
from covey.features.raw import Table, connect, fill, literal, quote, seal
from covey.features.reading.names import refuse_too_many, unique_names
from covey.features.reading.plain import take_in
from covey.features.reading.spool import Spooled
from covey.features.scannable import scannable
from covey.flow import CleaningStep, Source

if TYPE_CHECKING:
    import duckdb


def read_duckdb(spooled: Spooled, table: str | None, query: str | None) -> Table:
    """Read a table, a view or a query of a DuckDB file, which is opened read-only.

    Raises
    ------
    InputError
        The file is damaged or in use, or the query fails.
    OptionError
        There are several tables and none was named, or no such table.
    """
    import duckdb

    con = connect()
    try:
        con.execute(f"ATTACH {literal(str(spooled.path))} AS given (READ_ONLY)")
        con.execute("USE given")
        # from here on, neither a view in the file nor the query can reach other files
        con.execute("SET enable_external_access = false")
        if query:
            _refuse_unless_select(con, query, spooled.name)
            con.execute(f"CREATE TEMP VIEW asked AS {query}")
            rows = "temp.asked"
        else:
            there = _duckdb_tables(con)
            rows = there[_chosen(list(there), table, spooled.name)]
        read = take_in(con, rows, spooled.name, "DuckDB")
        con.execute("DROP VIEW IF EXISTS temp.asked")
        con.execute("DETACH given")
        return read
    except duckdb.Error as error:
        raise _failed(spooled.name, "DuckDB", query, error) from error


def _duckdb_tables(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the tables and views: the name for the reader → the name quoted for SQL."""
    found = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'given' "
        "UNION ALL SELECT schema_name, view_name FROM duckdb_views() "
        "WHERE database_name = 'given' AND NOT internal ORDER BY 1, 2"
    ).fetchall()
    return {
        name if schema == "main" else f"{schema}.{name}": f"given.{quote(schema)}.{quote(name)}"
        for schema, name in found
    }


def _refuse_unless_select(con: duckdb.DuckDBPyConnection, query: str, name: str) -> None:
    statements = con.extract_statements(query)
    if len(statements) != 1 or statements[0].type.name != "SELECT":
        raise OptionError(f"query must be one SELECT on {name}; got {query!r}")


def read_sqlite(spooled: Spooled, table: str | None, query: str | None) -> Table:
    """Read a table, a view or a query of an SQLite file, which is opened read-only.

    SQLite does not hold values to the type of their column: a column in which numbers and text
    are mixed is read as text.

    Raises
    ------
    InputError
        The file is damaged or in use, or the query fails.
    OptionError
        There are several tables and none was named, or no such table.
    """
    name = spooled.name
    address = spooled.path.absolute().as_uri() + "?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as con:
            con.execute("PRAGMA query_only = on")
            con.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
            chosen = ""
            if not query:
                there = con.execute(
                    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
                    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
                ).fetchall()
                chosen = _chosen([row[0] for row in there], table, name)
            cursor = con.execute(query or f"SELECT * FROM {quote(chosen)}")
            if cursor.description is None:
                raise OptionError(f"query must be one SELECT on {name}; got {query!r}")
            given = [column[0] for column in cursor.description]
            refuse_too_many(len(given), name)
            return _from_rows(given, cursor.fetchall(), name)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _failed(name, "SQLite", query, error) from error


def _from_rows(given: Sequence[str], rows: list[tuple[object, ...]], name: str) -> Table:
    if not rows:
        raise InputError(
            f"{name} must have rows; it has the columns {', '.join(given[:8])} and no rows"
        )
    names, renamed = unique_names(given)
    con = connect()
    fill(con, "data", names, [scannable(column) for column in zip(*rows, strict=True)])
    seal(con)
    source = Source(name, "SQLite", len(rows), len(names))
    read = CleaningStep("rows read", "read", len(rows), n_left=len(rows))
    return Table(con, "data", names, source, (read, *renamed))


def _chosen(there: list[str], table: str | None, name: str) -> str:
    """Return the one table there is, or the one that was asked for."""
    if not there:
        raise InputError(f"{name} must have a table; it has none")
    listed = ", ".join(there[:20]) + (", …" if len(there) > 20 else "")
    if table is None:
        if len(there) == 1:
            return there[0]
        raise OptionError(f"{name} has {len(there)} tables: {listed}; name one with --table")
    folded = {other.casefold(): other for other in there}
    if table.casefold() not in folded:
        raise OptionError(
            f"table must be one of those in {name} ({listed}); got {table!r}."
            f"{nearest(table, there)}"
        )
    return table if table in there else folded[table.casefold()]


def _failed(name: str, kind: str, query: str | None, error: Exception) -> InputError:
    said = str(error).strip().splitlines()[0]
    if query:
        return InputError(f"the query must run on {name}; got {query!r}, and {kind} says: {said}")
    return InputError(
        f"{name} must be a whole {kind} file that no other program is writing to; "
        f"{kind} says: {said}"
    )
