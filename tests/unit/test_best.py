"""Several starts, the best kept."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from covey.engine.best import fit_best, mean_variance
from covey.engine.lloyd import lloyd
from covey.engine.passes import Csr
from covey.engine.seeding import first_centers
from covey.errors import OptionError
from covey.random import children


def test_the_best_of_the_starts_is_returned(rng: np.random.Generator) -> None:
    X = rng.normal(size=(200, 2))
    run = fit_best(X, 9, rng=np.random.default_rng(4), init="random", n_init=6, tol=0)
    each = [
        lloyd(X, first_centers(X, 9, "random", weight=None, rng=stream))
        for stream in children(np.random.default_rng(4), 6)
    ]
    assert run.inertia == min(other.inertia for other in each)
    assert max(other.inertia for other in each) > run.inertia


def test_equal_runs_keep_the_first() -> None:
    X = np.array([[0.0], [1], [10], [11]])
    starts = iter([X[[0, 2]], X[[2, 0]], X[[0, 2]]])
    run = fit_best(X, 2, rng=np.random.default_rng(0), init=lambda *_: next(starts), n_init=3)
    assert run.labels.tolist() == [0, 0, 1, 1]


def test_tol_is_relative_to_the_mean_variance() -> None:
    # Movement of the first iteration: (19/3)² = 40.1; variance of 0, 1, 10, 11 is 25.25.
    X = np.array([[0.0], [1], [10], [11]])
    options = {"rng": np.random.default_rng(0), "init": X[:2]}
    assert fit_best(X, 2, tol=40.12 / 25.25, **options).n_iter == 1
    assert fit_best(X, 2, tol=40.10 / 25.25, **options).n_iter == 2
    scaled = {"rng": np.random.default_rng(0), "init": X[:2] * 1e6}
    assert fit_best(X * 1e6, 2, tol=40.12 / 25.25, **scaled).n_iter == 1


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_mean_variance(offset: float, rng: np.random.Generator) -> None:
    X = rng.normal(size=(500, 3)) * [1, 2, 3] + offset
    assert mean_variance(X) == pytest.approx(X.var(axis=0).mean(), rel=1e-9)
    assert mean_variance(Csr.of(sp.csr_array(X))) == pytest.approx(X.var(axis=0).mean(), rel=1e-9)


def test_more_clusters_than_rows_are_refused() -> None:
    with pytest.raises(OptionError, match=r"got n_clusters=4 and n_samples=3; lower n_clusters"):
        fit_best(np.zeros((3, 1)), 4, rng=np.random.default_rng(0))


def test_iterations_count_from_one_in_each_start(rng: np.random.Generator) -> None:
    seen = []
    fit_best(
        rng.normal(size=(50, 2)), 3, rng=rng, n_init=3,
        on_iteration=lambda i, centers, labels, inertia: seen.append(i),
    )  # fmt: skip
    assert seen.count(1) == 3
