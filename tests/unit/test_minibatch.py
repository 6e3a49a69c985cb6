"""Nested mini-batches: when they grow, when they end, and what is promised of the result."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from covey import KMeans, MiniBatchKMeans
from covey.engine.best import fit_best
from covey.engine.lloyd import finish
from covey.engine.minibatch import Outcome, Schedule, fit_minibatch
from covey.engine.passes import Csr, Doubles, Rows
from covey.engine.tracing import Recorder
from covey.flow import Step

N_FIRST = 4096  # least rows of the first batch


def fit(X: Rows, k: int, weight: Doubles | None = None, seed: int = 0, **options) -> Outcome:
    label_all = options.pop("label_all", True)
    return fit_minibatch(
        X, k, Schedule(**options), rng=np.random.default_rng(seed), weight=weight,
        label_all=label_all,
    )  # fmt: skip


def groups(rng: np.random.Generator, n: int, k: int = 4, d: int = 2) -> np.ndarray:
    return rng.normal(size=(n, d)) + 20 * rng.integers(0, k, size=n)[:, None]


def test_rows_of_the_first_batch() -> None:
    assert Schedule().n_first_rows(8) == N_FIRST
    assert Schedule(batch_size=10_000).n_first_rows(8) == 10_000
    assert Schedule(batch_size=10_000, init_size=20_000).n_first_rows(8) == 20_000
    assert Schedule(batch_size=2, init_size=3).n_first_rows(8) == N_FIRST
    assert Schedule().n_first_rows(1000) == 20_000


def test_few_rows_are_fitted_as_by_kmeans(rng: np.random.Generator) -> None:
    X, weight = rng.normal(size=(2 * N_FIRST - 1, 3)), rng.random(2 * N_FIRST - 1)
    for mass in (None, weight):
        mini = fit(X, 7, mass)
        full = fit_best(X, 7, rng=np.random.default_rng(0), max_iter=100, weight=mass)
        assert mini.batch_size == len(X)
        assert mini.run.centers.tobytes() == full.centers.tobytes()
        assert mini.run.inertia == full.inertia
        assert mini.n_steps == mini.run.n_iter == full.n_iter


@pytest.mark.parametrize("form", ["dense", "sparse", "weighted"])
def test_groups_are_found_from_a_part_of_the_rows(form: str, rng: np.random.Generator) -> None:
    X = groups(rng, 40_000)
    weight = rng.random(40_000) if form == "weighted" else None
    rows = Csr.of(sp.csr_array(X)) if form == "sparse" else X
    outcome = fit(rows, 4, weight)
    assert outcome.batch_size <= 4 * N_FIRST  # a doubling or two show that there is no more to gain
    np.testing.assert_allclose(sorted(outcome.run.centers[:, 0]), [0, 20, 40, 60], atol=0.1)
    run = finish(X, outcome.run.centers, weight=weight)
    np.testing.assert_array_equal(outcome.run.labels, run.labels)
    assert outcome.run.inertia == pytest.approx(run.inertia)
    assert outcome.run.converged
    np.testing.assert_allclose(outcome.counts, np.bincount(run.labels, weight))


def test_sparse_and_dense_rows_give_one_result(rng: np.random.Generator) -> None:
    X = groups(rng, 20_000) * (rng.random((20_000, 2)) < 0.8)
    dense, sparse = fit(X, 5), fit(Csr.of(sp.csr_array(X)), 5)
    np.testing.assert_allclose(sparse.run.centers, dense.run.centers)
    assert sparse.n_steps == dense.n_steps


def test_what_a_doubling_gains_is_about_what_is_left_to_gain(rng: np.random.Generator) -> None:
    """Flat data of many optima: the fit ends within 0.5 % of what full runs come to."""
    X = rng.normal(size=(100_000, 5))
    full = [fit_best(X, 8, rng=np.random.default_rng(s)).inertia for s in range(3)]
    outcomes = [fit(X, 8, seed=seed) for seed in range(5)]
    assert max(outcome.run.inertia for outcome in outcomes) < 1.005 * np.mean(full)
    assert min(outcome.batch_size for outcome in outcomes) < len(X)


def test_none_means_to_end_on_all_rows(rng: np.random.Generator) -> None:
    X = groups(rng, 20_000)
    outcome = fit(X, 4, max_no_improvement=None)
    assert outcome.batch_size == len(X)
    full = fit_best(X, 4, rng=rng, init=outcome.run.centers)
    assert full.n_iter <= 2  # a full run has nothing to add
    np.testing.assert_allclose(outcome.run.centers, full.centers, rtol=1e-3)


def test_max_iter_bounds_the_rows_looked_at(rng: np.random.Generator) -> None:
    X = rng.random((50_000, 3))
    outcome = fit(X, 30, max_iter=1, max_no_improvement=None)
    assert outcome.run.n_iter == 1
    assert not outcome.run.converged
    assert outcome.batch_size < len(X)
    more = fit(X, 30, max_iter=5, max_no_improvement=None)
    assert 1 < more.run.n_iter <= 5


def test_tol_ends_where_a_doubling_moves_little(rng: np.random.Generator) -> None:
    X = rng.random((100_000, 3))
    loose = fit(X, 10, tol=10.0, max_no_improvement=None)
    assert (loose.batch_size, loose.run.converged) == (2 * N_FIRST, True)
    assert fit(X, 10, tol=0.0, max_no_improvement=None).batch_size == len(X)


def test_weights_decide_which_rows_are_drawn(rng: np.random.Generator) -> None:
    X, weight = rng.normal(size=(40_000, 1)), np.zeros(40_000)
    X[:20_000] += 50
    weight[:20_000] = 1.0
    assert fit(X, 2, weight).run.centers.min() > 45


def test_equal_weights_are_no_weights_on_average(rng: np.random.Generator) -> None:
    X = groups(rng, 30_000)
    ones, threes = fit(X, 4), fit(X, 4, np.full(30_000, 3.0))
    assert threes.run.inertia == pytest.approx(3 * ones.run.inertia)
    np.testing.assert_allclose(threes.run.centers, ones.run.centers)


def test_a_batch_without_k_distinct_rows_grows_until_there_are_some() -> None:
    # Guards scikit-learn 23141: mini-batch returned fewer clusters than asked.
    X = np.zeros((50_000, 2))
    X[::2500] = np.arange(20)[:, None]
    for seed in range(3):
        outcome = fit(X, 20, seed=seed)
        assert len(np.unique(outcome.run.labels)) == 20
        assert outcome.run.inertia == 0.0
    early = fit(X, 20, max_iter=1)
    assert early.batch_size < len(X)
    assert len(np.unique(early.run.labels)) == 20


def test_as_many_clusters_as_asked_on_real_fits(rng: np.random.Generator) -> None:
    X = np.concatenate([np.zeros((20_000, 2)), rng.normal(size=(40, 2)) * 100])
    for seed in range(10):
        fitted = MiniBatchKMeans(20, batch_size=50, random_state=seed).fit(X)
        assert len(np.unique(fitted.labels_)) == 20


def test_without_labels_inertia_is_an_estimate(rng: np.random.Generator) -> None:
    X, weight = groups(rng, 40_000), rng.random(40_000)
    for mass in (None, weight):
        exact, estimate = fit(X, 4, mass), fit(X, 4, mass, label_all=False)
        assert len(estimate.run.labels) == estimate.batch_size == exact.batch_size < 40_000
        assert estimate.run.inertia == pytest.approx(exact.run.inertia, rel=0.05)
        np.testing.assert_allclose(estimate.counts, exact.counts, rtol=0.1)
        np.testing.assert_array_equal(estimate.run.centers, exact.run.centers)


def test_without_labels_there_are_none(rng: np.random.Generator) -> None:
    X = rng.normal(size=(10_000, 2))
    fitted = MiniBatchKMeans(4, random_state=0, compute_labels=False).fit(X)
    assert not hasattr(fitted, "labels_")
    np.testing.assert_array_equal(
        MiniBatchKMeans(4, random_state=0, compute_labels=False).fit_predict(X), fitted.predict(X)
    )
    again = MiniBatchKMeans(4, random_state=0).fit(X).set_params(compute_labels=False).fit(X)
    assert not hasattr(again, "labels_")


def test_three_starts_on_the_first_batch(rng: np.random.Generator) -> None:
    X, recorder = groups(rng, 30_000), Recorder(labels=False)
    fitted = MiniBatchKMeans(4, random_state=0).fit(X, on_iteration=recorder)
    assert len(recorder.traces) == 4  # three starts, and one doubling
    assert fitted.batch_size_ == 2 * N_FIRST
    recorder = Recorder(labels=False)
    MiniBatchKMeans(4, n_init=1, random_state=0).fit(X, on_iteration=recorder)
    assert len(recorder.traces) == 2


def test_returning_true_ends_the_fit_with_a_valid_result(rng: np.random.Generator) -> None:
    X, told = groups(rng, 30_000), []

    def stop(step: Step) -> bool:
        assert step.labels is not None
        told.append((step.n_iter, len(step.labels)))
        return len(step.labels) > N_FIRST

    fitted = MiniBatchKMeans(4, random_state=0, n_init=1).fit(X, on_iteration=stop)
    assert told[-1] == (1, 2 * N_FIRST)
    np.testing.assert_array_equal(fitted.predict(X), fitted.labels_)
    first = MiniBatchKMeans(4, random_state=0).fit(X, on_iteration=lambda _: True)
    assert (first.n_steps_, first.batch_size_) == (1, N_FIRST)


def test_kmeans_and_mini_batches_agree_on_a_plain_case(rng: np.random.Generator) -> None:
    X = groups(rng, 30_000, d=3).astype("float32")
    mini = MiniBatchKMeans(4, random_state=0).fit(X)
    full = KMeans(4, random_state=0, n_init=3).fit(X)
    assert mini.cluster_centers_.dtype == np.float32
    assert mini.inertia_ == pytest.approx(full.inertia_, rel=2e-3)
