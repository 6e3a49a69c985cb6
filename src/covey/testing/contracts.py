"""What every estimator of Covey promises, as tests that a new one inherits."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.testing.oracle import brute_force, same_partition


class EstimatorContract:
    """Inherit, and say how to make one; a test framework finds the methods by their names."""

    def make(self, **options: Any) -> Any:
        """Return an estimator that has not been fitted; ``n_clusters`` and others may be given."""
        raise NotImplementedError

    def rows(self, dtype: str = "float64") -> NDArray[Any]:
        """Return the rows to test with: four groups and a few rows between, (90, 3)."""
        rng = np.random.default_rng(7)
        groups = rng.normal(size=(4, 3)) * 10
        X = np.concatenate([groups[j] + rng.normal(size=(20, 3)) for j in range(4)])
        return np.concatenate([X, rng.normal(size=(10, 3)) * 5]).astype(dtype)

    def test_predict_gives_the_labels(self) -> None:
        """``predict(X) == labels_``, always."""
        for dtype in ("float32", "float64"):
            X = self.rows(dtype)
            fitted = self.make(n_clusters=4, random_state=0).fit(X)
            np.testing.assert_array_equal(fitted.predict(X), fitted.labels_)
            np.testing.assert_array_equal(fitted.predict(X[::-1]), fitted.labels_[::-1])
            np.testing.assert_array_equal(fitted.predict(X[:1]), fitted.labels_[:1])

    def test_labels_and_inertia_belong_to_the_centers(self) -> None:
        """Inertia is the sum over the rows of the distance to the center returned."""
        X = self.rows()
        weight = np.linspace(0.5, 2.0, len(X))
        fitted = self.make(n_clusters=4, random_state=0).fit(X, sample_weight=weight)
        answer = brute_force(X, fitted.cluster_centers_, weight)
        np.testing.assert_array_equal(fitted.labels_, answer.labels)
        np.testing.assert_allclose(fitted.inertia_, answer.inertia, rtol=1e-12)
        np.testing.assert_allclose(fitted.score(X, sample_weight=weight), -answer.inertia)
        np.testing.assert_allclose(fitted.transform(X), np.sqrt(answer.sq_distances))

    def test_there_are_as_many_clusters_as_asked(self) -> None:
        """Every center has a row, from one cluster to as many as there are rows."""
        X = self.rows()
        for k in (1, 2, 17, len(X)):
            fitted = self.make(n_clusters=k, random_state=1).fit(X)
            assert fitted.cluster_centers_.shape == (k, X.shape[1])
            assert len(np.unique(fitted.labels_)) == k

    def test_the_same_seed_gives_the_same_bytes(self) -> None:
        """Two fits with one seed cannot be told apart; another copy of X changes nothing."""
        X = self.rows()
        one = self.make(n_clusters=5, random_state=3).fit(X)
        two = self.make(n_clusters=5, random_state=3).fit(np.asfortranarray(X))
        assert one.cluster_centers_.tobytes() == two.cluster_centers_.tobytes()
        assert one.labels_.tobytes() == two.labels_.tobytes()
        assert one.inertia_ == two.inertia_

    def test_rows_are_never_changed(self) -> None:
        """X and the weights are the caller's; read-only ones will do."""
        X, weight = self.rows(), np.ones(90)
        before = X.copy()
        X.flags.writeable = weight.flags.writeable = False
        fitted = self.make(n_clusters=3, random_state=0).fit(X, sample_weight=weight)
        fitted.transform(X)
        np.testing.assert_array_equal(X, before)

    def test_a_row_twice_is_a_row_of_weight_two(self) -> None:
        """And a row of weight zero is no row; the order of the rows does not matter."""
        X = self.rows()
        times = np.arange(len(X)) % 3
        order = np.random.default_rng(0).permutation(len(X))
        options = {"n_clusters": 4, "random_state": 2}
        weighted = self.make(**options).fit(X[order], sample_weight=times[order])
        repeated = self.make(**options).fit(np.repeat(X, times, axis=0))
        np.testing.assert_allclose(weighted.cluster_centers_, repeated.cluster_centers_)
        np.testing.assert_allclose(weighted.inertia_, repeated.inertia_)
        assert same_partition(weighted.predict(X), repeated.predict(X))

    def test_dtype_is_kept(self) -> None:
        """float32 in, float32 out; whole numbers become float64."""
        for given, kept in (("float32", "float32"), ("float64", "float64"), ("int16", "float64")):
            fitted = self.make(n_clusters=3, random_state=0).fit(self.rows(given))
            assert fitted.cluster_centers_.dtype == kept
            assert fitted.transform(self.rows(given)).dtype == kept

    def test_a_copy_predicts_the_same(self) -> None:
        """A fitted estimator can be copied."""
        X = self.rows()
        fitted = self.make(n_clusters=3, random_state=0).fit(X)
        np.testing.assert_array_equal(copy.deepcopy(fitted).predict(X), fitted.labels_)
