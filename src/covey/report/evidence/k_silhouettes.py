"""Silhouette plots of several K side by side: one band a group, its rows sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from covey.evidence import KChoice
from covey.report.axes import Axis
from covey.report.numbers import fixed
from covey.report.svg import Drawing, segment_class

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: three of them side by side on a desk, one on a phone; of the others, more
WIDTH, HEIGHT = 340.0, 250.0
_LEFT, _RIGHT, _TOP, _FOOT, _GAP = 20.0, 8.0, 16.0, 20.0, 2.0
#: K beyond which there is no plot but of the K recommended and its neighbors
MOST = 12


def featured(choice: KChoice) -> list[int]:
    """Return the K to look at first: the one to use, or the best, and its neighbors."""
    known = sorted(choice.row_silhouettes)
    if not known:
        return []
    scores = {one.k: one.silhouette for one in choice.scores}
    k = choice.verdict.k
    if k not in known:
        k = choice.verdict.natural or max(known, key=lambda one: (scores[one], -one))
    at = known.index(k)
    first = min(max(at - 1, 0), max(len(known) - 3, 0))
    return known[first : first + 3]


def others(choice: KChoice) -> list[int]:
    """Return the other K that have a plot."""
    first = featured(choice)
    return [k for k in sorted(choice.row_silhouettes) if k <= MOST and k not in first]


def of_groups(choice: KChoice, k: int) -> list[float]:
    """Return the mean silhouette of each group, largest first; NaN where no row was scored."""
    widths, numbers = choice.row_silhouettes[k], choice.row_numbers[k]
    counts = np.bincount(numbers, minlength=k + 1)[1:]
    totals = np.bincount(numbers, widths, minlength=k + 1)[1:]
    return np.divide(totals, counts, out=np.full(k, np.nan), where=counts > 0).tolist()


def lowest(choice: KChoice, ks: list[int]) -> float:
    """Return where the axis of plots that are to be compared begins: a round value below all."""
    least = min((float(choice.row_silhouettes[k].min()) for k in ks), default=0.0)
    return next((low for low in (0.0, -0.1, -0.3, -0.6) if least >= low), -1.0)


def negative(choice: KChoice, k: int) -> float:
    """Return the share of the rows that are nearer to another group than to their own."""
    return float((choice.row_silhouettes[k] < 0).mean())


def silhouettes_of(choice: KChoice, k: int, low: float) -> str:
    """Draw the plot of one K; ``low`` is the left end of its axis."""
    widths, numbers = choice.row_silhouettes[k], choice.row_numbers[k]
    drawing = Drawing(WIDTH, HEIGHT)
    bottom = HEIGHT - _FOOT
    axis = Axis(low, 1.0, _LEFT, WIDTH - _RIGHT)
    for tick in (-1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0):
        if tick >= low:
            x = float(axis(tick))
            drawing.line(x, _TOP, x, bottom, "zero" if tick == 0 else "hair")
            drawing.text(x, bottom + 15, f"{tick:g}".replace("-", "−"), "soft", "middle")
    gap = _GAP if k <= 20 else 0.5
    room = bottom - _TOP - gap * (k - 1)
    counts = np.bincount(numbers, minlength=k + 1)[1:]
    heights = room * counts / max(counts.sum(), 1)
    top = _TOP
    for number, height in enumerate(heights.tolist(), 1):
        _band(drawing, np.sort(widths[numbers == number])[::-1], axis, (top, height), number)
        if height >= 11:
            drawing.text(_LEFT - 5, top + height / 2 + 4, str(number), "soft", "end")
        top += height + gap
    mean = next(one.silhouette for one in choice.scores if one.k == k)
    if np.isfinite(mean):
        x = float(axis(mean))
        drawing.line(x, _TOP - 3, x, bottom, "mark")
        drawing.text(x, _TOP - 6, f"mean {fixed(mean)}", "strong", "middle")
    return drawing.finish("fig", _words(choice, k))


def _band(
    drawing: Drawing,
    own: NDArray[Any],
    axis: Axis,
    place: tuple[float, float],
    number: int,
) -> None:
    """Draw the sorted silhouettes of a group as one area."""
    top, height = place
    if not len(own):
        return
    ranks = np.linspace(0, len(own) - 1, min(len(own), int(height) + 2))
    places = axis(np.interp(ranks, np.arange(len(own)), own))
    levels = top + np.linspace(0, height, len(places))
    if len(places) == 1:
        levels, places = np.array([top, top + height]), np.repeat(places, 2)
    zero = float(axis(0.0))
    edge = [(zero, top), *zip(places.tolist(), levels.tolist(), strict=True), (zero, top + height)]
    drawing.open(segment_class(number))
    drawing.path(edge, "area", close=True)
    drawing.close()


def _words(choice: KChoice, k: int) -> str:
    parts = [f"group {i} {fixed(mean)}" for i, mean in enumerate(of_groups(choice, k), 1)]
    return f"Silhouette plot of K = {k}. {'; '.join(parts)}."
