"""A workload on disk: written once, read by the process of each peer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from benchmarks.data import Data

PARTS = ("data", "indices", "indptr", "shape")


def write(folder: Path, data: Data) -> None:
    """Write X, the start and the labels."""
    if sp.issparse(data.X):
        for part in PARTS:
            np.save(folder / f"{part}.npy", getattr(data.X, part))
    else:
        np.save(folder / "X.npy", data.X)
    np.save(folder / "start.npy", data.start)
    np.save(folder / "labels.npy", data.labels)


def read(folder: Path) -> Data:
    """Read what ``write`` wrote, into memory of this process."""
    if (folder / "X.npy").exists():
        X: Any = load(folder / "X.npy")
    else:
        *arrays, shape = (load(folder / f"{part}.npy") for part in PARTS)
        X = sp.csr_matrix(tuple(arrays), shape=tuple(shape))
    return Data(X, load(folder / "start.npy"), load(folder / "labels.npy"))


def load(path: Path) -> NDArray[Any]:
    """Read one array."""
    return np.load(path, allow_pickle=False)
