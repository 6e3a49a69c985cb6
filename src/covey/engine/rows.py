"""Rows as passes take them: a dense array in C order, or sparse rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.errors import InputError

Floats = NDArray[np.floating]
Doubles = NDArray[np.float64]
Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Csr:
    """Sparse rows: row i has ``data[p]`` in column ``indices[p]`` for p in indptr[i]:indptr[i+1].

    Columns ascend within a row and occur once.
    """

    data: Floats  # (nnz,) float32 or float64
    indices: NDArray[Any]  # (nnz,) int32 or int64
    indptr: NDArray[Any]  # (n + 1,) dtype of indices
    n_columns: int
    #: the same as the native core has checked it, once (``passes.door.checked_rows``)
    checked: Any = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, matrix: Any) -> Csr:
        """Take a scipy.sparse CSR matrix or array; copies only what is not in canonical form.

        Raises
        ------
        InputError
            When a column is out of range, or ``indptr`` does not rise from 0 to nnz.
        """
        cls._check(matrix)
        if not matrix.has_canonical_format:
            # Columns and back sorts every row by counting: a third of the time of sorting each.
            matrix = matrix.tocsc().tocsr()
            matrix.sum_duplicates()
        width = np.result_type(matrix.indices, matrix.indptr, np.int32)
        indices = np.require(matrix.indices, width, ["C", "A"])
        indptr = np.require(matrix.indptr, width, ["C", "A"])
        return cls(np.require(matrix.data, None, ["C", "A"]), indices, indptr, int(matrix.shape[1]))

    @staticmethod
    def _check(matrix: Any) -> None:
        """Refuse what the core would follow out of its arrays; SciPy does not look by itself."""
        indices, indptr, n_columns = matrix.indices, matrix.indptr, matrix.shape[1]
        if len(indices) and not 0 <= indices.min() <= indices.max() < n_columns:
            bad = indices[(indices < 0) | (indices >= n_columns)][0]
            raise InputError(f"columns of sparse rows must be 0 … {n_columns - 1}; got {bad}")
        falls = np.flatnonzero(np.diff(indptr) < 0)
        if len(falls) or indptr[0] != 0 or indptr[-1] > min(len(indices), len(matrix.data)):
            row = int(falls[0]) if len(falls) else len(indptr) - 2
            raise InputError(
                f"indptr of sparse rows must rise from 0 to nnz; it fails at row {row}"
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows, number of columns."""
        return len(self.indptr) - 1, self.n_columns

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the values."""
        return self.data.dtype


Rows = Floats | Csr
