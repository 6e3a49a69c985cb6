"""k-means with bounds on the number of rows of each cluster.

The assignment is the cheapest that keeps the bounds (``passes.sized``, exact), and each center is
the mean of its rows. Both steps minimise the same sum, so it never rises.

References
----------
Bradley, P. S., Bennett, K. P., Demiriz, A. (2000). Constrained k-means clustering. Microsoft
Research, MSR-TR-2000-65.
"""

from __future__ import annotations

import numpy as np

from covey.engine import passes
from covey.engine.alternate import Search, Step, best_of, refuse_overflow
from covey.engine.best import check_enough_rows, mean_variance
from covey.engine.passes import Doubles, Floats
from covey.engine.seeding import first_centers
from covey.errors import OptionError
from covey.flow import Run


def size_limits(
    n: int, n_clusters: int, size_min: int | None, size_max: int | None
) -> tuple[int, int]:
    """Return the least and the greatest number of rows of a cluster; none is ever empty.

    Raises
    ------
    OptionError
        When no partition of n rows keeps the limits.
    """
    low = max(1, int(size_min or 0))
    high = n if size_max is None else min(n, int(size_max))
    if low * n_clusters > n:
        raise OptionError(
            f"size_min * n_clusters must be at most the number of rows; got size_min={low}, "
            f"n_clusters={n_clusters} and n_samples={n}; lower size_min to {n // n_clusters} or "
            "less, or lower n_clusters"
        )
    if high * n_clusters < n:
        raise OptionError(
            f"size_max * n_clusters must be at least the number of rows; got size_max={high}, "
            f"n_clusters={n_clusters} and n_samples={n}; raise size_max to {-(-n // n_clusters)} "
            "or more, or raise n_clusters"
        )
    if low > high:
        raise OptionError(
            f"size_min must be at most size_max; got size_min={low} and size_max={high}; lower "
            "size_min or raise size_max"
        )
    return low, high


class Constrained:
    """Rows with weight, the bounds on sizes, and the prices of the last assignment."""

    def __init__(
        self, X: Floats, weight: Doubles | None, limits: tuple[int, int], n_clusters: int
    ) -> None:
        self.X, self.weight, self.limits = X, weight, limits
        self.prices = np.zeros(n_clusters)
        self.labels = np.full(len(X), -1, dtype=np.int32)

    def step(self, centers: Floats) -> Step:
        """Assign at least cost within the bounds, and average."""
        labels = passes.sized(self.X, centers, self.weight, *self.limits, self.prices)
        inertia = passes.inertia(self.X, centers, labels, self.weight).sum()
        sums, weights = passes.sums(self.X, labels, self.weight, len(centers))
        full = weights[:, None] > 0  # a cluster of rows without weight stays where it is
        moved = np.divide(sums, weights[:, None], where=full, out=centers.astype(np.float64))
        n_changed = int(np.count_nonzero(labels != self.labels))
        self.labels = labels
        moved = np.ascontiguousarray(moved, dtype=centers.dtype)
        return Step(moved, labels, float(inertia), n_changed)

    def finish(self, centers: Floats, n_iter: int, converged: bool) -> Run:
        """Make the Run; its labels are the cheapest within the bounds for the centers."""
        labels = passes.sized(self.X, centers, self.weight, *self.limits, self.prices)
        inertia = float(passes.inertia(self.X, centers, labels, self.weight).sum())
        return Run(centers, labels, inertia, n_iter, converged)

    def refillable(self, run: Run) -> bool:  # noqa: ARG002 - a bound keeps every cluster full
        """Tell that no cluster is ever empty."""
        return False


def fit_constrained(
    X: Floats,
    n_clusters: int,
    limits: tuple[int, int],
    search: Search,
    weight: Doubles | None = None,
) -> Run:
    """Run k-means within bounds on sizes from several starts; return the run of least inertia.

    Parameters
    ----------
    X : (n, d) float32 or float64
    n_clusters : int, 1 … n
    limits : (int, int)
        Of ``size_limits``.
    search : Search
        ``tol`` is relative to the mean variance of the features.
    weight : (n,) float64 >= 0, or None for ones
        Counts in costs and means; in the sizes every row is one.

    Returns
    -------
    Run
        Labels are the cheapest assignment within the bounds, not the nearest centers.

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows, or given centers have the wrong shape.
    InputError
        When squares of the values overflow.
    """
    check_enough_rows(X, n_clusters)
    spread = mean_variance(X)
    # Costs are added along paths: there must be room for sums of them.
    heaviest = 1.0 if weight is None else float(weight.max())
    with np.errstate(over="ignore"):
        refuse_overflow(spread * X.size * heaviest * 64, X.dtype)

    def start(rng: np.random.Generator) -> tuple[Constrained, Floats]:
        centers = first_centers(X, n_clusters, search.init, weight=weight, rng=rng)
        return Constrained(X, weight, limits, n_clusters), centers

    return best_of(search, start, search.tol * spread if search.tol > 0 else 0.0)
