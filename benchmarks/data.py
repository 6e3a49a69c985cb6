"""The data of the workloads: seeded, the same on every machine, each a few lines to read.

Each generator takes the number of rows wanted and gives float64 values or CSR rows; ``make`` casts
them and draws the first centers. Nothing here uses Covey or a peer to make numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from benchmarks.inertia import nearest

SEED = 20261121


@dataclass(frozen=True)
class Data:
    """What a workload is measured on."""

    X: Any  # (n, d) float32 or float64, or CSR
    start: NDArray[Any]  # (k, d), beside distinct rows of X
    labels: NDArray[np.int32]  # (n,) the start's nearest, for what scores a labeling; else empty

    @property
    def n_bytes(self) -> int:
        """Bytes of X."""
        if sp.issparse(self.X):
            return self.X.data.nbytes + self.X.indices.nbytes + self.X.indptr.nbytes
        return self.X.nbytes


def photo(n: int, _rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the colors 0 … 255 of scikit-learn's ``china.jpg``, every m-th where n is less."""
    from sklearn.datasets import load_sample_image

    pixels = load_sample_image("china.jpg").reshape(-1, 3)
    return pixels[:: max(1, len(pixels) // n)][:n].astype(np.float64)


def customers(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return recency (days), frequency (orders) and spend of six kinds, logged, standardised."""
    share = [0.08, 0.26, 0.12, 0.20, 0.14, 0.20]
    median = np.log([[6, 42, 5460], [16, 15, 720], [60, 3.2, 928], [32, 13, 143],
                     [6, 1.5, 69], [260, 4, 168]])  # fmt: skip
    spread = np.array([0.42, 0.27, 0.38])
    raw = np.exp(median[rng.choice(6, n, p=share)] + spread * rng.normal(size=(n, 3)))
    raw[:, :2] = np.ceil(raw[:, :2])  # whole days and orders, as in a ledger
    logged = np.log1p(raw)
    return (logged - logged.mean(axis=0)) / logged.std(axis=0)


def normal(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return isotropic normal values in five features: no groups, the worst case for pruning."""
    return rng.normal(size=(n, 5))


def blobs(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return 50 round groups in 16 features that touch one another."""
    places = rng.uniform(-10, 10, (50, 16))
    return places[rng.integers(0, 50, n)] + 4 * rng.normal(size=(n, 16))


def mixture(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return 1000 groups of unequal size in 128 features, where noise is most of a distance."""
    places = 0.5 * rng.normal(size=(1000, 128))
    share = rng.dirichlet(np.full(1000, 3.0))
    return places[rng.choice(1000, n, p=share)] + rng.normal(size=(n, 128))


def low_rank(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return 784 features that 40 hidden ones make, plus noise of a tenth of the variance."""
    hidden = rng.normal(size=(n, 40)) / np.sqrt(np.arange(1, 41))
    X = hidden @ rng.normal(size=(40, 784))
    return X + 0.33 * X.std() * rng.normal(size=(n, 784))


def words(n: int, rng: np.random.Generator) -> sp.csr_matrix:
    """Return documents of 80 distinct words of 30,000, in 20 topics: TF-IDF, rows of length one."""
    size, vocabulary, topics = 80, 30_000, 20
    common = 1 / np.arange(1, vocabulary + 1)
    boost = np.where(rng.random((topics, vocabulary)) < 0.02, 30.0, 1.0)
    running = np.cumsum(common * boost, axis=1)
    topic = rng.integers(0, topics, n)
    columns = np.empty((n, size), dtype=np.int32)
    for row in range(n):
        seen = np.empty(0, dtype=np.int64)
        while len(seen) < size:
            of_topic = running[topic[row]]
            drawn = np.searchsorted(of_topic, rng.random(4 * size) * of_topic[-1])
            both = np.concatenate([seen, drawn])
            seen = both[np.sort(np.unique(both, return_index=True)[1])]
        columns[row] = np.sort(seen[:size])
    counts = 1.0 + rng.geometric(0.6, size=(n, size))
    idf = np.log((1 + n) / (1 + np.bincount(columns.ravel(), minlength=vocabulary))) + 1
    values = (1 + np.log(counts)) * idf[columns]
    values /= np.sqrt((values**2).sum(axis=1, keepdims=True))
    starts = np.arange(0, n * size + 1, size, dtype=np.int32)
    return sp.csr_matrix((values.ravel(), columns.ravel(), starts), shape=(n, vocabulary))


def groups(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return 100 round groups in 16 features, to seed."""
    places = rng.uniform(-10, 10, (100, 16))
    return places[rng.integers(0, 100, n)] + 3 * rng.normal(size=(n, 16))


def prices(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return one feature: prices around twelve points, each with its own spread."""
    middle = np.exp(rng.uniform(0, 6, 12))
    kind = rng.integers(0, 12, n)
    return (middle[kind] * np.exp(0.15 * rng.normal(size=n)))[:, None]


GENERATORS: dict[str, Callable[[int, np.random.Generator], Any]] = {
    "photo": photo, "customers": customers, "normal": normal, "blobs": blobs, "mixture": mixture,
    "low-rank": low_rank, "words": words, "groups": groups, "prices": prices,
}  # fmt: skip


def make(name: str, n: int, k: int, dtype: str) -> Data:
    """Make the data called ``name`` with k first centers: the same for the same arguments."""
    X = GENERATORS[name](n, np.random.default_rng(SEED)).astype(dtype)
    X = X if sp.issparse(X) else np.ascontiguousarray(X)
    start = first_centers(X, k)
    labels = nearest(X, start).astype(np.int32) if name == "customers" else np.empty(0, np.int32)
    return Data(X, start, labels)


def first_centers(X: Any, k: int) -> NDArray[Any]:
    """Return k distinct rows of X, dense, each moved by a thousandth of the spread.

    Colors are whole numbers: rows as near to one color as to another are many, and each peer has
    its own way with ties, so that from rows themselves all would part in the first iteration.
    """
    n, rng = X.shape[0], np.random.default_rng(SEED + k)
    drawn = X[rng.permutation(n)[: min(n, 4 * k)]]
    drawn = drawn.toarray() if sp.issparse(drawn) else drawn
    distinct = {row.tobytes(): row for row in drawn}
    if len(distinct) < k:
        raise ValueError(f"there must be {k} distinct rows among {len(drawn)}; got {len(distinct)}")
    rows = np.array(list(distinct.values())[:k])
    moved = rows + 1e-3 * rows.std(axis=0) * rng.normal(size=rows.shape)
    return np.ascontiguousarray(moved, dtype=X.dtype)
