"""Ordered dithering with any palette: each color is a mixture of two, laid out by a threshold map.

The nearest entry p of the palette is mixed with the entry q that, in the best share t, comes near
to the color x without much contrast: the least of ‖x - (1-t)p - tq‖² + λ t(1-t)‖p - q‖². The second
part is the variance of the mixture: what the eye sees as grain.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from covey.colors.thresholds import WHOLE
from covey.engine.passes import nearest_colors
from covey.engine.rows import Labels

Points = NDArray[np.int16]

#: λ: over photos at 8 to 64 colors, 0.1 to 0.2 looks best (SSIMULACRA2); 0 costs up to 30 points
GRAIN = 0.2
#: how far a color may lie from an entry and be left alone: 1/200 of the way from black to white is
#: not seen, but lone pixels on a flat area would be
SAME = 40

_NEIGHBORS = 12  # entries about the nearest that it may be mixed with
_BLOCK = 1 << 12  # colors at a time
_BAND = 1 << 18  # pixels at a time


class Mixtures(NamedTuple):
    """What each color is made of."""

    first: NDArray[np.unsignedinteger]  # (m,) entry of the palette, the darker
    second: NDArray[np.unsignedinteger]  # (m,) entry of the palette; the first where it is alone
    share: NDArray[np.uint16]  # (m,) of the second, of 65536; 0 where the first is alone


def mixtures(points: Points, centers: Points, strength: float = 1.0) -> Mixtures:
    """Return for each color the two entries of the palette that it is made of.

    Parameters
    ----------
    points : (m, 4) int16
        The colors, in the whole numbers of a space.
    centers : (k, 4) int16
        The palette.
    strength : float, 0 … 1
        How much of the way between two entries is mixed: all of it, or only the middle.

    Returns
    -------
    Mixtures
        Indices uint8, or uint16 of more than 256. A color of the palette, or within ``SAME`` of
        it, is alone.
    """
    kind = np.uint8 if len(centers) <= 256 else np.uint16
    nearest, sq, _ = nearest_colors(points, centers)
    first = nearest.astype(kind)
    out = Mixtures(first, first.copy(), np.zeros(len(points), np.uint16))
    if strength <= 0 or len(centers) < 2:
        return out
    around = _neighbors(centers)
    for start in range(0, len(points), _BLOCK):
        block = slice(start, start + _BLOCK)
        mine = nearest[block]
        other, share = _best(points[block], mine, centers, around, strength)
        share[sq[block] <= SAME * SAME] = 0
        _in_order(mine, other, share, centers, Mixtures(*(part[block] for part in out)))
    return out


def _neighbors(centers: Points) -> Labels:
    """Return for each entry the nearest others (k, c), the nearest first."""
    whole, c = centers.astype(np.int64), min(_NEIGHBORS, len(centers) - 1)
    out = np.empty((len(centers), c), np.int32)
    for i, center in enumerate(whole):
        sq = ((whole - center) ** 2).sum(axis=1)
        sq[i] = -1  # itself comes before its equals, and is left out
        out[i] = sq.argsort(kind="stable")[1 : c + 1]
    return out


def _best(
    points: Points, nearest: Labels, centers: Points, around: Labels, strength: float
) -> tuple[Labels, NDArray[np.float64]]:
    """Return the other entry (b,) and its share (b,), 0 … 1/2; sums of whole numbers, so exact.

    The entry is chosen as if the strength were 1. One that lies the other way is none: what is
    left alone because its mixture is grainy would end in a contour.
    """
    from_here = (points.astype(np.int32) - centers[nearest]).astype(np.float64)
    others = around[nearest]
    to_there = (centers[others].astype(np.int32) - centers[nearest, None]).astype(np.float64)
    far = np.einsum("bcj,bcj->bc", to_there, to_there)
    along = np.einsum("bj,bcj->bc", from_here, to_there)
    far[far == 0] = 1  # an entry that is there twice: nothing lies along the way to it
    share = np.clip(along / far, 0, 0.5)
    cost = share * (share * far - 2 * along + GRAIN * (1 - share) * far)
    cost[along <= 0] = np.inf
    rows, best = np.arange(len(points)), cost.argmin(axis=1)
    share = np.clip((share[rows, best] - (1 - strength) / 2) / strength, 0, 0.5)
    return others[rows, best], share


def _in_order(
    nearest: Labels, other: Labels, share: NDArray[np.float64], centers: Points, out: Mixtures
) -> None:
    """Put the darker first: at the middle between two entries the layout does not turn over."""
    parts = np.rint(share * WHOLE).astype(np.int64)
    mixed = parts > 0
    light = centers[:, 0]
    turned = (light[nearest] > light[other]) | (
        (light[nearest] == light[other]) & (nearest > other)
    )
    out.first[:] = np.where(mixed & turned, other, nearest)
    out.second[:] = np.where(mixed & ~turned, other, nearest)
    out.share[:] = np.where(mixed & turned, WHOLE - parts, parts)


def lay_out(
    codes: NDArray[np.int32], mixed: Mixtures, thresholds: NDArray[np.uint16]
) -> NDArray[np.unsignedinteger]:
    """Return the index (h, w) of each pixel.

    Parameters
    ----------
    codes : (h, w) int32
        Which color each pixel has.
    mixed : Mixtures
        What the colors are made of.
    thresholds : (t, t) uint16
        Of ``thresholds.bayer()`` or ``thresholds.blue_noise()``.
    """
    h, w = codes.shape
    side = len(thresholds)
    out = np.empty((h, w), mixed.first.dtype)
    across = thresholds[:, np.arange(w) % side]
    step = max(1, _BAND // w)
    for top in range(0, h, step):
        band = codes[top : top + step]
        limits = across[np.arange(top, top + len(band)) % side]
        other = limits < mixed.share[band]
        out[top : top + step] = np.where(other, mixed.second[band], mixed.first[band])
    return out
