"""Axes: from a value to a place on the picture, and the round values worth a tick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: beyond it the length of an axis would overflow; values are drawn at the end
LARGEST = 1e300


@dataclass(frozen=True)
class Axis:
    """A scale from values ``low … high`` to places ``start … end``.

    ``log`` compresses as a logarithm far from zero and is straight within ``knee`` of it, so
    zero and negative values have their place too.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False
    knee: float = 0.0  # 0 with ``log``: a plain logarithm, for values > 0

    def __call__(self, values: Any) -> NDArray[Any]:
        """Return the places of the values; values beyond the ends stop at the ends."""
        inside = np.clip(np.asarray(values, dtype=float), self.low, self.high)
        low, high = self._bend(np.array([self.low, self.high]))
        share = (self._bend(inside) - low) / (high - low)
        return self.start + share * (self.end - self.start)

    def _bend(self, values: NDArray[Any]) -> NDArray[Any]:
        if not self.log:
            return values
        return np.arcsinh(values / self.knee) if self.knee else np.log(values)

    def ticks(self, most: int = 6) -> list[float]:
        """Return round values inside the axis, ascending, at most about ``most``."""
        if not self.log:
            return round_steps(self.low, self.high, most)
        return self._log_ticks(most)

    def _log_ticks(self, most: int) -> list[float]:
        largest = max(abs(self.low), abs(self.high))
        smallest = self.knee or self.low
        decades = range(math.floor(math.log10(smallest)), math.ceil(math.log10(largest)) + 1)
        for factors in ((1, 2, 5), (1, 3), (1,)):
            sizes = [factor * 10.0**power for power in decades for factor in factors]
            found = sizes if not self.knee else [*[-s for s in sizes if s >= smallest], 0.0, *sizes]
            inside = sorted({value for value in found if self.low <= value <= self.high})
            if self.knee:
                inside = [v for v in inside if v == 0 or abs(v) >= smallest]
            if len(inside) <= most:
                break
        else:
            every = math.ceil(len(inside) / most)
            kept = inside[::every]
            inside = kept if 0.0 not in inside or 0.0 in kept else sorted({*kept, 0.0})
        return inside if len(inside) >= 2 else round_steps(self.low, self.high, most)


def fit_axis(values: NDArray[Any], start: float, end: float, log: bool = False) -> Axis:
    """Choose an axis for values: it holds all but the most extreme 0.4 % when those lie far out.

    Parameters
    ----------
    values : ndarray of shape (m,)
        NaN and infinities are left out.
    start, end : float
        Places of the low and the high end, in pixels.
    """
    values = np.clip(values[np.isfinite(values)], -LARGEST, LARGEST)
    if not len(values):
        return Axis(0.0, 1.0, start, end)
    low, high = float(values.min()), float(values.max())
    inner_low, inner_high = (float(q) for q in np.quantile(values, [0.002, 0.998]))
    reach = 0.5 * (inner_high - inner_low)
    if not log and reach > 0:
        low, high = max(low, inner_low - reach), min(high, inner_high + reach)
    if low == high:
        pad = abs(low) * 0.1 or 1.0
        return Axis(low - pad, high + pad, start, end)
    if log:
        return _log_axis(values, low, high, start, end)
    pad = 0.03 * (high - low)
    return Axis(0.0 if low >= 0 and low - pad < 0 else low - pad, high + pad, start, end)


def _log_axis(values: NDArray[Any], low: float, high: float, start: float, end: float) -> Axis:
    if low > 0:
        stretch = (high / low) ** 0.03
        return Axis(low / stretch, high * stretch, start, end, log=True)
    sizes = np.abs(values[values != 0])
    knee = float(10 ** math.floor(math.log10(max(np.quantile(sizes, 0.05), 1e-300))))
    bent_low, bent_high = math.asinh(low / knee), math.asinh(high / knee)
    pad = 0.03 * (bent_high - bent_low)
    outer = knee * math.sinh(bent_low - pad) if low < 0 else -0.3 * knee
    return Axis(outer, knee * math.sinh(bent_high + pad), start, end, log=True, knee=knee)


def round_steps(low: float, high: float, most: int) -> list[float]:
    """Return multiples of 1, 2, 2.5 or 5 × 10ⁿ between two values, at most ``most`` of them."""
    if not high > low:
        return [low]
    raw = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 2.5, 5, 10, 20):
        step = factor * power
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [
                round(i * step, 12 - math.floor(math.log10(step))) for i in range(first, last + 1)
            ]
    return [low, high]


def beyond(axis: Axis, values: NDArray[Any]) -> NDArray[Any]:
    """Tell which values the axis does not reach; they are drawn at its ends."""
    return (values < axis.low) | (values > axis.high)


def spaced(places: Sequence[float], widths: Sequence[float], gap: float = 8) -> list[int]:
    """Return which of the labels centered at these places to write so that none touch."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    kept: list[int] = []
    edge = -math.inf
    for i in order:
        if places[i] - widths[i] / 2 >= edge + (gap if kept else 0):
            kept.append(i)
            edge = places[i] + widths[i] / 2
    return kept
