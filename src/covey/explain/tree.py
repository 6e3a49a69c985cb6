"""A small threshold tree that tells the segments apart: grown best first on binned columns."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int16]
Bounds = dict[int, tuple[int, int]]  # feature -> (first code, one past the last code)
MOST_DEPTH = 10


@dataclass(frozen=True)
class Leaf:
    """A box of codes and the label most of its rows have."""

    bounds: Bounds
    label: int
    n_rows: int
    n_right: int


@dataclass(eq=False)  # a node is itself, not its arrays
class _Node:
    rows: NDArray[np.intp]
    counts: NDArray[np.float64]  # (k,) rows of each label
    bounds: Bounds
    depth: int
    split: tuple[int, int] | None = None  # feature, first code of the upper side


def grow(
    codes: Codes, n_codes: list[int], labels: NDArray[np.int32], k: int, enough: float = 0.95
) -> list[Leaf]:
    """Grow a tree until it is right often enough, or has 2k leaves.

    The leaf whose split lowers the Gini impurity most is split next, rows of small segments
    weighing more (the square root of their share is taken), at most to depth 10 (more where k
    needs it): the count of leaves bounds the tree, and a chain of cuts that peels off one
    segment after another is deep without being large. A segment that no leaf stands for yet lets
    it grow to 3k leaves.

    Parameters
    ----------
    codes : (d, n) int16
        The bin of each value.
    n_codes : d counts of bins
    labels : (n,) int32
    enough : share of rows in a leaf of their own label at which to stop

    Returns
    -------
    list of Leaf
        Boxes that share no row and together hold all; sibling leaves of one label are merged.
    """
    n = len(labels)
    sizes = np.bincount(labels, minlength=k).astype(np.float64)
    scale = np.divide(1.0, np.sqrt(sizes), out=np.zeros(k), where=sizes > 0)
    most_depth = max(MOST_DEPTH, int(np.ceil(np.log2(max(k, 1)))) + 3)
    root = _Node(np.arange(n), sizes, {}, 0)
    ticket = itertools.count()
    waiting: list[tuple[float, int, _Node]] = []
    leaves = [root]

    def consider(node: _Node) -> None:
        if node.depth < most_depth and np.count_nonzero(node.counts) > 1:
            gain, node.split = _best_split(codes, n_codes, labels, node, scale)
            if node.split is not None and gain > 0:
                heapq.heappush(waiting, (-gain, next(ticket), node))

    consider(root)
    right, stood_for = sizes.max(), Counter([int(sizes.argmax())])
    while waiting:
        missing = len(+stood_for) < np.count_nonzero(sizes)
        if not missing and (right >= enough * n or len(leaves) >= 2 * k):
            break
        if len(leaves) >= 3 * k:
            break
        _, _, node = heapq.heappop(waiting)
        leaves.remove(node)
        right -= node.counts.max()
        stood_for[int(node.counts.argmax())] -= 1
        for child in _children(codes, labels, node, k):
            leaves.append(child)
            right += child.counts.max()
            stood_for[int(child.counts.argmax())] += 1
            consider(child)
    return _merged(leaves)


def _best_split(
    codes: Codes,
    n_codes: list[int],
    labels: NDArray[np.int32],
    node: _Node,
    scale: NDArray[np.float64],
) -> tuple[float, tuple[int, int] | None]:
    """Return the largest weighted Gini gain of a node and the split that has it."""
    present = np.flatnonzero(node.counts)  # deep nodes hold few of the labels
    k = len(present)
    place = np.zeros(len(scale), np.int64)
    place[present] = np.arange(k)
    own, scale = place[labels[node.rows]], scale[present]
    whole = node.counts[present] * scale
    base = (whole**2).sum() / whole.sum()
    best, split = 1e-9, None
    for feature, n_bins in enumerate(n_codes):
        if n_bins < 2:
            continue
        flat = codes[feature][node.rows] * np.int64(k) + own
        table = np.bincount(flat, minlength=n_bins * k).reshape(n_bins, k) * scale
        below = np.cumsum(table, axis=0)[:-1]
        above = whole - below
        n_below, n_above = below.sum(axis=1), above.sum(axis=1)
        usable = (n_below > 1e-9) & (n_above > 1e-9)
        if not usable.any():
            continue
        gain = np.full(n_bins - 1, -np.inf)
        gain[usable] = (
            (below[usable] ** 2).sum(axis=1) / n_below[usable]
            + (above[usable] ** 2).sum(axis=1) / n_above[usable]
            - base
        )
        at = int(np.argmax(gain))
        if gain[at] > best:
            best, split = float(gain[at]), (feature, at + 1)
    return best, split


def _children(codes: Codes, labels: NDArray[np.int32], node: _Node, k: int) -> tuple[_Node, _Node]:
    assert node.split is not None
    feature, at = node.split
    upper = codes[feature][node.rows] >= at
    low, high = node.bounds.get(feature, (0, np.iinfo(np.int16).max))
    pair = []
    for side, bound in ((~upper, (low, at)), (upper, (at, high))):
        rows = node.rows[side]
        counts = np.bincount(labels[rows], minlength=k).astype(np.float64)
        pair.append(_Node(rows, counts, {**node.bounds, feature: bound}, node.depth + 1))
    return pair[0], pair[1]


def _merged(nodes: list[_Node]) -> list[Leaf]:
    """Turn nodes into leaves, joining boxes of one label that are neighbours in one feature."""
    by_label: dict[int, list[Leaf]] = {}
    for node in nodes:
        label = int(node.counts.argmax())
        leaf = Leaf(node.bounds, label, len(node.rows), int(node.counts.max()))
        by_label.setdefault(label, []).append(leaf)
    return [leaf for leaves in by_label.values() for leaf in _joined(leaves)]


def _joined(leaves: list[Leaf]) -> list[Leaf]:
    """Join boxes of one label, two at a time, until no two are neighbours."""
    while (pair := _neighbours(leaves)) is not None:
        a, b, box = pair
        both = Leaf(box, a.label, a.n_rows + b.n_rows, a.n_right + b.n_right)
        leaves = [*(leaf for leaf in leaves if leaf is not a and leaf is not b), both]
    return leaves


def _neighbours(leaves: list[Leaf]) -> tuple[Leaf, Leaf, Bounds] | None:
    """Return two leaves whose boxes make one, and that box."""
    for a, b in itertools.combinations(leaves, 2):
        box = _join(a.bounds, b.bounds)
        if box is not None:
            return a, b, box
    return None


def _join(a: Bounds, b: Bounds) -> Bounds | None:
    """Return the union of two boxes where it is a box: equal but for one touching side."""
    apart = [f for f in {*a, *b} if a.get(f) != b.get(f)]
    if len(apart) != 1 or apart[0] not in a or apart[0] not in b:
        return None
    low, high = sorted((a[apart[0]], b[apart[0]]))
    if low[1] < high[0]:
        return None
    return {**a, apart[0]: (low[0], max(low[1], high[1]))}
