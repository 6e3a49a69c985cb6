"""Few orthonormal axes that hold most of the spread of rows of many features.

References
----------
Halko, N., Martinsson, P. G., Tropp, J. A. (2011). Finding structure with randomness. SIAM Review
53(2), 217-288. doi 10.1137/090771806, algorithm 4.4.
"""

from __future__ import annotations

import numpy as np

from covey.engine.passes import Doubles, Floats

_SAMPLE = 1024  # rows that the axes are found from
_SPARE = 12  # random directions beyond the axes looked for
_STEPS = 1  # power iterations: the more, the closer to the principal components
#: What the axes may leave out of the spread. More, and most rows would be in doubt.
_LEFT_OUT = 0.25
#: Axes; with the column of what is left out, whole registers.
_SIZES = (15, 31, 47, 63, 95, 127)


def main_axes(X: Floats) -> tuple[Doubles, Doubles] | None:
    """Return a middle (d,) and orthonormal axes (d, p) through it, from a sample of the rows.

    Any are right; good ones only make fewer rows need a second look. None where few axes don't
    hold most of the spread. ``p`` is the least of some sizes up to d / 4 that leaves out little
    more than the largest does. Floats do for the search: the axes are made orthonormal at last.
    """
    n, d = X.shape
    sample = X[:: max(1, n // _SAMPLE)].astype(np.float64)
    mean = sample.mean(axis=0)
    sample -= mean
    total = float(np.sqrt(np.einsum("ij,ij->", sample, sample) / len(sample)))
    if not 0 < total < np.inf:
        return None
    sample = (sample / total).astype(np.float32)
    most = min(d // 4, _SIZES[-1])
    rng = np.random.default_rng(20261125)
    size = (d, min(most + _SPARE, len(sample)))
    found = sample @ rng.standard_normal(size, dtype=np.float32)
    for _ in range(_STEPS):
        found = sample @ np.linalg.qr(sample.T @ found)[0]
    basis = np.linalg.qr(sample.T @ found)[0]
    on_basis = (sample @ basis).astype(np.float64)
    spread, turn = np.linalg.eigh(on_basis.T @ on_basis)
    held = np.cumsum(spread[::-1]) / np.einsum("ij,ij->", sample, sample, dtype=np.float64)
    sizes = [p for p in _SIZES if p <= min(most, len(spread))]
    if not sizes or not held[sizes[-1] - 1] >= 1 - _LEFT_OUT:
        return None
    left_out = 1 - held[np.array(sizes) - 1]
    p = next(p for p, rest in zip(sizes, left_out, strict=True) if rest <= 1.5 * left_out[-1])
    axes = np.linalg.qr(basis.astype(np.float64) @ turn[:, : -p - 1 : -1])[0]
    return mean, np.ascontiguousarray(axes)
