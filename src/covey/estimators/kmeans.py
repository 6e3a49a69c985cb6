"""KMeans: Lloyd's algorithm under scikit-learn's name, parameters and attributes."""

# ruff: noqa: ARG002 - scikit-learn's methods take y and ignore it

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from covey import options
from covey.engine.best import check_enough_rows, fit_best
from covey.engine.optimal import optimal_1d
from covey.engine.passes import Csr, Doubles, Floats, Labels, Rows
from covey.engine.seeding import Init
from covey.estimators.face import Face, checked_weight, described
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
        Iterations of the run that was kept.
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

    def fit(self, X: Any, y: object = None, sample_weight: ArrayLike | None = None) -> KMeans:
        """Fit centers to the rows.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)
            Never changed. float32 and float64 are kept; other numbers become float64.
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones
            Counts in choosing first centers too.

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
        init, n_init = self._starts(rows)
        run = self._optimal(rows, init, weight) or fit_best(
            rows,
            int(self.n_clusters),
            rng=rng,
            init=init,
            n_init=n_init,
            max_iter=int(self.max_iter),
            tol=float(self.tol),
            weight=weight,
            on_iteration=_tell if self.verbose else None,
        )
        self._warn_if_crowded(rows, run.labels, weight)
        self.cluster_centers_, self.labels_ = run.centers, run.labels
        self.inertia_, self.n_iter_ = run.inertia, run.n_iter
        self.method_, self.share_computed_ = run.method, run.share_computed
        self._n_features_out = len(run.centers)
        return self

    def _optimal(self, X: Rows, init: Init, weight: Doubles | None) -> Run | None:
        """Return the global optimum where it can be had: one feature, and the start left to us."""
        if isinstance(X, Csr) or X.shape[1] != 1 or not isinstance(init, str) or init == "random":
            return None
        check_enough_rows(X, int(self.n_clusters))
        run = optimal_1d(X, int(self.n_clusters), weight)
        if self.verbose:
            _tell(run.n_iter, run.centers, run.labels, run.inertia)
        return run


def _tell(n_iter: int, _centers: Floats, _labels: Labels, inertia: float) -> None:
    """Say how one iteration went, as ``verbose`` asks."""
    print(f"Iteration {n_iter}, inertia {inertia}.")  # noqa: T201
