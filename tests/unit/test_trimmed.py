"""TrimmedKMeans: what is left out, counted by hand; ties, weights, and new rows."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from covey import KMeans, TrimmedKMeans
from covey.engine.trimmed import mass_to_trim
from covey.engine.trimmed_seeding import keep_nearest
from covey.errors import OptionError

LINE = np.array([[1.0], [2], [3], [11], [12], [13], [999]])


@pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
def test_numbers_by_hand(form) -> None:
    fitted = TrimmedKMeans(2, trim=0.15, init=[[0.0], [20.0]]).fit(form(LINE))
    assert fitted.cluster_centers_.tolist() == [[2], [12]]
    assert fitted.labels_.tolist() == [0, 0, 0, 1, 1, 1, -1]
    assert fitted.inertia_ == 4.0
    assert fitted.outlier_scores_.tolist() == [1, 0, 1, 1, 0, 1, 987]
    assert fitted.threshold_ == 1.0
    assert fitted.predict(form(LINE)).tolist() == fitted.labels_.tolist()
    assert fitted.predict([[3.5], [2.5], [12.5]]).tolist() == [-1, 0, 1]
    assert fitted.score(form(LINE)) == -4.0


@pytest.mark.parametrize(
    ("n", "trim", "m"), [(7, 0.15, 1), (100, 0.29, 29), (10, 0.0, 0), (10, 0.99, 9), (30, 0.1, 3)]
)
def test_exactly_the_floor_of_the_share(n: int, trim: float, m: int) -> None:
    assert mass_to_trim(n, None, trim) == m
    X = np.random.default_rng(0).normal(size=(n, 2))
    fitted = TrimmedKMeans(1, trim=trim, random_state=0).fit(X)
    assert np.count_nonzero(fitted.labels_ == -1) == m


def test_of_rows_equally_far_the_last_are_left_out() -> None:
    assert keep_nearest(np.array([1.0, 4, 4, 0, 4]), None, 2)[0].tolist() == [1, 1, 0, 1, 0]
    weight = np.array([1.0, 2, 1, 1, 1])
    assert keep_nearest(np.array([1.0, 4, 4, 0, 4]), weight, 3)[0].tolist() == [1, 1, 0, 1, 0]
    fitted = TrimmedKMeans(1, trim=0.25, init=[[0.0]]).fit([[-1.0], [1.0], [-1.0], [1.0]])
    assert fitted.labels_.tolist() == [0, 0, 0, -1]


def test_without_trimming_it_is_k_means(rng: np.random.Generator) -> None:
    for X in (rng.normal(size=(400, 3)), sp.random_array((400, 9), density=0.5, rng=rng).tocsr()):
        init = rng.random((5, X.shape[1]))
        ours = TrimmedKMeans(5, trim=0.0, init=init).fit(X)
        plain = KMeans(5, init=init).fit(X)
        np.testing.assert_array_equal(ours.labels_, plain.labels_)
        np.testing.assert_allclose(ours.cluster_centers_, plain.cluster_centers_)
        assert ours.inertia_ == pytest.approx(plain.inertia_)
        assert ours.n_iter_ == plain.n_iter_


def test_weights_that_count_rows(rng: np.random.Generator) -> None:
    X = rng.normal(size=(80, 2)) * rng.choice([1, 5], size=(80, 1))
    times = rng.integers(0, 4, 80)
    weighted = TrimmedKMeans(3, trim=0.2, random_state=1).fit(X, sample_weight=times)
    repeated = TrimmedKMeans(3, trim=0.2, random_state=1).fit(np.repeat(X, times, axis=0))
    np.testing.assert_allclose(weighted.cluster_centers_, repeated.cluster_centers_)
    assert weighted.inertia_ == pytest.approx(repeated.inertia_)
    assert weighted.threshold_ == pytest.approx(repeated.threshold_)
    np.testing.assert_array_equal(weighted.predict(X), weighted.labels_)


def test_weights_that_are_shares() -> None:
    # 0.2 of a weight of 1.0 is left out: all of the last row (0.1) and half of the one before.
    weight = np.array([0.3, 0.4, 0.2, 0.1])
    assert mass_to_trim(4, weight, 0.2) == pytest.approx(0.2)
    kept, edge = keep_nearest(np.array([0.0, 1, 2, 3]), weight, 0.2)
    assert edge == 2
    np.testing.assert_allclose(kept, [0.3, 0.4, 0.1, 0])


def test_outliers_do_not_draw_first_centers() -> None:
    """Plain k-means++ puts centers on outliers in most of these."""
    found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        centers = rng.normal(size=(6, 2)) * 10
        X = centers[np.arange(900) % 6] + rng.normal(size=(900, 2))
        X = np.concatenate([X, rng.uniform(-80, 80, size=(100, 2))])
        known = TrimmedKMeans(6, trim=0.1, init=centers).fit(X)
        fitted = TrimmedKMeans(6, trim=0.1, random_state=seed).fit(X)
        found += fitted.inertia_ <= 1.01 * known.inertia_
    assert found >= 18


def test_too_much_is_left_out() -> None:
    with pytest.raises(OptionError, match=r"trim=0.7.* leaves 3 of 7 rows for n_clusters=4"):
        TrimmedKMeans(4, trim=0.7).fit(LINE)
    with pytest.raises(OptionError, match=r"trim must be a number >= 0 and < 1; got 1"):
        TrimmedKMeans(2, trim=1).fit(LINE)
