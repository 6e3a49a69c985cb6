"""Rows as a fit works on them, made once for all its starts: equal rows merged, doubles rounded.

Both leave every result as it is. Merging replaces equal rows by one of their summed weight;
rounding serves to rule out what floats can rule out (see ``passes.bounding``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.axes import main_axes
from covey.engine.once import once
from covey.engine.passes import Coarse, Csr, Doubles, Floats, Labels, Rows, View

#: Rows looked at to guess how many are equal; fewer rows than this are merged by nobody, because
#: a pass over them costs less than to find out.
_SAMPLE = 4096
#: Merging pays when it takes away a third of the rows; where the sample has this share of
#: repeated rows, all of them nearly always have many more.
_REPEATED = 0.05
_WORTH = 0.7
#: Values (n · d) from which a copy in float32 is worth the sweep that makes it.
_LARGE = 50_000
#: Values looked at to find the step of bytes, and the share that they hold without clipping.
_VALUES, _WITHIN = 1 << 18, 0.9999


class Workspace:
    """The rows of a fit.

    Attributes
    ----------
    given : (n, d), or CSR rows
        As the caller has them.
    X, weight : (m, d), (m,) or None
        The same with equal rows merged, where that pays; otherwise as given.
    """

    def __init__(self, X: Rows, weight: Doubles | None = None, *, merge: bool = True) -> None:
        self.given, self.given_weight = X, weight
        self.X, self.weight = X, weight
        self._which: NDArray[np.int32] | None = None
        self._coarse: Coarse | None = None
        if merge and not isinstance(X, Csr) and self._repeats(X):
            self._merge(X, weight)

    @staticmethod
    def _repeats(X: Floats) -> bool:
        """Tell from a sample whether many rows are equal."""
        n, d = X.shape
        if n < 2 * _SAMPLE or d > 16:
            return False
        sample = np.ascontiguousarray(X[:: n // _SAMPLE])
        return len(passes.equal_rows(sample)[0]) < (1 - _REPEATED) * len(sample)

    def _merge(self, X: Floats, weight: Doubles | None) -> None:
        first, which = passes.equal_rows(X)
        if len(first) > _WORTH * len(X):
            return
        self._which = which
        self.X = passes.take_rows(X, first)
        self.weight = passes.add_weights(which, weight, len(first))

    def expand(self, labels: Labels) -> Labels:
        """Return the label of each row given (n,), from those of the rows worked on (m,)."""
        return labels if self._which is None else passes.take_labels(labels, self._which)

    @property
    def merged(self) -> bool:
        """Whether equal rows were merged."""
        return self._which is not None

    @once
    def mean_variance(self) -> float:
        """Mean over the features of the variance of the rows given, as ``tol`` is relative to."""
        if isinstance(self.given, Csr):
            quick = passes.sparse_mean_variance(self.given)
            return quick if np.isfinite(quick) else _sparse_variance(self.given)
        return float(self._spread[1].mean())

    @once
    def bare_view(self) -> View:
        """The rows worked on as they are, in the units of the other views."""
        return View(None, np.zeros(self.X.shape[1]), *self._unit[1:])

    @once
    def view(self) -> View:
        """The rows worked on, as ``passes.review`` looks at them first."""
        shift, scale = self._unit
        if shift is None:
            return self.bare_view
        return passes.round_rows(self.X, shift, scale)  # pyright: ignore[reportArgumentType]

    @once
    def turned_view(self) -> View | None:
        """The rows on few axes, where these hold most of the spread; None elsewhere."""
        assert not isinstance(self.X, Csr)
        found = main_axes(self.X)
        if found is None:
            return None
        mean, axes = found
        return passes.turn_rows(self.X, View(None, mean, self._unit[1], axes))

    def coarse(self, centers: Floats) -> Coarse | None:
        """Return the rows worked on in bytes, made once, for the centers of the first to ask.

        Their step takes in nearly all values and every center: what lies beyond is told wrong by
        more, and looked at more often.
        """
        if self.X.shape[1] > passes.MOST_COARSE:
            return None
        if self._coarse is None:
            assert not isinstance(self.X, Csr)
            sample = self.X[:: max(1, self.X.size // _VALUES)].astype(np.float64)
            mean = sample.mean(axis=0)
            sample -= mean
            sizes = np.abs(sample, out=sample).ravel()
            at = int(_WITHIN * (len(sizes) - 1))
            most = max(np.partition(sizes, at)[at], np.abs(centers - mean).max())
            step = float(most) / 127
            if not 1e-150 < step < 1e150:
                return None
            self._coarse = passes.round_to_bytes(self.X, mean, step)
        return self._coarse

    @once
    def _unit(self) -> tuple[Doubles | None, float]:
        """Where rows that are worth being rounded are moved to, and what they are scaled by."""
        assert not isinstance(self.X, Csr)
        if self.X.dtype == np.float32 or self.X.size < _LARGE:
            return None, 1.0
        mean, variance = self._spread
        total = float(variance.sum())
        if not 0 < total < np.inf:
            return None, 1.0
        return mean, float(2.0 ** -np.clip(np.round(np.log2(total) / 2), -1000, 1000))

    @once
    def _spread(self) -> tuple[Doubles, Doubles]:
        with np.errstate(over="ignore", invalid="ignore"):  # infinite stops nothing; lloyd refuses
            return passes.spread(self.given)  # pyright: ignore[reportArgumentType]


def _sparse_variance(X: Csr) -> float:
    """Return the mean over the columns of their variance, about the means; not stored is 0."""
    n, d = X.shape
    mean = np.bincount(X.indices, X.data, minlength=d) / n
    off = X.data - mean[X.indices]
    stored = np.bincount(X.indices, minlength=d)
    return float(off @ off + (n - stored) @ (mean * mean)) / (n * d)
