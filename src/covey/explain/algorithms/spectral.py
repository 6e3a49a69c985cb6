"""Spectral clustering: K-Means on the slow modes of the graph of nearest neighbors."""

from __future__ import annotations

import numpy as np

from covey.engine.best import fit_best
from covey.explain.algorithms.method import Doubles, Found, Task

_NEIGHBORS = 7
_MOST = 12
#: a leap is a ratio; to both eigenvalues this is added, so that zeros have one
_FLOOR = 1e-3
#: share of the rows that a part of the graph holds at least to be a group and not strays
_LEAST = 0.03


def spectral(task: Task) -> Found:
    """Cut the graph of nearest neighbors where few edges cross.

    K is the number of its unconnected parts of 3 % of the rows or more; where all is connected,
    it is where the eigenvalues leap most.

    References
    ----------
    U. von Luxburg: A tutorial on spectral clustering. Statistics and Computing 17, 2007,
    doi 10.1007/s11222-007-9033-z; section 8.3 for the leap, algorithm of Ng et al. for the rest.
    """
    n = len(task.X)
    if n < 4:
        raise ValueError("it needs 4 rows or more")
    near = min(_NEIGHBORS, n - 1)
    most = min(max(_MOST, task.given or 0) + 1, n - 1)
    values, vectors, parts = _slow_modes(task.X, near, most)
    k, how = parts, "unconnected parts"
    if task.given:
        k, how = min(task.given, most), "given"
    elif parts < 2:
        k = int(np.argmax((values[1:] + _FLOOR) / (values[:-1] + _FLOOR))) + 1
        how = "by the largest leap of the eigenvalues"
    rows = np.ascontiguousarray(vectors[:, :k])
    length = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    rows = rows / np.where(length > 0, length, 1.0)
    labels = np.zeros(n, np.int64)
    if k > 1:
        rng = np.random.default_rng(task.seed)
        labels = fit_best(rows, k, rng=rng, n_init=10).labels.astype(np.int64)
    return Found(labels, f"graph of {near} nearest neighbors, K={k} {how}")


def _slow_modes(X: Doubles, near: int, most: int) -> tuple[Doubles, Doubles, int]:
    """Return the least eigenvalues of the normalized Laplacian, their vectors, and large parts."""
    from scipy.sparse import diags_array, eye_array
    from scipy.sparse.csgraph import connected_components
    from scipy.sparse.linalg import eigsh
    from sklearn.neighbors import kneighbors_graph

    graph = kneighbors_graph(X, near, include_self=False)
    graph = 0.5 * (graph + graph.T)
    parts = np.bincount(connected_components(graph, directed=False)[1])
    scale = diags_array(1 / np.sqrt(np.asarray(graph.sum(axis=1)).ravel()))
    n = len(X)
    # 1 is added so that the wanted end of the spectrum is the one of largest magnitude
    moved = scale @ graph @ scale + eye_array(n)
    if n <= 3 * most:
        values, vectors = np.linalg.eigh(moved.toarray())
        values, vectors = values[-most:], vectors[:, -most:]
    else:
        start = np.random.default_rng(0).uniform(0.5, 1.0, n)
        values, vectors = eigsh(moved, k=most, which="LA", v0=start, ncv=min(n, 6 * most))
    order = np.argsort(-values)
    slow = np.maximum(2 - values[order], 0.0)
    return slow, vectors[:, order], int((parts >= _LEAST * n).sum())
