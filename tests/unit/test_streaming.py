"""Streams: steps on numbers worked by hand, and what a stream comes to."""

from __future__ import annotations

import numpy as np
import pytest

from covey import KMeans, MiniBatchKMeans
from covey.engine.streaming import State, start, step
from covey.errors import OptionError
from covey.testing.oracle import brute_force


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


def state(centers: np.ndarray, counts: list[float], n_since: int = 0) -> State:
    return State(centers, np.array(counts), np.array(counts), n_since)


def test_a_step_takes_the_mean_of_the_rows_remembered(rng: np.random.Generator) -> None:
    # 3 + 4 was seen and 7 comes: the past fades by 2^-15, to 3 · 2^-15 at 1.0 for center 0.
    # Rows 2 (weight 1) and 5 (weight 6) pull it.
    after = step(
        state(column(1.0, 100.0), [3.0, 4.0]), column(2.0, 5.0), weight=np.array([1.0, 6]), rng=rng
    )
    past = 3 * 2.0**-15
    assert after.centers[:, 0] == pytest.approx([(past * 1 + 2 + 30) / (past + 7), 100])
    assert after.counts.tolist() == [10.0, 4.0]
    assert after.memory.tolist() == [past + 7, 4 * 2.0**-15]
    assert after.n_since == 2


def test_the_state_given_is_not_changed(rng: np.random.Generator) -> None:
    before = state(column(1.0, 100.0), [3.0, 4.0])
    step(before, column(2.0, 5.0), rng=rng)
    assert before.centers.tolist() == [[1.0], [100.0]]
    assert before.counts.tolist() == before.memory.tolist() == [3.0, 4.0]


def test_a_dead_center_moves_to_a_row_and_is_given_weight(rng: np.random.Generator) -> None:
    before = state(column(0.0, 10.0, 1e6), [500.0, 300, 0])
    after = step(before, column(0.0, 1.0, 9.0, 11.0), rng=rng)
    assert after.centers[2, 0] in {0.0, 1.0, 9.0, 11.0}
    assert after.counts[2] == 302.0  # as heavy as the lightest that stays: not moved again at once
    assert after.memory[2] == 0.0


def test_a_small_cluster_apart_keeps_its_center(rng: np.random.Generator) -> None:
    # No row of it in this batch. Moving its center would take at most 1 off each row's squared
    # distance, and 5 of 805 rows would have 990² more to pay.
    before = state(column(0.0, 10.0, 1000.0), [500.0, 300, 5], n_since=1000)
    batch = column(-1.0, 1.0, 9.0, 11.0)
    assert step(before, batch, rng=rng).centers[2, 0] == 1000.0
    # Beside another center it would not be missed.
    close = state(column(0.0, 10.0, 10.5), [500.0, 300, 5], n_since=1000)
    assert step(close, column(-4.0, 4.0, 9.0, 10.0), rng=rng).centers[2, 0] in {-4.0, 4.0}


def test_no_center_moves_with_ratio_zero(rng: np.random.Generator) -> None:
    before = state(column(0.0, 1e6), [500.0, 0])
    assert step(before, column(0.0, 1.0), rng=rng, reassignment_ratio=0.0).centers[1, 0] == 1e6


def test_a_move_never_takes_a_row_without_weight(rng: np.random.Generator) -> None:
    for _ in range(20):
        after = step(
            state(column(0.0, 1e6), [500.0, 0]),
            column(0.0, 1.0, 77.0, 88.0), weight=np.array([1.0, 1, 0, 0]), rng=rng,
        )  # fmt: skip
        assert after.centers[1, 0] in {0.0, 1.0}


def test_rare_centers_are_looked_for_each_ten_k_rows(rng: np.random.Generator) -> None:
    now = state(column(0.0, 2.0), [1e6, 1])
    batch = column(*([-0.9, 0.9] * 4))
    for seen in (8, 16):
        now = step(now, batch, rng=rng)
        assert (now.n_since, now.centers[1, 0]) == (seen, 2.0)
    now = step(now, batch, rng=rng)
    assert (now.n_since, abs(now.centers[1, 0])) == (0, 0.9)


def test_nothing_is_moved_where_there_is_nothing_to_gain(rng: np.random.Generator) -> None:
    now = state(column(0.0, 7.0), [5.0, 0])
    assert step(now, np.zeros((8, 1)), rng=rng).centers[1, 0] == 7.0


def test_large_counts_do_not_cancel(rng: np.random.Generator) -> None:
    after = step(state(column(1e9), [1e12]), column(1e9 + 1), rng=rng)
    assert after.centers[0, 0] == 1e9


def test_small_pulls_on_floats_add_up(rng: np.random.Generator) -> None:
    # Each pull is below the rounding of a float32 center.
    now = State(column(1.0), np.array([1e12]), np.array([1e6]))
    for _ in range(100):
        now = step(now, np.full((1, 1), 1.01, dtype="float32"), rng=rng)
    assert now.centers[0, 0] == pytest.approx(1 + 100 * 1e-8, abs=1e-9)


def test_a_stream_needs_enough_rows_to_start(rng: np.random.Generator) -> None:
    with pytest.raises(OptionError, match="n_clusters=5 and n_samples=3"):
        start(rng.normal(size=(3, 2)), 5, rng=rng)


def test_given_centers_start_a_stream_as_they_are(rng: np.random.Generator) -> None:
    given = column(0.0, 3.0)
    assert start(column(0.0, 1.0, 2.0), 2, rng=rng, init=given).centers.tolist() == given.tolist()


def test_the_first_batch_is_fitted(rng: np.random.Generator) -> None:
    X = rng.normal(size=(200, 2))
    streamed = MiniBatchKMeans(5, n_init=1, random_state=0).partial_fit(X)
    fitted = KMeans(5, quality="fast", random_state=0).fit(X)
    np.testing.assert_allclose(streamed.cluster_centers_, fitted.cluster_centers_, atol=0.02)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_stream_follows_its_definition(dtype: str, rng: np.random.Generator) -> None:
    """Against sums over all rows ever seen, each with its faded weight, in float64."""
    k, X = 4, rng.normal(size=(600, 3)).astype(dtype)
    weight = rng.random(600)
    model = MiniBatchKMeans(k, init=X[:k], n_init=1, reassignment_ratio=0.0)
    centers, owner, faded = X[:k].astype(np.float64), np.zeros(0, int), np.zeros(0)
    for begin in range(0, 600, 60):
        batch = slice(begin, begin + 60)
        new = brute_force(X[batch], centers.astype(dtype)).labels
        before, after = weight[:begin].sum(), weight[: begin + 60].sum()
        faded = np.concatenate([faded * (before / after) ** 15, weight[batch]])
        owner = np.concatenate([owner, new])
        for j in np.unique(new):
            mine = owner == j
            centers[j] = faded[mine] @ X[: begin + 60][mine] / faded[mine].sum()
        model.partial_fit(X[batch], sample_weight=weight[batch])
        np.testing.assert_allclose(
            model.cluster_centers_, centers, rtol=1e-5 if dtype == "float32" else 1e-9
        )


def test_weights_have_no_scale(rng: np.random.Generator) -> None:
    batches = [(rng.normal(size=(50, 2)), rng.random(50)) for _ in range(8)]
    one, two = (MiniBatchKMeans(3, random_state=0) for _ in range(2))
    for X, weight in batches:
        one.partial_fit(X, sample_weight=weight)
        two.partial_fit(X, sample_weight=1024 * weight)
    np.testing.assert_allclose(one.cluster_centers_, two.cluster_centers_)


def test_partial_fit_streams(rng: np.random.Generator) -> None:
    model = MiniBatchKMeans(3, random_state=0)
    for _ in range(30):
        groups = rng.integers(0, 3, size=60)
        X = rng.normal(size=(60, 2)) + 15 * groups[:, None]
        model.partial_fit(X)
        assert model.labels_.shape == (60,)
        np.testing.assert_array_equal(model.predict(X), model.labels_)
    assert model.n_steps_ == 30
    np.testing.assert_allclose(sorted(model.cluster_centers_[:, 0]), [0, 15, 30], atol=0.7)


@pytest.mark.parametrize("size", [1000, 10_000])
def test_a_stream_comes_within_a_percent_of_a_full_fit(size: int, rng: np.random.Generator) -> None:
    X = rng.normal(size=(200_000, 5))
    full = np.mean([KMeans(8, random_state=seed).fit(X).inertia_ for seed in range(2)])
    for seed in range(3):
        model = MiniBatchKMeans(8, random_state=seed, compute_labels=False)
        for begin in range(0, len(X), size):
            model.partial_fit(X[begin : begin + size])
        assert -model.score(X) < 1.01 * full


def test_small_clusters_outlive_a_stream(rng: np.random.Generator) -> None:
    # scikit-learn moves centers of less than 1 % to random rows again and again.
    places = np.array([[0.0, 0], [30, 0], [0, 30], [60, 60]])
    share = [0.5, 0.3, 0.196, 0.004]
    model = MiniBatchKMeans(4, init=places, n_init=1, random_state=0)
    for _ in range(50):
        model.partial_fit(places[rng.choice(4, size=500, p=share)] + rng.normal(size=(500, 2)))
    np.testing.assert_allclose(model.cluster_centers_, places, atol=1.0)


def test_partial_fit_goes_on_from_fit_and_from_given_centers(rng: np.random.Generator) -> None:
    X = rng.normal(size=(100, 2))
    model = MiniBatchKMeans(2, random_state=0).fit(X)
    steps = model.n_steps_
    model.partial_fit(X.astype("float32"))
    assert model.n_steps_ == steps + 1
    model.cluster_centers_ = np.array([[1e3, 1e3], [-1e3, -1e3]])
    model.partial_fit(np.array([[1e3, 1e3]]))
    assert model.cluster_centers_[0].tolist() == [1e3, 1e3]


def test_one_seed_one_stream(rng: np.random.Generator) -> None:
    batches = [rng.random((64, 2)) for _ in range(20)]
    fits = []
    for _ in range(2):
        model = MiniBatchKMeans(16, random_state=3, reassignment_ratio=0.5)
        for X in batches:
            model.partial_fit(X)
        fits.append(model.cluster_centers_.tobytes())
    assert fits[0] == fits[1]
