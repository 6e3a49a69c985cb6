"""Laws of nested batches and of streams, for any rows and weights."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from covey.engine import minibatch
from covey.engine.minibatch import Schedule, fit_minibatch
from covey.engine.nested import nested_batches
from covey.engine.streaming import State, start, step
from covey.testing.oracle import brute_force


@st.composite
def weighted_rows(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """Return rows of small whole numbers (many are equal), weights (some zero), and a seed."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    n, d = draw(st.integers(1, 150)), draw(st.integers(1, 4))
    X = rng.integers(0, draw(st.integers(1, 12)), size=(n, d)).astype(np.float64)
    weight = rng.integers(0, 3, size=n).astype(np.float64)
    weight[rng.integers(n)] = 1.0
    return X, weight, seed


@given(weighted_rows(), st.integers(1, 40))
def test_batches_grow_around_their_past(
    case: tuple[np.ndarray, np.ndarray, int], size: int
) -> None:
    X, weight, seed = case
    numbered = np.arange(len(X), dtype=np.float64)[:, None]
    for mass in (None, weight):
        batches = list(nested_batches(numbered, mass, size, np.random.default_rng(seed)))
        assert [batch.whole for batch in batches] == [False] * (len(batches) - 1) + [True]
        for small, large in pairwise(batches):
            assert small.n_next == large.n_rows
            assert np.isin(small.X, large.X).all()
            if not large.whole:
                held, more = (
                    np.bincount(b.X[:, 0].astype(int), minlength=len(X)) for b in (small, large)
                )
                assert (held <= more).all()
                assert mass is None or not more[mass == 0].any()


@given(weighted_rows(), st.integers(1, 6), st.integers(1, 4))
def test_a_fit_is_what_it_says(
    case: tuple[np.ndarray, np.ndarray, int], k: int, max_iter: int
) -> None:
    """Labels, inertia, as many clusters as asked, and the same again; from small batches."""
    X, weight, seed = case
    n_distinct = len(np.unique(X[weight > 0], axis=0))
    k = min(k, n_distinct)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(minibatch, "_LEAST_ROWS", 8)
        patch.setattr(minibatch, "_ROWS_A_CLUSTER", 1)
        outcome, again = (
            fit_minibatch(
                X, k, Schedule(batch_size=8, max_iter=max_iter), weight=weight,
                rng=np.random.default_rng(seed),
            )
            for _ in range(2)
        )  # fmt: skip
    answer = brute_force(X, outcome.run.centers, weight)
    sq = ((X[:, None, :] - outcome.run.centers[None]) ** 2).sum(axis=2)
    own = sq[np.arange(len(X)), outcome.run.labels]
    assert (own <= sq.min(axis=1) * (1 + 1e-12) + 1e-15).all()  # equally near: either is right
    assert outcome.run.inertia == pytest.approx(answer.inertia, abs=1e-9)
    assert outcome.run.n_iter <= max_iter
    assert (outcome.counts > 0).all()
    np.testing.assert_allclose(outcome.counts, np.bincount(answer.labels, weight, k))
    assert again.run.centers.tobytes() == outcome.run.centers.tobytes()


@given(weighted_rows(), st.integers(1, 4))
def test_in_a_stream_a_row_twice_is_a_row_of_weight_two(
    case: tuple[np.ndarray, np.ndarray, int], k: int
) -> None:
    X, weight, seed = case
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(k, X.shape[1]))
    one = two = State.of(centers, np.zeros(k))
    for part in np.array_split(np.arange(len(X)), 3):
        if not weight[part].any():
            continue
        times = weight[part].astype(int)
        one = step(one, X[part], weight=weight[part], rng=rng, reassignment_ratio=0)
        two = step(two, np.repeat(X[part], times, axis=0), rng=rng, reassignment_ratio=0)
    np.testing.assert_allclose(one.centers, two.centers, atol=1e-9)
    np.testing.assert_allclose(one.memory, two.memory)
    assert one.counts.sum() == two.counts.sum() == weight.sum()


@given(weighted_rows(), st.floats(1e-6, 1e6), st.floats(-100, 100))
def test_a_stream_follows_scale_and_shift(
    case: tuple[np.ndarray, np.ndarray, int], scale: float, shift: float
) -> None:
    X, weight, seed = case
    scale = 2.0 ** np.round(np.log2(scale))  # exact, so that ties stay ties
    shift = np.round(shift)
    states = []
    for rows in (X, scale * (X + shift)):
        rng = np.random.default_rng(seed)
        state = start(rows, 1, rng=rng, weight=weight)
        states.append(step(state, rows, weight=weight, rng=rng))
    one, two = states
    np.testing.assert_allclose(scale * (one.centers + shift), two.centers, atol=1e-9 * scale)
    assert one.counts.tolist() == two.counts.tolist()
