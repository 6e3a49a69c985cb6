"""KMeans: Lloyd's algorithm under scikit-learn's name, parameters and attributes."""

# ruff: noqa: ARG002 - scikit-learn's methods take y and ignore it

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from covey import options
from covey.engine.best import check_enough_rows, fit_best
from covey.engine.ladder import Limits, fit_default, fit_long
from covey.engine.optimal import optimal_1d
from covey.engine.passes import Csr, Doubles, Rows
from covey.engine.search import OnProgress
from covey.engine.tracing import OnStep
from covey.estimators.face import Face, checked_weight, described
from covey.estimators.progress import progress
from covey.flow import Run
from covey.random import generator


@described
class KMeans(Face):
    """Exact k-means.

    Of rows with one feature, k-means++ gives way to the global optimum (``method_`` says so).

    {parameters}

    Attributes
    ----------
    cluster_centers_ : (n_clusters, n_features), dtype of X
    labels_ : (n_samples,) int32
        The center nearest to each row; always what ``predict`` says of the same rows.
    inertia_ : float
        Σ w ‖x − c‖² over the rows, each with its own center.
    n_iter_ : int
        Iterations over all rows of the run that was kept; a search before it has its own.
    n_features_in_ : int
    feature_names_in_ : (n_features,) object
        Only when X has column names that are all text.
    method_ : str
        Which pass did the work.
    share_computed_ : float
        Distances computed, as a share of rows × centers × passes.

    Examples
    --------
    >>> from covey import KMeans
    >>> X = [[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]]
    >>> KMeans(n_clusters=2, random_state=0).fit(X).inertia_
    16.0
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: Any = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        quality: str = "default",
        time_budget: float | None = 10.0,
        on_progress: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.quality = quality
        self.time_budget = time_budget
        self.on_progress = on_progress

    def fit(
        self,
        X: Any,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        *,
        on_iteration: OnStep | None = None,
    ) -> KMeans:
        """Fit centers to the rows.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)
            Never changed. float32 and float64 are kept; other numbers become float64.
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones
            Counts in choosing first centers too.
        on_iteration : callable (Step) -> bool or None, or None
            Called after each iteration with its number, centers, labels and inertia. The arrays
            are lent: copy what must outlive the call, or pass a ``covey.Recorder``. Returning
            True ends the fit, with a result as valid as after max_iter.

        Returns
        -------
        self

        Raises
        ------
        OptionError
            When a parameter has a value that it cannot have.
        InputError
            When X or the weights cannot be used.
        """
        options.check(options.ESTIMATOR, self.get_params(deep=False))
        rng = generator(self.random_state)
        rows = self._rows(X, reset=True)
        weight = checked_weight(sample_weight, rows.shape[0])
        run = self._run(rows, weight, rng, on_iteration)
        self._warn_if_crowded(rows, run.labels, weight)
        self.cluster_centers_, self.labels_ = run.centers, run.labels
        self.inertia_, self.n_iter_ = run.inertia, run.n_iter
        self.method_, self.share_computed_ = run.method, run.share_computed
        self._n_features_out = len(run.centers)
        return self

    def _run(
        self,
        rows: Rows,
        weight: Doubles | None,
        rng: np.random.Generator,
        on_iteration: OnStep | None,
    ) -> Run:
        """Fit as well as ``quality`` asks."""
        our_start = isinstance(self.init, str) and self.init == "k-means++"
        init, n_init = self._starts(rows)
        k, max_iter, tol = int(self.n_clusters), int(self.max_iter), float(self.tol)
        tell = progress(self.verbose, on_iteration)
        if our_start and not isinstance(rows, Csr) and rows.shape[1] == 1:
            check_enough_rows(rows, k)
            run = optimal_1d(rows, k, weight)
            if tell is not None:
                tell(run.n_iter, run.centers, run.labels, run.inertia)
            return run
        if self.quality == "best":
            budget = None if self.time_budget is None else float(self.time_budget)
            return fit_long(
                rows, k, rng=rng, limits=Limits(max_iter, tol, budget), init=init, n_init=n_init,
                weight=weight, on_progress=_telling(self.on_progress, bool(self.verbose)),
            )  # fmt: skip
        if self.quality == "default" and our_start and isinstance(self.n_init, str):
            limits = Limits(max_iter, tol)
            return fit_default(rows, k, rng=rng, limits=limits, weight=weight, on_iteration=tell)
        return fit_best(
            rows, k, rng=rng, init=init, n_init=n_init, max_iter=max_iter, tol=tol,
            weight=weight, on_iteration=tell,
        )  # fmt: skip


def _telling(on_progress: OnProgress | None, aloud: bool) -> OnProgress | None:
    """Return what a search tells its progress to: the caller, the terminal, both or nobody."""
    if not aloud:
        return on_progress

    def tell(text: str, share: float) -> None:
        print(f"Search {share:.0%}, {text}.")  # noqa: T201
        if on_progress is not None:
            on_progress(text, share)

    return tell
