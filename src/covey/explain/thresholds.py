"""Readable thresholds: round numbers that cut a column where its quantiles do."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from covey.flow import Feature

#: Cuts tried in a column. One quantile step is 0.4 % of the rows, the most a rounded cut can
#: put on the wrong side of the best one; columns of fewer values are cut between all of them.
N_CUTS = 254
#: A threshold keeps this share of the gap between two values away from either: rows that come
#: later should not fall on the wrong side for being a little less typical.
EDGE = 0.15


def binned(
    filled: NDArray[np.float64], columns: Sequence[Feature]
) -> tuple[list[NDArray[np.float64]], NDArray[np.int16]]:
    """Return the thresholds of each column, and the bin (d, n) that each value falls in.

    Parameters
    ----------
    filled : (n, d) float64
        Reader's units, no missing value. A column with infinite values has no threshold.
    columns : d features
    """
    cuts = [
        cuts_of(filled[:, j], column.whole) if np.isfinite(filled[:, j]).all() else np.zeros(0)
        for j, column in enumerate(columns)
    ]
    codes = [np.searchsorted(cut, filled[:, j], "right") for j, cut in enumerate(cuts)]
    return cuts, np.stack(codes).astype(np.int16)


def cuts_of(values: NDArray[np.float64], whole: bool) -> NDArray[np.float64]:
    """Return ascending thresholds t, so that ``x < t`` splits the values in every useful way.

    Each is the roundest number that separates two neighbouring quantiles.

    Parameters
    ----------
    values : (n,) float64, finite
    whole : all values are whole numbers; thresholds are then whole, too
    """
    distinct = np.unique(values)
    if len(distinct) > N_CUTS + 1:
        ordered = np.sort(values)
        places = np.linspace(0, len(ordered) - 1, N_CUTS + 1).round().astype(np.int64)
        distinct = np.unique(ordered[places])
    return np.array([roundest(low, high, whole) for low, high in itertools.pairwise(distinct)])


def roundest(low: float, high: float, whole: bool = False) -> float:
    """Return the roundest number t with ``low < t <= high``, well inside the gap if there is one.

    >>> roundest(17.0, 23.4), roundest(0.1234, 0.1236), roundest(3.0, 50.0)
    (20.0, 0.1235, 30.0)
    """
    if low < 0 < high:
        return 0.0
    edge = EDGE * (high - low)
    if not 0 < edge < math.inf:
        return high
    inside = _round_between(low + edge, high - edge, whole)
    if inside is None or not low < inside <= high:
        inside = _round_between(low, high, whole)
    return high if inside is None else inside


def _round_between(low: float, high: float, whole: bool) -> float | None:
    """Return the roundest number in (low, high], or None when no short one is there."""
    middle = low / 2 + high / 2
    exponent = math.floor(math.log10(max(abs(low), abs(high)))) + 1
    for power in range(exponent, exponent - 18, -1):
        if whole and power < 0:
            return None
        for multiple in (10, 5):
            found = _multiple(low, high, middle, multiple, power - 1)
            if found is not None and (not whole or found == math.floor(found)):
                return found
    return None


def _multiple(low: float, high: float, middle: float, m: int, power: int) -> float | None:
    """Return the multiple of m·10^power in (low, high] that is nearest to the middle, if any."""
    if power > 300 or power < -300:
        return None
    step = m * 10.0**power
    count = round(middle / step)
    for near in sorted((count - 1, count, count + 1), key=lambda c: abs(c * step - middle)):
        value = float(f"{near * m}e{power}")  # correctly rounded: prints as it reads
        if low < value <= high:
            return value
    return None
