"""Columns of text: numbers and dates as people write them, yes and no, categories."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

from covey.features import spelling
from covey.features.asking import ask, ask_each
from covey.features.columns import MOST, Column, as_float
from covey.features.raw import quote
from covey.features.spelling import date_sql, number_sql, text_sql

if TYPE_CHECKING:
    from covey.features.raw import Table

#: values looked at first, so that costly patterns run only over columns that may match
HEAD = 300
#: longest text that may be a number or a date
SHORT = 40


def second_look(table: Table, columns: list[Column], most: float) -> list[Column]:
    """Tell numbers in text, dates, booleans and categories apart."""
    tried = {column.name: _candidates(table, column) for column in columns}
    groups: dict[tuple[str, ...], list[str]] = {}
    for column in columns:
        groups.setdefault((column.type, *tried[column.name]), []).append(column.name)
    found: dict[str, dict[str, Any]] = {}
    for (kind, *candidates), names in groups.items():
        asked = functools.partial(_questions, kind=kind, candidates=candidates)
        found |= ask_each(table, names, asked)
    return [
        _settle(table, column, tried[column.name], found[column.name], most) for column in columns
    ]


def _candidates(table: Table, column: Column) -> list[str]:
    """List what a text column could be: decimal signs, then date formats."""
    if column.length > SHORT:
        return []
    text = text_sql(quote(column.name), column.type, vague=True)
    rows = table.con.execute(
        f"SELECT {text} AS value FROM {quote(table.name)} WHERE value IS NOT NULL LIMIT {HEAD}"
    ).fetchall()
    samples = [row[0] for row in rows]
    decimals = [table.decimal] if table.decimal else [".", ","]
    decimals = [sign for sign in decimals if spelling.may_be_number(samples, sign)]
    return [*decimals, *spelling.may_be_dates(samples)]


def _questions(column: str, kind: str, candidates: list[str]) -> dict[str, str]:
    """Write the SQL that counts values present, and those that each candidate can read."""
    text = text_sql(column, kind)
    asked = {"present": f"count({text})", "distinct": f"count(DISTINCT {text})"}
    if candidates:
        asked["clear"] = f"count({text_sql(column, kind, vague=True)})"
    for one in candidates:
        read = number_sql if len(one) == 1 else date_sql
        asked[one] = f"count({read(column, kind, one)})"
    return asked


def _settle(
    table: Table, column: Column, tried: list[str], found: dict[str, Any], most: float
) -> Column:
    """Decide what a text column is from the counts over all rows."""
    count = {one: found[one] for one in tried}
    column = dataclasses.replace(
        column,
        n_present=found["present"],
        n_distinct=found["distinct"],
    )
    clear = found.get("clear", 0)
    if not column.n_present:
        return dataclasses.replace(column, kind="empty")
    signs = {one: n for one, n in count.items() if len(one) == 1}
    forms = {one: n for one, n in count.items() if len(one) > 1}
    if clear and signs and max(signs.values()) >= most * clear:
        return _text_number(table, column, signs, clear)
    if clear and forms and most * clear > max(forms.values()) >= 0.5 * clear:
        forms = _mixed_dates(table, column, forms)
    if clear and forms and max(forms.values()) >= most * clear:
        return _text_date(table, column, forms, clear)
    if column.n_distinct <= 4:
        boolean = _boolean(table, column)
        if boolean:
            return boolean
    if signs and max(signs.values()) >= 0.5 * clear:
        share = max(signs.values()) / clear
        doubt = f"only {share:.0%} of the values are numbers, so they are taken as words"
        column = dataclasses.replace(column, doubts=(doubt,))
    return dataclasses.replace(column, kind="category")


def _mixed_dates(table: Table, column: Column, forms: dict[str, int]) -> dict[str, int]:
    """Count the dates that can be read when all formats of one order are allowed."""
    name = quote(column.name)
    best = max(forms.values())
    orders = [
        order for order, several in spelling.MIXED_DATES.items()
        if any(forms.get(form) == best for form in several)
    ]  # fmt: skip
    return ask(table, {o: f"count({date_sql(name, column.type, o)})" for o in orders}) or forms


def _text_number(table: Table, column: Column, signs: dict[str, int], clear: int) -> Column:
    """Settle the decimal sign and the unit of numbers in text."""
    decimal = "," if signs.get(",", 0) > signs.get(".", 0) else "."
    found = _facts_of_numbers(table, column, decimal)
    tie = bool(signs.get(",") == signs.get(".") and found["grouped"] and not table.decimal)
    counts = dict[str, int]()
    for unit, n in (found["units"] or {}).items():
        symbol = str(spelling.CURRENCIES.get(unit, unit))
        counts[symbol] = counts.get(symbol, 0) + n
    units = sorted(counts, key=lambda unit: (-counts[unit], unit)) or [""]
    doubts = (f"amounts in {', '.join(units)} stand side by side; nothing was converted",)
    kind = "number" if found["plain"] >= signs[decimal] else "text number"
    column = dataclasses.replace(
        column,
        kind=kind,
        n_present=signs[decimal],
        n_distinct=found["distinct"],
        decimal=decimal,
        unit=units[0],
        bounds=(as_float(found["low"]), as_float(found["high"])),
        n_unread=clear - signs[decimal],
        unread=tuple(found["unread"] or []),
        why=_how_written(decimal, units[0], kind, tie)
        + ("; k means thousands, M millions" if found["shortened"] else ""),
        doubts=doubts if len(units) > 1 else (),
        details={"ambiguous": "grouping"} if tie else {},
    )
    if column.n_distinct == 2 and column.bounds == (0.0, 1.0) and not column.n_unread:
        return dataclasses.replace(column, kind="boolean", why="the only values are 0 and 1")
    return column


def _facts_of_numbers(table: Table, column: Column, decimal: str) -> dict[str, Any]:
    """Ask for the units, the range and the misfits of numbers in text."""
    name = quote(column.name)
    rows = (  # each value is read once, however many questions are asked about it
        f"(SELECT {text_sql(name, column.type, vague=True)} AS t, "
        f"{number_sql(name, column.type, decimal)} AS v, "
        f"{spelling.unit_sql(name, column.type)} AS u, "
        f"{spelling.shortened_sql(name, column.type)} AS s, "
        f"{spelling.plain_sql(name)} AS p FROM {quote(table.name)})"
    )
    asked = {
        "units": "histogram(u) FILTER (u IS NOT NULL AND v IS NOT NULL)",
        "distinct": "count(DISTINCT v)",
        "low": "min(v)",
        "high": "max(v)",
        "grouped": "count(*) FILTER (regexp_matches(t, '\\d[,.]\\d{3}([^\\d]|$)'))",
        "plain": "count(p)",
        "shortened": "count(*) FILTER (s AND v IS NOT NULL)",
        "unread": "list_sort(list(DISTINCT t) FILTER (v IS NULL AND t IS NOT NULL))[:3]",
    }
    return ask(table, asked, rows)


def _how_written(decimal: str, unit: str, kind: str, tie: bool) -> str:
    """Say in words how the numbers are written."""
    if kind == "number":
        return ""
    sign = "comma" if decimal == "," else "point"
    parts = [f"numbers written as text, read with a decimal {sign}"]
    if tie:
        parts.append("every group after a separator has three digits, so it marks thousands")
    if unit:
        parts.append(f"unit {unit}")
    return "; ".join(parts)


def _text_date(table: Table, column: Column, forms: dict[str, int], clear: int) -> Column:
    """Settle the order of day and month; a tie is read day first, and said."""
    best = max(forms.values())
    tied = [form for form in forms if forms[form] == best]
    form = tied[0]
    doubts = ()
    orders = {one.strip("%")[0] for one in tied}
    if {"d", "m"} <= orders:
        doubts = ("day and month cannot be told apart in any value; read as day first",)
    name, unread = quote(column.name), []
    if best < clear:
        text, value = text_sql(name, column.type, vague=True), date_sql(name, column.type, form)
        odd = f"{value} IS NULL AND {text} IS NOT NULL"
        unread = table.scalar(f"list_sort(list(DISTINCT {text}) FILTER ({odd}))[:3]")
    spelled = form
    for sign, word in (("%Y", "YYYY"), ("%y", "YY"), ("%m", "MM"), ("%d", "DD"), ("%b", "Mon"),
                       ("%B", "Month")):  # fmt: skip
        spelled = spelled.replace(sign, word)
    if form == "%Y-%m":
        spelled += ", each taken as the first day of the month"
    told = (
        f"dates in several forms, {form}"
        if form in spelling.MIXED_DATES
        else (f"dates written as {spelled}")
    )
    return dataclasses.replace(
        column,
        kind="date",
        form=form,
        n_present=best,
        n_unread=clear - best,
        unread=tuple(unread),
        why=told,
        doubts=doubts,
    )


def _boolean(table: Table, column: Column) -> Column | None:
    """Return a two-valued column of yes and no, or None."""
    text = text_sql(quote(column.name), column.type, vague=True)
    values = set(table.scalar(f"list(DISTINCT lower({text}))") or []) - {None}
    for yes, no in spelling.BOOLEANS:
        if values == {yes, no}:
            why = f"the only values are {yes} and {no}"
            return dataclasses.replace(column, kind="boolean", why=why, n_distinct=2)
    return None


def agree_on_decimal(
    table: Table, columns: list[Column], seen: dict[str, Column]
) -> dict[str, Column]:
    """Read what is ambiguous alone, such as 1.234, as the other columns of the table are read."""
    if table.decimal:
        return seen
    unclear = [c for c in seen.values() if "ambiguous" in c.details]
    sure = {c.decimal for c in seen.values() if c.kind == "text number" and c not in unclear}
    if sure == {","}:
        plain = [c for c in columns if c.kind == "number" and spelling.is_text(c.type)]
        return seen | _grouped(table, plain, False) | _grouped(table, unclear, True)
    # nobody writes money with three decimals: the points of "€1.234" mark thousands
    money = [c for c in unclear if c.unit in spelling.CURRENCIES.values()]
    return seen | _grouped(table, money, False)


def _grouped(table: Table, columns: list[Column], pointless: bool) -> dict[str, Column]:
    """Re-read with a decimal comma the columns whose points all stand before three digits.

    ``pointless``: those without any point too.
    """
    changed: dict[str, Column] = {}
    for column in columns:
        name = quote(column.name)
        text = text_sql(name, column.type, vague=True)
        group = r"'^[^0-9.]*[1-9]\d{0,2}(\.\d{3})+[^0-9.]*$'"
        found = ask(
            table,
            {
                "points": f"count(*) FILTER (contains({text}, '.'))",
                "groups": f"count(*) FILTER (regexp_matches({text}, {group}))",
                "read": f"count({number_sql(name, column.type, ',')})",
                "clear": f"count({text})",
            },
        )
        all_groups = found["points"] == found["groups"] and found["read"] >= MOST * found["clear"]
        if all_groups and (found["points"] or pointless):
            again = _text_number(table, column, {",": found["read"]}, found["clear"])
            changed[column.name] = dataclasses.replace(
                again, kind="text number", details={},
                why=_how_written(",", again.unit, "text number", False)
                + "; every point stands before three digits, so it marks thousands",
            )  # fmt: skip
    return changed
