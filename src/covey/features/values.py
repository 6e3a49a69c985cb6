"""One column as numbers: how its values are read, from the table fitted on and from any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.features import spelling
from covey.features.asking import CHUNK, ask_each
from covey.features.raw import quote

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.features.raw import Table

KINDS = ("number", "date", "boolean", "level", "category")
DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True)
class Reading:
    """How one column is read. Plain facts, so that a model file can carry them."""

    column: str
    kind: str  # one of KINDS
    decimal: str | None = None  # of numbers in text
    form: str | None = None  # of dates in text, one of spelling.DATE_FORMATS; or BLANK_IS_NO
    reference: str = ""  # dates: the values are days before this moment (ISO)
    levels: tuple[str, ...] = ()  # categories: those told apart; the rest is "other"
    level: str = ""  # kind "level": 1 where the category is this level

    def sql(self, kind: str, decimal: str | None = None) -> str:
        """Return the SQL that reads the column when its DuckDB type is ``kind``."""
        column = quote(self.column)
        if self.kind == "number":
            return spelling.number_sql(column, kind, decimal or self.decimal)
        if self.kind == "date":
            return spelling.date_sql(column, kind, self.form)
        if self.kind == "boolean":
            return spelling.boolean_sql(column, kind, self.form)
        return spelling.text_sql(column, kind)

    def numbers(self, values: NDArray[Any]) -> NDArray[Any]:
        """Turn what the SQL gave into (n,) float64; NaN where there is no value."""
        if self.kind == "date":
            since = np.datetime64(self.reference, "us") - values.astype("datetime64[us]")
            days = since.astype(np.int64).astype(np.float64) / DAY
            return np.where(np.isnat(since), np.nan, days)
        if self.kind == "level":
            told = self.told(values)
            found = np.array([value == self.level for value in told], dtype=np.float64)
            found[np.array([value is None for value in told], dtype=bool)] = np.nan
            return found
        return np.asarray(values, dtype=np.float64)

    def told(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return categories as objects: a level told apart, "other", or None."""
        if self.kind == "boolean":
            words = {1.0: "yes", 0.0: "no"}
            return np.array([words.get(value) for value in values], dtype=object)
        known = set(self.levels)
        return np.array([v if v is None or v in known else "other" for v in values], dtype=object)


def read(table: Table, readings: list[Reading]) -> list[NDArray[Any]]:
    """Read several columns in one query; the arrays are what ``Reading.numbers`` takes."""
    if not readings:
        return []
    types = table.types()
    plain = _plain_numbers(table, readings, types)
    found: dict[str, NDArray[Any]] = {}
    for start in range(0, len(readings), CHUNK):
        part = readings[start : start + CHUNK]
        found |= table.arrays(
            **{
                f"v{start + j}": spelling.plain_sql(quote(reading.column))
                if reading.column in plain and reading.kind == "number"
                else reading.sql(types[reading.column], table.decimal)
                for j, reading in enumerate(part)
            }
        )
    return [found[f"v{j}"] for j in range(len(readings))]


def _plain_numbers(table: Table, readings: list[Reading], types: dict[str, str]) -> set[str]:
    """Name the text columns that hold plain numbers only: the patterns of others are slow."""
    if table.decimal == ",":
        return set()
    names = [
        reading.column
        for reading in readings
        if reading.kind == "number"
        and reading.decimal != ","
        and types[reading.column] == "VARCHAR"
    ]
    found = ask_each(table, list(dict.fromkeys(names)), _plain_questions)
    return {name for name, answer in found.items() if answer["plain"]}


def _plain_questions(column: str) -> dict[str, str]:
    return {"plain": f"count({column}) = count({spelling.plain_sql(column)})"}
