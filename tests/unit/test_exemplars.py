"""Exemplars: the nearest rows, told once, and the rows that fit nothing."""

from __future__ import annotations

import numpy as np

from covey.explain.exemplars import typical, unusual
from covey.testing.tables import hand_made


def test_nearest_rows_come_first_and_equal_rows_once():
    features = hand_made([[5], [1], [1], [0], [9]], ["x"], ids=list("abcde"), scale=False)
    distance = np.abs(features.X[:, 0])
    found = typical(features, distance, np.arange(5), n=3)
    assert [one.id for one in found] == ["d", "b", "a"]
    assert [one.distance for one in found] == [0, 1, 5]
    assert found[1].values == (1.0,)


def test_rows_without_ids_are_numbered_from_one():
    features = hand_made([[5], [1]], scale=False)
    assert typical(features, np.array([5.0, 1.0]), np.arange(2))[0].id == "2"


def test_unusual_rows_by_how_far_they_are_beyond_the_limit():
    features = hand_made([[1, 0], [30, 0], [0, 90], [20, 0]], ["x", "y"], scale=False)
    centers = np.array([[0.0, 0]])
    labels = np.zeros(4, np.int32)
    distance = np.linalg.norm(features.X, axis=1)
    found = unusual(features, centers, labels, distance, np.array([10.0]))
    assert [one.id for one in found] == ["3", "2", "4"]
    assert found[0].note == "y 90, where 0 is usual for the nearest segment"
    assert found[1].note.startswith("x 30")
    assert found[0].distance == 90


def test_no_row_is_unusual_when_all_are_near():
    features = hand_made([[1], [2]], scale=False)
    nothing = unusual(
        features, np.array([[1.5]]), np.zeros(2, np.int32), np.array([0.5, 0.5]), np.array([1.0])
    )
    assert nothing == ()


def test_missing_values_stay_missing():
    features = hand_made([[1, np.nan], [3, 4], [5, 6]], ["x", "y"])
    found = typical(features, np.zeros(3), np.arange(1))
    assert np.isnan(found[0].values[1])
