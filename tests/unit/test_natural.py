"""The rule that tells a natural K, or none: the look inside, the cloud, the range of K."""

from __future__ import annotations

import math

import numpy as np
import pytest

from covey.engine import passes
from covey.explain.criteria import standing
from covey.explain.inside import falls_apart
from covey.explain.k_choice import Asked, search
from covey.explain.natural import NEAR, Natural, best_standing, doubt, is_above, why
from covey.explain.several_k import SeveralK
from covey.testing.k_facts import k_facts


def groups(rng, middles, sizes, spread=1.0):
    return np.vstack(
        [rng.normal(middle, spread, (size, len(middle))) for middle, size in zip(
            middles, sizes, strict=True)]
    )  # fmt: skip


def natural(X, **asked):
    return search(X, Asked(**asked), rng=np.random.default_rng(0))[2]


# ---------------------------------------------------------------- the rule


def test_round_groups_are_counted(rng):
    middles = [(0, 0), (9, 0), (0, 9), (9, 9), (20, 4)]
    found = natural(groups(rng, middles, [60, 60, 60, 60, 20]))
    assert found.found and found.k == 5
    assert found.above > 0.2


@pytest.mark.parametrize("d", [1, 2, 5, 20])
@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_a_cloud_has_no_natural_k(rng, d, kind):
    X = rng.uniform(size=(300, d)) if kind == "uniform" else rng.normal(size=(300, d))
    assert not natural(X).found


def test_groups_within_groups_are_found_by_a_look_inside(rng):
    """Two far pairs: criteria of the whole like two, each of which is two again."""
    X = groups(rng, [(0, 0), (7, 0), (300, 0), (307, 0)], [50, 50, 50, 50])
    found = natural(X)
    assert (found.coarse, found.k, found.found) == (2, 4, True)


def test_more_groups_than_ten_are_looked_for(rng):
    middles = [(10 * x, 10 * y) for x in range(6) for y in range(4)]
    found = natural(groups(rng, middles, [15] * 24))
    assert found.found and found.k == 24


def test_the_range_asked_for_is_kept(rng):
    X = groups(rng, [(10 * x, 0) for x in range(6)], [20] * 6)
    several, _, found = search(X, Asked(2, 4), rng=np.random.default_rng(0))
    assert sorted(several.runs) == [1, 2, 3, 4]
    assert found is not None and found.k <= 4


def test_equal_rows_are_perfect_groups():
    X = np.repeat([[0.0, 0], [1, 5], [9, 3]], 10, axis=0)
    found = natural(X)
    assert found.found and found.k == 3
    assert "K=3 stands out: its silhouette is 1.00" in why(found)


@pytest.mark.parametrize("X", [[[1.0]], [[1.0], [1.0], [1.0]]])
def test_one_distinct_row_is_no_question(X):
    assert natural(np.array(X)) is None


def test_two_rows_cannot_tell():
    found = natural(np.array([[0.0], [1.0]]))
    assert not found.found or found.k == 2


def test_order_of_rows_does_not_matter(rng):
    X = groups(rng, [(0, 0), (8, 0), (0, 8)], [50, 50, 50])
    first, second = natural(X), natural(X[rng.permutation(150)])
    assert (first.k, first.found) == (second.k, second.found) == (3, True)
    assert first.silhouette == pytest.approx(second.silhouette)


def test_shift_and_scale_do_not_matter(rng):
    X = groups(rng, [(0, 0), (8, 0), (0, 8)], [50, 50, 50])
    first, second = natural(X), natural(4.0 * X - 1000.0)
    assert (first.k, second.k) == (3, 3)
    assert first.silhouette == pytest.approx(second.silhouette, abs=1e-9)


def test_threads_change_nothing(rng):
    X = groups(rng, [(0, 0), (8, 0), (0, 8)], [900, 900, 900])
    before = passes.get_threads()
    try:
        found = []
        for threads in (1, 2, 5):
            passes.set_threads(threads)
            found.append(natural(X))
    finally:
        passes.set_threads(before)
    assert found[0] == found[1] == found[2]


# ---------------------------------------------------------------- its parts


def test_above_a_cloud_by_hand():
    assert is_above(0.50, 0.40, 0.02)
    assert not is_above(0.49, 0.40, 0.02)  # 0.40 + 0.05 + 2 · 0.02
    assert not is_above(0.49, math.nan, math.nan)


def test_tiny_groups_are_passed_over():
    marks = {"calinski_harabasz": 10.0, "davies_bouldin": 0.5}
    small = k_facts(3, silhouette=0.9, sizes=(600, 395, 5), **marks)
    large = k_facts(2, silhouette=0.8, **marks)
    assert best_standing([k_facts(1), large, small]) == 2
    assert best_standing([k_facts(1), small]) == 3
    assert best_standing([k_facts(1)]) is None


def test_a_k_that_no_criterion_names_gives_way_to_one_that_several_do():
    def told(k, silhouette, between, within, bic):
        own = {"calinski_harabasz": between, "davies_bouldin": within, "bic": bic}
        return k_facts(k, silhouette=silhouette, **own)

    figures = [
        told(2, 0.50, 40.0, 0.60, 400.0),
        told(3, 0.70, 130.0, 0.40, 300.0),
        told(4, 0.66, 215.0, 0.45, 200.0),  # by the three together, but by none of them
        told(5, 0.62, 240.0, 0.48, 100.0),
        told(6, 0.50, 200.0, 0.80, 150.0),
    ]
    marks = standing(figures)
    assert max(marks, key=lambda k: marks[k]) == 4 and marks[5] > NEAR * marks[4]
    assert best_standing([k_facts(1), *figures]) == 5
    figures[2] = told(4, 0.66, 215.0, 0.39, 200.0)  # one names it
    assert best_standing([k_facts(1), *figures]) == 4


def test_only_the_group_that_is_two_falls_apart(rng):
    X = groups(rng, [(0, 0), (50, 0), (57, 0)], [60, 40, 40])
    labels = np.repeat([0, 1], [60, 80]).astype(np.int32)
    assert falls_apart(X, labels, 2, rng=np.random.default_rng(0)) == [1]


def test_outliers_are_no_group(rng):
    X = np.vstack([rng.normal(0, 1, (100, 2)), [[40.0, 0]] * 5])
    labels = np.zeros(105, np.int32)
    assert falls_apart(X, labels, 1, rng=np.random.default_rng(0)) == []


def test_words_carry_the_figures():
    none = Natural(2, 2, 0.53, 0.54, 0.01, False)
    assert "K=2" in doubt(none) and "0.53" in doubt(none) and "0.54" in doubt(none)
    assert doubt(Natural(2, 2, 0.9, 0.4, 0.01, True)) == doubt(None) == ""


# ---------------------------------------------------------------- several K


def test_a_group_missed_at_one_k_is_found_from_its_neighbors(rng):
    X = groups(rng, [(10 * x, 10 * y) for x in range(5) for y in range(5)], [12] * 25)
    alone = SeveralK(X, rng=np.random.default_rng(0))
    alone.fit([25])
    helped = SeveralK(X, rng=np.random.default_rng(0))
    helped.fit(range(1, 31))
    assert helped.runs[25].inertia <= alone.runs[25].inertia
    sizes = np.bincount(helped.runs[25].labels)
    assert sizes.tolist() == [12] * 25
    inertia = [helped.runs[k].inertia for k in range(1, 31)]
    assert (np.diff(inertia) <= 0).all()


def test_facts_of_each_k_by_hand():
    X = np.array([[0.0], [1], [10], [11]])
    several = SeveralK(X, rng=np.random.default_rng(0))
    several.fit((1, 2))
    one, two = several.facts()
    assert one.inertia == pytest.approx(101)  # 2 · (5.5² + 4.5²)
    assert two.inertia == pytest.approx(1)
    assert two.explained == pytest.approx(1 - 1 / 101)
    assert two.calinski_harabasz == pytest.approx(100 / (1 / 2))
    assert two.davies_bouldin == pytest.approx((0.5 + 0.5) / 10)
    assert two.silhouette == pytest.approx(1 - (1 / 10.5 + 1 / 9.5) / 2)
    assert two.sizes == (2, 2)
    assert math.isnan(one.silhouette) and math.isnan(one.calinski_harabasz)
