"""Pixels put to a palette: each to the nearest color, or dithered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.colors.distinct import Colors
from covey.colors.nearest import nearest_entries
from covey.colors.ordered import lay_out, mixtures
from covey.colors.thresholds import bayer, blue_noise
from covey.engine import passes
from covey.engine.passes.coloring import Bytes, Whole

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
        At most 65,536 entries; at most 256 when dithered by error diffusion.
    dither : float, 0 … 1
        0: each pixel gets the nearest color in the space. Above: how much of the difference that a
        pixel leaves is made up for around it.
    method : "floyd-steinberg", "blue-noise" or "ordered"

    Returns
    -------
    tuple of (h, w) uint8, or uint16 above 256 entries
        Opaque pixels have opaque entries wherever the palette has any.
    """
    labels, off = nearest_entries(colors, palette)
    index = labels.astype(np.uint8 if len(palette) <= 256 else np.uint16)
    all_codes = colors.take_codes()
    if dither == 0 or not off.any():
        return tuple(
            passes.put_indices(codes.ravel(), index).reshape(codes.shape) for codes in all_codes
        )
    centers = colors.space.points(np.ascontiguousarray(palette))
    if method == "floyd-steinberg":
        strength = round(256 * dither)
        laid = (
            passes.diffuse_colors(codes, colors.points, centers, off, strength, _EASE)
            for codes in all_codes
        )
    else:
        mixed = mixtures(colors.points, centers, dither)
        thresholds = blue_noise() if method == "blue-noise" else bayer()
        laid = (lay_out(codes, mixed, thresholds) for codes in all_codes)
    return tuple(
        _kept_opaque(colors, palette, codes, index, out)
        for codes, out in zip(all_codes, laid, strict=True)
    )


def _kept_opaque(
    colors: Colors, palette: Bytes, codes: Whole, index: NDArray[Any], laid: NDArray[Any]
) -> NDArray[Any]:
    """Put pixels that dithering made less opaque, or transparent, back to the nearest entry."""
    if (palette[:, 3] == 255).all():
        return laid
    alpha, through = colors.colors[:, 3], palette[:, 3]
    lost = (alpha[codes] == 255) & (through[laid] < 255)
    lost |= (alpha[codes] == 0) != (through[laid] == 0)
    laid[lost] = index[codes[lost]]
    return laid
