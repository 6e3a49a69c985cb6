"""Covariance, summed in a fixed order whatever the number of threads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Rows in a block: its product is too small for BLAS to share among threads at usual d.
_BLOCK = 512


def covariance(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the covariance (d, d) of rows, divided by n; blocks of rows are added in order."""
    centered = X - X.mean(axis=0)
    total = np.zeros((X.shape[1], X.shape[1]))
    for start in range(0, len(X), _BLOCK):
        block = centered[start : start + _BLOCK]
        total += block.T @ block
    return total / max(len(X), 1)
