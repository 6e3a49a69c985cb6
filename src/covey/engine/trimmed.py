"""Trimmed k-means: the rows farthest from their centers are left out of the means.

Given centers, the inertia of the rows kept is least when the farthest are left out; given the
rows kept, when each center is their mean. So no step raises it.

References
----------
Cuesta-Albertos, J. A., Gordaliza, A., Matrán, C. (1997). Trimmed k-means: an attempt to robustify
quantizers. Annals of Statistics 25(2), 553-576. doi 10.1214/aos/1031833664
Chawla, S., Gionis, A. (2013). k-means--: a unified approach to clustering and outlier detection.
SDM, 189-197. doi 10.1137/1.9781611972832.21
"""

from __future__ import annotations

import numpy as np

from covey.engine import passes
from covey.engine.alternate import Search, Step, best_of, refuse_overflow
from covey.engine.best import check_enough_rows, mean_variance
from covey.engine.lloyd import average, farthest
from covey.engine.passes import Doubles, Floats, Labels, Partial, Rows
from covey.engine.seeding import first_centers
from covey.engine.trimmed_seeding import keep_nearest, trimmed_plusplus
from covey.errors import OptionError
from covey.flow import Run

#: Label of a row that is left out.
OUTLIER = -1


def mass_to_trim(n: int, weight: Doubles | None, trim: float) -> float:
    """Return how much weight to leave out: a share of all, whole rows where weights are counts.

    With weights that are whole numbers (ones when None) the share is rounded down to a whole
    number: so many rows, a row of weight two being two rows. Other weights are shared exactly.
    """
    total = float(n if weight is None else weight.sum())
    if weight is None or (weight == np.floor(weight)).all():
        return float(np.floor(trim * total * (1 + 1e-12)))  # 0.29 · 100 is 28.999…
    return trim * total


class Trimmed:
    """Rows with weight, and how much of it to leave out."""

    def __init__(self, X: Rows, weight: Doubles | None, mass: float) -> None:
        self.X, self.weight, self.mass = X, weight, mass
        self.guess = 0.0  # where the edge was, and a fifth less
        self.labels = np.full(X.shape[0], OUTLIER - 1, dtype=np.int32)

    def assign(self, centers: Floats) -> tuple[Labels, Doubles, float]:
        """Return the nearest labels, the weight kept of each row, and the inertia of that."""
        labels, sq_distance = passes.nearest(self.X, centers)
        kept, edge = keep_nearest(sq_distance, self.weight, self.mass, self.guess)
        self.guess = 0.8 * edge if np.isfinite(edge) else 0.0
        return labels, kept, float((kept * sq_distance).sum())

    def marked(self, labels: Labels, kept: Doubles) -> Labels:
        """Return labels with the outliers marked."""
        out = (kept == 0) if self.weight is None else (kept == 0) & (self.weight > 0)
        return np.where(out, np.int32(OUTLIER), labels)

    def step(self, centers: Floats) -> Step:
        """Assign, leave out the farthest, average the rest."""
        labels, kept, inertia = self.assign(centers)
        marked = self.marked(labels, kept)
        n_changed = int(np.count_nonzero(marked != self.labels))
        self.labels = marked
        partial = Partial(*passes.sums(self.X, labels, kept, len(centers)), inertia)
        moved, refilled = average(self.X, centers, partial, kept)
        return Step(moved, marked, inertia, n_changed, refilled)

    def finish(self, centers: Floats, n_iter: int, converged: bool) -> Run:
        """Make the Run; outliers have label −1 and no part in the inertia."""
        labels, kept, inertia = self.assign(centers)
        refuse_overflow(inertia, centers.dtype)
        return Run(centers, self.marked(labels, kept), inertia, n_iter, converged)

    def refillable(self, run: Run) -> bool:
        """Tell whether a cluster is empty though some row kept is away from its center."""
        labels, kept, _ = self.assign(run.centers)
        if np.bincount(labels, kept, minlength=len(run.centers)).all():
            return False
        return bool(farthest(self.X, run.centers, kept, 1)[1])


@np.errstate(over="ignore", invalid="ignore")  # ``finish`` refuses what comes of it
def fit_trimmed(
    X: Rows, n_clusters: int, trim: float, search: Search, weight: Doubles | None = None
) -> Run:
    """Run trimmed k-means from several starts and return the run of least inertia.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    n_clusters : int, 1 … number of rows kept
    trim : float, 0 <= trim < 1
        Share of the rows (of the weight) to leave out; see ``mass_to_trim``.
    search : Search
        ``tol`` is relative to the mean variance of the features.
    weight : (n,) float64 >= 0, or None for ones

    Returns
    -------
    Run
        Labels are −1 for the rows left out; the inertia is that of the rows kept.

    Raises
    ------
    OptionError
        When fewer rows are kept than there are clusters, or given centers have a wrong shape.
    InputError
        When squares of the values overflow.
    """
    check_enough_rows(X, n_clusters)
    mass = mass_to_trim(X.shape[0], weight, trim)
    if weight is None and X.shape[0] - mass < n_clusters:
        raise OptionError(
            f"trim must leave at least n_clusters rows; got trim={trim}, which leaves "
            f"{X.shape[0] - int(mass)} of {X.shape[0]} rows for n_clusters={n_clusters}; lower "
            "trim or n_clusters"
        )

    def start(rng: np.random.Generator) -> tuple[Trimmed, Floats]:
        if isinstance(search.init, str) and search.init == "k-means++":
            centers = trimmed_plusplus(X, n_clusters, mass, weight=weight, rng=rng)
        else:
            centers = first_centers(X, n_clusters, search.init, weight=weight, rng=rng)
        return Trimmed(X, weight, mass), centers

    return best_of(search, start, search.tol * mean_variance(X) if search.tol > 0 else 0.0)
