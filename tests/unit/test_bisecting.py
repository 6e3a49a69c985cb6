"""BisectingKMeans: the tree, its labels, and what happens at the edges."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning

from covey import BisectingKMeans, KMeans
from covey.errors import OptionError, OptionTypeError

# Pairs at 0, 2 | 100, 101 | 110, 111: the root splits at 50, the right half at 105.
LINE = np.array([[0.0], [2], [100], [101], [110], [111]])


def test_splits_by_hand() -> None:
    fitted = BisectingKMeans(3, random_state=0).fit(LINE)
    assert sorted(fitted.cluster_centers_[:, 0]) == [1.0, 100.5, 110.5]
    assert fitted.inertia_ == 2 + 0.5 + 0.5
    by_center = fitted.cluster_centers_[fitted.labels_, 0]
    assert by_center.tolist() == [1, 1, 100.5, 100.5, 110.5, 110.5]
    assert fitted.score(LINE) == -3.0
    assert fitted.score(LINE, sample_weight=[2, 1, 1, 1, 1, 1]) == -4.0


def test_a_row_goes_down_the_tree_and_not_to_the_nearest_center() -> None:
    # The root parts -1 from 100, 110 at (−1 + 105) / 2 = 52; the nearest centers part at 49.5.
    X = np.array([[-1.0], [100], [110]])
    fitted = BisectingKMeans(3, random_state=0).fit(X)
    own = fitted.cluster_centers_[fitted.predict([[51.0], [53.0]]), 0]
    assert own.tolist() == [-1.0, 100.0]
    assert KMeans(3, random_state=0).fit(X).cluster_centers_[0].size == 1
    assert fitted.transform([[51.0]]).argmin() == fitted.predict([[100.0]])[0]


@pytest.mark.parametrize(
    ("strategy", "centers"),
    # After {0, 0.5, 1, 1.5} and {1000, 1200}: inertia 1.25 against 20,000, rows 4 against 2.
    [("biggest_inertia", [0.75, 1000, 1200]), ("largest_cluster", [0.25, 1.25, 1100])],
)
def test_strategies_by_hand(strategy: str, centers: list[float]) -> None:
    X = np.array([[0.0], [0.5], [1.0], [1.5], [1000], [1200]])
    fitted = BisectingKMeans(3, bisecting_strategy=strategy, random_state=0).fit(X)
    assert sorted(fitted.cluster_centers_[:, 0]) == centers


def test_the_largest_cluster_is_by_weight() -> None:
    X = np.array([[0.0], [0.5], [1.0], [1.5], [1000], [1200]])
    fitted = BisectingKMeans(3, bisecting_strategy="largest_cluster", random_state=0).fit(
        X, sample_weight=[1, 1, 1, 1, 10, 10]
    )
    assert sorted(fitted.cluster_centers_[:, 0]) == [0.75, 1000, 1200]


def test_equal_rows_are_not_split_while_others_can_be() -> None:
    X = np.array([[5.0]] * 50 + [[0.0], [0.1]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = BisectingKMeans(3, bisecting_strategy="largest_cluster", random_state=0).fit(X)
    assert sorted(fitted.cluster_centers_[:, 0]) == [0.0, 0.1, 5.0]


@pytest.mark.parametrize("strategy", ["biggest_inertia", "largest_cluster"])
def test_too_few_distinct_rows(strategy: str, rng: np.random.Generator) -> None:
    X = np.repeat(rng.normal(size=(3, 2)), 5, axis=0)
    with pytest.warns(ConvergenceWarning, match="n_clusters=6 but X has only 3 distinct rows"):
        fitted = BisectingKMeans(6, bisecting_strategy=strategy, random_state=0).fit(X)
    assert fitted.cluster_centers_.shape == (6, 2)
    assert np.isfinite(fitted.cluster_centers_).all()
    assert fitted.inertia_ == pytest.approx(0, abs=1e-25)
    np.testing.assert_array_equal(fitted.predict(X), fitted.labels_)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_tree_is_nested_and_centers_are_means(form, dtype: str, rng: np.random.Generator) -> None:
    X = (rng.normal(size=(700, 4)) * (rng.random((700, 4)) < 0.7)).astype(dtype)
    weight = rng.random(700)
    few, many = (
        BisectingKMeans(k, random_state=3).fit(form(X), sample_weight=weight) for k in (4, 9)
    )
    # One seed makes the same first splits, so each of the nine lies within one of the four.
    assert len({*zip(few.labels_, many.labels_, strict=True)}) == 9
    np.testing.assert_array_equal(many.predict(form(X)), many.labels_)
    for j in range(9):
        own = weight * (many.labels_ == j)
        np.testing.assert_allclose(
            many.cluster_centers_[j], own @ X / own.sum(), rtol=1e-5, atol=1e-6
        )


def test_first_centers_cannot_be_given() -> None:
    with pytest.raises(OptionTypeError, match="each split has centers of its own; got ndarray"):
        BisectingKMeans(2, init=LINE[:2]).fit(LINE)
    chosen = BisectingKMeans(3, init=lambda X, k, random_state: X[:k]).fit(LINE)
    assert len(np.unique(chosen.labels_)) == 3
    with pytest.raises(OptionError, match="n_clusters=7 and n_samples=6"):
        BisectingKMeans(7).fit(LINE)
