"""How different colors look: CIEDE2000, without a single angle.

Hues enter the formula by their sines, their cosines and the direction half the way between them,
all of which follow from a' and b' by square roots; the one bell over the angle, about blue, is a
series in its cosine. So arrays of float32 are quick, and stay within 0.001 of the formula.

References
----------
Sharma, G., Wu, W., & Dalal, E. N. (2005). The CIEDE2000 color-difference formula: Implementation
notes, supplementary test data, and mathematical observations. Color Research & Application, 30(1),
21-30. doi 10.1002/col.20070
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from covey.colors.spaces import space

Array = NDArray[Any]

_BLOCK = 1 << 14  # colors at a time, so that what is between stays in the cache
_TINY = 1e-12  # stands for the length of a vector that has none
_BLUE = math.radians(275)  # the middle of the bell


def ciede2000(a: Array, b: Array) -> NDArray[np.float32]:
    """Return the color difference of each pixel.

    Parameters
    ----------
    a, b : (..., 3) uint8
        sRGB, of one shape.

    Returns
    -------
    (...) float32
        About 1 is just noticeable, 100 is black beside white.

    References
    ----------
    CIE 142-2001. Improvement to industrial colour-difference evaluation.
    """
    left, right = a.reshape(-1, 3), b.reshape(-1, 3)
    out = np.empty(len(left), np.float32)
    for start in range(0, len(left), _BLOCK):
        block = slice(start, start + _BLOCK)
        out[block] = _difference(*_lab(left[block]), *_lab(right[block]))
    return out.reshape(a.shape[:-1])


def ciede2000_lab(lab1: ArrayLike, lab2: ArrayLike) -> Array:
    """Return the difference of colors of CIELAB (..., 3), in their own precision."""
    one, two = np.asarray(lab1), np.asarray(lab2)
    kind = np.result_type(one, two, np.float32)
    one, two = np.broadcast_arrays(one.astype(kind), two.astype(kind))
    return _difference(*np.moveaxis(one, -1, 0), *np.moveaxis(two, -1, 0))


@functools.cache
def _shares() -> NDArray[np.float32]:
    """Return the share (3, 3, 256) that a channel's value has in X, Y and Z, white being 1."""
    axes = space("lab").axes
    return (axes.first[:, :, None] * axes.light).astype(np.float32)


def _lab(colors: Array) -> tuple[Array, Array, Array]:
    red, green, blue = (np.ascontiguousarray(colors[:, i]) for i in range(3))
    x, y, z = (_bent(of[0][red] + of[1][green] + of[2][blue]) for of in _shares())
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _bent(light: Array) -> Array:
    """Return CIELAB's root, which is straight near black."""
    root = np.cbrt(light)
    dark = light <= 216 / 24389
    root[dark] = 24389 / 27 / 116 * light[dark] + 16 / 116
    return root


def _difference(l1: Array, a1: Array, b1: Array, l2: Array, a2: Array, b2: Array) -> Array:
    """Return the difference; the names are those of Sharma et al., their steps are in order."""
    grown = 1 + 0.5 * (1 - _near_one((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2))
    a1, a2 = grown * a1, grown * a2
    c1, c2 = np.sqrt(a1 * a1 + b1 * b1), np.sqrt(a2 * a2 + b2 * b2)
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    cos, sin = _between(a1, b1, c1, a2, b2, c2)
    from_grey = (mean_l - 50) ** 2
    of_l = (l2 - l1) / (1 + 0.015 * from_grey / np.sqrt(20 + from_grey))
    of_c = (c2 - c1) / (1 + 0.045 * mean_c)
    of_h = _hue(a1, b1, a2, b2, c1 * c2) / (1 + 0.015 * mean_c * _weight(cos, sin))
    turn = -2 * _near_one(mean_c) * np.sin(math.radians(60) * _bell(cos, sin))
    return np.sqrt(np.maximum(of_l * of_l + of_c * of_c + of_h * of_h + turn * of_c * of_h, 0))


def _near_one(chroma: Array) -> Array:
    scaled = chroma / 25
    square = scaled * scaled
    seventh = square * square * square * scaled
    return np.sqrt(seventh / (1 + seventh))


def _hue(a1: Array, b1: Array, a2: Array, b2: Array, both: Array) -> Array:
    """Return ΔH' = 2 √(C₁'C₂') sin(Δh'/2), by products that lose nothing.

    The cross product is C₁'C₂' sin Δh', the dot product C₁'C₂' cos Δh'.
    """
    cross = a1 * (b2 - b1) - b1 * (a2 - a1)
    dot = a1 * a2 + b1 * b2
    near = cross * np.sqrt(2 / np.maximum(both + dot, _TINY))
    far = np.copysign(np.sqrt(2 * np.maximum(both - dot, 0)), cross)
    return np.where(dot < 0, far, near)


def _between(
    a1: Array, b1: Array, c1: Array, a2: Array, b2: Array, c2: Array
) -> tuple[Array, Array]:
    """Return cosine and sine of the mean hue; without chroma, a color has no say in it."""
    c1, c2 = np.maximum(c1, _TINY), np.maximum(c2, _TINY)
    x1, y1, x2, y2 = a1 / c1, b1 / c1, a2 / c2, b2 / c2
    x, y = x1 + x2, y1 + y2
    length = np.sqrt(x * x + y * y)
    opposite = (length < 1e-7) & (x1 * x2 + y1 * y2 < 0)
    if opposite.any():  # the larger angle of 0 to 360 degrees, less 90
        larger = (y1 < 0) | ((y1 == 0) & (x1 < 0))
        x = np.where(opposite, np.where(larger, y1, y2), x)
        y = np.where(opposite, np.where(larger, -x1, -x2), y)
        length = np.where(opposite, 1, length)
    length = np.maximum(length, _TINY)
    return x / length, y / length


def _weight(cos: Array, sin: Array) -> Array:
    """Return T, of the cosines of the mean hue and its multiples."""
    cos2, sin2 = cos * cos - sin * sin, 2 * sin * cos
    cos3, sin3 = cos * cos2 - sin * sin2, sin * cos2 + cos * sin2
    cos4, sin4 = cos2 * cos2 - sin2 * sin2, 2 * sin2 * cos2
    weight = 1 - 0.17 * math.cos(math.radians(30)) * cos - 0.17 * math.sin(math.radians(30)) * sin
    weight += 0.24 * cos2
    weight += 0.32 * math.cos(math.radians(6)) * cos3 - 0.32 * math.sin(math.radians(6)) * sin3
    weight -= 0.20 * math.cos(math.radians(63)) * cos4 + 0.20 * math.sin(math.radians(63)) * sin4
    return weight


def _bell(cos: Array, sin: Array) -> Array:
    """Return exp(-((h - 275°) / 25°)²).

    The square of the angle is 2 Σ (2v)ⁿ / (n² (2n choose n)), v = 1 - its cosine. Beyond 120
    degrees the bell is below 1e-9, and v is cut there, so that ten terms are enough. Angles are
    0° to 360°, so that 1° is not near.
    """
    v = 2 * np.clip(1 - math.cos(_BLUE) * cos - math.sin(_BLUE) * sin, 0, 1.5)
    series = np.zeros_like(v)
    for n in range(10, 0, -1):
        series = (series + 2 / (n * n * math.comb(2 * n, n))) * v
    return np.exp(series * -((math.degrees(1) / 25) ** 2)) * ((cos < 0) | (sin < 0))
