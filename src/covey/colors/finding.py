"""The palette of an image: k-means over its colors, in whole numbers, the same on every machine.

A first palette is found on cells of colors that share their high bits, and made better there
(``breathing``); the last iterations are over every color. Colors that cover much of the image get
an entry of their own, so that flat areas keep their color.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.colors.breathing import breathe, left_over, without_least
from covey.colors.difference import ciede2000
from covey.colors.distinct import Colors, cells
from covey.colors.nearest import nearest_entries
from covey.engine import passes
from covey.engine.passes.coloring import Bytes, Counts, Points, Settled
from covey.errors import OptionError
from covey.random import generator

#: low bits left out of a channel for the first palette; with fewer colors than `_FEW`, none
_BITS, _FEW = 2, 4096
#: rounds of breathing; iterations over the cells and over every color
_ROUNDS, _ROUGH, _FINE = 6, 30, 8
#: products of colors and centers that the last iterations may take, but two are always made
_MOST_WORK = 400_000_000
#: share of the pixels from which on an opaque color keeps an entry of its own, unless there is one
#: so near (CIEDE2000; 2 would be seen); in palettes of so many, up to half of them
_LARGE, _NEAR, _ROOMY = 0.01, 1.5, 16


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

    Raises
    ------
    OptionError
        The image has transparent pixels, and k leaves no entry for them or none beside it.

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
        if len(fixed) > k or k == 1:
            raise OptionError(
                f"k must leave a color beside the transparent one that the image needs; got k={k} "
                f"and {len(fixed) - 1} fixed colors; ask for {len(fixed) + (k == 1)} at least"
            )
    centers = colors.space.points(fixed)
    if len(fixed) < k:
        centers = _centers(colors, k, centers, seed)
        if colors.has_alpha:
            centers = whole_or_soft(colors, centers, len(fixed))
    palette = np.concatenate([fixed, colors.space.colors(centers[len(fixed) :])])
    return _ordered(colors, _filled(colors, palette, k), len(fixed))


def _centers(colors: Colors, k: int, fixed: Points, seed: int) -> Points:
    """Return k centers, of which the first are fixed."""
    rough = cells(colors, _BITS if len(colors.colors) > _FEW else 0)
    x, weight = cells(colors, 0)
    found = breathe(*rough, _first(*rough, k, fixed, seed), _ROUNDS, len(fixed))
    kept = np.concatenate([fixed, _large(colors, found.centers, k)])
    if len(kept) > len(fixed):
        centers = np.concatenate([kept, found.centers[len(fixed) :]])
        centers = without_least(*rough, centers, k, len(kept))
        found = passes.settle_colors(*rough, centers, fixed=len(kept), max_iter=_ROUGH)
        found = breathe(*rough, found, _ROUNDS // 2, len(kept))
    n_iter = int(np.clip(_MOST_WORK // (len(x) * k), 2, _FINE))
    return passes.settle_colors(x, weight, found.centers, fixed=len(kept), max_iter=n_iter).centers


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


def _large(colors: Colors, centers: Points, k: int) -> Points:
    """Return the colors that cover much of the image and have no entry near, largest first."""
    share = colors.counts / colors.counts.sum()
    large = np.flatnonzero((share >= _LARGE) & (colors.colors[:, 3] == 255))
    if k < _ROOMY or not len(large):
        return colors.points[:0]
    labels, _, _ = passes.nearest_colors(colors.points[large], centers)
    entries = colors.space.colors(centers)[labels]
    gap = ciede2000(colors.colors[large, :3], entries[:, :3])
    large = large[(gap > _NEAR) | (entries[:, 3] < 255)]
    return colors.points[large[np.argsort(-colors.counts[large], kind="stable")]][: k // 2]


def _filled(colors: Colors, palette: Bytes, k: int) -> Bytes:
    """Return k distinct colors: where rounding made two equal, those worst told come in."""
    palette = _distinct(palette)
    while len(palette) < k:
        error = colors.counts * nearest_entries(colors, palette)[1]
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


def whole_or_soft(colors: Colors, centers: Points, n_fixed: int) -> Points:
    """Return centers that are settled apart: means of opaque colors only, or of soft ones only.

    A center is what most of its pixels are, and one is opaque if any pixel is. Opaque colors have
    opaque centers, as they will have entries (``nearest_entries``); soft ones may have either.
    """
    x, weight = cells(colors, 0)
    opaque = colors.colors[colors.colors[:, 3] > 0, 3] == 255
    labels, _, _ = passes.nearest_colors(x, centers)
    soft_mass, mass = (
        np.bincount(labels[own], weight[own], len(centers)) for own in (~opaque, opaque)
    )
    free = np.arange(len(centers)) >= n_fixed
    whole = free & (mass > soft_mass)
    if free.any() and not whole.any():
        most = np.where(free, mass, -1).argmax()
        whole[most] = mass[most] > 0
    whole[:n_fixed] = colors.space.colors(centers[:n_fixed])[:, 3] == 255
    n_iter = int(np.clip(_MOST_WORK // (len(x) * len(centers)), 2, _FINE))

    def settled(own: NDArray[np.bool_], kept: Points, moved: Points) -> Points:
        both = np.concatenate([kept, moved])
        if own.any() and len(moved):
            both = passes.settle_colors(
                x[own], weight[own], both, fixed=len(kept), max_iter=n_iter
            ).centers
        return both[len(kept) :]

    solid = settled(opaque, centers[whole & ~free], centers[whole & free])
    kept = np.concatenate([centers[:n_fixed], solid])
    return np.concatenate([kept, settled(~opaque, kept, centers[~whole & free])])


def frequencies(colors: Colors, palette: Bytes) -> Counts:
    """Return for how many pixels each entry (k,) of a palette is the nearest."""
    labels, _ = nearest_entries(colors, palette)
    return np.bincount(labels, colors.counts, minlength=len(palette)).astype(np.int64)


def _packed(colors: Bytes) -> NDArray[np.uint32]:
    return np.ascontiguousarray(colors).view(np.uint32)[:, 0]


def _distinct(colors: Bytes) -> Bytes:
    """Return colors without repetitions, in their order."""
    _, first = np.unique(_packed(colors), return_index=True)
    return colors[np.sort(first)]


def _others(colors: Bytes, palette: Bytes) -> NDArray[np.intp]:
    """Return which colors are not in a palette."""
    return np.flatnonzero(~np.isin(_packed(colors), _packed(palette)))
