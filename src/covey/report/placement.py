"""Where to write the names of groups so that none covers another or leaves the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.report.svg import SIZE, shorten, text_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHIP = 9.0  # radius of the numbered disk, pixels
_LINE = 15.0  # height of a line of text
_GAP = 3.0


@dataclass(frozen=True)
class Box:
    """A rectangle: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box, gap: float = 1.0) -> bool:
        """Tell whether two rectangles come nearer than the gap."""
        return (
            self.left < other.right + gap
            and other.left < self.right + gap
            and self.top < other.bottom + gap
            and other.top < self.bottom + gap
        )

    def within(self, other: Box) -> bool:
        """Tell whether this rectangle lies inside another."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True)
class Tag:
    """A disk with a number, and the name beside it when there is room for it."""

    number: int
    anchor: tuple[float, float]  # the center of the group
    chip: tuple[float, float]  # center of the disk
    text: str  # "" when only the disk fits
    place: tuple[float, float]  # left end of the baseline


#: how far a tag may move from the center of its group, pixels
_RADII = (0.0, 14.0, 24.0, 36.0, 52.0, 72.0, 96.0, 124.0)
_ANGLES = np.deg2rad(np.arange(0, 360, 30))


def place_tags(
    anchors: NDArray[Any],
    names: list[str],
    frame: Box,
    points: NDArray[Any],
    room: float = 190.0,
) -> list[Tag]:
    """Place a tag for each group: near its center, apart from the others, over few dots.

    Disks come first, so that every group keeps its number; then names, longest last to be cut.

    Parameters
    ----------
    anchors : ndarray of shape (k, 2)
        Centers of the groups, pixels.
    names : list of k str
    frame : Box
        What must not be left.
    points : ndarray of shape (m, 2)
        Dots that are better not covered by text.
    room : float
        Most width of a name, pixels.
    """
    taken: list[Box] = []
    chips: list[tuple[float, float]] = []
    for x, y in anchors:
        spot = _free_chip(float(x), float(y), frame, taken)
        chips.append(spot)
        taken.append(_around(spot))
    tags: list[Tag] = []
    lengths = _lengths(names, room)
    for i, (texts, spot) in enumerate(zip(lengths, chips, strict=True)):
        text, box = _free_name(texts, spot, frame, taken, points)
        place = (0.0, 0.0)
        if box is not None:
            taken.append(box)
            place = (box.left + 1, box.bottom - 4)
        tags.append(Tag(i + 1, (float(anchors[i][0]), float(anchors[i][1])), spot, text, place))
    return tags


def _lengths(names: list[str], room: float) -> list[list[str]]:
    """List the texts to try for each name: whole, then cut; never two names cut to one text."""
    found: list[list[str]] = [[] for _ in names]
    for width in (room, room * 0.6):
        cut = [shorten(name, width, SIZE, bold=True) for name in names]
        for texts, text in zip(found, cut, strict=True):
            if cut.count(text) == 1 and text not in texts:
                texts.append(text)
    return found


def _around(spot: tuple[float, float]) -> Box:
    x, y = spot
    return Box(x - CHIP, y - CHIP, x + CHIP, y + CHIP)


def _free_chip(x: float, y: float, frame: Box, taken: list[Box]) -> tuple[float, float]:
    x = min(max(x, frame.left + CHIP), frame.right - CHIP)
    y = min(max(y, frame.top + CHIP), frame.bottom - CHIP)
    for radius in _RADII:
        for angle in _ANGLES if radius else _ANGLES[:1]:
            spot = (x + radius * float(np.cos(angle)), y + radius * float(np.sin(angle)))
            box = _around(spot)
            if box.within(frame) and not any(box.meets(other, 2) for other in taken):
                return spot
    return x, y  # more groups than the picture has room for: they overlap, the legend tells


def _free_name(
    texts: list[str],
    spot: tuple[float, float],
    frame: Box,
    taken: list[Box],
    points: NDArray[Any],
) -> tuple[str, Box | None]:
    """Return the longest text that fits and its box; ("", None) when there is no room."""
    for text in texts:
        width = text_width(text, SIZE, bold=True) + 2
        free = [
            box
            for box in _beside(spot, width)
            if box.within(frame) and not any(box.meets(other) for other in taken)
        ]
        if free:
            return text, min(free, key=lambda box: _covered(box, points))
    return "", None


def _beside(spot: tuple[float, float], width: float) -> list[Box]:
    """List the places for a name: right, left, above, below, and the slanted ones between."""
    x, y = spot
    near, half = CHIP + _GAP, _LINE / 2
    lefts = {
        "right": x + near,
        "left": x - near - width,
        "center": x - width / 2,
        "inner": x - CHIP,
        "outer": x + CHIP - width,
    }
    above, below = y - near - _LINE + 2, y + near - 2
    spots = [(lefts["right"], y - half), (lefts["left"], y - half)]
    for top in (above, below):
        spots += [(lefts[key], top) for key in ("center", "inner", "outer")]
    return [Box(left, top, left + width, top + _LINE) for left, top in spots]


def _covered(box: Box, points: NDArray[Any]) -> int:
    """Count the dots under a box."""
    x, y = points[:, 0], points[:, 1]
    inside = (x > box.left) & (x < box.right) & (y > box.top) & (y < box.bottom)
    return int(inside.sum())
