"""covey.metrics: numbers by hand, scikit-learn's numbers, samples and their errors."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as peer

import covey
from covey import metrics
from covey.errors import InputError, OptionError, OptionTypeError

X = np.array([[0.0], [1.0], [2.0], [10.0], [11.0]])
LABELS = ["low", "low", "low", "high", "high"]


def blobs(rng: np.random.Generator, n: int, d: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    labels = rng.integers(0, k, n)
    labels[:k] = np.arange(k)
    return rng.normal(size=(k, d))[labels] * 3 + rng.normal(size=(n, d)) + 50, labels


def test_by_hand() -> None:
    found = metrics.silhouette_samples(X, LABELS)
    expected = [1 - 1.5 / 10.5, 1 - 1 / 9.5, 1 - 1.5 / 8.5, 1 - 1 / 9, 1 - 1 / 10]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert metrics.silhouette_score(X, LABELS) == pytest.approx(np.mean(expected))
    # To the means, 1 and 10.5: row 0 has 1 and 10.5.
    simple = metrics.silhouette_samples(X, LABELS, method="simplified")
    np.testing.assert_allclose(simple, [1 - 1 / 10.5, 1, 1 - 1 / 8.5, 1 - 0.5 / 9, 0.95])
    # Squared: row 0 has (1 + 4)/2 to its own, (100 + 121)/2 to the others.
    squared = metrics.silhouette_samples(X, LABELS, method="squared")
    assert squared[0] == pytest.approx(1 - 2.5 / 110.5)
    # Within 2 + 0.5, between 3 · (3.8)² + 2 · (5.7)²; 3 and 1 degrees of freedom.
    assert metrics.calinski_harabasz_score(X, LABELS) == pytest.approx(108.3 * 3 / 2.5)
    assert metrics.davies_bouldin_score(X, LABELS) == pytest.approx((2 / 3 + 0.5) / 9.5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("n", "d", "k"), [(4, 1, 3), (60, 2, 2), (900, 3, 7), (500, 9, 40), (50, 20, 49)]
)
def test_like_scikit_learn(n: int, d: int, k: int, dtype: type, rng: np.random.Generator) -> None:
    points, labels = blobs(rng, n, d, k)
    points = points.astype(dtype)
    wide = points.astype(np.float64)
    tol = 1e-10 if dtype == np.float64 else 3e-5
    exact = peer.silhouette_samples(wide, labels)
    np.testing.assert_allclose(metrics.silhouette_samples(points, labels), exact, atol=tol)
    assert metrics.silhouette_score(points, labels) == pytest.approx(exact.mean(), abs=tol)
    np.testing.assert_allclose(
        metrics.silhouette_samples(points, labels, method="squared"),
        peer.silhouette_samples(wide, labels, metric="sqeuclidean"),
        atol=tol,
    )
    expected = peer.calinski_harabasz_score(wide, labels)
    assert metrics.calinski_harabasz_score(points, labels) == pytest.approx(expected, rel=tol)
    # scikit-learn's distance of a row to itself is not quite 0: ‖x‖² − 2x·x + ‖x‖² rounds.
    alone = np.bincount(labels).min() == 1
    expected = peer.davies_bouldin_score(wide, labels)
    found = metrics.davies_bouldin_score(points, labels)
    assert found == pytest.approx(expected, rel=max(tol, 1e-6) if alone else tol)


def test_simplified_against_the_definition(rng: np.random.Generator) -> None:
    points, labels = blobs(rng, 400, 4, 9)
    means = np.array([points[labels == j].mean(axis=0) for j in range(9)])
    away = np.sqrt(((points[:, None] - means) ** 2).sum(axis=2))
    own = away[np.arange(400), labels].copy()
    away[np.arange(400), labels] = np.inf
    other = away.min(axis=1)
    expected = (other - own) / np.maximum(own, other)
    expected[np.bincount(labels)[labels] == 1] = 0
    found = metrics.silhouette_samples(points, labels, method="simplified")
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("method", ["exact", "squared", "simplified"])
def test_far_from_the_origin_nothing_cancels(method: str, rng: np.random.Generator) -> None:
    points, labels = blobs(rng, 300, 3, 4)
    points = np.round(points * 2**10) / 2**10  # so that a shift by a power of two is exact
    near = metrics.silhouette_samples(points, labels, method=method)
    far = metrics.silhouette_samples(points + 2.0**30, labels, method=method)
    np.testing.assert_allclose(far, near, atol=1e-7)
    for name in ("calinski_harabasz_score", "davies_bouldin_score"):
        score = getattr(metrics, name)
        assert score(points + 2.0**30, labels) == pytest.approx(score(points, labels), rel=1e-6)


def test_alone_or_equal_rows_score_zero() -> None:
    for method in ("exact", "squared", "simplified"):
        assert metrics.silhouette_samples([[0], [0], [9]], [0, 0, 1], method=method)[2] == 0
        same = metrics.silhouette_samples(np.ones((6, 2)), [0, 0, 1, 1, 2, 2], method=method)
        assert not same.any()
    assert metrics.calinski_harabasz_score(np.ones((4, 1)), [0, 0, 1, 1]) == 1.0
    assert metrics.davies_bouldin_score(np.ones((4, 1)), [0, 0, 1, 1]) == 0.0
    # Two of three clusters in one place: they are left out of each other's comparison.
    rows, labels = np.array([[0.0], [2], [0], [2], [10], [12]]), [0, 0, 1, 1, 2, 2]
    expected = peer.davies_bouldin_score(rows, labels)
    assert metrics.davies_bouldin_score(rows, labels) == pytest.approx(expected)


@pytest.mark.parametrize("method", ["exact", "squared", "simplified"])
def test_a_sample_tells_its_error(method: str, rng: np.random.Generator) -> None:
    points, labels = blobs(rng, 3000, 2, 5)
    whole, none = metrics.silhouette_score(points, labels, method=method, return_error=True)
    assert none == 0.0
    off = []
    for seed in range(60):
        mean, error = metrics.silhouette_score(
            points, labels, method=method, sample_size=150, random_state=seed, return_error=True
        )
        assert error > 0
        off.append((mean - whole) / error)
    # Errors as stated: about standard normal, so 0.7 < spread < 1.35 and |mean| < 0.4 at 3 sigma.
    assert 0.7 < np.std(off) < 1.35 and abs(np.mean(off)) < 0.4
    again = [
        metrics.silhouette_score(points, labels, method=method, sample_size=99, random_state=1)
        for _ in range(2)
    ]
    assert again[0] == again[1]


def test_a_sample_of_all_rows_is_exact(rng: np.random.Generator) -> None:
    points, labels = blobs(rng, 200, 2, 3)
    whole = metrics.silhouette_score(points, labels)
    for size in (200, 10_000):
        assert metrics.silhouette_score(points, labels, sample_size=size, return_error=True) == (
            whole,
            0.0,
        )


def test_small_clusters_are_in_every_sample() -> None:
    from covey.engine.scores import estimate, stratified

    labels = np.array([0] * 1000 + [1] * 3 + [2], np.int32)
    drawn = stratified(labels, 20, np.random.default_rng(0))
    assert np.bincount(labels[drawn]).tolist() == [20, 2, 1]
    assert len(set(drawn.tolist())) == len(drawn)
    mean, error = estimate(np.ones(len(drawn)), labels[drawn], np.bincount(labels))
    assert mean == pytest.approx(1.0) and error == 0.0


def test_several_labelings_at_once(rng: np.random.Generator) -> None:
    points, labels = blobs(rng, 500, 3, 4)
    other = labels % 2
    for found, given in zip(
        metrics.compare_labelings(points, [labels, other]), (labels, other), strict=True
    ):
        assert found.n_clusters == len(np.unique(given)) and found.silhouette_error == 0
        for name, value in {
            "silhouette": metrics.silhouette_score(points, given),
            "squared_silhouette": metrics.silhouette_score(points, given, method="squared"),
            "simplified_silhouette": metrics.silhouette_score(points, given, method="simplified"),
            "calinski_harabasz": metrics.calinski_harabasz_score(points, given),
            "davies_bouldin": metrics.davies_bouldin_score(points, given),
        }.items():
            assert getattr(found, name) == pytest.approx(value, rel=1e-12), name
    km = covey.KMeans(4, random_state=0).fit(points)
    (one,) = metrics.compare_labelings(points, [km.labels_], sample_size=80, random_state=0)
    assert one.inertia == pytest.approx(km.inertia_) and one.silhouette_error > 0
    assert metrics.compare_labelings(points, []) == []


def test_what_is_refused() -> None:
    for labels, message in (
        ([0] * 5, "got 1 for 5 rows"),
        (range(5), "got 5 for 5 rows"),
        ([0, 1], r"shape \(5,\).*got \(2,\)"),
    ):
        for name in ("silhouette_samples", "silhouette_score", "calinski_harabasz_score",
                     "davies_bouldin_score"):  # fmt: skip
            with pytest.raises(InputError, match=message):
                getattr(metrics, name)(X, labels)
    with pytest.raises(OptionError, match=r"method must be one of 'exact'.*got 'exakt'"):
        metrics.silhouette_score(X, LABELS, method="exakt")
    with pytest.raises(OptionError, match="sample_size must be an integer >= 1"):
        metrics.silhouette_score(X, LABELS, sample_size=0)
    with pytest.raises(OptionTypeError, match="return_error"):
        metrics.silhouette_score(X, LABELS, return_error="yes")
    with pytest.raises(ValueError, match="NaN"):
        metrics.silhouette_score([[np.nan], [0], [1]], [0, 0, 1])
    assert covey.metrics is metrics
