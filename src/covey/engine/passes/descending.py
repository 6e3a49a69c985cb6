"""Passes that lead centers downhill: Hartigan's moves of single rows, and many starts at once.

References
----------
Hartigan, J. A. (1975). Clustering Algorithms. Wiley, chapter 4. A row moves from cluster a to
cluster b when n_b / (n_b + w) · ‖x − c_b‖² < n_a / (n_a − w) · ‖x − c_a‖²: the means follow.
Telgarsky, M., Vattani, A. (2010). Hartigan's method: k-means clustering without Voronoi.
AISTATS, 820-827. Its optima are a subset of Lloyd's.
"""

from __future__ import annotations

import numpy as np

from covey.engine.passes.door import core, given
from covey.engine.rows import Doubles, Floats, Labels

#: a gain below this share of what a row costs may be rounding
_LEAST = 1e-11


def descend(
    X: Floats, weight: Doubles | None, starts: Floats, shares: Doubles, max_iter: int
) -> Doubles:
    """Lead each of several sets of centers to a local optimum of Hartigan's moves.

    First the last centers of each set, as many as it has ``shares``, are drawn by k-means++ given
    the others. Then Lloyd's iterations run until few rows change, and single rows move until none
    would gain. An emptied cluster gets the row that costs most. Starts are shared out among the
    threads; what becomes of one depends on itself alone.

    Parameters
    ----------
    X : (n, d) float32 or float64, dense
    weight : (n,) float64 >= 0, or None for ones
    starts : (p, k, d), dtype of X
        Overwritten by the centers reached.
    shares : (p, t) float64, 0 <= t <= k
        Uniform in [0, 1): each draws one center, a row with probability proportional to weight
        times squared distance to the nearest center before it.
    max_iter : int
        Most iterations, and most rounds of single moves, of each start.

    Returns
    -------
    inertia : (p,) float64
        Of the partitions reached: Σ w ‖x − c‖², direct.
    """
    inertia = np.empty(len(starts))
    rows, centers = given(X, starts)
    core.descend(rows, weight, centers, shares, max_iter, inertia)
    return inertia


def transfer(
    X: Floats, weight: Doubles | None, centers: Floats, labels: Labels, rounds: int
) -> tuple[float, int]:
    """Move single rows to other clusters, in at most ``rounds`` rounds over all rows.

    Parameters
    ----------
    X : (n, d) float32 or float64, dense
    weight : (n,) float64 >= 0, or None for ones
    centers : (k, d), dtype of X
        Overwritten by the means of the clusters (where a cluster has weight).
    labels : (n,) int32
        The partition; changed in place.
    rounds : int

    Returns
    -------
    gain : float
        By how much the moves lowered the inertia of the partition.
    n_moved : int
    """
    rows, means = given(X, centers)
    return core.transfer(rows, weight, means, labels, rounds)
