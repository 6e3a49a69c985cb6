"""Several starts, the best kept."""

from __future__ import annotations

import numpy as np

from covey.engine import passes
from covey.engine.lloyd import OnIteration, lloyd
from covey.engine.passes import Csr, Doubles, Rows
from covey.engine.seeding import Init, first_centers
from covey.errors import OptionError
from covey.flow import Run
from covey.random import children


def fit_best(
    X: Rows,
    n_clusters: int,
    *,
    rng: np.random.Generator,
    init: Init = "k-means++",
    n_init: int = 1,
    max_iter: int = 300,
    tol: float = 1e-4,
    weight: Doubles | None = None,
    on_iteration: OnIteration | None = None,
) -> Run:
    """Run Lloyd's algorithm from ``n_init`` starts and return the run of least inertia.

    Each start has its own child stream of ``rng``, so a start does not depend on how many
    random numbers the one before it used.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows
    n_clusters : int, 1 … n
    rng : numpy.random.Generator
        Advances by one draw for each start.
    init : "k-means++", "random", array (k, d) or callable (X, n_clusters, rng) -> (k, d)
    n_init : int >= 1
    max_iter : int >= 1
        Of each start.
    tol : float >= 0
        Relative to the mean variance of the features.
    weight : (n,) float64 >= 0, or None for ones
    on_iteration : callable or None
        See ``lloyd.OnIteration``; iterations count from 1 in each start.

    Returns
    -------
    Run
        Of equal runs, the first.

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows, or given centers have the wrong shape.
    InputError
        When squares of the values overflow.
    """
    check_enough_rows(X, n_clusters)
    absolute = tol * mean_variance(X) if tol > 0 else 0.0
    best: Run | None = None
    for stream in children(rng, n_init):
        run = lloyd(
            X,
            first_centers(X, n_clusters, init, weight=weight, rng=stream),
            weight=weight,
            max_iter=max_iter,
            tol=absolute,
            on_iteration=on_iteration,
        )
        if best is None or run.inertia < best.inertia:
            best = run
    assert best is not None
    return best


def check_enough_rows(X: Rows, n_clusters: int) -> None:
    """Raise OptionError when there are fewer rows than clusters."""
    n = X.shape[0]
    if n < n_clusters:
        raise OptionError(
            f"n_clusters must be at most the number of rows; got n_clusters={n_clusters} and "
            f"n_samples={n}; lower n_clusters or pass more rows"
        )


@np.errstate(over="ignore", invalid="ignore")  # an infinite one stops nothing; lloyd refuses
def mean_variance(X: Rows) -> float:
    """Return the mean over the features of their variance, in two passes and no copy of X."""
    n, d = X.shape
    if isinstance(X, Csr) and np.isfinite(variance := passes.sparse_mean_variance(X)):
        return variance
    labels = np.zeros(n, dtype=np.int32)
    partial, _ = passes.lloyd(X, np.zeros((1, d), dtype=X.dtype), None, labels)
    mean = (partial.sums / n).astype(X.dtype)
    labels[:] = 0
    return float(passes.inertia(X, mean, labels, None)[0]) / (n * d)
