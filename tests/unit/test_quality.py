"""Quality: what is explained, by whom better, and the words for it."""

from __future__ import annotations

import numpy as np
import pytest

from covey.explain.choose_k import sweep as run_sweep
from covey.explain.moments import covariance
from covey.explain.quality import Shape, bands_of, baseline, cautions, explained_share, verdict
from covey.explain.reference import structureless
from covey.flow import KScore, Quality, Sweep
from covey.testing.tables import hand_made


def test_explained_share_by_hand():
    X = np.array([[0.0], [2], [10], [12]])
    # total about 6: 36 + 16 + 16 + 36 = 104; within 4
    assert explained_share(X, np.array([0, 0, 1, 1]), 2) == pytest.approx(100 / 104)
    assert explained_share(X, np.zeros(4, int), 1) == 0
    assert explained_share(X, np.arange(4), 4) == 1
    assert explained_share(np.ones((3, 2)), np.array([0, 1, 1]), 2) == 0
    assert explained_share(X, np.array([0, 0, 2, 2]), 3) == pytest.approx(100 / 104)


def test_baseline_is_bands_of_the_feature_that_tells_most():
    # b and c go together, a is alone: a band of b says something of c
    b = np.array([1.0, 2, 3, 4])
    features = hand_made(np.column_stack([[1, -1, -1, 1], b, 10 * b]), ["a", "big_b", "c"])
    share, name = baseline(features, 2)
    assert name == "2 equal bands of big b"
    bands = np.array([0, 0, 1, 1])
    assert share == pytest.approx(explained_share(features.X, bands, 2))


def test_baseline_of_one_feature_is_its_bands():
    features = hand_made(np.arange(8.0)[:, None], ["x"])
    share, name = baseline(features, 4)
    assert name == "4 equal bands of x"
    # within each pair 2 · 0.25, of 42 in all
    assert share == pytest.approx(1 - 4 * 0.5 / 42)


@pytest.mark.parametrize(
    ("k", "silhouette", "stable", "start"),
    [
        (3, 0.7, 0.95, "Clear groups"),
        (3, 0.7, 0.7, "Usable"),
        (3, 0.7, 0.3, "Weak: other rows"),
        (3, 0.3, 0.9, "Usable"),
        (3, 0.3, 0.5, "Weak: other rows"),
        (3, 0.1, 0.9, "Weak: the data are closer to one cloud"),
        (3, 0.1, 0.1, "Weak: other rows"),
        (3, 0.7, float("nan"), "Clear groups"),
        (1, float("nan"), float("nan"), "One group"),
    ],
)
def test_verdict(k, silhouette, stable, start):
    said = verdict(k, silhouette, stable)
    assert said.startswith(start)
    assert "nan" not in said


@pytest.mark.parametrize("d", [1, 2, 5])
@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_noise_is_never_clear(d, kind):
    rng = np.random.default_rng(d)
    X = hand_made(getattr(rng, kind)(size=(600, d))).X
    run = run_sweep(X, given=None, rng=rng)
    k = run.sweep.chosen
    own = next(one.silhouette for one in run.sweep.scores if one.k == k)
    said = verdict(k, own, 0.95, *structureless(X, k, rng=rng))
    assert said.startswith("Weak")


def test_groups_are_above_a_structureless_cloud(rng):
    middles = np.repeat([[0.0, 0], [8, 0], [0, 8]], 100, axis=0)
    X = hand_made(middles + rng.normal(size=(300, 2))).X
    cloud, give = structureless(X, 3, rng=rng)
    assert 0.3 < cloud < 0.45 and 0 < give < 0.05
    assert verdict(3, 0.75, 0.95, cloud, give).startswith("Clear")
    said = verdict(3, 0.41, 0.95, cloud, give)
    assert said.startswith("Weak") and f"would score {cloud:.2f}" in said


def test_a_structureless_cloud_scores_as_theory_says(rng):
    # two halves of a line of length 2: a = 1/3 on average, b between 0.5 and 1.5 around 1
    X = np.linspace(-1, 1, 500)[:, None]
    cloud, _ = structureless(X, 2, rng=rng)
    assert cloud == pytest.approx(0.63, abs=0.03)
    assert np.isnan(structureless(X[:3], 2, rng=rng)[0])
    assert np.isnan(structureless(np.ones((9, 2)), 2, rng=rng)[0])
    wide = rng.normal(size=(50, 400))
    assert structureless(wide, 2, rng=rng)[0] < 0.1


def test_bands_keep_ties_together_and_none_is_empty():
    values = np.array([0.0] * 6 + [1, 2, 3])
    assert np.bincount(bands_of(values, 3)).tolist() == [6, 1, 2]
    assert bands_of(np.array([1.0] * 8 + [0.0]), 3).tolist() == [1] * 8 + [0]
    assert np.bincount(bands_of(np.arange(10.0), 5)).tolist() == [2] * 5
    assert np.unique(bands_of(np.ones(4), 3)).tolist() == [0]


def test_the_baseline_says_how_many_bands_are_left_by_ties():
    sure = np.array([1.0] * 90 + [0.0] * 10)
    share, name = baseline(hand_made(sure[:, None], ["sure"]), 3)
    assert share == pytest.approx(1) and name == "2 bands of sure"


def test_the_baseline_is_the_best_of_the_telling_features(rng):
    # a goes with c a little, but its bands say little; b is three groups by itself
    groups = np.repeat([0.0, 5, 10], 100)
    a = rng.standard_t(2, size=300)
    raw = np.column_stack([a, groups + rng.normal(0, 0.1, 300), a + rng.normal(size=300)])
    assert baseline(hand_made(raw, ["a", "b", "c"]), 3)[0] == max(
        explained_share(hand_made(raw).X, bands_of(raw[:, j], 3), 3) for j in range(3)
    )


def test_the_last_k_is_told_while_the_silhouette_rises(features, shape):
    scores = [KScore(1, 9.0, 0.0, float("nan"))]
    scores += [KScore(k, 9.0 - k / 2, k / 20, 0.2 + k / 30) for k in range(2, 11)]
    rising = Sweep(tuple(scores), 10, False, "", np.zeros(1000), np.arange(1000))
    (found,) = cautions(features, quality(), rising, shape)
    assert found.topic == "last-k" and "-k 12 … 20" in found.text
    given = Sweep(tuple(scores), 10, True, "", np.zeros(1000), np.arange(1000))
    assert cautions(features, quality(), given, shape) == []


def quality(**changed):
    plain = {
        "silhouette": 0.6, "silhouette_error": 0.0, "explained": 0.8, "baseline_explained": 0.4,
        "baseline": "3 equal bands of x", "stability": 0.95, "n_refits": 5,
        "rule_fidelity": 0.95, "n_poor": 0, "n_between": 2, "verdict": "",
    }  # fmt: skip
    return Quality(**{**plain, **changed})


def sweep(own=0.6, two=0.3, n=100):
    scores = (KScore(1, 9.0, 0.0, float("nan")), KScore(2, 5.0, 0.4, two), KScore(3, 3.0, 0.6, own))
    return Sweep(scores, 3, False, "", np.zeros(n), np.arange(n))


def topics(found):
    return [one.topic for one in found]


@pytest.fixture
def features(rng):
    return hand_made(rng.normal(size=(1000, 2)), ["x", "y"])


@pytest.fixture
def shape():
    labels = np.repeat([0, 1, 2], [400, 400, 200]).astype(np.int32)
    return Shape(["A", "B", "C"], np.bincount(labels), labels, ("customer", "customers"))


def test_good_segments_need_no_caution(features, shape):
    assert cautions(features, quality(), sweep(n=1000), shape) == []


@pytest.mark.parametrize(
    ("changed", "topic", "text"),
    [
        ({"silhouette": 0.2}, "weak-separation", "0.20"),
        ({"stability": 0.5}, "unstable", "0.50"),
        ({"n_poor": 40}, "fits-no-segment", "40 customers (4 %)"),
        ({"baseline_explained": 0.79}, "little-gain", "79 %"),
    ],
)
def test_a_caution_for_each_weakness(features, shape, changed, topic, text):
    found = cautions(features, quality(**changed), sweep(n=1000), shape)
    assert topics(found) == [topic]
    assert text in found[0].text


def test_a_sample_is_owned_up_to(features, shape):
    (found,) = cautions(features, quality(silhouette_error=0.0123), sweep(n=200), shape)
    assert found.topic == "sampled-silhouette"
    assert "200 random customers of 1,000" in found.text and "0.012" in found.text


def test_two_groups_that_separate_better_are_told(features, shape):
    (found,) = cautions(features, quality(), sweep(two=0.7, n=1000), shape)
    assert found.topic == "two-groups" and "0.70" in found.text


def test_tiny_segments_are_told(features):
    labels = np.repeat([0, 1, 2], [500, 497, 3]).astype(np.int32)
    shape = Shape(["A", "B", "C"], np.bincount(labels), labels, ("row", "rows"))
    (found,) = cautions(features, quality(), sweep(n=1000), shape)
    assert found.topic == "tiny-segment"
    assert "C holds only 3 of 1,000 rows" in found.text


def test_covariance_by_hand_and_over_blocks(rng):
    np.testing.assert_allclose(covariance(np.array([[0.0, 0], [2, 4]])), [[1, 2], [2, 4]])
    X = rng.normal(size=(2000, 3)) + 1e6
    np.testing.assert_allclose(covariance(X), np.cov(X.T, bias=True), rtol=1e-9, atol=1e-9)
