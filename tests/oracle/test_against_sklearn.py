"""From the same start, the engine gives what scikit-learn's Lloyd gives."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn.cluster

import covey


def both(X, k: int, init, weight=None, **options):
    """Fit scikit-learn's KMeans and ours from the same centers."""
    options = {"n_clusters": k, "init": init, "n_init": 1, **options}
    theirs = sklearn.cluster.KMeans(**options).fit(X, sample_weight=weight)
    return theirs, covey.KMeans(**options).fit(X, sample_weight=weight)


def assert_equal(theirs, ours, dtype: str) -> None:
    rtol = 1e-4 if dtype == "float32" else 1e-9
    scale = float(np.abs(theirs.cluster_centers_).max())
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(
        ours.cluster_centers_, theirs.cluster_centers_, rtol=rtol, atol=rtol * scale
    )
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=rtol, abs=rtol * scale)
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.cluster_centers_.dtype == theirs.cluster_centers_.dtype
    assert ours.labels_.dtype == theirs.labels_.dtype


@pytest.mark.parametrize("form", ["dense", "sparse"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("seed", range(12))
def test_same_labels_centers_inertia_and_iterations(form: str, dtype: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(30, 900)), int(rng.choice([1, 2, 3, 5, 8, 17, 40]))
    k = int(rng.integers(1, 13))
    X = (rng.normal(size=(n, d)) + 3 * rng.integers(0, 4, size=(n, 1))).astype(dtype)
    if form == "sparse":
        X[rng.random(X.shape) < 0.6] = 0
    weight = None if seed % 3 == 0 else rng.random(n) * 3 + 0.01
    init = X[rng.choice(n, k, replace=False)]
    options = {"tol": 0.0 if seed % 2 else 1e-3, "max_iter": int(rng.choice([1, 2, 300]))}
    given = sp.csr_array(X) if form == "sparse" else X
    assert_equal(*both(given, k, init, weight, **options), dtype)


@pytest.mark.parametrize("container", [sp.csr_matrix, sp.csc_array, sp.coo_array, sp.lil_matrix])
def test_every_sparse_form_is_read(container, rng: np.random.Generator) -> None:
    X = rng.normal(size=(80, 6)) * (rng.random((80, 6)) < 0.4)
    assert_equal(*both(container(X), 4, X[:4]), "float64")


def test_an_emptied_cluster_moves_to_the_same_row(rng: np.random.Generator) -> None:
    X = np.concatenate([rng.normal(size=(50, 2)), [[30.0, 30.0]]])
    init = np.array([[0.0, 0.0], [-500.0, -500.0], [0.5, 0.5]])
    theirs, ours = both(X, 3, init, tol=0.0)
    assert_equal(theirs, ours, "float64")
    assert len(np.unique(ours.labels_)) == 3


def test_several_emptied_clusters_move_to_the_same_rows(rng: np.random.Generator) -> None:
    X = np.concatenate([rng.normal(size=(60, 2)), [[30.0, 30.0], [-40.0, 10.0]]])
    init = np.array([[0.0, 0.0], [-500.0, 0.0], [-900.0, 0.0], [0.5, 0.5]])
    assert_equal(*both(X, 4, init, tol=0.0), "float64")


def test_predict_transform_and_score_agree(rng: np.random.Generator) -> None:
    X, new = rng.normal(size=(200, 3)), rng.normal(size=(50, 3))
    weight = rng.random(50)
    theirs, ours = both(X, 5, X[:5])
    np.testing.assert_array_equal(ours.predict(new), theirs.predict(new))
    np.testing.assert_allclose(ours.transform(new), theirs.transform(new))
    assert ours.score(new, sample_weight=weight) == pytest.approx(
        theirs.score(new, sample_weight=weight)
    )


def test_elkan_gives_lloyds_result(rng: np.random.Generator) -> None:
    X = rng.normal(size=(300, 4))
    theirs, ours = both(X, 6, X[:6], algorithm="elkan")
    assert_equal(theirs, ours, "float64")


def test_parameters_and_defaults_are_scikit_learns() -> None:
    for name in ("KMeans", "MiniBatchKMeans"):
        theirs = getattr(sklearn.cluster, name)().get_params()
        ours = getattr(covey, name)().get_params()
        for extra in {"quality", "time_budget", "on_progress"} & set(ours):
            del ours[extra]  # beside scikit-learn's, which keep their names and defaults
        assert ours == theirs


def test_fitted_attributes_are_there(rng: np.random.Generator) -> None:
    X = rng.normal(size=(40, 2))
    for name in ("KMeans", "MiniBatchKMeans"):
        theirs = getattr(sklearn.cluster, name)(3).fit(X)
        ours = getattr(covey, name)(3).fit(X)
        public = {a for a in vars(theirs) if a.endswith("_") and not a.startswith("_")}
        assert public <= set(vars(ours))
        methods = {m for m in dir(theirs) if not m.startswith("_")}
        assert methods <= set(dir(ours))


@pytest.mark.parametrize("size", [256, 2000])
def test_a_stream_ends_better(size: int, rng: np.random.Generator) -> None:
    X = rng.normal(size=(40_000, 4))
    ours, theirs = [], []
    for seed in range(3):
        options = {"n_clusters": 8, "random_state": seed, "compute_labels": False}
        pair = covey.MiniBatchKMeans(**options), sklearn.cluster.MiniBatchKMeans(**options)
        for model, scores in zip(pair, (ours, theirs), strict=True):
            for begin in range(0, len(X), size):
                model.partial_fit(X[begin : begin + size])
            scores.append(-model.score(X))
    assert np.mean(ours) < np.mean(theirs)


def test_seeding_is_as_good(rng: np.random.Generator) -> None:
    """Greedy k-means++ leaves what scikit-learn's leaves, within the noise of 15 seeds."""
    centers = rng.normal(size=(20, 2)) * 10
    X = np.concatenate([c + rng.normal(size=(40, 2)) * 0.3 for c in centers])
    ours, theirs = [], []
    for seed in range(15):
        options = {"n_clusters": 20, "max_iter": 1, "random_state": seed, "n_init": 1}
        ours.append(covey.KMeans(**options).fit(X).inertia_)
        theirs.append(sklearn.cluster.KMeans(**options).fit(X).inertia_)
    assert np.mean(ours) < 1.15 * np.mean(theirs)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_minibatch_is_better(rng: np.random.Generator) -> None:
    X = rng.normal(size=(30_000, 5))
    ours, theirs, full = [], [], []
    for seed in range(4):
        options = {"n_clusters": 8, "random_state": seed}
        ours.append(covey.MiniBatchKMeans(**options).fit(X).inertia_)
        theirs.append(sklearn.cluster.MiniBatchKMeans(**options).fit(X).inertia_)
        full.append(sklearn.cluster.KMeans(**options).fit(X).inertia_)
    assert np.mean(ours) < np.mean(theirs)
    assert np.mean(ours) < 1.005 * np.mean(full)
