"""How large the groups are at each K: one stacked bar a K."""

from __future__ import annotations

from covey.evidence import KChoice, KFacts
from covey.report.numbers import share
from covey.report.svg import Drawing, segment_class

_TOP, _LEFT = 18.0, 34.0


def size_bars(choice: KChoice, width: float, kind: str) -> str:
    """Draw a bar of the whole for each K, cut into its groups; the K to use in their colors."""
    scores = choice.scores
    row, bar = (22.0, 15.0) if len(scores) <= 16 else (15.0, 10.0)
    right = width - 74
    drawing = Drawing(width, _TOP + row * len(scores) + 2)
    drawing.text(_LEFT - 10, 11, "K", "mid", "end")
    drawing.text(width, 11, "smallest", "mid", "end")
    for i, one in enumerate(scores):
        top = _TOP + row * i
        now = one.k == choice.verdict.k
        if now:
            drawing.rect(0, top, (width, row), "band", 4)
        line, text = top + (row - bar) / 2, top + row / 2 + 4
        drawing.text(_LEFT - 10, text, str(one.k), "strong" if now else "soft", "end")
        _bar(drawing, one, line, bar, (right - _LEFT, now))
        least = share(one.sizes[-1] / max(sum(one.sizes), 1))
        drawing.text(width - 2, text, least, "strong" if now else "soft", "end")
    return drawing.finish(kind, _words(choice))


def _bar(
    drawing: Drawing, one: KFacts, top: float, height: float, look: tuple[float, bool]
) -> None:
    length, colored = look
    total = max(sum(one.sizes), 1)
    seam = 1.5 if one.k <= 20 else 0.7
    x = _LEFT
    for number, size in enumerate(one.sizes, 1):
        part = length * size / total
        # a group of a few rows is seen, though its bar would be thinner than the seam
        shown = (max(part - seam, 0.5), height)
        if colored:
            drawing.open(segment_class(number))
            drawing.rect(x, top, shown, "fill", 1)
            drawing.close()
        else:
            drawing.rect(x, top, shown, "quiet")
        x += part


def _words(choice: KChoice) -> str:
    parts = [
        f"K = {one.k}: smallest {share(one.sizes[-1] / max(sum(one.sizes), 1))}"
        for one in choice.scores
    ]
    return f"Bars of the sizes of groups at each K. {'; '.join(parts)}."
