"""Nested samples of the rows: each one twice as large, and with all of the one before in it.

A place is a number in [0, 1), and stands for the row at that share of the rows, or of the running
sum of their weights. The places of a sample lie one in each of as many equal strata as there are
places: that draws every row with the same probability (or with one proportional to its weight),
as independent draws do, and a sample of rows that come in some order, as pixels and records do,
is closer to the whole than independent draws are (stratified sampling). A sample is doubled by
halving the strata and filling the halves without a place.

References
----------
Cochran, W. (1977). Sampling techniques, 3rd ed., chapter 5. Wiley. ISBN 0-471-16240-X
Owen, A. (1997). Scrambled net variance for integrals of smooth functions. Annals of Statistics
25(4), 1541-1562. doi 10.1214/aos/1031594731 (nested strata)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.engine.gather import subset
from covey.engine.passes import Doubles, Rows


@dataclass(frozen=True)
class Batch:
    """Rows that stand for all rows."""

    X: Rows  # (m, d): copies of some rows, or all rows themselves
    weight: Doubles | None  # (m,), or None for ones: a sample carries its weights by being drawn
    mass: float  # Σ weight
    whole: bool  # these are all the rows there are
    n_next: int = 0  # rows of the next batch

    @property
    def n_rows(self) -> int:
        """Number of rows, m."""
        return self.X.shape[0]


def nested_batches(
    X: Rows, weight: Doubles | None, size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """Yield samples of ``size``, 2 ``size``, 4 ``size`` … rows, and in the end all rows.

    A sample of more than half the rows is not drawn. So what is copied takes at most three
    quarters of the memory of X, for a moment, and nothing when ``size`` exceeds n / 2.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    weight : (n,) float64 >= 0, or None for ones
    size : int >= 1
    rng : numpy.random.Generator
    """
    n = X.shape[0]
    if 2 * size <= n:
        running = None if weight is None else np.cumsum(weight)
        places = (np.arange(size) + rng.random(size)) / size
        while 2 * len(places) <= n:
            rows = rows_at(places, n, running)
            n_next = 2 * len(rows) if 4 * len(rows) <= n else n
            yield Batch(subset(X, rows), None, float(len(rows)), whole=False, n_next=n_next)
            places = doubled(places, rng)
    yield Batch(X, weight, float(n if weight is None else weight.sum()), whole=True)


def doubled(places: Doubles, rng: np.random.Generator) -> Doubles:
    """Return 2 m places, one in each of 2 m strata: the m given ones and m new ones, ascending."""
    m = len(places)
    left = 2 * np.arange(m)
    taken = left + np.clip(np.floor(2 * m * places) - left, 0, 1).astype(np.intp)
    free = 2 * left + 1 - taken  # the other half of the same stratum
    both = np.empty(2 * m)
    both[taken], both[free] = places, (free + rng.random(m)) / (2 * m)
    return both


def rows_at(places: Doubles, n: int, running: Doubles | None) -> NDArray[np.intp]:
    """Return the rows (m,) at given places (m,), by the running sum of weights or else by index.

    A row of much weight, or at the border of two strata, may come more than once; a row without
    weight never does.
    """
    if running is None:
        return np.minimum((places * n).astype(np.intp), n - 1)
    rows = np.searchsorted(running, places * running[-1], side="right")
    return np.minimum(rows, np.searchsorted(running, running[-1]))
