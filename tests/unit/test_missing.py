"""MissingKMeans: numbers by hand; nothing is filled in; what tells nothing is refused."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics.pairwise import nan_euclidean_distances

from covey import KMeans, MissingKMeans
from covey.errors import InputError

NAN = np.nan
GAPS = np.array([[1.0, 2], [3, NAN], [NAN, 0], [10, 2], [NAN, 4], [12, NAN]])


def test_numbers_by_hand() -> None:
    # {1, 3} and {2, 0} make (2, 1); {10, 12} and {2, 4} make (11, 3).
    fitted = MissingKMeans(2, init=[[2.0, 0.5], [11, 3.5]]).fit(GAPS)
    assert fitted.cluster_centers_.tolist() == [[2, 1], [11, 3]]
    assert fitted.labels_.tolist() == [0, 0, 0, 1, 1, 1]
    assert fitted.inertia_ == (1 + 1) + 1 + 1 + (1 + 1) + 1 + 1
    assert fitted.predict([[NAN, 0.0], [9, NAN], [NAN, 2.0]]).tolist() == [0, 1, 0]
    assert fitted.score(GAPS, sample_weight=[2, 1, 1, 1, 1, 1]) == -10.0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_without_gaps_it_is_k_means(dtype: str, rng: np.random.Generator) -> None:
    X = rng.normal(size=(500, 3)).astype(dtype)
    for options in ({"init": X[:6]}, {"random_state": 1}):
        ours, plain = (
            MissingKMeans(6, **options).fit(X),
            KMeans(6, quality="fast", **options).fit(X),
        )
        np.testing.assert_array_equal(ours.labels_, plain.labels_)
        np.testing.assert_allclose(ours.cluster_centers_, plain.cluster_centers_, rtol=1e-5)
        assert ours.inertia_ == pytest.approx(plain.inertia_)
        assert ours.n_iter_ == plain.n_iter_


def test_distances_are_scaled_for_what_is_missing(rng: np.random.Generator) -> None:
    X = rng.normal(size=(200, 4))
    X[rng.random(X.shape) < 0.2] = NAN
    X[:, 0] = 1.5
    fitted = MissingKMeans(3, random_state=0).fit(X)
    np.testing.assert_allclose(
        fitted.transform(X), nan_euclidean_distances(X, fitted.cluster_centers_), atol=1e-7
    )
    np.testing.assert_array_equal(fitted.transform(X).argmin(axis=1), fitted.labels_)


@pytest.mark.parametrize("seed", range(4))
def test_better_than_filling_with_the_mean(seed: int) -> None:
    """Groups of which half the values are missing are found again."""
    rng = np.random.default_rng(seed)
    truth = np.arange(900) % 3
    X = rng.normal(size=(3, 8))[truth] * 3 + rng.normal(size=(900, 8))
    X[rng.random(X.shape) < 0.5] = NAN
    there = ~np.isnan(X).all(axis=1)
    X, truth = X[there], truth[there]

    def right(labels: np.ndarray) -> float:
        return sum(np.bincount(truth[labels == j]).max() for j in np.unique(labels)) / len(X)

    filled = np.where(np.isnan(X), np.nanmean(X, axis=0), X)
    ours = right(MissingKMeans(3, n_init=5, random_state=0).fit_predict(X))
    assert ours > 0.9
    assert ours > right(KMeans(3, n_init=5, random_state=0).fit_predict(filled)) + 0.05


def test_a_feature_that_no_row_of_a_cluster_has_keeps_its_value() -> None:
    X = [[0.0, NAN], [1.0, NAN], [10.0, 5.0], [11.0, 7.0]]
    fitted = MissingKMeans(2, init=[[0.0, 42.0], [10.0, 5.0]]).fit(X)
    assert fitted.cluster_centers_.tolist() == [[0.5, 42.0], [10.5, 6.0]]


def test_an_emptied_cluster_gets_the_farthest_row() -> None:
    X = [[0.0, NAN], [0.5, 1.0], [1.0, 1.0], [NAN, 30.0]]
    fitted = MissingKMeans(2, init=[[0.5, 1.0], [900.0, 900.0]], tol=0).fit(X)
    assert fitted.labels_.tolist() == [0, 0, 0, 1]
    assert fitted.cluster_centers_[1, 1] == 30.0


def test_what_tells_nothing_is_refused() -> None:
    with pytest.raises(InputError, match=r"row 1 has only missing ones \(1 such rows\)"):
        MissingKMeans(1).fit([[1.0, 2], [NAN, NAN]])
    fitted = MissingKMeans(1).fit([[1.0, 2], [NAN, 3]])
    with pytest.raises(InputError, match="row 0 has only missing ones"):
        fitted.predict([[NAN, NAN]])
    with pytest.raises(InputError, match="feature 1 has only missing ones; drop that column"):
        MissingKMeans(1).fit([[1.0, NAN], [2.0, NAN]])
    with pytest.raises(ValueError, match="infinity"):
        MissingKMeans(1).fit([[1.0, np.inf]])
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        MissingKMeans(1).fit(sp.csr_array([[1.0, 2]]))
    with pytest.raises(InputError, match="must have squares that float64 can hold"):
        MissingKMeans(2).fit([[1e200, NAN], [-1e200, 1.0], [0.0, 1.0]])
