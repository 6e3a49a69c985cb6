"""The alarm: each finding on rows that show it, and quiet on rows that do not."""

from __future__ import annotations

import numpy as np
import pytest

from covey.engine import passes
from covey.engine.best import fit_best
from covey.explain.alarm import examine, eyes, findings, looking
from covey.explain.alarm.density import Dense, dense_groups, spanning_tree
from covey.explain.alarm.joining import joined_pieces
from covey.explain.alarm.mixture import (
    best_mixture,
    fit_mixture,
    flattest,
    principal,
    smooth,
)
from covey.explain.alarm.outliers import lone_rows


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def fit(X, k):
    return fit_best(X, k, rng=np.random.default_rng(0), n_init=5).labels


def found(X, k, labels=None, **more):
    """Return the findings by topic, of k-means' labels when none are given."""
    X = np.ascontiguousarray(X, dtype=np.float64)
    labels = fit(X, k) if labels is None else labels
    return {one.topic: one for one in findings(X, labels, k, rng=np.random.default_rng(1), **more)}


def alarms(given):
    return {topic for topic, one in given.items() if one.level == "alarm"}


def blobs(rng, k=3, m=100, d=2, apart=12.0):
    centers = np.zeros((k, d))
    centers[:, 0] = apart * np.arange(k)
    centers[1::2, 1] = apart
    return np.vstack([center + rng.normal(size=(m, d)) for center in centers])


def moons(rng, n=400, noise=0.06):
    angle, side = rng.uniform(0, np.pi, n), np.arange(n) % 2
    X = np.where(side[:, None] == 0, np.c_[np.cos(angle), np.sin(angle)],
                 np.c_[1 - np.cos(angle), 0.5 - np.sin(angle)])  # fmt: skip
    return X + rng.normal(scale=noise, size=X.shape)


# ---------------------------------------------------------------- other eyes


def test_quiet_on_round_groups(rng):
    assert not found(blobs(rng), 3)


def test_rings_on_crescents_at_any_k(rng):
    X = moons(rng)
    for k in (2, 3, 8):
        one = found(X, k)["not-round"]
        assert one.level == "alarm"
        assert one.figure < 0.7
        assert "covey compare" in one.todo


def test_rings_on_long_groups_side_by_side(rng):
    X = rng.normal(size=(400, 2)) * [10, 0.5] + np.repeat([[0, 0], [0, 5]], 200, axis=0)
    assert "not-round" in alarms(found(X, 2))


def test_another_number_of_groups_is_no_alarm(rng):
    X = blobs(rng, k=4)
    for k in (2, 8):
        given = found(X, k)
        assert not alarms(given)
        assert given["other-k"].figure == 4
        assert "-k 4" in given["other-k"].todo


@pytest.mark.parametrize("d", [2, 5, 20])
def test_one_cloud_is_a_caution(rng, d):
    given = found(rng.normal(size=(500, d)), 3)
    assert given["one-blob"].level == "caution"
    assert not alarms(given)
    assert "one-blob" not in found(blobs(rng, d=d), 3)


@pytest.mark.parametrize("seed", [1, 42])
@pytest.mark.parametrize("k", [2, 4])
def test_thin_places_between_groups_that_overlap_are_no_gaps(seed, k):
    """Four groups of customers in a row that touch: k-means is as good there as any method."""
    rng = np.random.default_rng(seed)
    middles, spreads = ((25, 30), (45, 80), (35, 55), (55, 100)), (5, 8, 6, 10)
    X = np.vstack([rng.normal(middle, spread, (75, 2))
                   for middle, spread in zip(middles, spreads, strict=True)])  # fmt: skip
    assert not alarms(found((X - X.mean(axis=0)) / X.std(axis=0), k))


def test_groups_that_another_fit_does_not_find_are_chance(rng, monkeypatch):
    X = rng.normal(size=(400, 2)) * [10, 0.5] + np.repeat([[0, 0], [0, 5]], 200, axis=0)
    look = looking.look(X, fit(X, 2), 2, rng=rng)
    # only the eye for shape is left
    monkeypatch.setattr(eyes, "dense_groups", lambda *_: Dense(1.25, np.zeros(400, np.int64), 1))
    against = eyes.look_otherwise(look).against
    assert against is not None and against.eye == "shape"
    monkeypatch.setattr(eyes, "_come_back", lambda *_: False)
    assert eyes.look_otherwise(look).against is None


def test_narrow_gaps_count_where_they_part_large_groups():
    halves, small = np.repeat([0, 1], 50), np.repeat([0, 1], [95, 5])
    assert eyes._is_sure(Dense(1.25, small, 2))
    assert eyes._is_sure(Dense(1.2, halves, 2))
    assert not eyes._is_sure(Dense(1.2, small, 2))
    assert not eyes._is_sure(Dense(1.15, halves, 2))
    assert not eyes._is_sure(Dense(1.2, np.where(np.arange(100) % 3, halves, -1), 2))


def test_round_groups_apart_need_no_other_eye(rng):
    """Where eyes join some of many round groups, k-means' own clusters are asked."""
    X, halves = blobs(rng, k=5), moons(rng)
    for rows, k, apart in ((X, 5, True), (halves, 2, False), (rng.normal(size=(300, 2)), 3, False)):
        look = looking.look(np.ascontiguousarray(rows), fit(rows, k), k, rng=rng)
        one = fit_mixture(principal(look.X), np.zeros(len(rows), np.int64))
        assert eyes._round_apart(look, one) is apart
    spikes = np.repeat([[0.0], [1.0]], 50, axis=0)
    look = looking.look(spikes, np.repeat([0, 1], 50), 2, rng=rng)
    assert not eyes._round_apart(look, one)


def test_spanning_tree_by_hand():
    X = np.array([[0.0], [1.0], [3.0], [7.0], [15.0]])
    tree = spanning_tree(X)  # of fewer than 11 rows the core distance is the farthest
    assert tree.core.tolist() == [15.0, 14.0, 12.0, 8.0, 15.0]
    assert sorted(tree.lengths.tolist()) == [12.0, 14.0, 15.0, 15.0]


def test_gaps_part_lines_of_points():
    line = np.c_[np.arange(40.0), np.zeros(40)]
    tree = spanning_tree(np.vstack([line, line + np.array([0, 30])]))
    dense = dense_groups(tree, 2.0, 10)
    assert dense.n_groups == 2
    assert sorted(np.bincount(dense.labels[dense.labels >= 0]).tolist()) == [40, 40]
    assert dense_groups(tree, 10.0, 10).n_groups == 0  # 30 is under ten times 5 … 10


def test_mixture_finds_what_is_there(rng):
    X = rng.normal(size=(400, 2)) * [10, 0.5] + np.repeat([[0, 0], [0, 5]], 200, axis=0)
    mixture = best_mixture(X, 2, np.random.default_rng(0))
    assert mixture.n_groups == 2
    assert len(np.unique(mixture.labels[:200])) == 1
    assert best_mixture(rng.normal(size=(400, 3)), 3, np.random.default_rng(0)).n_groups == 1


def test_principal_has_variance_one_and_drops_what_is_constant(rng):
    X = np.c_[rng.normal(size=(50, 2)) * [1e8, 1e7], np.ones(50)]
    Z = principal(X)
    assert Z.shape == (50, 2)
    np.testing.assert_allclose(np.cov(Z.T, bias=True), np.eye(2), atol=1e-9)


def test_flattest_direction_is_the_one_with_two_groups(rng):
    Z = np.c_[rng.normal(size=600), np.repeat([-1, 1], 300) + 0.1 * rng.normal(size=600)]
    assert abs(flattest(principal(Z))[0]) + abs(flattest(principal(Z))[1]) > 0.9
    along = principal(Z) @ flattest(principal(Z))
    assert abs(np.corrcoef(along, Z[:, 1])[0, 1]) > 0.99


def test_features_with_spikes_are_not_smooth():
    X = np.c_[np.arange(100.0), np.maximum(np.arange(100.0) - 20, 0)]
    assert smooth(X).tolist() == [True, False]


def test_pieces_are_joined_down_to_one(rng):
    levels = joined_pieces(principal(blobs(rng)), 5, np.random.default_rng(0))
    assert [int(labels.max()) + 1 for labels in levels] == [1, 2, 3, 4, 5]


# ---------------------------------------------------------------- the others


def test_scale_that_makes_the_clusters(rng):
    groups = np.repeat([[0, 0], [8, 0], [0, 8]], 100, axis=0) + rng.normal(size=(300, 2))
    X = np.c_[groups, rng.uniform(0, 1000, 300)]
    one = found(X, 3, names=("a", "b", "price_eur"))["scale-dominance"]
    assert one.level == "alarm"
    assert one.figure > 0.99
    assert "price eur" in one.seen
    assert "--scale standard" in one.todo
    assert "scale-dominance" not in found((X - X.mean(axis=0)) / X.std(axis=0), 3)


def test_one_cluster_that_is_all_there_is(rng):
    X = np.vstack([rng.normal(size=(600, 2)), [[500, 0], [0, 500], [-500, 0]]])
    given = found(X, 4)
    assert given["degenerate"].level == "alarm"
    assert "600, 1, 1, 1" in given["degenerate"].seen
    assert "degenerate" not in found(blobs(rng), 3)


def test_outliers_that_take_a_center(rng):
    X = np.vstack([blobs(rng, k=3, m=150), [[900.0, 900], [905, 900]]])
    given = found(X, 3)
    assert given["outlier-cluster"].level == "alarm"
    assert "TrimmedKMeans" in given["outlier-cluster"].todo
    assert not {"outlier-cluster", "outliers-pull"} & set(found(X[:-2], 3))


def test_lone_rows_are_those_far_from_all(rng):
    core = np.r_[rng.uniform(1, 2, 99), 50.0]
    assert np.flatnonzero(lone_rows(core)).tolist() == [99]
    assert not lone_rows(np.zeros(50)).any()


def test_long_clusters_are_told_by_number_or_name(rng):
    X = np.vstack([rng.normal(size=(200, 2)) * [1, 1], rng.normal(size=(100, 2)) * [20, 1] + 200])
    labels = np.repeat([0, 1], [200, 100])
    one = found(X, 2, labels)["stretched"]
    assert one.clusters == (2,)
    assert one.seen.startswith("Cluster 2 is over 4 times")
    assert found(X, 2, labels, called=("A", "B"))["stretched"].seen.startswith("B is over")
    assert "stretched" not in found(X[:200], 1, labels[:200])


def test_heavy_tails_of_a_feature(rng):
    X = np.c_[rng.lognormal(sigma=2, size=500), rng.normal(size=500)]
    one = found(X, 2, names=("spend", "age"))["tails"]
    assert "spend" in one.seen
    assert "--log spend" in one.todo
    assert "tails" not in found(np.log(X[:, :1]), 2)


def test_unequal_sizes_and_spreads_are_notes(rng):
    X = np.vstack([rng.normal(size=(400, 2)), 0.2 * rng.normal(size=(30, 2)) + 20])
    given = found(X, 2)
    assert {given["sizes"].level, given["spreads"].level} == {"note"}
    assert given["sizes"].figure == pytest.approx(400 / 30)
    assert not {"sizes", "spreads"} & set(found(blobs(rng), 3))


def test_duplicates_and_zeros(rng):
    X = np.repeat(rng.normal(size=(6, 2)), 50, axis=0)
    assert found(X, 3)["duplicates"].level == "caution"
    counts = (rng.uniform(size=(200, 40)) < 0.05) * rng.integers(1, 5, (200, 40))
    given = found(counts, 3)
    assert given["sparse"].figure > 0.9
    assert "SphericalKMeans" in given["sparse"].todo
    assert not {"sparse", "duplicates"} & set(found(blobs(rng), 3))


# ---------------------------------------------------------------- whatever comes


@pytest.mark.parametrize(
    ("X", "k"),
    [
        ([[0.0], [1.0]], 2),
        ([[0.0], [1.0]], 1),
        (np.ones((60, 3)), 1),
        (np.repeat([[0.0, 0], [1, 1]], 30, axis=0), 2),
        (np.c_[np.arange(60.0), np.ones(60)], 3),
        (np.arange(60.0)[:, None] * 1e-150, 2),
        (np.arange(60.0)[:, None] * 1e100, 2),
        (np.arange(40.0)[:, None], 40),
    ],
)
def test_odd_rows_have_an_answer(X, k):
    X = np.ascontiguousarray(X, dtype=np.float64)
    labels = (
        np.arange(len(X)) % k if k > 2 else (X[:, 0] > np.median(X[:, 0])).astype(int) * (k - 1)
    )
    given = examine(X, labels, k, rng=np.random.default_rng(0))
    assert given.checks
    assert all(one.name and one.result for one in given.checks)
    assert all(np.isfinite(one.figure) for one in given.findings)


def test_many_features(rng):
    given = found(rng.normal(size=(80, 400)), 2)
    assert not alarms(given)


def test_same_for_any_number_of_threads(rng):
    X = np.vstack([moons(rng, 1500), [[9.0, 9.0]]])
    labels = fit(X, 3)
    before = passes.get_threads()
    told = []
    for n in (1, 4):
        passes.set_threads(n)
        told.append(findings(X, labels, 3, rng=np.random.default_rng(5)))
    passes.set_threads(before)
    assert told[0] == told[1]


def test_worst_first(rng):
    X = np.vstack([moons(rng), [[30.0, 30.0]]])
    levels = [one.level for one in findings(X, fit(X, 2), 2, rng=rng)]
    assert levels == sorted(levels, key=("alarm", "caution", "note").index)
