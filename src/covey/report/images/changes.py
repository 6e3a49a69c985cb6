"""What changes from one frame of an animation to the next."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Box(NamedTuple):
    """A part of a picture, in pixels: left and top inside, right and bottom outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def of(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Return a view of the part of the pixels (h, w, …)."""
        return pixels[self.top : self.bottom, self.left : self.right]


def box_around(marked: NDArray[Any], step: int = 1) -> Box:
    """Return the smallest box around the pixels that are marked; one pixel when none is.

    Parameters
    ----------
    marked : (h, w) bool array
    step : int
        Left and top are multiples of it.
    """
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if not len(rows):
        return Box(0, 0, 1, 1)
    left, top = int(columns[0]) // step * step, int(rows[0]) // step * step
    return Box(left, top, int(columns[-1]) + 1, int(rows[-1]) + 1)


def boxes_changed(frames: list[NDArray[Any]], step: int = 1) -> list[Box]:
    """Return the box of each frame that differs from the frame before; of the first, all.

    Parameters
    ----------
    frames : list of (h, w) arrays
        Indices into one table of colors.
    step : int
        Left and top are multiples of it.
    """
    height, width = frames[0].shape
    return [Box(0, 0, width, height)] + [
        box_around(after != before, step) for before, after in itertools.pairwise(frames)
    ]
