"""What every estimator promises: scikit-learn's checks, and Covey's own contract."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from covey import (
    BisectingKMeans,
    ConstrainedKMeans,
    KMeans,
    MiniBatchKMeans,
    MissingKMeans,
    SphericalKMeans,
    TrimmedKMeans,
)
from covey.testing import EstimatorContract


# The second pair is what scikit-learn tests its own two with.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(
    [
        KMeans(),
        MiniBatchKMeans(),
        KMeans(n_clusters=2, n_init=2, max_iter=5),
        MiniBatchKMeans(n_clusters=2, n_init=2, max_iter=5, batch_size=10),
        KMeans(n_clusters=3, init="random", algorithm="elkan", tol=0.0),
        BisectingKMeans(),
        BisectingKMeans(n_clusters=2, n_init=2, max_iter=5),
        SphericalKMeans(),
        SphericalKMeans(n_clusters=2, n_init=2, max_iter=5),
        ConstrainedKMeans(),
        ConstrainedKMeans(n_clusters=2, n_init=2, max_iter=5, size_min=2),
        TrimmedKMeans(),
        TrimmedKMeans(n_clusters=2, n_init=2, max_iter=5),
        MissingKMeans(),
        MissingKMeans(n_clusters=2, n_init=2, max_iter=5),
    ]
)
def test_scikit_learns_checks(estimator, check) -> None:
    check(estimator)


class TestKMeans(EstimatorContract):
    def make(self, **options):
        return KMeans(**options)


class TestKMeansFromRandomRows(EstimatorContract):
    def make(self, **options):
        return KMeans(init="random", **options)


class TestMiniBatchKMeans(EstimatorContract):
    def make(self, **options):
        return MiniBatchKMeans(batch_size=32, **options)
