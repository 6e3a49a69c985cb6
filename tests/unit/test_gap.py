"""The gap statistic: its rule by hand, and against a twin that tries every division."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from covey.explain.gap import Gap, first_within_error, gaps, shared_rows
from covey.explain.several_k import SeveralK
from covey.random import children


def least(values, k):
    """Return the least inertia of k groups of a few values, by trying every cut."""
    values = np.sort(values)
    return min(
        sum(((part - part.mean()) ** 2).sum() for part in np.split(values, cuts))
        for cuts in itertools.combinations(range(1, len(values)), k - 1)
    )


def test_gap_is_that_of_a_twin_that_tries_every_division():
    X = np.array([0.0, 0.2, 0.5, 0.6, 4.0, 4.3, 4.4, 4.9, 9.0, 9.1, 9.3, 9.9])
    ks, n_references = (1, 2, 3, 4), 12
    found = gaps(
        X[:, None],
        {k: least(X, k) for k in ks},
        rng=np.random.default_rng(7),
        n_references=n_references,
    )
    drawn = [
        children(stream, 2)[0].uniform([0.0], [9.9], (12, 1))[:, 0]
        for stream in children(np.random.default_rng(7), n_references)
    ]
    logs = np.array([[math.log(least(cloud, k)) for k in ks] for cloud in drawn])
    for i, k in enumerate(ks):
        expected = logs[:, i].mean() - math.log(least(X, k))
        assert found[k].gap == pytest.approx(expected, abs=0.02)
        error = logs[:, i].std() * math.sqrt(1 + 1 / n_references)
        assert found[k].error == pytest.approx(error, abs=0.02)


def test_the_rule_by_hand():
    assert first_within_error({1: Gap(0.1, 0.0), 2: Gap(0.5, 0.1), 3: Gap(0.55, 0.1)}) == 2
    assert first_within_error({1: Gap(0.5, 0.0), 2: Gap(0.5, 0.1), 3: Gap(0.9, 0.1)}) == 1
    assert first_within_error({1: Gap(0.1, 0.0), 2: Gap(0.5, 0.1)}) is None
    assert first_within_error({1: Gap(0.1, 0.0), 4: Gap(0.0, 0.1)}) is None  # no next to 1


@pytest.mark.parametrize("along_axes", [False, True])
def test_gap_of_round_groups_and_of_a_cloud(rng, along_axes):
    blobs = np.vstack([rng.normal(c, 0.3, (40, 2)) for c in ((0, 0), (5, 0), (0, 5))])
    cloud = rng.uniform(0, 1, (500, 2))
    for X, expected in ((blobs, 3), (cloud, 1)):
        several = SeveralK(X, rng=np.random.default_rng(0), n_init=2)
        several.fit(range(1, 7))
        inertia = {k: run.inertia for k, run in several.runs.items()}
        found = gaps(X, inertia, rng=np.random.default_rng(1), along_axes=along_axes)
        assert first_within_error(found) == expected


def test_references_follow_the_axes(rng):
    """Along a slope the box of the features is mostly empty, that of the axes is not."""
    t = rng.uniform(0, 10, 200)
    X = np.column_stack([t, t + rng.uniform(0, 0.5, 200)])
    inertia = {1: 1.0}
    square, along = (
        gaps(X, inertia, rng=np.random.default_rng(1), along_axes=axes)[1].gap
        for axes in (False, True)
    )
    assert square == pytest.approx(along, abs=0.1)  # both spread as far at K=1 …
    several = SeveralK(X, rng=np.random.default_rng(0), n_init=2)
    several.fit((1, 8))
    eight = {8: several.runs[8].inertia}
    square, along = (
        gaps(X, eight, rng=np.random.default_rng(1), along_axes=axes)[8].gap
        for axes in (False, True)
    )
    assert square > along + 1  # … but eight groups of a line are far tighter than of a square
    assert along == pytest.approx(0, abs=0.2)


def test_nothing_left_has_no_gap():
    X = np.repeat([[0.0], [1.0]], 3, axis=0)
    found = gaps(X, {1: 1.5, 2: 0.0}, rng=np.random.default_rng(0), n_references=2)
    assert math.isfinite(found[1].gap)
    assert math.isnan(found[2].gap)


def test_shift_and_scale_change_nothing(rng):
    # nothing but the order in which equal starts are tried, which the content of rows decides
    X = rng.normal(size=(60, 2))
    inertia = {2: 30.0}
    first = gaps(X, inertia, rng=np.random.default_rng(0), n_references=4)[2]
    moved = gaps(8 * X + 100, {2: 64 * 30.0}, rng=np.random.default_rng(0), n_references=4)[2]
    assert moved.gap == pytest.approx(first.gap, abs=0.02)
    assert moved.error == pytest.approx(first.error, abs=0.02)


def test_fewer_rows_are_shared_where_many_k_are_tried(rng):
    assert len(shared_rows(500, range(1, 11), rng)) == 500
    assert len(shared_rows(50_000, range(1, 11), rng)) == 2000
    assert len(shared_rows(50_000, range(1, 51), rng)) == 1000  # 20 rows for each group
    rows = shared_rows(50_000, range(1, 11), rng)
    assert (np.diff(rows) > 0).all()
