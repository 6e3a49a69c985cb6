"""Sorted values cut into k stretches of least scatter.

Instead of a table of n × k costs, each stretch is charged a penalty: for one penalty the
cheapest partition of any size is one sweep (``passes.partition``), and the size falls as the
penalty rises. A partition of k parts that is the cheapest for some penalty is the best of all with
k parts. The best scatter is convex in k, so there is such a penalty; where several k share one,
two partitions are spliced into one of exactly k parts.

The penalty is sought with values in blocks of 8, 64, …, smaller where a block would hold too much
of a part. Then sweeps from both ends that count of a stretch only what it costs at least bound
every partition that is cut within a block, and most blocks are left out for good before those that
are left are looked into. What is left out costs more than the partition in hand: nothing is
approximate.

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
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.once import once
from covey.engine.passes import Doubles, Floats

Places = NDArray[np.int64]

#: blocks in a block of the next level
STRIDE = 8
#: blocks that the coarsest level should have, and for each part: fewer say too little
LEAST_BLOCKS, BLOCKS_PER_PART = 2048, 32
#: Bounds are asked where parts · √(2 size / values), about half the share of the values that they
#: will leave, is below this; the sweeps for them cost more than they save else.
WORTH = 0.2
#: A block is split before bounds are asked of it where it may change the cost by more than this
#: share of what one more part would save, over the number of parts: at a gap, or in a tail.
_LUMP = 1 / 8
#: Where the scatter that is left is less than this share of what plain sums round (about 2⁻³³ of it
#: may be wrong then), sums are made twofold, at three times the cost.
LEAST_SHARE = 2.0**-18
#: penalties over scatter from which its digits are worth another sweep
DIGITS = 2.0**12
#: rounding of the steps of a sweep, as a share of what they add up
_SLACK = 16 * 2.0**-53


@dataclass(frozen=True)
class Values:
    """Distinct values in ascending order, and running sums of them."""

    x: Floats  # (m,)
    weight: Doubles | None  # (m,) > 0
    origin: float  # about their middle: sums are of x − origin
    columns: int = passes.PLAIN

    @once
    def coarse(self) -> Doubles:
        """The sums before every ``STRIDE``-th value and before the end."""
        return passes.running_sums(self.x, self.weight, self.origin, STRIDE, columns=self.columns)

    def at(self, places: Places) -> Doubles:
        """Return the sums at ascending places, 0 … m, where the last may be the end."""
        rows = self.coarse[-(-places // STRIDE)]
        inner = np.flatnonzero((places % STRIDE != 0) & (places < len(self.x)))
        if len(inner):
            block = places[inner] // STRIDE
            first = np.append(True, block[1:] != block[:-1])
            fine = passes.sums_within(
                self.x, self.weight, self.origin, STRIDE, self.coarse, block[first]
            )
            rows[inner] = fine[(np.cumsum(first) - 1) * STRIDE + places[inner] % STRIDE]
        return rows

    def everywhere(self) -> Doubles:
        """Return the sums at all places."""
        return passes.running_sums(self.x, self.weight, self.origin, columns=self.columns)

    @property
    def scatter(self) -> float:
        """The sum of squares about the mean."""
        weight, total, squares = self.coarse[-1, :: self.columns // 3]
        return float(squares - total * total / weight)

    @once
    def rounding(self) -> float:
        """What the scatter of a stretch may be off by, in roundings of a double.

        For S²/W of a stretch far from the origin: that of its squares, of the sum S of all values
        before it, and of their weight W, unless weights are whole numbers.
        """
        if self.columns != passes.PLAIN:
            return 0.0
        far = max(self.origin - float(self.x[0]), float(self.x[-1]) - self.origin)
        whole = self.weight is None or bool((self.weight == np.rint(self.weight)).all())
        of_weight = 0.0 if whole else far * far * float(self.coarse[-1, 0])
        of_sums = 2 * far * float(np.abs(self.coarse[:, 1]).max())
        return float(self.coarse[-1, 2]) + of_sums + of_weight


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


@dataclass(frozen=True)
class Blocks:
    """Ascending blocks of values within which a partition may be cut; not before or after them."""

    starts: Places  # (n,)
    sizes: Places  # (n,) powers of STRIDE; the last block ends with the values
    m: int  # number of values

    @classmethod
    def all_of(cls, m: int, size: int) -> Blocks:
        """Cover ``m`` values by blocks of one size."""
        starts = np.arange(0, m, size)
        return cls(starts, np.full(len(starts), size), m)

    @property
    def ends(self) -> Places:
        """Where the blocks end."""
        return np.minimum(self.starts + self.sizes, self.m)

    def only(self, kept: NDArray[np.bool_]) -> Blocks:
        """Return some of the blocks."""
        return Blocks(self.starts[kept], self.sizes[kept], self.m)

    def split(self, some: NDArray[np.bool_]) -> Blocks:
        """Split some of the blocks into ``STRIDE`` each, those of one value excepted."""
        times = np.where(some & (self.sizes > 1), STRIDE, 1)
        sizes = np.repeat(self.sizes // times, times)
        nth = np.arange(len(sizes)) - np.repeat(np.cumsum(times) - times, times)
        starts = np.repeat(self.starts, times) + nth * sizes
        return Blocks(starts, sizes, self.m).only(starts < self.m)


def best_cut(values: Values, k: int, penalty: float | None = None) -> Cut:
    """Return the partition of least scatter into ``k`` stretches, 1 <= k < number of values.

    ``penalty`` is where to start looking for the one that gives so many, if anything is known.
    """
    m = len(values.x)
    one, size = Cut(np.array([0, m]), values.scatter, values.scatter), 1
    while m // (size * STRIDE) >= max(LEAST_BLOCKS, BLOCKS_PER_PART * k):
        size *= STRIDE
    if k == 1:
        return one
    every = Cut(np.arange(m + 1), 0.0, 0.0)
    if penalty is None:
        penalty = 2 * one.scatter / k**3  # of evenly spread values
        if size > 1:
            cut = find(lambda p: _coarsely(values, p, size, k), k, one, every, penalty)
            penalty = cut.penalty
            if _doubtful(values, cut):
                return best_cut(replace(values, columns=passes.PRECISE), k, penalty)
    cut = find(lambda p: cheapest(values, p, size, k), k, one, every, penalty)
    if _doubtful(values, cut):
        return best_cut(replace(values, columns=passes.PRECISE), k, cut.penalty)
    return cut


def _doubtful(values: Values, cut: Cut) -> bool:
    """Tell whether sums in double may have lost the digits that decide."""
    return values.columns == passes.PLAIN and cut.scatter < LEAST_SHARE * values.rounding


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
            return _closer(solve, got)
        if on_line and not few.parts < got.parts < many.parts:
            return splice(few, many, k, penalty)
        few, many = (got, many) if got.parts < k else (few, got)
        # Scatter falls about with the square of the parts, so the penalty with their cube; where it
        # does not, steps double until both sides of k are known.
        if few is first[0] or many is first[1] or many.penalty <= 0:
            step = 3 * 2.0 ** min(turn - 1, 30) * math.log(got.parts / k)
            penalty = got.penalty * math.exp(max(min(step, 700.0), -700.0))
        else:
            share = math.log(k / few.parts) / math.log(many.parts / few.parts)
            penalty = few.penalty * (many.penalty / few.penalty) ** share
        between = many.penalty < penalty < few.penalty
        on_line = not between or (turn % 3 == 0 and few is not first[0] and many is not first[1])
        if on_line:  # where both cost the same: either nothing between is cheaper, or it is found
            penalty = max((few.scatter - many.scatter) / (many.parts - few.parts), 0.0)
    raise AssertionError("unreachable: a turn on the line narrows or ends")


def _closer(solve: Callable[[float], Cut], got: Cut) -> Cut:
    """Solve again where the penalty has taken the digits of the scatter.

    Between well-kept groups a penalty may be far above the scatter. The scatter itself is then a
    penalty for the same number of parts: one part more saves no more, one less costs more.
    """
    if got.penalty * got.parts <= DIGITS * got.scatter:
        return got
    again = solve(got.scatter)
    return again if again.parts == got.parts and again.scatter <= got.scatter else got


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


def cheapest(values: Values, penalty: float, size: int, k: int) -> Cut:
    """Return the cheapest partition of all for a penalty, of about ``k`` parts.

    ``size`` is that of the blocks to begin with.
    """
    m = len(values.x)
    if k * math.sqrt(2 * size / m) >= WORTH:
        size = STRIDE if k * math.sqrt(2 * STRIDE / m) < WORTH else 1
    blocks = Blocks.all_of(m, size)
    while blocks.sizes.max() > 1:
        blocks = _without_lumps(values, blocks, penalty, k)
        cut, most = _swept(values.at(places := np.append(blocks.starts, m)), places, penalty)
        blocks = _without_lumps(values, blocks, penalty, k, cut)
        most += _SLACK * (cut.parts + 2) * (most + values.rounding)
        kept = _least(values, blocks, penalty) <= most
        kept[0] = True
        blocks = blocks.only(kept)
        if blocks.sizes.sum() > m / 2:
            size = 1
            break
        blocks = blocks.split(np.ones(len(blocks.starts), bool))
    if size == 1:
        return _swept(values.everywhere(), None, penalty)[0]
    places = np.append(blocks.starts, m)
    return _swept(values.at(places), places, penalty)[0]


def _coarsely(values: Values, penalty: float, size: int, k: int) -> Cut:
    """Return the cheapest partition that is cut between blocks of about ``size`` values only."""
    blocks = _without_lumps(values, Blocks.all_of(len(values.x), size), penalty, k)
    places = np.append(blocks.starts, blocks.m)
    return _swept(values.at(places), places, penalty)[0]


def _without_lumps(
    values: Values, blocks: Blocks, penalty: float, k: int, cut: Cut | None = None
) -> Blocks:
    """Split blocks that scatter too much; or that weigh too much in a part of ``cut``.

    Of a block that is cut, bounds count nothing: they miss its weight times the square of its
    distance from the mean of its part.
    """
    means = values.x[:0]
    if cut is not None:
        means = passes.means_between(values.x, values.weight, cut.places)
    while True:
        first, last = values.at(blocks.starts), values.at(blocks.ends)
        weight, total, squares = ((last - first)[:, :: values.columns // 3]).T
        if cut is None:
            with np.errstate(invalid="ignore", divide="ignore"):
                size = squares - total * (total / weight)
        else:
            mean = means[np.searchsorted(cut.places, blocks.starts, side="right") - 1]
            low, high = values.x[blocks.starts], values.x[blocks.ends - 1]
            size = weight * np.maximum(np.abs(low - mean), np.abs(high - mean)) ** 2
        lumps = (size > _LUMP * penalty / k) & (blocks.sizes > 1)
        if not lumps.any():
            return blocks
        blocks = blocks.split(lumps)


def _swept(rows: Doubles, places: Places | None, penalty: float) -> tuple[Cut, float]:
    """Return the cheapest partition that is cut at some of the places, and its cost."""
    found = passes.partition(rows, rows, penalty)
    path = np.empty(found.n_parts + 1, np.int64)
    path[-1] = len(rows) - 1
    for i in range(found.n_parts, 0, -1):
        path[i - 1] = found.before[path[i]]
    at = path if places is None else places[path]
    return Cut(at, found.scatter, penalty), float(found.cost[-1])


def _least(values: Values, blocks: Blocks, penalty: float) -> Doubles:
    """Return what a partition costs at least that is cut at a value of a block, for each (n,).

    A stretch from one block to another costs at least what lies between the end of the one (or
    its only place) and the start of the other; the cheapest path by these costs, to a block's start
    from the left and to its end from the right, costs no more than any partition does there.
    """
    begin, last = values.at(blocks.starts), values.coarse[-1:]
    end = values.at(np.where(blocks.sizes > 1, blocks.ends, blocks.starts))
    there = passes.partition(np.concatenate([end, last]), np.concatenate([begin, last]), penalty)
    back = passes.partition(
        -np.concatenate([last, begin[::-1]]), -np.concatenate([last, end[::-1]]), penalty
    )
    return there.cost[:-1] + back.cost[:0:-1]
