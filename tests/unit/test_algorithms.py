"""The adapters: what each finds, on rows where it is known, and how each is held in bounds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from covey.explain.algorithms import METHODS
from covey.explain.algorithms.dbscan import dbscan, knee
from covey.explain.algorithms.hierarchical import single, ward
from covey.explain.algorithms.method import Found, Method, Task, least_cluster, row_limit
from covey.explain.algorithms.mixture import mixture
from covey.explain.algorithms.running import Rows, run
from covey.explain.algorithms.spectral import spectral
from covey.explain.stability import adjusted_rand
from covey.testing.oracle import same_partition

BY_KEY = {method.key: method for method in METHODS}


def blobs(n: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return three round groups, far apart."""
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(middle, 0.5, (n, 2)) for middle in ((0, 0), (8, 0), (0, 8))])
    return X, np.repeat([0, 1, 2], n)


def rings(n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Return a ring in a ring."""
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    inner = np.column_stack([np.cos(angle), np.sin(angle)])
    return np.vstack([inner, 4 * inner]), np.repeat([0, 1], n)


def rows_of(X: np.ndarray, told: int = 3, given: int | None = None, seed: int = 0) -> Rows:
    order = np.random.default_rng(seed).permutation(len(X))
    return Rows(X, order, given, told, seed)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.key)
class TestEach:
    def test_finds_groups_far_apart(self, method: Method) -> None:
        X, truth = blobs()
        ran = run(method, rows_of(X))
        assert ran.labels is not None, ran.note
        assert adjusted_rand(ran.labels + 1, truth) > 0.9

    def test_has_as_many_as_given(self, method: Method) -> None:
        """DBSCAN and HDBSCAN cannot be told; all others can."""
        X, _ = blobs()
        ran = run(method, rows_of(X, told=5, given=5))
        assert ran.labels is not None
        if method.key not in ("dbscan", "hdbscan", "single"):
            assert ran.labels.max() == 4

    def test_numbers_clusters_by_size(self, method: Method) -> None:
        X, _ = blobs()
        ran = run(method, rows_of(X[:100]))
        assert ran.labels is not None
        sizes = np.bincount(ran.labels[ran.labels >= 0])
        assert (np.diff(sizes) <= 0).all()
        assert sizes.all()

    def test_same_seed_same_labels(self, method: Method) -> None:
        X = np.random.default_rng(3).normal(size=(150, 3))
        one, two = run(method, rows_of(X)), run(method, rows_of(X.copy()))
        np.testing.assert_array_equal(one.labels, two.labels)
        assert one.settings == two.settings

    @pytest.mark.parametrize(
        "X",
        [
            np.array([[0.0], [1.0]]),
            np.zeros((30, 2)),
            np.repeat(np.arange(3.0), 20)[:, None],
            np.random.default_rng(0).normal(size=(12, 40)),
            np.random.default_rng(0).normal(size=(40, 2)) * 1e120,
            np.random.default_rng(0).normal(size=(40, 2)) * 1e-120,
        ],
        ids=["two rows", "equal", "three values", "more features than rows", "huge", "tiny"],
    )
    def test_labels_or_words(self, method: Method, X: np.ndarray) -> None:
        """Whatever the rows: a label for each, or a note that says why there is none."""
        ran = run(method, rows_of(X, told=min(2, len(np.unique(X, axis=0)))))
        if ran.labels is None:
            assert ran.note.startswith("could not run: ")
        else:
            assert ran.labels.shape == (len(X),)
            assert ran.labels.min() >= -1


def test_single_linkage_leaves_strays_out() -> None:
    """Two strips with rows far off: the strips are the clusters, the rows are noise."""
    rng = np.random.default_rng(0)
    strips = np.vstack([
        np.column_stack([rng.uniform(0, 10, 150), rng.normal(y, 0.1, 150)]) for y in (0, 2)
    ])  # fmt: skip
    X = np.vstack([strips, [[30, 30], [-20, 5], [5, 25]]])
    found = single(Task(X, None, 2, 0))
    assert same_partition(found.labels[:300], np.repeat([0, 1], 150))
    assert found.labels[300:].tolist() == [-1, -1, -1]


def test_single_linkage_says_when_it_chains() -> None:
    X = np.arange(50.0)[:, None]
    assert "all is one" in single(Task(X, None, 3, 0)).note
    found = single(Task(X, 3, 3, 0))
    assert "chained" in found.note
    assert found.labels.max() == 2


def test_tree_is_cut_where_it_says() -> None:
    X, truth = blobs()
    found = ward(Task(X, None, 3, 0))
    assert same_partition(found.labels, truth)
    heights = found.details["branches"][:, 4]
    assert (heights > found.details["cut"]).sum() == 2
    assert (found.details["branches"][heights > found.details["cut"], 5] == -1).all()
    assert set(found.details["branches"][heights < found.details["cut"], 5]) == {0, 1, 2}


def test_knee_is_the_farthest_below_the_chord_of_the_upper_half() -> None:
    """Flat to 80 %, then steep: the corner. Steep only at the end: what 90 % reach."""
    curve = np.concatenate([np.linspace(1, 1.2, 80), np.linspace(1.5, 9, 20)])
    assert knee(curve) == (curve[79], 79)
    curve = np.concatenate([np.linspace(1, 1.2, 99), [9.0]])
    assert knee(curve) == (curve[89], 89)
    assert knee(np.ones(10))[0] == 1.0


def test_dbscan_tells_its_curve() -> None:
    X, _ = blobs()
    details = dbscan(Task(X, None, 3, 0)).details
    curve = details["curve"]
    assert (np.diff(curve[:, 1]) >= 0).all()
    assert curve[0, 1] <= details["radius"] <= curve[-1, 1]


def test_mixture_counts_ellipses_that_touch() -> None:
    """Two long normal groups side by side are two by BIC, and nobody is unsure of them."""
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal((0, y), (1, 0.2), (200, 2)) for y in (-1, 1)])
    found = mixture(Task(X, None, 2, 0))
    assert adjusted_rand(found.labels, np.repeat([0, 1], 200)) > 0.9
    assert 0 <= found.details["unsure"] < 0.1
    assert found.details["gain"] > found.details["cloud_gain"]


def test_mixture_of_a_cloud_is_one() -> None:
    X = np.random.default_rng(0).normal(size=(300, 3))
    assert mixture(Task(X, None, 4, 0)).labels.max() == 0


def test_spectral_follows_rings() -> None:
    X, truth = rings()
    assert same_partition(spectral(Task(X, None, 5, 0)).labels, truth)
    with pytest.raises(ValueError, match="4 rows"):
        spectral(Task(X[:3], None, 2, 0))


def test_a_sample_places_the_other_rows() -> None:
    """Rows beyond the sample get the cluster of the nearest row of it, and the note says so."""
    X, truth = blobs(200)
    method = dataclasses.replace(BY_KEY["ward"], most=60)
    ran = run(method, rows_of(X))
    assert ran.n_used == 60
    assert ran.labels is not None
    assert same_partition(ran.labels, truth)
    assert ran.note.startswith("ran on 60 of 600 rows drawn at random; the others got the cluster")
    by_model = run(dataclasses.replace(BY_KEY["mixture"], most=60), rows_of(X))
    assert "placed by its model" in by_model.note
    assert by_model.labels is not None
    assert same_partition(by_model.labels, truth)


def test_noise_near_noise_stays_noise() -> None:
    def half(task: Task) -> Found:
        return Found(np.where(task.X[:, 0] < 50, 0, -1), "left half")

    method = Method("half", "Half", "dense", "", half, 40)
    ran = run(method, rows_of(np.arange(100.0)[:, None]))
    assert ran.labels is not None
    assert (ran.labels[:45] == 0).all()
    assert (ran.labels[55:] == -1).all()


def test_failure_is_told_in_a_line() -> None:
    def fail(task: Task) -> Found:
        raise np.linalg.LinAlgError("Singular\nmatrix.")

    ran = run(Method("x", "X", "round", "", fail, 10), rows_of(np.zeros((5, 1))))
    assert ran.labels is None
    assert ran.note == "could not run: Singular matrix"


def test_limits() -> None:
    assert [least_cluster(n) for n in (2, 4, 10, 300, 100_000)] == [2, 2, 5, 9, 100]
    assert row_limit(BY_KEY["dbscan"], 3) == 50_000
    assert row_limit(BY_KEY["dbscan"], 30) == 10_000
    assert row_limit(BY_KEY["spectral"], 30) == 3_000
