"""MiniBatchKMeans: k-means from small random batches, and from a stream."""

# ruff: noqa: ARG002 - scikit-learn's methods take y and ignore it

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from covey import options
from covey.engine.lloyd import finish
from covey.engine.minibatch import Schedule, State, fit_minibatch, occupied, start, step
from covey.engine.passes import Doubles, Rows
from covey.estimators.face import Face, checked_weight, described
from covey.random import generator


@described
class MiniBatchKMeans(Face):
    """k-means from mini-batches: for very many rows, and for rows that arrive in a stream.

    {parameters}

    Attributes
    ----------
    cluster_centers_ : (n_clusters, n_features), dtype of X
    labels_ : (n_samples,) int32
        The center nearest to each row (of the last batch after ``partial_fit``); only with
        ``compute_labels``.
    inertia_ : float
        Σ w ‖x − c‖² over the same rows; without ``compute_labels``, an estimate.
    n_iter_ : int
        Passes over the data that the batches amount to.
    n_steps_ : int
        Batches seen.
    n_features_in_ : int
    feature_names_in_ : (n_features,) object
        Only when X has column names that are all text.

    Examples
    --------
    >>> from covey import MiniBatchKMeans
    >>> X = [[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]]
    >>> sorted(MiniBatchKMeans(n_clusters=2, random_state=0).fit(X).cluster_centers_[:, 0])
    [1.0, 10.0]
    """

    _auto_n_init: ClassVar[int] = 3

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        max_iter: int = 100,
        batch_size: int = 1024,
        verbose: int = 0,
        compute_labels: bool = True,
        random_state: Any = None,
        tol: float = 0.0,
        max_no_improvement: int | None = 10,
        init_size: int | None = None,
        n_init: Any = "auto",
        reassignment_ratio: float = 0.01,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.verbose = verbose
        self.compute_labels = compute_labels
        self.random_state = random_state
        self.tol = tol
        self.max_no_improvement = max_no_improvement
        self.init_size = init_size
        self.n_init = n_init
        self.reassignment_ratio = reassignment_ratio

    def fit(
        self, X: Any, y: object = None, sample_weight: ArrayLike | None = None
    ) -> MiniBatchKMeans:
        """Fit centers to mini-batches drawn from the rows.

        With ``compute_labels``, a center that no row is nearest to moves to a row far from its
        own center, so that there are n_clusters clusters whenever there are as many distinct
        rows.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)
            Never changed. float32 and float64 are kept; other numbers become float64.
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones
            A row is drawn with probability proportional to its weight.

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
        self._rng = generator(self.random_state)
        rows = self._rows(X, reset=True)
        weight = checked_weight(sample_weight, rows.shape[0])
        init, n_init = self._starts(rows)
        outcome = fit_minibatch(
            rows,
            int(self.n_clusters),
            self._schedule(),
            rng=self._rng,
            init=init,
            n_init=n_init,
            weight=weight,
            on_step=_tell if self.verbose else None,
        )
        self._state, self.n_steps_, self.n_iter_ = outcome.state, outcome.n_steps, outcome.n_iter
        self.cluster_centers_ = outcome.state.centers
        if self.compute_labels:
            run = occupied(rows, outcome, weight)
            self._state = replace(outcome.state, centers=run.centers)
            self.cluster_centers_ = run.centers
            self.labels_, self.inertia_ = run.labels, run.inertia
            self._warn_if_crowded(rows, run.labels, weight)
        else:
            self._forget_labels()
            total = float(rows.shape[0] if weight is None else weight.sum())
            self.inertia_ = outcome.mean_inertia * total
        self._n_features_out = len(self.cluster_centers_)
        return self

    def partial_fit(
        self, X: Any, y: object = None, sample_weight: ArrayLike | None = None
    ) -> MiniBatchKMeans:
        """Pull the centers towards one more batch; the first batch chooses them.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)
            The first batch needs at least n_clusters rows.
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones

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
        fresh = not hasattr(self, "cluster_centers_")
        rows = self._rows(X, reset=fresh)
        weight = checked_weight(sample_weight, rows.shape[0])
        if fresh:
            self._rng = generator(self.random_state)
            self.n_steps_ = 0
            self._state = self._first_state(rows, weight)
        elif rows.dtype != self.cluster_centers_.dtype:
            rows, _ = self._alike(X)
        # Centers that the caller has set since the last batch are the ones to go on from.
        centers = self._state.centers if fresh else self.cluster_centers_
        self._state, _ = step(
            replace(self._state, centers=np.ascontiguousarray(centers, dtype=rows.dtype)),
            rows,
            weight=weight,
            rng=self._rng,
            reassignment_ratio=float(self.reassignment_ratio),
        )
        self.cluster_centers_ = self._state.centers
        self.n_steps_ += 1
        self._n_features_out = len(self.cluster_centers_)
        if self.compute_labels:
            run = finish(rows, self.cluster_centers_, weight=weight)
            self.labels_, self.inertia_ = run.labels, run.inertia
        return self

    def _first_state(self, rows: Rows, weight: Doubles | None) -> State:
        init, _ = self._starts(rows)
        return start(
            rows, int(self.n_clusters), self._schedule(), rng=self._rng, init=init, weight=weight
        )

    def _schedule(self) -> Schedule:
        if self.init_size is not None and self.init_size < self.n_clusters:
            warnings.warn(
                f"init_size={self.init_size} should be larger than n_clusters={self.n_clusters}; "
                "using min(3 * n_clusters, n_samples) rows; raise init_size.",
                RuntimeWarning,
                stacklevel=3,
            )
        return Schedule(
            batch_size=int(self.batch_size),
            max_iter=int(self.max_iter),
            tol=float(self.tol),
            max_no_improvement=self.max_no_improvement,
            init_size=self.init_size,
            reassignment_ratio=float(self.reassignment_ratio),
        )

    def _forget_labels(self) -> None:
        """Labels of an earlier fit do not belong to these centers."""
        if hasattr(self, "labels_"):
            del self.labels_


def _tell(i: int, n_steps: int, mean_inertia: float, smoothed: float) -> None:
    """Say how one step went, as ``verbose`` asks."""
    print(  # noqa: T201
        f"Minibatch step {i}/{n_steps}: mean batch inertia: {mean_inertia}, ewa inertia: {smoothed}"
    )
