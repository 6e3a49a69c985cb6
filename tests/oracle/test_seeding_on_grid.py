"""Greedy k-means++ on a grid: what it draws is replayed by brute force in float64.

The candidates that brute force draws by the same shares must hold the row that was taken, at each
center: they do only if every distance that the native pass holds is right, for a row missed once
shifts all draws after it. Of the candidates, the one taken must gain nearly most.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from covey.engine import passes
from covey.engine.seeding import kmeans_plusplus

SIZES = [(1, 1), (5, 2), (16, 3), (31, 4), (33, 5), (64, 16), (500, 7), (513, 17), (4097, 2),
         (5000, 32), (9000, 6), (4100, 33), (3000, 65), (900, 300)]  # fmt: skip
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])


@pytest.fixture(params=passes.instruction_sets(), autouse=True)
def isa(request: pytest.FixtureRequest):
    passes.use_instruction_set(request.param)
    yield request.param
    passes.use_instruction_set("auto")
    passes.set_threads(None)


def sq_to(X: np.ndarray, row: int) -> np.ndarray:
    X = X.astype(np.float64)
    return ((X - X[row]) ** 2).sum(axis=1)


def replay(X, weight, chosen, shares) -> tuple[int, int]:
    """Check each row taken; return how many gain most of their candidates, and how many are."""
    w = np.ones(len(X)) if weight is None else weight
    sq, n_best = sq_to(X, chosen[0]), 0
    for row, taken in zip(shares, chosen[1:], strict=False):
        running = np.cumsum(w * sq)
        drawn = np.searchsorted(running, row * running[-1], side="right")
        assert taken in drawn
        gains = [w @ np.maximum(sq - sq_to(X, each), 0) for each in drawn]
        gain = w @ np.maximum(sq - sq_to(X, taken), 0)
        assert gain >= 0.97 * max(gains)
        n_best += int(gain >= (1 - 1e-9) * max(gains))
        sq = np.minimum(sq, sq_to(X, taken))
    return n_best, len(chosen) - 1


def shares_of(k: int, m: int, rng: np.random.Generator) -> np.ndarray:
    return rng.random((k - 1, m))


@DTYPES
@pytest.mark.parametrize("offset", [0.0, 300.0], ids=["centered", "far"])
def test_every_row_taken_is_one_that_brute_force_draws(
    dtype: type, offset: float, rng: np.random.Generator
) -> None:
    best = taken = 0
    for i, (n, d) in enumerate(SIZES):
        groups = 3 * rng.normal(size=(20, d))
        X = groups[rng.integers(0, 20, n)] + rng.normal(size=(n, d)) + offset
        X = (X * [1.0, 1e-12, 1e15][i % 3]).astype(dtype)
        weight = rng.integers(0, 4, n) * rng.random(n) if i % 2 else None
        first = int(rng.integers(n)) if weight is None else int(np.argmax(weight))
        shares = shares_of(min(12, n), 1 + i % 6, rng)
        chosen = passes.seed_on_grid(X, weight, first, shares)
        assert len(chosen) == min(12, n) if n > 500 else len(chosen) >= 1
        found = replay(X, weight, chosen, shares)
        best, taken = best + found[0], taken + found[1]
    assert best >= 0.95 * taken


def test_the_twin_takes_the_same_rows(rng: np.random.Generator) -> None:
    # Groups far apart: no two candidates gain nearly the same.
    X = 100 * rng.integers(0, 5, size=(600, 3)) + rng.normal(size=(600, 3))
    for weight in (None, rng.random(600)):
        shares = shares_of(10, 3, rng)
        native = passes.seed_on_grid(X, weight, 7, shares)
        twin = passes.twin_seed_on_grid(X, weight, 7, shares)
        np.testing.assert_array_equal(native, twin)


@DTYPES
def test_any_number_of_threads_takes_the_same_rows(dtype: type, rng: np.random.Generator) -> None:
    X = rng.normal(size=(40_000, 5)).astype(dtype)
    shares, weight, found = shares_of(30, 5, rng), rng.random(40_000), []
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        found.append(passes.seed_on_grid(X, weight, 3, shares).tolist())
    assert all(each == found[0] for each in found)


def test_units_do_not_matter(rng: np.random.Generator) -> None:
    X, shares = rng.normal(size=(3000, 4)), shares_of(15, 4, rng)
    found = passes.seed_on_grid(X, None, 0, shares)
    assert len(found) == 15
    for scale in (2.0**-90, 2.0**90):
        np.testing.assert_array_equal(passes.seed_on_grid(X * scale, None, 0, shares), found)
    np.testing.assert_array_equal(passes.seed_on_grid(X, np.full(3000, 2.0**200), 0, shares), found)


@pytest.mark.parametrize(
    "X",
    [np.ones((50, 3)), np.full((50, 1), 1e-300) * np.arange(50)[:, None],
     np.linspace(-1e200, 1e200, 50)[:, None], 1e15 + np.arange(50.0)[:, None] / 8],
    ids=["equal", "tiny", "huge", "far off"],
)  # fmt: skip
def test_what_the_grid_cannot_hold_is_left_to_the_plain_passes(X: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    assert passes.seed_on_grid(X, None, 0, shares_of(5, 2, rng)).tolist() == [0]


def test_rows_that_coincide_on_the_grid_are_told_apart(rng: np.random.Generator) -> None:
    """Two groups far apart, in each six rows a billionth apart, many times: twelve are found."""
    places = np.array([-1.0, 1.0])[:, None] + 1e-9 * np.arange(6)
    X = np.repeat(places.ravel(), 700)[:, None]
    weight = rng.random(len(X))
    n_on_grid = len(passes.seed_on_grid(X, weight, 0, shares_of(12, 4, rng)))
    assert 2 <= n_on_grid < 12
    for given in (None, weight):
        centers, _ = kmeans_plusplus(X, 12, weight=given, rng=rng)
        assert len(np.unique(centers)) == 12


@pytest.mark.parametrize("outlier", [1e3, 1e6, 1e12])
def test_an_outlier_makes_no_seeding_worse(outlier: float, rng: np.random.Generator) -> None:
    """The grid spans the outlier, and is left as soon as it is too wide for the rest."""
    X = (10 * rng.integers(0, 4, size=(6000, 2)) + rng.normal(size=(6000, 2))).astype(np.float32)
    X[77] = outlier
    centers, _ = kmeans_plusplus(X, 17, rng=rng, n_local_trials=8)
    sq = passes.nearest(X, centers)[1]
    assert sq.mean() < 4  # each of the 16 groups has a center, or all but one or two


def test_rows_without_weight_are_never_taken(rng: np.random.Generator) -> None:
    X = rng.normal(size=(5000, 3))
    weight = (rng.random(5000) < 0.01).astype(float)
    first = int(np.argmax(weight))
    chosen = passes.seed_on_grid(X, weight, first, shares_of(20, 4, rng))
    assert (weight[chosen] > 0).all()
    assert len(set(chosen.tolist())) == len(chosen) == 20


def test_both_ways_seed_equally_well(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    X = rng.normal(size=(6000, 4))
    inertia: dict[bool, list[float]] = {True: [], False: []}
    on_grid = passes.seed_on_grid
    for gridded, _ in itertools.product((True, False), range(12)):
        plain = lambda X, weight, first, shares: np.array([first])  # noqa: E731
        monkeypatch.setattr(passes, "seed_on_grid", on_grid if gridded else plain)
        centers, _ = kmeans_plusplus(X, 40, rng=rng)
        inertia[gridded].append(float(passes.nearest(X, centers)[1].sum()))
    assert abs(np.mean(inertia[True]) / np.mean(inertia[False]) - 1) < 0.02
