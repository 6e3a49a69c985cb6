"""Passes over colors: counted, in the coordinates of a space, clustered, put to pixels, dithered.

Colors are whole numbers: four coordinates of 16 bits, none beyond ±8192, whose squared Euclidean
distance is what differs. So every result is exact, and the same on every machine.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes.door import core
from covey.engine.rows import Doubles, Labels

Bytes = NDArray[np.uint8]
Points = NDArray[np.int16]
Counts = NDArray[np.int64]
Whole = NDArray[np.int32]

#: no coordinate of a color is beyond it
MOST_OF_COLOR = 8192
#: what the second nearest is where there is no second
FAR = np.iinfo(np.int32).max
#: colors that room is made for at first, and at most
_ROOM, _MOST_COLORS = 1 << 18, 1 << 22


class Counted(NamedTuple):
    """The colors of an image."""

    codes: Whole  # (n,): which color each pixel has
    colors: Bytes  # (m, 4): red, green, blue, alpha; those that share high bits follow each other
    counts: Counts  # (m,): pixels of each
    dropped: int  # low bits left out because there were too many colors; 0 = each is exact


def count_colors(pixels: Bytes) -> Counted:
    """Count the colors of n pixels (n, 3 or 4); what is transparent has one color.

    Of more than four million colors, or of many that alpha spreads far, some of the lowest bits are
    left out.
    """
    codes = np.empty(len(pixels), np.int32)
    room = min(len(pixels), _ROOM)
    for dropped in range(8):
        colors, counts = np.empty((room, 4), np.uint8), np.empty(room, np.int64)
        m = core.count_colors(pixels, dropped, codes, colors, counts)
        if room < m <= _MOST_COLORS:
            room = m
            colors, counts = np.empty((room, 4), np.uint8), np.empty(room, np.int64)
            m = core.count_colors(pixels, dropped, codes, colors, counts)
        if 0 <= m <= room:
            return Counted(codes, colors[:m].copy(), counts[:m].copy(), dropped)
    raise AssertionError("an image has at most four colors without seven of their eight bits")


def twin_count_colors(pixels: Bytes) -> Counted:
    """Do what ``count_colors`` does, in NumPy, in another order."""
    whole = np.full((len(pixels), 4), 255, np.uint8)
    whole[:, : pixels.shape[1]] = pixels
    whole[whole[:, 3] == 0] = 0
    colors, codes, counts = np.unique(whole, axis=0, return_inverse=True, return_counts=True)
    return Counted(codes.ravel().astype(np.int32), colors, counts.astype(np.int64), 0)


def put_indices(codes: Whole, index: NDArray[Any]) -> NDArray[Any]:
    """Return ``index[codes]``, by all threads; index is uint8 or uint16."""
    out = np.empty(len(codes), index.dtype)
    core.put_indices(codes, index, out)
    return out


def twin_put_indices(codes: Whole, index: NDArray[Any]) -> NDArray[Any]:
    """Do what ``put_indices`` does, in NumPy."""
    return index[codes]


class Axes(NamedTuple):
    """How a color space bends light; see ``colors.spaces``."""

    light: Doubles  # (256,): light of a channel's value
    first: Doubles  # (3, 3): how channels are mixed
    bend: int  # 0: not at all, 1: cube root, 2: CIELAB's root
    then: Doubles  # (3, 3): how what is bent is mixed; the scale is in it
    ends: Doubles  # (2, 3): where black is; half of the way from there to white


def color_coordinates(colors: Bytes, axes: Axes) -> Points:
    """Return the coordinates (m, 4) of colors (m, 4)."""
    out = np.empty((len(colors), 4), np.int16)
    core.color_coordinates(colors, axes.light, axes.first, axes.bend, axes.then, axes.ends, out)
    return out


def twin_color_coordinates(colors: Bytes, axes: Axes) -> Points:
    """Do what ``color_coordinates`` does, in NumPy."""
    mixed = axes.light[colors[:, :3]] @ axes.first.T
    if axes.bend == 1:
        mixed = np.cbrt(mixed)
    elif axes.bend == 2:
        straight = 24389 / 27 / 116 * mixed + 16 / 116
        mixed = np.where(mixed <= 216 / 24389, straight, np.cbrt(mixed))
    alpha = colors[:, 3:] / 255
    black, half = axes.ends
    seen = alpha * (mixed @ axes.then.T - black - half)
    whole = np.rint(np.hstack([seen, alpha * np.sqrt(half @ half)]))
    return np.clip(whole, -MOST_OF_COLOR, MOST_OF_COLOR).astype(np.int16)


def nearest_colors(x: Points, centers: Points, second: bool = False) -> tuple[Labels, Whole, Whole]:
    """Return the nearest center (n,), the squared distance to it, and to the second nearest.

    A tie goes to the lowest index. The last is empty unless asked for; ``FAR`` of one center.
    """
    labels, sq = np.empty(len(x), np.int32), np.empty(len(x), np.int32)
    next_sq = np.empty(len(x) if second else 0, np.int32)
    core.nearest_colors(x, centers, labels, sq, next_sq if second else None)
    return labels, sq, next_sq


def twin_nearest_colors(
    x: Points, centers: Points, second: bool = False
) -> tuple[Labels, Whole, Whole]:
    """Do what ``nearest_colors`` does, in NumPy."""
    sq = ((x[:, None].astype(np.int64) - centers) ** 2).sum(axis=2)
    labels = sq.argmin(axis=1).astype(np.int32)
    ordered = np.sort(np.hstack([sq, np.full((len(x), 1), FAR)]), axis=1).astype(np.int32)
    return labels, ordered[:, 0], ordered[:, 1] if second else np.empty(0, np.int32)


class Settled(NamedTuple):
    """Where Lloyd's iterations led."""

    centers: Points  # (k, 4)
    labels: Labels  # (n,) of these centers
    sq: Whole  # (n,) squared distance to the own center
    n_iter: int


def settle_colors(
    x: Points, weight: Counts, centers: Points, *, fixed: int = 0, max_iter: int = 100
) -> Settled:
    """Run Lloyd's iterations until no center moves; the first ``fixed`` centers stay.

    Means are rounded to whole numbers, halves up. A center without colors goes to the color of
    most error.
    """
    moved = centers.copy()
    labels, sq = np.empty(len(x), np.int32), np.empty(len(x), np.int32)
    n_iter = core.settle_colors(x, weight, moved, fixed, max_iter, labels, sq)
    return Settled(moved, labels, sq, n_iter)


def twin_settle_colors(
    x: Points, weight: Counts, centers: Points, *, fixed: int = 0, max_iter: int = 100
) -> Settled:
    """Do what ``settle_colors`` does, in NumPy."""
    centers, n_iter = centers.copy(), 0
    while True:
        labels, sq, _ = twin_nearest_colors(x, centers)
        if n_iter == max_iter:
            return Settled(centers, labels, sq, n_iter)
        before, error = centers.copy(), weight * sq.astype(np.float64)
        for j in range(fixed, len(centers)):
            mine = labels == j
            mass = int(weight[mine].sum())
            if mass > 0:
                sums = (weight[mine, None] * x[mine].astype(np.int64)).sum(axis=0)
                centers[j] = [(2 * int(s) + mass) // (2 * mass) for s in sums]
            elif error.max() > 0:
                worst = int(error.argmax())
                centers[j], error[worst] = x[worst], 0
        if np.array_equal(before, centers):
            return Settled(centers, labels, sq, n_iter)
        n_iter += 1


def cut_colors(x: Points, weight: Counts, k: int) -> Points:
    """Return at most k centers: means of boxes, cut where it helps most (after Wu 1991)."""
    centers = np.zeros((k, 4), np.int16)
    return centers[: core.cut_colors(x, weight, centers)].copy()


def draw_colors(x: Points, weight: Counts, k: int, shares: Doubles, given: Points) -> Points:
    """Return at most k centers: those given (g, 4), then k-means++ by shares (k,) of 0 … 1."""
    centers = np.zeros((k, 4), np.int16)
    centers[: len(given)] = given
    return centers[: core.draw_colors(x, weight, shares, len(given), centers)].copy()


def diffuse_colors(
    codes: Whole, colors: Points, centers: Points, off: Whole, strength: int, ease: int
) -> Bytes:
    """Return an index (h, w) for each pixel, dithered by error diffusion.

    Parameters
    ----------
    codes : (h, w) int32
        Which color each pixel has.
    colors : (m, 4) int16
    centers : (k, 4) int16, k <= 256
    off : (m,) int32
        Squared distance of each color to its nearest center.
    strength : int, 0 … 256
        How much of 256 of an error is passed on.
    ease : int, 0 … 65536
        The less, the sooner contrast around a pixel calms it.
    """
    out = np.empty(codes.shape, np.uint8)
    core.diffuse_colors(codes, colors, centers, off, strength, ease, out)
    return out


def twin_draw_colors(x: Points, weight: Counts, k: int, shares: Doubles, given: Points) -> Points:
    """Do what ``draw_colors`` does, in NumPy."""
    centers = list(given)
    while len(centers) < k:
        sq = np.ones(len(x))
        if centers:
            sq = twin_nearest_colors(x, np.array(centers))[1].astype(np.float64)
        part = weight * sq
        if not part.any():
            break
        left = shares[len(centers)] * part.sum() - np.cumsum(part)
        below = np.flatnonzero(left < 0)
        centers.append(x[below[0] if len(below) else np.flatnonzero(part)[-1]])
    return np.array(centers, np.int16).reshape(-1, 4)


#: rows of an image that are dithered in one go, and how many rows before them it begins
_BAND, _EARLY = 64, 12
#: how far a pixel is moved at most, of a coordinate
_REACH = 600


def twin_diffuse_colors(
    codes: Whole, colors: Points, centers: Points, off: Whole, strength: int, ease: int
) -> Bytes:
    """Do what ``diffuse_colors`` does, in NumPy, a pixel at a time."""
    out = np.empty(codes.shape, np.uint8)
    for begin in range(0, len(codes), _BAND):
        early = max(0, begin - _EARLY)
        band = _twin_band(codes, colors, centers, (off, strength, ease), early, begin + _BAND)
        out[begin : begin + _BAND] = band[begin - early :]
    return out


def _twin_band(
    codes: Whole, colors: Points, centers: Points, how: tuple[Whole, int, int], begin: int, end: int
) -> Bytes:
    off, strength, ease = how
    image = colors[codes].astype(np.int64)
    h, w = codes.shape
    rows = range(begin, min(end, h))
    came = np.zeros((len(rows) + 1, w + 2, 4), np.int64)  # in sixteenths; a pixel more on each side
    out = np.empty((len(rows), w), np.uint8)
    for y in rows:
        step = -1 if y % 2 else 1
        now, below = came[y - begin], came[y - begin + 1]
        for x in range(w)[::step]:
            sides = [(y, x - 1), (y, x + 1), (y - 1, x), (y + 1, x)]
            near = [image[at] for at in sides if 0 <= at[0] < h and 0 <= at[1] < w]
            contrast = max([int(((image[y, x] - one) ** 2).sum()) // 4 for one in near], default=0)
            calm = int(off[codes[y, x]]) * ease
            part = strength * calm // (calm + 4 * contrast + 1)
            given = np.clip((now[x + 1] * part + 2048) >> 12, -_REACH, _REACH)
            want = image[y, x] + given
            found = int(((want - centers) ** 2).sum(axis=1).argmin())
            out[y - begin, x] = found
            error = want - centers[found]
            now[x + 1 + step] += 7 * error
            below[x + 1 - step] += 3 * error
            below[x + 1] += 5 * error
            below[x + 1 + step] += error
    return out
