"""Making features comparable: logs of heavy tails, then the same spread; both undone exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: a feature is logged when it is at least this skewed, and the log halves that
SKEWED = 1.0
#: features share one scale when the largest spread is at most this many times the smallest
COMPARABLE = 5.0
#: from here on log1p(x) equals log(x) in double, and the quotient could overflow
LARGE = 1e17


@dataclass(frozen=True)
class Scaling:
    """x → z = (f(x) − center) / spread, where f(x) is x or log(1 + x / log)."""

    log: float = 0.0  # in the unit of the column; 0: no log
    center: float = 0.0
    spread: float = 1.0

    def apply(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return z for values (n,) without NaN; below zero counts as zero under a log."""
        bent = bend(values, self.log) if self.log else values
        # halves: the difference of two numbers near 1e308 would overflow
        return (bent * 0.5 - self.center * 0.5) / (self.spread * 0.5)

    def undo(self, z: NDArray[Any]) -> NDArray[Any]:
        """Return x for z."""
        bent = (z * (self.spread * 0.5) + self.center * 0.5) * 2.0
        return unbend(bent, self.log) if self.log else bent


def bend(values: NDArray[Any], scale: float) -> NDArray[Any]:
    """Return log(1 + x / scale) without overflow; ``x < 0`` counts as 0."""
    values = np.maximum(values, 0.0)
    with np.errstate(over="ignore", divide="ignore"):
        ratio = values / scale
        large = np.log(values) - np.log(scale)
        return np.where(ratio > LARGE, large, np.log1p(ratio))


def unbend(values: NDArray[Any], scale: float) -> NDArray[Any]:
    """Return scale · (exp(y) − 1) without overflow."""
    with np.errstate(over="ignore"):
        return np.where(values > 39.0, np.exp(values + np.log(scale)), np.expm1(values) * scale)


def moments(values: NDArray[Any]) -> tuple[float, float]:
    """Return mean and standard deviation in two passes, exact for offsets and huge values."""
    largest = float(np.abs(values).max())
    if largest == 0.0 or values.min() == values.max():
        return float(values[0]), 0.0
    power = int(np.frexp(largest)[1])
    small = np.ldexp(values, -power)  # in [-1, 1]: a sum cannot overflow
    mean = float(small.mean())
    mean += float((small - mean).mean())
    spread = float(np.sqrt(np.square(small - mean).mean()))
    return float(np.ldexp(mean, power)), float(np.ldexp(spread, power))


def skewness(values: NDArray[Any]) -> float:
    """Return the third standardised moment; 0 for equal values."""
    mean, spread = moments(values)
    if spread == 0.0:
        return 0.0
    z = Scaling(0.0, mean, spread).apply(values)
    return float((z * z * z).mean())


def log_scale(values: NDArray[Any]) -> float:
    """Return the scale s of log(1 + x / s): small beside most positive values.

    The 5th percentile of the positive values, so that the unit of the column does not matter and
    zeros stay near the small values; rounded to three digits, so that it can be told.
    """
    positive = values[values > 0]
    if not len(positive):
        return 1.0
    low = float(np.quantile(positive, 0.05))
    rounded = float(f"{low:.3g}")
    return rounded if rounded > 0 else low


def wants_log(values: NDArray[Any]) -> tuple[float, float, float]:
    """Decide whether a log makes values (n,) less skewed.

    Returns
    -------
    scale : float
        Of the log; 0 when the values stay as they are.
    before, after : float
        Skewness without and with the log.
    """
    if values.min() < 0:
        return 0.0, skewness(values), 0.0
    before = skewness(values)
    if before <= SKEWED:
        return 0.0, before, 0.0
    scale = log_scale(values)
    after = skewness(bend(values, scale))
    return (scale if abs(after) < 0.5 * before else 0.0), before, after


def one_kind(names: Sequence[str], units: Sequence[str]) -> str:
    """Say why features are measurements of one kind, or return the empty string.

    They are when there are at least three, all in percent (or another known unit), or numbered
    like ``W0 … W51``, or the channels of a picture.
    """
    if len(names) < 3:
        return ""
    stems = {re.sub(r"\d+", "#", name) for name in names}
    if len(stems) == 1 and "#" in next(iter(stems)):
        return f"all are numbered measurements of one kind ({names[0]} … {names[-1]})"
    if tuple(name.casefold() for name in names) in (("r", "g", "b"), ("red", "green", "blue")):
        return "all are channels of one picture"
    if len(set(units)) == 1 and units[0]:
        return f"all are in {units[0]}"
    return ""


def comparable(spreads: Sequence[float]) -> bool:
    """Tell whether spreads are of the same order."""
    return min(spreads) > 0 and max(spreads) <= COMPARABLE * min(spreads)
