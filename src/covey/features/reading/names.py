"""Names of columns as they must be: text, not blank, each there once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from covey.errors import InputError
from covey.flow import CleaningStep

#: A table of customers has tens of columns, a matrix of genes thousands; beyond this it is
#: nearly always a table lying on its side, and every later step costs columns × columns.
MAX_COLUMNS = 10_000


def unique_names(given: Iterable[Any]) -> tuple[tuple[str, ...], tuple[CleaningStep, ...]]:
    """Make names text, give blank ones a name by position, and number repeated ones.

    Names that differ only in upper and lower case count as repeated, as SQL cannot tell them
    apart.

    Returns
    -------
    names : tuple of str
    steps : tuple of CleaningStep
        What was renamed, with no rows removed.
    """
    texts = [" ".join(str(name).split()) if name is not None else "" for name in given]
    taken = {text.casefold() for text in texts if text}
    seen: set[str] = set()
    names: list[str] = []
    renamed: list[str] = []
    for position, text in enumerate(texts, start=1):
        name = text or _free(f"column_{position}", taken)
        if name.casefold() in seen:
            name = _numbered(text, taken | seen)
            renamed.append(f"{text!r} → {name!r}")
        seen.add(name.casefold())
        names.append(name)
    if not renamed:
        return tuple(names), ()
    shown = ", ".join(renamed[:5]) + (f" and {len(renamed) - 5} more" if len(renamed) > 5 else "")
    why = f"two columns cannot share a name: {shown}"
    return tuple(names), (CleaningStep("columns renamed", "changed", 0, why),)


def refuse_too_many(n_columns: int, where: str) -> None:
    """Raise InputError when there are more columns than a table can have."""
    if n_columns > MAX_COLUMNS:
        raise InputError(
            f"{where} must have at most {MAX_COLUMNS:,} columns; got {n_columns:,}; "
            "keep the columns you need, or turn the table so that each row is one case"
        )


def _free(name: str, taken: set[str]) -> str:
    return name if name.casefold() not in taken else _numbered(name, taken)


def _numbered(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}".casefold() in taken:
        number += 1
    return f"{name}_{number}"
