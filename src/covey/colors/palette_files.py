"""Palettes to and from the files of other programs; no imaging library is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from covey.colors import palette_binary as binary
from covey.colors import palette_text as text
from covey.colors.palette_text import Color, MisreadError, shown
from covey.errors import InputError, OptionError
from covey.flow import Caution
from covey.picture import Palette

MOST_BYTES = 2**20  # no palette of people or programs is as large


class Format(NamedTuple):
    """How a kind of palette file is written and read."""

    kind: str
    dump: Callable[[Palette, str], bytes]
    load: Callable[[bytes], list[Color]]
    alpha: bool  # it keeps every alpha


def _of_text(
    kind: str, dump: Callable[[Palette, str], str], load: Callable[[str], list[Color]], alpha: bool
) -> Format:
    return Format(
        kind,
        lambda palette, name: dump(palette, name).encode("utf-8", "replace"),
        lambda content: load(_decoded(content)),
        alpha,
    )


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:  # old palettes name their colors in Latin-1
        return content.decode("latin-1")


_LINES = _of_text("list of hex colors", text.dump_hex, text.load_hex, True)
#: suffix -> format
FORMATS = {
    ".gpl": _of_text("GIMP palette", text.dump_gpl, text.load_gpl, False),
    ".act": Format("Adobe color table", binary.dump_act, binary.load_act, False),
    ".ase": Format("Adobe swatch file", binary.dump_ase, binary.load_ase, False),
    ".css": _of_text("style sheet", text.dump_css, text.load_css, True),
    ".json": _of_text("JSON palette", text.dump_json, text.load_json, True),
    ".hex": _LINES,
    ".txt": _LINES,
    ".pal": _of_text("JASC palette", text.dump_pal, text.load_pal, False),
}
#: how files begin that say what they are, whatever their name
_MARKS = {b"GIMP Palette": ".gpl", b"ASEF": ".ase", b"JASC-PAL": ".pal"}


def dump_palette(palette: Palette, suffix: str, name: str) -> bytes:
    """Return the bytes of a palette file.

    Parameters
    ----------
    palette : Palette
    suffix : str
        ``.gpl``, ``.act``, ``.ase``, ``.css``, ``.json``, ``.hex``, ``.txt`` or ``.pal``. Alpha
        is kept by CSS, JSON and the hex lists; ACT keeps one transparent color; others none.
    name : str
        Any text; what the format cannot hold of it is left out.

    Raises
    ------
    OptionError
        Another suffix, or more colors than the format holds.
    """
    if suffix.lower() not in FORMATS:
        raise OptionError(
            f"a palette file must end with one of {', '.join(FORMATS)}; got {shown(suffix)}"
        )
    try:
        return FORMATS[suffix.lower()].dump(palette, name)
    except MisreadError as error:
        raise OptionError(f"{error}; choose .json or ask for fewer colors") from None


def load_palette(path: str | os.PathLike[str]) -> Palette:
    """Return the palette of a file; see ``read_palette``."""
    return read_palette(path)[0]


def read_palette(path: str | os.PathLike[str]) -> tuple[Palette, tuple[Caution, ...]]:
    """Return the palette of a file, each color once in the order of the file.

    Parameters
    ----------
    path : path
        A file of ``FORMATS``, told by how it begins, else by its suffix.

    Returns
    -------
    palette : Palette
        Counts are zeros.
    cautions : tuple of Caution
        Colors that came again were left out.

    Raises
    ------
    InputError
        The file is not there, is larger than 1 MiB, is of another kind, is damaged, or has no
        color.
    """
    name = str(path)
    content = _read_bounded(Path(path), name)
    suffix = Path(path).suffix.lower()
    start = content[:32].removeprefix(b"\xef\xbb\xbf")
    suffix = next((known for mark, known in _MARKS.items() if start.startswith(mark)), suffix)
    if suffix not in FORMATS:
        raise InputError(
            f"{name!r} must be a palette file; its name must end with one of {', '.join(FORMATS)}"
        )
    kind = FORMATS[suffix].kind
    try:
        found = FORMATS[suffix].load(content)
    except MisreadError as error:
        raise InputError(
            f"{name!r} must be a sound palette file ({kind}): {error}; mend it, or give another"
        ) from None
    if not found:
        raise InputError(f"{name!r} must have at least one color ({kind}); got none")
    colors = list(dict.fromkeys(found))
    palette = Palette(np.array(colors, np.uint8), np.zeros(len(colors), np.int64))
    return palette, _repeated(len(found) - len(colors), name)


def _repeated(n: int, name: str) -> tuple[Caution, ...]:
    if not n:
        return ()
    what = "1 color" if n == 1 else f"{n} colors"
    return (Caution("palette-repeats", f"{what} of {name!r} came again and counted once."),)


def _read_bounded(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as handle:
            content = handle.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"{name!r} must be a palette file; there is no such file") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{name!r} must be a palette file that can be read; got: {why}") from error
    if len(content) > MOST_BYTES:
        raise InputError(f"{name!r} must be a palette file of at most 1 MiB; got a larger file")
    return content
