"""The palette as a picture: a band of shares above a grid of swatches with HEX and share."""

from __future__ import annotations

import io
import math
from html import escape

from covey.extras import require
from covey.picture import Palette
from covey.report.numbers import plain, share
from covey.report.palette import contrast

_CELL = (104, 60)
_GAP, _EDGE, _BAND = 6, 16, 28
#: text of a swatch PNG that says its colors: #rrggbb or #rrggbbaa, spaces between
PALETTE_KEY = "Covey palette"
_WHITE, _CHECK = "#ffffff", "#d9d9d9"


def over_white(palette: Palette, i: int) -> str:
    """Return a color as it looks over white: ``#rrggbb``."""
    alpha = int(palette.colors[i, 3]) / 255
    mixed = (round(255 + (int(value) - 255) * alpha) for value in palette.colors[i, :3])
    return "#" + "".join(f"{value:02x}" for value in mixed)


def ink_on(color: str) -> str:
    """Return black or white, whichever is read better on a color: a contrast of 4.5 at least."""
    return max(("#000000", _WHITE), key=lambda ink: contrast(ink, color))


def shares_text(palette: Palette) -> list[str]:
    """Return the share of each color as text; empty texts when the palette has no pixels."""
    if not palette.counts.sum():
        return [""] * len(palette.colors)
    return [plain(share(float(value))) for value in palette.shares]


def swatch_picture(palette: Palette) -> bytes:
    """Draw a palette as SVG.

    Parameters
    ----------
    palette : Palette
        k colors.

    Returns
    -------
    bytes
        UTF-8. Text is text, in black or white, whichever is read better. A color that is not
        opaque lies over a checked ground.
    """
    columns, width, height = _layout(palette)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" '
        'font-family="Segoe UI,Roboto,Helvetica Neue,Arial,sans-serif" text-anchor="middle">',
        f"<title>Palette of {len(palette.colors)} colors</title>",
        '<defs><pattern id="check" width="12" height="12" patternUnits="userSpaceOnUse">'
        f'<path fill="{_WHITE}" d="M0 0h12v12H0z"/>'
        f'<path fill="{_CHECK}" d="M0 0h6v6H0zM6 6h6v6H6z"/></pattern></defs>',
        f'<rect width="{width}" height="{height}" fill="{_WHITE}"/>',
    ]
    for x, wide, i in _band(palette, width):
        parts += _patch(palette, i, (x, _EDGE), f'width="{wide:.2f}" height="{_BAND}"')
    texts = shares_text(palette)
    shape = f'width="{_CELL[0]}" height="{_CELL[1]}" rx="5"'
    for i, text in enumerate(texts):
        x, y = _place(i, columns)
        parts += _patch(palette, i, (x, y), shape)
        ink = ink_on(over_white(palette, i))
        middle = x + _CELL[0] / 2
        parts.append(
            f'<text x="{middle:g}" y="{y + 27}" fill="{ink}" font-size="14" font-weight="600">'
            f'{palette.hex(i)}</text><text x="{middle:g}" y="{y + 45}" fill="{ink}" '
            f'font-size="12">{escape(text)}</text>'
        )
    return ("".join([*parts, "</svg>"]) + "\n").encode()


def swatch_png(palette: Palette) -> bytes:
    """Draw the same picture as PNG, without the checked ground: colors lie over white.

    A text in the file says what the colors are, for ``palette`` to read them back.
    """
    columns, width, height = _layout(palette)
    image_module = require("PIL.Image", "Drawing a palette")
    draw_module = require("PIL.ImageDraw", "Drawing a palette")
    fonts = [font(15), font(12)]
    image = image_module.new("RGB", (width, height), _WHITE)
    draw = draw_module.Draw(image)
    for x, wide, i in _band(palette, width):
        ends = (x, _EDGE, x + wide, _EDGE + _BAND - 1)
        draw.rectangle(ends, fill=over_white(palette, i))
    for i, text in enumerate(shares_text(palette)):
        x, y = _place(i, columns)
        ground = over_white(palette, i)
        draw.rounded_rectangle((x, y, x + _CELL[0] - 1, y + _CELL[1] - 1), 5, fill=ground)
        for words, down, face in zip((palette.hex(i), text), (13, 34), fonts, strict=True):
            middle = x + (_CELL[0] - draw.textlength(words, font=face)) / 2
            draw.text((middle, y + down), words, fill=ink_on(ground), font=face)
    said = require("PIL.PngImagePlugin", "Drawing a palette").PngInfo()
    said.add_text(PALETTE_KEY, " ".join(palette.hex(i) for i in range(len(palette.colors))))
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=6, pnginfo=said)
    return stream.getvalue()


def font(size: int) -> object:
    """Return Pillow's own font at a size, or its small bitmap font where FreeType is missing."""
    module = require("PIL.ImageFont", "Writing on a picture")
    try:
        return module.load_default(size=size)
    except (ImportError, TypeError):
        return module.load_default()


def _layout(palette: Palette) -> tuple[int, int, int]:
    """Return columns, width and height: about three to two, never wider than 16 columns."""
    k = max(len(palette.colors), 1)
    columns = min(max(math.ceil(math.sqrt(k * 1.5 * _CELL[1] / _CELL[0])), 4), 16)
    rows = math.ceil(k / columns)
    width = 2 * _EDGE + columns * _CELL[0] + (columns - 1) * _GAP
    return columns, width, 3 * _EDGE + _BAND + rows * _CELL[1] + (rows - 1) * _GAP


def _place(i: int, columns: int) -> tuple[int, int]:
    row, column = divmod(i, columns)
    x = _EDGE + column * (_CELL[0] + _GAP)
    return x, 2 * _EDGE + _BAND + row * (_CELL[1] + _GAP)


def _band(palette: Palette, width: int) -> list[tuple[float, float, int]]:
    """Return where each color lies on the band of shares: (x, width, color)."""
    room = width - 2 * _EDGE
    k = len(palette.colors)
    shares = palette.shares.tolist() if palette.counts.sum() else [1 / k] * k
    found, x = [], float(_EDGE)
    for i, part in enumerate(shares):
        if part > 0:
            found.append((round(x, 2), room * part, i))
        x += room * part
    return found


def _patch(palette: Palette, i: int, corner: tuple[float, float], shape: str) -> list[str]:
    alpha = int(palette.colors[i, 3])
    where = f'x="{corner[0]:g}" y="{corner[1]:g}" {shape}'
    ground = [f'<rect {where} fill="url(#check)"/>'] if alpha < 255 else []
    opacity = f' fill-opacity="{alpha / 255:.4g}"' if alpha < 255 else ""
    return [*ground, f'<rect {where} fill="{palette.hex(i)[:7]}"{opacity}/>']
