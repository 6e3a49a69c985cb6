"""What greedy k-means++ draws from a stream of random numbers, ahead of its passes."""

from __future__ import annotations

import numpy as np

from covey.engine.passes import Doubles


def draws(
    n: int, n_clusters: int, running: Doubles | None, rng: np.random.Generator
) -> tuple[int, Doubles]:
    """Return the first row, and the shares (k - 1, m) that ``seeding.kmeans_plusplus`` draws.

    Parameters
    ----------
    n : int
        Rows: more than ``seeding.MERGED_ROWS``, since fewer are drawn from in another order.
    n_clusters : int
    running : (n,) float64, or None
        The running sum of their weights; None for ones.
    rng : numpy.random.Generator
    """
    if running is None:
        first = int(rng.integers(n))
    else:
        last = int(np.searchsorted(running, running[-1]))
        first = min(int(np.searchsorted(running, rng.random() * running[-1], "right")), last)
    return first, rng.random((n_clusters - 1, 2 + int(np.log(n_clusters))))
