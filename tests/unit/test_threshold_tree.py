"""The threshold tree: cuts worked by hand, laws on drawn rows, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from covey.explain.importance import importance
from covey.explain.threshold_tree import threshold_tree
from covey.flow import Feature, Tree, TreeNode


def feature(name: str) -> Feature:
    return Feature(name, name)


def nodes(node: TreeNode) -> Iterator[TreeNode]:
    yield node
    for child in (node.below, node.above):
        if child is not None:
            yield from nodes(child)


def grown(X: np.ndarray, labels: np.ndarray) -> tuple[Tree, np.ndarray]:
    k = labels.max() + 1
    centers = np.stack([X[labels == label].mean(axis=0) for label in range(k)])
    columns = [feature(f"f{j}") for j in range(X.shape[1])]
    return threshold_tree(X, columns, centers, labels.astype(np.int32), range(1, k + 1))


def test_one_question_parts_two_groups() -> None:
    X = np.array([[1.0, 0.0], [2.0, 9.0], [11.0, 1.0], [12.0, 8.0]])
    tree, placed = grown(X, np.array([0, 0, 1, 1]))
    assert (tree.root.name, tree.root.threshold) == ("f0", 5.0)  # the roundest well inside 2 … 11
    assert tree.root.below is not None
    assert tree.root.above is not None
    assert (tree.root.below.number, tree.root.above.number) == (1, 2)
    assert (tree.root.below.n_rows, tree.root.above.n_rows, tree.root.n_rows) == (2, 2, 4)
    assert placed.tolist() == [0, 0, 1, 1]
    assert tree.fidelity == 1.0


def test_the_cut_with_fewest_mistakes_is_taken() -> None:
    # by f0 one row of five is on the wrong side whatever the cut, by f1 none
    X = np.array([[0.0, 0], [1, 0.2], [9, 0.1], [8, 5.0], [9.5, 5.1], [10, 5.2]])
    tree, placed = grown(X, np.array([0, 0, 0, 1, 1, 1]))
    assert tree.root.name == "f1"
    assert placed.tolist() == [0, 0, 0, 1, 1, 1]


def test_every_segment_has_one_leaf_and_rows_are_counted() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 7, 900)
    X = rng.uniform(-20, 20, (7, 3))[labels] + rng.normal(size=(900, 3))
    tree, placed = grown(X, labels)
    leaves = [node for node in nodes(tree.root) if node.number is not None]
    assert sorted(leaf.number or 0 for leaf in leaves) == list(range(1, 8))
    assert sum(leaf.n_rows for leaf in leaves) == tree.root.n_rows == 900
    assert tree.fidelity == np.mean(placed == labels) > 0.95
    for leaf in leaves:
        assert leaf.n_rows == np.count_nonzero(placed == (leaf.number or 0) - 1)


def test_a_row_goes_where_the_questions_send_it() -> None:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 4, 300)
    X = rng.uniform(-9, 9, (4, 2))[labels] + rng.normal(scale=2, size=(300, 2))
    tree, placed = grown(X, labels)
    for row, label in zip(X, placed, strict=True):
        node = tree.root
        while node.below is not None and node.above is not None:
            node = node.below if row[int(node.name[1:])] < node.threshold else node.above
        assert node.number == label + 1


def test_centers_that_no_cut_parts_share_a_leaf() -> None:
    X = np.ones((6, 1))
    tree, placed = grown(X, np.array([0, 0, 1, 1, 1, 1]))
    assert tree.root.number == 2  # that of most rows
    assert placed.tolist() == [1] * 6
    assert tree.fidelity == pytest.approx(4 / 6)


def test_importance_by_hand() -> None:
    # f0: means 1 and 5 about 3, two rows each: between 4·4 = 16, total 16 + 4·1 = 20
    X = np.array([[0.0, 7, 1], [2, 7, 3], [4, 7, 1], [6, 7, 3]])
    first, second, third = importance(X, np.array([0, 0, 1, 1]), 2, ["a", "b", "c"])
    assert (first.name, first.share, first.parted) == ("a", 1.0, 0.8)
    assert {second.name, third.name} == {"b", "c"}
    assert second.share == third.share == second.parted == third.parted == 0.0


def test_importance_sums_to_one() -> None:
    rng = np.random.default_rng(2)
    X, labels = rng.normal(size=(200, 5)), rng.integers(0, 3, 200)
    told = importance(X, labels, 3, list("abcde"))
    assert sum(one.share for one in told) == pytest.approx(1)
    assert all(0 <= one.parted <= 1 for one in told)
    assert [one.share for one in told] == sorted((one.share for one in told), reverse=True)
