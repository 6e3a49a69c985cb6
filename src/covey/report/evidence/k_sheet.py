"""The sheet: every criterion over the same K, so that agreement is seen at a glance."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from covey.evidence import KChoice
from covey.report.axes import Axis, round_steps
from covey.report.evidence.k_panels import LEVELS, STEPS, Curve, Panel, panels, sheet_words
from covey.report.numbers import tick_texts
from covey.report.svg import Drawing, shorten, text_width, wrap

#: widths that the sheet is made for, pixels
WIDE, NARROW = 900.0, 340.0
_HEAD, _FOOT = 44.0, 40.0
_MOST_KNOTS = 20
_MARKS = {True: "✓", False: "✗", None: ""}


@dataclass(frozen=True)
class _Layout:
    """Where things stand, for one width."""

    left: float  # end of the figures of the axes up; the first K is right of it
    end: float  # the last K is left of it; names of curves right of it
    side: float  # left end of what each criterion says; 0: above its panel
    gap: float  # between panels
    height: float
    tall: float  # of the panel with bands


_DESK = _Layout(left=206.0, end=712.0, side=778.0, gap=20.0, height=62.0, tall=92.0)
_PHONE = _Layout(left=40.0, end=288.0, side=0.0, gap=52.0, height=70.0, tall=96.0)


def criteria_sheet(choice: KChoice, width: float, kind: str) -> str:
    """Draw every criterion that is known, one under the other, with the verdict's K through all."""
    place = _PHONE if width <= 420 else _DESK
    shown = [panel for panel in panels(choice) if panel.known]
    heights = [place.tall if panel.levels else place.height for panel in shown]
    top = _HEAD if place.side else _HEAD + 34
    height = top + sum(heights) + place.gap * (len(shown) - 1) + _FOOT
    drawing = Drawing(width, height)
    ks = [one.k for one in choice.scores]
    step = (place.end - place.left) / len(ks)
    # K in even steps, whichever were tried; where some between were not, the line is broken
    across = {k: place.left + step * (i + 0.5) for i, k in enumerate(ks)}
    _verdict(drawing, choice, across, min(0.5 * step, 15.0), height - _FOOT)
    for panel, tall in zip(shown, heights, strict=True):
        _panel(drawing, panel, place, across, (top, top + tall))
        top += tall + place.gap
    _numbers(drawing, choice, across, height - _FOOT)
    return drawing.finish(kind, sheet_words(choice))


def _verdict(
    drawing: Drawing, choice: KChoice, across: dict[int, float], half: float, bottom: float
) -> None:
    """Draw the band of the natural K through all panels, and that of the K used if another."""
    verdict = choice.verdict
    used = verdict.k if verdict.k != (verdict.natural or 1) else None
    for k, kind, words, line in (
        (verdict.natural, "band", f"K = {verdict.natural} stands out", 0),
        (used, "asked", f"K = {verdict.k} as limited", 1),
    ):
        if k is None or k not in across:
            continue
        x, top = across[k], 18.0 + 14 * line
        drawing.rect(x - half, top, (2 * half, bottom - top), kind, 4)
        room = text_width(words, bold=True) / 2
        drawing.text(
            min(max(x, room), drawing.width - room), top - 5, words, f"strong {kind}-word", "middle"
        )
    if verdict.natural is None:
        drawing.text(next(iter(across.values())), 13, "no natural K", "strong asked-word")


def _panel(
    drawing: Drawing,
    panel: Panel,
    place: _Layout,
    across: dict[int, float],
    ends: tuple[float, float],
) -> None:
    up = _axis(panel, ends)
    start, end = place.left, place.end
    if panel.levels:
        _levels(drawing, up, start, end)
    ticks = list(STEPS) if panel.levels else round_steps(up.low, up.high, 3)
    factor, unit = (100, "%") if panel.percent else (1, "")
    texts = tick_texts([factor * tick for tick in ticks], unit)
    for tick, text in zip(ticks, texts, strict=True):
        y = float(up(tick))
        drawing.line(start, y, end, y, "hair")
        drawing.text(start - 6, y + 4, text, "soft", "end")
    for curve in panel.curves:
        _curve(drawing, curve, across, up)
    if panel.elbow in across:
        value = next(value for k, value, _ in panel.curves[0].points if k == panel.elbow)
        drawing.circle(across[panel.elbow], float(up(value)), 7, "elbow")
    _names(drawing, panel, up, place)
    _beside(drawing, panel, place, ends) if place.side else _above(drawing, panel, ends[0])


def _axis(panel: Panel, ends: tuple[float, float]) -> Axis:
    values = [
        value + sign * error
        for curve in panel.curves
        for _, value, error in curve.points
        for sign in (-1, 1)
    ]
    low, high = min(values), max(values)
    if panel.levels:
        low, high = max(min(low - 0.05, 0.4), 0.0), 1.02
    elif panel.percent:
        low, high = 0.0, max(1.06 * high, 1e-9)
    else:
        # what differs by little, or by rounding only, looks alike
        size = max(abs(low), abs(high))
        least = max(panel.least_span, 0.2 * size if high - low <= 1e-9 * size else 0.0)
        pad = max(0.1 * (high - low), (least - (high - low)) / 2) or 1.0
        low, high = low - pad, high + pad
    top, bottom = ends
    return Axis(low, high, top, bottom) if panel.turned else Axis(low, high, bottom, top)


def _levels(drawing: Drawing, up: Axis, start: float, end: float) -> None:
    edges = [up.low, *STEPS, up.high]
    for i, (low, high) in enumerate(itertools.pairwise(edges)):
        y, foot = float(up(high)), float(up(low))
        drawing.rect(start, y, (end - start, foot - y), f"level{i}")
        if foot - y >= 9:
            drawing.text(start + 4, (y + foot) / 2 + 3.5, LEVELS[i], "level")


def _curve(drawing: Drawing, curve: Curve, across: dict[int, float], up: Axis) -> None:
    """Draw the line, its errors and its knots; the K that its criterion names is marked."""
    ks = list(across)
    dots = {k: (across[k], float(up(value))) for k, value, _ in curve.points}
    for _, group in itertools.groupby(dots, lambda k: k - ks.index(k)):
        drawing.path([dots[k] for k in group], "curve faint" if curve.faint else "curve")
    for k, value, error in curve.points:
        x = dots[k][0]
        if error > 0:
            drawing.line(x, float(up(value - error)), x, float(up(value + error)), "error")
    own = curve.vote.k if curve.vote is not None else None
    # so many knots would make the line a dotted one
    if len(ks) <= _MOST_KNOTS and not (curve.faint and curve.vote is None):
        for x, y in (place for k, place in dots.items() if k != own):
            drawing.circle(x, y, 3, "knot")
    if own in dots and curve.vote is not None:
        drawing.circle(*dots[own], 5.5, "knot now" if curve.vote.agrees else "other")


def _names(drawing: Drawing, panel: Panel, up: Axis, place: _Layout) -> None:
    """Write the names of curves at their ends, where there are several, none over another."""
    named = [(float(up(c.points[-1][1])), c.name) for c in panel.curves if c.name and c.points]
    if len(named) < 2:
        return
    above = -math.inf
    for y, name in sorted(named):
        above = max(y + 4, above + 12)
        drawing.text(place.end + 4, above, name, "soft")


def _beside(drawing: Drawing, panel: Panel, place: _Layout, ends: tuple[float, float]) -> None:
    """Write what is drawn left of it, and what the criterion says right of it."""
    top = ends[0]
    drawing.text(0, top + 12, panel.title, "strong")
    for i, line in enumerate(wrap(panel.note, 150, 3, 11)):
        drawing.text(0, top + 27 + 13 * i, line, "soft")
    for i, (words, agrees) in enumerate(panel.says):
        y = top + 20 + 17 * i
        drawing.text(place.side, y, _marked(words, agrees), _kind(agrees, i))


def _above(drawing: Drawing, panel: Panel, top: float) -> None:
    """Write both above the panel, on a phone."""
    says = [(words, agrees) for words, agrees in panel.says if agrees is not None]
    says = says or list(panel.says[:1])
    text = " · ".join(_marked(words, agrees) for words, agrees in says)
    drawing.text(0, top - 24, panel.title, "strong halo")
    agrees = says[0][1] if says and len({agrees for _, agrees in says}) == 1 else None
    drawing.text(drawing.width, top - 24, text, f"{_kind(agrees, 0)} halo", "end")
    drawing.text(0, top - 10, shorten(panel.note, drawing.width, 11), "soft halo")


def _marked(words: str, agrees: bool | None) -> str:
    return f"{words} {_MARKS[agrees]}".strip()


def _kind(agrees: bool | None, line: int) -> str:
    if agrees:
        return "strong agrees"
    return "strong" if agrees is False or line == 0 else "soft"


def _numbers(drawing: Drawing, choice: KChoice, across: dict[int, float], bottom: float) -> None:
    ks = list(across)
    now = {choice.verdict.k, choice.verdict.natural}
    last = -math.inf
    kept = [k for k in ks if k in now]
    for k in ks:
        room = text_width(str(k)) / 2 + 5
        free = across[k] - room >= last and all(
            abs(across[k] - across[one]) >= 2 * room for one in kept if one != k
        )
        if k in now or free:
            kind = "strong" if k in now else "soft"
            drawing.text(across[k], bottom + 16, str(k), kind, "middle")
            last = across[k] + room
    end = across[ks[-1]]
    drawing.text(end, bottom + 34, "number of groups, K →", "mid", "end")
