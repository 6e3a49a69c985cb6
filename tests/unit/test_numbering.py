"""Clusters that match get the same number."""

from __future__ import annotations

import numpy as np

from covey.explain.numbering import commonest_first, matched_numbers


def numbers(*labelings: list[int]) -> list[list[int]]:
    return [one.tolist() for one in matched_numbers([np.array(each) for each in labelings])]


def test_the_same_clusters_in_another_order() -> None:
    assert numbers([0, 0, 0, 1, 1, 2], [2, 2, 2, 0, 0, 1]) == [[1, 2, 3], [2, 3, 1]]


def test_a_cluster_like_none_gets_a_new_number() -> None:
    """Cluster 0 of the second has the rows of 0 and 1; its other is made of nobody's."""
    first = [0, 0, 0, 0, 1, 1, -1, -1]
    second = [0, 0, 0, 0, 0, 0, 1, 1]
    assert numbers(first, second) == [[1, 2], [1, 3]]


def test_later_ones_match_what_an_earlier_one_brought() -> None:
    first, second = [0, 0, 0, 0, 0, 0, 0, 0], [-1, -1, -1, -1, -1, -1, 0, 0]
    assert numbers(first, second, second) == [[1], [1], [1]]
    first = [0] * 10
    split = [0] * 5 + [1] * 5
    assert numbers(first, split, split)[1] == numbers(first, split, split)[2]


def test_the_numbers_that_most_have_come_first() -> None:
    given = [np.array([1, 2, 3, 4]), np.array([4, 1]), np.array([4, 1]), np.array([], np.int64)]
    assert [own.tolist() for own in commonest_first(given)] == [[1, 3, 4, 2], [2, 1], [2, 1], []]
    assert commonest_first([]) == []


def test_none_at_all_and_noise_only() -> None:
    assert matched_numbers([]) == []
    assert numbers([-1, -1], [0, 1]) == [[], [1, 2]]


def test_more_clusters_than_can_be_matched() -> None:
    """The largest 60 are matched; the others get numbers of their own, each once."""
    labels = list(range(200))
    first, second = numbers(labels, labels)
    assert first == list(range(1, 201))
    assert second[:60] == first[:60]
    assert len(set(second)) == 200
