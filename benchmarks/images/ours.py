"""Covey's variants. Each is imported where it is run, and never kept."""

from __future__ import annotations

import time
from typing import Any

from numpy.typing import NDArray

from benchmarks.images.made import Made, Method

OURS, OURS_SRGB = "covey", "covey sRGB"
STRENGTH = 0.7  # of dithering, in the table


def default(pixels: NDArray[Any], k: int, dither: float) -> Made:
    """Quantize as Covey does by itself."""
    return _quantized(pixels, k, dither, "oklab")


def srgb(pixels: NDArray[Any], k: int, dither: float) -> Made:
    """Quantize in sRGB, where the squared error is PSNR's."""
    return _quantized(pixels, k, dither, "srgb")


def _quantized(pixels: NDArray[Any], k: int, dither: float, space: str) -> Made:
    from covey.colors import apply_palette, colors_of, find_palette

    start = time.perf_counter()
    colors = colors_of([pixels], space)
    palette = find_palette(colors, k)
    (indices,) = apply_palette(colors, palette, dither=dither)
    seconds = time.perf_counter() - start
    return Made(palette, indices, seconds)


METHODS = (
    Method(OURS, default, package="covey", strength=STRENGTH, cached=False, license="BSD"),
    Method(OURS_SRGB, srgb, package="covey", strength=STRENGTH, cached=False, license="BSD"),
)
