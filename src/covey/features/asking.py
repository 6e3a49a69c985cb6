"""Questions about many columns in few SQL queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from covey.features.raw import quote

if TYPE_CHECKING:
    from covey.features.raw import Table

#: expressions in one query: DuckDB plans slowly beyond some hundred
CHUNK = 100
#: columns of one type from which they are stacked, and one set of expressions serves them all
STACKED = 40


def ask(table: Table, expressions: dict[str, str], rows: str = "") -> dict[str, Any]:
    """Evaluate aggregate expressions, a chunk to a query; ``rows`` replaces the table."""
    names, found = list(expressions), {}
    source = rows or quote(table.name)
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        chosen = ", ".join(expressions[name] for name in part)
        row = table.con.execute(f"SELECT {chosen} FROM {source}").fetchone()
        assert row is not None  # an aggregate always gives one row
        found |= dict(zip(part, row, strict=True))
    return found


def ask_each(
    table: Table,
    columns: Sequence[str],
    questions: Callable[[str], dict[str, str]],
) -> dict[str, dict[str, Any]]:
    """Ask the same questions of several columns of one type.

    Parameters
    ----------
    table : Table
    columns : sequence of str
        All of one DuckDB type.
    questions : callable
        Takes a quoted SQL column and returns aggregate expressions by name.

    Returns
    -------
    dict
        Column → name → answer.
    """
    if len(columns) < STACKED:
        asked = {
            (column, name): sql
            for column in columns
            for name, sql in questions(quote(column)).items()
        }
        answers = ask(table, {str(i): sql for i, sql in enumerate(asked.values())})
        found: dict[str, dict[str, Any]] = {column: {} for column in columns}
        for (column, name), answer in zip(asked, answers.values(), strict=True):
            found[column][name] = answer
        return found
    made = questions("value")
    # numbered, for names that differ in case only are one to SQL
    numbered = ", ".join(f"{quote(column)} AS c{j}" for j, column in enumerate(columns))
    stacked = ", ".join(f"c{j}" for j in range(len(columns)))
    answers = table.con.execute(
        f"SELECT number, {', '.join(made.values())} "
        f"FROM (SELECT {numbered} FROM {quote(table.name)}) "
        f"UNPIVOT INCLUDE NULLS (value FOR number IN ({stacked})) GROUP BY number"
    ).fetchall()
    return {columns[int(row[0][1:])]: dict(zip(made, row[1:], strict=True)) for row in answers}
