"""Clusters much unequal in rows or in spread, and one that is all there is."""

from __future__ import annotations

import numpy as np

from covey.evidence import Finding
from covey.explain.alarm.looking import Checked, Look

#: share of the rows that all clusters but the largest hold together, below which it is all there is
ALL_BUT_ONE = 0.02
#: largest over smallest cluster, in rows and in spread
MANY_TIMES, WIDER = 10.0, 3.0


def sizes(look: Look) -> Checked:
    """Find one cluster that holds nearly all rows, and clusters of much unequal sizes."""
    name = "sizes of the clusters"
    ordered = sorted((int(size) for size in look.sizes), reverse=True)
    shown = ", ".join(f"{size:,}" for size in ordered[:8]) + (" …" if len(ordered) > 8 else "")
    if look.k < 2:
        return Checked(name, shown)
    rest = sum(ordered[1:]) / max(sum(ordered), 1)
    if rest < ALL_BUT_ONE and look.n > 50 * (look.k - 1):
        found = Finding(
            topic="degenerate",
            level="alarm",
            seen=f"One cluster holds {1 - rest:.1%} of the rows; the sizes are {shown}.",
            why="Centers are spent on a few far rows: nothing is said of nearly all the others.",
            todo="Look at the far rows; log long tails (--log, --scale standard), or leave them "
            "out: TrimmedKMeans.",
            sure="certain",
            figure=rest,
        )
        return Checked(name, shown, (found,))
    times = ordered[0] / max(ordered[-1], 1)
    if times < MANY_TIMES:
        return Checked(name, shown)
    found = Finding(
        topic="sizes",
        level="note",
        seen=f"The largest cluster has {times:.0f} times the rows of the smallest; the sizes are "
        f"{shown}.",
        why="Where groups overlap, k-means gives part of a large one to its small neighbors.",
        todo="See in covey compare whether a Gaussian mixture agrees.",
        sure="possible",
        figure=times,
    )
    return Checked(name, shown, (found,))


def spreads(look: Look) -> Checked:
    """Find clusters of much unequal spread."""
    name = "spread of the clusters"
    known = look.sizes >= 10
    if known.sum() < 2:
        return Checked(name, "fewer than two clusters of ten rows")
    own = look.spreads[known]
    least = float(own.min())
    times = float(own.max()) / least if least > 0 else np.inf
    told = f"the widest is {times:.1f} times as wide as the tightest"
    if least <= 0:
        return Checked(name, "one cluster is a single point")
    if times < WIDER:
        return Checked(name, told)
    found = Finding(
        topic="spreads",
        level="note",
        seen=f"The widest cluster is {times:.1f} times as wide as the tightest.",
        why="k-means puts the border midway between two centers, so that outer rows of the wide "
        "cluster may fall to the tight one.",
        todo="See in covey compare whether a Gaussian mixture agrees.",
        sure="possible",
        figure=times,
    )
    return Checked(name, told, (found,))
