"""First centers: greedy k-means++, random rows, given centers, or a callable.

References
----------
Arthur, D., Vassilvitskii, S. (2007). k-means++: the advantages of careful seeding. SODA,
1027-1035. The greedy variant of its section 5 tries 2 + ln k candidates for each center.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.distinct import merge_equal
from covey.engine.gather import dense_rows, subset
from covey.engine.passes import Csr, Doubles, Floats, Rows
from covey.errors import OptionError

#: (X, n_clusters, rng) -> centers (k, d)
Seeder = Callable[[Rows, int, np.random.Generator], Floats]
Init = str | Floats | Seeder

#: Up to so many rows, equal rows are merged and drawn in an order that their content decides, so
#: that one seed gives one result for any order of the rows and for a row given twice as for a
#: row of weight two. It costs a sort; beyond, that would be felt beside the fit (1 % at 4096
#: rows, 100 ms at a million).
MERGED_ROWS = 4096


def first_centers(
    X: Rows, n_clusters: int, init: Init, *, weight: Doubles | None, rng: np.random.Generator
) -> Floats:
    """Return centers (k, d), dtype of X, to start from.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    n_clusters : int
    init : "k-means++", "random", array (k, d) or callable (X, n_clusters, rng) -> (k, d)
    weight : (n,) float64 >= 0, or None for ones
    rng : numpy.random.Generator

    Raises
    ------
    OptionError
        When given centers have the wrong shape or are not finite.
    """
    if isinstance(init, str):
        seeder = {"k-means++": kmeans_plusplus, "random": random_rows}.get(init)
        if seeder is None:
            raise OptionError(
                "init must be 'k-means++', 'random', an array or a callable; "
                f"got {init!r}; choose one of these"
            )
        return seeder(X, n_clusters, weight=weight, rng=rng)[0]
    centers = init(X, n_clusters, rng) if callable(init) else init
    centers = np.array(centers, dtype=X.dtype, order="C")
    if centers.shape != (n_clusters, X.shape[1]):
        raise OptionError(
            f"The shape of the initial centers must be ({n_clusters}, {X.shape[1]}): n_clusters "
            f"rows and one column for each feature; got {centers.shape}; pass that many centers "
            f"or change n_clusters"
        )
    if not np.isfinite(centers).all():
        bad = centers[~np.isfinite(centers)][0]
        raise OptionError(f"initial centers must be finite; got {bad}; pass finite centers in init")
    return centers


def kmeans_plusplus(
    X: Rows,
    n_clusters: int,
    *,
    weight: Doubles | None = None,
    rng: np.random.Generator,
    n_local_trials: int | None = None,
) -> tuple[Floats, NDArray[np.intp]]:
    """Choose rows as first centers by greedy k-means++.

    The first center is drawn with probability proportional to weight; for each next one,
    ``n_local_trials`` candidates are drawn with probability proportional to weight times squared
    distance to the nearest center chosen, and the one that leaves the least inertia is taken.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    n_clusters : int <= n
    weight : (n,) float64 >= 0, or None for ones
    rng : numpy.random.Generator
    n_local_trials : int, or None for 2 + ln k, rounded down

    Returns
    -------
    centers : (k, d), dtype of X
    indices : (k,) intp
        The row of each center; each row at most once.
    """
    trials = 2 + int(np.log(n_clusters)) if n_local_trials is None else n_local_trials
    rows, mass = _candidates(X, weight)
    pool = X if rows is None else subset(X, rows)
    chosen = _greedy(pool, n_clusters, mass, rng, trials)
    indices = chosen if rows is None else rows[chosen]
    indices = _fill(indices, n_clusters, X.shape[0], weight, rng)
    return dense_rows(X, indices), indices


def random_rows(
    X: Rows, n_clusters: int, *, weight: Doubles | None = None, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.intp]]:
    """Choose rows at random, each at most once, with probability proportional to weight.

    Parameters and returns are those of ``kmeans_plusplus``.
    """
    rows, mass = _candidates(X, weight)
    n = X.shape[0] if rows is None else len(rows)
    p = None if mass is None else mass / mass.sum()
    able = n if p is None else np.count_nonzero(p)
    chosen = rng.choice(n, size=min(n_clusters, able), replace=False, p=p)
    indices = chosen if rows is None else rows[chosen]
    indices = _fill(indices, n_clusters, X.shape[0], weight, rng)
    return dense_rows(X, indices), indices


def _candidates(X: Rows, weight: Doubles | None) -> tuple[NDArray[np.intp] | None, Doubles | None]:
    """Return the rows to draw from (None: all) and their weights; see ``MERGED_ROWS``."""
    if X.shape[0] > MERGED_ROWS:
        return None, weight
    return merge_equal(X, weight)


def _greedy(
    X: Rows, n_clusters: int, weight: Doubles | None, rng: np.random.Generator, trials: int
) -> NDArray[np.intp]:
    """Return the rows that greedy k-means++ chooses: fewer than asked when no distance is left."""
    n = X.shape[0]
    if weight is None:
        first = int(rng.integers(n))
    else:
        first = int(_at_share(np.cumsum(weight), rng.random(1))[0])
    shares = rng.random((n_clusters - 1, trials))
    chosen = [first]
    if n > MERGED_ROWS and trials <= passes.SEED_TRIALS and not isinstance(X, Csr):
        chosen = passes.seed_on_grid(X, weight, first, shares).tolist()
    if len(chosen) == n_clusters:
        return np.array(chosen, dtype=np.intp)
    sq_closest, blocks = np.full(n, np.inf), np.empty(0)
    for center in dense_rows(X, np.array(chosen)):
        blocks = passes.seed_update(X, center, sq_closest, weight)
    while len(chosen) < n_clusters and 0 < blocks.sum() < np.inf:
        drawn = _draw(blocks, sq_closest, weight, shares[len(chosen) - 1])
        centers = dense_rows(X, drawn)
        best = int(np.argmin(passes.seed_potentials(X, centers, sq_closest, weight)))
        chosen.append(int(drawn[best]))
        blocks = passes.seed_update(X, centers[best], sq_closest, weight)
    return np.array(chosen, dtype=np.intp)


def _draw(
    blocks: Doubles, sq_closest: Doubles, weight: Doubles | None, shares: Doubles
) -> NDArray[np.intp]:
    """Return the rows at given shares (m,) of the running sum of weight · sq_closest.

    First the block is found in the sums of the blocks, then the row in the block: the running
    sum over all rows is never made.
    """
    running = np.cumsum(blocks)
    drawn = np.empty(len(shares), dtype=np.intp)
    for i, share in enumerate(shares):
        block = int(_at_share(running, np.array([share]))[0])
        start = block * passes.SEED_BLOCK
        inside = sq_closest[start : start + passes.SEED_BLOCK]
        if weight is not None:
            inside = inside * weight[start : start + passes.SEED_BLOCK]
        target = share * running[-1] - (running[block] - blocks[block])
        inside = np.cumsum(inside)
        drawn[i] = start + int(_at_share(inside, np.array([target / inside[-1]]))[0])
    return drawn


def _at_share(running: Doubles, shares: Doubles) -> NDArray[np.intp]:
    """Return where a running sum passes given shares of its end; never at a step of zero."""
    last = int(np.searchsorted(running, running[-1], side="left"))
    found = np.searchsorted(running, shares * running[-1], side="right")
    return np.minimum(found, last)


def _fill(
    indices: NDArray[np.intp],
    n_clusters: int,
    n: int,
    weight: Doubles | None,
    rng: np.random.Generator,
) -> NDArray[np.intp]:
    """Add rows not chosen yet, those with weight first, until there are ``n_clusters``."""
    lacking = n_clusters - len(indices)
    if lacking <= 0:
        return indices
    rest = rng.permutation(np.setdiff1d(np.arange(n), indices))
    if weight is not None:
        rest = rest[np.argsort(weight[rest] == 0, kind="stable")]
    return np.concatenate([indices, rest[:lacking]])
