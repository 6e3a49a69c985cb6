"""The tree of a hierarchical clustering: merges from the bottom up, cut where the clusters are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from covey.report.axes import Axis
from covey.report.numbers import number, short
from covey.report.svg import Drawing, segment_class

_TOP, _BOTTOM, _LEFT, _RIGHT = 24.0, 24.0, 40.0, 8.0


def dendrogram(details: Mapping[str, Any], width: float, kind: str, said: str) -> str:
    """Draw the last merges: across the rows, each leaf as wide as the rows it holds.

    Parameters
    ----------
    details : mapping
        ``branches`` (b, 6), ``cut`` and ``n`` as hierarchical clustering gives them, with the
        number of the cluster in the last column, 0 where rows of several are merged.
    """
    branches = np.asarray(details["branches"], dtype=float)
    drawing = Drawing(width, round(width * (0.5 if width > 420 else 0.66)))
    highest = float(branches[:, 4].max(initial=0.0)) or 1.0
    across = Axis(0.0, float(details["n"]), _LEFT, width - _RIGHT)
    up = Axis(0.0, 1.04 * highest, drawing.height - _BOTTOM, _TOP)
    for tick in up.ticks(4):
        y = float(up(tick))
        drawing.line(_LEFT, y, width - _RIGHT, y, "hair")
        drawing.text(_LEFT - 6, y + 4, short(tick), "soft", "end")
    drawing.text(2, 12, "↑ distance of a merge", "mid")
    for x1, y1, x2, y2, height, mine in branches:
        drawing.open(segment_class(int(mine)) if mine > 0 else "stem")
        corners = ((x1, y1), (x1, height), (x2, height), (x2, y2))
        drawing.path([(float(across(x)), float(up(y))) for x, y in corners], "branch")
        drawing.close()
    cut = float(details["cut"])
    if math.isfinite(cut):
        y = float(up(cut))
        drawing.line(_LEFT, y, width - _RIGHT, y, "mark")
        drawing.text(_LEFT + 6, y - 5, f"cut at {number(cut)}", "strong halo")
    drawing.text(width - _RIGHT, drawing.height - 6, "rows →", "mid", "end")
    return drawing.finish(kind, said)
