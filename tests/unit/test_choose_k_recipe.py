"""``covey.choose_k``: what it gives, and what it says of input that cannot be used."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from sklearn.datasets import load_wine, make_blobs

import covey
from covey.errors import InputError, OptionError
from covey.evidence import KChoice, Preparations
from covey.evidence_options import rows_of
from covey.recipes.choose_k import ChooseK


def table(X):
    return {f"x{j}": np.asarray(column) for j, column in enumerate(np.transpose(X))}


@pytest.fixture(scope="module")
def example() -> KChoice:
    return covey.choose_k(ChooseK.example()).facts


def test_the_tutorial_has_four_groups_by_every_criterion():
    X, _ = make_blobs(300, centers=4, cluster_std=0.70, random_state=42)
    found = covey.choose_k(table(X), scale="standard", log=["none"]).facts.verdict
    assert (found.natural, found.k, found.strength, found.elbow) == (4, 4, "strong", 4)
    assert len(found.votes) == 7
    assert [vote.k for vote in found.votes] == [4] * 7


def test_facts_fit_together(example):
    assert example.verdict.natural == 4
    assert [one.k for one in example.scores] == list(range(1, 11))
    n = example.about.n_rows
    for one in example.scores:
        assert sum(one.sizes) == n
        assert one.sizes == tuple(sorted(one.sizes, reverse=True))
        assert len(one.cluster_stability) == one.k
        labels = example.labels[one.k]
        assert tuple(np.bincount(labels)[1:]) == one.sizes
        if one.k > 1:
            assert example.row_silhouettes[one.k].mean() == pytest.approx(one.silhouette)
            np.testing.assert_array_equal(example.row_numbers[one.k], labels[example.rows])
    assert example.n_resampled == n
    inertia = [one.inertia for one in example.scores]
    assert (np.diff(inertia) <= 0).all()


def test_same_seed_same_facts(example):
    again = covey.choose_k(ChooseK.example()).facts
    assert again.scores == example.scores
    assert again.verdict == example.verdict


def test_limits_and_purpose(example):
    data = ChooseK.example()
    found = covey.choose_k(data, min_size="15%", max_segments=6).facts.verdict
    assert found.natural == 4 and found.k == 3
    assert found.limits == "no group below 15% and at most 6 groups"
    fixed = covey.choose_k(data, k=12).facts
    assert (fixed.verdict.natural, fixed.verdict.k) == (4, 12)
    assert 12 in fixed.labels
    assert fixed.verdict.cost.startswith("K=12 instead of K=4")


def test_the_range_asked_for():
    found = covey.choose_k(ChooseK.example(), k_min=3, k_max=5).facts
    assert [one.k for one in found.scores] == [1, 3, 4, 5]
    assert found.verdict.natural == 4


def test_two_scalings_are_not_ranked():
    wine = load_wine()
    data = dict(zip(wine.feature_names, wine.data.T, strict=True))
    found = covey.choose_k(data, scale=["none", "standard"], log=["none"], k_min=2, k_max=6).facts
    assert isinstance(found, Preparations)
    assert list(found.choices) == ["none", "standard"]
    assert found.choices["none"].verdict.natural is None  # one cloud, cut along proline
    assert found.choices["standard"].verdict.natural == 3
    assert found.carried["none"]["proline"] > 0.95
    assert found.carried["standard"]["proline"] == pytest.approx(1 / 13)
    for shares in found.carried.values():
        assert sum(shares.values()) == pytest.approx(1)
    assert "not ranked" in found.text and "proline alone carries" in found.text
    assert not any(one.name == "verdict" for one in dataclasses.fields(found))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"k_min": 2}, "k_min=2 and k_max=None"),
        ({"k_min": 5, "k_max": 2}, "5-2"),
        ({"k_min": "2", "k_max": 4}, "k_min must be an integer"),
        ({"k": 7, "max_segments": 4}, "k=7 and max_segments=4"),
        ({"min_size": "lots"}, "min_size must be a number of rows"),
        ({"min_size": "100%"}, "100%"),
        ({"min_size": 241}, "min_size must not exceed the number of rows; got 241"),
        ({"scale": ["none", "none"]}, "'none' for both"),
        ({"scale": ["none", "standard", "auto"]}, "got 3"),
        ({"max_segments": 2, "k_min": 3, "k_max": 5}, "max_segments must not be below"),
    ],
)
def test_options_that_cannot_be(options, words):
    with pytest.raises(OptionError, match=words):
        covey.choose_k(ChooseK.example(), **options)


def test_more_groups_than_distinct_rows():
    data = table(np.repeat(np.arange(9.0)[:, None], 3, axis=0))
    with pytest.raises(InputError, match=r"got 12.*9 distinct rows"):
        covey.choose_k(data, k=12)
    with pytest.raises(InputError, match=r"k_range.*got 12.*9 distinct rows"):
        covey.choose_k(data, k_min=2, k_max=12)


@pytest.mark.parametrize(
    "X",
    [
        np.array([[1.0], [2.0]]),
        np.array([[0.0], [1.0], [1.0]]),
        np.repeat([[0.0, 1], [5, 1], [9, 1]], 4, axis=0),
        np.column_stack([np.arange(12.0), np.ones(12)]),
        np.arange(30.0)[:, None] * 1e-30,
        np.arange(30.0)[:, None] * 1e30,
        np.append(np.zeros(40), [1.0])[:, None],
    ],
    ids=["two rows", "two values", "equal rows", "constant", "tiny", "huge", "one far"],
)
def test_odd_input_gives_a_sensible_result(X):
    found = covey.choose_k(table(X), features=["x0"])
    assert found.facts.verdict.k in found.facts.labels
    assert found.facts.verdict.text
    assert found.files()


def test_missing_values_are_filled_or_dropped():
    data = {name: np.array(values) for name, values in ChooseK.example().items()}
    data["age"][::20] = math.nan
    assert covey.choose_k(data, missing="drop").facts.about.n_rows == 228
    assert covey.choose_k(data).facts.about.n_rows == 240


def test_rows_or_share():
    assert rows_of("5%", 990) == 50  # at least 5 % of them
    assert rows_of(40, 990) == rows_of("40", 990) == 40
    assert [rows_of(bad, 990) for bad in ("0%", "100%", "x", 0, "1.5", -1)] == [None] * 6
