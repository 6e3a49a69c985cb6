"""Numbers for clusters of several methods, so that clusters that match have the same one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from covey.explain.matching import best_matching

Integers = NDArray[np.int64]

#: rows that are enough to tell which clusters match
_MOST_ROWS = 20_000
#: Clusters match when they share this much of the rows that either has.
_ALIKE = 0.25
#: clusters of a labeling that are matched, the largest; the others get new numbers
_MOST_MATCHED = 60


def matched_numbers(labelings: Sequence[Integers]) -> list[Integers]:
    """Return the number of each cluster of each labeling.

    Parameters
    ----------
    labelings : sequence of (n,) int64
        Clusters from 0 without gaps, largest first; −1: in none. The first is what the others
        are matched to.

    Returns
    -------
    list of (k,) int64
        From 1. The clusters of the first keep their order; those of a later one get the numbers
        of clusters that they share most rows with, each number once, and new ones where there is
        none like them.
    """
    if not labelings:
        return []
    n = len(labelings[0])
    rows = np.unique(np.linspace(0, n - 1, min(n, _MOST_ROWS)).round().astype(np.int64))
    found: list[Integers] = []
    for i, labels in enumerate(labelings):
        k = int(labels.max(initial=-1)) + 1
        n_known = max((int(numbers.max(initial=0)) for numbers in found), default=0)
        numbers = np.zeros(k, np.int64)
        alike = np.zeros((min(k, _MOST_MATCHED), n_known))
        for other, known in zip(labelings[:i], found, strict=True):
            shared = _jaccard(labels[rows], other[rows], len(alike), min(len(known), _MOST_MATCHED))
            at = known[: shared.shape[1]] - 1
            alike[:, at] = np.maximum(alike[:, at], shared)
        for one, number in _pairs(alike):
            numbers[one] = number + 1
        fresh = np.flatnonzero(numbers == 0)
        numbers[fresh] = n_known + 1 + np.arange(len(fresh))
        found.append(numbers)
    return found


def commonest_first(numbers: Sequence[Integers]) -> list[Integers]:
    """Return matched numbers anew, those that most labelings have first, else in their order.

    The first colors are the easiest to tell apart: where most see two clusters, they get them.
    """
    had = np.bincount(np.concatenate([*numbers, np.zeros(1, np.int64)]))[1:]
    place = np.empty(len(had), np.int64)
    place[np.argsort(-had, kind="stable")] = 1 + np.arange(len(had))
    return [place[own - 1] for own in numbers]


def _pairs(alike: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the best one-to-one pairs that are alike enough."""
    if not alike.size:
        return []
    few = alike.shape[0] <= alike.shape[1]
    partner = best_matching(alike if few else alike.T.copy()).tolist()
    pairs = [(i, j) if few else (j, i) for i, j in enumerate(partner)]
    return [(i, j) for i, j in pairs if alike[i, j] >= _ALIKE]


def _jaccard(a: Integers, b: Integers, n_a: int, n_b: int) -> NDArray[np.float64]:
    """Return which share of the rows that either has two clusters share (n_a, n_b)."""
    size_a = np.bincount(a[(a >= 0) & (a < n_a)], minlength=n_a)
    size_b = np.bincount(b[(b >= 0) & (b < n_b)], minlength=n_b)
    both = (a >= 0) & (a < n_a) & (b >= 0) & (b < n_b)
    table = np.bincount(a[both] * n_b + b[both], minlength=n_a * n_b).reshape(n_a, n_b)
    either = size_a[:, None] + size_b - table
    return np.divide(table, either, out=np.zeros(table.shape), where=either > 0)
