"""What greedy k-means++ draws from a stream of random numbers, ahead of its passes."""

from __future__ import annotations

import numpy as np

from covey.engine.passes import Doubles, Floats


def draws(
    X: Floats, n_clusters: int, weight: Doubles | None, rng: np.random.Generator
) -> tuple[int, Doubles]:
    """Return the first row, and the shares (k - 1, m) that ``seeding.kmeans_plusplus`` draws.

    Parameters
    ----------
    X : (n, d)
        More than ``seeding.MERGED_ROWS`` rows: fewer are drawn from in another order.
    n_clusters : int
    weight : (n,) float64 >= 0, or None for ones
    rng : numpy.random.Generator
    """
    if weight is None:
        first = int(rng.integers(len(X)))
    else:
        running = np.cumsum(weight)
        last = int(np.searchsorted(running, running[-1]))
        first = min(int(np.searchsorted(running, rng.random() * running[-1], "right")), last)
    return first, rng.random((n_clusters - 1, 2 + int(np.log(n_clusters))))
