"""From rows to what is asked: medians, paired medians, and bytes at equal look."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from benchmarks.images.rows import Row, Time

#: metrics that are compared by their ratio; the others by their difference
RATIOS = ("bytes", "seconds")


@dataclass(frozen=True)
class Who:
    """A method at a strength of dithering."""

    method: str
    dither: float = 0.0


@dataclass(frozen=True)
class Paired:
    """Differences (or ratios) on the same pictures."""

    by_picture: Mapping[str, float]

    @property
    def median(self) -> float | None:
        """The median; None when no picture has both."""
        return median(self.by_picture.values()) if self.by_picture else None


class Figures:
    """The rows, by who made them."""

    def __init__(self, rows: Sequence[Row], times: Sequence[Time] = ()) -> None:
        self.rows, self.times = rows, times
        self._rows = {(r.method, r.dither, r.k, r.picture): r for r in rows}
        self._times = {(t.method, t.dither, t.k, t.picture): t for t in times}

    def row(self, who: Who, k: int, picture: str) -> Row | None:
        """Return one row; None where nothing was measured."""
        return self._rows.get((who.method, who.dither, k, picture))

    def values(self, who: Who, k: int, metric: str, kind: str = "photo") -> dict[str, float]:
        """Return a metric by picture, of those of a kind that have it."""
        found = {}
        for row in self.rows:
            if (row.method, row.dither, row.k, row.kind) == (who.method, who.dither, k, kind):
                value = getattr(row, metric)
                if value is not None:
                    found[row.picture] = value
        return found

    def median(self, who: Who, k: int, metric: str, kind: str = "photo") -> float | None:
        """Return the median over the pictures of a kind."""
        found = self.values(who, k, metric, kind)
        return median(found.values()) if found else None

    def paired(self, a: Who, b: Who, k: int, metric: str, kind: str = "photo") -> Paired:
        """Return ``a`` beside ``b``: the difference, or the ratio of bytes."""
        mine, theirs = self.values(a, k, metric, kind), self.values(b, k, metric, kind)
        both = [name for name in mine if name in theirs]
        return Paired({name: _beside(mine[name], theirs[name], metric) for name in both})

    def at_equal_look(self, a: Who, b: Who, k: int) -> Paired:
        """Return a's bytes over b's with K colors, where a looks as good by SSIMULACRA2.

        Between a's numbers of colors the logarithm of bytes is taken for linear in the score. A
        score that none of a's palettes reaches counts as infinitely many bytes; one that all
        surpass counts as the bytes of the smallest, which is too many.
        """
        found = {}
        for picture, look in self.values(b, k, "ssimulacra2").items():
            there = self.row(b, k, picture)
            points = [
                (row.ssimulacra2, row.bytes)
                for row in self.rows
                if (row.method, row.dither, row.picture) == (a.method, a.dither, picture)
                and row.ssimulacra2 is not None
                and row.bytes
            ]
            if len(points) > 1 and there is not None and there.bytes:
                found[picture] = bytes_at(points, look) / there.bytes
        return Paired(found)

    def seconds(self, who: Who, k: int, large: bool = False) -> dict[str, float]:
        """Return the seconds by picture; of about 0.4 megapixels, or of about 24."""
        return {
            picture: time.seconds
            for (method, dither, n, picture), time in self._times.items()
            if (method, dither, n) == (who.method, who.dither, k)
            and time.seconds is not None
            and (time.megapixels > 4) == large
        }

    def times_as_long(self, a: Who, b: Who, k: int, large: bool = False) -> Paired:
        """Return a's seconds over b's."""
        mine, theirs = self.seconds(a, k, large), self.seconds(b, k, large)
        return Paired({name: mine[name] / theirs[name] for name in mine if name in theirs})


def _beside(a: float, b: float, metric: str) -> float:
    if metric in RATIOS:
        return a / b
    return 0.0 if a == b else a - b  # two exact pictures: inf − inf


def bytes_at(points: Sequence[tuple[float, float]], look: float) -> float:
    """Return the least bytes at which a curve of (score, bytes) reaches a score.

    >>> round(bytes_at([(0, 100), (50, 1000)], 25))
    316
    """
    curve = sorted(points, key=lambda point: point[1])
    if curve[0][0] >= look:
        return curve[0][1]
    for (low, few), (high, many) in pairwise(curve):
        if high >= look:
            part = (look - low) / (high - low) if high > low else 1.0
            return float(np.exp(math.log(few) + part * (math.log(many) - math.log(few))))
    return math.inf
