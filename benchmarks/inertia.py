"""The one function that says how good centers are, for every peer: NumPy, in double.

Peers report inertia in float, for stale labels, for a subsample, or not at all; so nothing they
report is used. Labels come from a product in double on rows moved to the centers' mean, and the sum
of squares for these labels is direct. Where two centers are nearer to a tie than rounding can
tell, either label gives the same sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

#: numbers in a block of rows and in its table of distances: 32 MiB of doubles
BLOCK = 4_194_304


def inertia(X: Any, centers: NDArray[Any]) -> float:
    """Return Σ min ‖x − c‖² over the rows of X, dense or CSR, in double."""
    total = 0.0
    for rows, label, mean, moved in _blocks(X, np.asarray(centers, dtype=np.float64)):
        total += float(np.sum(((rows - mean) - moved[label]) ** 2))
    return total


def nearest(X: Any, centers: NDArray[Any]) -> NDArray[np.intp]:
    """Return the center nearest to each row of X."""
    blocks = _blocks(X, np.asarray(centers, dtype=np.float64))
    return np.concatenate([label for _, label, _, _ in blocks])


def _blocks(
    X: Any, centers: NDArray[np.float64]
) -> Iterator[tuple[NDArray[Any], NDArray[np.intp], NDArray[Any], NDArray[Any]]]:
    """Yield rows (dense, double), their labels, the mean of the centers, the centers without it."""
    if not np.isfinite(centers).all():
        raise ValueError("centers must be finite; got some that are not")
    mean = centers.mean(axis=0)
    moved = centers - mean
    half = (moved**2).sum(axis=1) / 2
    step = max(1, BLOCK // max(X.shape[1], len(centers)))
    for first in range(0, X.shape[0], step):
        rows = X[first : first + step]
        rows = rows.toarray() if sp.issparse(rows) else rows
        rows = rows.astype(np.float64)
        yield rows, np.argmin(half - (rows - mean) @ moved.T, axis=1), mean, moved
