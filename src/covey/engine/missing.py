"""k-means of rows with missing values: what is not there counts neither in distances nor means.

The objective is Σ w (x − c)² over the values that are there. A row goes to the center that is
nearest by the features it has; a center's feature is the mean of the values that its rows have.
Both steps minimise the same sum, so it never rises. k-POD (below) lowers it too, but by filling
the gaps from the row's own center, which holds rows back at the center they have.

References
----------
Chi, J. T., Chi, E. C., Baraniuk, R. G. (2016). k-POD: a method for k-means clustering of missing
data. The American Statistician 70(1), 91-99. doi 10.1080/00031305.2015.1086685
Dixon, J. K. (1979). Pattern recognition with partly missing data. IEEE Transactions on Systems,
Man, and Cybernetics 9(10), 617-621. doi 10.1109/TSMC.1979.4310090
"""

from __future__ import annotations

import numpy as np

from covey.engine import passes
from covey.engine.alternate import Search, Step, best_of, refuse_overflow
from covey.engine.best import check_enough_rows
from covey.engine.passes import Doubles, Floats, Labels
from covey.engine.seeding import first_centers
from covey.errors import InputError
from covey.flow import Run


def check_observed(X: Floats) -> None:
    """Raise InputError when a row has no value at all."""
    empty = np.isnan(X).all(axis=1)
    if empty.any():
        raise InputError(
            f"each row must have a value; row {int(np.argmax(empty))} has only missing ones "
            f"({int(np.count_nonzero(empty))} such rows); drop such rows"
        )


def feature_means(X: Floats, weight: Doubles | None) -> Doubles:
    """Return the weighted mean of the values that are there, for each feature (d,).

    Raises
    ------
    InputError
        When a feature has no value in any row of positive weight.
    """
    sums, masses = passes.observed_sums(X, np.zeros(len(X), np.int32), weight, 1)
    if not masses.all():
        raise InputError(
            f"each feature must have a value in some row; feature {int(np.argmin(masses[0]))} has "
            "only missing ones; drop that column"
        )
    return sums[0] / masses[0]


class Missing:
    """Rows with gaps, each with weight."""

    def __init__(self, X: Floats, weight: Doubles | None) -> None:
        self.X, self.weight = X, weight
        self.labels = np.full(len(X), -1, dtype=np.int32)

    def step(self, centers: Floats) -> Step:
        """Assign by the features that are there, and average what is there."""
        k = len(centers)
        labels, sq_distance = passes.observed_nearest(self.X, centers)
        sums, masses = passes.observed_sums(self.X, labels, self.weight, k)
        # A feature that no row of the cluster has keeps its value: it matters to none of them.
        moved = np.divide(sums, masses, where=masses > 0, out=centers.astype(np.float64))
        moved = np.ascontiguousarray(moved, dtype=centers.dtype)
        refilled = self._refill(centers, moved, labels, sq_distance)
        n_changed = int(np.count_nonzero(labels != self.labels))
        self.labels = labels
        return Step(moved, labels, self._sum(sq_distance), n_changed, refilled)

    def finish(self, centers: Floats, n_iter: int, converged: bool) -> Run:
        """Make the Run; its inertia is Σ w (x − c)² over the values that are there."""
        labels, sq_distance = passes.observed_nearest(self.X, centers)
        inertia = self._sum(sq_distance)
        refuse_overflow(inertia, centers.dtype)
        return Run(centers, labels, inertia, n_iter, converged)

    def refillable(self, run: Run) -> bool:
        """Tell whether a cluster is empty though some row is away from its center."""
        labels, sq_distance = passes.observed_nearest(self.X, run.centers)
        return self._refill(run.centers, run.centers.copy(), labels, sq_distance)

    def _sum(self, sq_distance: Doubles) -> float:
        return float((sq_distance if self.weight is None else self.weight * sq_distance).sum())

    def _refill(self, centers: Floats, moved: Floats, labels: Labels, sq_distance: Doubles) -> bool:
        """Put one of the rows farthest from their centers into each empty cluster of ``moved``.

        Its gaps are filled from the center that it leaves. A row whose distance is only
        rounding is not moved.
        """
        mass = np.bincount(labels, self.weight, minlength=len(centers))
        empty = np.flatnonzero(mass == 0)
        if not len(empty):
            return False
        able = sq_distance if self.weight is None else np.where(self.weight > 0, sq_distance, 0)
        rows = np.argsort(-able, kind="stable")[: len(empty)]
        own = moved[labels[rows]]
        noise = np.sqrt(centers.shape[1]) * 256 * np.finfo(centers.dtype).eps
        scale = np.abs(own).max(axis=1, initial=0.0)
        rows = rows[np.sqrt(able[rows]) > noise * scale]
        for new, row in zip(empty, rows, strict=False):
            moved[new] = np.where(np.isnan(self.X[row]), moved[labels[row]], self.X[row])
        return len(rows) > 0


@np.errstate(over="ignore", invalid="ignore")  # ``finish`` refuses what comes of it
def fit_missing(X: Floats, n_clusters: int, search: Search, weight: Doubles | None = None) -> Run:
    """Run k-means of rows with missing values from several starts; return the best run.

    First centers are chosen from a copy of the rows whose gaps have the feature's mean.

    Parameters
    ----------
    X : (n, d) float32 or float64, NaN where missing
    n_clusters : int, 1 … n
    search : Search
        ``tol`` is relative to the mean variance of the features.
    weight : (n,) float64 >= 0, or None for ones

    Returns
    -------
    Run
        Centers are complete. The inertia is Σ w (x − c)² over the values that are there.

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows, or given centers have the wrong shape.
    InputError
        When a row or a feature has no value, or squares of the values overflow.
    """
    check_observed(X)
    check_enough_rows(X, n_clusters)
    means = np.ascontiguousarray(feature_means(X, weight), dtype=X.dtype)
    refuse_overflow(float(np.square(means.astype(np.float64)).sum()), X.dtype)
    gaps = np.isnan(X)
    filled = np.where(gaps, means, X) if gaps.any() else X
    n_values = X.size - np.count_nonzero(gaps)
    del gaps
    spread = passes.observed_nearest(X, means[None])[1].sum() / n_values

    def start(rng: np.random.Generator) -> tuple[Missing, Floats]:
        centers = first_centers(filled, n_clusters, search.init, weight=weight, rng=rng)
        return Missing(X, weight), centers

    return best_of(search, start, search.tol * float(spread) if search.tol > 0 else 0.0)
