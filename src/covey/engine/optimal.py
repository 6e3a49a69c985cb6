"""The best clusters of one feature: the global optimum, for any number of them.

In sorted order clusters are stretches of values; ``engine.cutting`` finds the best ones.

References
----------
Wu, X. (1991). Optimal quantization by matrix searching. Journal of Algorithms 12(4), 663-673.
doi 10.1016/0196-6774(91)90039-2
Grønlund, A., Larsen, K. G., Mathiasen, A., Nielsen, J. S., Schneider, S., Song, M. (2017). Fast
exact k-means, k-medians and Bregman divergence clustering in 1D. arXiv 1701.07204
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from covey.engine import passes
from covey.engine.cutting import Values, best_cut
from covey.engine.lloyd import finish
from covey.engine.passes import Doubles, Floats
from covey.errors import InputError
from covey.flow import Run

#: ``Run.method`` of an optimal run
METHOD = "optimal 1-D"


def optimal_1d(X: Floats, k: int, weight: Doubles | None = None) -> Run:
    """Return the k clusters of least inertia of rows with one feature.

    Parameters
    ----------
    X : (n, 1) or (n,) float32 or float64, finite
    k : int, 1 … n
    weight : (n,) float64 >= 0, not all 0, or None for ones

    Returns
    -------
    Run
        Centers ascend. With fewer distinct values of positive weight than ``k``, every one is a
        center, and the centers left over stand on the heaviest.

    Raises
    ------
    InputError
        When squares of the values overflow.

    Notes
    -----
    O(n log n), of which sorting is most; where k is above √n / 15, a few sweeps over all values
    are. Measured on a million rows, the most memory at a time is 30 bytes a row for k=10 and 70 for
    k=100, 110 where sums are made precise.
    """
    column = np.ascontiguousarray(X).reshape(-1, 1)
    centers = best_centers(sorted_values(column[:, 0], weight), k).astype(X.dtype)
    run = finish(column, centers.reshape(-1, 1), weight=weight, n_iter=1)
    return replace(run, method=METHOD)


def sorted_values(x: Floats, weight: Doubles | None) -> Values:
    """Sort values (n,), merge equal ones into weights, and leave out those without weight."""
    if weight is None:
        x = np.sort(x)
    else:
        order = np.argsort(x)
        order = order[weight[order] > 0]
        x, weight = x[order], weight[order]
    first = np.concatenate([[True], x[1:] != x[:-1]])
    if not first.all():
        first = np.flatnonzero(first)
        counted = np.diff(first, append=len(x)).astype(np.float64)
        weight = counted if weight is None else np.add.reduceat(weight, first)
        x = x[first]
    with np.errstate(over="ignore", invalid="ignore"):
        middle = float(np.mean(x, dtype=np.float64))
        far = max(middle - float(x[0]), float(x[-1]) - middle)
    if not math.isfinite(far * far * len(x) * (1 if weight is None else float(weight.max()))):
        raise InputError(
            f"values of X must have squares that {x.dtype} can hold; got an inertia of inf from "
            "values too large; divide the features by a constant"
        )
    return Values(x, weight, middle)


def best_centers(values: Values, k: int) -> Doubles:
    """Return the k best centers (k,); ascending, save for those left over."""
    m = len(values.x)
    if k < m:
        return passes.means_between(values.x, values.weight, best_cut(values, k).places)
    heaviest = 0 if values.weight is None else int(np.argmax(values.weight))
    left_over = np.full(k - m, values.x[heaviest])
    return np.concatenate([values.x, left_over]).astype(np.float64)
