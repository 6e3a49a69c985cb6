"""Defects found in other k-means libraries, by their issue number: none of them here."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.cluster
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score

from covey import KMeans, MiniBatchKMeans
from covey.testing import brute_force

BOTH = pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])


def test_sklearn_34074_labels_are_not_stale_after_a_relocation() -> None:
    # The last iteration allowed refills a cluster: labels must be those of the centers returned.
    X = np.array([[0.0], [1], [2], [3], [30]])
    for max_iter in range(1, 6):
        fitted = KMeans(3, init=[[0.0], [-90], [-95]], max_iter=max_iter, tol=0).fit(X)
        answer = brute_force(X, fitted.cluster_centers_)
        np.testing.assert_array_equal(fitted.labels_, answer.labels)
        np.testing.assert_array_equal(fitted.predict(X), fitted.labels_)
        assert fitted.inertia_ == pytest.approx(answer.inertia)
    assert len(np.unique(fitted.labels_)) == 3


@BOTH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sklearn_16078_and_6156_inertia_matches_the_labels(
    kind: type, dtype: str, rng: np.random.Generator
) -> None:
    X = (rng.normal(size=(500, 4)) + 50).astype(dtype)
    weight = rng.random(500)
    for max_iter in (1, 3, 100):
        fitted = kind(6, random_state=0, max_iter=max_iter, tol=0.1).fit(X, sample_weight=weight)
        own = X.astype(float) - fitted.cluster_centers_.astype(float)[fitted.labels_]
        assert fitted.inertia_ == pytest.approx(weight @ (own**2).sum(axis=1), rel=1e-9)


@BOTH
def test_sklearn_9354_and_13905_float32_does_not_cancel(
    kind: type, rng: np.random.Generator
) -> None:
    # Groups one apart, 10,000 from the origin: ‖x‖² − 2x·c + ‖c‖² in float32 knows steps of 16.
    labels = np.arange(600) % 3
    X = (1e4 + labels[:, None] + rng.normal(size=(600, 2)) * 0.05).astype("float32")
    fitted = kind(3, random_state=0).fit(X)
    answer = brute_force(X, fitted.cluster_centers_)
    np.testing.assert_array_equal(fitted.labels_, answer.labels)
    assert fitted.inertia_ == pytest.approx(answer.inertia, rel=1e-6)
    assert len({(a, b) for a, b in zip(labels, fitted.labels_, strict=True)}) == 3
    np.testing.assert_allclose(
        fitted.transform(X), np.sqrt(answer.sq_distances), rtol=1e-3, atol=1e-4
    )


def test_onedal_25_inertia_is_not_lost_far_from_the_origin() -> None:
    X = np.array([[1e9], [1e9 + 1], [1e9 + 10], [1e9 + 11]])
    fitted = KMeans(2, random_state=0).fit(X)
    assert fitted.inertia_ == 1.0
    assert sorted(fitted.cluster_centers_[:, 0] - 1e9) == [0.5, 10.5]


def test_sklearn_17428_rounding_does_not_hinder_convergence(rng: np.random.Generator) -> None:
    X = rng.random((300, 3)) / 3 + 1e6
    fitted = KMeans(10, random_state=0, tol=0, max_iter=1000).fit(X)
    assert fitted.n_iter_ < 200
    again = KMeans(10, init=fitted.cluster_centers_, tol=0).fit(X)
    np.testing.assert_array_equal(again.labels_, fitted.labels_)


@BOTH
def test_sklearn_27518_and_9784_one_seed_one_result(kind: type, rng: np.random.Generator) -> None:
    X = rng.random((9000, 3))  # flat: many optima, so that any difference shows
    options = {"n_clusters": 12, "n_init": 2, "random_state": 5}
    fits = [kind(**options).fit(X) for _ in range(3)]
    for other in fits[1:]:
        assert other.cluster_centers_.tobytes() == fits[0].cluster_centers_.tobytes()
        assert other.labels_.tobytes() == fits[0].labels_.tobytes()
        assert other.inertia_ == fits[0].inertia_
    state = np.random.RandomState(5)
    one, two = kind(3, random_state=state).fit(X), kind(3, random_state=state).fit(X)
    assert one.cluster_centers_.tobytes() != two.cluster_centers_.tobytes()  # the state advances


def test_sklearn_23141_minibatch_returns_all_clusters(rng: np.random.Generator) -> None:
    X = np.concatenate([rng.normal(size=(5000, 2)) * 0.01, rng.normal(size=(30, 2)) * 50])
    for seed in range(5):
        fitted = MiniBatchKMeans(15, batch_size=64, random_state=seed).fit(X)
        assert fitted.cluster_centers_.shape == (15, 2)
        assert len(np.unique(fitted.labels_)) == 15


@BOTH
def test_sklearn_25527_weights_count_in_seeding(kind: type) -> None:
    # One iteration of one cluster each: rows of no weight must never be first centers.
    X = np.arange(20.0)[:, None]
    weight = np.zeros(20)
    weight[[3, 9, 15]] = 1.0
    for seed in range(20):
        fitted = kind(3, random_state=seed, max_iter=1).fit(X, sample_weight=weight)
        assert sorted(fitted.cluster_centers_[:, 0]) == [3.0, 9.0, 15.0]


def test_faiss_789_and_1799_nothing_is_subsampled(rng: np.random.Generator) -> None:
    # faiss trains on 256 rows a center unless told otherwise, and reports that sample's inertia.
    X = rng.normal(size=(3000, 2))
    X[-1] = 1000.0
    fitted = KMeans(2, random_state=0).fit(X)
    assert fitted.cluster_centers_.max() == 1000.0
    assert fitted.inertia_ == pytest.approx(brute_force(X, fitted.cluster_centers_).inertia)


def test_sklearn_10059_duplicated_rows_are_told_and_no_label_is_out_of_place() -> None:
    # The issue's own rows: 17, of which 9 are distinct, and 10 clusters asked for.
    X = np.array(
        [
            (1086, 348), (1087, 347), (1190, 244), (1190, 244), (1086, 348), (1185, 249),
            (1193, 241), (1185, 249), (1087, 347), (1188, 247), (1187, 233), (26, 111), (26, 111),
            (26, 110), (26, 110), (26, 110), (26, 110),
        ],
        dtype=float,
    )  # fmt: skip
    n_distinct = len(np.unique(X, axis=0))
    with pytest.warns(ConvergenceWarning, match=f"n_clusters=10 but X has only {n_distinct} "):
        fitted = KMeans(10, random_state=0).fit(X)
    assert fitted.cluster_centers_.shape == (10, 2)
    assert fitted.inertia_ == 0.0
    assert len(np.unique(fitted.labels_)) == n_distinct
    np.testing.assert_array_equal(fitted.cluster_centers_[fitted.labels_], X)
    exact = KMeans(n_distinct, random_state=0).fit(X)  # as many clusters as distinct rows: each
    assert exact.inertia_ == 0.0 and len(np.unique(exact.labels_)) == n_distinct


def test_onedal_277_iterations_are_the_same_in_every_run(rng: np.random.Generator) -> None:
    X = rng.normal(size=(12_000, 6)).astype("float32")
    start = X[:9].copy()
    ran = {KMeans(9, init=start, tol=0, max_iter=400).fit(X).n_iter_ for _ in range(4)}
    seeded = {KMeans(9, random_state=3, n_init=2).fit(X).n_iter_ for _ in range(4)}
    assert len(ran) == len(seeded) == 1


@pytest.mark.parametrize("seed", range(3))
def test_cuml_3412_groups_are_those_that_scikit_learn_finds(seed: int) -> None:
    # 14 groups of very unequal sizes, several starts: the adjusted Rand index was 0.33.
    rng = np.random.default_rng(seed)
    sizes = rng.integers(20, 600, 14)
    X = np.repeat(rng.normal(size=(14, 8)) * 20, sizes, axis=0) + rng.normal(size=(sizes.sum(), 8))
    ours = KMeans(14, n_init=10, random_state=seed).fit(X)
    theirs = sklearn.cluster.KMeans(14, n_init=10, random_state=seed).fit(X)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1.0
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-9)
