"""The same rows twice: as k-means parts them, and as another eye does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.evidence import Diagnosis
from covey.report.axes import Axis, fit_axis
from covey.report.figures import NARROW, WIDE, Figure
from covey.report.numbers import count, share
from covey.report.svg import Drawing, segment_class, shorten
from covey.report.words import readable, sentence

_TOP, _SIDE, _BOTTOM = 10.0, 10.0, 30.0
#: clusters whose numbers are written into a picture
_MOST_CHIPS = 12
#: rows that have room for larger dots
_FEW = 400


def eye_maps(facts: Diagnosis) -> list[Figure]:
    """Draw both pictures; one only where no eye sees otherwise."""
    n = len(facts.labels)
    rows = count(n) if n == facts.about.n_rows else f"{count(n)} of {count(facts.about.n_rows)}"
    where = _where(facts)
    said = f"K-means: {_groups(facts.labels, 'cluster')}"
    found = [_figure(facts, facts.labels, "kmeans", said, f"{rows} rows{where}.")]
    if facts.other_labels is not None:
        said = f"Another eye: {_groups(facts.other_labels, 'group')}"
        grey = " Grey rows lie between groups." if (facts.other_labels == 0).any() else ""
        found.append(
            _figure(facts, facts.other_labels, "other", said, f"It sees {facts.other}.{grey}")
        )
    return found


def _where(facts: Diagnosis) -> str:
    names = [name for name in facts.plane.axes if name]
    if "principal" in names[0]:
        held = share(facts.plane.explained)
        return f", flattened onto the two directions of most variation, which hold {held} of it"
    return f" by {' and '.join(readable(name) for name in names)}"


def _groups(numbers: NDArray[Any], noun: str) -> str:
    n = len(np.unique(numbers[numbers > 0]))
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _figure(facts: Diagnosis, numbers: NDArray[Any], key: str, title: str, caption: str) -> Figure:
    alt = f"Scatter plot of the rows. {sentence(title)} {caption}"
    wide, narrow = (
        _draw(facts, numbers, width, f"fig {kind}", alt)
        for width, kind in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    return Figure(key, title, caption, wide, narrow)


def _draw(facts: Diagnosis, numbers: NDArray[Any], width: float, kind: str, alt: str) -> str:
    drawing = Drawing(width, round(0.78 * width))
    points = facts.plane.points
    across = replace(fit_axis(points[:, 0], _SIDE + 6, width - _SIDE - 6), log=False)
    bottom = drawing.height - _BOTTOM
    up = replace(fit_axis(points[:, 1], bottom - 6, _TOP + 6), log=False)
    drawing.rect(_SIDE, _TOP, (width - 2 * _SIDE, bottom - _TOP), "panel", 4)
    flat = not facts.plane.axes[1]
    heights = _strewn(len(points), up) if flat else points[:, 1]
    places = np.column_stack([across(points[:, 0]), up(heights)])
    kind_of_dots = "dots few" if len(points) <= _FEW else "dots"
    present, sizes = np.unique(numbers, return_counts=True)
    for number in present[np.lexsort((-sizes, present > 0))].tolist():
        drawing.open(segment_class(number) if number else "stray")
        drawing.dots(map(tuple, places[numbers == number].tolist()), kind_of_dots)
        drawing.close()
    named = present[present > 0][np.argsort(-sizes[present > 0], kind="stable")][:_MOST_CHIPS]
    middles = [_middle(places[numbers == number]) for number in named.tolist()]
    for number, (x, y) in zip(named.tolist(), middles, strict=True):
        drawing.chip(x, y, number)
    room = width - 2 * _SIDE
    across_name = readable(facts.plane.axes[0])
    text = f"{across_name} →" if flat else f"{across_name} →   {readable(facts.plane.axes[1])} ↑"
    drawing.text(width - _SIDE, drawing.height - 8, shorten(text, room), "mid", "end")
    return drawing.finish(kind, alt)


def _strewn(n: int, up: Axis) -> NDArray[Any]:
    """Return heights for points that have none: even, and never random."""
    return up.low + (0.1 + 0.8 * (np.arange(n) * 0.618034 % 1.0)) * (up.high - up.low)


def _middle(places: NDArray[Any]) -> tuple[float, float]:
    """Return the point nearest to the median of the points: one that lies within a bent group."""
    away = ((places - np.median(places, axis=0)) ** 2).sum(axis=1)
    x, y = places[int(np.argmin(away))]
    return float(x), float(y)
