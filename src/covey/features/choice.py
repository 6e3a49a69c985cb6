"""What is done with each column: clustered on, described, row identifier or left out, and why."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from covey.errors import ColumnError, InputError, OptionError, nearest
from covey.features import roles
from covey.features.asking import ask
from covey.features.columns import Column
from covey.features.raw import quote
from covey.features.spelling import number_sql
from covey.flow import Caution, Decision

if TYPE_CHECKING:
    from covey.features.raw import Table

NUMBERS = ("number", "text number", "date")
#: levels of a category told apart; the rest is "other"
LEVELS = 20
#: codes of more kinds than this name single things
CODES = 200
#: share of rows with a value from which a category is worth telling
RARE = 0.1
#: mean length from which text is prose, not the name of a kind
PROSE = 60
#: share of different values from which a named column still tells rows apart
NEARLY_ALL = 0.9


@dataclass(frozen=True)
class Wishes:
    """What the user asked for; the defaults ask for nothing."""

    features: tuple[str, ...] | None = None
    drop: tuple[str, ...] = ()
    id: str | None = None
    scale: str = "auto"
    log: tuple[str, ...] | None = None
    missing: str = "auto"
    categories: str = "describe"


@dataclass(frozen=True)
class Choice:
    """The columns in use, by what they are used for."""

    clustered: list[Column]
    described: list[Column]
    id: Column | None
    decisions: dict[str, Decision]
    cautions: list[Caution] = field(default_factory=list)


def choose(table: Table, columns: list[Column], wishes: Wishes) -> Choice:
    """Decide what is done with each column.

    Raises
    ------
    ColumnError
        A column asked for is not there, or cannot be clustered on.
    OptionError
        The same column is to be clustered on and left out.
    """
    _check_names(table, wishes)
    n = table.n_rows
    coded = _coded(table, columns, n)
    row_id = _identifier(columns, coded, wishes, n)
    clustered, described, decisions = [], [], {}
    for column in columns:
        action, why, overrule = _decide(column, wishes, n, row_id, column.name in coded)
        if action == "clustered on":
            clustered.append(column)
        elif action == "described":
            described.append(column)
        kind = "identifier" if column is row_id else column.kind
        details = {"unit": column.unit} if column.unit else {}
        decisions[column.name] = Decision(column.name, kind, action, why, overrule, details)
    cautions = _cautions(columns, decisions, row_id, wishes, coded, n)
    return Choice(clustered, described, row_id, decisions, cautions)


def flag(start: str, name: str) -> str:
    """Write a flag with a column so that it can be pasted into a shell."""
    gap = "" if start.endswith(",") else " "
    return f"{start}{gap}{shlex.quote(name)}"


def refuse_unknown(names: Sequence[str], known: Sequence[str], flag: str, source: str) -> None:
    """Raise ColumnError for the first name that is not a column."""
    for name in names:
        if name not in known:
            near = nearest(name, known)
            listed = "" if len(known) > 40 else f" The columns are: {', '.join(known)}."
            raise ColumnError(f"{flag}: no column {name!r} in {source}.{near}{listed}")


def _check_names(table: Table, wishes: Wishes) -> None:
    named = {
        "--features": wishes.features or (),
        "--drop": wishes.drop,
        "--id": (wishes.id,) if wishes.id else (),
        "--log": () if wishes.log in (None, ("none",), ("all",)) else wishes.log,
    }
    for flag, names in named.items():
        refuse_unknown(names or (), table.columns, flag, table.source.name)
    both = [name for name in wishes.drop if name in (wishes.features or ())]
    if both:
        raise OptionError(
            f"a column can be in --features or in --drop; got {both[0]!r} in both; "
            "take it out of one"
        )


def _coded(table: Table, columns: list[Column], n: int) -> set[str]:
    """Names of the columns that identify things, by their name or by counting the rows."""
    asked, suspects = {}, []
    for column in columns:
        named = roles.names_identifier(column.name)
        counts = n >= 30 and column.n_distinct == n and column.bounds[1] - column.bounds[0] == n - 1
        if column.kind in ("number", "text number") and (named or counts):
            suspects.append((column, named))
            value = number_sql(quote(column.name), column.type, column.decimal)
            asked[column.name] = f"bool_and({value} = trunc({value}) AND isfinite({value}))"
    whole = ask(table, asked) if asked else {}
    coded = {column.name for column, _ in suspects if whole[column.name]}
    coded |= {
        column.name for column in columns
        if column.kind == "category"
        and (roles.names_identifier(column.name) or column.numbered)
    }  # fmt: skip
    return coded


def _identifier(columns: list[Column], coded: set[str], wishes: Wishes, n: int) -> Column | None:
    """Pick the column that names the row: asked for, or the best whose values all differ."""
    if wishes.id is not None:
        return next(column for column in columns if column.name == wishes.id)
    ranked = []
    for place, column in enumerate(columns):
        if column.name in wishes.drop or column.length > PROSE or n < 2:
            continue
        unique = column.n_distinct == n
        nearly = column.n_distinct >= NEARLY_ALL * n
        rank = roles.identifier_rank(column.name) if roles.names_identifier(column.name) else 3
        text = column.kind == "category"
        if column.name in coded and (unique or (nearly and rank < 2)):
            ranked.append((not unique, rank, place, column))
        elif text and unique:
            ranked.append((False, 4, place, column))
    if not ranked:
        return None
    return min(ranked, key=lambda entry: entry[:3])[3]


def _decide(
    column: Column, wishes: Wishes, n: int, row_id: Column | None, coded: bool
) -> tuple[str, str, str]:
    """Return the action, the reason and the flag that overrules it."""
    name = column.name
    if name in wishes.drop:
        return "left out", "asked for with --drop", "take it out of --drop"
    if wishes.features is not None and name in wishes.features:
        _refuse_unusable(column, n)
        return "clustered on", "asked for with --features", "take it out of --features"
    if column is row_id:
        return "row identifier", _why_identifier(column, wishes, n, coded), flag("--features", name)
    if column.kind == "empty":
        return "left out", "there is no value in it", ""
    if column.kind == "other":
        return "left out", f"values of type {column.type} have no distance", ""
    if coded:
        return _decide_code(column, wishes, n)
    if column.n_distinct <= 1:
        missing = " and the rest is missing" if column.n_present < n else ""
        return "left out", f"every value is the same{missing}", flag("--features", name)
    if column.kind in NUMBERS:
        return _decide_number(column, wishes, n)
    return _decide_category(column, wishes, n)


def _decide_number(column: Column, wishes: Wishes, n: int) -> tuple[str, str, str]:
    name = column.name
    if wishes.features is not None:
        return "described", "not among --features", flag("--features …,", name)
    if column.n_present < 0.5 * n and wishes.missing in ("auto", "drop"):
        share = 1 - column.n_present / n
        return "left out", f"{share:.0%} of the values are missing", flag("--features", name)
    return "clustered on", column.why or "a number", flag("--drop", name)


def _decide_category(column: Column, wishes: Wishes, n: int) -> tuple[str, str, str]:
    name = column.name
    features = flag("--features", name)
    many = column.n_distinct > max(LEVELS, 0.2 * n) or column.n_distinct > 0.9 * n
    if column.kind == "category" and (many or column.length > PROSE):
        differ = f"{column.n_distinct:,} different texts in {column.n_present:,} rows"
        return "left out", f"free text: {differ}", flag("--id", name)
    if column.n_present < RARE * n:
        return "left out", f"{1 - column.n_present / n:.1%} of the values are missing", features
    told = column.why or f"{column.n_distinct:,} different texts"
    if column.doubts:
        told = column.doubts[0]
    if wishes.categories == "drop":
        return "left out", f"{told}; --categories drop", "--categories describe"
    if wishes.categories == "cluster" and wishes.features is None:
        return "clustered on", f"{told}; --categories cluster", "--categories describe"
    return "described", f"{told}: told for each segment", features


def _decide_code(column: Column, wishes: Wishes, n: int) -> tuple[str, str, str]:
    name = column.name
    told = f"its values count the rows ({column.bounds[0]:,.0f} … {column.bounds[1]:,.0f})"
    if column.numbered:
        told = "digits with zeros in front"
    elif roles.names_identifier(name):
        told = "the name says identifier"
    why = f"{told}, so the values are names and not quantities"
    if 1 < column.n_distinct <= min(CODES, 0.2 * n) and wishes.categories != "drop":
        return "described", f"{why}: told for each segment", flag("--features", name)
    return "left out", why, flag("--features", name)


def _why_identifier(column: Column, wishes: Wishes, n: int, coded: bool) -> str:
    if wishes.id is not None:
        return "asked for with --id"
    differ = "every value is different"
    if column.n_distinct < n:
        differ = f"{column.n_distinct:,} different values in {n:,} rows"
    if roles.names_identifier(column.name):
        return f"{differ} and the name says identifier, so it names the row"
    if coded:
        return "the values count the rows, so they name them"
    return f"{differ}, so it names the row"


def _refuse_unusable(column: Column, n: int) -> None:
    """Raise ColumnError for a column that no feature can be made of."""
    text = column.kind == "category" and column.n_distinct > max(LEVELS, 0.5 * n)
    if column.kind in ("empty", "other") or text:
        got = {
            "empty": "only missing values",
            "other": f"values of type {column.type}",
            "category": f"{column.n_distinct:,} different texts, such as free text or names",
        }[column.kind]
        raise ColumnError(
            f"--features: {column.name!r} must hold numbers, dates, yes/no or a few categories; "
            f"got {got}; leave it out of --features"
        )


def _cautions(
    columns: list[Column],
    decisions: dict[str, Decision],
    row_id: Column | None,
    wishes: Wishes,
    coded: set[str],
    n: int,
) -> list[Caution]:
    """Facts about how columns were read that the reader must know."""
    found = []
    for column in columns:
        name = column.name
        if name in wishes.drop:
            continue
        if column.n_unread and decisions[name].action in ("clustered on", "described"):
            some = ", ".join(repr(text[:40]) for text in column.unread)
            what = "dates" if column.kind == "date" else "numbers"
            n_values = _count(column.n_unread, "value")
            text = f"{name}: {n_values} cannot be read as {what} and count as missing: {some}."
            found.append(Caution("unread-values", text))
        found += [Caution("doubtful-column", f"{name}: {doubt}.") for doubt in column.doubts]
        if name in (wishes.features or ()) and (name in coded or column is row_id):
            text = f"{name} looks like an identifier; distances between its values mean nothing."
            found.append(Caution("identifier-clustered", text))
    if row_id is not None and row_id.n_distinct < n:
        n_other = n - row_id.n_distinct
        text = (
            f"{row_id.name} does not tell all rows apart: {n_other:,} of {n:,} rows have a value "
            "that is missing or that another row has too."
        )
        found.append(Caution("repeated-identifier", text))
    return found


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def refuse_nothing_left(choice: Choice, source: str) -> None:
    """Raise InputError when no column is clustered on, with the reason for each."""
    if choice.clustered:
        return
    decided = list(choice.decisions.values())
    told = [
        f"  {one.column}: {one.action}, {one.why}"
        + (f" (to overrule: {one.overrule})" if one.overrule else "")
        for one in decided[:30]
    ]
    if len(decided) > 30:
        told.append(f"  … and {len(decided) - 30:,} more columns")
    raise InputError(
        f"{source} must have a numeric column to cluster on; got none. Each column was left out "
        "for a reason:\n" + "\n".join(told) + "\nName columns with --features, or cluster on "
        "text columns with --categories cluster."
    )
