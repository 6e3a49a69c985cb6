"""Few orthonormal axes that hold most of the spread of rows of many features.

References
----------
Martinsson, P. G., Voronin, S. (2016). A randomized blocked algorithm for efficiently computing
rank-revealing factorizations of matrices. SIAM Journal on Scientific Computing 38(5), S485-S507.
doi 10.1137/15M1026080. Block after block, each with power iterations of its own.
"""

from __future__ import annotations

import numpy as np

from covey.engine import passes
from covey.engine.passes import Doubles, Floats

_SAMPLE = 1024  # rows that the axes are found from
_STEPS = 2  # power iterations: the more, the closer to the principal components
#: What the axes may leave out of the spread. More, and most rows would be in doubt.
_LEFT_OUT = 0.25
#: Once the axes hold enough, the next ones must take this share of what is left.
_WORTH = 1 / 3
_ROUNDING = 1e-6  # of a share: what floats leave of nothing
#: Axes; with the column of what is left out, whole registers.
_SIZES = (15, 31, 47, 63, 95, 127)


def main_axes(X: Floats) -> tuple[Doubles, Doubles] | None:
    """Return a middle (d,) and orthonormal axes (d, p) through it, from a sample of the rows.

    Any are right; good ones only make fewer rows need a second look. None where d / 4 axes don't
    hold most of the spread. The products are our own passes: NumPy's threads would go on
    waiting for more on the cores that the passes to come need.
    """
    n, d = X.shape
    sample = X[:: max(1, n // _SAMPLE)].astype(np.float64)
    mean = sample.mean(axis=0)
    sample -= mean
    total = float(np.sqrt(np.einsum("ij,ij->", sample, sample)))
    if not 0 < total < np.inf:
        return None
    sample /= total
    across = np.ascontiguousarray(sample.T)
    rng = np.random.default_rng(20261125)
    axes, left_out = np.empty((0, d)), 1.0
    for size in _SIZES:
        if size > d // 4:
            break
        given = len(axes)
        more = passes.orthonormal(np.vstack([axes, rng.standard_normal((size - given, d))]), given)
        for _ in range(_STEPS):
            pulled = _products(across, _products(sample, more[given:].T)).T
            more = passes.orthonormal(np.vstack([axes, pulled]), given)
        on_more = _products(sample, more[given:].T)
        rest = max(0.0, left_out - float(np.einsum("ij,ij->", on_more, on_more)))
        if left_out <= _LEFT_OUT and rest >= (1 - _WORTH) * left_out - _ROUNDING:
            break
        axes, left_out = more, rest
        if len(axes) < size:
            break
    return (mean, np.ascontiguousarray(axes.T)) if left_out <= _LEFT_OUT else None


def _products(X: Doubles, directions: Doubles) -> Doubles:
    """Return rows (n, d) times directions (d, p)."""
    view = passes.View(None, np.zeros(X.shape[1]), 1.0, np.ascontiguousarray(directions))
    return view.of(X)[:, :-1].astype(np.float64)
