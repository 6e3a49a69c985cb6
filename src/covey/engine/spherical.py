"""Spherical k-means: rows and centers on the unit sphere, compared by their cosine.

Between unit vectors ‖x − c‖² = 2 (1 − cos), so the nearest center by Euclidean distance is the
one of the greatest cosine, and the passes of k-means are its passes. The best center of some
rows is their mean stretched to unit length.

References
----------
Dhillon, I. S., Modha, D. S. (2001). Concept decompositions for large sparse text data using
clustering. Machine Learning 42, 143-175. doi 10.1023/A:1007612920971
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.alternate import Search, Step, best_of, refuse_overflow
from covey.engine.best import mean_variance
from covey.engine.gather import subset
from covey.engine.lloyd import average, farthest, finish
from covey.engine.passes import Csr, Doubles, Floats, Rows
from covey.engine.seeding import first_centers
from covey.errors import OptionError
from covey.flow import Run


def unit_rows(X: Rows) -> tuple[Rows, NDArray[np.bool_]]:
    """Return the rows stretched to unit length, and which of them are zero (and stay so).

    A row is zero when its squares add up to less than float64's least normal number.

    Parameters
    ----------
    X : (n, d) float32 or float64, dense or Csr

    Returns
    -------
    U : (n, d), as X
    zero : (n,) bool

    Raises
    ------
    InputError
        When the squares of a row overflow.
    """
    _, sq_norm = passes.nearest(X, np.zeros((1, X.shape[1]), dtype=X.dtype))
    refuse_overflow(float(sq_norm.max(initial=0.0)), X.dtype)
    zero = sq_norm < np.finfo(np.float64).tiny
    norm = np.sqrt(np.where(zero, 1.0, sq_norm))
    if isinstance(X, Csr):
        stretched = X.data / np.repeat(norm, np.diff(X.indptr))
        return Csr(stretched.astype(X.dtype), X.indices, X.indptr, X.n_columns), zero
    U = np.empty(X.shape, dtype=X.dtype)
    np.divide(X, norm[:, None], out=U, casting="same_kind")
    U[zero] = 0
    return U, zero


class Spherical:
    """Unit rows, each with weight, and what a step means for them."""

    def __init__(self, U: Rows, weight: Doubles | None) -> None:
        self.U, self.weight = U, weight
        self.labels = np.full(U.shape[0], -1, dtype=np.int32)

    def step(self, centers: Floats) -> Step:
        """Assign to the greatest cosine; stretch the means. A mean of zero moves no center."""
        partial, n_changed = passes.lloyd(self.U, centers, self.weight, self.labels)
        means, refilled = average(self.U, centers, partial, self.weight)
        return Step(
            unit_centers(means, centers), self.labels, partial.inertia / 2, n_changed, refilled
        )

    def finish(self, centers: Floats, n_iter: int, converged: bool) -> Run:
        """Make the Run; its inertia is Σ w (1 − cos)."""
        run = finish(self.U, centers, weight=self.weight, n_iter=n_iter, converged=converged)
        return Run(run.centers, run.labels, run.inertia / 2, n_iter, converged)

    def refillable(self, run: Run) -> bool:
        """Tell whether a cluster is empty though some row is away from its center."""
        if np.bincount(run.labels, self.weight, minlength=len(run.centers)).all():
            return False
        return bool(farthest(self.U, run.centers, self.weight, 1)[1])


def unit_centers(means: Floats, instead: Floats) -> Floats:
    """Stretch means (k, d) to unit length; where one is zero, take the row of ``instead``."""
    wide = means.astype(np.float64)
    norm = np.sqrt((wide**2).sum(axis=1, keepdims=True))
    units = np.divide(wide, norm, where=norm > 0, out=instead.astype(np.float64))
    return np.ascontiguousarray(units, dtype=means.dtype)


def fit_spherical(X: Rows, n_clusters: int, search: Search, weight: Doubles | None = None) -> Run:
    """Run spherical k-means from several starts and return the run of least inertia.

    Zero rows have no direction: their cosine with every center counts as 0, so they get label 0
    (a tie goes to the lowest index), add w to the inertia, and move no center.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    n_clusters : int, 1 … number of rows that are not zero
    search : Search
        ``tol`` is relative to the mean variance of the features of the unit rows.
    weight : (n,) float64 >= 0, or None for ones

    Returns
    -------
    Run
        Centers of unit length; the inertia is Σ w (1 − cos(x, c)).

    Raises
    ------
    OptionError
        When there are fewer rows that are not zero than clusters.
    InputError
        When squares of the values overflow.
    """
    U, zero = unit_rows(X)
    rows, mass = U, weight
    if zero.any():
        kept = np.flatnonzero(~zero)
        rows, mass = subset(U, kept), None if weight is None else weight[kept]
    if rows.shape[0] < n_clusters or (mass is not None and not mass.any()):
        raise OptionError(
            f"n_clusters must be at most the number of rows that are not all zeros; got "
            f"n_clusters={n_clusters} and n_samples={rows.shape[0]} such rows (of "
            f"{X.shape[0]}); lower n_clusters or pass more rows"
        )

    def start(rng: np.random.Generator) -> tuple[Spherical, Floats]:
        centers = first_centers(rows, n_clusters, search.init, weight=mass, rng=rng)
        instead = np.zeros_like(centers)
        instead[:, 0] = 1  # a given center of zero has no direction: the first axis will do
        return Spherical(rows, mass), unit_centers(centers, instead)

    run = best_of(search, start, search.tol * mean_variance(rows) if search.tol > 0 else 0.0)
    if not zero.any():
        return run
    labels = np.zeros(X.shape[0], dtype=np.int32)
    labels[~zero] = run.labels
    lost = float(np.count_nonzero(zero) if weight is None else weight[zero].sum())
    return Run(run.centers, labels, run.inertia + lost, run.n_iter, run.converged)
