"""The sweep over K: inertia and silhouette side by side, the chosen K marked."""

from __future__ import annotations

import math

from covey.flow import Explanation, KScore
from covey.report.axes import Axis, round_steps
from covey.report.numbers import fixed, share, short
from covey.report.svg import SIZE, Drawing, text_width

_TOP, _FOOT, _PANEL, _BETWEEN = 40.0, 40.0, 112.0, 46.0
_LEFT = 46.0


def k_sweep(explanation: Explanation, width: float, kind: str) -> str:
    """Draw the inertia left over and the mean silhouette for each K, one above the other."""
    scores = explanation.sweep.scores
    chosen = explanation.sweep.chosen
    drawing = Drawing(width, _TOP + 2 * _PANEL + _BETWEEN + _FOOT)
    low, high = scores[0].k, scores[-1].k
    pad = 0.4 if high > low else 1.0
    across = Axis(low - pad, high + pad, _LEFT, width - 10)
    bottom = drawing.height - _FOOT
    half = min(14.0, 0.42 * (width - _LEFT - 10) / max(high - low + 1, 1))
    place = float(across(chosen))
    drawing.rect(place - half, _TOP - 12, (2 * half, bottom - _TOP + 12), "band", 4)
    left_over = [(score.k, 1 - score.explained, 0.0) for score in scores]
    _panel(drawing, across, _TOP, "Variation left inside segments (WCSS)", left_over, chosen)
    apart = [(s.k, s.silhouette, s.silhouette_error) for s in scores]
    second = _TOP + _PANEL + _BETWEEN
    _panel(drawing, across, second, "Mean silhouette (higher is better)", apart, chosen)
    _numbers_of_segments(drawing, across, scores, chosen, bottom)
    return drawing.finish(kind, sweep_alt(explanation))


def sweep_alt(explanation: Explanation) -> str:
    """Say in words what the sweep shows."""
    sweep = explanation.sweep
    parts = [
        f"K = {s.k}: {share(s.explained)} explained, silhouette {fixed(s.silhouette)}"
        for s in sweep.scores
    ]
    how = "given" if sweep.given else "chosen"
    return f"Line charts over the number of segments; K = {sweep.chosen} is {how}. " + "; ".join(
        parts
    )


def _panel(
    drawing: Drawing,
    across: Axis,
    top: float,
    title: str,
    scores: list[tuple[int, float, float]],
    chosen: int,
) -> None:
    drawing.text(2, top - 20, title, "mid")
    percent = "WCSS" in title
    known = [(k, value, error) for k, value, error in scores if math.isfinite(value)]
    if not known:
        drawing.text(_LEFT, top + 20, "not defined here", "soft")
        return
    values = [value + sign * error for _, value, error in known for sign in (-1, 1)]
    low, high = min(values), max(values)
    pad = 0.08 * (high - low) or 0.05
    if percent:  # a share of the whole: its zero is part of the picture
        low, pad = 0.0, 0.06 * high
    up = Axis(low if percent else low - pad, high + pad, top + _PANEL, top)
    for tick in round_steps(up.low, up.high, 4):
        y = float(up(tick))
        drawing.line(across.start, y, across.end, y, "hair")
        text = short(100 * tick, "%") if percent else short(tick)
        drawing.text(across.start - 7, y + 4, text, "soft", "end")
    for k, value, error in known:
        if error > 0:
            x = float(across(k))
            drawing.line(x, float(up(value - error)), x, float(up(value + error)), "error")
    places = [(float(across(k)), float(up(value))) for k, value, _ in known]
    drawing.path(places, "curve")
    for (k, _, _), (x, y) in zip(known, places, strict=True):
        drawing.circle(x, y, 5.0 if k == chosen else 3.0, "knot now" if k == chosen else "knot")
    _value_of_chosen(drawing, known, places, chosen, percent)


def _value_of_chosen(
    drawing: Drawing,
    known: list[tuple[int, float, float]],
    places: list[tuple[float, float]],
    chosen: int,
    percent: bool,
) -> None:
    for (k, value, _), (x, y) in zip(known, places, strict=True):
        if k == chosen:
            text = share(value) if percent else fixed(value)
            room = text_width(text, SIZE, bold=True) + 10
            side = x + 10 if x + room < drawing.width else x - room
            # Left of its dot, the figure must stand on the side where the curve is not.
            below = side < x and percent
            drawing.text(side, y + 17 if below else y - 6, text, "strong halo")


def _numbers_of_segments(
    drawing: Drawing, across: Axis, scores: tuple[KScore, ...], chosen: int, bottom: float
) -> None:
    ks = [score.k for score in scores]
    if chosen not in ks:
        ks.append(chosen)
    every = math.ceil(len(ks) / 20)
    for i, k in enumerate(ks):
        if k == chosen or i % every == 0:
            kind = "strong" if k == chosen else "soft"
            drawing.text(float(across(k)), bottom + 16, str(k), kind, "middle")
    drawing.text(drawing.width - 10, bottom + 34, "number of segments, K →", "mid", "end")
