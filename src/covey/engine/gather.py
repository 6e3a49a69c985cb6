"""Rows picked from dense or CSR data: the few places where a loop touches the rows itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes import Csr, Floats, Rows


def dense_rows(X: Rows, indices: NDArray[np.integer]) -> Floats:
    """Return the rows at ``indices`` (m,) as a dense array (m, d), dtype of X."""
    if not isinstance(X, Csr):
        return np.ascontiguousarray(X[indices])
    picked = subset(X, indices)
    assert isinstance(picked, Csr)
    rows = np.zeros(picked.shape, dtype=X.dtype)
    lengths = np.diff(picked.indptr)
    rows[np.repeat(np.arange(len(indices)), lengths), picked.indices] = picked.data
    return rows


def subset(X: Rows, indices: NDArray[np.integer]) -> Rows:
    """Return the rows at ``indices`` (m,), which may repeat, in the form that X has."""
    if not isinstance(X, Csr):
        return np.ascontiguousarray(X[indices])
    starts, lengths = X.indptr[indices], np.diff(X.indptr)[indices]
    indptr = np.zeros(len(indices) + 1, dtype=X.indptr.dtype)
    np.cumsum(lengths, out=indptr[1:])
    # entry e of row i lies at starts[i] + (e − indptr[i]) in X
    places = np.repeat(starts - indptr[:-1], lengths) + np.arange(indptr[-1])
    return Csr(X.data[places], X.indices[places], indptr, X.shape[1])
