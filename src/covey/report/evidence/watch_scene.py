"""What pictures of k-means at work show, in places: points, centers, regions, ticks, shots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from covey.evidence import Watched, WatchedRun
from covey.report.axes import Axis, fit_axis, round_steps
from covey.report.numbers import tells, tick_texts
from covey.report.words import readable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.flow import Feature

WIDTH = 1000.0  # of a scene; its height follows the data
_FLAT, _LOW, _HIGH = 0.34, 0.56, 0.8  # least height of a single feature, of others; the greatest
_NEAR = 60.0  # places nearer than this cannot both have a tick


class Shot(NamedTuple):
    """What is shown at a time: half a step."""

    phase: str  # "start", "join", "move" or "end"
    kept: int  # which of the kept steps
    step: float  # where on the axis of steps; 0: before the first
    inertia: float  # NaN before the first


@dataclass(frozen=True)
class Scene:
    """Places of everything: x from 0 to ``WIDTH``, y downwards from 0 to ``height``."""

    height: float
    points: NDArray[Any]  # (m, 2)
    centers: tuple[NDArray[Any], ...]  # of each run (t, k, 2); may lie outside
    ticks: tuple[tuple[tuple[float, str], ...], ...]  # across, up: place and text
    titles: tuple[str, str]


def scene(facts: Watched) -> Scene:
    """Place everything, one unit of distance as long across as up."""
    points = facts.plane.points
    ends = np.concatenate([run.centers[-1] for run in facts.runs])
    shown = np.concatenate([points, ends])
    axes = [fit_axis(shown[:, j], 0.0, 1.0) for j in (0, 1)]
    reach = np.array([axis.high - axis.low for axis in axes])
    single = facts.plane.axes[1] == ""
    ratio = float(np.clip(reach[1] / reach[0], _FLAT if single else _LOW, _HIGH))
    height = round(WIDTH * ratio)
    per = max(reach[0] / WIDTH, reach[1] / height)
    middle = np.array([(axis.high + axis.low) / 2 for axis in axes])

    def placed(values: NDArray[Any]) -> NDArray[Any]:
        off = (values - middle) / per
        return np.stack([WIDTH / 2 + off[..., 0], height / 2 - off[..., 1]], axis=-1)

    limits = np.array([WIDTH, height])
    return Scene(
        height=height,
        points=np.clip(placed(points), 4, limits - 4),
        centers=tuple(placed(run.centers) for run in facts.runs),
        ticks=_ticks(facts, middle, per, height),
        titles=_titles(facts),
    )


def inside(place: NDArray[Any], height: float) -> NDArray[Any]:
    """Bring places of centers that lie outside to the edge."""
    return np.clip(place, 14, np.array([WIDTH - 14, height - 14]))


def shots(run: WatchedRun) -> list[Shot]:
    """Return every half step that is kept, the start before them and the end last."""
    found = [Shot("start", 0, 0.0, float("nan"))]
    last = len(run.steps) - 1
    for i, step in enumerate(run.steps.tolist()):
        found.append(
            Shot("end" if i == last else "join", i, float(step), float(run.inertia[step - 1]))
        )
        if i < last:
            found.append(Shot("move", i, step + 0.5, float(run.moved[step - 1])))
    if last == 0:  # all at once: joined is not yet the end
        found.insert(1, found[1]._replace(phase="join"))
    return found


def curve(run: WatchedRun) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the places of inertia on the axis of steps, and inertia, two for each step."""
    n = len(run.inertia)
    places = np.repeat(np.arange(1.0, n + 1), 2) + np.tile([0.0, 0.5], n)
    values = np.column_stack([run.inertia, run.moved]).ravel()
    return places[: 2 * n - 1], values[: 2 * n - 1]


def regions(centers: NDArray[Any], height: float) -> list[list[tuple[float, float]]]:
    """Return the part of the picture nearer to each center than to any other, as polygons.

    Nearest neighbors cut first; those more than twice as far as what is left can cut nothing.
    """
    found = []
    for i, center in enumerate(centers):
        off = centers - center
        sq_gap = (off**2).sum(axis=1)
        corners = [(0.0, 0.0), (WIDTH, 0.0), (WIDTH, height), (0.0, height)]
        for j in np.argsort(sq_gap, kind="stable").tolist():
            if j == i or sq_gap[j] == 0:
                continue
            far = max(((x - center[0]) ** 2 + (y - center[1]) ** 2 for x, y in corners), default=0)
            if sq_gap[j] > 4 * far:
                break
            middle = (center + centers[j]) / 2
            corners = _cut(corners, (float(off[j, 0]), float(off[j, 1])), float(off[j] @ middle))
        found.append(corners)
    return found


def _cut(
    corners: list[tuple[float, float]], normal: tuple[float, float], limit: float
) -> list[tuple[float, float]]:
    """Keep the part of a polygon where normal · p ≤ limit."""
    kept: list[tuple[float, float]] = []
    over = [normal[0] * x + normal[1] * y - limit for x, y in corners]
    for i, (x, y) in enumerate(corners):
        before, (px, py) = over[i - 1], corners[i - 1]
        if (before < 0) != (over[i] < 0):
            part = before / (before - over[i])
            kept.append((px + part * (x - px), py + part * (y - py)))
        if over[i] <= 0:
            kept.append((x, y))
    return kept


# ---------------------------------------------------------------- axes in the reader's units


def _ticks(
    facts: Watched, middle: NDArray[Any], per: float, height: float
) -> tuple[tuple[tuple[float, str], ...], ...]:
    found = []
    lengths = (WIDTH, height)
    for j, scale in enumerate(facts.scales):
        length, sign = lengths[j], (1, -1)[j]
        ends = middle[j] + np.array([-0.5, 0.5]) * length * per
        feature = facts.about.features[j]
        values = _round_values(scale, ends, feature)
        places = length / 2 + sign * (np.interp(values, scale[:, 1], scale[:, 0]) - middle[j]) / per
        kept: list[tuple[float, str]] = []
        for place, text in zip(places.tolist(), tick_texts(values, feature.unit), strict=True):
            if 10 <= place <= length - 10 and all(abs(place - p) >= _NEAR for p, _ in kept):
                kept.append((place, text))
        found.append(tuple(kept))
    return (*found, *[()] * (2 - len(found)))


def _round_values(scale: NDArray[Any], ends: NDArray[Any], feature: Feature) -> list[float]:
    low, high = np.interp(ends, scale[:, 0], scale[:, 1]).tolist()
    if not (np.isfinite([low, high]).all() and high > low):
        return []
    if "log" in feature.transform.lower():
        return Axis(low, high, 0.0, 1.0, log=True, knee=1.0).ticks(7)
    return round_steps(low, high, 6)


def _titles(facts: Watched) -> tuple[str, str]:
    across, up = (readable(name) if name else "" for name in facts.plane.axes)
    if not facts.scales:
        return f"first component: {across}", f"second component: {up}"
    units = [feature.unit for feature in facts.about.features]
    told = [
        f"{name}, {unit}" if unit and name and not tells(name, unit) else name
        for name, unit in zip((across, up), [*units, ""], strict=False)
    ]
    return told[0], told[1]
