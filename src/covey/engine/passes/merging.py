"""Passes that find equal rows and take rows out: what merging needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes.door import core
from covey.engine.rows import Doubles, Floats, Labels


def equal_rows(X: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Find equal rows.

    Returns
    -------
    first : (m,) int32
        One index for each distinct row, of the first of the equal rows.
    which : (n,) int32
        The distinct row, 0 … m − 1, that each row is. 0.0 and −0.0 are one value.
    """
    which, first = np.empty(len(X), np.int32), np.empty(len(X), np.int32)
    m = core.equal_rows(X, which, first)
    return first[:m], which


def twin_equal_rows(X: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Do what ``equal_rows`` does, in NumPy, in another order."""
    _, first, which = np.unique(X, axis=0, return_index=True, return_inverse=True)
    return first.astype(np.int32), which.ravel().astype(np.int32)


def add_weights(which: NDArray[np.int32], weight: Doubles | None, n_distinct: int) -> Doubles:
    """Return the summed weight (m,) of the rows that are each distinct row; None: their number."""
    sums = np.empty(n_distinct)
    core.add_weights(which, weight, sums)
    return sums


def twin_add_weights(which: NDArray[np.int32], weight: Doubles | None, n_distinct: int) -> Doubles:
    """Do what ``add_weights`` does, in NumPy."""
    return np.bincount(which, weight, minlength=n_distinct).astype(np.float64)


def take_rows(X: Floats, which: NDArray[np.int32]) -> Floats:
    """Return ``X[which]``, by all threads."""
    out = np.empty((len(which), X.shape[1]), X.dtype)
    core.take_rows(X, which, out)
    return out


def take_labels(labels: Labels, which: NDArray[np.int32]) -> Labels:
    """Return ``labels[which]``, by all threads."""
    out = np.empty(len(which), np.int32)
    core.take_labels(labels, which, out)
    return out
