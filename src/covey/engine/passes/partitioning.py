"""Passes of optimal clusters of one feature: running sums, and the cheapest partition by them.

A row of sums says Σw, Σw(x − o), Σw(x − o)² of all values before a place: (3,) doubles, or (6,),
each number as the sum of two doubles, where groups must keep their digits far from each other.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes.door import core
from covey.engine.rows import Doubles, Floats, Labels

#: columns of a row of sums
PLAIN, PRECISE = 3, 6


def running_sums(
    x: Floats, weight: Doubles | None, origin: float, stride: int = 1, *, columns: int = PLAIN
) -> Doubles:
    """Return the sums before every ``stride``-th value (n,), and before the end.

    The result is (⌈n / stride⌉ + 1, columns); its first row is zero.
    """
    rows = np.empty((-(-len(x) // stride) + 1, columns))
    core.running_sums(x, weight, origin, stride, rows)
    return rows


def sums_within(
    x: Floats,
    weight: Doubles | None,
    origin: float,
    stride: int,
    coarse: Doubles,
    blocks: NDArray[np.int64],
) -> Doubles:
    """Return the sums before each value of some blocks of ``stride`` values, and before the end.

    ``coarse`` is what ``running_sums`` gave for this stride; ``blocks`` are indices of its rows.
    """
    full = stride * len(blocks)
    short = -len(x) % stride if len(blocks) and blocks[-1] == len(coarse) - 2 else 0
    rows = np.empty((full - short + 1, coarse.shape[1]))
    core.sums_within(x, weight, origin, stride, coarse, blocks, rows[:-1])
    rows[-1] = coarse[-1]
    return rows


def twin_running_sums(
    x: Floats, weight: Doubles | None, origin: float, stride: int = 1, *, columns: int = PLAIN
) -> Doubles:
    """Do what ``running_sums`` does, in rational numbers."""
    w = np.ones(len(x)) if weight is None else weight
    rows, total = [], [Fraction(0)] * 3
    for i, (value, mass) in enumerate(zip(x.tolist(), w.tolist(), strict=True)):
        if i % stride == 0:
            rows.append(_row(total, columns))
        away, m = Fraction(value) - Fraction(origin), Fraction(mass)
        total = [total[0] + m, total[1] + m * away, total[2] + m * away * away]
    return np.array([*rows, _row(total, columns)])


def _row(total: list[Fraction], columns: int) -> list[float]:
    """Round a row of exact sums to doubles, or to sums of two doubles."""
    if columns == PLAIN:
        return [float(each) for each in total]
    return [part for each in total for part in (float(each), float(each - Fraction(float(each))))]


def means_between(x: Floats, weight: Doubles | None, places: NDArray[np.int64]) -> Doubles:
    """Return the weighted mean of the values between each of ``places`` (k + 1,) and the next."""
    means = np.empty(len(places) - 1)
    core.means_between(x, weight, places, means)
    return means


def twin_means_between(x: Floats, weight: Doubles | None, places: NDArray[np.int64]) -> Doubles:
    """Do what ``means_between`` does, in rational numbers."""
    w = np.ones(len(x)) if weight is None else weight
    mass = [Fraction(each) for each in w.tolist()]
    moment = [m * Fraction(value) for m, value in zip(mass, x.tolist(), strict=True)]
    ends = itertools.pairwise(places)
    return np.array([float(sum(moment[a:b]) / sum(mass[a:b])) for a, b in ends])


@dataclass(frozen=True)
class Paths:
    """The cheapest path to every place."""

    cost: Doubles  # (n,); 0 at the first
    before: Labels  # (n,) the place before each on its path
    n_parts: int  # stretches on the path to the last place
    scatter: float  # what these cost without the penalty


def partition(left: Doubles, right: Doubles, penalty: float) -> Paths:
    """Find the cheapest path from the first place to every place, over all ways to get there.

    Going from place s to place t > s costs the scatter between ``left[s]`` and ``right[t]`` (the
    sum of squares about the mean of the values between) and ``penalty``; both are (n, columns)
    sums, the same array where a stretch starts where the last one ended.
    """
    cost, before = np.empty(len(left)), np.empty(len(left), np.int32)
    return Paths(cost, before, *core.partition(left, right, penalty, cost, before))


def twin_partition(left: Doubles, right: Doubles, penalty: float) -> Paths:
    """Do what ``partition`` does, in NumPy: all pairs, O(n²)."""
    cost, before = np.zeros(len(left)), np.zeros(len(left), np.int32)
    for t in range(1, len(left)):
        ways = cost[:t] + twin_scatter(left[:t], right[t]) + penalty
        before[t] = int(np.argmin(ways))
        cost[t] = ways[before[t]]
    n_parts, place, scatter = 0, len(left) - 1, 0.0
    while place > 0:
        scatter += float(twin_scatter(left[before[place], None], right[place])[0])
        place, n_parts = int(before[place]), n_parts + 1
    return Paths(cost, before, n_parts, scatter)


def twin_scatter(start: Doubles, end: Doubles) -> Doubles:
    """Return the scatter between rows of sums (m, columns) and one row: in rational numbers."""
    rows = [[_whole(end, i) - _whole(row, i) for i in range(3)] for row in start]
    return np.array([float(q - s * s / w) if w > 0 else 0.0 for w, s, q in rows])


def _whole(row: Doubles, i: int) -> Fraction:
    """Return number ``i`` of a row of sums, exactly."""
    parts: list[Any] = [row[i]] if len(row) == PLAIN else [row[2 * i], row[2 * i + 1]]
    return sum((Fraction(float(part)) for part in parts), Fraction(0))
