"""SphericalKMeans: numbers by hand, rows of zeros, lengths that do not matter."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics.pairwise import cosine_distances

from covey import SphericalKMeans
from covey.errors import InputError, OptionError

# Directions 0°, 90°, 180°, 270° and their lengths.
AXES = np.array([[2.0, 0], [0, 7], [-3, 0], [0, -0.5]])


def test_numbers_by_hand() -> None:
    # 0° and 90° have their mean at 45°: each loses 1 − cos 45°.
    fitted = SphericalKMeans(2, init=[[1, 1], [-1, -1]]).fit(AXES)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(fitted.cluster_centers_, [[half, half], [-half, -half]])
    assert fitted.labels_.tolist() == [0, 0, 1, 1]
    assert fitted.inertia_ == pytest.approx(4 * (1 - half))
    assert fitted.score(AXES, sample_weight=[1, 0, 0, 1]) == pytest.approx(-2 * (1 - half))
    np.testing.assert_allclose(fitted.transform([[5, 5], [0, 2]])[:, 0], [0, 1 - half], atol=1e-15)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_lengths_do_not_matter(form, dtype: str, rng: np.random.Generator) -> None:
    X = (rng.normal(size=(300, 5)) * (rng.random((300, 5)) < 0.8)).astype(dtype)
    X[:, 0] += 0.1
    powers = (2.0 ** rng.integers(-20, 20, size=(300, 1))).astype(dtype)  # exact in any dtype
    one = SphericalKMeans(4, random_state=0).fit(form(X))
    two = SphericalKMeans(4, random_state=0).fit(form(X * powers))
    np.testing.assert_array_equal(one.labels_, two.labels_)
    np.testing.assert_array_equal(one.cluster_centers_, two.cluster_centers_)
    np.testing.assert_array_equal(one.predict(form(X * powers)), one.labels_)
    assert one.cluster_centers_.dtype == dtype
    norms = np.linalg.norm(one.cluster_centers_.astype(float), axis=1)
    np.testing.assert_allclose(norms, 1, rtol=1e-6 if dtype == "float32" else 1e-14)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
def test_distances_are_cosine_distances(form, rng: np.random.Generator) -> None:
    X = rng.random((200, 6)) * (rng.random((200, 6)) < 0.7)
    X[7] = 0
    fitted = SphericalKMeans(3, random_state=0).fit(form(X))
    expected = cosine_distances(X, fitted.cluster_centers_)
    np.testing.assert_allclose(fitted.transform(form(X)), expected, atol=1e-12)
    np.testing.assert_allclose(fitted.inertia_, expected.min(axis=1).sum())
    np.testing.assert_allclose(fitted.score(form(X)), -fitted.inertia_)
    assert (np.delete(fitted.labels_, 7) == np.delete(expected, 7, 0).argmin(axis=1)).all()


def test_a_row_of_zeros_has_label_0_and_moves_nothing(rng: np.random.Generator) -> None:
    X = rng.normal(size=(60, 3))
    gaps = np.insert(X, [0, 30], 0.0, axis=0)
    for form in (np.asarray, sp.csr_array):
        without = SphericalKMeans(3, random_state=0).fit(form(X))
        fitted = SphericalKMeans(3, random_state=0).fit(form(gaps))
        np.testing.assert_array_equal(fitted.cluster_centers_, without.cluster_centers_)
        assert fitted.labels_[[0, 31]].tolist() == [0, 0]
        assert fitted.inertia_ == pytest.approx(without.inertia_ + 2)
        np.testing.assert_array_equal(fitted.predict(form(gaps)), fitted.labels_)
        assert fitted.transform(form(gaps))[0].tolist() == [1, 1, 1]


def test_opposite_rows_leave_a_center_where_it_is() -> None:
    # The mean of (1, 0) and (−1, 0) is zero, which has no direction.
    fitted = SphericalKMeans(1, init=[[0.0, 1.0]]).fit([[1.0, 0.0], [-1.0, 0.0]])
    assert fitted.cluster_centers_.tolist() == [[0.0, 1.0]]
    assert fitted.inertia_ == 2.0


def test_one_direction_is_one_row() -> None:
    X = np.array([[1.0, 2], [2, 4], [4, 8], [0, 1]])
    with pytest.warns(ConvergenceWarning, match="n_clusters=3"):
        fitted = SphericalKMeans(3, random_state=0).fit(X)
    assert fitted.inertia_ == pytest.approx(0, abs=1e-15)


def test_what_has_no_direction_is_refused() -> None:
    with pytest.raises(OptionError, match=r"not all zeros; got n_clusters=2 and n_samples=1 such"):
        SphericalKMeans(2).fit([[0.0, 0], [0, 0], [3, 4]])
    with pytest.raises(InputError, match=r"sum of squares of (inf|nan)"):
        SphericalKMeans(1).fit([[1e200, 0], [1, 1]])


def test_least_values_of_float32_have_a_direction() -> None:
    X = np.array([[1e-44, 0], [1e-44, 0], [0, 1e-44]], dtype=np.float32)
    fitted = SphericalKMeans(2, random_state=0).fit(X)
    assert fitted.labels_[0] == fitted.labels_[1] != fitted.labels_[2]
    assert fitted.inertia_ == 0
