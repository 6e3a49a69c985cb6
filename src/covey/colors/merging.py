"""The colors of many images as those of one."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from covey.colors.distinct import Colors

_MOST = 1 << 22  # distinct colors; beyond it, low bits are left out
_HIGH = 0xFCFCFCFC  # the bits of the cells on which a first palette is found


def merge_colors(counted: Iterable[Colors]) -> Colors | None:
    """Return the colors of several images of one space, without their pixels; None of no image.

    Those of one image stay as they are. Each pixel counts the same, so that a large image weighs
    more. Beyond four million distinct colors the lowest bits are left out.

    Parameters
    ----------
    counted : iterable of Colors
        Taken one by one: only distinct colors are kept.
    """
    left = iter(counted)
    first = next(left, None)
    second = next(left, None)
    if first is None or second is None:
        return first if first is None else dataclasses.replace(first, frames=(), held=[])
    keys, counts = _packed(first.colors), first.counts
    exact, kept = first.exact, 0xFFFFFFFF
    for one in itertools.chain([second], left):
        keys = np.concatenate([keys, _packed(one.colors)]) & np.uint32(kept)
        keys, counts = _summed(keys, np.concatenate([counts, one.counts]))
        while len(keys) > _MOST:
            kept &= (kept << 1) & 0xFEFEFEFE
            keys, counts = _summed(keys & np.uint32(kept), counts)
        exact = exact and one.exact and kept == 0xFFFFFFFF
    order = np.lexsort((keys, keys & np.uint32(_HIGH)))  # those of a cell must follow each other
    colors = np.ascontiguousarray(keys[order]).view(np.uint8).reshape(-1, 4)
    space = first.space
    return Colors(colors, counts[order], space.points(colors), space, exact)


def _packed(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return np.ascontiguousarray(colors).view(np.uint32)[:, 0]


def _summed(
    keys: NDArray[np.uint32], counts: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return each key once, with the sum of its counts."""
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[first], np.add.reduceat(counts[order], first)
