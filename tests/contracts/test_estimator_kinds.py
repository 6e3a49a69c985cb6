"""Covey's contract for the other kinds of k-means; what differs from KMeans is said here."""

from __future__ import annotations

import numpy as np
import pytest

from covey import (
    BisectingKMeans,
    ConstrainedKMeans,
    MissingKMeans,
    SphericalKMeans,
    TrimmedKMeans,
)
from covey.testing import EstimatorContract, brute_force


class TestBisectingKMeans(EstimatorContract):
    def make(self, **options):
        return BisectingKMeans(**options)

    def test_labels_and_inertia_belong_to_the_centers(self) -> None:
        """Labels are the tree's; inertia is the sum over them."""
        X = self.rows()
        weight = np.linspace(0.5, 2.0, len(X))
        fitted = self.make(n_clusters=4, random_state=0).fit(X, sample_weight=weight)
        answer = brute_force(X, fitted.cluster_centers_)
        own = answer.sq_distances[np.arange(len(X)), fitted.labels_]
        np.testing.assert_allclose(fitted.inertia_, weight @ own, rtol=1e-12)
        np.testing.assert_allclose(fitted.score(X, sample_weight=weight), -fitted.inertia_)
        np.testing.assert_allclose(fitted.transform(X), np.sqrt(answer.sq_distances))


class TestBisectingTheLargest(TestBisectingKMeans):
    def make(self, **options):
        return BisectingKMeans(bisecting_strategy="largest_cluster", init="random", **options)


class TestSphericalKMeans(EstimatorContract):
    def make(self, **options):
        return SphericalKMeans(**options)

    def test_labels_and_inertia_belong_to_the_centers(self) -> None:
        """Distances are 1 − cos: half the squared distances of unit rows."""
        X = self.rows()
        weight = np.linspace(0.5, 2.0, len(X))
        fitted = self.make(n_clusters=4, random_state=0).fit(X, sample_weight=weight)
        units = X / np.linalg.norm(X, axis=1, keepdims=True)
        answer = brute_force(units, fitted.cluster_centers_, weight)
        np.testing.assert_array_equal(fitted.labels_, answer.labels)
        np.testing.assert_allclose(fitted.inertia_, answer.inertia / 2, rtol=1e-12)
        np.testing.assert_allclose(fitted.score(X, sample_weight=weight), -answer.inertia / 2)
        np.testing.assert_allclose(fitted.transform(X), answer.sq_distances / 2, atol=1e-15)


class TestConstrainedKMeansWithoutLimits(EstimatorContract):
    def make(self, **options):
        return ConstrainedKMeans(**options)


class TestConstrainedKMeans(EstimatorContract):
    def make(self, **options):
        k = options.get("n_clusters", 8)
        return ConstrainedKMeans(size_min=80 // k // 2, size_max=-(-90 // k), **options)

    def test_predict_gives_the_labels(self) -> None:
        """``predict`` gives the nearest center; the labels keep the sizes."""
        X = self.rows()
        fitted = self.make(n_clusters=4, random_state=0).fit(X)
        nearest = brute_force(X, fitted.cluster_centers_).labels
        np.testing.assert_array_equal(fitted.predict(X), nearest)
        assert (fitted.labels_ != nearest).any()
        size = np.bincount(fitted.labels_)
        assert 10 <= size.min() <= size.max() <= 23

    def test_labels_and_inertia_belong_to_the_centers(self) -> None:
        """Inertia is the sum over the labels."""
        X = self.rows()
        weight = np.linspace(0.5, 2.0, len(X))
        fitted = self.make(n_clusters=4, random_state=0).fit(X, sample_weight=weight)
        answer = brute_force(X, fitted.cluster_centers_, weight)
        own = answer.sq_distances[np.arange(len(X)), fitted.labels_]
        np.testing.assert_allclose(fitted.inertia_, weight @ own, rtol=1e-12)
        np.testing.assert_allclose(fitted.score(X, sample_weight=weight), -answer.inertia)

    def test_a_row_twice_is_a_row_of_weight_two(self) -> None:
        """Not here: sizes count rows. But weights all doubled change nothing."""
        X = self.rows()
        one, two = (
            self.make(n_clusters=4, random_state=2).fit(X, sample_weight=np.full(90, w))
            for w in (1.0, 2.0)
        )
        np.testing.assert_array_equal(one.labels_, two.labels_)
        np.testing.assert_allclose(2 * one.inertia_, two.inertia_)

    def test_a_copy_predicts_the_same(self) -> None:
        """A fitted estimator can be copied: of its predictions, not of its labels."""
        import copy

        X = self.rows()
        fitted = self.make(n_clusters=3, random_state=0).fit(X)
        np.testing.assert_array_equal(copy.deepcopy(fitted).predict(X), fitted.predict(X))


class TestTrimmedKMeansOfNothing(EstimatorContract):
    def make(self, **options):
        return TrimmedKMeans(trim=0.0, **options)


class TestTrimmedKMeans(EstimatorContract):
    def make(self, **options):
        return TrimmedKMeans(trim=0.2, **options)

    def test_labels_and_inertia_belong_to_the_centers(self) -> None:
        """A fifth of the rows has label −1 and no part in the inertia."""
        X = self.rows()
        fitted = self.make(n_clusters=4, random_state=0).fit(X)
        answer = brute_force(X, fitted.cluster_centers_)
        out = fitted.labels_ == -1
        assert np.count_nonzero(out) == 18
        np.testing.assert_array_equal(fitted.labels_[~out], answer.labels[~out])
        assert answer.sq_nearest[out].min() >= answer.sq_nearest[~out].max()
        np.testing.assert_allclose(fitted.inertia_, answer.sq_nearest[~out].sum(), rtol=1e-12)
        np.testing.assert_allclose(fitted.score(X), -fitted.inertia_)

    def test_there_are_as_many_clusters_as_asked(self) -> None:
        """Of the rows that are kept."""
        X = self.rows()
        for k in (1, 2, 17, 72):
            fitted = self.make(n_clusters=k, random_state=1).fit(X)
            assert len(np.setdiff1d(fitted.labels_, [-1])) == k


class TestMissingKMeans(EstimatorContract):
    def make(self, **options):
        return MissingKMeans(**options)


class TestMissingKMeansWithGaps(EstimatorContract):
    def make(self, **options):
        return MissingKMeans(**options)

    def rows(self, dtype: str = "float64"):
        if not np.issubdtype(dtype, np.floating):
            return super().rows(dtype)
        X = super().rows(dtype)
        X[np.arange(90) % 3 == 0, np.arange(90)[::3] % 2] = np.nan
        return X

    def test_labels_and_inertia_belong_to_the_centers(self) -> None:
        """Over the values that are there."""
        X = self.rows()
        weight = np.linspace(0.5, 2.0, len(X))
        fitted = self.make(n_clusters=4, random_state=0).fit(X, sample_weight=weight)
        sq = np.nansum((X[:, None] - fitted.cluster_centers_) ** 2, axis=2)
        np.testing.assert_array_equal(fitted.labels_, sq.argmin(axis=1))
        np.testing.assert_allclose(fitted.inertia_, weight @ sq.min(axis=1), rtol=1e-12)
        np.testing.assert_allclose(fitted.score(X, sample_weight=weight), -fitted.inertia_)


def first_rows(X, n_clusters: int, random_state):
    """Choose first centers that no hash of the values decides."""
    return X[:n_clusters]


KINDS = [BisectingKMeans, SphericalKMeans, ConstrainedKMeans, TrimmedKMeans, MissingKMeans]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("dtype", "power"), [("float32", 50), ("float64", 100), ("float64", 400)])
def test_the_unit_does_not_matter(kind: type, dtype: str, power: int) -> None:
    """Rows in another unit, a power of two up or down, have the same labels, exactly."""
    rng = np.random.default_rng(1)
    X = (rng.normal(size=(600, 3)) + 4 * rng.integers(0, 3, size=(600, 1))).astype(dtype)
    options = {"n_clusters": 5, "init": first_rows, "n_init": 1}
    options |= {"size_min": 100} if kind is ConstrainedKMeans else {}
    here = kind(**options).fit(X)
    for scale in (2.0**power, 2.0**-power):
        there = kind(**options).fit(X * X.dtype.type(scale))
        np.testing.assert_array_equal(there.labels_, here.labels_)
        by = 1.0 if kind is SphericalKMeans else scale
        np.testing.assert_array_equal(
            there.cluster_centers_.astype(float), here.cluster_centers_ * by
        )
        assert there.inertia_ == here.inertia_ * by**2


@pytest.mark.parametrize("kind", [k for k in KINDS if k is not SphericalKMeans])
def test_far_from_the_origin(kind: type) -> None:
    """Whole numbers and halves, 2^26 away: every difference is exact, so labels are the same."""
    rng = np.random.default_rng(1)
    X = rng.integers(-40, 40, size=(600, 2)) / 2
    options = {"n_clusters": 5, "init": first_rows, "n_init": 1, "max_iter": 1}
    here, there = (kind(**options).fit(X + offset) for offset in (0.0, 2.0**26))
    np.testing.assert_array_equal(there.labels_, here.labels_)
    np.testing.assert_allclose(there.inertia_, here.inertia_, rtol=1e-6)
