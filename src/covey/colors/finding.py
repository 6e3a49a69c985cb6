"""The palette of an image: k-means over its colors, in whole numbers, the same on every machine.

A first palette is found on cells of colors that share their high bits, and made better there
(``breathing``); the last iterations are over every color. Colors that cover much of the image get
an entry of their own, so that flat areas keep their color.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.colors.breathing import breathe, left_over, without_least
from covey.colors.distinct import Colors, cells
from covey.colors.spaces import Space
from covey.engine import passes
from covey.engine.passes.coloring import Bytes, Counts, Points, Settled
from covey.random import generator

#: low bits left out of a channel for the first palette; with fewer colors than `_FEW`, none
_BITS, _FEW = 2, 4096
#: rounds of breathing; iterations over the cells and over every color
_ROUNDS, _ROUGH, _FINE = 6, 30, 8
#: products of colors and centers that the last iterations may take, but two are always made
_MOST_WORK = 400_000_000
#: share of the pixels from which on a color keeps its own entry, unless there is one as near as
#: this (a quarter of a just noticeable difference); in palettes of so many, up to half of them
_LARGE, _NEAR, _ROOMY = 0.01, 20, 16


def find_palette(
    colors: Colors, k: int, *, seed: int = 0, fixed: NDArray[np.uint8] | None = None
) -> Bytes:
    """Find the palette of an image.

    Parameters
    ----------
    colors : Colors
    k : int >= 1
        Entries of the palette.
    seed : int
        Of the first palettes that are drawn.
    fixed : (f, 4) uint8, f <= k, or None
        Colors that are in the palette whatever the image has.

    Returns
    -------
    (j, 4) uint8
        The fixed ones first, then the most frequent; j is k, or fewer when the image has no more
        distinct colors: then exactly these.
    """
    fixed = np.empty((0, 4), np.uint8) if fixed is None else _distinct(fixed)
    others = _others(colors.colors, fixed)
    if len(fixed) + len(others) <= k:
        return _ordered(colors, np.concatenate([fixed, colors.colors[others]]), len(fixed))
    if colors.transparent is not None and len(_others(np.zeros((1, 4), np.uint8), fixed)):
        fixed = np.concatenate([fixed, np.zeros((1, 4), np.uint8)])
    centers = colors.space.points(fixed)
    if len(fixed) < k:
        centers = _centers(colors, k, centers, seed)
    palette = np.concatenate([fixed, colors.space.colors(centers[len(fixed) :])])
    return _ordered(colors, _filled(colors, palette, k), len(fixed))


def _centers(colors: Colors, k: int, fixed: Points, seed: int) -> Points:
    """Return k centers, of which the first are fixed."""
    x, weight = cells(colors, _BITS if len(colors.colors) > _FEW else 0)
    found = _first(x, weight, k, fixed, seed)
    found = breathe(x, weight, found, _ROUNDS, len(fixed))
    x, weight = cells(colors, 0)
    n_iter = int(np.clip(_MOST_WORK // (len(x) * k), 2, _FINE))
    found = passes.settle_colors(x, weight, found.centers, fixed=len(fixed), max_iter=n_iter)
    centers = found.centers
    large = _large(x, weight, found)[: (k - len(fixed)) // 2]
    if len(large) and k >= _ROOMY:
        kept = np.concatenate([fixed, x[large]])
        centers = np.concatenate([kept, centers[len(fixed) :]])
        centers = without_least(x, weight, centers, k, len(kept))
        centers = passes.settle_colors(x, weight, centers, fixed=len(kept), max_iter=2).centers
    return centers


def _first(x: Points, weight: Counts, k: int, fixed: Points, seed: int) -> Settled:
    """Return the better of two first palettes: one cut, one drawn (where colors are few)."""
    starts = [np.concatenate([fixed, passes.cut_colors(x, weight, k - len(fixed))])]
    if len(x) <= _FEW:
        shares = generator(seed).random(k)
        starts.append(passes.draw_colors(x, weight, k, shares, fixed))
    found = [
        passes.settle_colors(x, weight, start, fixed=len(fixed), max_iter=_ROUGH)
        for start in starts
    ]
    return min(found, key=lambda one: (-len(one.centers), left_over(one, weight)))


def _large(x: Points, weight: Counts, found: Settled) -> NDArray[np.intp]:
    """Return the colors that cover much of the image and have no entry near, largest first."""
    large = np.flatnonzero((weight >= _LARGE * weight.sum()) & (found.sq > _NEAR**2))
    return large[np.argsort(-weight[large], kind="stable")]


def _filled(colors: Colors, palette: Bytes, k: int) -> Bytes:
    """Return k distinct colors: where rounding made two equal, those worst told come in."""
    palette = _distinct(palette)
    while len(palette) < k:
        _, sq, _ = passes.nearest_colors(colors.points, colors.space.points(palette))
        error = colors.counts * sq
        worst = np.argsort(-error, kind="stable")[: max(1, (k - len(palette)) // 4)]
        others = _others(colors.colors[worst], palette)
        if not len(others):  # all that is left is as near as can be: take whatever is new
            worst = _others(colors.colors, palette)[: k - len(palette)]
            others = np.arange(len(worst))
        palette = np.concatenate([palette, colors.colors[worst][others]])
    return palette


def _ordered(colors: Colors, palette: Bytes, n_fixed: int) -> Bytes:
    """Return the palette, the most frequent first behind the fixed ones."""
    counts = frequencies(colors, palette)
    order = np.argsort(-counts[n_fixed:], kind="stable") + n_fixed
    return palette[np.concatenate([np.arange(n_fixed), order])]


def frequencies(colors: Colors, palette: Bytes) -> Counts:
    """Return for how many pixels each entry (k,) of a palette is the nearest."""
    labels, _, _ = passes.nearest_colors(colors.points, _points(colors.space, palette))
    return np.bincount(labels, colors.counts, minlength=len(palette)).astype(np.int64)


def _points(space: Space, palette: Bytes) -> Points:
    return space.points(np.ascontiguousarray(palette))


def _packed(colors: Bytes) -> NDArray[np.uint32]:
    return np.ascontiguousarray(colors).view(np.uint32)[:, 0]


def _distinct(colors: Bytes) -> Bytes:
    """Return colors without repetitions, in their order."""
    _, first = np.unique(_packed(colors), return_index=True)
    return colors[np.sort(first)]


def _others(colors: Bytes, palette: Bytes) -> NDArray[np.intp]:
    """Return which colors are not in a palette."""
    return np.flatnonzero(~np.isin(_packed(colors), _packed(palette)))
