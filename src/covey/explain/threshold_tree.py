"""One tree for all segments: k − 1 questions, each a threshold on one feature, and its price.

References
----------
M. Moshkovitz, S. Dasgupta, C. Rashtchian, N. Frost: Explainable k-means and k-medians clustering.
ICML 2020, arXiv:2002.12538; algorithm 1, iterative mistake minimisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.explain.thresholds import binned
from covey.flow import Feature, Tree, TreeNode

Doubles = NDArray[np.float64]
Codes = NDArray[np.int16]

#: The tree is grown on this many rows: a cut then misplaces at most a few more of all of them.
MOST_ROWS = 100_000


@dataclass(frozen=True)
class _Cut:
    """``x < cuts[feature][code - 1]`` goes below."""

    feature: int
    code: int


@dataclass
class _Node:
    labels: list[int]  # whose centers lie here
    cut: _Cut | None = None
    below: _Node | None = None
    above: _Node | None = None


def threshold_tree(
    filled: Doubles,
    columns: Sequence[Feature],
    centers: Doubles,
    labels: NDArray[np.int32],
    numbers: Sequence[int],
) -> tuple[Tree, NDArray[np.int32]]:
    """Grow the tree with a leaf for each segment.

    At each node the cut is taken that parts the fewest rows from their own center; those rows are
    given up, and the rest is cut on until every leaf holds one center.

    Parameters
    ----------
    filled : (n, d) float64
        Reader's units, no missing value.
    columns : d features
    centers : (k, d) float64
        In the same units.
    labels : (n,) int32
    numbers : k numbers
        What a reader calls each label.

    Returns
    -------
    tree : Tree
        ``price`` is NaN here: it is measured where inertia is.
    placed : (n,) int32
        The label whose leaf each row comes to.

    Notes
    -----
    O(n d) for each level of the tree. Centers that no cut parts stay in one leaf, which then
    stands for the segment of most rows.
    """
    cuts, codes = binned(filled, columns)
    center_codes = np.stack(
        [np.searchsorted(cut, centers[:, j], "right") for j, cut in enumerate(cuts)]
    ).astype(np.int16)
    step = -(-len(labels) // MOST_ROWS)
    root = _Node(sorted(set(labels.tolist())))
    pending = [(root, np.arange(0, len(labels), step))]
    while pending:
        node, rows = pending.pop()
        found = _best_cut(codes[:, rows], center_codes, labels[rows], node.labels)
        if found is None:
            continue
        below = center_codes[found.feature] < found.code
        node.cut = found
        node.below = _Node([label for label in node.labels if below[label]])
        node.above = _Node([label for label in node.labels if not below[label]])
        side = codes[found.feature, rows] < found.code
        right = side == below[labels[rows]]
        pending += [(node.above, rows[right & ~side]), (node.below, rows[right & side])]
    sizes = np.bincount(labels, minlength=len(centers))
    placed = np.empty(len(labels), np.int32)
    _place(root, codes, np.arange(len(labels)), sizes, placed)
    told = _told(root, (cuts, columns), numbers, np.bincount(placed, minlength=len(centers)), sizes)
    return Tree(told, float(np.mean(placed == labels)), float("nan")), placed


def _best_cut(
    codes: Codes, center_codes: Codes, labels: NDArray[np.int32], here: list[int]
) -> _Cut | None:
    """Return the cut that parts fewest rows from their center; then the one that halves best."""
    best, least = None, (np.inf, np.inf, np.inf)
    for j in range(len(codes)):
        own = center_codes[j, here]
        first, last = int(own.min()), int(own.max())
        if first == last:
            continue
        mine = center_codes[j, labels]
        low, high = np.minimum(codes[j], mine), np.maximum(codes[j], mine)
        length = int(max(high.max(initial=0), last)) + 2
        parted = np.cumsum(
            np.bincount(low + 1, minlength=length) - np.bincount(high + 1, minlength=length)
        )
        tried = np.arange(first + 1, last + 1)
        n_below = (own[:, None] < tried).sum(axis=0)
        uneven = np.abs(2 * n_below - len(here))
        inside = np.abs(tried - (first + last + 1) / 2)
        at = int(np.lexsort((inside, uneven, parted[tried]))[0])
        score = (float(parted[tried[at]]), float(uneven[at]), float(inside[at]) / (last - first))
        if score < least:
            best, least = _Cut(j, int(tried[at])), score
    return best


def _place(
    node: _Node,
    codes: Codes,
    rows: NDArray[np.intp],
    sizes: NDArray[np.int64],
    placed: NDArray[np.int32],
) -> None:
    """Send rows down to their leaves."""
    pending = [(node, rows)]
    while pending:
        node, rows = pending.pop()
        if node.cut is None or node.below is None or node.above is None:
            placed[rows] = _of_leaf(node, sizes)
            continue
        below = codes[node.cut.feature, rows] < node.cut.code
        pending += [(node.below, rows[below]), (node.above, rows[~below])]


def _of_leaf(node: _Node, sizes: NDArray[np.int64]) -> int:
    return max(node.labels, key=lambda label: (sizes[label], -label))


def _told(
    node: _Node,
    features: tuple[list[Doubles], Sequence[Feature]],
    numbers: Sequence[int],
    n_placed: NDArray[np.int64],
    sizes: NDArray[np.int64],
) -> TreeNode:
    """Put a node and what hangs on it in the reader's terms; recursion is as deep as k at most."""
    if node.cut is None or node.below is None or node.above is None:
        label = _of_leaf(node, sizes)
        return TreeNode(int(n_placed[label]), number=numbers[label])
    cuts, columns = features
    below, above = (
        _told(one, features, numbers, n_placed, sizes) for one in (node.below, node.above)
    )
    column = columns[node.cut.feature]
    return TreeNode(
        below.n_rows + above.n_rows,
        name=column.name,
        unit=column.unit,
        threshold=float(cuts[node.cut.feature][node.cut.code - 1]),
        below=below,
        above=above,
    )
