"""Reading the playbook: a TOML file of names, actions and the levels that earn them."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from covey.errors import InputError, nearest
from covey.explain.roles import ROLES

#: rank bands of the words, in percent of the population
BANDS = {
    "very low": (0.0, 15.0),
    "low": (15.0, 35.0),
    "medium": (35.0, 65.0),
    "high": (65.0, 85.0),
    "very high": (85.0, 100.0),
}
#: A segment this many rank points outside a condition can still get the name, at a discount;
#: beyond, never. Medians of clusters fall near the edge of a band as often as inside.
TOLERANCE = 5.0

_KEYS = ("name", "action", "when", "if_known", "fallback")
BUILT_IN = Path(__file__).with_name("playbook.toml")


@dataclass(frozen=True)
class Entry:
    """One name of the playbook, and when it is earned."""

    name: str
    action: str
    when: Mapping[str, tuple[float, float]]  # role -> rank band that must hold
    if_known: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    fallback: bool = False  # only where no other entry is left


def load_playbook(path: str | os.PathLike[str] | None = None) -> tuple[Entry, ...]:
    """Read a playbook, the built-in one when no path is given.

    Raises
    ------
    InputError
        The file cannot be read, is no TOML, or an entry is not what it must be; the message
        names the file, the entry and the key.
    """
    place = Path(path) if path is not None else BUILT_IN
    try:
        found = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InputError(
            f"playbook must be a TOML file that can be read; {str(place)!r} is not: {reason}"
        ) from error
    return _entries(found, place.name)


def _entries(found: Mapping[str, Any], file: str) -> tuple[Entry, ...]:
    for key in found:
        if key != "segment":
            hint = nearest(key, ["segment"])
            raise InputError(
                f"playbook {file}: only [[segment]] entries are known; got {key!r}.{hint}"
            )
    tables = found.get("segment")
    if not isinstance(tables, list) or not tables:
        raise InputError(f"playbook {file}: it must have at least one [[segment]] entry; got none")
    entries = []
    for position, table in enumerate(tables, 1):
        where = f"playbook {file}, entry {position}"
        if not isinstance(table, dict):
            raise InputError(f"{where}: it must be a [[segment]] table; got {table!r}")
        entries.append(_entry(table, where))
    names = [entry.name.casefold() for entry in entries]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise InputError(
                f"playbook {file}: each name must be given once; "
                f"got {entries[position].name!r} twice"
            )
    return tuple(entries)


def _entry(table: Mapping[str, Any], where: str) -> Entry:
    for key in ("name", "action"):
        if not isinstance(table.get(key), str) or (key == "name" and not table[key].strip()):
            raise InputError(f"{where}: {key!r} must be text; got {table.get(key)!r}")
    where = f"{where} ({table['name']!r})"
    for key in table:
        if key not in _KEYS:
            raise InputError(
                f"{where}: the keys are {', '.join(_KEYS)}; got {key!r}.{nearest(key, _KEYS)}"
            )
    when = _conditions(table.get("when"), where, "when")
    if not when:
        raise InputError(f"{where}: 'when' must have at least one condition; got none")
    if_known = _conditions(table.get("if_known", {}), where, "if_known")
    for role in if_known:
        if role in when:
            raise InputError(f"{where}: {role!r} is in 'when' and in 'if_known'; keep one")
    fallback = table.get("fallback", False)
    if not isinstance(fallback, bool):
        raise InputError(f"{where}: 'fallback' must be true or false; got {fallback!r}")
    return Entry(table["name"].strip(), table["action"].strip(), when, if_known, fallback)


def _conditions(table: Any, where: str, key: str) -> dict[str, tuple[float, float]]:
    if not isinstance(table, dict):
        raise InputError(
            f'{where}: {key!r} must be a table such as {{ spend = "high" }}; got {table!r}'
        )
    conditions = {}
    for role, words in table.items():
        if role not in ROLES:
            raise InputError(
                f"{where}, {key!r}: the roles are {', '.join(ROLES)}; "
                f"got {role!r}.{nearest(role, ROLES)}"
            )
        band = _band(words)
        if band is None:
            raise InputError(
                f"{where}, {key!r}: {role} must be a level ({', '.join(BANDS)}), 'at least' or "
                f"'at most' a level, or 'low to high'; got {words!r}"
            )
        conditions[role] = band
    return conditions


def _band(words: Any) -> tuple[float, float] | None:
    """Return the rank band of a level in words, or None when it is none."""
    if not isinstance(words, str):
        return None
    words = " ".join(words.lower().split())
    if words in BANDS:
        return BANDS[words]
    if words.startswith("at least ") and words[9:] in BANDS:
        return BANDS[words[9:]][0], 100.0
    if words.startswith("at most ") and words[8:] in BANDS:
        return 0.0, BANDS[words[8:]][1]
    low, _, high = words.partition(" to ")
    if low in BANDS and high in BANDS and BANDS[low][0] <= BANDS[high][0]:
        return BANDS[low][0], BANDS[high][1]
    return None


def level(rank: float) -> str:
    """Return the word for a rank 0 … 100: ``very low`` … ``very high``."""
    return next((word for word, (_, high) in BANDS.items() if rank < high), "very high")
