"""ConstrainedKMeans: sizes by hand, limits that cannot be kept, exactness on small data."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp

from covey import ConstrainedKMeans, KMeans
from covey.engine.constrained import size_limits
from covey.errors import InputError, OptionError

LINE = np.array([[0.0], [1], [2], [3], [20], [21]])


def test_sizes_by_hand() -> None:
    # Three and three: {0, 1, 2} at 1 and {3, 20, 21} at 44/3; row 3 is nearer to 1 all the same.
    fitted = ConstrainedKMeans(2, size_min=3, init=[[0.0], [21.0]]).fit(LINE)
    np.testing.assert_allclose(fitted.cluster_centers_[:, 0], [1, 44 / 3])
    assert fitted.labels_.tolist() == [0, 0, 0, 1, 1, 1]
    assert fitted.inertia_ == pytest.approx(2 + (9 + 400 + 441 - 3 * (44 / 3) ** 2))
    assert fitted.predict(LINE).tolist() == [0, 0, 0, 0, 1, 1]  # the nearest, whatever the sizes
    most = ConstrainedKMeans(2, size_max=3, init=[[0.0], [21.0]]).fit(LINE)
    np.testing.assert_array_equal(most.labels_, fitted.labels_)


def test_without_limits_it_is_k_means(rng: np.random.Generator) -> None:
    for dtype in ("float32", "float64"):
        X = rng.normal(size=(500, 3)).astype(dtype)
        for options in ({"init": X[:6]}, {"random_state": 1, "n_init": 2}):
            ours = ConstrainedKMeans(6, tol=0, **options).fit(X)
            plain = KMeans(6, tol=0, **{"n_init": 1, **options}).fit(X)
            np.testing.assert_array_equal(ours.labels_, plain.labels_)
            np.testing.assert_allclose(ours.cluster_centers_, plain.cluster_centers_, rtol=1e-5)
            assert ours.n_iter_ == plain.n_iter_


def test_no_cluster_is_empty_even_of_equal_rows() -> None:
    fitted = ConstrainedKMeans(3, random_state=0).fit(np.full((10, 2), 4.0))
    assert np.bincount(fitted.labels_, minlength=3).min() >= 1
    assert fitted.inertia_ == 0


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((6, 4, 2, None), "size_min=2, n_clusters=4 and n_samples=6; lower size_min to 1"),
        ((6, 2, None, 2), "size_max=2, n_clusters=2 and n_samples=6; raise size_max to 3"),
        ((7, 2, None, 3), "raise size_max to 4"),
        ((9, 2, 4, 3), "size_max=3"),
    ],
)
def test_limits_that_no_partition_keeps(given, text: str) -> None:
    with pytest.raises(OptionError, match=text):
        size_limits(*given)
    n, k, size_min, size_max = given
    with pytest.raises(OptionError, match=text):
        ConstrainedKMeans(k, size_min=size_min, size_max=size_max).fit(np.arange(n)[:, None])


def test_size_min_above_size_max() -> None:
    # Only where rows are few can both be kept by themselves and not together.
    with pytest.raises(OptionError, match="size_min"):
        size_limits(10, 2, 6, 5)
    assert size_limits(10, 2, None, None) == (1, 10)
    assert size_limits(10, 2, 0, 99) == (1, 10)


@pytest.mark.parametrize("seed", range(6))
def test_the_best_of_many_starts_is_the_optimum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(9, 2))
    fitted = ConstrainedKMeans(
        3, size_min=2, size_max=4, n_init=40, init="random", random_state=0
    ).fit(X)
    least = np.inf
    for others in itertools.product(range(3), repeat=8):
        labels = (0, *others)  # the other partitions are these under other names
        size = np.bincount(labels, minlength=3)
        if size.min() >= 2 and size.max() <= 4:
            means = np.stack([X[np.equal(labels, j)].mean(axis=0) for j in range(3)])
            least = min(least, ((X - means[list(labels)]) ** 2).sum())
    assert fitted.inertia_ == pytest.approx(least)


def test_weights_count_in_costs_and_means_but_not_in_sizes() -> None:
    # Two and two: row 1 goes to 10 at 81 − 1, and a row 0 at 100; unless row 1 weighs nine rows.
    X = np.array([[0.0], [0.0], [1.0], [10.0]])
    even = ConstrainedKMeans(2, size_min=2, size_max=2, init=[[0.0], [10.0]])
    assert even.fit(X).labels_.tolist() == [0, 0, 1, 1]
    assert even.fit(X, sample_weight=[1, 1, 9, 1]).labels_.tolist() == [1, 0, 0, 1]
    np.testing.assert_allclose(even.cluster_centers_[:, 0], [0.9, 5])
    none = ConstrainedKMeans(3, size_min=1, random_state=0).fit(
        [[0.0], [1.0], [5.0]], sample_weight=[1, 1, 0]
    )
    assert sorted(np.bincount(none.labels_)) == [1, 1, 1]


def test_what_cannot_be_clustered() -> None:
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        ConstrainedKMeans(2).fit(sp.csr_array(LINE))
    with pytest.raises(InputError, match=r"sum of squares of (inf|nan)"):
        ConstrainedKMeans(2).fit([[1e200], [-1e200], [0.0]])
    with pytest.raises(OptionError, match="n_clusters=7 and n_samples=6"):
        ConstrainedKMeans(7).fit(LINE)
