"""The colors of an image, each once: what k-means clusters instead of the pixels.

Equal colors are merged into weights, which leaves every optimum where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.colors.spaces import Space, space
from covey.engine import passes
from covey.engine.passes.coloring import Bytes, Counted, Counts, Points, Whole

#: pixels, and colors, from which on which color each pixel has is counted again, not held: it
#: takes 4 bytes a pixel, and finding a palette of many colors some hundred bytes a color
_MOST_HELD, _MOST_COLORS = 4_000_000, 1_000_000


@dataclass(frozen=True)
class Colors:
    """The m distinct colors of some frames, in the coordinates of a color space."""

    colors: Bytes  # (m, 4): sRGB and straight alpha; what is transparent is (0, 0, 0, 0)
    counts: Counts  # (m,): pixels of each
    points: Points  # (m, 4): their coordinates
    space: Space
    exact: bool = True  # False: there were too many to count each, so low bits were left out
    frames: tuple[NDArray[Any], ...] = ()  # (h, w, 3 or 4) uint8: what was counted
    held: list[tuple[Whole, ...]] = field(default_factory=list, repr=False)  # codes, or nothing

    @property
    def transparent(self) -> int | None:
        """Which color is the transparent one; None where there is none."""
        found = np.flatnonzero(self.colors[:, 3] == 0)
        return int(found[0]) if len(found) else None

    @property
    def has_alpha(self) -> bool:
        """Some pixels are not opaque."""
        return bool((self.colors[:, 3] < 255).any())

    def take_codes(self) -> tuple[Whole, ...]:
        """Return for each frame (h, w) which color each pixel has.

        Those of a large image are held for the first who asks; for others, and where colors are
        many, they are counted again.
        """
        codes = self.held[0] if self.held else _in_frames(_count(self.frames).codes, self.frames)
        if sum(one.size for one in codes) > _MOST_HELD:
            self.held.clear()
        return codes


def colors_of(frames: Sequence[NDArray[Any]], space_name: str = "oklab") -> Colors:
    """Count the colors of frames and place them in a color space.

    Parameters
    ----------
    frames : sequence of (h, w, 3) or (h, w, 4) uint8
        All with the same number of channels: sRGB, straight alpha last. Held, not copied.
    space_name : str
        See ``spaces.space``.
    """
    frames = tuple(frames)
    counted = _count(frames)
    chosen = space(space_name)
    return Colors(
        counted.colors,
        counted.counts,
        chosen.points(counted.colors),
        chosen,
        counted.dropped == 0,
        frames,
        [_in_frames(counted.codes, frames)] if len(counted.colors) <= _MOST_COLORS else [],
    )


def _count(frames: tuple[NDArray[Any], ...]) -> Counted:
    flat = [frame.reshape(-1, frame.shape[2]) for frame in frames]
    return passes.count_colors(
        np.ascontiguousarray(flat[0] if len(flat) == 1 else np.concatenate(flat))
    )


def _in_frames(codes: Whole, frames: tuple[NDArray[Any], ...]) -> tuple[Whole, ...]:
    ends = np.cumsum([frame.shape[0] * frame.shape[1] for frame in frames])
    parts = np.split(codes, ends[:-1])
    return tuple(part.reshape(frame.shape[:2]) for part, frame in zip(parts, frames, strict=True))


def cells(colors: Colors, bits: int) -> tuple[Points, Counts]:
    """Return the means and pixels of the cells that remain without the lowest bits of a channel.

    Colors of a cell follow each other (``passes.count_colors``). What is transparent is left out.
    """
    points, counts = colors.points, colors.counts
    if colors.transparent is not None:
        seen = colors.colors[:, 3] > 0
        points, counts = points[seen], counts[seen]
        rgba = colors.colors[seen]
    else:
        rgba = colors.colors
    if bits == 0 or len(points) == 0:
        return points, counts
    high = (rgba >> bits).astype(np.uint32)
    cell = high[:, 0] << 24 | high[:, 1] << 16 | high[:, 2] << 8 | high[:, 3]
    first = np.flatnonzero(np.concatenate([[True], cell[1:] != cell[:-1]]))
    mass = np.add.reduceat(counts, first)
    sums = np.add.reduceat(points * counts[:, None], first, axis=0)
    means = (2 * sums + mass[:, None]) // (2 * mass[:, None])
    return means.astype(np.int16), mass
