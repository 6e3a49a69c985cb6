"""Bisecting k-means: split one cluster in two by 2-means until there are k.

References
----------
Steinbach, M., Karypis, G., Kumar, V. (2000). A comparison of document clustering techniques.
KDD Workshop on Text Mining. hdl.handle.net/11299/215421
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.alternate import Search, refuse_overflow
from covey.engine.best import check_enough_rows, fit_best
from covey.engine.gather import subset
from covey.engine.lloyd import lloyd
from covey.engine.passes import Doubles, Floats, Labels, Rows
from covey.flow import Run

#: Of larger clusters, starts are run out on so many rows drawn at random, and only the best of
#: them on all rows: two means need no more to be near their place (1M × 5, k = 8: a third of the
#: time, the same inertia).
SAMPLE = 2048


@dataclass(frozen=True)
class Tree:
    """The splits, from the root down; a row goes to the nearer of a split's two places."""

    places: Floats  # (s, 2, d): the two centers that split s was made by
    children: NDArray[np.int32]  # (s, 2): the next split (>= 0), or −1 − label of a leaf

    def labels(self, X: Rows) -> Labels:
        """Return the leaf that each row comes to (n,) int32."""
        found = np.zeros(X.shape[0], dtype=np.int32)
        if len(self.places):
            stack = [(0, np.arange(X.shape[0]))]
            while stack:
                split, rows = stack.pop()
                part = X if len(rows) == X.shape[0] else subset(X, rows)
                side = passes.nearest(part, self.places[split])[0]
                for which, child in enumerate(self.children[split]):
                    mine = rows[side == which]
                    if child < 0:
                        found[mine] = -1 - child
                    elif len(mine):
                        stack.append((int(child), mine))
        return found


@dataclass(eq=False)
class _Node:
    """A cluster while the tree grows."""

    center: Floats  # (d,)
    rows: NDArray[np.intp]  # of X; emptied by a split
    variance: float  # mean over the features
    score: float  # the next to be split has the greatest; −1 when it cannot be
    split: Run | None = None
    children: list[_Node] = field(default_factory=list)


def fit_bisecting(
    X: Rows, n_clusters: int, strategy: str, search: Search, weight: Doubles | None = None
) -> tuple[Run, Tree]:
    """Split until there are ``n_clusters`` clusters.

    Each center is the weighted mean of its rows. A cluster whose rows are equal is not split
    while another can be; when none can, clusters without rows stand on the center of another.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    n_clusters : int, 1 … n
    strategy : "biggest_inertia" or "largest_cluster" (by weight)
    search : Search
        Of each split; ``tol`` is relative to the mean variance of the features in the cluster.
    weight : (n,) float64 >= 0, or None for ones

    Returns
    -------
    run : Run
        Labels are what the tree says of each row, not the nearest centers; ``n_iter`` is the
        sum over the splits.
    tree : Tree

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows.
    InputError
        When squares of the values overflow.
    """
    check_enough_rows(X, n_clusters)
    n = X.shape[0]
    sums, mass = passes.sums(X, np.zeros(n, np.int32), weight, 1)
    with np.errstate(over="ignore", invalid="ignore"):
        center = (sums[0] / mass[0]).astype(X.dtype)
        inertia = float(passes.inertia(X, center[None], np.zeros(n, np.int32), weight)[0])
    refuse_overflow(inertia, X.dtype)
    root = _Node(center, np.arange(n), inertia / (mass[0] * X.shape[1]), np.inf)
    leaves = [root]
    n_iter = 0
    while len(leaves) < n_clusters:
        node = max(leaves, key=lambda leaf: leaf.score)  # of equals, the first
        if node.score < 0:  # nothing can be split: the rest are clusters without rows
            at = leaves.index(node)
            leaves[at : at + 1] = _halve(node, np.stack([node.center] * 2))
            continue
        n_iter += _split(X, node, strategy, search, weight)
        if node.children:
            at = leaves.index(node)
            leaves[at : at + 1] = node.children
        else:
            node.score = -1.0
    tree = _planted(root, leaves, X)
    labels = np.empty(n, dtype=np.int32)
    for label, leaf in enumerate(leaves):
        labels[leaf.rows] = label
    centers = np.stack([leaf.center for leaf in leaves])
    inertia = float(passes.inertia(X, centers, labels, weight).sum())
    return Run(centers, labels, inertia, n_iter, True), tree


def _split(X: Rows, node: _Node, strategy: str, search: Search, weight: Doubles | None) -> int:
    """Give a cluster two children unless its rows are all equal; return the iterations it took."""
    rows = node.rows if weight is None else node.rows[weight[node.rows] > 0]
    if len(rows) < 2:
        return 0
    part = X if len(node.rows) == X.shape[0] else subset(X, node.rows)
    mass = None if weight is None else weight[node.rows]
    run = _two_means(X, part, node, search, (rows, weight))
    sums, weights = passes.sums(part, run.labels, mass, 2)
    if not weights.all():
        return run.n_iter
    means = np.ascontiguousarray(sums / weights[:, None], dtype=X.dtype)
    inertia = passes.inertia(part, means, run.labels, mass)
    scores = inertia if strategy == "biggest_inertia" else weights
    node.split = run
    for side in (0, 1):
        mine = node.rows[run.labels == side]
        variance = float(inertia[side] / (weights[side] * X.shape[1]))
        node.children.append(_Node(means[side], mine, variance, float(scores[side])))
    node.rows = node.rows[:0]
    return run.n_iter


def _two_means(
    X: Rows,
    part: Rows,
    node: _Node,
    search: Search,
    able: tuple[NDArray[np.intp], Doubles | None],
) -> Run:
    """Run 2-means on a cluster from the best of several starts; ``able`` rows have weight."""
    rows, weight = able
    options: dict[str, Any] = {"max_iter": search.max_iter, "on_iteration": search.on_iteration}
    mass = None if weight is None else weight[node.rows]
    if len(rows) <= SAMPLE or callable(search.init):
        return fit_best(
            part, 2, rng=search.rng, init=search.init, n_init=search.n_init, tol=search.tol,
            weight=mass, **options,
        )  # fmt: skip
    drawn = np.sort(search.rng.choice(rows, SAMPLE, replace=False))
    start = fit_best(
        subset(X, drawn), 2, rng=search.rng, init=search.init, n_init=search.n_init,
        tol=search.tol, weight=None if weight is None else weight[drawn],
        max_iter=search.max_iter,
    )  # fmt: skip
    return lloyd(part, start.centers, weight=mass, tol=search.tol * node.variance, **options)


def _halve(node: _Node, places: Floats) -> list[_Node]:
    """Split a cluster of equal rows into itself and one without rows: ties go to the first."""
    node.split = Run(places, np.zeros(0, np.int32), 0.0, 0, True)
    node.children = [
        _Node(node.center, node.rows, 0.0, -1.0),
        _Node(node.center, node.rows[:0], 0.0, -2.0),
    ]
    node.rows = node.rows[:0]
    return node.children


def _planted(root: _Node, leaves: list[_Node], X: Rows) -> Tree:
    """Write the grown tree as arrays, splits numbered from the root down."""
    label = {id(leaf): at for at, leaf in enumerate(leaves)}
    places: list[Floats] = []
    children: list[list[int]] = []
    queue: list[tuple[_Node, Any]] = [(root, None)]
    while queue:
        node, slot = queue.pop(0)
        if node.split is None:
            number = -1 - label[id(node)]
        else:
            number = len(places)
            places.append(node.split.centers)
            children.append([0, 0])
            queue += [(child, (number, side)) for side, child in enumerate(node.children)]
        if slot is not None:
            children[slot[0]][slot[1]] = number
    shape = (len(places), 2, X.shape[1])
    return Tree(
        np.array(places, dtype=X.dtype).reshape(shape),
        np.array(children, dtype=np.int32).reshape(-1, 2),
    )
