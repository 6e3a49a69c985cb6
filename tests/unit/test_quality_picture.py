"""What the pictures show: points, axes, the plane, the ellipses."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from covey.explain.picture import picture, plane, telling_axes
from covey.testing.tables import hand_made


def drawn(raw, labels, centers=None, order=None, **how):
    features = hand_made(raw, **how)
    labels = np.array(labels, dtype=np.int32)
    k = int(labels.max()) + 1
    if centers is None:
        centers = np.stack([features.X[labels == label].mean(axis=0) for label in range(k)])
    order = np.arange(k) if order is None else np.array(order)
    return picture(features, features.raw, order, labels, centers), features


def test_points_are_drawn_evenly_from_the_segments(rng):
    labels = np.repeat([0, 1, 2], [9000, 900, 100])
    found, _ = drawn(rng.normal(size=(10_000, 2)), labels)
    counts = np.bincount(found.labels)[1:]
    assert counts.tolist() == [1000, 900, 100]
    assert (np.diff(found.rows) > 0).all()
    assert (found.labels == labels[found.rows] + 1).all()


def test_labels_are_numbers_in_display_order():
    found, _ = drawn([[0, 0], [1, 1], [9, 0], [9, 1]], [0, 0, 1, 1], order=[1, 0])
    assert found.labels.tolist() == [2, 2, 1, 1]
    assert found.pca_centers.shape == (2, 2)


def test_axes_are_what_tells_segments_apart(rng):
    labels = np.repeat([0, 1], 50)
    noise = rng.normal(size=100)
    strong = labels * 5 + rng.normal(size=100) * 0.1
    copy = strong * 2 + rng.normal(size=100) * 0.01
    weak = labels + rng.normal(size=100)
    X = np.column_stack([noise, copy, strong, weak])
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    assert set(telling_axes(X, labels, 2)) & {1, 2} and telling_axes(X, labels, 2)[1] == 3
    assert telling_axes(X[:, :1], labels, 2) == (0,)


def test_one_feature_has_no_second_axis():
    found, _ = drawn([[1], [2], [8]], [0, 0, 1], names=["age"])
    assert found.axes == ("age", "")
    assert found.points.tolist() == [[1, 0], [2, 0], [8, 0]]
    assert found.log_axes == (False, False)
    assert found.pca_explained == (1, 0)


def test_logged_features_have_log_axes_where_points_allow():
    raw = np.array([[0.0, -1], [10, 5], [100, 3], [1000, 7]])
    features = hand_made(raw, ["sales", "balance"])
    columns = tuple(
        dataclasses.replace(one, transform="log(1 + x), standardised") for one in features.columns
    )
    features = dataclasses.replace(features, columns=columns)
    labels = np.array([0, 0, 1, 1], np.int32)
    found = picture(features, raw, np.arange(2), labels, features.X[[0, 2]])
    by_name = dict(zip(found.axes, found.log_axes, strict=True))
    assert by_name == {"sales": True, "balance": False}  # a balance is below 0


def test_plane_by_hand():
    X = np.array([[0.0, 0], [4, 0], [0, 2], [4, 2]])
    mean, loadings, explained = plane(X)
    assert mean.tolist() == [2, 1]
    np.testing.assert_allclose(loadings, np.eye(2), atol=1e-12)
    assert explained == pytest.approx((0.8, 0.2))


def test_constant_data_have_a_plane():
    _, loadings, explained = plane(np.ones((4, 3)))
    assert np.isfinite(loadings).all() and explained == (0, 0)


def test_ellipses_hold_four_rows_in_five(rng):
    raw = rng.normal(size=(1000, 2)) * [5, 1]
    found, features = drawn(raw, np.zeros(1000), scale=False)
    half_long, half_short, angle = found.pca_ellipses[0]
    mean, loadings, _ = plane(features.X)
    turned = (features.X - mean) @ loadings.T
    x = turned @ [math.cos(angle), math.sin(angle)]
    y = turned @ [-math.sin(angle), math.cos(angle)]
    inside = (x / half_long) ** 2 + (y / half_short) ** 2 <= 1
    assert inside.mean() == pytest.approx(0.8, abs=0.02)
    # a normal cloud's 80 % ellipse reaches √(−2 ln 0.2) standard deviations
    assert half_long == pytest.approx(5 * 1.794, rel=0.1)
    assert half_short == pytest.approx(1.794, rel=0.1)


def test_few_or_equal_rows_have_no_ellipse():
    found, _ = drawn([[0, 0], [0, 0], [0, 0], [5, 5]], [0, 0, 0, 1])
    assert found.pca_ellipses.tolist() == [[0, 0, 0], [0, 0, 0]]
