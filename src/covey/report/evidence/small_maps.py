"""One small picture for each method: the same points, colored by what it made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.evidence import Comparison
from covey.report.axes import Axis, fit_axis
from covey.report.svg import Drawing, segment_class

#: widths that the drawings are made for, pixels: four beside one another on a desk, two on a phone
WIDE, NARROW = 264.0, 164.0
#: clusters whose numbers are written into a picture
_MOST_CHIPS = 10


def small_map(facts: Comparison, numbers: NDArray[Any], said: str) -> tuple[str, str]:
    """Draw the points of the plane colored by the numbers (n,) of all rows, wide and narrow.

    Rows of number 0 are grey and below the others.
    """
    shown = numbers[facts.plane.rows]
    return tuple(
        _draw(facts.plane.points, shown, width, f"fig {kind}", said, bool(facts.plane.axes[1]))
        for width, kind in ((WIDE, "wide"), (NARROW, "narrow"))
    )  # pyright: ignore[reportReturnType]


def _draw(
    points: NDArray[Any], numbers: NDArray[Any], width: float, kind: str, said: str, plane: bool
) -> str:
    drawing = Drawing(width, round(0.82 * width))
    drawing.rect(0.5, 0.5, (width - 1, drawing.height - 1), "panel", 4)
    across, up = _axes(points, width, drawing.height)
    heights = points[:, 1] if plane else _strewn(len(points), up)
    places = np.column_stack([across(points[:, 0]), up(heights)])
    present, sizes = np.unique(numbers, return_counts=True)
    for number in present[np.lexsort((-sizes, present > 0))].tolist():
        drawing.open(segment_class(number) if number else "stray")
        drawing.dots(map(tuple, places[numbers == number].tolist()), "dots small")
        drawing.close()
    named = present[present > 0][np.argsort(-sizes[present > 0], kind="stable")]
    for number in np.sort(named[:_MOST_CHIPS]).tolist():
        x, y = _middle(places[numbers == number])
        drawing.chip(x, y, number, 8)
    return drawing.finish(kind, said)


def _axes(points: NDArray[Any], width: float, height: float) -> tuple[Axis, Axis]:
    """Return both axes, each over the whole of its side: the shape is the same in all pictures."""
    across = fit_axis(points[:, 0], 7, width - 7)
    up = fit_axis(points[:, 1], height - 7, 7)
    return replace(across, log=False), replace(up, log=False)


def _strewn(n: int, up: Axis) -> NDArray[Any]:
    """Return heights for points that have none: even, and never random."""
    return up.low + (0.1 + 0.8 * (np.arange(n) * 0.618034 % 1.0)) * (up.high - up.low)


def _middle(places: NDArray[Any]) -> tuple[float, float]:
    """Return the point nearest to the median of the points: one that lies within a bent group."""
    away = ((places - np.median(places, axis=0)) ** 2).sum(axis=1)
    x, y = places[int(np.argmin(away))]
    return float(x), float(y)
