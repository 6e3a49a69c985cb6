"""Where colors differ: CIEDE2000 of each pixel as a color, with a legend that has units.

The scale is the square root of the difference, so that what is just noticeable (about 1) is told
from what is plain (5 and more) in one picture, whatever the number of colors. Its colors climb in
lightness by equal steps of OKLab (Ottosson 2020), so that equal steps of the scale look equal, in
grey and to color-blind readers too.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.report.numbers import share

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: CIEDE2000 at the end of the scale; what differs more has its color
END = 20.0
TICKS = (0, 1, 2, 5, 10, 20)
_ROWS = 64  # rows of the picture worked on at once
_LEVELS = 256

# OKLCh of the scale: from a dark violet over red to a light yellow
_LIGHTNESS = (0.16, 0.97)
_HUE = (295.0, 465.0)  # degrees; 465 = 105, the way over red
_CHROMA = (0.06, 0.19, 0.12)  # at the start, in the middle, at the end


def error_levels(difference: NDArray[Any]) -> NDArray[Any]:
    """Return the place of each difference on the scale.

    Parameters
    ----------
    difference : ndarray of shape (h, w), float
        CIEDE2000 of each pixel. NaN counts as no difference.

    Returns
    -------
    ndarray of shape (h, w), uint8
        0 is no difference, 255 is a difference of ``END`` or more. Memory beside the result: a
        few rows.
    """
    levels = np.empty(difference.shape, np.uint8)
    for start in range(0, len(difference), _ROWS):
        rows = np.nan_to_num(difference[start : start + _ROWS], posinf=END)
        share_of_end = np.sqrt(np.clip(rows / END, 0, 1))
        levels[start : start + _ROWS] = np.rint((_LEVELS - 1) * share_of_end)
    return levels


def averaged(difference: NDArray[Any], most: int) -> NDArray[Any]:
    """Return the mean of square blocks, as large as needed for at most ``most`` pixels.

    Rows and columns beyond the last whole block are left out.
    """
    height, width = difference.shape
    side = min(math.ceil(math.sqrt(height * width / most)), height, width)
    if side <= 1:
        return difference
    found = np.empty((height // side, width // side), np.float32)
    for i in range(len(found)):
        rows = difference[i * side : (i + 1) * side, : found.shape[1] * side]
        found[i] = np.nan_to_num(rows).reshape(side, -1, side).mean(axis=(0, 2))
    return found


def error_map(difference: NDArray[Any]) -> NDArray[Any]:
    """Return a picture of the differences.

    Parameters
    ----------
    difference : ndarray of shape (h, w), float
        CIEDE2000 of each pixel.

    Returns
    -------
    ndarray of shape (h, w, 3), uint8
        sRGB, dark where nothing differs.
    """
    return scale()[error_levels(difference)]


@cache
def scale() -> NDArray[Any]:
    """Return the colors of the scale, from no difference to ``END``: (256, 3) uint8, sRGB.

    References
    ----------
    Björn Ottosson, "A perceptual color space for image processing", 2020.
    """
    place = np.linspace(0, 1, _LEVELS)
    lightness = np.interp(place, (0, 1), _LIGHTNESS)
    hue = np.radians(np.interp(place, (0, 1), _HUE))
    chroma = np.interp(place, (0, 0.5, 1), _CHROMA)
    # Where a screen cannot show so strong a color, take the strongest it can: lightness stays.
    for _ in range(40):
        linear = _linear_from_oklab(lightness, chroma, hue)
        chroma = np.where((linear < 0).any(1) | (linear > 1).any(1), chroma * 0.95, chroma)
    linear = np.clip(_linear_from_oklab(lightness, chroma, hue), 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colors = np.rint(255 * encoded).astype(np.uint8)
    colors.flags.writeable = False
    return colors


def _linear_from_oklab(L: NDArray[Any], chroma: NDArray[Any], hue: NDArray[Any]) -> NDArray[Any]:
    a, b = chroma * np.cos(hue), chroma * np.sin(hue)
    long = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (L - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return np.stack(
        [
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        ],
        axis=1,
    )


def legend(kind: str) -> str:
    """Draw the scale with its ticks as SVG for a page that styles ``text``."""
    width, left, top, thick = 360.0, 8.0, 6.0, 14.0
    length = width - 2 * left - 10
    stops = "".join(
        f'<stop offset="{100 * i / 16:g}%" stop-color="{_hex(round(i * 255 / 16))}"/>'
        for i in range(17)
    )
    ticks = []
    for tick in TICKS:
        x = left + length * math.sqrt(tick / END)
        text = f"{tick}+" if tick == END else str(tick)
        ticks.append(
            f'<line class="zero" x1="{x:.1f}" y1="{top + thick}" x2="{x:.1f}" '
            f'y2="{top + thick + 4}"/><text class="soft" x="{x:.1f}" y="{top + thick + 17}" '
            f'text-anchor="middle">{text}</text>'
        )
    label = "Color scale of the differences: dark is 0, light is 20 and more, in CIEDE2000 units"
    return (
        f'<svg class="{kind}" viewBox="0 0 {width:g} 42" role="img" aria-label="{label}">'
        f'<defs><linearGradient id="steps-of-difference">{stops}</linearGradient></defs>'
        f'<rect x="{left:g}" y="{top:g}" width="{length:g}" height="{thick:g}" rx="3" '
        f'fill="url(#steps-of-difference)"/>{"".join(ticks)}</svg>'
    )


def _hex(level: int) -> str:
    return "#" + "".join(f"{int(value):02x}" for value in scale()[level])


def spread_text(difference: NDArray[Any]) -> str:
    """Say how the differences are spread over the pixels, and how large the largest is."""
    n_seen, n_plain, largest = 0, 0, 0.0
    for start in range(0, len(difference), _ROWS):
        rows = difference[start : start + _ROWS]
        n_seen += int((rows >= 1).sum())
        n_plain += int((rows >= 5).sum())
        largest = max(largest, float(np.nan_to_num(rows).max(initial=0.0)))
    n = max(difference.size, 1)
    if largest == 0:
        return "No pixel differs."
    return (
        f"{share(1 - n_seen / n)} of the pixels differ by less than 1, which is not noticed; "
        f"{share(n_plain / n)} by 5 or more, which is seen at a glance. The largest difference "
        f"is {largest:.1f}."
    )
