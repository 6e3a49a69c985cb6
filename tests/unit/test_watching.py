"""K-means watched: what is recorded, and the laws that its steps keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import covey
from covey.errors import InputError, OptionError
from covey.evidence import Watched
from covey.explain.watching import inertia_of_means, kept_steps


def blobs(n: int = 60, d: int = 2, seed: int = 0) -> np.ndarray:
    """Return rows of four groups that touch."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) + 3 * rng.integers(0, 2, size=(n, d))


def watched(X: Any, **options: Any) -> Watched:
    return covey.trace(X, **options).facts


@pytest.mark.parametrize(
    ("X", "k"),
    [
        (blobs(), 4),
        (blobs(), 1),
        (blobs(12), 12),
        (blobs(2), 2),
        (blobs(d=1), 3),
        (blobs(d=7), 5),
        (np.repeat(blobs(6), 9, axis=0), 6),
        (blobs() * 1e-200, 3),
        (blobs() + 1e7, 3),
    ],
)
def test_laws_of_the_steps(X: np.ndarray, k: int) -> None:
    facts = watched(X, k=k)
    assert [run.key for run in facts.runs] == ["k-means++", "random"]
    for run in facts.runs:
        falling = np.column_stack([run.inertia, run.moved]).ravel()
        assert (np.diff(falling) <= 1e-12 * falling[0]).all(), "WCSS never rises"
        assert run.inertia[-1] == pytest.approx(run.moved[-1], rel=1e-9)
        assert run.settled
        assert run.changed[0] == len(X)
        assert run.sizes.sum() == len(X)
        assert run.sizes.min() >= 1
        assert run.centers.shape == (len(run.steps), k, 2)
        assert run.labels.shape == (len(run.steps), len(facts.plane.rows))
        assert run.labels.min() >= 1
        assert run.labels.max() <= k
        assert facts.best <= run.inertia[-1] <= run.ends.max() * (1 + 1e-9)
    assert (np.diff(facts.runs[0].sizes) <= 0).all(), "numbered by size"


def test_the_end_is_the_fit() -> None:
    X = blobs(80, 3)
    facts = watched(X, k=4, scale="none")
    for run in facts.runs:
        means = np.array([X[run.labels[-1] == j].mean(axis=0) for j in range(1, 5)])
        fitted = covey.KMeans(4, init=means, n_init=1, tol=0).fit(X)
        assert (fitted.labels_ + 1).tolist() == run.labels[-1].tolist()
        assert fitted.inertia_ == pytest.approx(run.inertia[-1])
        assert np.bincount(fitted.labels_).tolist() == run.sizes.tolist()


def test_ways_end_at_the_means_of_their_rows() -> None:
    facts = watched(blobs(), k=4)
    for run in facts.runs:
        for j in range(1, 5):
            own = facts.plane.points[run.labels[-1] == j].mean(axis=0)
            np.testing.assert_allclose(run.centers[-1, j - 1], own, atol=1e-12)


def test_steps_by_hand() -> None:
    X = np.array([[0.0], [1.0], [4.0], [9.0]])
    facts = watched(X, init=[[0.0], [1.0]], scale="none")
    run = facts.runs[0]
    assert run.key == "given"
    assert run.inertia.tolist() == pytest.approx([73.0, 182 / 9, 13.0])
    assert run.moved.tolist() == pytest.approx([98 / 3, 13.0, 13.0])
    assert run.changed.tolist() == [4, 1, 0]
    assert run.labels.tolist() == [[1, 2, 2, 2], [1, 1, 2, 2], [1, 1, 2, 2]]
    ways = run.centers[:, :, 0] + X.mean()  # what is prepared is centered
    np.testing.assert_allclose(ways, [[0, 1], [0, 14 / 3], [0.5, 6.5]], atol=1e-12)


def test_given_centers_are_in_the_units_of_the_table() -> None:
    table = {"age": [20.0, 22, 60, 62, 64], "income": [1000.0, 1100, 9000, 9100, 9900]}
    facts = watched(table, init=[[21, 1050], [62, 9333]], features=["age", "income"])
    run = facts.runs[0]
    assert len(run.inertia) == 2, "they stand nearly where they must"
    assert run.sizes.tolist() == [3, 2] or run.sizes.tolist() == [2, 3]
    assert run.changed.tolist() == [5, 0]


def test_random_is_followed_when_asked_for() -> None:
    facts = watched(blobs(), k=4, init="random")
    assert [run.key for run in facts.runs] == ["random", "k-means++"]
    assert facts.runs[0].inertia[-1] >= facts.runs[0].ends.max() * (1 - 1e-9), "its worst"
    assert facts.runs[1].inertia[-1] <= facts.runs[1].ends.min() * (1 + 1e-9), "its best"


def test_long_runs_are_thinned() -> None:
    X = np.random.default_rng(1).uniform(size=(400, 2))
    whole, few = watched(X, k=12), watched(X, k=12, steps=5)
    n = len(whole.runs[0].inertia)
    assert n > 5
    kept = few.runs[0].steps
    assert len(kept) == 5
    assert (kept[0], kept[1], kept[-1]) == (1, 2, n)
    np.testing.assert_array_equal(few.runs[0].inertia, whole.runs[0].inertia)
    np.testing.assert_array_equal(few.runs[0].centers[-1], whole.runs[0].centers[-1])


@pytest.mark.parametrize(("n", "most"), [(1, 2), (2, 2), (3, 2), (41, 40), (300, 40), (300, 299)])
def test_kept_steps_are_the_first_the_last_and_some_between(n: int, most: int) -> None:
    kept = kept_steps(n, most)
    assert len(kept) == min(n, most)
    assert kept[0] == 0
    assert kept[-1] == n - 1
    assert (np.diff(kept) > 0).all()
    assert kept[: most // 2].tolist() == list(range(min(most // 2, n)))


def test_inertia_of_means() -> None:
    X = np.array([[0.0], [2.0], [10.0]])
    assert inertia_of_means(X, np.array([0, 0, 1], np.int32), 3) == 2.0


def test_a_plane_of_many_features_is_a_shadow() -> None:
    facts = watched(blobs(d=5), k=3)
    assert not facts.true_plane
    assert 0 < facts.plane.explained < 1
    assert facts.scales == ()
    assert watched(blobs(), k=3).true_plane


def test_few_points_are_drawn_and_evenly() -> None:
    X = np.random.default_rng(0).normal(size=(5000, 2))
    facts = watched(X, k=2)
    rows = facts.plane.rows
    assert len(rows) == 1500
    assert (rows[0], rows[-1]) == (0, 4999)
    assert set(np.diff(rows)) <= {3, 4}
    assert facts.runs[0].changed[0] == 5000, "counted over all rows"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"k": 61}, InputError, "k=61 but data frame has only 60 distinct rows"),
        ({"k": 0}, OptionError, "k must be an integer >= 1 and <= 100"),
        ({"init": [[0.0, 1.0, 2.0]]}, OptionError, r"init must have 2 columns.*got 3"),
        ({"init": [[0.0, float("nan")]]}, OptionError, "init must be finite numbers; got nan"),
        ({"init": [[0.0, 1.0]], "k": 2}, OptionError, "init must be 2 centers, as k says; got 1"),
        ({"init": [[0.0], [1.0, 2.0]]}, OptionError, "init must be 'k-means"),
        ({"init": None}, OptionError, r"got one of shape \(\)"),
        ({"init": "best"}, OptionError, "got 'best'"),
    ],
)
def test_what_cannot_be_is_refused(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        covey.trace(blobs(), **options)


def test_fewer_distinct_rows_than_centers_are_refused() -> None:
    with pytest.raises(InputError, match="k=4 but data frame has only 3 distinct rows"):
        covey.trace(np.repeat(blobs(3), 9, axis=0), k=4)
