"""Rows and distances as the slow twins take them: dense blocks in float64."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from covey.engine.rows import Csr, Doubles, Floats, Rows


def blocks(X: Rows, n_centers: int) -> Iterator[tuple[slice, Doubles]]:
    """Yield blocks of rows, dense and in float64, that leave room for rows × centers × d."""
    n, d = X.shape
    step = max(1, 2**20 // max(1, n_centers * d))
    for start in range(0, n, step):
        part = slice(start, min(start + step, n))
        if not isinstance(X, Csr):
            yield part, X[part].astype(np.float64)
            continue
        dense = np.zeros((part.stop - start, d))
        ends = X.indptr[start : part.stop + 1]
        inside = slice(ends[0], ends[-1])
        dense[np.repeat(np.arange(len(dense)), np.diff(ends)), X.indices[inside]] = X.data[inside]
        yield part, dense


def sq_distances(X: Rows, centers: Floats) -> Iterator[tuple[slice, Doubles]]:
    """Yield blocks of rows and their squared distances to all centers, direct, in float64."""
    for part, x in blocks(X, len(centers)):
        yield part, ((x[:, None, :] - centers[None].astype(np.float64)) ** 2).sum(axis=2)
