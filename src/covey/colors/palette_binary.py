"""Palettes of Adobe's programs: color tables (act) and swatches (ase).

References
----------
Adobe Photoshop File Formats Specification, "Color Table":
https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/
The layout of swatches is not published by Adobe; it is as Olivier Berten described it:
http://www.selapa.net/swatches/colors/fileformats.php#adobe_ase
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence

import numpy as np

from covey.colors.palette_text import Color, MisreadError, one_line, shown
from covey.picture import Palette

_ACT_COLORS = 256
_NO_INDEX = 0xFFFF
_COLOR, _GROUP_START, _GROUP_END = 0x0001, 0xC001, 0xC002
_NORMAL = 2  # neither global nor spot
_MODELS = {b"RGB ": 3, b"CMYK": 4, b"LAB ": 3, b"Gray": 1}  # the numbers each has

#: white of D50, in which swatches give CIELAB, and XYZ of D50 -> linear sRGB (Bradford adapted;
#: http://www.brucelindbloom.com, "RGB/XYZ Matrices")
_WHITE = np.array([0.96422, 1.0, 0.82521])
_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)


def dump_act(palette: Palette, name: str) -> bytes:  # noqa: ARG001 (the format has no name)
    """Return a color table of 772 bytes: 256 colors, how many count, the transparent one.

    Alpha is all or nothing, and one color has it: the first of alpha 0.
    """
    colors = palette.colors
    if len(colors) > _ACT_COLORS:
        raise MisreadError(
            f"a color table (.act) holds at most {_ACT_COLORS} colors; got {len(colors)}"
        )
    clear = np.flatnonzero(colors[:, 3] == 0)
    end = struct.pack(">HH", len(colors), clear[0] if len(clear) else _NO_INDEX)
    return colors[:, :3].tobytes().ljust(3 * _ACT_COLORS, b"\0") + end


def load_act(content: bytes) -> list[Color]:
    """Return the colors of a color table; of 768 bytes all 256."""
    size = 3 * _ACT_COLORS
    if len(content) not in (size, size + 4):
        raise MisreadError(f"it must have {size} or {size + 4} bytes; got {len(content)}")
    n, clear = struct.unpack(">HH", content[size:] or struct.pack(">HH", _ACT_COLORS, _NO_INDEX))
    if not 1 <= n <= _ACT_COLORS:
        raise MisreadError(f"byte {size} must be the number of colors, 1 to {_ACT_COLORS}; got {n}")
    rows = zip(content[0 : 3 * n : 3], content[1 : 3 * n : 3], content[2 : 3 * n : 3], strict=True)
    return [(r, g, b, 0 if i == clear else 255) for i, (r, g, b) in enumerate(rows)]


def dump_ase(palette: Palette, name: str) -> bytes:
    """Return swatches in one group of the palette's name; they have no alpha."""
    blocks = [_block(_GROUP_START, _name(one_line(name)))]
    for i, color in enumerate(palette.colors[:, :3].tolist()):
        values = struct.pack(">fff", *(value / 255 for value in color))
        data = _name(palette.hex(i)[:7]) + b"RGB " + values + struct.pack(">H", _NORMAL)
        blocks.append(_block(_COLOR, data))
    blocks.append(_block(_GROUP_END, b""))
    return b"ASEF" + struct.pack(">HHI", 1, 0, len(blocks)) + b"".join(blocks)


def _name(text: str) -> bytes:
    coded = text.encode("utf-16-be", "replace") + b"\0\0"
    return struct.pack(">H", len(coded) // 2) + coded


def _block(kind: int, data: bytes) -> bytes:
    return struct.pack(">HI", kind, len(data)) + data


def load_ase(content: bytes) -> list[Color]:
    """Return the colors of swatches, of all groups; CMYK without a profile, CIELAB of D50."""
    if content[:4] != b"ASEF":
        raise MisreadError(f"byte 0 must be 'ASEF'; got {shown(content[:4])}")
    return [_swatch(data, at) for kind, data, at in _blocks(content) if kind == _COLOR]


def _blocks(content: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Give kind, data and offset of each block that the header counts."""
    (n,) = _read(">I", content, 8, 0)
    at = 12
    for _ in range(n):
        kind, length = _read(">HI", content, at, 0)
        data = content[at + 6 : at + 6 + length]
        if len(data) < length:
            raise MisreadError(
                f"byte {at} must begin a block of {length} bytes; got the end of the file"
            )
        yield kind, data, at
        at += 6 + length


def _read(form: str, content: bytes, at: int, base: int) -> tuple:
    try:
        return struct.unpack_from(form, content, at)
    except struct.error:
        raise MisreadError(f"byte {base + at} must be there; got the end of the file") from None


def _swatch(data: bytes, at: int) -> Color:
    (n_letters,) = _read(">H", data, 0, at + 6)
    start = 2 + 2 * n_letters
    model = data[start : start + 4]
    if model not in _MODELS:
        raise MisreadError(
            f"byte {at + 6 + start} must be one of RGB, CMYK, LAB, Gray; got {shown(model)}"
        )
    values = _read(f">{_MODELS[model]}f", data, start + 4, at + 6)
    if not all(map(math.isfinite, values)):
        raise MisreadError(f"byte {at + 10 + start} must be finite numbers; got {values}")
    if model == b"LAB ":
        values = _from_lab(values)
    elif model == b"CMYK":
        values = [(1 - ink) * (1 - values[3]) for ink in values[:3]]
    elif model == b"Gray":
        values = values * 3
    r, g, b = (round(255 * min(max(value, 0.0), 1.0)) for value in values)
    return r, g, b, 255


def _from_lab(values: Sequence[float]) -> list[float]:
    """Return sRGB, 0 … 1, of lightness 0 … 1 and a, b of about -128 … 127.

    References
    ----------
    CIE 15:2018, Colorimetry, section 8.2.1; IEC 61966-2-1:1999.
    """
    # far beyond any color, so that cubes stay finite
    lightness, a, b = (min(max(value, -1000.0), 1000.0) for value in values)
    y = (100 * lightness + 16) / 116
    scaled = np.array([y + a / 500, y, y - b / 200])
    xyz = np.where(scaled > 6 / 29, scaled**3, 3 * (6 / 29) ** 2 * (scaled - 4 / 29)) * _WHITE
    linear = np.clip(_TO_SRGB @ xyz, 0, 1)
    return np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055
    ).tolist()
