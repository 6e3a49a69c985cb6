"""MiniBatchKMeans: k-means from samples that grow until they tell no more, and from a stream."""

# ruff: noqa: ARG002 - scikit-learn's methods take y and ignore it

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from covey import options
from covey.engine.lloyd import finish
from covey.engine.minibatch import Schedule, fit_minibatch
from covey.engine.passes import Rows
from covey.engine.seeding import Init
from covey.engine.streaming import State, start, step
from covey.engine.tracing import OnStep
from covey.estimators.face import Face, checked_weight, described
from covey.estimators.progress import progress
from covey.random import generator

_TEXT = "Batch of {n_rows} rows, iteration {n_iter}, inertia {inertia}."


@described
class MiniBatchKMeans(Face):
    """k-means from mini-batches: for very many rows, and for rows that arrive in a stream.

    ``fit`` runs Lloyd's algorithm on a sample, then on twice that sample, and so on, and ends
    when a doubling improves the inertia of its rows by less than 0.1 %: about what all rows
    would still improve. ``partial_fit`` takes one batch of a stream after another; rows count
    less as the stream goes on.

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
        Passes over the data that the passes over batches amount to, rounded up.
    n_steps_ : int
        Passes over batches.
    batch_size_ : int
        Rows of the last batch of ``fit``; n_samples when all were needed.
    n_features_in_ : int
    feature_names_in_ : (n_features,) object
        Only when X has column names that are all text.

    Examples
    --------
    >>> from covey import MiniBatchKMeans
    >>> X = [[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]]
    >>> MiniBatchKMeans(n_clusters=2, random_state=0).fit(X).inertia_
    16.0
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
        self,
        X: Any,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        *,
        on_iteration: OnStep | None = None,
    ) -> MiniBatchKMeans:
        """Fit centers to samples of the rows, each twice as large as the one before and around it.

        Every cluster has a row whenever there are as many distinct rows.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)
            Never changed. float32 and float64 are kept; other numbers become float64.
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones
            A row is drawn with probability proportional to its weight.
        on_iteration : callable (Step) -> bool or None, or None
            As in ``KMeans.fit``; iterations are counted, and labels and inertia told, of each
            batch.

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
        init, n_init = self._batch_starts(rows)
        outcome = fit_minibatch(
            rows,
            int(self.n_clusters),
            self._schedule(),
            rng=self._rng,
            init=init,
            n_init=n_init,
            weight=weight,
            label_all=bool(self.compute_labels),
            on_iteration=progress(self.verbose, on_iteration, _TEXT),
        )
        run = outcome.run
        self.cluster_centers_, self.inertia_, self.n_iter_ = run.centers, run.inertia, run.n_iter
        self.n_steps_, self.batch_size_ = outcome.n_steps, outcome.batch_size
        self._state = State.of(run.centers, outcome.counts)
        self._forget_labels()
        if self.compute_labels:
            self.labels_ = run.labels
            self._warn_if_crowded(rows, run.labels, weight)
        self._n_features_out = len(self.cluster_centers_)
        return self

    def partial_fit(
        self, X: Any, y: object = None, sample_weight: ArrayLike | None = None
    ) -> MiniBatchKMeans:
        """Pull the centers towards one more batch; the first batch chooses them.

        Each center is the mean of the rows that it was nearest to when they came. Rows fade as
        the stream goes on: those of its last twelfth count half and more, so that the first
        centers and what they drew to them are forgotten.

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
            init, n_init = self._batch_starts(rows)
            state = start(
                rows, int(self.n_clusters), rng=self._rng, init=init, n_init=n_init, weight=weight
            )
        else:
            rows, _ = self._alike(X)
            state = self._state_now()
        ratio = float(self.reassignment_ratio)
        self._state = step(state, rows, weight=weight, rng=self._rng, reassignment_ratio=ratio)
        self.cluster_centers_ = self._state.centers.astype(rows.dtype)
        self.n_steps_ += 1
        self._n_features_out = len(self.cluster_centers_)
        if self.compute_labels:
            run = finish(rows, self.cluster_centers_, weight=weight)
            self.labels_, self.inertia_ = run.labels, run.inertia
        return self

    def _state_now(self) -> State:
        """Return the state of the stream; centers that the caller has set are those to go on from.

        The state has them in double, of which ``cluster_centers_`` may be a rounding.
        """
        told = np.asarray(self.cluster_centers_)
        if np.array_equal(told, self._state.centers.astype(told.dtype)):
            return self._state
        return replace(self._state, centers=told.astype(np.float64))

    def _batch_starts(self, rows: Rows) -> tuple[Init, int]:
        """Return first centers and starts; on a small batch, three cost little."""
        init, n_init = self._starts(rows)
        if isinstance(init, str) and self.n_init == "auto":
            n_init = self._auto_n_init
        return init, n_init

    def _schedule(self) -> Schedule:
        return Schedule(
            batch_size=int(self.batch_size),
            max_iter=int(self.max_iter),
            tol=float(self.tol),
            max_no_improvement=self.max_no_improvement,
            init_size=self.init_size,
        )

    def _forget_labels(self) -> None:
        """Labels of an earlier fit do not belong to these centers."""
        if hasattr(self, "labels_"):
            del self.labels_
