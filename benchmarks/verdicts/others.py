"""What other methods make of a set: the adjusted Rand index of each with the truth."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Labels = NDArray[Any]

#: rows in the neighborhoods of DBSCAN and in the smallest group of HDBSCAN, as a share of all
LEAST_GROUP = 0.02


def of_others(X: Doubles, truth: Labels, k: int, seed: int = 0) -> dict[str, float]:
    """Return the index of every method; rows of the truth that are noise (−1) are left out."""
    from sklearn.metrics import adjusted_rand_score

    known = truth >= 0
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, fit in _methods(k, seed).items():
            found[name] = float(adjusted_rand_score(truth[known], fit(X)[known]))
    return found


def _methods(k: int, seed: int) -> dict[str, Callable[[Doubles], Labels]]:
    """Return the methods at their true number of groups, by name."""
    from sklearn.cluster import HDBSCAN, AgglomerativeClustering, SpectralClustering
    from sklearn.mixture import GaussianMixture

    def linked(linkage: Any) -> Callable[[Doubles], Labels]:
        return lambda X: AgglomerativeClustering(k, linkage=linkage).fit_predict(X)

    return {
        "Ward": linked("ward"),
        "average linkage": linked("average"),
        "single linkage": linked("single"),
        "DBSCAN": _dbscan,
        "HDBSCAN": lambda X: HDBSCAN(
            min_cluster_size=max(5, int(LEAST_GROUP * len(X))), copy=True
        ).fit_predict(X),
        "Gaussian mixture": lambda X: GaussianMixture(
            k, n_init=3, reg_covar=1e-6 * float(X.var(axis=0).mean()), random_state=seed
        ).fit_predict(X),
        "spectral": lambda X: SpectralClustering(
            k, affinity="nearest_neighbors", random_state=seed
        ).fit_predict(X),
    }


def _dbscan(X: Doubles) -> Labels:
    """Run DBSCAN with the radius at the knee of the k-distance curve: farthest from its chord."""
    from sklearn.cluster import DBSCAN
    from sklearn.neighbors import NearestNeighbors

    least = max(4, min(2 * X.shape[1], int(LEAST_GROUP * len(X))))
    distances = NearestNeighbors(n_neighbors=least).fit(X).kneighbors(X)[0][:, -1]
    curve = np.sort(distances)
    span = max(float(curve[-1] - curve[0]), 1e-300)
    below = np.linspace(0, 1, len(curve)) - (curve - curve[0]) / span
    radius = float(curve[int(np.argmax(below))])
    return DBSCAN(eps=max(radius, 1e-12), min_samples=least).fit_predict(X)
