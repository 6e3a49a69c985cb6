"""Table: rows as they were read, held by an in-memory DuckDB, before any decision is made."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import InputError, OptionError, nearest
from covey.features.scannable import scannable
from covey.flow import Caution, CleaningStep, Decision, Source

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

#: texts, names and comments in SQL
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"(?!\s*\()|--[^\n]*|/\*.*?\*/", re.DOTALL)
#: words of SQL that give another value on another day or at another try
_VOLATILE = re.compile(
    r"\b(?:(?:random|setseed|uuid|uuidv4|uuidv7|gen_random_uuid|now|today|get_current_time|"
    r"get_current_timestamp|transaction_timestamp|current_localtime|current_localtimestamp|"
    r"txid_current|nextval|currval|pg_backend_pid)\"?\s*\(|"
    r"(?:current_date|current_time|current_timestamp|localtime|localtimestamp)\b|"
    r"(?:tablesample|using\s+sample)\b)",
    re.IGNORECASE,
)
#: more threads than this do not make reading a table faster, but each takes memory
_MAX_THREADS = 8


def quote(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def connect() -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that downloads nothing and keeps the order of the rows."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",  # SQL never sees a Python variable
        "preserve_insertion_order": "true",
        "temp_directory": "",  # a folder to spill to would stay open to SQL after sealing
        "threads": str(min(_n_cores(), _MAX_THREADS)),
    }
    con = duckdb.connect(":memory:", config=config)
    con.execute("SET enable_progress_bar = false")
    return con


def seal(con: duckdb.DuckDBPyConnection) -> None:
    """Shut a connection off from files and network for good, so that no SQL of the user's can."""
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


@dataclass(frozen=True)
class Table:
    """Rows as they were read.

    Columns of text files are VARCHAR, exactly as written: what they mean is decided later, in
    one place. Typed sources (Parquet, databases, data frames) keep their DuckDB types. Every
    column holds single values: lists and records arrive as text.
    """

    con: duckdb.DuckDBPyConnection
    name: str  # of the table in `con`
    columns: tuple[str, ...]  # in the order of the source
    source: Source
    cleaning: tuple[CleaningStep, ...] = ()  # the first step is "read"
    decimal: str | None = None  # decimal sign of numbers written as text; None: to be found out
    frame_backend: str | None = None  # "pandas", "polars", "pyarrow": results are given in kind
    rows: NDArray[Any] | None = None  # (n,) int: number, from 1, of each row read; None: all
    cautions: tuple[Caution, ...] = ()  # what was noticed before the columns are decided about
    made_of: tuple[Decision, ...] = ()  # about columns of the lines that the rows were made of
    how_made: Mapping[str, str] = field(default_factory=dict)  # made column → how, in words

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, Sequence[Any] | NDArray[Any]], source: Source | None = None
    ) -> Table:
        """Make a table from columns of equal length.

        Parameters
        ----------
        columns : mapping of name to values
            Numbers, booleans and dates keep their type, None, NaN and NaT become NULL; anything
            else, and a mixture, is stored as text. Names must differ in more than case.

        Raises
        ------
        InputError
            The columns have different lengths.
        """
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            shown = ", ".join(f"{name!r} has {n:,}" for name, n in list(lengths.items())[:6])
            raise InputError(f"columns must have the same number of values; got {shown}")
        n_rows = next(iter(lengths.values()), 0)
        con = connect()
        if columns:
            fill(con, "data", tuple(columns), [scannable(values) for values in columns.values()])
        else:
            con.execute("CREATE TABLE data AS SELECT 0 AS nothing WHERE false")
        seal(con)
        source = source or Source("data", "columns", n_rows, len(columns))
        read = CleaningStep("rows read", "read", n_rows, n_left=n_rows)
        return cls(con, "data", tuple(columns), source, (read,))

    @property
    def n_rows(self) -> int:
        """Rows that are there now."""
        return self.scalar("count(*)")

    def types(self) -> dict[str, str]:
        """Return the DuckDB type of each column."""
        rows = self.con.execute(f"DESCRIBE SELECT * FROM {quote(self.name)}").fetchall()
        return {row[0]: str(row[1]) for row in rows}

    def scalar(self, expression: str) -> Any:
        """Return the value of one SQL aggregate expression over all rows."""
        row = self.con.execute(f"SELECT {expression} FROM {quote(self.name)}").fetchone()
        assert row is not None  # an aggregate always gives one row
        return row[0]

    def arrays(self, **expressions: str) -> dict[str, NDArray[Any]]:
        """Return SQL expressions, one value a row in row order, as NumPy arrays.

        Numbers come as float64 with NaN for NULL, text as objects with None, dates as
        datetime64 with NaT.
        """
        chosen = ", ".join(f"{sql} AS {quote(name)}" for name, sql in expressions.items())
        found = self.con.execute(f"SELECT {chosen} FROM {quote(self.name)}").fetchnumpy()
        return {name: _unmask(found[name]) for name in expressions}

    def array(self, column: str) -> NDArray[Any]:
        """Return one column; see ``arrays``."""
        return self.arrays(value=quote(column))["value"]

    def where(self, condition: str) -> Table:
        """Keep the rows for which an SQL condition holds; the rows dropped are logged.

        Inside the condition, a text column whose every value is a number or a date counts as
        one, so that ``Age > 30`` means what it says for a CSV file too.

        Raises
        ------
        OptionError
            The condition is not SQL, names an unknown column, or reaches outside the table.
        InputError
            No row is left.
        """
        before = self.n_rows
        view = f"{self.name}_where"
        typed = ", ".join(f"{sql} AS {quote(name)}" for name, sql in self._meant(condition).items())
        self._refuse_unless_condition(condition)
        self._choose(view, condition, typed)
        kept = dataclasses.replace(self, name=view)
        rows = kept.array("covey_number").astype(np.int64)
        self.con.execute(f"ALTER TABLE {quote(view)} DROP COLUMN covey_number")
        left = len(rows)
        if left == 0:
            raise InputError(
                f"where={condition!r} must leave some rows; none of {before:,} is left"
            )
        step = CleaningStep(f"rows outside --where {condition}", "removed", before - left, "", left)
        rows = rows if self.rows is None else self.rows[rows - 1]
        return dataclasses.replace(kept, cleaning=(*self.cleaning, step), rows=rows)

    def _refuse_unless_condition(self, condition: str) -> None:
        """Raise unless the text is one expression: ``1=1); DROP TABLE data; --`` is not."""
        import duckdb

        volatile = _VOLATILE.search(_QUOTED.sub(" ", condition))
        if volatile:
            raise OptionError(
                f"where must give the same rows each time; got {condition!r}, in which "
                f"{volatile[0]!r} differs from run to run; write a fixed value instead"
            )
        try:
            duckdb.SQLExpression(condition)
        except duckdb.Error as error:
            raise self._bad_condition(condition, error) from error

    def _choose(self, view: str, condition: str, typed: str) -> None:
        """Copy the rows for which a condition holds into another table."""
        import duckdb

        tries = [f"* REPLACE ({typed})", "*"] if typed else ["*"]
        failed: Exception | None = None
        for columns in tries:  # as written, too: LIKE '85%' means the text of a number
            try:
                self.con.execute(
                    f"CREATE OR REPLACE TABLE {quote(view)} AS "
                    f"SELECT covey_row.*, covey_number FROM (SELECT whole AS covey_row, "
                    f"row_number() OVER () AS covey_number, {columns} "
                    f"FROM {quote(self.name)} AS whole) "
                    f"WHERE ({condition}\n)"
                )
                return
            except duckdb.Error as error:
                failed = failed or error
        assert failed is not None
        raise self._bad_condition(condition, failed) from failed

    def _bad_condition(self, condition: str, error: Exception) -> OptionError:
        first = str(error).strip().splitlines()[0]
        unknown = re.search(r'column "(.+?)" not found', first)
        near = nearest(unknown[1], self.columns) if unknown else ""
        return OptionError(
            f"where must be an SQL condition on the columns of {self.source.name} "
            f"({', '.join(self.columns[:12])}{', …' if len(self.columns) > 12 else ''}); "
            f"got {condition!r}: {first}{near}"
        )

    def _meant(self, condition: str) -> dict[str, str]:
        """Return SQL for the text columns named in a condition that are all numbers or dates."""
        folded = condition.casefold()
        texts = [
            name
            for name, kind in self.types().items()
            if kind == "VARCHAR" and name.casefold() in folded
        ]
        meant: dict[str, str] = {}
        for name in texts:
            column = quote(name)
            number = column
            if self.decimal == ",":
                number = f"replace(replace({column}, '.', ''), ',', '.')"
            for sql in (f"try_cast({number} AS DOUBLE)", f"try_cast({column} AS TIMESTAMP)"):
                if self.scalar(f"count({sql}) = count({column}) AND count({column}) > 0"):
                    meant[name] = sql
                    break
        return meant


def fill(
    con: duckdb.DuckDBPyConnection,
    table: str,
    names: Sequence[str],
    columns: Sequence[tuple[NDArray[Any], NDArray[np.bool_]]],
) -> None:
    """Create a table from columns as ``scannable.scannable`` gives them."""
    incoming: dict[str, NDArray[Any]] = {}
    chosen: list[str] = []
    for j, (name, (array, missing)) in enumerate(zip(names, columns, strict=True)):
        incoming[f"c{j}"] = np.ascontiguousarray(array)  # not every DuckDB heeds strides
        sql = f"c{j}"
        if array.dtype == object:
            sql = f"CAST(c{j} AS VARCHAR)"
        elif np.datetime_data(array.dtype)[0] == "D" if array.dtype.kind == "M" else False:
            incoming[f"c{j}"] = array.astype("datetime64[us]")
            sql = f"CAST(c{j} AS DATE)"
        if missing.any():
            incoming[f"m{j}"] = missing
            sql = f"CASE WHEN m{j} THEN NULL ELSE {sql} END"
        chosen.append(f"{sql} AS {quote(name)}")
    con.register("incoming", incoming)
    con.execute(f"CREATE TABLE {quote(table)} AS SELECT {', '.join(chosen)} FROM incoming")
    con.unregister("incoming")


def _n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _unmask(array: Any) -> NDArray[Any]:
    """Return a DuckDB result column without a mask: NaN, NaT or None where it was NULL."""
    mask = np.ma.getmaskarray(array)
    data = np.ma.getdata(array)
    if data.dtype.kind in "biuf":
        data = data.astype(np.float64)
        data[mask] = np.nan
    elif data.dtype.kind == "M":
        data = data.copy()
        data[mask] = np.datetime64("NaT")
    elif mask.any():
        data = data.astype(object)
        data[mask] = None
    return data
