"""Hierarchical clustering: merge the two nearest clusters until all are one, then cut the tree."""

from __future__ import annotations

from typing import Any

import numpy as np

from covey.explain.algorithms.method import Doubles, Found, Integers, Task, least_cluster

#: leaves of the tree as it is drawn; what is merged below them is one leaf
_LEAVES = 40


def ward(task: Task) -> Found:
    """Merge where the variance within clusters grows least; cut at K."""
    return _cut_at_k(task, "ward")


def average(task: Task) -> Found:
    """Merge where the mean distance between rows of two clusters is least; cut at K."""
    return _cut_at_k(task, "average")


def single(task: Task) -> Found:
    """Merge where the two nearest rows of two clusters are nearest; cut at the widest gap.

    Pieces of too few rows (see ``least_cluster``) are strays and count as noise; a cut leaves at
    least two that are not. Of all such cuts (with K given, of those that leave K
    clusters) the one that holds over the widest range of distances, as a ratio, is taken.
    """
    tree = _tree(task.X, "single")
    n = len(task.X)
    least = least_cluster(n)
    height, k = _widest_gap(tree, n, least, task.given)
    if height is None:
        labels = _at_k(tree, task.given or 1, n)
        note = (
            f"no cut leaves {task.given} clusters of {least:,} rows or more: rows are chained, and "
            "the cut parts single rows"
            if task.given and task.given > 1
            else f"no gap parts clusters of {least:,} rows or more: to it, all is one"
        )
        return Found(labels, f"cut at K={task.given or 1}", note, _drawn(tree, labels, None))
    labels = _at_height(tree, height, n)
    sizes = np.bincount(labels)
    kept = np.flatnonzero(sizes >= least)
    labels = np.where(np.isin(labels, kept), np.searchsorted(kept, labels), -1)
    how = "the widest gap" if task.given is None else f"the widest gap that leaves {k} clusters"
    return Found(
        labels,
        f"cut at distance {height:.3g}, {how}; pieces under {least:,} rows are noise",
        details=_drawn(tree, labels, height),
    )


def _cut_at_k(task: Task, linkage: str) -> Found:
    n, k = len(task.X), min(task.told, len(task.X))
    tree = _tree(task.X, linkage)
    labels = _at_k(tree, k, n)
    return Found(labels, f"cut at K={k}", details=_drawn(tree, labels, _height_at(tree, k)))


def _tree(X: Doubles, linkage: str) -> Doubles:
    from scipy.cluster.hierarchy import linkage as merge

    return np.asarray(merge(X, method=linkage))


def _at_k(tree: Doubles, k: int, n: int) -> Integers:
    """Undo the last k − 1 merges, whatever their heights: there are exactly k clusters."""
    return _members(tree, n - k, n)


def _at_height(tree: Doubles, height: float, n: int) -> Integers:
    return _members(tree, int(np.searchsorted(tree[:, 2], height, side="right")), n)


def _members(tree: Doubles, n_merges: int, n: int) -> Integers:
    """Return the cluster of each row after the first merges, numbered from 0."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    done = tree[:n_merges, :2].astype(np.int64)
    nodes = n + np.repeat(np.arange(n_merges), 2)
    links = coo_array((np.ones(2 * n_merges), (nodes, done.ravel())), shape=(2 * n, 2 * n))
    part = connected_components(links, directed=False)[1][:n]
    return np.unique(part, return_inverse=True)[1].astype(np.int64)


def _height_at(tree: Doubles, k: int) -> float | None:
    """Return a distance between the merge that leaves k clusters and the next."""
    n = len(tree) + 1
    if not 1 < k < n:
        return None
    return float(tree[n - k - 1, 2] + tree[n - k, 2]) / 2


def _widest_gap(tree: Doubles, n: int, least: int, given: int | None) -> tuple[float | None, int]:
    """Return where to cut a single-linkage tree and how many large clusters that leaves."""
    size = np.ones(2 * n - 1)
    size[n:] = tree[:, 3]
    pairs = tree[:, :2].astype(np.int64)
    large = size[pairs] >= least
    # a merge of two small pieces may make a cluster; one of two clusters takes one away
    made = (size[n:] >= least) & ~large.any(axis=1)
    count = np.cumsum(made.astype(np.int64) - large.all(axis=1))
    heights = tree[:, 2]
    changed = np.flatnonzero(np.diff(count, append=-1))  # the count holds until after these
    best, widest, k = None, 0.0, 1
    for start, end in zip(np.append(0, changed[:-1] + 1), changed + 1, strict=True):
        here = int(count[start])
        if here < 2 or end >= len(heights) or (given is not None and here != given):
            continue
        low, high = float(heights[start]), float(heights[end])
        ratio = high / low if low > 0 else np.inf
        if ratio > max(widest, 1.0):
            # pieces are still joining their clusters in this range: cut where most have joined
            best, widest, k = _late(low, high), ratio, here
    return best, k


def _late(low: float, high: float) -> float:
    return low + 0.9 * (high - low)


def _drawn(tree: Doubles, labels: Integers, height: float | None) -> dict[str, Any]:
    """Return the top of the tree for a picture.

    Returns
    -------
    dict
        ``branches`` (b, 6): left x, left foot, right x, right foot, height of each merge drawn,
        and the label of its rows, −1 where they have several or are noise; x counts rows.
        ``cut``: the distance cut at; NaN for none. ``n``: rows.
    """
    n = len(labels)
    first = max(0, len(tree) - (_LEAVES - 1))
    low = np.append(np.arange(n), np.zeros(len(tree))).astype(np.int64)  # a row of each node
    purity = np.append(labels, np.full(len(tree), -1))
    for i, (a, b) in enumerate(tree[:, :2].astype(np.int64)):
        low[n + i] = low[a]
        purity[n + i] = purity[a] if purity[a] == purity[b] else -1
    size = np.append(np.ones(n), tree[:, 3])
    middle: dict[int, float] = {}
    stack, at, order = [2 * n - 2], 0.0, []
    while stack:  # leaves from left to right, then merges from the bottom up
        node = stack.pop()
        if node < n + first:
            middle[node] = at + size[node] / 2
            at += size[node]
        else:
            order.append(node)
            a, b = tree[node - n, :2].astype(np.int64).tolist()
            stack += sorted((a, b), key=lambda one: (size[one], -low[one]))
    branches = []
    for node in sorted(order):
        a, b = tree[node - n, :2].astype(np.int64).tolist()
        middle[node] = (middle[a] + middle[b]) / 2
        feet = [float(tree[one - n, 2]) if one >= n + first else 0.0 for one in (a, b)]
        mine = float(purity[node])
        branches.append((middle[a], feet[0], middle[b], feet[1], float(tree[node - n, 2]), mine))
    cut = float("nan") if height is None else height
    return {"branches": np.array(branches).reshape(-1, 6), "cut": cut, "n": n}
