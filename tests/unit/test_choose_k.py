"""Choosing K: the figures of the sweep by hand, and the rule that picks."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from covey.errors import InputError
from covey.explain import several_k
from covey.explain.choose_k import elbow, pick, sweep
from covey.explain.k_range import count_distinct
from covey.explain.natural import Natural
from covey.testing.k_facts import k_facts


def scores(*silhouettes, first=2, inertias=None):
    """K=1 and then one K for each silhouette."""
    inertias = inertias or [100 / k for k in range(first, first + len(silhouettes))]
    found = [k_facts(1)]
    for i, (silhouette, inertia) in enumerate(zip(silhouettes, inertias, strict=True)):
        found.append(k_facts(first + i, inertia=inertia, silhouette=silhouette))
    return found


@pytest.fixture
def blobs(rng):
    centers = np.array([[0, 0], [10, 0], [0, 10], [10, 10]], dtype=float)
    return np.concatenate([center + rng.normal(0, 0.5, (30, 2)) for center in centers])


def test_four_pairs_by_hand():
    X = np.array([[0.0], [1], [10], [11], [20], [21], [30], [31]])
    run = sweep(X, given=4, rng=np.random.default_rng(0))
    assert run.sweep is not None and run.sweep.given
    by_k = {one.k: one for one in run.sweep.scores}
    # the mean is 15.5; 2 · (15.5² + 14.5² + 5.5² + 4.5²)
    assert by_k[1].inertia == pytest.approx(1002)
    assert by_k[4].inertia == pytest.approx(2)
    assert by_k[4].explained == pytest.approx(1 - 2 / 1002)
    assert by_k[4].smallest == 0.25
    # outer rows: own 1, next 10.5 or 9.5
    expected = [1 - 1 / 10.5, 1 - 1 / 9.5, 1 - 1 / 9.5, 1 - 1 / 9.5]
    np.testing.assert_allclose(run.sweep.row_silhouettes[:4], expected)
    assert by_k[4].silhouette == pytest.approx(np.mean(run.sweep.row_silhouettes))
    assert list(run.sweep.rows) == list(range(8))


def test_sweep_finds_the_blobs(blobs, rng):
    run = sweep(blobs, given=None, rng=rng)
    assert run.sweep is not None
    assert run.sweep.chosen == 4 == len(run.centers)
    assert not run.sweep.given
    assert "K=4 stands out: its silhouette is 0.9" in run.sweep.reason
    assert run.sweep.doubt == ""
    assert [one.k for one in run.sweep.scores] == list(range(1, 11))
    assert math.isnan(run.sweep.scores[0].silhouette)


def test_inertia_never_rises_with_k(rng):
    X = rng.normal(size=(60, 3))
    found = sweep(X, given=None, rng=rng, n_init=1).sweep
    assert found is not None
    inertia = [one.inertia for one in found.scores]
    assert all(b <= a for a, b in itertools.pairwise(inertia))


@pytest.mark.parametrize("given", [1, 2, 13])
def test_k_given(blobs, rng, given):
    run = sweep(blobs, given=given, rng=rng)
    assert run.sweep is not None
    assert run.sweep.chosen == given == len(run.centers)
    assert f"K={given} was given" in run.sweep.reason and "K=4" in run.sweep.reason
    assert np.isnan(run.sweep.row_silhouettes).all() == (given == 1)
    assert given in [one.k for one in run.sweep.scores]


def test_as_many_segments_as_rows():
    X = np.array([[0.0], [1], [5]])
    run = sweep(X, given=3, rng=np.random.default_rng(0))
    assert run.inertia == 0
    assert run.sweep is not None
    np.testing.assert_array_equal(run.sweep.row_silhouettes, 0)  # alone in its cluster


def test_few_distinct_rows_bound_the_sweep():
    X = np.repeat([[0.0], [1], [10], [30]], 5, axis=0)
    found = sweep(X, given=None, rng=np.random.default_rng(0)).sweep
    assert found is not None
    assert [one.k for one in found.scores] == [1, 2, 3, 4]


def test_two_distinct_rows_make_two_segments():
    run = sweep(np.array([[0.0], [1], [1]]), given=None, rng=np.random.default_rng(0))
    assert len(run.centers) == 2


def test_k_above_the_distinct_rows_is_refused():
    X = np.repeat(np.arange(9.0)[:, None], 3, axis=0)
    with pytest.raises(InputError, match=r"k=12 but shop\.csv has only 9 distinct rows"):
        sweep(X, given=12, rng=np.random.default_rng(0), source="shop.csv")


@pytest.mark.parametrize("n", [1, 5])
def test_equal_rows_are_refused(n):
    with pytest.raises(InputError, match=f"{n} row"):
        sweep(np.ones((n, 2)), given=None, rng=np.random.default_rng(0))


def test_equal_rows_are_one_segment_when_asked_for():
    run = sweep(np.ones((5, 2)), given=1, rng=np.random.default_rng(0))
    assert run.sweep is not None
    assert run.sweep.scores[0].explained == 0


def test_weights_count(rng):
    X = np.array([[0.0], [1], [10], [11]])
    weight = np.array([3.0, 1, 1, 1])
    found = sweep(X, given=2, rng=rng, weight=weight).sweep
    assert found is not None
    # K=1: mean 22/6 = 11/3; K=2: first mean 1/4
    assert found.scores[0].inertia == pytest.approx(3 * 0 + 1 + 100 + 121 - 6 * (11 / 3) ** 2)
    assert found.scores[1].inertia == pytest.approx(3 / 16 + 9 / 16 + 0.5)


def test_a_sample_is_scored_when_rows_are_many(monkeypatch, rng, blobs):
    exact = sweep(blobs, given=4, rng=np.random.default_rng(1)).sweep
    monkeypatch.setattr(several_k, "MOST_STEPS", 4000)
    monkeypatch.setattr(several_k, "LEAST_SAMPLE", 50)
    found = sweep(blobs, given=4, rng=rng).sweep
    assert found is not None
    assert len(found.rows) == len(found.row_silhouettes) == 50
    assert len(np.unique(found.rows)) == 50
    assert exact is not None
    np.testing.assert_allclose(found.row_silhouettes, exact.row_silhouettes[found.rows])
    score = next(one for one in found.scores if one.k == 4)
    sd = found.row_silhouettes.std(ddof=1)
    assert score.silhouette_error == pytest.approx(sd / 50**0.5 * (1 - 50 / 120) ** 0.5)


def test_same_seed_same_run(blobs):
    first, second = (sweep(blobs, given=None, rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.labels, second.labels)
    np.testing.assert_array_equal(first.centers, second.centers)
    assert first.sweep is not None and second.sweep is not None
    assert first.sweep.reason == second.sweep.reason


def test_progress_is_told(blobs, rng):
    heard = []
    sweep(blobs, given=None, rng=rng, on_progress=lambda text, share: heard.append((text, share)))
    shares = [share for _, share in heard]
    assert shares == sorted(shares) and shares[-1] == 1
    assert any("4 segments" in text for text, _ in heard)


def test_distinct_rows_are_counted_up_to_a_limit():
    X = np.array([[0.0, 1], [0.0, 1], [-0.0, 1], [2, 3]])
    assert count_distinct(X, 10) == 2
    assert count_distinct(np.arange(100.0)[:, None], 10) == 10


def test_more_k_are_tried_while_the_best_are_the_last(rng):
    middles = np.array([[x, y] for x in range(4) for y in range(3)]) * 10.0
    X = np.repeat(middles, 20, axis=0) + rng.normal(0, 0.5, (240, 2))
    found = sweep(X, given=None, rng=np.random.default_rng(0)).sweep
    assert found is not None
    assert found.chosen == 12
    # the last three of 1 … 15 hold no silhouette as good as that of K=12
    assert [one.k for one in found.scores] == list(range(1, 16))
    given = sweep(X, given=3, rng=np.random.default_rng(0)).sweep
    assert given is not None and given.scores[-1].k == 15


def test_a_cloud_has_no_natural_k_and_gets_a_convenient_one(rng):
    found = sweep(rng.uniform(0, 1, (400, 2)), given=None, rng=np.random.default_rng(0)).sweep
    assert found is not None
    assert "No number of segments is natural here" in found.doubt
    assert found.chosen >= 2
    assert f"K={found.chosen} has" in found.reason


# ---------------------------------------------------------------- the rule


def natural(k, found=True, coarse=None):
    return Natural(k, coarse or k, 0.6, 0.3, 0.01, found)


def test_the_natural_k_is_picked():
    k, reason = pick(scores(0.3, 0.4, 0.6, 0.5), natural(5), buying=False)
    assert k == 5
    assert "its silhouette is 0.60" in reason and "would score 0.30" in reason


def test_a_look_inside_is_told():
    k, reason = pick(scores(0.6, 0.4, 0.55, 0.5), natural(4, coarse=2), buying=False)
    assert k == 4
    assert "together name K=2" in reason and "fall apart again" in reason


def test_highest_silhouette_wins_where_no_k_is_natural():
    k, reason = pick(scores(0.3, 0.4, 0.6, 0.5), natural(2, found=False), buying=False)
    assert k == 4
    assert "0.60" in reason
    assert pick(scores(0.3, 0.4, 0.6, 0.5), None, buying=False)[0] == 4


def test_two_are_left_aside_when_buying():
    found = scores(0.40, 0.35, 0.25)
    assert pick(found, None, buying=False)[0] == 2
    for rule in (None, natural(2)):
        k, reason = pick(found, rule, buying=True)
        assert k == 3
        assert "Two groups reach 0.40" in reason
    assert pick(found, natural(2), buying=False)[0] == 2


def test_two_are_picked_when_clearly_better():
    k, reason = pick(scores(0.60, 0.45, 0.40), None, buying=True)
    assert k == 2
    assert "K=3 with 0.45" in reason
    assert pick(scores(0.60, 0.45, 0.40), natural(2), buying=True)[0] == 2


def test_the_elbow_decides_among_equals():
    # from K=1: 100, 60, 30, 10, 8, 6: the bend is at K=4
    inertias = [60.0, 30, 10, 8, 6]
    found = scores(0.1, 0.2, 0.41, 0.42, 0.40, inertias=inertias)
    k, reason = pick(found, None, buying=True)
    assert k == 4
    assert "K=5 and K=6" in reason
    bend = elbow(found)
    assert max(bend, key=lambda k: bend[k]) == 4
    assert bend[4] == pytest.approx(1 - 3 / 5 - 4 / 94)
    assert bend[1] == bend[6] == pytest.approx(0)


def test_tiny_segments_are_passed_over():
    found = [*scores(0.3, 0.4), k_facts(4, silhouette=0.9, sizes=(500, 300, 199, 1))]
    assert pick(found, None, buying=False)[0] == 3
    assert pick(found, natural(4), buying=False)[0] == 4  # what choose-k says
    assert pick([found[0], found[-1]], None, buying=False)[0] == 4
