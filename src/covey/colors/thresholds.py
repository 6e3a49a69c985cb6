"""Threshold maps: in which order the pixels of a tile take the other color, as it grows in share.

Every map holds each of its n thresholds once, evenly between 0 and 65536; it tiles the plane. They
are made of whole numbers, so that they are the same on every machine.

References
----------
Bayer, B. E. (1973). An optimum method for two-level rendition of continuous-tone pictures. IEEE
International Conference on Communications, 11-15.

Ulichney, R. A. (1993). Void-and-cluster method for dither array generation. Human Vision, Visual
Processing, and Digital Display IV, Proc. SPIE 1913, 332-343. doi 10.1117/12.152707
"""

from __future__ import annotations

import functools
import math
import random

import numpy as np
from numpy.typing import NDArray

#: thresholds lie between 0 and it
WHOLE = 1 << 16

_BAYER_SIDE = 8
_BLUE_SIDE = 64
_SIGMA = 1.5  # pixels: Ulichney, section 3
_FIRST = 10  # one pixel in so many is on when the first ones are spread


@functools.cache
def bayer() -> NDArray[np.uint16]:
    """Return Bayer's map (8, 8), made of itself four times at every doubling."""
    ranks = np.zeros((1, 1), np.int64)
    while len(ranks) < _BAYER_SIDE:
        ranks = np.block([[4 * ranks, 4 * ranks + 2], [4 * ranks + 3, 4 * ranks + 1]])
    return _spread(ranks)


@functools.cache
def blue_noise() -> NDArray[np.uint16]:
    """Return a map (64, 64) without a pattern: at every share the pixels keep their distance."""
    return _spread(_void_and_cluster(_BLUE_SIDE))


def _spread(ranks: NDArray[np.int64]) -> NDArray[np.uint16]:
    thresholds = ((2 * ranks + 1) * WHOLE // (2 * ranks.size)).astype(np.uint16)
    thresholds.setflags(write=False)  # it is shared by all who ask
    return thresholds


class _Pattern:
    """Pixels that are on, on a torus, and how crowded each place is by them."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.on = np.zeros(side * side, bool)
        self.crowd = np.zeros((side, side), np.int64)
        away = [min(i, side - i) for i in range(side)]
        bell = [round((1 << 20) * math.exp(-(i * i) / (2 * _SIGMA**2))) for i in away]
        around = np.outer(bell, bell)
        self.around = np.tile(around, (2, 2))  # seen from any place as a window, without rolling

    def put(self, at: int, on: bool) -> None:
        y, x = divmod(at, self.side)
        top, left = self.side - y, self.side - x
        window = self.around[top : top + self.side, left : left + self.side]
        self.crowd += window if on else -window
        self.on[at] = on

    def cluster(self) -> int:
        """Return the most crowded pixel that is on."""
        return int(np.where(self.on, self.crowd.ravel(), -1).argmax())

    def void(self) -> int:
        """Return the least crowded pixel that is off."""
        return int(np.where(self.on, np.iinfo(np.int64).max, self.crowd.ravel()).argmin())


def _void_and_cluster(side: int) -> NDArray[np.int64]:
    """Return the ranks (side, side).

    Off pixels are crowded by each other where on pixels leave a void, since the weights around
    every place have one sum: Ulichney's phases II and III are one here.
    """
    pattern, ranks = _evenly(side), np.zeros(side * side, np.int64)
    first = np.flatnonzero(pattern.on)
    for rank in range(len(first) - 1, -1, -1):
        at = pattern.cluster()
        pattern.put(at, False)
        ranks[at] = rank
    for at in first:
        pattern.put(int(at), True)
    for rank in range(len(first), side * side):
        at = pattern.void()
        pattern.put(at, True)
        ranks[at] = rank
    return ranks.reshape(side, side)


def _evenly(side: int) -> _Pattern:
    """Return some pixels, moved from the tightest cluster to the largest void until none gains."""
    pattern, source = _Pattern(side), random.Random(0)  # noqa: S311 (its stream stays)
    drawn = sorted(range(side * side), key=lambda _: source.random())
    for at in drawn[: side * side // _FIRST]:
        pattern.put(at, True)
    while True:
        crowded = pattern.cluster()
        pattern.put(crowded, False)
        empty = pattern.void()
        pattern.put(empty, True)
        if empty == crowded:
            return pattern
