"""Sizes against revenue: two bars a segment on one scale."""

from __future__ import annotations

from covey.flow import Explanation, Segment
from covey.report.numbers import share
from covey.report.svg import Drawing, segment_class, shorten, text_width, wrap

_BAR, _PAIR = 13.0, 3.0


def size_bars(explanation: Explanation, width: float, kind: str) -> str:
    """Draw the share of rows and, where there is spend, the share of revenue of each segment."""
    segments = explanation.segments
    narrow = width <= 420
    noun = explanation.row_noun[1]
    with_revenue = any(segment.revenue_share is not None for segment in segments)
    bars = 2 if with_revenue else 1
    row = bars * _BAR + (bars - 1) * _PAIR + (38 if narrow else 18)
    if not narrow:
        row = max(row, 40.0)
    left = 0.0 if narrow else min(190.0, 36 + max(_name_width(s) for s in segments))
    labels = [share(s.share) for s in segments] + [share(s.revenue_share) for s in segments]
    room = width - left - max(text_width(f"{text} of {noun}", 11) for text in labels) - 10
    longest = max(max(s.share, s.revenue_share or 0.0) for s in segments)
    per_share = room / max(longest, 1e-9)
    drawing = Drawing(width, row * len(segments) + 4)
    for i, segment in enumerate(segments):
        top = i * row + 2
        _name(drawing, segment, top, row, left, narrow)
        y = top + (25 if narrow else (row - bars * _BAR - (bars - 1) * _PAIR) / 2)
        _bar(drawing, left, y, segment.share * per_share, f"{share(segment.share)} of {noun}", "")
        if segment.revenue_share is not None:
            words = f"{share(segment.revenue_share)} of revenue"
            own = segment_class(segment.number)
            length = max(segment.revenue_share, 0.0) * per_share
            _bar(drawing, left, y + _BAR + _PAIR, length, words, own)
    return drawing.finish(kind, bars_alt(explanation))


def bars_alt(explanation: Explanation) -> str:
    """Say in words what the bars show: the whole content, for it is short."""
    noun = explanation.row_noun[1]
    parts = []
    for segment in explanation.segments:
        part = f"{segment.name.text}: {share(segment.share)} of {noun}"
        if segment.revenue_share is not None:
            part += f", {share(segment.revenue_share)} of revenue"
        parts.append(part)
    return f"Bars of the share of each segment. {'; '.join(parts)}."


def _name_width(segment: Segment) -> float:
    return text_width(segment.name.text, bold=True)


def _name(
    drawing: Drawing, segment: Segment, top: float, row: float, left: float, narrow: bool
) -> None:
    if narrow:
        drawing.chip(9, top + 11, segment.number)
        room = drawing.width - 26
        drawing.text(24, top + 15, shorten(segment.name.text, room, bold=True), "strong")
        return
    middle = top + row / 2
    drawing.chip(9, middle, segment.number)
    lines = wrap(segment.name.text, left - 34, 2, bold=True)
    for i, line in enumerate(lines):
        drawing.text(24, middle + 4 + (i - (len(lines) - 1) / 2) * 14, line, "strong")


def _bar(drawing: Drawing, x: float, y: float, length: float, words: str, own: str) -> None:
    """Draw a bar and its figure; ``own`` is the color class of a segment, or "" for grey."""
    drawing.open(own or "grey")
    drawing.rect(x, y, (max(length, 1.0), _BAR), "fill" if own else "quiet", 2)
    drawing.close()
    drawing.text(x + max(length, 1.0) + 6, y + 10.5, words, "soft")
