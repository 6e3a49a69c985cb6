"""The two maps: segments on the features that matter most, and on the principal plane."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.flow import Explanation
from covey.report.axes import Axis, beyond, fit_axis, spaced
from covey.report.numbers import count, share, tells, tick_texts
from covey.report.placement import Box, place_tags
from covey.report.svg import Drawing, segment_class, shorten, text_width
from covey.report.words import readable

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_DOTS = 2000
_MOST_NAMES = 9  # segments whose names are written into the maps
_LANE = 70.0  # height of the lane of a segment, pixels
_TOP, _BOTTOM, _LEFT, _RIGHT = 34, 44, 52, 12


def features_map(explanation: Explanation, width: float, kind: str) -> str:
    """Draw the segments on the two features that matter most, in the reader's units."""
    found = explanation.map
    if is_single(explanation):
        return _lanes(explanation, width, kind)
    height = _height(width)
    drawing = Drawing(width, height)
    names = found.axes
    keep = _thin(found.points)
    points, labels = found.points[keep], found.labels[keep]
    x_axis = fit_axis(points[:, 0], _LEFT, width - _RIGHT, found.log_axes[0])
    y_axis = fit_axis(points[:, 1], height - _BOTTOM, _TOP, found.log_axes[1])
    units = {feature.name: feature.unit for feature in explanation.features}
    _frame(drawing, x_axis, y_axis, units.get(names[0], ""), units.get(names[1], ""))
    titles = [
        _axis_title(name, units.get(name, ""), log)
        for name, log in zip(names, found.log_axes, strict=True)
    ]
    _titles(drawing, titles[0], titles[1])
    places = np.column_stack([x_axis(points[:, 0]), y_axis(points[:, 1])])
    _dots(drawing, places, labels)
    anchors = _middles(places, labels, len(explanation.segments))
    _tags(drawing, explanation, anchors, places)
    return drawing.finish(kind, features_alt(explanation))


def is_single(explanation: Explanation) -> bool:
    """Tell whether the first map has a single feature to show, in lanes."""
    across, up = explanation.map.axes
    return up in ("", across)


def _lanes(explanation: Explanation, width: float, kind: str) -> str:
    """Draw a single feature: a lane for each segment, the dots spread evenly within it."""
    found = explanation.map
    height = min(_height(width), _TOP + _LANE * len(explanation.segments) + _BOTTOM)
    drawing = Drawing(width, height)
    keep = _thin(found.points)
    values, labels = found.points[keep][:, 0], found.labels[keep]
    axis = fit_axis(values, 12, drawing.width - _RIGHT, found.log_axes[0])
    bottom = drawing.height - _BOTTOM
    lane = (bottom - _TOP) / len(explanation.segments)
    unit = {feature.name: feature.unit for feature in explanation.features}.get(found.axes[0], "")
    _across(drawing, axis, _TOP, bottom, unit)
    _titles(drawing, _axis_title(found.axes[0], unit, found.log_axes[0]), "")
    spread = np.arange(len(values)) * 0.618034 % 1.0  # golden ratio: even, and never random
    places = np.column_stack([axis(values), _TOP + (labels - 1 + 0.15 + 0.7 * spread) * lane])
    _dots(drawing, places, labels)
    _tags(drawing, explanation, _middles(places, labels, len(explanation.segments)), places)
    return drawing.finish(kind, features_alt(explanation))


def features_alt(explanation: Explanation) -> str:
    """Say in words what the first map shows."""
    across, up = explanation.map.axes
    n = min(len(explanation.map.rows), _MOST_DOTS)
    if is_single(explanation):
        return (
            f"Strips of {count(n)} {explanation.row_noun[1]} by {readable(across)}: a lane for "
            "each segment, colored and numbered."
        )
    return (
        f"Scatter plot of {count(n)} {explanation.row_noun[1]}: {readable(across)} across, "
        f"{readable(up)} up, "
        "colored and numbered by segment."
    )


def n_beyond(explanation: Explanation) -> int:
    """Count the dots of the first map that lie past an axis and are drawn at its end."""
    found = explanation.map
    points = found.points[_thin(found.points)]
    outside = [
        beyond(fit_axis(points[:, j], 0, 1, found.log_axes[j]), points[:, j]) for j in (0, 1)
    ]
    return int((outside[0] | outside[1]).sum())


def plane_map(explanation: Explanation, width: float, kind: str) -> str:
    """Draw the segments on the first two principal components, with their ellipses."""
    found = explanation.map
    height = _height(width)
    drawing = Drawing(width, height)
    keep = _thin(found.pca)
    points, labels = found.pca[keep], found.labels[keep]
    x_axis, y_axis = _equal_axes(points, _reach(explanation), width, height)
    _frame(drawing, x_axis, y_axis, "", "")
    _titles(drawing, *_component_titles(explanation))
    places = np.column_stack([x_axis(points[:, 0]), y_axis(points[:, 1])])
    _dots(drawing, places, labels)
    per_unit = (x_axis.end - x_axis.start) / (x_axis.high - x_axis.low)
    centers = np.column_stack([x_axis(found.pca_centers[:, 0]), y_axis(found.pca_centers[:, 1])])
    for i, (half_a, half_b, angle) in enumerate(np.asarray(found.pca_ellipses, dtype=float)):
        drawing.open(segment_class(i + 1))
        half = (max(half_a * per_unit, 2.0), max(half_b * per_unit, 2.0))
        drawing.ellipse(
            float(centers[i, 0]), float(centers[i, 1]), half, -math.degrees(angle), "ring"
        )
        drawing.close()
    _tags(drawing, explanation, centers, places)
    return drawing.finish(kind, plane_alt(explanation))


def plane_alt(explanation: Explanation) -> str:
    """Say in words what the second map shows."""
    return (
        "Scatter plot on the plane of the first two principal components, which hold "
        f"{share(sum(explanation.map.pca_explained))} of the variation; an ellipse around each "
        "segment holds 80 % of it."
    )


def _height(width: float) -> float:
    return round(width * (0.78 if width > 420 else 1.02))


def _thin(points: NDArray[Any]) -> NDArray[Any]:
    """Choose which rows to draw: finite ones, at most a fixed number, evenly."""
    rows = np.flatnonzero(np.isfinite(points).all(axis=1))
    if len(rows) > _MOST_DOTS:
        rows = rows[np.linspace(0, len(rows) - 1, _MOST_DOTS).astype(int)]
    return rows


def _reach(explanation: Explanation) -> NDArray[Any]:
    """Return the corners (2 k, 2) of the boxes around the ellipses."""
    found = explanation.map
    half_a, half_b, angle = np.asarray(found.pca_ellipses, dtype=float).reshape(-1, 3).T
    across = np.hypot(half_a * np.cos(angle), half_b * np.sin(angle))
    up = np.hypot(half_a * np.sin(angle), half_b * np.cos(angle))
    half = np.column_stack([across, up])
    corners = np.concatenate([found.pca_centers - half, found.pca_centers + half])
    return corners[np.isfinite(corners).all(axis=1)]


def _equal_axes(
    points: NDArray[Any], reach: NDArray[Any], width: float, height: float
) -> tuple[Axis, Axis]:
    """Return two axes with the same pixels per unit, so that ellipses keep their shape.

    They hold the points but for the farthest, and all of ``reach``.
    """
    x_axis = fit_axis(points[:, 0], _LEFT, width - _RIGHT)
    y_axis = fit_axis(points[:, 1], height - _BOTTOM, _TOP)
    x_axis, y_axis = (
        replace(axis, low=min([axis.low, *ends]), high=max([axis.high, *ends]))
        for axis, ends in ((x_axis, reach[:, 0].tolist()), (y_axis, reach[:, 1].tolist()))
    )
    per_x = (x_axis.high - x_axis.low) / (x_axis.end - x_axis.start)
    per_y = (y_axis.high - y_axis.low) / (y_axis.start - y_axis.end)
    per = max(per_x, per_y)
    axes = []
    for axis in (x_axis, y_axis):
        middle = (axis.low + axis.high) / 2
        half = per * abs(axis.end - axis.start) / 2
        axes.append(Axis(middle - half, middle + half, axis.start, axis.end))
    return axes[0], axes[1]


def _component_titles(explanation: Explanation) -> tuple[str, str]:
    """Name the components by the features that weigh most in them."""
    found = explanation.map
    names = [readable(feature.name) for feature in explanation.features]
    titles = []
    for i, ordinal in enumerate(("First", "Second")):
        loadings = np.asarray(found.pca_loadings, dtype=float)[i]
        strongest = [j for j in np.argsort(-np.abs(loadings))[:2] if abs(loadings[j]) > 0.3]
        parts = [f"{'−' if loadings[j] < 0 else '+'} {names[j]}" for j in strongest]
        mix = " ".join(parts).removeprefix("+ ")
        lead = f"{ordinal} component, {share(found.pca_explained[i])}"
        titles.append(f"{lead}: {mix}" if mix else lead)
    return titles[0], titles[1]


def _axis_title(name: str, unit: str, log: bool) -> str:
    unit = f", {unit}" if unit and not tells(name, unit) else ""
    return f"{readable(name)}{unit}{' (log scale)' if log else ''}"


def _frame(drawing: Drawing, x_axis: Axis, y_axis: Axis, x_unit: str, y_unit: str) -> None:
    """Draw hairlines at round values, and the values."""
    _across(drawing, x_axis, y_axis.end, y_axis.start, x_unit)
    ticks = y_axis.ticks(6)
    for tick, text in zip(ticks, tick_texts(ticks, y_unit), strict=True):
        place = float(y_axis(tick))
        drawing.line(x_axis.start, place, x_axis.end, place, "hair")
        if text_width(text, 11) <= x_axis.start - 7:
            drawing.text(x_axis.start - 7, place + 4, text, "soft", "end")
        else:  # a long number stands on its line
            drawing.text(2, place - 3, text, "soft halo")


def _across(drawing: Drawing, x_axis: Axis, top: float, bottom: float, x_unit: str) -> None:
    ticks = x_axis.ticks(7 if drawing.width > 420 else 5)
    places = [float(place) for place in x_axis(ticks)]
    texts = tick_texts(ticks, x_unit)
    widths = [text_width(text, 11) for text in texts]
    for place in places:
        drawing.line(place, top, place, bottom, "hair")
    for i in spaced(places, widths):
        half = widths[i] / 2
        drawing.text(min(places[i], drawing.width - half), bottom + 16, texts[i], "soft", "middle")


def _titles(drawing: Drawing, across: str, up: str) -> None:
    """Write both titles level, for no one should have to tilt the head."""
    if up:
        drawing.text(2, 14, shorten(f"↑ {up}", drawing.width - 4), "mid")
    right = drawing.width - _RIGHT
    text = shorten(f"{across} →", right - 4)
    drawing.text(right, drawing.height - 8, text, "mid", "end")


def _dots(drawing: Drawing, places: NDArray[Any], labels: NDArray[Any]) -> None:
    """Draw the dots of each segment, the largest below, so that small ones stay in sight."""
    numbers, sizes = np.unique(labels, return_counts=True)
    for number in numbers[np.argsort(-sizes, kind="stable")].tolist():
        drawing.open(segment_class(number))
        drawing.dots(map(tuple, places[labels == number].tolist()), "dots")
        drawing.close()


def _middles(places: NDArray[Any], labels: NDArray[Any], k: int) -> NDArray[Any]:
    """Return the middle of each segment's dots; the middle of all where it has none."""
    everyone = np.median(places, axis=0) if len(places) else np.zeros(2)
    rows = [places[labels == number] for number in range(1, k + 1)]
    return np.array([np.median(own, axis=0) if len(own) else everyone for own in rows])


def _tags(
    drawing: Drawing, explanation: Explanation, anchors: NDArray[Any], places: NDArray[Any]
) -> None:
    names = [segment.name.text for segment in explanation.segments]
    frame = Box(_LEFT + 2, _TOP - 8, drawing.width - 2, drawing.height - _BOTTOM - 2)
    if len(names) > _MOST_NAMES:  # the legend has the names; here they would hide the dots
        names = [""] * len(names)
    room = 190 if drawing.width > 420 else 130
    tags = place_tags(anchors, names, frame, places, room)
    for tag in tags:
        if math.dist(tag.anchor, tag.chip) > 16:
            drawing.line(*tag.anchor, *tag.chip, "leader")
    for tag in tags:
        if tag.text:
            drawing.text(*tag.place, tag.text, "tag")
        drawing.chip(*tag.chip, tag.number)
