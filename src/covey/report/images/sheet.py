"""The contact sheet: the original and its variants side by side, each with its figures."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.extras import require
from covey.picture import ImageFacts, Variant
from covey.report.images.embedding import image_of, indexed_image, resized, unindexed
from covey.report.images.swatches import font
from covey.report.images.words import (
    colors_text,
    difference_text,
    printable,
    size_text,
    ssim_text,
)
from covey.report.numbers import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TILE, _SMALLEST = 480, 160  # longest side of a tile, pixels: of few, and at the least
_FEW = 12  # tiles that have their full size; of more, each is smaller
_GAP, _EDGE = 20, 28
_CAPTION = 66
_CROP_SHARE = 0.45  # height of the crop beside that of the tile
_PAPER, _INK, _SOFT, _CHECK = "#ffffff", "#1b1f24", "#59616b", "#e2e2e2"
_BLOCK = 16  # side of the blocks in which the place of the crop is looked for, pixels


@dataclass(frozen=True)
class _Layout:
    columns: int
    tile: tuple[int, int]
    crop: tuple[int, int] | None  # None: the tiles show every pixel already
    size: tuple[int, int]

    def place(self, i: int) -> tuple[int, int]:
        """Return the upper left corner of a tile."""
        row, column = divmod(i, self.columns)
        return _EDGE + column * (self.tile[0] + _GAP), _EDGE + row * self.step

    @property
    def step(self) -> int:
        crop = self.crop[1] + 6 if self.crop else 0
        return self.tile[1] + crop + _CAPTION + _GAP


def contact_sheet(facts: ImageFacts) -> bytes:
    """Draw the original and each variant (the result, where there are none) in a grid.

    Returns
    -------
    bytes
        PNG. A picture larger than its tile is reduced, and beneath the tile lies a detail of it
        at 100 %, cut where the roughest variant differs most. Memory: a few tiles and two
        pictures.
    """
    shown = list(zip(facts.variants, facts.images, strict=True)) or [(facts.chosen, facts.indexed)]
    layout = _layout(facts.picture.size, 1 + len(shown))
    original = facts.picture.frames[0].pixels
    corner = (0, 0)
    if layout.crop:
        roughest = min(shown, key=lambda pair: pair[0].n_colors)[1].pixels(0)
        corner = _busiest(original, roughest, layout.crop)
    sheet = require("PIL.Image", "Drawing a contact sheet").new("RGB", layout.size, _PAPER)
    given = facts.picture
    size = f"{given.format} of {size_text(given.n_bytes)}" if given.n_bytes is not None else ""
    width, height = given.size
    _tile(sheet, layout, 0, image_of(original), corner)
    _caption(sheet, layout, 0, ("original", f"{width} x {height} pixels", size))
    for i, (variant, indexed) in enumerate(shown, 1):
        _tile(sheet, layout, i, indexed_image(indexed), corner)
        _caption(sheet, layout, i, _words(variant))
    stream = io.BytesIO()
    sheet.save(stream, "PNG", compress_level=6)
    return stream.getvalue()


def _words(variant: Variant) -> tuple[str, str, str]:
    """Return the lines of a caption; Pillow's font has neither × nor ÷."""
    title = colors_text(variant.n_colors) + (", dithered" if variant.dither else "")
    sizes = f"{size_text(variant.n_bytes)}, ratio to raw {variant.ratio_raw:.1f}"
    if variant.ratio_file is not None:
        sizes += f", to the file given {variant.ratio_file:.2f}"
    fidelity = variant.fidelity
    likeness = f"CIEDE2000 {difference_text(fidelity.ciede2000)}, SSIM {ssim_text(fidelity.ssim)}"
    return title, sizes, likeness


def _layout(size: tuple[int, int], n: int) -> _Layout:
    """Choose columns so that the sheet is about as wide as a screen, never more than needed."""
    longest = max(_SMALLEST, _TILE if n <= _FEW else int(_TILE * math.sqrt(_FEW / n)))
    factor = min(1.0, longest / max(size))
    tile = (max(1, round(size[0] * factor)), max(1, round(size[1] * factor)))
    crop = None
    if factor < 0.999:
        crop = (min(tile[0], size[0]), min(max(round(tile[1] * _CROP_SHARE), 80), size[1]))
    cell = (max(tile[0], 290), tile[1])  # the caption needs some width
    step = cell[1] + (crop[1] + 6 if crop else 0) + _CAPTION
    columns = _columns(n, math.sqrt(1.6 * n * step / cell[0]))
    rows = math.ceil(n / columns)
    width = 2 * _EDGE + columns * cell[0] + (columns - 1) * _GAP
    return _Layout(columns, cell, crop, (width, 2 * _EDGE + rows * (step + _GAP) - _GAP))


def _columns(n: int, wished: float) -> int:
    """Return a number of columns near the one wished for that leaves few places empty."""
    near = {min(n, max(1, round(wished) + change)) for change in (-1, 0, 1)}
    return min(near, key=lambda columns: (-n % columns, abs(columns - wished)))


def _tile(sheet: Any, layout: _Layout, i: int, image: Any, corner: tuple[int, int]) -> None:
    """Paste a picture reduced to its tile, and its detail beneath."""
    x, y = layout.place(i)
    if layout.crop is None:
        _paste(sheet, image, (x, y))
        return
    box = (*corner, corner[0] + layout.crop[0], corner[1] + layout.crop[1])
    _paste(sheet, image.crop(box), (x, y + layout.tile[1] + 6))
    factor = min(layout.tile[0] / image.size[0], layout.tile[1] / image.size[1])
    size = (max(1, round(image.size[0] * factor)), max(1, round(image.size[1] * factor)))
    _paste(sheet, resized(image, size), (x, y))


def _paste(sheet: Any, image: Any, corner: tuple[int, int]) -> None:
    """Paste a picture, over a checked ground where it is not opaque."""
    if image.mode == "P":
        image = unindexed(image)
    if image.mode != "RGBA":
        sheet.paste(image, corner)
        return
    down, across = np.indices((image.size[1], image.size[0]), sparse=True)
    checks = (down // 8 + across // 8) % 2 == 0
    ground = image_of(np.where(checks, np.uint8(255), np.uint8(226))).convert("RGB")
    ground.paste(image, (0, 0), image)
    sheet.paste(ground, corner)


def _caption(sheet: Any, layout: _Layout, i: int, words: tuple[str, str, str]) -> None:
    draw = require("PIL.ImageDraw", "Drawing a contact sheet").Draw(sheet)
    x, y = layout.place(i)
    y += layout.tile[1] + (layout.crop[1] + 6 if layout.crop else 0) + 6
    title, *rest = (plain(printable(text)) for text in words)
    draw.text((x, y), title, fill=_INK, font=font(17))
    for n, text in enumerate(rest):
        draw.text((x, y + 24 + 17 * n), text, fill=_SOFT, font=font(13))


def _busiest(original: NDArray[Any], rough: NDArray[Any], crop: tuple[int, int]) -> tuple[int, int]:
    """Find where two pictures differ most: the upper left corner of a window of a size."""
    height, width = original.shape[:2]
    n_down, n_across = max(1, height // _BLOCK), max(1, width // _BLOCK)
    sums = np.zeros((n_down + 1, n_across + 1))
    for j in range(n_down):  # a strip at a time: no second picture in memory
        rows = slice(j * _BLOCK, (j + 1) * _BLOCK)
        gap = original[rows, : n_across * _BLOCK, :3].astype(np.int32)
        gap -= rough[rows, : n_across * _BLOCK, :3]
        columns = (gap * gap).sum(axis=(0, 2))
        starts = np.arange(0, len(columns), _BLOCK)[:n_across]
        sums[j + 1, 1:] = np.add.reduceat(columns, starts)
    sums = sums.cumsum(0).cumsum(1)
    down = min(max(1, crop[1] // _BLOCK), n_down)
    across = min(max(1, crop[0] // _BLOCK), n_across)
    inside = sums[down:, across:] - sums[:-down, across:]
    inside -= sums[down:, :-across] - sums[:-down, :-across]
    best = np.unravel_index(int(inside.argmax()), inside.shape)
    x, y = int(best[1]) * _BLOCK, int(best[0]) * _BLOCK
    return min(x, width - crop[0]), min(y, height - crop[1])
