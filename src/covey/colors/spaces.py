"""Color spaces: where colors are compared, as whole numbers whose distance is what differs.

A color of alpha a is seen over something. Let v be its coordinates from black and h half the way
from black to white. Over a gray of h + t·h, t = −1 … 1, it is a·v + (1 − a)·(h + t·h). The mean of
the squared distances of two colors over grays as often dark as bright is the squared distance of
the four numbers a·(v − h), a·‖h‖·√m, where m is the mean of t²; the last is moved so that it is
‖h‖ of what is opaque. So soft edges are clustered with the colors, and an opaque image is what it
is without alpha.

References
----------
Ottosson, B. (2020). A perceptual color space for image processing.
https://bottosson.github.io/posts/oklab/

CIE 15:2018. Colorimetry, 4th edition. doi 10.25039/TR.015.2018

IEC 61966-2-1:1999. Default RGB colour space - sRGB.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.passes.coloring import Axes, Bytes, Points

#: names of the spaces, the default first
SPACES = ("oklab", "srgb", "linear", "lab")

#: the whole numbers of a step that is 1 from black to white (of the sRGB values, of lightness)
WHOLE = 8160

_OKLAB_CONES = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
_OKLAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip
_XYZ = np.array([  # of the white point, D65
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip
_LAB = np.array([[0.0, 1.16, 0.0], [5.0, -5.0, 0.0], [0.0, 2.0, -2.0]])

#: How much green to red and blue to yellow count beside lightness in the default space. In OKLab's
#: own unit files are larger for the same look; these were tried on photos (benchmarks/images) for
#: SSIMULACRA2 and mean CIEDE2000 at no more bytes.
_GREEN_RED, _BLUE_YELLOW = 0.95, 1.35

#: √m: m is 1 over black and white alone, which leaves the colors too few entries, and ⅓ over all
#: grays alike, too little for shadows: pages are mostly dark or bright
_GROUNDS = 0.5**0.5


def linear(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the light (0 … 1) of sRGB values of 0 … 1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encoded(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sRGB values (0 … 1) of light of 0 … 1; what lies beyond is cut."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


@dataclass(frozen=True)
class Space:
    """A color space, to whole numbers and back."""

    name: str
    axes: Axes
    linear: bool  # mixes light, not sRGB values

    @property
    def _full(self) -> float:
        """The last coordinate of what is opaque; it is the same whatever `_GROUNDS` is."""
        return float(np.linalg.norm(self.axes.ends[1]))

    def points(self, colors: Bytes) -> Points:
        """Return the coordinates (m, 4) of colors (m, 4): sRGB and straight alpha."""
        points = passes.color_coordinates(np.ascontiguousarray(colors), self.axes)
        full = round(self._full)
        points[:, 3] = full - np.rint(_GROUNDS * (full - points[:, 3]))
        return points

    def colors(self, points: NDArray[np.generic]) -> Bytes:
        """Return the colors (m, 4) nearest to coordinates (m, 4), within sRGB."""
        black, half = self.axes.ends
        x = points.astype(np.float64)
        alpha = np.clip(1 - (1 - x[:, 3:] / self._full) / _GROUNDS, 0, 1)
        seen = x[:, :3] / np.where(alpha > 0, alpha, 1) + half + black
        bent = seen @ np.linalg.inv(self.axes.then).T
        if self.axes.bend == 1:
            bent = bent**3
        elif self.axes.bend == 2:
            straight = (bent - 16 / 116) * 27 * 116 / 24389
            bent = np.where(bent**3 <= 216 / 24389, straight, bent**3)
        light = bent @ np.linalg.inv(self.axes.first).T
        values = encoded(light) if self.linear else np.clip(light, 0, 1)
        whole = np.rint(255 * np.hstack([values, alpha])).astype(np.uint8)
        whole[whole[:, 3] == 0] = 0
        return whole


def _space(name: str, first: NDArray, bend: int, then: NDArray, *, is_linear: bool) -> Space:
    values = np.arange(256) / 255
    light = linear(values) if is_linear else values
    mixed = np.array([[0.0, 0, 0], [1, 1, 1]]) @ first.T
    if bend == 1:
        mixed = np.cbrt(mixed)
    elif bend == 2:
        mixed = np.where(mixed > 216 / 24389, np.cbrt(mixed), 16 / 116)
    black, white = mixed @ then.T
    ends = np.stack([black, (white - black) / 2])
    return Space(name, Axes(light, first.copy(), bend, np.ascontiguousarray(then), ends), is_linear)


@functools.cache
def space(name: str) -> Space:
    """Return a color space by its name: ``"oklab"``, ``"srgb"``, ``"linear"`` or ``"lab"``."""
    if name == "srgb":
        return _space(name, np.eye(3), 0, WHOLE * np.eye(3), is_linear=False)
    if name == "linear":
        return _space(name, np.eye(3), 0, WHOLE * np.eye(3), is_linear=True)
    if name == "lab":
        xyz = _XYZ / _XYZ.sum(axis=1, keepdims=True)
        return _space(name, xyz, 2, 0.7 * WHOLE * _LAB, is_linear=True)
    weighed = np.array([[1.0], [_GREEN_RED], [_BLUE_YELLOW]]) * _OKLAB
    return _space(name, _OKLAB_CONES, 1, WHOLE * weighed, is_linear=True)
