"""Table: rows as they were read, held by an in-memory DuckDB, before any decision is made."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import InputError, OptionError
from covey.flow import CleaningStep, Source

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray


def quote(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def connect() -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that downloads nothing and keeps the order of the rows."""
    import duckdb

    con = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    con.execute("SET preserve_insertion_order = true")
    con.execute("SET enable_progress_bar = false")
    return con


@dataclass(frozen=True)
class Table:
    """Rows as they were read.

    Columns of text files are VARCHAR, exactly as written: what they mean is decided later, in
    one place. Typed sources (Parquet, databases, data frames) keep their DuckDB types.
    """

    con: duckdb.DuckDBPyConnection
    name: str  # of the table or view in `con`
    columns: tuple[str, ...]  # in the order of the source
    source: Source
    cleaning: tuple[CleaningStep, ...] = ()  # the first step is "read"
    decimal: str | None = None  # decimal sign of numbers written as text; None: to be found out

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, Sequence[Any] | NDArray[Any]], source: Source | None = None
    ) -> Table:
        """Make a table from columns of equal length.

        Parameters
        ----------
        columns : mapping of name to values
            Numbers, booleans and dates as NumPy arrays keep their type (NaN and NaT become
            NULL); anything else is stored as text, None as NULL.
        """
        con = connect()
        arrays = {name: _plain(values) for name, values in columns.items()}
        n_rows = len(next(iter(arrays.values()))) if arrays else 0
        source = source or Source("data", "columns", n_rows, len(arrays))
        renamed = {f"c{j}": array for j, array in enumerate(arrays.values())}
        con.register("incoming", renamed)
        chosen = ", ".join(
            f"{_null(f'c{j}', array)} AS {quote(name)}"
            for j, (name, array) in enumerate(arrays.items())
        )
        con.execute(f"CREATE TABLE data AS SELECT {chosen} FROM incoming")
        con.unregister("incoming")
        read = CleaningStep("rows read", "read", n_rows, n_left=n_rows)
        return cls(con, "data", tuple(arrays), source, (read,))

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
        """Keep the rows for which an SQL condition holds; the rows dropped are logged."""
        import duckdb

        before = self.n_rows
        view = f"{self.name}_where"
        try:
            self.con.execute(
                f"CREATE OR REPLACE TABLE {quote(view)} AS "
                f"SELECT * FROM {quote(self.name)} WHERE ({condition}\n)"
            )
        except duckdb.Error as error:
            first = str(error).strip().splitlines()[0]
            raise OptionError(
                f"where must be an SQL condition on the columns of {self.source.name}; "
                f"got {condition!r}: {first}"
            ) from error
        kept = dataclasses.replace(self, name=view)
        left = kept.n_rows
        if left == 0:
            raise InputError(
                f"where={condition!r} must leave some rows; none of {before:,} is left"
            )
        step = CleaningStep(f"rows outside --where {condition}", "removed", before - left, "", left)
        return dataclasses.replace(kept, cleaning=(*self.cleaning, step))


def _plain(values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """Return values as an array that DuckDB can scan without guessing."""
    array = np.asarray(values)
    if array.dtype.kind in "biuf":
        return array
    if array.dtype.kind == "M":
        return array.astype("datetime64[us]")
    texts = [None if value is None or value != value else str(value) for value in values]
    return np.array(texts, dtype=object)


def _null(column: str, array: NDArray[Any]) -> str:
    """SQL for a column in which NaN and NaT are NULL."""
    if array.dtype.kind == "f":
        return f"CASE WHEN isnan({column}) THEN NULL ELSE {column} END"
    if array.dtype == object:
        return f"CAST({column} AS VARCHAR)"
    return column


def _unmask(array: NDArray[Any]) -> NDArray[Any]:
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
