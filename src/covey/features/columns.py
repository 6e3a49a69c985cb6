"""What each column holds, recognised from all its values in few SQL queries."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from covey.features import roles, spelling
from covey.features.raw import quote
from covey.features.spelling import date_sql, number_sql, text_sql

if TYPE_CHECKING:
    from covey.features.raw import Table

#: a column is what this share of its values is; the rest is taken for missing
MOST = 0.95
#: rows looked at first, so that costly patterns run only over columns that may match
HEAD = 2_000
#: longest text that may be a number or a date
SHORT = 40
#: columns in one query: DuckDB plans slowly beyond some hundred expressions
CHUNK = 60


@dataclass(frozen=True)
class Column:
    """Facts about one column; what is done with it is decided in ``choice``."""

    name: str
    type: str  # of DuckDB
    kind: str  # "number", "text number", "date", "boolean", "category", "empty", "nested"
    n_present: int = 0  # values that are not missing
    n_distinct: int = 0
    decimal: str | None = None  # of numbers in text
    form: str | None = None  # of dates in text
    yes: str = "1"  # of a boolean in text
    unit: str = ""
    length: float = 0.0  # mean length of texts
    n_unread: int = 0  # values that are there but not of the kind
    unread: tuple[str, ...] = ()  # some of them
    why: str = ""  # how the kind was told
    doubts: tuple[str, ...] = ()  # what could have been read otherwise
    numbered: bool = False  # digits only, with zeros in front: a code, not a number
    bounds: tuple[float, float] = (0.0, 0.0)  # smallest and largest number
    details: dict[str, str] = field(default_factory=dict)


def recognise(table: Table) -> list[Column]:
    """Tell what each column of a table holds.

    Returns
    -------
    list of Column
        In the order of the table.
    """
    columns = _first_look(table)
    texts = [c for c in columns if c.kind == "text?"]
    if texts:
        seen = {column.name: column for column in _second_look(table, texts)}
        seen = _agree_on_decimal(table, columns, seen)
        columns = [seen.get(column.name, column) for column in columns]
    return columns


def ask(table: Table, expressions: dict[str, str], rows: str = "") -> dict[str, Any]:
    """Evaluate aggregate expressions, a chunk to a query; ``rows`` replaces the table."""
    names, found = list(expressions), {}
    source = rows or quote(table.name)
    for start in range(0, len(names), CHUNK * 4):
        part = names[start : start + CHUNK * 4]
        chosen = ", ".join(expressions[name] for name in part)
        row = table.con.execute(f"SELECT {chosen} FROM {source}").fetchone()
        assert row is not None  # an aggregate always gives one row
        found |= dict(zip(part, row, strict=True))
    return found


def _first_look(table: Table) -> list[Column]:
    """Tell typed columns and plain numbers apart from text that needs a closer look."""
    types = table.types()
    asked: dict[str, str] = {}
    for j, name in enumerate(table.columns):
        column, kind = quote(name), types[name]
        asked[f"{j} present"] = f"count({column})"
        if spelling.is_text(kind):
            plain = f"TRY_CAST({column} AS DOUBLE)"
            asked[f"{j} numbers"] = f"count({plain})"
            asked[f"{j} zeros"] = (
                f"count(*) FILTER ({column} LIKE '0_%' AND substr({column}, 2, 1) >= '0' "
                f"AND substr({column}, 2, 1) <= '9')"
            )
            asked[f"{j} length"] = f"avg(length({column}))"
        else:
            plain = f"CAST({column} AS DOUBLE)"
        if spelling.is_text(kind) or spelling.is_numeric(kind):
            asked[f"{j} low"], asked[f"{j} high"] = f"min({plain})", f"max({plain})"
        if not _nested(kind):
            asked[f"{j} distinct"] = f"count(DISTINCT {column})"
    found = ask(table, asked)
    facts = [
        {key.partition(" ")[2]: found[key] for key in asked if key.startswith(f"{j} ")}
        for j in range(len(table.columns))
    ]
    return [
        _typed_or_plain(name, types[name], fact)
        for name, fact in zip(table.columns, facts, strict=True)
    ]


def _nested(kind: str) -> bool:
    """Tell whether a DuckDB type is a list, a struct, a blob: nothing that a feature is made of."""
    plain = spelling.is_text(kind) or spelling.is_numeric(kind) or spelling.is_date(kind)
    return not (plain or kind == "BOOLEAN")


def _typed_or_plain(name: str, kind: str, fact: dict[str, Any]) -> Column:
    """Make a column of the first facts; kind "text?" needs the second look."""
    column = Column(
        name, kind, "nested", fact["present"], fact.get("distinct", 0),
        bounds=(_float(fact.get("low")), _float(fact.get("high"))),
    )  # fmt: skip
    if not fact["present"]:
        return dataclasses.replace(column, kind="empty")
    if kind == "BOOLEAN":
        return dataclasses.replace(column, kind="boolean", yes="yes")
    if spelling.is_date(kind):
        return dataclasses.replace(column, kind="date", why="the source stores dates")
    if spelling.is_text(kind):
        column = dataclasses.replace(column, length=fact["length"] or 0.0)
        if fact["numbers"] < fact["present"]:
            return dataclasses.replace(column, kind="text?", bounds=(0.0, 0.0))
        if fact["zeros"]:
            return dataclasses.replace(column, kind="category", numbered=True)
    elif not spelling.is_numeric(kind):
        return column
    return _number(column)


def _float(value: Any) -> float:
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


# ---------------------------------------------------------------- text


def _second_look(table: Table, columns: list[Column]) -> list[Column]:
    """Tell numbers in text, dates, booleans and categories apart."""
    head = f"(SELECT * FROM {quote(table.name)} LIMIT {HEAD})"
    tried = {c.name: _candidates(table, c) for c in columns}
    first = ask(table, _counts(tried, columns), head)
    for column in columns:
        present = first[f"{column.name} present"]
        if present >= 50:  # too few say nothing: then all candidates are tried on all rows
            tried[column.name] = [
                one for one in tried[column.name]
                if first[f"{column.name} {one}"] >= 0.5 * present
            ]  # fmt: skip
    found = ask(table, _counts(tried, columns, distinct=True))
    return [_settle(table, c, tried[c.name], found) for c in columns]


def _candidates(table: Table, column: Column) -> list[str]:
    """List what a text column could be: decimal signs, then date formats."""
    if column.length > SHORT:
        return []
    decimals = [table.decimal] if table.decimal else [".", ","]
    return [*decimals, *spelling.DATE_FORMATS]


def _counts(
    tried: dict[str, list[str]], columns: list[Column], distinct: bool = False
) -> dict[str, str]:
    """SQL that counts the values present, and those that each candidate can read."""
    asked = {}
    for column in columns:
        name, kind = quote(column.name), column.type
        asked[f"{column.name} present"] = f"count({text_sql(name, kind)})"
        if distinct:
            asked[f"{column.name} distinct"] = f"count(DISTINCT {text_sql(name, kind)})"
        if tried[column.name]:
            asked[f"{column.name} clear"] = f"count({text_sql(name, kind, vague=True)})"
        for one in tried[column.name]:
            read = number_sql if len(one) == 1 else date_sql
            asked[f"{column.name} {one}"] = f"count({read(name, kind, one)})"
    return asked


def _settle(table: Table, column: Column, tried: list[str], found: dict[str, Any]) -> Column:
    """Decide what a text column is from the counts over all rows."""
    count = {one: found[f"{column.name} {one}"] for one in tried}
    column = dataclasses.replace(
        column,
        n_present=found[f"{column.name} present"],
        n_distinct=found[f"{column.name} distinct"],
    )
    clear = found.get(f"{column.name} clear", 0)
    if not column.n_present:
        return dataclasses.replace(column, kind="empty")
    signs = {one: n for one, n in count.items() if len(one) == 1}
    forms = {one: n for one, n in count.items() if len(one) > 1}
    if clear and signs and max(signs.values()) >= MOST * clear:
        return _text_number(table, column, signs, clear)
    if clear and forms and max(forms.values()) >= MOST * clear:
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


def _text_number(table: Table, column: Column, signs: dict[str, int], clear: int) -> Column:
    """Settle the decimal sign and the unit of numbers in text."""
    decimal = "," if signs.get(",", 0) > signs.get(".", 0) else "."
    name = quote(column.name)
    value = number_sql(name, column.type, decimal)
    unit = spelling.unit_sql(name, column.type)
    text = text_sql(name, column.type, vague=True)
    found = ask(
        table,
        {
            "units": f"list(DISTINCT {unit})",
            "unit": f"mode({unit})",
            "united": f"count({unit})",
            "distinct": f"count(DISTINCT {value})",
            "low": f"min({value})",
            "high": f"max({value})",
            "grouped": f"count(*) FILTER (regexp_matches({text}, '\\d[,.]\\d{{3}}([^\\d]|$)'))",
            "plain": f"count(TRY_CAST({name} AS DOUBLE))",
            "unread": f"list(DISTINCT {text}) FILTER ({value} IS NULL)",
        },
    )
    doubts: list[str] = []
    tie = signs.get(",") == signs.get(".") and found["grouped"] and not table.decimal
    unit_word = found["unit"] or ""
    symbol = spelling.CURRENCIES.get(unit_word, unit_word)
    others = {spelling.CURRENCIES.get(u, u) for u in found["units"] or [] if u} - {symbol}
    if others:
        doubts.append(
            f"amounts in {', '.join(sorted({symbol, *others}))} stand side by side; "
            "nothing was converted"
        )
    kind = "number" if found["plain"] >= signs[decimal] else "text number"
    return _number_unless_flag(
        dataclasses.replace(
            column,
            kind=kind,
            n_present=signs[decimal],
            n_distinct=found["distinct"],
            decimal=decimal,
            unit=symbol,
            bounds=(_float(found["low"]), _float(found["high"])),
            n_unread=clear - signs[decimal],
            unread=tuple(sorted(found["unread"] or [])[:3]),
            why=_how_written(decimal, symbol, kind, bool(tie)),
            doubts=tuple(doubts),
            details={"ambiguous": "grouping"} if tie else {},
        )
    )


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


def _number_unless_flag(column: Column) -> Column:
    if column.n_distinct == 2 and column.bounds == (0.0, 1.0) and not column.n_unread:
        return dataclasses.replace(column, kind="boolean", why="the only values are 0 and 1")
    return column


def _text_date(table: Table, column: Column, forms: dict[str, int], clear: int) -> Column:
    """Settle the order of day and month; a tie is read day first, and said."""
    best = max(forms.values())
    tied = [form for form in forms if forms[form] == best]
    form = tied[0]
    doubts = ()
    if any(f.startswith("%d") for f in tied) and any(f.startswith("%m") for f in tied):
        doubts = ("day and month cannot be told apart in any value; read as day first",)
    name = quote(column.name)
    text, value = text_sql(name, column.type, vague=True), date_sql(name, column.type, form)
    found = ask(
        table,
        {
            "unread": f"list(DISTINCT {text}) FILTER ({value} IS NULL)",
            "distinct": f"count(DISTINCT {value})",
        },
    )
    spelled = form.replace("%Y", "YYYY").replace("%y", "YY").replace("%m", "MM")
    spelled = spelled.replace("%d", "DD").replace("%b", "Mon").replace("%B", "Month")
    return dataclasses.replace(
        column,
        kind="date",
        form=form,
        n_present=best,
        n_distinct=found["distinct"],
        n_unread=clear - best,
        unread=tuple(sorted(found["unread"] or [])[:3]),
        why=f"dates written as {spelled}",
        doubts=doubts,
    )


def _boolean(table: Table, column: Column) -> Column | None:
    """Return a two-valued column of yes and no, or None."""
    text = text_sql(quote(column.name), column.type, vague=True)
    values = set(table.scalar(f"list(DISTINCT lower({text}))") or []) - {None}
    for yes, no in spelling.BOOLEANS:
        if values == {yes, no}:
            why = f"the only values are {yes} and {no}"
            return dataclasses.replace(column, kind="boolean", yes=yes, why=why, n_distinct=2)
    return None


def _agree_on_decimal(
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
