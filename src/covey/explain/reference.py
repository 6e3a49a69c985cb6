"""What a cloud without groups would score: the silhouette to measure one's own against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.best import fit_best
from covey.explain.moments import covariance
from covey.random import children

Doubles = NDArray[np.float64]
#: Clouds drawn and rows in each: more change the mean by less than 0.01, and take longer.
N_CLOUDS, MOST_ROWS = 4, 800
#: Above this many features the spreads are taken from this many rows.
MOST_SPREADS = 300


class Clouds:
    """Clouds of rows spread evenly, in the shape of the data, and what k-means scores there.

    The rows fill a box along the principal components of X that has the same variance along
    each: the shape of the data without any group in it. k-means finds k segments there all the
    same, and in few dimensions they score well: 0.55 … 0.6 in one.

    References
    ----------
    R. Tibshirani, G. Walther, T. Hastie: Estimating the number of clusters in a data set via the
    gap statistic. Journal of the Royal Statistical Society B 63, 2001,
    doi 10.1111/1467-9868.00293; reference distribution (b).
    """

    def __init__(self, X: Doubles, *, rng: np.random.Generator) -> None:
        streams = children(rng, N_CLOUDS + 1)
        spreads = _spreads(X, streams[-1])
        self._shape = (min(len(X), MOST_ROWS), len(spreads))
        drawn = [stream.uniform(-1, 1, self._shape) * spreads for stream in streams[:N_CLOUDS]]
        seeds = [int(stream.integers(2**63)) for stream in streams[:N_CLOUDS]]
        self._clouds = list(zip(drawn, seeds, strict=True))
        self._known: dict[int, tuple[float, float]] = {}

    def silhouette(self, k: int) -> tuple[float, float]:
        """Return the silhouette of k-means on these clouds, and how far they differ.

        Parameters
        ----------
        k : int, at least 2

        Returns
        -------
        mean, deviation : float
            Over 4 clouds of at most 800 rows each; NaN when there are fewer than 2k rows.
        """
        if k not in self._known:
            self._known[k] = self._score(k)
        return self._known[k]

    def _score(self, k: int) -> tuple[float, float]:
        n, d = self._shape
        if n < 2 * k or not d:
            return float("nan"), float("nan")
        found = []
        for cloud, seed in self._clouds:
            # rows spread evenly need no careful first centers, which cost more than the fit
            rng = np.random.default_rng([seed, k])
            run = fit_best(cloud, k, rng=rng, init="random", n_init=2)
            found.append(float(passes.silhouettes(cloud, run.labels[None], None).mean()))
        return float(np.mean(found)), float(np.std(found, ddof=1))


def structureless(X: Doubles, k: int, *, rng: np.random.Generator) -> tuple[float, float]:
    """Return the silhouette of k-means on clouds shaped as X (n, d), and how far they differ."""
    return Clouds(X, rng=rng).silhouette(k)


def _spreads(X: Doubles, rng: np.random.Generator) -> Doubles:
    """Return the spread along each principal component that is there, about 1 at most."""
    n, d = X.shape
    if d <= MOST_SPREADS:
        variances = np.linalg.eigvalsh(covariance(X))
    else:
        rows = rng.choice(n, min(n, MOST_SPREADS), replace=False, shuffle=False)
        part = X[np.sort(rows)]
        variances = np.linalg.svd(part - part.mean(axis=0), compute_uv=False) ** 2
    top = float(variances.max(initial=0.0))
    return np.sqrt(variances[variances > 1e-6 * top] / top) if top > 0 else np.empty(0)
