"""The silhouette plot: for every row, how much nearer its own segment is than the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from covey.flow import Explanation
from covey.report.axes import Axis
from covey.report.numbers import fixed
from covey.report.svg import Drawing, segment_class, shorten, text_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOP, _FOOT, _GAP = 20.0, 42.0, 5.0
_LEAST = 17.0  # height of the smallest band: its name must fit


def row_silhouettes(explanation: Explanation) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the silhouettes that are known with their segment, and the segment's number.

    Where the sweep does not say the segment of its rows, those on the map are used.
    """
    sweep, found = explanation.sweep, explanation.map
    widths = np.asarray(sweep.row_silhouettes, dtype=float)
    if sweep.row_numbers is not None:
        numbers = np.asarray(sweep.row_numbers)
    else:
        place = {row: i for i, row in enumerate(np.asarray(sweep.rows).tolist())}
        shared = [
            (place[row], number)
            for row, number in zip(found.rows.tolist(), found.labels.tolist(), strict=True)
            if row in place
        ]
        pairs = np.array(shared, dtype=int).reshape(-1, 2)
        widths, numbers = widths[pairs[:, 0]], pairs[:, 1]
    known = np.isfinite(widths)
    return widths[known], numbers[known]


def silhouette_plot(explanation: Explanation, width: float, kind: str) -> str:
    """Draw one band a segment: its rows sorted, their silhouettes as lengths."""
    widths, numbers = row_silhouettes(explanation)
    segments = explanation.segments
    k = len(segments)
    narrow = width <= 420
    head = 20.0 if narrow else 0.0  # on a phone the name stands above the band
    least = 6.0 if narrow else _LEAST
    sizes = np.array([s.n_rows for s in segments])
    bands = _heights(sizes, max(200.0 if narrow else 250.0, (least + _GAP) * k), least)
    longest = max(text_width(s.name.text, bold=True) for s in segments)
    left = 8.0 if narrow else min(186.0, longest + 40)
    low = min(-0.1, float(widths.min())) if len(widths) else -0.1
    low = -1.0 if low < -0.6 else (-0.6 if low < -0.3 else (-0.3 if low < -0.1 else -0.1))
    axis = Axis(low, 1.0, left, width - (4 if narrow else 34))
    drawing = Drawing(width, _TOP + float(bands.sum()) + (_GAP + head) * k + _FOOT)
    bottom = drawing.height - _FOOT
    _scale(drawing, axis, bottom)
    top = _TOP
    for segment, band in zip(segments, bands.tolist(), strict=True):
        own = np.sort(widths[numbers == segment.number])[::-1]
        middle = top + (10 if narrow else band / 2)
        room = (width - 70 if narrow else left) - 30
        drawing.chip(9, middle, segment.number, 9.0 if narrow else min(9.0, band / 2))
        drawing.text(24, middle + 4, shorten(segment.name.text, room, bold=True), "strong halo")
        drawing.text(width, middle + 4, fixed(segment.silhouette), "soft halo", "end")
        _band(drawing, own, axis, top + head, band, segment.number)
        top += head + band + _GAP
    _mean(drawing, axis, explanation.quality.silhouette, bottom)
    return drawing.finish(kind, silhouette_alt(explanation))


def silhouette_alt(explanation: Explanation) -> str:
    """Say in words what the plot shows."""
    parts = [f"{s.name.text} {fixed(s.silhouette)}" for s in explanation.segments]
    return (
        f"Silhouette plot; mean of all {explanation.row_noun[1]} "
        f"{fixed(explanation.quality.silhouette)}; by segment: {'; '.join(parts)}."
    )


def _heights(sizes: NDArray[Any], total: float, least: float) -> NDArray[Any]:
    """Share a height among bands by their sizes, none below the least that can be seen."""
    spare = max(total - least * len(sizes), 0.0)
    return least + spare * sizes / max(sizes.sum(), 1)


def _scale(drawing: Drawing, axis: Axis, bottom: float) -> None:
    ticks = [t for t in (-1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0) if axis.low <= t <= axis.high]
    for tick in ticks:
        place = float(axis(tick))
        drawing.line(place, _TOP, place, bottom, "zero" if tick == 0 else "hair")
        drawing.text(place, bottom + 16, f"{tick:g}".replace("-", "−"), "soft", "middle")
    drawing.text(float(axis.end), bottom + 36, "silhouette of each row →", "mid", "end")


def _band(
    drawing: Drawing, own: NDArray[Any], axis: Axis, top: float, band: float, number: int
) -> None:
    """Draw the sorted silhouettes of a segment as one area."""
    if not len(own):
        return
    ranks = np.linspace(0, len(own) - 1, min(len(own), int(band * 2) + 2))
    lengths = np.interp(ranks, np.arange(len(own)), own)
    heights = top + np.linspace(0, band, len(lengths))
    zero = float(axis(0.0))
    places = axis(lengths)
    if len(lengths) == 1:
        heights, places = np.array([top, top + band]), np.repeat(places, 2)
    edge = [(zero, top), *zip(places.tolist(), heights.tolist(), strict=True), (zero, top + band)]
    drawing.open(segment_class(number))
    drawing.path(edge, "area", close=True)
    drawing.close()


def _mean(drawing: Drawing, axis: Axis, mean: float, bottom: float) -> None:
    if not np.isfinite(mean):
        return
    place = float(axis(mean))
    drawing.line(place, _TOP - 4, place, bottom, "mark")
    drawing.text(place, _TOP - 8, f"mean {fixed(mean)}", "strong", "middle")
