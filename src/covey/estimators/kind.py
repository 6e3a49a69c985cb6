"""What the faces of the other kinds of k-means share: one fit; only the problem differs."""

# ruff: noqa: ARG002 - scikit-learn's methods take y and ignore it

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from covey import options
from covey.engine.alternate import Search
from covey.engine.passes import Doubles, Floats, Labels, Rows
from covey.estimators.face import Face, checked_weight
from covey.flow import Run
from covey.random import generator


class KindFace(Face):
    """A face whose class says what to solve, and keeps what else it learns."""

    max_iter: int
    tol: float
    random_state: Any

    def fit(self, X: Any, y: object = None, sample_weight: ArrayLike | None = None) -> Any:
        """Fit centers to the rows.

        Parameters
        ----------
        X : array-like, (n_samples, n_features)
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
        search = Search(
            rng=rng,
            init=init,
            n_init=n_init,
            max_iter=int(self.max_iter),
            tol=float(self.tol),
            on_iteration=_tell if self.verbose else None,
        )
        run = self._solve(rows, weight, search)
        self._warn_if_crowded(rows, run.labels[run.labels >= 0], weight)
        self.cluster_centers_, self.labels_ = run.centers, run.labels
        self.inertia_, self.n_iter_ = run.inertia, run.n_iter
        self._n_features_out = len(run.centers)
        self._keep(rows, run, weight)
        return self

    def _solve(self, rows: Any, weight: Doubles | None, search: Search) -> Run:
        """Return the best run."""
        raise NotImplementedError

    def _keep(self, rows: Rows, run: Run, weight: Doubles | None) -> None:
        """Set what this kind has beside centers, labels, inertia and iterations."""


def _tell(n_iter: int, _centers: Floats, _labels: Labels, inertia: float) -> None:
    """Say how one iteration went, as ``verbose`` asks."""
    print(f"Iteration {n_iter}, inertia {inertia}.")  # noqa: T201
