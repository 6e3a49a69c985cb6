"""Palettes as text: GIMP (gpl), JASC (pal), CSS, JSON, and hexadecimal lines (hex, txt).

A loader takes the text of a file and gives its colors in order, each (r, g, b, a) of 0 … 255; what
it cannot read raises ``MisreadError``, which says the line or the entry. A dumper takes the palette
and its name, of which nothing can get out of its place: not a line end, not a brace.
"""

from __future__ import annotations

import json
import re
from typing import Any

from covey.picture import Palette

Color = tuple[int, int, int, int]

_HEX = re.compile(r"#?([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})", re.IGNORECASE)
_CSS_COLOR = re.compile(r"(?<![\w&-])#([0-9a-f]+)(?![\w-])|\brgba?\(([^()]*)\)", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_MOST_SHOWN = 60  # characters of a line that a message repeats
_MOST_NAME = 80


class MisreadError(Exception):
    """What must hold at a place of a palette file, and what is there."""


def shown(text: object) -> str:
    """Return what was got, as a message repeats it."""
    try:
        text = repr(text)
    except RecursionError:
        return "lists within lists"
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"


def one_line(name: str) -> str:
    """Return a name without line ends and other control characters, not too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:_MOST_NAME]


def from_hex(text: str) -> Color | None:
    """Return the color of ``#rgb``, ``#rgba``, ``#rrggbb`` or ``#rrggbbaa``; ``#`` may lack."""
    found = _HEX.fullmatch(text)
    if not found:
        return None
    digits = found[1]
    if len(digits) < 6:
        digits = "".join(2 * digit for digit in digits)
    r, g, b, a = bytes.fromhex(digits.ljust(8, "f"))
    return r, g, b, a


# ------------------------------------------------------------------ GIMP and JASC


def dump_gpl(palette: Palette, name: str) -> str:
    """Return a palette of GIMP, Inkscape and Krita; it has no alpha."""
    lines = ["GIMP Palette", f"Name: {one_line(name)}", "#"]
    for i, (r, g, b) in enumerate(palette.colors[:, :3].tolist()):
        lines.append(f"{r:3} {g:3} {b:3}\t{palette.hex(i)[:7]}")
    return "\n".join(lines) + "\n"


def load_gpl(text: str) -> list[Color]:
    """Return the colors of a GIMP palette."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != "GIMP Palette":
        raise MisreadError(f"line 1 must be 'GIMP Palette'; got {shown(lines[0] if lines else '')}")
    colors = []
    for n, line in enumerate(lines[1:], 2):
        head = re.match(r"\s*(Name|Columns|Channels):|\s*#|\s*$", line)
        if not head:
            colors.append(_three_numbers(line.split()[:3], n, line))
    return colors


def dump_pal(palette: Palette, name: str) -> str:  # noqa: ARG001 (the format has no name)
    """Return a palette of Paint Shop Pro; it has no alpha."""
    rows = [f"{r} {g} {b}" for r, g, b in palette.colors[:, :3].tolist()]
    return "\r\n".join(["JASC-PAL", "0100", str(len(rows)), *rows]) + "\r\n"


def load_pal(text: str) -> list[Color]:
    """Return the colors of a palette of Paint Shop Pro."""
    lines = [line.strip() for line in text.splitlines()]
    if lines[:1] != ["JASC-PAL"]:
        got = "a Microsoft RIFF palette" if text.startswith("RIFF") else shown("".join(lines[:1]))
        raise MisreadError(f"line 1 must be 'JASC-PAL'; got {got}")
    rows = [(n, line) for n, line in enumerate(lines[3:], 4) if line]
    asked = lines[2] if len(lines) > 2 else ""
    if not asked.isdecimal() or int(asked[:9]) != len(rows):
        raise MisreadError(
            f"line 3 must be the number of colors that follow, {len(rows)}; got {shown(asked)}"
        )
    return [_three_numbers(line.split(), n, line) for n, line in rows]


def _three_numbers(parts: list[str], n: int, line: str) -> Color:
    numbers = [int(part) if re.fullmatch("[0-9]{1,3}", part) else 256 for part in parts]
    if len(numbers) not in (3, 4) or max(numbers) > 255:
        raise MisreadError(f"line {n} must be three numbers of 0 to 255; got {shown(line)}")
    r, g, b, a = (*numbers, 255)[:4]
    return r, g, b, a


# ------------------------------------------------------------------ lines of hexadecimal digits


def dump_hex(palette: Palette, name: str) -> str:  # noqa: ARG001 (the format has no name)
    """Return a color a line, without ``#``; eight digits where it is not opaque."""
    return "".join(f"{palette.hex(i)[1:]}\n" for i in range(len(palette.colors)))


def load_hex(text: str) -> list[Color]:
    """Return the colors of lines; what follows ``;`` and ``//`` is a remark.

    Eight digits end with alpha, but in a file that says it is of Paint.NET they begin with it.
    """
    paint_net = text.casefold().lstrip().startswith(";paint.net")
    colors = []
    for n, line in enumerate(text.splitlines(), 1):
        digits = re.split(r";|//", line)[0].strip()
        if not digits:
            continue
        color = from_hex(digits)
        if color is None:
            raise MisreadError(f"line {n} must be a color such as #1e90ff; got {shown(line)}")
        if paint_net and len(digits.lstrip("#")) == 8:
            color = (*color[1:], color[0])
        colors.append(color)
    return colors


# ------------------------------------------------------------------ CSS


def dump_css(palette: Palette, name: str) -> str:
    """Return custom properties, ``--name-1`` and so on."""
    ident = re.sub("[^a-z0-9]+", "-", one_line(name).lower()).strip("-") or "color"
    lines = [f"  --{ident}-{i + 1}: {palette.hex(i)};" for i in range(len(palette.colors))]
    return "\n".join([":root {", *lines, "}"]) + "\n"


def load_css(text: str) -> list[Color]:
    """Return every ``#…`` and ``rgb()`` among the values, in order."""
    blank = _without_selectors(_CSS_COMMENT.sub(lambda found: _lines_of(found[0]), text))
    colors = []
    for found in _CSS_COLOR.finditer(blank):
        color = from_hex(found[1]) if found[1] else _from_rgb(found[2])
        if color is None:
            n = blank.count("\n", 0, found.start()) + 1
            raise MisreadError(
                f"line {n} must have colors as #rrggbb or rgb(); got {shown(found[0])}"
            )
        colors.append(color)
    return colors


def _without_selectors(text: str) -> str:
    """Leave out what stands before a brace: an id such as ``#fade`` is no color."""
    parts = re.split("([{};])", text)
    for i in range(1, len(parts), 2):
        if parts[i] == "{":
            parts[i - 1] = _lines_of(parts[i - 1])
    return "".join(parts)


def _lines_of(text: str) -> str:
    return "\n" * text.count("\n")


def _from_rgb(inside: str) -> Color | None:
    """Return the color of ``255, 0, 0``, ``100% 0% 0%`` or ``255 0 0 / 0.5``."""
    parts = [part for part in re.split(r"[\s,/]+", inside.strip()) if part]
    if len(parts) not in (3, 4):
        return None
    values = []
    for part, most in zip(parts, (255, 255, 255, 1), strict=False):
        if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)%?", part):
            return None
        share = float(part[:-1]) / 100 if part.endswith("%") else float(part) / most
        values.append(round(255 * min(max(share, 0), 1)))
    r, g, b, a = (*values, 255)[:4]
    return r, g, b, a


# ------------------------------------------------------------------ JSON


def dump_json(palette: Palette, name: str) -> str:
    """Return name and colors: hex, red, green, blue and alpha, share of the pixels."""
    colors = [
        {"hex": palette.hex(i), "rgb": color[:3], "alpha": color[3], "share": round(share, 6)}
        for i, (color, share) in enumerate(
            zip(palette.colors.tolist(), palette.shares.tolist(), strict=True)
        )
    ]
    return json.dumps({"name": one_line(name), "colors": colors}, ensure_ascii=False, indent=1)


def load_json(text: str) -> list[Color]:
    """Return the colors of a list, or of ``colors`` in an object.

    Each is a text ``"#rrggbb"``, an object with ``hex`` (or ``rgb``), or ``[r, g, b]``.
    """
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise MisreadError(f"line {error.lineno} must be JSON; got: {error.msg}") from None
    except (RecursionError, ValueError) as error:
        raise MisreadError(f"it must be JSON; got: {error}") from None
    found = found.get("colors") if isinstance(found, dict) else found
    if not isinstance(found, list):
        raise MisreadError(
            f"it must be a list of colors, or have one as 'colors'; got {shown(found)}"
        )
    return [_from_json(entry, n) for n, entry in enumerate(found, 1)]


def _from_json(entry: Any, n: int) -> Color:
    value = entry.get("hex", entry.get("rgb")) if isinstance(entry, dict) else entry
    color = from_hex(value.strip()) if isinstance(value, str) else None
    if isinstance(value, list) and len(value) in (3, 4) and all(map(_is_byte, value)):
        r, g, b, a = (*value, 255)[:4]
        color = r, g, b, a
    if color is None:
        raise MisreadError(f"color {n} must be '#rrggbb' or [r, g, b]; got {shown(entry)}")
    return color


def _is_byte(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 255
