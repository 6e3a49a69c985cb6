"""A labeling from anywhere as a run: what the explanation of segments starts from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.explain.several_k import mean_and_error, rows_to_score
from covey.flow import KScore, Run, Sweep

Doubles = NDArray[np.float64]


def run_of(X: Doubles, labels: NDArray[np.int32], k: int, *, rng: np.random.Generator) -> Run:
    """Return the run that a labeling amounts to: its means as centers, its own silhouettes.

    Parameters
    ----------
    X : (n, d) float64
    labels : (n,) int32, 0 … k − 1, each with a row at least

    Returns
    -------
    Run
        ``labels`` are those given, whether or not their centers are the nearest.
    """
    sizes = np.bincount(labels, minlength=k)
    sums = [np.bincount(labels, X[:, j], k) for j in range(X.shape[1])]
    centers = np.ascontiguousarray(np.stack(sums, axis=1) / sizes[:, None])
    off = X - centers[labels]
    inertia = float(np.einsum("ij,ij->", off, off))
    centered = X - X.mean(axis=0)
    total = float(np.einsum("ij,ij->", centered, centered))
    drawn = rows_to_score(X, rng)
    rows = np.arange(len(X)) if drawn is None else drawn
    own = np.full(len(rows), np.nan)
    if 1 < k < len(X):
        own = passes.silhouettes(X, np.ascontiguousarray(labels[None], np.int32), drawn)[0]
    mean, error = mean_and_error(own if k > 1 else None, len(X))
    score = KScore(
        k, inertia, 1 - inertia / total if total > 0 else 0.0, mean, error, sizes.min() / len(X)
    )
    sweep = Sweep((score,), k, True, "The labels were given.", own, rows)
    return Run(centers, labels, inertia, 0, True, method="labels given", sweep=sweep)
