"""First centers that outliers don't draw: greedy k-means++ with distances capped.

Plain k-means++ draws the rows that are farthest, which are the outliers. Here a squared distance
counts at most as much as that of the farthest row kept, in drawing candidates and in judging
them: an outlier alone earns next to nothing, a group that no center covers earns much.

References
----------
Bhaskara, A., Vadgama, S., Xu, H. (2019). Greedy sampling for approximate clustering in the
presence of outliers. NeurIPS 32. Algorithm 1 caps the distances.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.distinct import merge_equal
from covey.engine.gather import dense_rows, subset
from covey.engine.passes import Doubles, Floats, Rows

#: Up to so many rows, equal rows are merged in an order that their content decides.
_MERGED_ROWS = 4096


def keep_nearest(
    sq_distance: Doubles, weight: Doubles | None, mass: float, guess: float = 0.0
) -> tuple[Doubles, float]:
    """Return the weight of each row that is kept (n,) when the farthest are left out.

    Exactly ``mass`` is left out, so of one row perhaps only a part. Of rows equally far, the
    last ones are left out.

    Parameters
    ----------
    sq_distance : (n,) float64
    weight : (n,) float64 >= 0, or None for ones
    mass : float
        A whole number where weight is None.
    guess : float
        A squared distance that more than ``mass`` is probably beyond: then only those rows are
        looked at. It changes nothing but the time.

    Returns
    -------
    kept : (n,) float64
    edge : float
        Least squared distance of which something is left out; infinite when nothing is.
    """
    kept = np.ones(len(sq_distance)) if weight is None else weight.copy()
    if mass <= 0:
        return kept, np.inf
    far = np.flatnonzero(sq_distance >= guess)
    if kept[far].sum() < mass:
        far = np.arange(len(kept))
    sq = sq_distance[far]
    if weight is None:
        m = int(mass)
        edge = np.partition(sq, len(sq) - m)[len(sq) - m]
        kept[far[sq > edge]] = 0
        at_edge = far[sq == edge]
        kept[at_edge[len(at_edge) - (m - np.count_nonzero(sq > edge)) :]] = 0
        return kept, float(edge)
    order = np.argsort(sq, kind="stable")[::-1]
    w = kept[far[order]]
    rest = w - np.clip(mass - (np.cumsum(w) - w), 0.0, w)
    rest[rest <= 1e-12 * w] = 0.0  # what is left of a whole row is rounding
    kept[far[order]] = rest
    return kept, float(sq[order][rest < w].min(initial=np.inf))


def trimmed_plusplus(
    X: Rows, n_clusters: int, mass: float, *, weight: Doubles | None, rng: np.random.Generator
) -> Floats:
    """Choose rows as first centers (k, d), dtype of X, for trimmed k-means.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    n_clusters : int <= n
    mass : float
        Weight that will be left out.
    weight : (n,) float64 >= 0, or None for ones
    rng : numpy.random.Generator
    """
    rows, pool, w = None, X, weight
    if X.shape[0] <= _MERGED_ROWS:
        rows, w = merge_equal(X, weight)
        pool = subset(X, rows)
    chosen = _greedy(pool, n_clusters, mass, w, rng)
    centers = dense_rows(pool, chosen)
    lacking = n_clusters - len(chosen)  # fewer distinct rows: the others stand on the first
    return np.concatenate([centers, np.repeat(centers[:1], lacking, axis=0)])


def _greedy(
    X: Rows, n_clusters: int, mass: float, weight: Doubles | None, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return the rows chosen, each once; fewer than asked when no distance is left."""
    trials = 2 * (2 + int(np.log(n_clusters)))  # twice as many: some are outliers
    ones = np.ones(X.shape[0]) if weight is None else weight
    drawn = _draw(ones, rng.random(trials))
    first = min(drawn, key=lambda row: _kept_inertia(X, row, weight, mass))
    chosen = [int(first)]
    sq_closest = np.full(X.shape[0], np.inf)
    passes.seed_update(X, dense_rows(X, np.array(chosen))[0], sq_closest, weight)
    while len(chosen) < n_clusters and 0 < sq_closest.max() < np.inf:
        kept, _ = keep_nearest(sq_closest, weight, mass)
        most = float(sq_closest[kept > 0].max(initial=0.0))
        capped = np.minimum(sq_closest, most) if most > 0 else sq_closest.copy()
        drawn = _draw(capped * ones, rng.random(trials))
        centers = dense_rows(X, drawn)
        best = int(np.argmin(passes.seed_potentials(X, centers, capped, weight)))
        chosen.append(int(drawn[best]))
        passes.seed_update(X, centers[best], sq_closest, weight)
    return np.array(chosen, dtype=np.intp)


def _kept_inertia(X: Rows, row: int, weight: Doubles | None, mass: float) -> float:
    """Return the inertia of the rows kept about one row."""
    _, sq_distance = passes.nearest(X, dense_rows(X, np.array([row])))
    return float((keep_nearest(sq_distance, weight, mass)[0] * sq_distance).sum())


def _draw(mass: Doubles, shares: Doubles) -> NDArray[np.intp]:
    """Return the rows at given shares (m,) of the running sum of ``mass``; never one of zero."""
    running = np.cumsum(mass)
    last = int(np.searchsorted(running, running[-1], side="left"))
    return np.minimum(np.searchsorted(running, shares * running[-1], side="right"), last)
