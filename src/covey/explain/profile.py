"""What is typical of each segment, in the reader's units, beside the whole population."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.flow import Features, Level, Measure

Doubles = NDArray[np.float64]

#: A level is told only when a segment has at least this many rows of it, or would by chance.
LEAST_COUNT = 5
#: Cohen's h of 0.2 is his "small effect": below it a difference of shares is not worth telling.
LEAST_EFFECT = 0.2
#: Three percentage points: below, even a large ratio of rare categories changes no decision.
LEAST_POINTS = 0.03
#: Standard errors between the share in the segment and elsewhere; 3 leaves chance 0.3 %.
LEAST_Z = 3.0
#: Words of a yes/no column that say yes.
YES = frozenset({"yes", "true", "1", "y", "t"})
#: Categories looked at in a column, the most frequent first; a column of thousands names rows.
MOST_LEVELS = 50


@dataclass(frozen=True)
class Column:
    """One column of numbers that is told: a feature, or a described one."""

    name: str
    values: Doubles  # (n,) reader's units, NaN where missing
    unit: str = ""
    role: str = ""
    clustered: bool = True
    source: str = ""  # the input column: several features can come from one category


def columns_of(features: Features) -> tuple[Column, ...]:
    """Return the d features and then the described columns of numbers."""
    clustered = [
        Column(feature.name, features.raw[:, j], feature.unit, feature.role, True, feature.column)
        for j, feature in enumerate(features.columns)
    ]
    described = [
        Column(other.name, np.asarray(other.values, np.float64), other.unit, other.role, False)
        for other in features.described
        if other.kind == "number"
    ]
    return (*clustered, *described)


@dataclass(frozen=True)
class Ranked:
    """The known values of a column, sorted, with their segments: everything else is a lookup."""

    values: Doubles  # (m,) ascending, without missing ones, divided by ``scale``
    labels: NDArray[np.int32]  # (m,)
    scale: float  # a power of two: sums of values near 1e308 must not overflow

    @classmethod
    def of(cls, values: Doubles, labels: NDArray[np.int32]) -> Ranked:
        """Sort a column once."""
        known = np.isfinite(values)
        kept, tags = (values, labels) if known.all() else (values[known], labels[known])
        order = np.argsort(kept, kind="stable")
        top = float(np.abs(kept).max()) if len(kept) else 0.0
        scale = 2.0 ** (math.frexp(top)[1] - 1) if top > 1e100 else 1.0
        return cls(kept[order] / scale, tags[order], scale)

    def of_segment(self, label: int) -> Doubles:
        """Return the sorted values of one segment."""
        return self.values[self.labels == label]

    def percentile(self, value: float) -> float:
        """Return the share of values below, ties counted half, 0 … 100; ``value`` is scaled."""
        if not len(self.values) or not math.isfinite(value):
            return math.nan
        left = np.searchsorted(self.values, value, "left")
        right = np.searchsorted(self.values, value, "right")
        return float(50.0 * (left + right) / len(self.values))


def quantile(ordered: Doubles, q: float) -> float:
    """Return a quantile of sorted values by linear interpolation; NaN of none."""
    if not len(ordered):
        return math.nan
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    share = place - low
    return float(ordered[low] * (1 - share) + ordered[high] * share)


def measure(columns: Sequence[Column], labels: NDArray[np.int32], k: int) -> list[list[Measure]]:
    """Measure every column for the population and for each segment.

    Returns
    -------
    list of k + 1 lists of Measure
        ``[label][column]``; the last list is the population.

    Notes
    -----
    One sort for each column: O(m n log n). Missing values are left out, column by column.
    """
    table: list[list[Measure]] = [[] for _ in range(k + 1)]
    for column in columns:
        ranked = Ranked.of(column.values, labels)
        for label, one in enumerate(_measures(column, ranked, k)):
            table[label].append(one)
    return table


def _measures(column: Column, ranked: Ranked, k: int) -> list[Measure]:
    """Measure one column for segments 0 … k−1 and the population."""
    everyone, scale = ranked.values, ranked.scale
    mean = _mean(everyone)
    sd = math.sqrt(_mean((everyone - mean) ** 2)) if len(everyone) else math.nan
    if sd <= 1e-12 * abs(mean):
        sd = 0.0  # equal values whose mean was rounded
    median = quantile(everyone, 0.5)
    mixed = len(everyone) > 0 and everyone[0] < 0 < everyone[-1] and abs(mean) < sd
    measures = []
    for label in range(k + 1):
        own = ranked.of_segment(label) if label < k else everyone
        own_mean = _mean(own)
        own_median = quantile(own, 0.5)
        ratio = not mixed and mean != 0 and own_mean * mean >= 0
        measures.append(
            Measure(
                name=column.name,
                mean=own_mean * scale,
                median=own_median * scale,
                population_mean=mean * scale,
                population_median=median * scale,
                lift=own_mean / mean if ratio else math.nan,
                difference=(own_mean - mean) / sd if sd > 0 else 0.0,
                rank=ranked.percentile(own_median),
                p25=quantile(own, 0.25) * scale,
                p75=quantile(own, 0.75) * scale,
                unit=column.unit,
                role=column.role,
                clustered=column.clustered,
            )
        )
    return measures


def _mean(values: Doubles) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def apart_first(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """Order measures by what sets the segment apart: the largest |difference| first."""

    def key(one: Measure) -> float:
        return -abs(one.difference) if math.isfinite(one.difference) else 1.0

    return tuple(sorted(measures, key=key))


def stand_out(
    features: Features, labels: NDArray[np.int32], k: int, most: int = 8
) -> list[tuple[Level, ...]]:
    """Return, for each label, the categories whose share differs from the population's.

    A category is told when the difference is large (Cohen's h ≥ 0.2), more than chance (three
    standard errors against the other rows) and rests on at least five rows, seen or expected.
    Strongest first, at most ``most`` for each segment.
    """
    found: list[list[tuple[float, Level]]] = [[] for _ in range(k)]
    for column in features.described:
        if column.kind != "category" or k < 2:
            continue
        words, counts = _counts(column.values, labels, k)
        if not 2 <= len(words) <= len(labels) / 2:
            continue
        for label in range(k):
            found[label] += _of_segment(column.name, words, counts, label)
    return [
        tuple(level for _, level in sorted(levels, key=lambda pair: -pair[0])[:most])
        for levels in found
    ]


def _of_segment(
    column: str, words: list[str], counts: NDArray[np.int64], label: int
) -> list[tuple[float, Level]]:
    """Return the categories of a column that stand out in one segment, with their effect.

    Of two categories one says it all: yes, or the one that is more frequent than elsewhere.
    """
    totals, sizes = counts.sum(axis=1), counts.sum(axis=0)
    yes = [word for word in words if word.casefold() in YES]
    found = []
    for row in np.argsort(-totals, kind="stable")[:MOST_LEVELS]:
        effect = _effect(counts[row], sizes, label)
        if not effect:
            continue
        share = float(counts[row, label] / sizes[label])
        overall = float(totals[row] / sizes.sum())
        told = words[row] == yes[0] if len(yes) == 1 else share > overall
        if len(words) > 2 or told:
            found.append((effect, Level(column, words[row], share, overall, share / overall)))
    return found


def _counts(
    values: NDArray[np.object_], labels: NDArray[np.int32], k: int
) -> tuple[list[str], NDArray[np.int64]]:
    """Return the categories (c,) and their counts in each segment (c, k); missing left out."""
    codes: dict[str, int] = {}
    coded = np.fromiter(
        (
            -1 if value is None or value != value else codes.setdefault(str(value), len(codes))
            for value in values
        ),
        np.int64,
        len(values),
    )
    known = coded >= 0
    flat = np.bincount(coded[known] * k + labels[known], minlength=len(codes) * k)
    return list(codes), flat.reshape(len(codes), k)


def _effect(counts: NDArray[np.int64], sizes: NDArray[np.int64], label: int) -> float:
    """Return Cohen's h of a category's share in a segment against the population; 0: not told."""
    inside, size = int(counts[label]), int(sizes[label])
    outside, rest = int(counts.sum()) - inside, int(sizes.sum()) - size
    if not size or not rest:
        return 0.0
    overall = (inside + outside) / (size + rest)
    if max(inside, overall * size) < LEAST_COUNT:
        return 0.0
    share, elsewhere = inside / size, outside / rest
    error = math.sqrt(overall * (1 - overall) * (1 / size + 1 / rest))
    h = abs(2 * math.asin(math.sqrt(share)) - 2 * math.asin(math.sqrt(overall)))
    convincing = error > 0 and abs(share - elsewhere) >= max(LEAST_Z * error, LEAST_POINTS)
    return h if convincing and h >= LEAST_EFFECT else 0.0
