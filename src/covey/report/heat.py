"""The profile heat map: how far each segment lies from everyone, feature by feature."""

from __future__ import annotations

import math

import numpy as np

from covey.flow import Explanation
from covey.report.numbers import signed
from covey.report.svg import Drawing, shorten, text_width
from covey.report.words import readable

#: bounds of the nine steps of the diverging palette, in standard deviations
STEPS = (0.25, 0.75, 1.25, 2.0)
_ROW, _GAP, _TOP, _FOOT = 27.0, 2.0, 34.0, 40.0


def step(difference: float) -> str:
    """Return the class of a cell: ``d-4`` (far below) … ``d0`` … ``d4`` (far above)."""
    if math.isnan(difference):
        return "dn"
    level = sum(abs(difference) >= bound for bound in STEPS)
    return f"d{'-' if difference < 0 and level else ''}{level}"


def heat_map(explanation: Explanation, width: float, kind: str) -> str:
    """Draw features down, segments across; the feature that tells most apart comes first."""
    heat = np.asarray(explanation.heat, dtype=float)
    names = [readable(feature.name) for feature in explanation.features]
    strength = np.nan_to_num(np.abs(heat)).max(axis=0) if len(heat) else np.zeros(len(names))
    order = np.argsort(-strength, kind="stable")
    longest = max((text_width(name) for name in names), default=0) + 12
    left = min(longest, width * (0.34 if width > 420 else 0.32))
    cell = (width - left) / max(len(heat), 1)
    cell = min(cell, 96.0)
    drawing = Drawing(width, _TOP + _ROW * len(names) + _FOOT)
    for i, segment in enumerate(explanation.segments):
        drawing.chip(left + (i + 0.5) * cell, 16, segment.number, min(9, cell / 2 - 0.5))
    for row, j in enumerate(order.tolist()):
        y = _TOP + row * _ROW
        drawing.text(0, y + 17, shorten(names[j], left - 10))
        for i in range(len(heat)):
            value = float(heat[i, j])
            shade = step(value)
            size = (cell - _GAP, _ROW - _GAP)
            drawing.rect(left + i * cell + _GAP / 2, y, size, f"cell {shade}", 3)
            if cell >= 31:
                middle = left + (i + 0.5) * cell
                drawing.text(middle, y + 16.5, signed(value), f"in {shade}", "middle")
    _key(drawing, left, cell * len(heat))
    return drawing.finish(kind, heat_alt(explanation))


def heat_alt(explanation: Explanation) -> str:
    """Say in words what the heat map shows."""
    return (
        "Heat map: how many standard deviations the mean of each segment lies above or below "
        f"the mean of all {explanation.row_noun[1]}, for {len(explanation.features)} features."
    )


def _key(drawing: Drawing, left: float, across: float) -> None:
    """Draw the steps of the palette, with words at both ends."""
    y = drawing.height - 24
    words = ("below everyone", "above everyone")
    swatch = 15.0
    widths = [text_width(word, 11) for word in words]
    whole = widths[0] + widths[1] + 9 * swatch + 16
    x = min(left, drawing.width - whole) if across >= whole else max(0.0, drawing.width - whole)
    x = max(x, 0.0)
    drawing.text(x, y + 11, words[0], "soft")
    x += widths[0] + 8
    for level in range(-4, 5):
        drawing.rect(x, y, (swatch - 1, 14), f"cell d{level}", 2)
        x += swatch
    drawing.text(x + 8, y + 11, words[1], "soft")
