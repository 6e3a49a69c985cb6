"""MissingKMeans: k-means of rows with missing values, none of them filled in."""

# ruff: noqa: ARG002 - scikit-learn's methods take y and ignore it

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import validate_data

from covey.engine import passes
from covey.engine.alternate import Search
from covey.engine.missing import check_observed, fit_missing
from covey.engine.passes import Doubles, Floats, Labels, Rows
from covey.estimators.face import checked_weight, described, dtypes
from covey.estimators.kind import KindFace
from covey.flow import Run


@described
class MissingKMeans(KindFace):
    """k-means of rows with missing values (NaN): what is not there counts for nothing.

    A row belongs to the center that is nearest by the features it has; a center is, feature by
    feature, the mean of the values that its rows have. Nothing is filled in, and the objective
    never rises. Without missing values it is k-means.

    {parameters}

    Attributes
    ----------
    cluster_centers_ : (n_clusters, n_features), dtype of X
        Complete. A feature that no row of a cluster has keeps the value it started from.
    labels_ : (n_samples,) int32
        The center nearest by the features that the row has; always what ``predict`` says.
    inertia_ : float
        Σ w (x − c)² over the values that are there; not scaled up for those that are not.
    n_iter_ : int
        Iterations of the run that was kept.
    n_features_in_ : int
    feature_names_in_ : (n_features,) object
        Only when X has column names that are all text.

    Notes
    -----
    Values should be missing by chance. Where they are missing for a reason, that they are
    missing is a fact about the row, and a yes/no feature that says so may serve better.

    References
    ----------
    Chi, J. T., Chi, E. C., Baraniuk, R. G. (2016). k-POD: a method for k-means clustering of
    missing data. The American Statistician 70(1), 91-99. doi 10.1080/00031305.2015.1086685
    Dixon, J. K. (1979). Pattern recognition with partly missing data. IEEE Transactions on
    Systems, Man, and Cybernetics 9(10), 617-621. doi 10.1109/TSMC.1979.4310090

    Examples
    --------
    >>> from covey import MissingKMeans
    >>> nan = float("nan")
    >>> X = [[1, 2], [1, nan], [nan, 0], [10, 2], [nan, 4], [10, nan], [10, 3]]
    >>> MissingKMeans(n_clusters=2, random_state=0).fit(X).predict([[9, nan], [2, nan]]).tolist()
    [0, 1]
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
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x

    def predict(self, X: Any) -> Labels:
        """Return the center nearest by the features that each row has; ties to the lowest.

        Parameters
        ----------
        X : array-like (n_samples, n_features), NaN where missing

        Returns
        -------
        labels : (n_samples,) int32
        """
        return passes.observed_nearest(*self._alike(X))[0]  # type: ignore[arg-type]

    def transform(self, X: Any) -> Floats:
        """Return the distance of each row to each center, scaled up for what is missing.

        The square over the features that a row has, times n_features over their number, as
        ``sklearn.metrics.pairwise.nan_euclidean_distances`` has it.

        Parameters
        ----------
        X : array-like (n_samples, n_features), NaN where missing

        Returns
        -------
        distances : (n_samples, n_clusters), dtype of X
        """
        return self._distances(X)

    def score(self, X: Any, y: object = None, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the inertia of the rows: greater is better.

        Parameters
        ----------
        X : array-like (n_samples, n_features), NaN where missing
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones
        """
        rows, centers = self._alike(X)
        weight = checked_weight(sample_weight, rows.shape[0])
        _, sq_distance = passes.observed_nearest(rows, centers)  # type: ignore[arg-type]
        return -float((sq_distance if weight is None else weight * sq_distance).sum())

    def _solve(self, rows: Any, weight: Doubles | None, search: Search) -> Run:
        return fit_missing(rows, int(self.n_clusters), search, weight)

    def _rows(self, X: Any, *, reset: bool) -> Rows:
        checked: Any = validate_data(
            self, X, reset=reset, dtype=dtypes(X), order="C", ensure_all_finite="allow-nan"
        )
        check_observed(checked)
        return checked

    def _distances(self, X: Any) -> Floats:
        rows, centers = self._alike(X)
        sq = passes.observed_squares(rows, centers)  # type: ignore[arg-type]
        n_there = np.count_nonzero(~np.isnan(rows), axis=1, keepdims=True)  # type: ignore[call-overload]
        return np.sqrt(sq * (rows.shape[1] / n_there)).astype(rows.dtype)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = True
        return tags
