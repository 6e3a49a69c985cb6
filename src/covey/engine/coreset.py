"""A few weighted rows that stand for many, to search among.

References
----------
Bachem, O., Lucic, M., Krause, A. (2018). Scalable k-means clustering via lightweight coresets.
KDD, 1119-1127. doi 10.1145/3219819.3219973
"""

from __future__ import annotations

import numpy as np

from covey.engine import passes
from covey.engine.passes import Doubles, Floats


def coreset(
    X: Floats, weight: Doubles | None, size: int, rng: np.random.Generator
) -> tuple[Floats, Doubles]:
    """Draw rows with weights such that the inertia of any centers is estimated without bias.

    A row is drawn with a probability that is half its share of the weight and half its share of
    the squared distances from the mean, so that rows far out, which few centers serve, are not
    missed. Draws are evenly spaced on the running sum of these (systematic sampling).

    Parameters
    ----------
    X : (n, d) float32 or float64
    weight : (n,) float64 >= 0, or None for ones
    size : int
        Number of draws; a row drawn more than once is returned once, with its weights summed.
    rng : numpy.random.Generator

    Returns
    -------
    rows : (m, d), dtype of X, m <= size
    weight : (m,) float64
        Sums to the weight of all rows, nearly.
    """
    mass = np.ones(len(X)) if weight is None else weight
    total = mass.sum()
    mean = _mean(X, weight).astype(X.dtype)
    cost = mass * passes.nearest(X, mean[None])[1]
    chance = mass / (2 * total)
    if 0 < cost.sum() < np.inf:
        chance = chance + cost / (2 * cost.sum())
    running = np.cumsum(chance)
    at = (np.arange(size) + rng.random()) * (running[-1] / size)
    drawn, times = np.unique(np.searchsorted(running, at, side="right"), return_counts=True)
    inside = drawn < len(X)
    drawn, times = drawn[inside], times[inside]
    each = running[-1] * mass[drawn] / (size * chance[drawn])
    return np.ascontiguousarray(X[drawn]), times * each


def _mean(X: Floats, weight: Doubles | None) -> Doubles:
    labels = np.zeros(len(X), dtype=np.int32)
    partial, _ = passes.lloyd(X, np.zeros((1, X.shape[1]), dtype=X.dtype), weight, labels)
    return partial.sums[0] / partial.weights[0]
