"""What a color costs: bytes against the color difference that is left, over K."""

from __future__ import annotations

import numpy as np

from covey.picture import ImageFacts, Variant
from covey.report.axes import Axis, fit_axis, round_steps, spaced
from covey.report.images.words import size_text
from covey.report.numbers import count, fixed, plain, short, tick_texts
from covey.report.svg import Drawing, text_width

_TOP, _FOOT, _LEFT, _RIGHT = 34.0, 44.0, 40.0, 40.0


def bytes_chart(facts: ImageFacts, width: float, height: float, kind: str) -> str:
    """Draw each variant as a dot: bytes across, mean CIEDE2000 up; empty with fewer than two."""
    variants = facts.variants
    if len(variants) < 2:
        return ""
    drawing = Drawing(width, height)
    bytes_ = np.array([variant.n_bytes for variant in variants], float)
    across = fit_axis(bytes_, _LEFT, width - _RIGHT, log=bytes_.max() > 3 * bytes_.min())
    most = max(variant.fidelity.ciede2000 for variant in variants)
    up = Axis(0.0, 1.06 * most or 1.0, height - _FOOT, _TOP)
    _scales(drawing, across, up)
    places = [(float(across(v.n_bytes)), float(up(v.fidelity.ciede2000))) for v in variants]
    drawing.path(places, "curve")
    for variant, (x, y) in zip(variants, places, strict=True):
        now = variant.k == facts.chosen.k
        drawing.circle(x, y, 5.0 if now else 3.5, "knot now" if now else "knot")
    _numbers(drawing, variants, places, facts.chosen.k)
    return drawing.finish(kind, chart_alt(facts))


def chart_alt(facts: ImageFacts) -> str:
    """Say in words what the chart shows."""
    parts = [
        f"{count(v.n_colors)} colors: {plain(size_text(v.n_bytes))}, "
        f"CIEDE2000 {fixed(v.fidelity.ciede2000)}"
        for v in facts.variants
    ]
    return "Size of the file against the mean color difference. " + "; ".join(parts)


def _scales(drawing: Drawing, across: Axis, up: Axis) -> None:
    bottom = up.start
    drawing.text(2, 14, "Mean color difference (CIEDE2000)", "mid")
    for tick in round_steps(up.low, up.high, 5):
        y = float(up(tick))
        drawing.line(across.start, y, across.end, y, "hair")
        drawing.text(across.start - 7, y + 4, short(tick), "soft", "end")
    ticks = across.ticks(7)
    places = [float(across(tick)) for tick in ticks]
    texts = tick_texts([tick / 1000 for tick in ticks])
    for i in spaced(places, [text_width(text, 11) for text in texts]):
        drawing.line(places[i], bottom, places[i], bottom + 4, "zero")
        drawing.text(places[i], bottom + 17, texts[i], "soft", "middle")
    drawing.text(across.end, bottom + 36, "size of the file, kB →", "mid", "end")


def _numbers(
    drawing: Drawing, variants: tuple[Variant, ...], places: list[tuple[float, float]], chosen: int
) -> None:
    """Write K at the dots, the chosen one's first, none over another."""
    texts = [count(variant.k) for variant in variants]
    order = sorted(range(len(texts)), key=lambda i: (variants[i].k != chosen, i))
    taken: list[tuple[float, float, float]] = []
    for i in order:
        x, y = places[i][0] + 6, places[i][1] - 7  # above and right of a line that falls
        end = x + text_width(texts[i], bold=True) + 3
        if any(
            x < other_end and other < end and abs(y - high) < 13 for other, other_end, high in taken
        ):
            continue
        taken.append((x, end, y))
        drawing.text(x, y, texts[i], "strong halo" if variants[i].k == chosen else "halo")
