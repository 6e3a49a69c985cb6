"""Columns of any DuckDB type → columns of the few plain types that a Table has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from covey.errors import InputError
from covey.features.raw import Table, quote, seal
from covey.features.reading.names import refuse_too_many, unique_names
from covey.flow import CleaningStep, Source

if TYPE_CHECKING:
    import duckdb

_KEPT = {
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "VARCHAR", "DATE", "TIMESTAMP",
}  # fmt: skip


def plain(column: str, kind: str) -> str:
    """Return SQL that gives a column of any type as a plain one.

    Parameters
    ----------
    column : str
        Quoted for SQL.
    kind : str
        Its DuckDB type.

    Returns
    -------
    str
        Wide and decimal numbers as DOUBLE (NaN as NULL), times with a zone as TIMESTAMP in UTC,
        intervals in days, and whatever else there is as text.
    """
    if kind in _KEPT:
        return column
    if kind in ("FLOAT", "DOUBLE"):
        return f"CASE WHEN isnan({column}) THEN NULL ELSE CAST({column} AS DOUBLE) END"
    if kind in ("HUGEINT", "UHUGEINT", "BIGNUM") or kind.startswith("DECIMAL"):
        return f"CAST({column} AS DOUBLE)"
    if kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "TIMESTAMPTZ_NS"):
        return f"make_timestamp(epoch_us({column}))"
    if kind.startswith("TIMESTAMP"):
        return f"CAST({column} AS TIMESTAMP)"
    if kind == "INTERVAL":
        return f"epoch({column}) / 86400.0"
    if kind == "JSON":
        return f"({column} ->> '$')"
    return f"CAST({column} AS VARCHAR)"


def take_in(con: duckdb.DuckDBPyConnection, rows: str, name: str, format_name: str) -> Table:
    """Copy rows into a sealed Table.

    Parameters
    ----------
    con : DuckDBPyConnection
    rows : str
        What stands after FROM, quoted.
    name, format_name : str
        What the reader calls the source, and its format.

    Raises
    ------
    InputError
        There are no rows.
    """
    described = con.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    refuse_too_many(len(described), name)
    names, renamed = unique_names(row[0] for row in described)
    chosen = ", ".join(
        f"{plain(quote(row[0]), str(row[1]))} AS {quote(new)}"
        for row, new in zip(described, names, strict=True)
    )
    # Parquet's minimum and maximum leave NaN out, and from them DuckDB 2.0 concludes that isnan()
    # is false everywhere
    con.execute("SET disabled_optimizers = 'statistics_propagation'")
    con.execute(f"CREATE TABLE memory.main.data AS SELECT {chosen} FROM {rows}")
    con.execute("RESET disabled_optimizers")
    con.execute("USE memory.main")
    row = con.execute("SELECT count(*) FROM data").fetchone()
    assert row is not None
    if row[0] == 0:
        raise InputError(
            f"{name} must have rows; it has the columns {', '.join(names[:8])} and no rows"
        )
    seal(con)
    source = Source(name, format_name, row[0], len(names))
    read = CleaningStep("rows read", "read", row[0], n_left=row[0])
    return Table(con, "data", names, source, (read, *renamed))
