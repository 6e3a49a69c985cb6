"""Fit: distances, margins and limits by hand."""

from __future__ import annotations

import numpy as np
import pytest

from covey.errors import InputError
from covey.explain.fit import assign, fit_of, limits, nearest_two

CENTERS = np.array([[0.0, 0], [10, 0]])


def test_rows_are_assigned_by_hand():
    X = np.array([[3.0, 4], [4.8, 0], [9, 0], [0, 0], [60, 0]])
    found = assign(X, CENTERS, ["Small", "Large"], np.array([6.0, 7.0]))
    np.testing.assert_array_equal(found.number, [1, 1, 2, 1, 2])
    assert list(found.name) == ["Small", "Small", "Large", "Small", "Large"]
    np.testing.assert_allclose(found.distance, [5, 4.8, 1, 0, 50])
    np.testing.assert_allclose(
        found.fit, [1 - 5 / 65**0.5, 1 - 4.8 / 5.2, 1 - 1 / 9, 1, 1 - 50 / 60]
    )
    assert list(found.note) == ["", "between Small and Large", "", "", "fits no segment"]
    assert list(found.ids) == [1, 2, 3, 4, 5] and found.id_name == "row"


def test_ids_are_kept():
    ids = np.array(["x", "y"], dtype=object)
    found = assign(np.zeros((2, 2)), CENTERS, ["A", "B"], np.ones(2), ids, "customer")
    assert list(found.ids) == ["x", "y"] and found.id_name == "customer"


def test_one_segment_has_no_border():
    found = assign(np.array([[3.0, 4]]), CENTERS[:1], ["All"], np.array([9.0]))
    assert (found.number[0], found.distance[0], found.fit[0], found.note[0]) == (1, 5, 1, "")


def test_a_row_on_two_equal_centers_is_on_the_border():
    assert fit_of(np.array([0.0, 2.0]), np.array([0.0, 2.0])).tolist() == [0, 0]


def test_between_names_the_segments_in_their_order():
    found = assign(np.array([[5.1, 0]]), CENTERS, ["A", "B"], np.array([9.0, 9]))
    assert found.number[0] == 2
    assert found.note[0] == "between A and B"


def test_wrong_number_of_features_is_refused():
    with pytest.raises(InputError, match=r"2 features.*got 3"):
        assign(np.zeros((1, 3)), CENTERS, ["A", "B"], np.ones(2))


def test_single_precision_rows():
    label, own, second, runner_up = nearest_two(np.array([[1, 0]], np.float32), CENTERS)
    assert (label[0], runner_up[0], own[0], second[0]) == (0, 1, 1, 9)


def test_limit_is_the_far_out_fence():
    distance = np.arange(1.0, 22)  # quartiles 6 and 16
    assert limits(distance, np.zeros(21, np.int32), 1)[0] == 16 + 3 * 10


def test_small_segments_share_the_fence_of_all():
    distance = np.concatenate([np.arange(1.0, 22), [1, 2, 3]])
    labels = np.array([0] * 21 + [1] * 3, dtype=np.int32)
    first, second = limits(distance, labels, 2)
    pooled = np.quantile(distance, [0.25, 0.75])
    assert first == 46
    assert second == pytest.approx(pooled[1] + 3 * (pooled[1] - pooled[0]))


def test_equal_rows_fit():
    labels = np.zeros(30, np.int32)
    assert (limits(np.zeros(30), labels, 1) >= 0).all()
    rounding = np.full(30, 1e-9) * (1 + 1e-12 * np.arange(30))
    assert (rounding <= limits(rounding, labels, 1)[0]).all()


def test_normal_clusters_raise_few_false_alarms(rng):
    for d in (1, 2, 5, 20):
        distance = np.linalg.norm(rng.normal(size=(20_000, d)), axis=1)
        beyond = distance > limits(distance, np.zeros(20_000, np.int32), 1)[0]
        assert beyond.mean() < 0.001
        far = np.linalg.norm(np.full(d, 12 / d**0.5))
        assert far > limits(distance, np.zeros(20_000, np.int32), 1)[0]
