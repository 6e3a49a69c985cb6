"""What each column holds, recognised from all its values in few SQL queries."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from covey.features import roles, spelling
from covey.features.asking import ask, ask_each
from covey.features.raw import quote

if TYPE_CHECKING:
    from covey.features.raw import Table

#: a column is what this share of its values is; the rest is taken for missing
MOST = 0.95
#: different numbers from which it is no chance that all of them read year, month, day
DAYS = 3


@dataclass(frozen=True)
class Column:
    """Facts about one column; what is done with it is decided in ``choice``."""

    name: str
    type: str  # of DuckDB
    kind: str  # "number", "text number", "date", "boolean", "category", "empty", "other"
    n_present: int = 0  # values that are not missing
    n_distinct: int = 0
    decimal: str | None = None  # of numbers in text
    form: str | None = None  # of dates in text
    unit: str = ""
    length: float = 0.0  # mean length of texts
    n_unread: int = 0  # values that are there but not of the kind
    unread: tuple[str, ...] = ()  # some of them
    why: str = ""  # how the kind was told
    doubts: tuple[str, ...] = ()  # what could have been read otherwise
    numbered: bool = False  # digits only, with zeros in front: a code, not a number
    bounds: tuple[float, float] = (0.0, 0.0)  # smallest and largest number
    details: dict[str, str] = field(default_factory=dict)


def recognise(table: Table, names: Sequence[str] | None = None, most: float = MOST) -> list[Column]:
    """Tell what each column of a table holds.

    Parameters
    ----------
    table : Table
    names : sequence of str, optional
        Look at these columns only.
    most : float
        Text is numbers or dates when at least this share of the values is; the rest is missing.

    Returns
    -------
    list of Column
        In the order of the table, or of the names.
    """
    columns = _first_look(table, table.columns if names is None else names)
    texts = [c for c in columns if c.kind == "text?"]
    if texts:
        from covey.features.text_columns import agree_on_decimal, second_look

        seen = {column.name: column for column in second_look(table, texts, most)}
        seen = agree_on_decimal(table, columns, seen)
        columns = [seen.get(column.name, column) for column in columns]
    columns = _days_written_as_numbers(table, columns)
    return _flags(table, columns) if names is None else columns


def _days_written_as_numbers(table: Table, columns: list[Column]) -> list[Column]:
    """Take whole numbers for dates where every one of them reads year, month, day."""
    form = "%Y%m%d"
    asked = {
        c.name: f"count({spelling.date_sql(quote(c.name), c.type, form)})"
        for c in columns
        if c.kind == "number"
        and 19000101 <= c.bounds[0] <= c.bounds[1] <= 21001231
        and c.n_distinct >= DAYS
    }
    found = ask(table, asked) if asked else {}
    why = "every value reads year, month, day (YYYYMMDD)"
    return [
        dataclasses.replace(c, kind="date", form=form, why=why)
        if found.get(c.name) == c.n_present
        else c
        for c in columns
    ]


def _flags(table: Table, columns: list[Column]) -> list[Column]:
    """Take a mark in some rows and blanks in the others for yes and no."""
    alone = [c for c in columns if c.n_distinct == 1 and c.kind not in ("date", "other", "empty")]
    if not alone:
        return columns
    asked = {c.name: f"min({spelling.text_sql(quote(c.name), c.type)})" for c in alone}
    n, marks = table.n_rows, ask(table, asked)
    changed = {}
    for column in alone:
        mark = str(marks[column.name])
        if column.n_present < n and mark.casefold() in spelling.MARKS:
            why = f"{mark!r} in {column.n_present:,} rows and blank in the others"
            changed[column.name] = dataclasses.replace(
                column, kind="boolean", form=spelling.BLANK_IS_NO, n_present=n, n_distinct=2,
                why=f"{why}, so blank is taken as no",
            )  # fmt: skip
    return [changed.get(c.name, c) for c in columns]


def _first_look(table: Table, chosen: Sequence[str]) -> list[Column]:
    """Tell typed columns and plain numbers apart from text that needs a closer look."""
    types = table.types()
    facts: dict[str, dict[str, Any]] = {}
    for kind in dict.fromkeys(types[name] for name in chosen):
        alike = [name for name in chosen if types[name] == kind]
        facts |= ask_each(table, alike, functools.partial(_first_questions, kind=kind))
    return [_typed_or_plain(name, types[name], facts[name], table.decimal) for name in chosen]


def _first_questions(column: str, kind: str) -> dict[str, str]:
    """Write the SQL of the first facts about a column."""
    asked = {"present": f"count({column})"}
    plain = f"CAST({column} AS DOUBLE)"
    if spelling.is_text(kind):
        plain, text = spelling.plain_sql(column), f"CAST({column} AS VARCHAR)"
        asked["numbers"] = f"count({plain})"
        asked["zeros"] = (
            f"count(*) FILTER ({text} LIKE '0_%' AND contains('0123456789', substr({text}, 2, 1)))"
        )
        asked["length"] = f"avg(length({text}))"
    if spelling.is_text(kind) or spelling.is_numeric(kind):
        asked["low"], asked["high"] = f"min({plain})", f"max({plain})"
    if not _other(kind):
        asked["distinct"] = f"count(DISTINCT {column})"
    return asked


def _other(kind: str) -> bool:
    """Tell whether a DuckDB type is a list, a struct, a blob: nothing that a feature is made of."""
    plain = spelling.is_text(kind) or spelling.is_numeric(kind) or spelling.is_date(kind)
    return not (plain or kind == "BOOLEAN")


def _typed_or_plain(name: str, kind: str, fact: dict[str, Any], decimal: str | None) -> Column:
    """Make a column of the first facts; kind "text?" needs the second look."""
    column = Column(
        name, kind, "other", fact["present"], fact.get("distinct", 0),
        bounds=(as_float(fact.get("low")), as_float(fact.get("high"))),
    )  # fmt: skip
    if not fact["present"]:
        return dataclasses.replace(column, kind="empty")
    if kind == "BOOLEAN":
        return dataclasses.replace(column, kind="boolean", why="the source stores yes and no")
    if spelling.is_date(kind):
        return dataclasses.replace(column, kind="date", why="the source stores dates")
    if spelling.is_text(kind):
        column = dataclasses.replace(column, length=fact["length"] or 0.0)
        if fact["zeros"] and fact["numbers"] == fact["present"]:
            return dataclasses.replace(column, kind="category", numbered=True)
        if fact["numbers"] < fact["present"] or decimal == ",":
            return dataclasses.replace(column, kind="text?", bounds=(0.0, 0.0))
    elif not spelling.is_numeric(kind):
        return column
    return _number(column)


def as_float(value: Any) -> float:
    """Return an SQL number as float; NULL as NaN."""
    return float("nan") if value is None else float(value)


def _number(column: Column) -> Column:
    """Settle a column whose values are all plain numbers."""
    if column.n_distinct == 2 and column.bounds == (0.0, 1.0):
        if roles.names_category(column.name):
            return dataclasses.replace(column, kind="category")
        return dataclasses.replace(column, kind="boolean", why="the only values are 0 and 1")
    low, high = column.bounds
    if roles.names_date(column.name) and 19000101 <= low <= high <= 21001231:
        why = "the name speaks of a date and the values read year, month, day"
        return dataclasses.replace(column, kind="date", form="%Y%m%d", why=why)
    return dataclasses.replace(column, kind="number")
