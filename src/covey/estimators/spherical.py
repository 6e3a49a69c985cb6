"""SphericalKMeans: k-means by the angle between rows."""

# ruff: noqa: ARG002 - scikit-learn's methods take y and ignore it

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from covey.engine import passes
from covey.engine.alternate import Search
from covey.engine.passes import Doubles, Floats, Labels, Rows
from covey.engine.spherical import fit_spherical, unit_rows
from covey.estimators.face import checked_weight, described
from covey.estimators.kind import KindFace
from covey.flow import Run


@described
class SphericalKMeans(KindFace):
    """k-means by the cosine: rows are compared by their direction, whatever their length.

    For text (TF-IDF), embeddings and profiles of shares. Rows need not be normalised; each is
    taken at unit length, and each center is the mean direction of its rows, at unit length.

    A row of zeros has no direction: its cosine with every center counts as 0, so its label is
    0 (a tie goes to the lowest index), it adds its weight to the inertia, and it moves no center.

    {parameters}

    Attributes
    ----------
    cluster_centers_ : (n_clusters, n_features), dtype of X
        Of unit length.
    labels_ : (n_samples,) int32
        The center of the greatest cosine; always what ``predict`` says of the same rows.
    inertia_ : float
        Σ w (1 − cos(x, c)) over the rows, each with its own center: half the squared distances
        between unit vectors.
    n_iter_ : int
        Iterations of the run that was kept.
    n_features_in_ : int
    feature_names_in_ : (n_features,) object
        Only when X has column names that are all text.

    References
    ----------
    Dhillon, I. S., Modha, D. S. (2001). Concept decompositions for large sparse text data using
    clustering. Machine Learning 42, 143-175. doi 10.1023/A:1007612920971

    Examples
    --------
    >>> from covey import SphericalKMeans
    >>> X = [[1, 0], [20, 1], [0, 3], [1, 40]]
    >>> SphericalKMeans(n_clusters=2, random_state=0).fit(X).predict([[7, 0.1], [0.1, 7]]).tolist()
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
        """Return the label of the center of the greatest cosine; a tie goes to the lowest.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)

        Returns
        -------
        labels : (n_samples,) int32
        """
        units, centers, zero = self._units(X)
        labels, _ = passes.nearest(units, centers)
        labels[zero] = 0
        return labels

    def transform(self, X: Any) -> Floats:
        """Return the cosine distance 1 − cos of each row to each center.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)

        Returns
        -------
        distances : (n_samples, n_clusters), dtype of X
            0 … 2; 1 for a row of zeros.
        """
        return self._distances(X)

    def score(self, X: Any, y: object = None, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the inertia of the rows: greater is better.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones
        """
        units, centers, zero = self._units(X)
        weight = checked_weight(sample_weight, len(zero))
        _, sq_distance = passes.nearest(units, centers)
        lost = np.where(zero, 1.0, sq_distance / 2)
        return -float((lost if weight is None else weight * lost).sum())

    def _solve(self, rows: Rows, weight: Doubles | None, search: Search) -> Run:
        return fit_spherical(rows, int(self.n_clusters), search, weight)

    def _units(self, X: Any) -> tuple[Rows, Floats, Any]:
        """Return unit rows, centers of one dtype with them, and which rows are zero."""
        rows, centers = self._alike(X)
        units, zero = unit_rows(rows)
        return units, centers, zero

    def _distances(self, X: Any) -> Floats:
        units, centers, zero = self._units(X)
        distances = passes.distances(units, centers)
        distances *= distances
        distances /= 2
        distances[zero] = 1
        return distances
