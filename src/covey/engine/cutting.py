"""Sorted values cut into k stretches of least scatter.

Instead of a table of n × k costs, each stretch is charged a penalty: for one penalty the
cheapest partition of any size is one sweep (``passes.partition``), and the size falls as the
penalty rises. A partition of k parts that is the cheapest for some penalty is the best of all with
k parts. The best scatter is convex in k, so there is such a penalty; where several k share one,
two partitions are spliced into one of exactly k parts.

The penalty is sought on every 8th, 64th, … place. There, sweeps from both ends that count of a
stretch only what it costs at least bound every partition that is cut between two such places, and
most places are left out for good before the last sweep decides between single values. What is
left out costs more than the partition in hand: nothing is approximate.

References
----------
Aggarwal, A., Schieber, B., Tokuyama, T. (1994). Finding a minimum-weight k-link path in graphs
with the concave Monge property. Discrete & Computational Geometry 12, 263-280 (the penalty, and
splicing). doi 10.1007/BF02574380
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.passes import Doubles, Floats

Places = NDArray[np.int64]

#: places between two that the next coarser level looks at
STRIDE = 8
#: places that the coarsest level should have, and for each part: fewer say too little
LEAST_PLACES, PLACES_PER_PART = 2048, 32
#: Bounds leave out places where parts · √(2 stride / places) is below this: by then about as many
#: are left as are not, and the sweeps that bound them cost as much as they save.
WORTH = 0.5
#: rounding of the steps of a sweep, as a share of what they add up
_SLACK = 16 * 2.0**-53


@dataclass(frozen=True)
class Values:
    """Distinct values in ascending order, and running sums of them."""

    x: Floats  # (m,)
    weight: Doubles | None  # (m,) > 0
    origin: float  # about their middle: sums are of x − origin
    columns: int = passes.PLAIN

    @cached_property
    def coarse(self) -> Doubles:
        """The sums before every ``STRIDE``-th value and before the end."""
        return passes.running_sums(self.x, self.weight, self.origin, STRIDE, columns=self.columns)

    def at_strides(self, places: Places) -> Doubles:
        """Return the sums at places that are multiples of ``STRIDE``, or the end."""
        return self.coarse[-(-places // STRIDE)]

    def in_blocks(self, blocks: Places) -> Doubles:
        """Return the sums at all places of some blocks of ``STRIDE`` places, and at the end."""
        return passes.sums_within(self.x, self.weight, self.origin, STRIDE, self.coarse, blocks)

    @property
    def scatter(self) -> float:
        """The sum of squares about the mean."""
        weight, total, squares = self.coarse[-1, :: self.columns // 3]
        return float(squares - total * total / weight)

    @property
    def rounding(self) -> float:
        """What the scatter of a stretch is off by, in roundings: the sum of squares, or nothing."""
        return float(self.coarse[-1, 2]) if self.columns == passes.PLAIN else 0.0


@dataclass(frozen=True)
class Cut:
    """A partition that is the cheapest for its penalty."""

    places: Places  # (parts + 1,) ascending from 0 to the number of values
    scatter: float  # Σ over its stretches
    penalty: float

    @property
    def parts(self) -> int:
        """Number of its stretches."""
        return len(self.places) - 1


def best_cut(values: Values, k: int) -> Cut:
    """Return the partition of least scatter into ``k`` stretches, 1 <= k < number of values."""
    m = len(values.x)
    strides = [STRIDE**level for level in range(int(math.log(max(m, 2), STRIDE)), 0, -1)]
    strides = [s for s in strides if m // s >= max(LEAST_PLACES, PLACES_PER_PART * k)]
    one = Cut(np.array([0, m]), values.scatter, values.scatter)
    penalty = 2 * one.scatter / k**3  # of evenly spread values
    if strides:
        starts = np.arange(0, m, strides[0])
        every = Cut(np.append(starts, m), 0.0, 0.0)
        guess = find(lambda p: _at_stride(values, starts, p)[0], k, one, every, penalty)
        penalty = guess.penalty
    if k == 1:
        return one
    every = Cut(np.arange(m + 1), 0.0, 0.0)
    return find(lambda p: cheapest(values, p, strides, k), k, one, every, penalty)


def find(solve: Callable[[float], Cut], k: int, few: Cut, many: Cut, penalty: float) -> Cut:
    """Return the best partition into ``k`` parts, from the cheapest ones for several penalties.

    Parameters
    ----------
    solve : callable (penalty) -> Cut
    k : int, few.parts <= k <= many.parts
    few, many : Cut
        Of the fewest and the most parts.
    penalty : float
        Where to start.
    """
    for end in (few, many):
        if end.parts == k:
            return end
    first = few, many
    on_line = False
    for turn in itertools.count(1):
        got = solve(penalty)
        if got.parts == k:
            return got
        if on_line and not few.parts < got.parts < many.parts:
            return splice(few, many, k, penalty)
        few, many = (got, many) if got.parts < k else (few, got)
        # Scatter falls about with the square of the parts, so the penalty with their cube; ever
        # longer steps where it does not.
        if few is first[0] or many is first[1]:
            penalty = got.penalty * (got.parts / k) ** (2 + turn)
        else:
            share = math.log(k / few.parts) / math.log(many.parts / few.parts)
            penalty = few.penalty * (many.penalty / few.penalty) ** share
        between = many.penalty < penalty < few.penalty
        on_line = not between or (turn % 3 == 0 and few is not first[0] and many is not first[1])
        if on_line:  # where both cost the same: either nothing between is cheaper, or it is found
            penalty = (few.scatter - many.scatter) / (many.parts - few.parts)
    raise AssertionError("unreachable: every third turn narrows or ends")


def splice(few: Cut, many: Cut, k: int, penalty: float) -> Cut:
    """Join two partitions, both the cheapest for the penalty, into one of ``k`` parts that is too.

    The first stretch of ``few`` that holds one of ``many``, counted from ``many.parts − k`` on, is
    where to change over: by the quadrangle inequality the two crossed paths cost no more than the
    two together, so each of them is as cheap.
    """
    a, b, skipped = few.places, many.places, many.parts - k
    i = int(np.argmax(b[skipped + 1 : skipped + 1 + few.parts] <= a[1:]))
    places = np.concatenate([a[: i + 1], b[i + skipped + 1 :]])
    share = (many.parts - k) / (many.parts - few.parts)
    return Cut(places, many.scatter + share * (few.scatter - many.scatter), penalty)


def cheapest(values: Values, penalty: float, strides: list[int], k: int) -> Cut:
    """Return the cheapest partition of all for a penalty, of about ``k`` parts."""
    m = len(values.x)
    starts = np.arange(0, m, strides[0] if strides else STRIDE)
    for stride in strides:
        if k * math.sqrt(2 * stride / m) < WORTH:
            cut, most = _at_stride(values, starts, penalty)
            most += _SLACK * (cut.parts + 2) * (most + values.rounding)
            kept = _least(values, starts, stride, penalty) <= most
            kept[0] = True
            starts = starts[kept]
        if stride > STRIDE:
            starts = (starts[:, None] + np.arange(0, stride, stride // STRIDE)).ravel()
            starts = starts[: np.searchsorted(starts, m)]
    path, found = _swept(values.in_blocks(starts // STRIDE), penalty)
    places = np.append(starts[path[:-1] // STRIDE] + path[:-1] % STRIDE, m)
    return Cut(places, found.scatter, penalty)


def _at_stride(values: Values, starts: Places, penalty: float) -> tuple[Cut, float]:
    """Return the cheapest partition that is cut at some of ``starts`` only, and its cost."""
    places = np.append(starts, len(values.x))
    path, found = _swept(values.at_strides(places), penalty)
    return Cut(places[path], found.scatter, penalty), float(found.cost[-1])


def _swept(rows: Doubles, penalty: float) -> tuple[Places, passes.Paths]:
    """Return the rows at which the cheapest partition is cut, and all paths."""
    found = passes.partition(rows, rows, penalty)
    path = np.empty(found.n_parts + 1, np.int64)
    path[-1] = len(rows) - 1
    for i in range(found.n_parts, 0, -1):
        path[i - 1] = found.before[path[i]]
    return path, found


def _least(values: Values, starts: Places, stride: int, penalty: float) -> Doubles:
    """Return what a partition costs at least that is cut in start … start + stride − 1 (n,).

    A stretch from one such block to another costs at least what lies between the end of the one
    and the start of the other; the cheapest path by these costs, to a block's start from the left
    and to its end from the right, costs no more than any partition does there.
    """
    ends = np.minimum(starts + stride, len(values.x))
    begin, end, last = values.at_strides(starts), values.at_strides(ends), values.coarse[-1:]
    there = passes.partition(np.concatenate([end, last]), np.concatenate([begin, last]), penalty)
    back = passes.partition(
        -np.concatenate([last, begin[::-1]]), -np.concatenate([last, end[::-1]]), penalty
    )
    return there.cost[:-1] + back.cost[:0:-1]
