"""The results in one picture: how many times Covey's time each peer takes, and where the bar is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.figures import OURS, cost, is_comparable, table, verdicts
from benchmarks.results import Row
from benchmarks.workloads import SKLEARN, WORKLOADS, Workload
from covey.report.axes import Axis
from covey.report.svg import Drawing, text_width

WIDTH, LEFT, RIGHT, TOP, STEP = 960.0, 214.0, 66.0, 78.0, 25.0
LOW, HIGH = 0.1, 1000.0

STYLE = """
.page{fill:#fff} .band{fill:#f4f5f7} text{font:12px Helvetica,Arial,sans-serif;fill:#1b1f24}
.soft{fill:#59616b} .small{font-size:11px} .title{font-weight:bold;font-size:14px}
.hair{stroke:#dcdfe3;stroke-width:1} .ours{stroke:#3056b4;stroke-width:2}
circle{stroke:#fff;stroke-width:1} .other{fill:#b9bdc2}
.approx{fill:#fff;stroke:#9aa1a9;stroke-width:1.5} .best{fill:#178077} .sklearn{fill:#cf7420}
.both{fill:#cf7420;stroke:#178077;stroke-width:2.5}
.bar{stroke-width:2.5} .bar-sklearn{stroke:#cf7420} .bar-best{stroke:#178077}
.met{fill:#2f7a3a;font-weight:bold} .unmet{fill:#a1260d;font-weight:bold}
"""
#: what the legend shows: the class of its mark, and what it says
LEGEND = (
    ("sklearn", "scikit-learn"), ("best", "best exact peer"), ("both", "both"),
    ("other", "other exact peer"), ("approx", "not exact, or more inertia"),
)  # fmt: skip


def draw(rows: Sequence[Row]) -> str:
    """Return the picture as a standalone SVG."""
    lines = list(table(rows).items())
    loads = {load.name: load for load in WORKLOADS}
    height = TOP + STEP * len(lines) + 44
    drawing = Drawing(WIDTH, height)
    axis = Axis(LOW, HIGH, LEFT, WIDTH - RIGHT, log=True)
    drawing.rect(0, 0, (WIDTH, height), "page")
    drawing.text(12, 24, "Times Covey's time (log scale): further right is slower", "title")
    _legend(drawing)
    bottom = TOP + STEP * len(lines)
    for i in range(0, len(lines), 2):
        drawing.rect(0, TOP + STEP * i, (WIDTH, STEP), "band")
    _grid(drawing, axis, bottom)
    drawing.text(WIDTH - 12, TOP - 8, "bars met", "soft small", "end")
    for i, ((name, dtype), peers) in enumerate(lines):
        y = TOP + STEP * (i + 0.5)
        drawing.text(12, y + 4, name)
        drawing.text(LEFT - 14, y + 4, dtype, "soft small", "end")
        _line(drawing, axis, y, (loads[name], dtype, peers))
    picture = drawing.finish("bench", "Times of the peers as multiples of Covey's, by workload")
    head, tail = picture.split(">", 1)
    head = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    return f'{head} width="{WIDTH:g}" height="{height:g}"><style>{STYLE}</style>{tail}\n'


def _legend(drawing: Drawing) -> None:
    x = 18.0
    for kind, words in LEGEND:
        drawing.circle(x, 46, 5, kind)
        drawing.text(x + 11, 50, words, "soft")
        x += 11 + text_width(words) + 26
    for kind, words in (("bar-sklearn", "bar for scikit-learn"), ("bar-best", "for the best")):
        drawing.line(x, 38, x, 54, f"bar {kind}")
        drawing.text(x + 8, 50, words, "soft")
        x += 8 + text_width(words) + 20


def _grid(drawing: Drawing, axis: Axis, bottom: float) -> None:
    for value in (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000):
        x = float(axis(value))
        drawing.line(x, TOP - 4, x, bottom, "ours" if value == 1 else "hair")
        drawing.text(x, bottom + 16, f"{value:g}×", "soft small", "middle")
    drawing.text(float(axis(1)), bottom + 32, OURS, "small", "middle")


def _line(
    drawing: Drawing, axis: Axis, y: float, what: tuple[Workload, str, dict[str, Row]]
) -> None:
    """Draw the peers of one workload, the bars, and whether all of them are met."""
    load, dtype, peers = what
    found = verdicts(load, dtype, peers)
    ours = peers.get(OURS)
    if ours is None or ours.seconds is None:
        drawing.text(float(axis(1)) + 8, y + 4, "no figure of Covey", "unmet small")
        return
    best = next((verdict.opponent for verdict in found[1:2]), "")
    for verdict in found[:2]:
        kind = "sklearn" if verdict.bar.against in (SKLEARN, "kmeans1d") else "best"
        x = float(axis(verdict.bar.ratio))
        drawing.line(x, y - 9, x, y + 9, f"bar bar-{kind}")
    order = {"approx": 0, "other": 1, "sklearn": 2, "best": 3, "both": 4}
    kinds = {name: _kind(load, peers, name, best) for name in peers if name != OURS}
    for name in sorted(kinds, key=lambda name: order[kinds[name]]):
        ratio = cost(load, peers[name]) / cost(load, ours)
        if not math.isnan(ratio):
            drawing.circle(float(axis(ratio)), y, 5, kinds[name])
    told = [verdict for verdict in found if verdict.opponent]
    met = sum(verdict.met for verdict in told)
    words = f"{'✓' if met == len(told) else '✗'} {met}/{len(told)}" if told else "—"
    drawing.text(WIDTH - 12, y + 4, words, "met" if met == len(told) else "unmet", "end")


def _kind(load: Workload, peers: dict[str, Row], name: str, best: str) -> str:
    if name == best:
        return "both" if name == SKLEARN else "best"
    if name == SKLEARN:
        return "sklearn"
    return "other" if is_comparable(load, peers[name], peers) else "approx"
