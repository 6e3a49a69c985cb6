"""How settings were found: the k-distance curve with its radius, BIC over components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from covey.report.axes import Axis, round_steps
from covey.report.numbers import fixed, number, share, short
from covey.report.svg import SIZE, Drawing, text_width

_TOP, _BOTTOM, _LEFT, _RIGHT = 28.0, 40.0, 46.0, 10.0
_TOP_BIC = 44.0  # names of the curves stand above them


def distance_curve(details: Mapping[str, Any], width: float, kind: str, said: str) -> str:
    """Draw the distance of each row to its k-th neighbor, ascending, and the radius chosen."""
    curve = np.asarray(details["curve"], dtype=float)
    radius, at = float(details["radius"]), float(details["at"])
    drawing = _blank(width)
    inside = float(np.quantile(curve[:, 1], 0.995))
    across = Axis(0.0, 1.0, _LEFT, width - _RIGHT)
    high = 1.08 * max(radius * 1.6, min(float(curve[-1, 1]), 2.5 * max(inside, radius)))
    up = Axis(0.0, high or 1.0, drawing.height - _BOTTOM, _TOP)
    _grid(drawing, across, up, [(tick, share(tick)) for tick in (0, 0.25, 0.5, 0.75, 1.0)])
    drawing.line(_LEFT, float(up(radius)), width - _RIGHT, float(up(radius)), "mark")
    drawing.path(zip(across(curve[:, 0]).tolist(), up(curve[:, 1]).tolist(), strict=True), "curve")
    drawing.circle(float(across(at)), float(up(radius)), 5, "knot now")
    drawing.text(_LEFT + 8, float(up(radius)) - 6, f"radius {number(radius)}", "strong halo")
    drawing.text(2, 14, f"↑ distance to neighbor {details['neighbors']}", "mid")
    _below(drawing, "share of rows, nearest first →")
    return drawing.finish(kind, said)


def bic_curves(details: Mapping[str, Any], width: float, kind: str, said: str) -> str:
    """Draw BIC a row over the number of components, a line for each shape; least is best."""
    curves: list[tuple[str, Sequence[Any]]] = list(details["bic"].items())
    values = np.array([bic for _, points in curves for _, bic in points if np.isfinite(bic)])
    drawing = _blank(width)
    last = max(k for _, points in curves for k, _ in points)
    across = Axis(0.6, max(last, 2) + 0.4, _LEFT, width - _RIGHT)
    low, high = float(values.min()), float(values.max())
    # below the least there is room for its words, above the most for the names of the curves
    tall = drawing.height - _BOTTOM - _TOP_BIC
    pad = (high - low) / tall or 0.01
    up = Axis(low - 30 * pad, high + 8 * pad, drawing.height - _BOTTOM, _TOP_BIC)
    _grid(drawing, across, up, [(k, str(k)) for k in range(1, last + 1)])
    best = min(((bic, k) for _, points in curves for k, bic in points))
    names = {"full": "any direction", "diag": "along the features"}
    end = width - _RIGHT
    for shape, points in curves:
        kind_of = "curve" if shape == details["shape"] else "curve faint"
        places = [(float(across(k)), float(up(bic))) for k, bic in points if np.isfinite(bic)]
        if not places:
            continue
        drawing.path(places, kind_of)
        for x, y in places:
            drawing.circle(x, y, 2.5, "knot")
        left = end - text_width(names[shape], 11)
        drawing.text(end, 32, names[shape], "soft", "end")
        drawing.path([(left - 24, 28), (left - 6, 28)], kind_of)
        end = left - 38
    x, y = float(across(best[1])), float(up(best[0]))
    drawing.circle(x, y, 5, "knot now")
    words = f"{best[1]} component{'' if best[1] == 1 else 's'}"
    half = text_width(words, SIZE, bold=True) / 2
    x = min(max(x, _LEFT + half), width - _RIGHT - half)
    drawing.text(x, y + 20, words, "strong halo", "middle")
    drawing.text(2, 14, "↑ BIC a row (less is better)", "mid")
    _below(drawing, "components →")
    return drawing.finish(kind, said)


def bic_words(details: Mapping[str, Any]) -> str:
    """Say in words what the curves of BIC show."""
    parts = [
        f"{k} components {fixed(bic)}"
        for k, bic in details["bic"][details["shape"]]
        if np.isfinite(bic)
    ]
    return "Line chart of BIC a row over components: " + ", ".join(parts)


def _blank(width: float) -> Drawing:
    return Drawing(width, round(width * (0.5 if width > 420 else 0.7)))


def _grid(drawing: Drawing, across: Axis, up: Axis, below: Sequence[tuple[float, str]]) -> None:
    for tick in round_steps(up.low, up.high, 4):
        y = float(up(tick))
        drawing.line(across.start, y, across.end, y, "hair")
        drawing.text(across.start - 6, y + 4, short(tick), "soft", "end")
    for tick, text in below:
        x = float(across(tick))
        half = text_width(text, 11) / 2
        drawing.text(min(x, drawing.width - half), up.start + 16, text, "soft", "middle")


def _below(drawing: Drawing, text: str) -> None:
    drawing.text(drawing.width - _RIGHT, drawing.height - 6, text, "mid", "end")
