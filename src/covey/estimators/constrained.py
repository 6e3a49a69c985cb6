"""ConstrainedKMeans: k-means with bounds on the number of rows of each cluster."""

from __future__ import annotations

from typing import Any

from covey.engine.alternate import Search
from covey.engine.constrained import fit_constrained, size_limits
from covey.engine.passes import Doubles, Labels, Rows
from covey.estimators.face import described
from covey.estimators.kind import KindFace
from covey.flow import Run


@described
class ConstrainedKMeans(KindFace):
    """k-means whose clusters have at least size_min and at most size_max rows.

    Each iteration assigns the rows at the least total cost that keeps the sizes, exactly, by
    min-cost flow. So a row's label need not be its nearest center; ``predict`` gives the nearest
    center, because the sizes are a property of the rows fitted and say nothing of new ones.

    {parameters}

    Attributes
    ----------
    cluster_centers_ : (n_clusters, n_features), dtype of X
    labels_ : (n_samples,) int32
        The cheapest assignment to the centers within the sizes.
    inertia_ : float
        Σ w ‖x − c‖² over the rows, each with the center of its label.
    n_iter_ : int
        Iterations of the run that was kept.
    n_features_in_ : int
    feature_names_in_ : (n_features,) object
        Only when X has column names that are all text.

    Notes
    -----
    Sizes count rows; ``sample_weight`` counts in costs and means, not in sizes. A cluster always
    has at least one row.

    References
    ----------
    Bradley, P. S., Bennett, K. P., Demiriz, A. (2000). Constrained k-means clustering. Microsoft
    Research, MSR-TR-2000-65.
    Ahuja, R. K., Magnanti, T. L., Orlin, J. B. (1993). Network Flows. Prentice Hall, chapter 9.

    Examples
    --------
    >>> from covey import ConstrainedKMeans
    >>> X = [[0], [1], [2], [3], [20], [21]]
    >>> fitted = ConstrainedKMeans(n_clusters=2, size_min=3, random_state=0).fit(X)
    >>> sorted(fitted.cluster_centers_[:, 0].tolist())
    [1.0, 14.666666666666666]
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        size_min: int | None = None,
        size_max: int | None = None,
        init: Any = "k-means++",
        n_init: Any = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
    ) -> None:
        self.n_clusters = n_clusters
        self.size_min = size_min
        self.size_max = size_max
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x

    def predict(self, X: Any) -> Labels:
        """Return the label of the nearest center, whatever the sizes.

        Parameters
        ----------
        X : array-like (n_samples, n_features)

        Returns
        -------
        labels : (n_samples,) int32
        """
        return super().predict(X)

    def _solve(self, rows: Rows, weight: Doubles | None, search: Search) -> Run:
        k = int(self.n_clusters)
        limits = size_limits(rows.shape[0], k, self.size_min, self.size_max)
        return fit_constrained(rows, k, limits, search, weight)  # type: ignore[arg-type]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags
