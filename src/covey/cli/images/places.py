"""Where results go, and what is refused before any work: nothing is lost, no source touched."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from covey.cli.images.sources import Source, is_folder
from covey.errors import OptionError, OutputError
from covey.features.images import is_image_name
from covey.features.images.names import plain
from covey.files import refuse_output
from covey.recipes._recipe import Recipe
from covey.report.images.encoding import FORMATS, format_for

MOST = 256  # colors when no number is said
_MOST_TOLD = 5  # names in a message

#: option -> what comes before its value in the name of an output
_LABELS = {"k": "", "quality": "q", "min_ssim": "ssim", "max_bytes": "", "palette": ""}


def label_of(recipe: type[Recipe], values: Mapping[str, Any]) -> str:
    """Return what was asked for, as a part of a file name: ``64``, ``q60-80``, ``50kB``."""
    options = recipe.options()
    asked = [name for name in _LABELS if values[name] not in (None, options[name].default)]
    parts = []
    for name in asked or ["k"]:
        value: Any = MOST if values[name] is None else values[name]
        text = str(value) if name != "palette" else Path(str(value)).stem
        parts.append(_LABELS[name] + re.sub(r"[^\w.]+", "-", text).strip("-."))
    return "-".join(part for part in parts if part)


def format_of(output: str | None, asked: str | None) -> str:
    """Return the format to write: what was asked for, or what the name of the output says.

    Raises
    ------
    OptionError
        The name says another format, or one that cannot be written.
    """
    if output is None or output == "-" or means_folder(output):
        return asked or "png"
    named = format_for(output)
    suffix = Path(output).suffix
    if asked is None and named is None:
        raise OptionError(
            f"-o must end with one of {', '.join(dict.fromkeys(FORMATS.values()))}, or be a "
            f"folder; got {plain(output)!r}; rename it, or say --format"
        )
    wrong = suffix.lower() != FORMATS.get(asked or "", suffix).lower()
    if asked in FORMATS and wrong and (named or is_image_name(output)):
        raise OptionError(
            f"-o must end with {FORMATS[asked or 'png']} for --format {asked}; got "
            f"{plain(output)!r}; rename it, or leave --format out"
        )
    return asked or named or "png"


def means_folder(output: str) -> bool:
    """Tell whether an output means a folder: it is one, or its name ends like one."""
    ends = tuple(filter(None, (os.sep, os.altsep)))
    return output.endswith(ends) or is_folder(output)


def place_beside(source: str, label: str, suffix: str) -> Path:
    """Return where the result of a source goes when nothing was said: ``photo-64.png``."""
    place = Path("input" if source == "-" else source)
    return place.with_name(f"{place.stem}-{label}{suffix}")


def place_of_one(source: str, output: str | None, label: str, suffix: str) -> Path:
    """Return where the result of the only source goes."""
    if output is None or output == "-":
        return place_beside(source, label, suffix)
    if means_folder(output):
        name = "input" if source == "-" else Path(source).stem
        return Path(output, name + suffix)
    return Path(output)


def places_in(folder: str, sources: Sequence[Source], suffix: str) -> tuple[list[Path], list[str]]:
    """Return the places of several results below a folder, and what to say of those renamed."""
    return _distinct([Path(folder, source.below) for source in sources], "", suffix)


def places_beside(
    sources: Sequence[Source], label: str, suffix: str
) -> tuple[list[Path], list[str]]:
    """Return the places of several results beside their sources, and what to say of renamed."""
    return _distinct([Path(source.path) for source in sources], f"-{label}", suffix)


def _distinct(wished: Sequence[Path], label: str, suffix: str) -> tuple[list[Path], list[str]]:
    """Give each result a name of its own.

    Names that differ in case alone count as one, so that a folder means the same on any machine.
    Those that would meet get the ending of their source into their names, ``a-jpg.png``, then a
    number.
    """
    stems = [str(place.with_suffix("")) for place in wished]
    groups: dict[str, list[int]] = {}
    for i, stem in enumerate(stems):
        groups.setdefault(_folded(stem), []).append(i)
    taken = {key for key, who in groups.items() if len(who) == 1}
    notes = []
    for who in (who for who in groups.values() if len(who) > 1):
        before = Path(stems[who[0]] + label + suffix).name
        for i in who:
            ending = wished[i].suffix.lstrip(".").lower()
            stem = base = f"{stems[i]}-{ending}" if ending else stems[i]
            number = 2
            while _folded(stem) in taken:
                stem, number = f"{base}-{number}", number + 1
            taken.add(_folded(stem))
            stems[i] = stem
        told = [plain(Path(stems[i] + label + suffix).name) for i in who[:_MOST_TOLD]]
        more = ", …" if len(who) > _MOST_TOLD else ""
        notes.append(
            f"{len(who)} sources would be {plain(before)}; they are {', '.join(told)}{more}"
        )
    return [Path(stem + label + suffix) for stem in stems], notes


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def refuse(planned: Sequence[tuple[str, Sequence[Path]]], force: bool) -> None:
    """Raise before any work when a result cannot be written, or would replace what is there.

    Parameters
    ----------
    planned : sequence of (source, places)
        The places of what is made of each source: the image first.
    force : bool
        Replace files that are there; the image may then replace its own source, nothing another.

    Raises
    ------
    OptionError
        Two results would go to one place.
    OutputError
        A result is there already, is a source, or cannot be written.
    """
    sources = {_identity(source): source for source, _ in planned}
    there, once = [], set()
    for source, places in planned:
        for place in places:
            key = os.path.normcase(place.absolute())
            if key in once:
                raise OptionError(
                    f"each result must go to a place of its own; got {plain(str(place))!r} twice; "
                    "give another name"
                )
            once.add(key)
            known = _identity(str(place))
            if known is not None and known in sources:
                own = place is places[0] and sources[known] == source
                _refuse_source(str(place), sources[known], own, force)
            elif os.path.lexists(place):
                _refuse_device(place)
                there.append(place)
    if there and not force:
        told = ", ".join(repr(plain(str(place))) for place in there[:_MOST_TOLD])
        more = f" and {len(there) - _MOST_TOLD:,} more" if len(there) > _MOST_TOLD else ""
        raise OutputError(
            f"results must not replace what is there; got {told}{more}; nothing was written; "
            "choose another place with -o, or pass --force to replace them"
        )
    folders: dict[Path, list[str]] = {}
    for place in (place for _, places in planned for place in places):
        folders.setdefault(place.parent, []).append(place.name)
    for folder, names in folders.items():
        refuse_output(folder, names, force=True)


def _refuse_source(place: str, source: str, own: bool, force: bool) -> None:
    if own and force:
        return
    if own:
        raise OutputError(
            f"the output must not be the source; got {plain(place)!r} for both; nothing was "
            "written; choose another place with -o, or pass --force to replace the source"
        )
    raise OutputError(
        f"{plain(place)!r} must not be written, as it is a source of this run "
        f"({plain(source)!r}); nothing was written; choose another place with -o"
    )


def _refuse_device(place: Path) -> None:
    try:
        kind = place.stat().st_mode
    except OSError:  # a link that leads nowhere: it can be replaced
        return
    if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
        raise OutputError(
            f"a result must be a file; got {plain(str(place))!r}, which is a device or a pipe; "
            "write to standard output with -o -"
        )


def _identity(path: str) -> tuple[int, int] | None:
    """Return what tells a file from all others, whatever its names; None when it is not there."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino
