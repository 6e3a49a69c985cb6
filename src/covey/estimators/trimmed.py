"""TrimmedKMeans: k-means that leaves out the rows farthest from their centers."""

# ruff: noqa: ARG002 - scikit-learn's methods take y and ignore it

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from covey.engine import passes
from covey.engine.alternate import Search
from covey.engine.passes import Doubles, Labels, Rows
from covey.engine.seeding import Init
from covey.engine.trimmed import OUTLIER, fit_trimmed
from covey.estimators.face import checked_weight, described
from covey.estimators.kind import KindFace
from covey.flow import Run


@described
class TrimmedKMeans(KindFace):
    """k-means that is not moved by outliers: a share of the rows is left out of the means.

    In each iteration the rows farthest from their centers, exactly ⌊trim · n⌋ of them, have no
    part in the means; of rows equally far the last ones are left out. First centers are chosen by
    a k-means++ that outliers don't draw.

    {parameters}

    Attributes
    ----------
    cluster_centers_ : (n_clusters, n_features), dtype of X
    labels_ : (n_samples,) int32
        The nearest center; −1 for the rows left out.
    outlier_scores_ : (n_samples,) float64
        Distance of each row to its nearest center: the greater, the more of an outlier.
    threshold_ : float
        Distance of the farthest row kept; ``predict`` gives −1 beyond it.
    inertia_ : float
        Σ w ‖x − c‖² over the rows kept.
    n_iter_ : int
        Iterations of the run that was kept.
    n_features_in_ : int
    feature_names_in_ : (n_features,) object
        Only when X has column names that are all text.

    Notes
    -----
    Weights that are whole numbers count rows: a row of weight two is two rows, of which one may
    be left out, and it is marked only when both are. Of other weights the share ``trim`` is
    left out exactly. ``predict`` of the rows fitted gives ``labels_``, save for rows left out
    whose distance is exactly ``threshold_``.

    References
    ----------
    Cuesta-Albertos, J. A., Gordaliza, A., Matrán, C. (1997). Trimmed k-means: an attempt to
    robustify quantizers. Annals of Statistics 25(2), 553-576. doi 10.1214/aos/1031833664
    Chawla, S., Gionis, A. (2013). k-means--: a unified approach to clustering and outlier
    detection. SDM, 189-197. doi 10.1137/1.9781611972832.21

    Examples
    --------
    >>> from covey import TrimmedKMeans
    >>> X = [[1], [2], [3], [11], [12], [13], [999]]
    >>> TrimmedKMeans(n_clusters=2, trim=0.15, random_state=0).fit(X).labels_.min()
    np.int32(-1)
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        trim: float = 0.1,
        init: Any = "k-means++",
        n_init: Any = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
    ) -> None:
        self.n_clusters = n_clusters
        self.trim = trim
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x

    def predict(self, X: Any) -> Labels:
        """Return the label of the nearest center, or −1 for a row beyond ``threshold_``.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)

        Returns
        -------
        labels : (n_samples,) int32
        """
        rows, centers = self._alike(X)
        labels, sq_distance = passes.nearest(rows, centers)
        labels[np.sqrt(sq_distance) > self.threshold_] = OUTLIER
        return labels

    def score(self, X: Any, y: object = None, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the inertia of the rows that are not beyond ``threshold_``.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones
        """
        rows, centers = self._alike(X)
        weight = checked_weight(sample_weight, rows.shape[0])
        _, sq_distance = passes.nearest(rows, centers)
        sq_distance[np.sqrt(sq_distance) > self.threshold_] = 0
        return -float((sq_distance if weight is None else weight * sq_distance).sum())

    def _starts(self, X: Rows) -> tuple[Init, int]:
        init, n_init = super()._starts(X)
        auto = self.n_init == "auto" and init == "k-means++" if isinstance(init, str) else False
        return init, 4 if auto else n_init

    def _solve(self, rows: Rows, weight: Doubles | None, search: Search) -> Run:
        return fit_trimmed(rows, int(self.n_clusters), float(self.trim), search, weight)

    def _keep(self, rows: Rows, run: Run, weight: Doubles | None) -> None:
        _, sq_distance = passes.nearest(rows, run.centers)
        self.outlier_scores_ = np.sqrt(sq_distance)
        counts = run.labels >= 0 if weight is None else (run.labels >= 0) & (weight > 0)
        self.threshold_ = float(self.outlier_scores_[counts].max())
        if weight is not None:
            none = (weight == 0) & (self.outlier_scores_ > self.threshold_)
            self.labels_ = np.where(none, np.int32(OUTLIER), run.labels)
