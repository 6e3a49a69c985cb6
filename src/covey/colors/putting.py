"""Pixels put to a palette: each to the nearest color, or dithered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.colors.distinct import Colors
from covey.colors.ordered import lay_out, mixtures
from covey.colors.thresholds import bayer, blue_noise
from covey.engine import passes
from covey.engine.passes.coloring import Bytes

#: by how much contrast around a pixel may exceed what its color is off before it is hardly dithered
_EASE = 256


def apply_palette(
    colors: Colors, palette: Bytes, *, dither: float = 0.0, method: str = "floyd-steinberg"
) -> tuple[NDArray[Any], ...]:
    """Return for each frame an index (h, w) into the palette.

    Parameters
    ----------
    colors : Colors
    palette : (k, 4) uint8
        At most 65,536 entries; at most 256 when dithered.
    dither : float, 0 … 1
        0: each pixel gets the nearest color in the space. Above: how much of the difference that a
        pixel leaves is made up for around it.
    method : "floyd-steinberg", "blue-noise" or "ordered"

    Returns
    -------
    tuple of (h, w) uint8, or uint16 above 256 entries
    """
    centers = colors.space.points(np.ascontiguousarray(palette))
    labels, off, _ = passes.nearest_colors(colors.points, centers)
    if dither == 0 or not off.any():
        index = labels.astype(np.uint8 if len(palette) <= 256 else np.uint16)
        return tuple(
            passes.put_indices(codes.ravel(), index).reshape(codes.shape) for codes in colors.codes
        )
    if method == "floyd-steinberg":
        strength = round(256 * dither)
        return tuple(
            passes.diffuse_colors(codes, colors.points, centers, off, strength, _EASE)
            for codes in colors.codes
        )
    mixed = mixtures(colors.points, centers, dither)
    thresholds = blue_noise() if method == "blue-noise" else bayer()
    return tuple(lay_out(codes, mixed, thresholds) for codes in colors.codes)
