"""The colors of a picture in one table, and the order in which a file keeps them best."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.picture import Indexed, Palette

_PAIRS_AT_ONCE = 2**18  # 8 bytes each, beside a picture of any size


def one_table(indexed: Indexed) -> tuple[list[NDArray[Any]], NDArray[Any]]:
    """Return every frame as indices into one table of the colors that are kept, each once.

    Parameters
    ----------
    indexed : Indexed
        Colors that no pixel uses are left out unless they are fixed; equal colors become one.

    Returns
    -------
    frames : list of (h, w) uint8, uint16 or uint32 arrays
    colors : (k, 4) uint8 array
    """
    used = [_used(indices, indexed.palette(i)) for i, indices in enumerate(indexed.indices)]
    packed = [pack(indexed.palette(i).colors) for i in range(len(used))]
    table = np.unique(np.concatenate([colors[u] for colors, u in zip(packed, used, strict=True)]))
    kind = np.min_scalar_type(len(table) - 1)
    frames = [
        np.minimum(np.searchsorted(table, colors), len(table) - 1).astype(kind)[indices]
        for colors, indices in zip(packed, indexed.indices, strict=True)
    ]
    return frames, unpack(table)


def any_table(indexed: Indexed) -> tuple[list[NDArray[Any]], NDArray[Any]]:
    """Return what ``one_table`` does, the colors in any order.

    The indices of a still picture whose colors are each used once are given, not copied.
    """
    first = indexed.palette(0).colors
    distinct = len(np.unique(pack(first))) == len(first)
    if (
        len(indexed.indices) == 1
        and distinct
        and _used(indexed.indices[0], indexed.palette(0)).all()
    ):
        return list(indexed.indices), first
    return one_table(indexed)


def _used(indices: NDArray[Any], palette: Palette) -> NDArray[Any]:
    used = np.zeros(len(palette.colors), bool)
    used[indices] = True
    used[: palette.n_fixed] = True
    return used


def fixed_colors(indexed: Indexed) -> NDArray[Any]:
    """Return the colors (f, 4) that the file must have, used or not."""
    return np.concatenate([one.colors[: one.n_fixed] for one in indexed.palettes])


def pack(colors: NDArray[Any]) -> NDArray[Any]:
    """Return colors (…, 4) uint8 as numbers (…) uint32, equal on every machine."""
    return np.ascontiguousarray(colors).view(">u4")[..., 0].astype(np.uint32)


def unpack(numbers: NDArray[Any]) -> NDArray[Any]:
    """Return the colors (…, 4) uint8 of what ``pack`` gave."""
    return numbers.astype(">u4").view(np.uint8).reshape(*numbers.shape, 4)


def places(order: NDArray[Any]) -> NDArray[Any]:
    """Return the new index of each old one when the color at ``order[i]`` comes i-th: uint8."""
    place = np.empty(len(order), np.uint8)
    place[order] = np.arange(len(order))
    return place


def see_through_first(order: NDArray[Any], colors: NDArray[Any]) -> NDArray[Any]:
    """Return an order with the colors that are not opaque first: a PNG lists only their alpha."""
    return order[np.argsort(colors[order, 3] == 255, kind="stable")]


def neighbors(frames: list[NDArray[Any]], k: int) -> NDArray[Any]:
    """Count how often two colors stand side by side in a row: (k, k) int64, symmetric, 0 … k."""
    counts = np.zeros(k * k, np.int64)
    for indices in frames:
        step = max(_PAIRS_AT_ONCE // indices.shape[1], 1)
        for top in range(0, len(indices), step):
            rows = indices[top : top + step]
            pairs = rows[:, :-1].astype(np.intp) * k + rows[:, 1:]
            counts += np.bincount(pairs.ravel(), minlength=k * k)
    counts = counts.reshape(k, k)
    counts = counts + counts.T
    np.fill_diagonal(counts, 0)
    return counts


def by_zeng(counts: NDArray[Any]) -> NDArray[Any]:
    """Order colors so that neighbors in the picture are near in the table.

    The color that touches those placed the most comes next, at the end of the row where its
    distances to them, weighted by how often they touch, sum to less.

    Parameters
    ----------
    counts : (k, k) array
        What ``neighbors`` counted.

    Returns
    -------
    (k,) intp array
        The color that comes i-th.

    References
    ----------
    A. J. Pinho and A. J. R. Neves, "A note on Zeng's technique for color re-indexing of
    palette-based images", IEEE Signal Processing Letters 11(2), 2004.
    doi:10.1109/LSP.2003.821721
    """
    k = len(counts)
    if k < 3:
        return np.arange(k)
    left = np.ones(k, bool)
    order = [int(counts.sum(axis=1).argmax())]
    left[order] = False
    touching = counts[order[0]].copy()
    for _ in range(k - 1):
        color = int(np.where(left, touching, -1).argmax())
        n = len(order)
        weight = n - 1 - 2 * np.arange(n)  # distance to the back end less that to the front
        if int((weight * counts[color, order]).sum()) > 0:
            order.insert(0, color)
        else:
            order.append(color)
        left[color] = False
        touching += counts[color]
    return np.array(order)


def by_chains(counts: NDArray[Any]) -> NDArray[Any]:
    """Order colors as one path that joins those that touch the most, greedily.

    Parameters and returns as of ``by_zeng``.

    References
    ----------
    S. Battiato, G. Gallo, G. Impoco, F. Stanco, "An efficient re-indexing algorithm for
    color-mapped images", IEEE Transactions on Image Processing 13(11), 2004.
    doi:10.1109/TIP.2004.836181
    """
    k = len(counts)
    one, other = np.triu_indices(k, 1)
    chains = {color: [color] for color in range(k)}  # by the name of the chain
    name = list(range(k))
    for edge in np.argsort(-counts[one, other], kind="stable"):
        a, b = int(one[edge]), int(other[edge])
        head, tail = chains[name[a]], chains[name[b]]
        inner = a not in (head[0], head[-1]) or b not in (tail[0], tail[-1])
        if name[a] == name[b] or inner:
            continue
        if head[-1] != a:
            head.reverse()
        if tail[0] != b:
            tail.reverse()
        del chains[name[b]]
        for color in tail:
            name[color] = name[a]
        head.extend(tail)
    return np.array(next(iter(chains.values())))


#: ways to order the colors of a table, the one that gave the fewest bytes most often first
ORDERS: tuple[Callable[[NDArray[Any]], NDArray[Any]], ...] = (by_zeng, by_chains)
