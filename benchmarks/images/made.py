"""What a method is asked, and what it must give back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Unable(Exception):  # noqa: N818 - a statement about the method, not a failure
    """The method cannot do this: it is not installed, or knows no alpha or no dithering."""


@dataclass(frozen=True)
class Made:
    """A picture of few colors."""

    palette: NDArray[Any]  # (k, 4) uint8: sRGB and straight alpha
    indices: NDArray[Any]  # (h, w) uint8
    seconds: float  # from pixels in memory to indices; NaN for programs, which read and write files

    def pixels(self, channels: int = 3) -> NDArray[Any]:
        """Return the picture, (h, w, channels) uint8."""
        return self.palette[:, :channels][self.indices]


#: pixels (h, w, 3 or 4) uint8, number of colors, strength of dithering 0 … 1 -> what was made
Quantizer = Callable[[NDArray[Any], int, float], Made]


@dataclass(frozen=True)
class Method:
    """A way to quantize."""

    name: str
    make: Quantizer
    package: str = ""  # the distribution that pip installs, or
    program: str = ""  # the program on the path
    alpha: bool = True  # knows transparency
    dithers: bool = True
    graded: bool = True  # dithers by halves, too
    strength: float = 1.0  # of dithering where it is its own choice
    cached: bool = True  # what it makes depends on nothing but its version
    license: str = ""


def opaque(colors: NDArray[Any]) -> NDArray[Any]:
    """Return a palette (k, 3 or 4) as one of four channels, uint8."""
    colors = np.asarray(colors, dtype=np.uint8)
    if colors.shape[1] == 4:
        return colors
    return np.hstack([colors, np.full((len(colors), 1), 255, dtype=np.uint8)])


def from_pixels(pixels: NDArray[Any], seconds: float) -> Made:
    """Return what was made by the pixels alone: the most frequent color first.

    Raises
    ------
    Unable
        When there are more than 256 colors.
    """
    h, w, channels = pixels.shape
    rows = np.ascontiguousarray(opaque(pixels.reshape(-1, channels))).view("<u4").ravel()
    values, inverse, counts = np.unique(rows, return_inverse=True, return_counts=True)
    if len(values) > 256:
        raise Unable(f"it made {len(values)} colors")
    order = np.argsort(-counts, kind="stable")
    place = np.argsort(order)
    palette = values[order].view(np.uint8).reshape(-1, 4)
    return Made(palette, place[inverse].astype(np.uint8).reshape(h, w), seconds)
