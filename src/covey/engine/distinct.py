"""Equal rows merged into weights, in an order that only their content decides.

A fit that starts from merged rows cannot tell a row given twice from a row of weight two, nor
one order of the rows from another. Merging is exact: k-means sees the same sum of squares.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine.gather import dense_rows
from covey.engine.passes import Csr, Doubles, Rows

_BLOCK = 4096  # rows made dense at a time


def merge_equal(X: Rows, weight: Doubles | None) -> tuple[NDArray[np.intp], Doubles]:
    """Return one index for each distinct row of positive weight, and the weights merged.

    Rows are ordered by a 64-bit hash of their content. Equal rows have equal hashes and become
    neighbours; neighbours are compared value by value, so a collision never merges two rows.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    weight : (n,) float64 >= 0, or None for ones

    Returns
    -------
    indices : (m,) intp
        Of the equal rows, the first.
    merged : (m,) float64
        Σ of their weights.
    """
    mass = np.ones(X.shape[0]) if weight is None else weight
    kept = np.flatnonzero(mass > 0)
    hashes = row_hashes(X)[kept]
    order = np.argsort(hashes, kind="stable")
    rows, hashes = kept[order], hashes[order]
    first = np.ones(len(rows), dtype=bool)
    same = np.flatnonzero(hashes[1:] == hashes[:-1]) + 1
    for start in range(0, len(same), _BLOCK):
        at = same[start : start + _BLOCK]
        first[at] = (dense_rows(X, rows[at]) != dense_rows(X, rows[at - 1])).any(axis=1)
    return rows[first], np.add.reduceat(mass[rows], np.flatnonzero(first)) if len(rows) else mass[
        :0
    ]


def n_distinct(X: Rows, weight: Doubles | None) -> int:
    """Return the number of distinct rows of positive weight."""
    return len(merge_equal(X, weight)[0])


def row_hashes(X: Rows) -> NDArray[np.uint64]:
    """Return a 64-bit hash of the content of each row (n,); 0.0 and −0.0 are one value."""
    factors = _odd_factors(X.shape[1])
    if isinstance(X, Csr):
        terms = _bits(X.data) * factors[X.indices]
        # sums of runs as differences of one running sum, exact modulo 2^64
        running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)])
        return _mix(running[X.indptr[1:]] - running[X.indptr[:-1]])
    hashes = np.empty(X.shape[0], dtype=np.uint64)
    for start in range(0, len(hashes), _BLOCK):
        hashes[start : start + _BLOCK] = _bits(X[start : start + _BLOCK]) @ factors
    return _mix(hashes)


def _bits(values: NDArray[np.floating]) -> NDArray[np.uint64]:
    """Return the bit patterns of values, mixed; zero gives 0, as an entry that CSR leaves out."""
    word = np.uint32 if values.dtype.itemsize == 4 else np.uint64
    return _mix((values + values.dtype.type(0)).view(word).astype(np.uint64))


def _mix(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread each word over all 64 bits, 0 to 0 (finalizer of MurmurHash3, public domain)."""
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        words = (words ^ (words >> np.uint64(33))) * np.uint64(factor)
    return words ^ (words >> np.uint64(33))


def _odd_factors(d: int) -> NDArray[np.uint64]:
    """Return a fixed odd 64-bit factor for each feature."""
    return _mix(np.arange(1, d + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) | np.uint64(1)
