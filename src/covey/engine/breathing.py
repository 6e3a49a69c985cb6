"""Breathing: more centers where rows are far, then fewer where they are missed least.

References
----------
Fritzke, B. (2020). The k-means algorithm with breathing. arXiv 2006.15666. Ours draws the
added centers by k-means++ instead of placing them beside those of largest error, and
breathes several sets at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.passes import Doubles, Floats

#: Iterations after breathing in: where the added centers belong shows at once, and the descent
#: that follows breathing out is complete (a third of the time, as often the best; measured).
_IN = 3


def breathe(
    X: Floats,
    weight: Doubles | None,
    centers: Floats,
    shares: Doubles,
    max_iter: int,
) -> tuple[Floats, Doubles]:
    """Add centers, let all settle, take as many away, and let the rest descend.

    Parameters
    ----------
    X : (n, d) float32 or float64
    weight : (n,) float64 >= 0, or None for ones
    centers : (k, d), dtype of X
        Of a local optimum.
    shares : (p, m) float64
        Uniform in [0, 1): p attempts, each of which adds m centers.
    max_iter : int
        Of the descent.

    Returns
    -------
    reached : (p, k, d), dtype of X
    inertia : (p,) float64
    """
    (k, d), (p, m) = centers.shape, shares.shape
    swollen = np.zeros((p, k + m, d), dtype=X.dtype)
    swollen[:, :k] = centers
    passes.descend(X, weight, swollen, shares, min(_IN, max_iter))
    reached = np.stack([each[most_useful(X, weight, each, k)] for each in swollen])
    return reached, passes.descend(X, weight, reached, np.empty((p, 0)), max_iter)


def most_useful(
    X: Floats, weight: Doubles | None, centers: Floats, n_kept: int
) -> NDArray[np.intp]:
    """Return which centers to keep, ascending.

    The utility of a center is what the inertia would grow by if its rows went to their second
    nearest. Those of least utility go, but the nearest neighbour of one that went stays (it has
    rows to take in), as long as others are left to choose from.
    """
    first, sq, _second, sq_second = passes.nearest_two(X, centers)
    loss = sq_second - sq if weight is None else weight * (sq_second - sq)
    utility = np.bincount(first, loss, minlength=len(centers))
    going, staying = np.zeros((2, len(centers)), dtype=bool)
    n_going = len(centers) - n_kept
    for j in np.argsort(utility, kind="stable"):
        if n_going == 0:
            break
        if staying[j]:
            continue
        going[j], n_going = True, n_going - 1
        sq_apart = ((centers.astype(np.float64) - centers[j]) ** 2).sum(axis=1)
        sq_apart[going] = np.inf
        staying[np.argmin(sq_apart)] = True
    kept = np.flatnonzero(~going)
    if n_going > 0:  # too many stay: those of least utility among them go after all
        kept = np.sort(kept[np.argsort(utility[kept], kind="stable")[n_going:]])
    return kept
