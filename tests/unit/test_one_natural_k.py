"""Every command that chooses K comes to the same one for the same rows and seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_moons

from covey.explain.choose_k import sweep
from covey.explain.k_choice import Asked, search
from covey.random import children
from covey.recipes._recipe import registry

SWEEPING = ("cluster", "compare", "diagnose", "segment", "watch")


def _moons() -> np.ndarray:
    return make_moons(160, noise=0.06, random_state=1)[0]


def _mixtures() -> np.ndarray:
    """Five groups that overlap and differ in width, as customers of a mall by three features."""
    rng = np.random.default_rng(2)
    middles = np.array([[0, 0, 0], [3, 3, -1], [3, -3, 0], [-3, 3, -1], [-3, -3, 1]], float)
    sizes, spreads = (60, 40, 35, 25, 25), (0.8, 1.2, 1.4, 1.2, 1.0)
    drawn = zip(middles, sizes, spreads, strict=True)
    return np.vstack([rng.normal(at, spread, (size, 3)) for at, size, spread in drawn])


def _duplicates() -> np.ndarray:
    """Ten distinct rows, each many times."""
    rng = np.random.default_rng(3)
    return np.repeat(rng.normal(0, 3, (10, 2)), 15, axis=0)


def _blobs() -> np.ndarray:
    rng = np.random.default_rng(4)
    return np.vstack([rng.normal(at, 1, (50, 2)) for at in ((0, 0), (9, 0), (0, 9))])


def _many() -> np.ndarray:
    """More groups than the first K tried."""
    rng = np.random.default_rng(5)
    return np.vstack([rng.normal((10 * x, 10 * y), 1, (16, 2)) for x in range(4) for y in range(6)])


TABLES = {
    "moons": _moons, "mixtures": _mixtures, "duplicates": _duplicates, "three blobs": _blobs,
}  # fmt: skip


def table(X: np.ndarray) -> Mapping[str, Any]:
    return {f"x{j}": column for j, column in enumerate(X.T)}


@pytest.mark.parametrize("name", TABLES)
def test_all_commands_choose_the_same_k(name):
    data = table(TABLES[name]())
    known = registry()
    natural = known["choose-k"]().run(data).facts.verdict.natural
    chosen = {}
    for command in SWEEPING:
        recipe = known[command]()
        features = recipe.prepare(data)
        chosen[command] = len(recipe.fit(features).centers)
    assert len(set(chosen.values())) == 1, chosen
    assert natural is None or set(chosen.values()) == {natural}
    if name != "moons":  # so that the comparison is one of numbers
        assert natural is not None


@pytest.mark.parametrize("given", [None, 3, 12])
def test_a_k_given_does_not_change_what_is_natural(given):
    X = _mixtures()
    own, *_ = children(np.random.default_rng(0), 4)
    natural = search(X, Asked(), rng=own)[2]
    run = sweep(X, given=given, rng=np.random.default_rng(0))
    assert natural is not None and natural.found and run.sweep is not None
    assert f"K={natural.k}" in run.sweep.reason or given == natural.k


def test_more_than_twenty_groups_are_found_but_for_segments():
    X = _many()
    assert len(sweep(X, given=None, rng=np.random.default_rng(0)).centers) == 24
    few = sweep(X, given=None, most=20, rng=np.random.default_rng(0))
    assert len(few.centers) <= 20
