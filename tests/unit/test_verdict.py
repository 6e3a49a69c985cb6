"""The verdict: votes, strength, "none", the elbow, and what limits cost."""

from __future__ import annotations

import pytest

from covey.explain.natural import Natural
from covey.explain.verdict import Limits, judge
from covey.testing.k_facts import k_facts


def one(k, silhouette, between, within, gap, steady, **more):
    known = {
        "silhouette": silhouette, "calinski_harabasz": between, "davies_bouldin": within,
        "gap": gap, "gap_error": 0.05, "gap_pca": gap, "gap_pca_error": 0.05, "bic": 50 - 10 * gap,
        "stability": steady, "cluster_stability": (steady,) * k, "cloud": 0.3, **more,
    }  # fmt: skip
    return k_facts(k, **known)


@pytest.fixture
def scores():
    """Three groups by everything."""
    nothing = {"silhouette": float("nan"), "cloud": float("nan")}
    return [
        k_facts(1, gap=0.1, gap_error=0.05, gap_pca=0.1, gap_pca_error=0.05, bic=49.0,
                stability=1.0, cluster_stability=(1.0,), **nothing),
        one(2, 0.5, 100.0, 0.8, 0.5, 0.9, inertia=60.0),
        one(3, 0.7, 300.0, 0.4, 1.0, 0.95, inertia=10.0, sizes=(600, 370, 30)),
        one(4, 0.5, 200.0, 0.9, 0.9, 0.6, inertia=9.0),
        one(5, 0.4, 150.0, 1.0, 0.8, 0.5, inertia=8.5),
    ]  # fmt: skip


THREE = Natural(3, 3, 0.7, 0.3, 0.01, True)
NONE = Natural(3, 3, 0.33, 0.3, 0.01, False)


def test_all_agree(scores):
    found = judge(scores, THREE, Limits())
    assert (found.natural, found.k, found.strength, found.elbow) == (3, 3, "strong", 3)
    assert [vote.k for vote in found.votes] == [3] * 7
    assert all(vote.agrees for vote in found.votes)
    assert "7 of 7 criteria name K=3" in found.text
    assert "0.70" in found.text and "0.30" in found.text
    assert "bends at K=3" in found.text and "matter of taste" in found.text
    assert found.limits == found.cost == ""


def test_who_disagrees_is_told(scores):
    scores[1] = one(2, 0.5, 400.0, 0.8, 0.99, 0.9, inertia=60.0)
    found = judge(scores, THREE, Limits())
    says = {vote.criterion: (vote.k, vote.agrees) for vote in found.votes}
    assert says["Calinski–Harabasz"] == (2, False)
    assert says["gap (uniform)"] == (2, False)  # 0.99 ≥ 1.0 − 0.05
    assert "4 of 7 criteria name K=3" in found.text
    assert "Calinski–Harabasz, gap (uniform) and gap (principal axes) name K=2" in found.text


def test_a_criterion_that_rises_to_the_end_names_none(scores):
    scores[4] = one(5, 0.4, 999.0, 1.0, 0.8, 0.5, inertia=8.5)
    (vote,) = [v for v in judge(scores, THREE, Limits()).votes if v.criterion.startswith("Cal")]
    assert vote.k is None and not vote.agrees
    assert "Still rising at the last K tried, K=5 (999)" in vote.says


def test_no_natural_k(scores):
    found = judge(scores, NONE, Limits())
    assert (found.natural, found.k, found.strength, found.others) == (None, 1, "none", ())
    assert "No number of groups is natural here" in found.text
    assert "0.33" in found.text and "0.30" in found.text


def test_nothing_to_choose_from():
    found = judge([k_facts(1)], None, Limits())
    assert (found.natural, found.k, found.strength, found.votes) == (None, 1, "none", ())


def test_weak_when_barely_above_a_cloud(scores):
    barely = Natural(3, 3, 0.38, 0.3, 0.01, True)
    scores = [*scores[:2], one(3, 0.38, 10.0, 2.0, 0.2, 0.7, inertia=20.0), *scores[3:]]
    assert judge(scores, barely, Limits()).strength == "weak"


def test_the_elbow_may_be_absent(scores):
    smooth = [k_facts(k, silhouette=0.3) for k in range(1, 7)]
    found = judge(smooth, NONE, Limits())
    assert found.elbow is None
    assert "no sharp elbow" in found.text


# ---------------------------------------------------------------- limits


def test_limits_that_hold_cost_nothing(scores):
    found = judge(scores, THREE, Limits(most_groups=4))
    assert found.k == 3
    assert found.limits == "at most 4 groups"
    assert found.cost == "Nothing: K=3 is what the rows say, too."


def test_fewer_groups_cost_variation_and_silhouette(scores):
    found = judge(scores, THREE, Limits(most_groups=2))
    assert (found.natural, found.k) == (3, 2)
    for figure in ("40 %", "90 %", "0.50", "0.70"):
        assert figure in found.cost


def test_the_least_size_passes_over_small_groups(scores):
    found = judge(scores, THREE, Limits(least_rows=50, least_told="5%"))
    assert found.k == 2  # the smallest of three groups has 30 rows
    assert found.limits == "no group below 5%"


def test_one_group_keeps_every_limit(scores):
    found = judge(scores, THREE, Limits(least_rows=900))
    assert found.k == 1
    assert "tells no groups apart" in found.cost


def test_k_fixed_by_purpose(scores):
    found = judge(scores, THREE, Limits(k=4))
    assert (found.natural, found.k) == (3, 4)
    assert found.limits == "K=4 fixed by purpose"
    assert "K=4 instead of K=3" in found.cost


def test_purpose_without_a_natural_k(scores):
    found = judge(scores, NONE, Limits(k=4))
    assert (found.natural, found.k) == (None, 4)
    assert "no natural groups" in found.cost


def test_a_fixed_k_that_breaks_the_other_limit_is_told(scores):
    found = judge(scores, THREE, Limits(k=3, least_rows=50))
    assert "Its smallest group has 30 rows, fewer than asked for." in found.cost


def test_limits_that_no_division_can_keep_are_told(scores):
    found = judge(scores, THREE, Limits(least_rows=501))
    assert found.k == 1
    assert "No two groups can have 501 rows each: there are 1,000 rows in all." in found.cost
    small = [scores[0], *(one(k, 0.5, 100.0, 0.8, 0.5, 0.9, sizes=(970, 30)) for k in (2, 3))]
    few = judge(small, NONE, Limits(least_rows=100))
    assert few.cost.endswith("No division tried keeps these limits: only all rows together do.")


def test_limits_in_words_have_a_singular(scores):
    assert judge(scores, THREE, Limits(most_groups=1)).limits == "at most 1 group"


def test_equal_shares_are_not_told_twice(scores):
    scores[3] = one(4, 0.7, 200.0, 0.9, 0.9, 0.6, inertia=10.0)
    found = judge(scores, THREE, Limits(k=4))
    assert "explains as much of the variation, 90 %" in found.cost
    assert "0.70 as well" in found.cost


# ---------------------------------------------------------------- verdict and votes


def test_what_overrules_most_criteria_is_told(scores):
    assert judge(scores, THREE, Limits()).overruled == ""
    two = Natural(2, 2, 0.5, 0.3, 0.01, True)
    told = judge(scores, two, Limits()).overruled
    assert told.startswith("7 of 7 criteria name K=3, but the rule overrules them: silhouette")
    assert told.endswith("put K=2 first.")
    inside = Natural(5, 3, 0.5, 0.3, 0.01, True)
    assert "clearly two when looked into" in judge(scores, inside, Limits()).overruled


def test_what_overrules_most_criteria_where_no_k_is_natural(scores):
    scores[2] = one(3, 0.37, 300.0, 0.4, 1.0, 0.95, inertia=10.0)
    told = judge(scores, NONE, Limits()).overruled
    assert "criteria name K=3, but a cloud without groups would score about as much" in told
    assert "0.30" in told and "0.37" in told


def test_counts_add_up_with_who_is_named(scores):
    unsteady = [scores[0], *(one(k, 0.3, 9.0, 1.0, 0.1, 0.5) for k in (2, 3, 4))]
    found = judge(unsteady, NONE, Limits())
    says = {vote.criterion: vote for vote in found.votes}
    assert (says["stability"].k, says["stability"].agrees) == (1, True)
    assert all(vote.agrees == (vote.k == 1) for vote in found.votes)
    for vote in found.votes:
        assert vote.criterion.casefold() in found.text.casefold()


@pytest.mark.parametrize(
    ("ends", "strength", "words"),
    [
        (None, "strong", ""),
        ((1, 5), "strong", ""),
        ((2, 5), "strong", ""),
        ((3, 5), "moderate", "K=3 is the first K of the range given"),
        ((1, 3), "moderate", "Beside K=1 only K=2 and K=3 were tried"),
        ((3, 3), "moderate", "Beside K=1 only K=3 was tried"),
        ((0, 3), "moderate", "another may stand out more"),
    ],
)
def test_the_range_given_bounds_how_sure_it_is(scores, ends, strength, words):
    found = judge(scores, THREE, Limits(), ends)
    assert found.strength == strength
    assert words in found.text
    assert ("widen the range" in found.text) == bool(words)
