"""DBCV: numbers by hand, a slow twin, and what must not change it."""

from __future__ import annotations

import numpy as np
import pytest

from covey.explain.density import core_distances, density_scores, validity


def distances(X: np.ndarray) -> np.ndarray:
    return np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))


def twin_validity(between: np.ndarray, labels: np.ndarray, d: int) -> float:
    """Do what ``validity`` does edge by edge: Kruskal's algorithm on sorted tuples."""
    clusters = [np.flatnonzero(labels == c) for c in np.unique(labels) if c > 0]
    clusters = [own for own in clusters if len(own) > 1]
    if len(clusters) < 2:
        return float("nan")
    sparse, inner, core = [], [], {}
    for own in clusters:
        for i in own:
            others = [between[i, j] for j in own if j != i]
            if min(others) == 0:
                core[i] = 0.0
            else:
                core[i] = (sum((1 / one) ** d for one in others) / (len(own) - 1)) ** (-1 / d)
        densest = sorted(own, key=lambda i: (core[i], i))
        rank = {i: place for place, i in enumerate(densest)}
        edges = sorted(
            (max(core[i], core[j], between[i, j]), min(rank[i], rank[j]), between[i, j],
             max(rank[i], rank[j]), i, j)
            for i in own for j in own if i < j
        )  # fmt: skip
        part = {i: i for i in own}
        tree = []
        for weight, *_, i, j in edges:
            if part[i] != part[j]:
                gone = part[j]
                part = {k: part[i] if p == gone else p for k, p in part.items()}
                tree.append((weight, i, j))
        degree = {i: sum(i in edge[1:] for edge in tree) for i in own}
        inside = [i for i in own if degree[i] > 1] or list(own)
        longest = [w for w, i, j in tree if degree[i] > 1 and degree[j] > 1]
        sparse.append(max(longest or [w for w, *_ in tree]))
        inner.append(inside)
    total = 0.0
    for a, own in enumerate(clusters):
        apart = min(
            max(core[i], core[j], between[i, j])
            for b in range(len(clusters)) if b != a
            for i in inner[a] for j in inner[b]
        )  # fmt: skip
        most = max(apart, sparse[a])
        total += len(own) * ((apart - sparse[a]) / most if most else 0.0)
    return total / len(labels)


def test_two_pairs_by_hand() -> None:
    """Pairs 1 apart, 9 between them: core distances 1, sparseness 1, separation 9."""
    X = np.array([[0.0], [1.0], [10.0], [11.0]])
    assert validity(distances(X), np.array([1, 1, 2, 2]), 1) == pytest.approx((9 - 1) / 9)
    # a row of noise at 30 takes its share away
    X = np.append(X, [[30.0]], axis=0)
    assert validity(distances(X), np.array([1, 1, 2, 2, 0]), 1) == pytest.approx(4 / 5 * 8 / 9)


def test_core_distance_is_a_power_mean() -> None:
    """Of distances 1 and 2 in two features: ((1 + 1/4) / 2)^(−1/2)."""
    core = core_distances(distances(np.array([[0.0, 0], [1, 0], [-2, 0]])), 2)
    assert core[0] == pytest.approx(((1 + 1 / 4) / 2) ** -0.5)
    assert core_distances(distances(np.zeros((3, 2))), 2).tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(6))
def test_against_the_slow_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    d = 1 + seed % 3
    X = np.vstack([rng.normal(3 * c, 1, (12, d)) for c in range(3)])
    if seed % 2:
        X = X.round(0)  # many equal rows, many equal distances
    labels = np.repeat([1, 2, 3], 12)
    labels[rng.choice(36, 6, replace=False)] = 0
    expected = twin_validity(distances(X), labels, d)
    assert validity(distances(X), labels, d) == pytest.approx(expected, rel=1e-9)


def test_shape_decides_and_not_roundness() -> None:
    """Two long parallel strips: cut along the gap it is good, cut across it is bad."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 20, 200)
    upper = np.arange(200) % 2
    X = np.column_stack([x, 3 * upper + rng.normal(0, 0.2, 200)])
    rows = np.arange(200)
    along, across = density_scores(X, [1 + upper, 1 + (x > 10)], rows)
    assert along > 0.3
    assert across < 0


def test_order_and_unit_change_nothing() -> None:
    rng = np.random.default_rng(1)
    X = np.vstack([rng.normal(0, 1, (40, 2)), rng.normal(6, 1, (40, 2))])
    labels, rows = np.repeat([1, 2], 40), np.arange(80)
    (score,) = density_scores(X, [labels], rows)
    order = rng.permutation(80)
    assert density_scores(X[order], [labels[order]], rows)[0] == pytest.approx(score)
    assert density_scores(X * 1e120, [3 - labels], rows)[0] == pytest.approx(score)


@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, 2], [1, 2, 3, 4]])
def test_fewer_than_two_clusters_have_no_score(labels: list[int]) -> None:
    (score,) = density_scores(np.arange(8.0).reshape(4, 2), [np.array(labels)], np.arange(4))
    assert np.isnan(score)


def test_equal_rows_and_many_features_do_not_overflow() -> None:
    X = np.repeat(np.arange(4.0)[:, None] * np.ones(60), 5, axis=0) * 1e-3
    (score,) = density_scores(X, [np.repeat([1, 2], 10)], np.arange(20))
    assert -1 <= score <= 1
