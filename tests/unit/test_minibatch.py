"""Mini-batch steps on numbers worked by hand, and how a fit ends."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from covey import MiniBatchKMeans
from covey.engine import minibatch
from covey.engine.lloyd import finish
from covey.engine.minibatch import Outcome, Schedule, State, fit_minibatch, occupied, start, step
from covey.engine.passes import Csr
from covey.errors import OptionError


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


def test_a_step_takes_the_mean_of_all_rows_ever_seen(rng: np.random.Generator) -> None:
    # Center 0 has averaged weight 3 at 1.0; rows 2 (weight 1) and 5 (weight 2) → (3+2+10)/6 = 2.5.
    state = State(column(1.0, 100.0), np.array([3.0, 4.0]))
    state, inertia = step(state, column(2.0, 5.0), weight=np.array([1.0, 2]), rng=rng)
    assert state.centers.tolist() == [[2.5], [100.0]]
    assert state.counts.tolist() == [6.0, 4.0]
    assert inertia == 1 * 1 + 2 * 16  # of the centers before the step


def test_the_state_given_is_not_changed(rng: np.random.Generator) -> None:
    state = State(column(1.0, 100.0), np.array([3.0, 4.0]))
    step(state, column(2.0, 5.0), rng=rng)
    assert state.centers.tolist() == [[1.0], [100.0]]
    assert state.counts.tolist() == [3.0, 4.0]


def test_a_rare_center_moves_to_a_row_and_is_given_weight(rng: np.random.Generator) -> None:
    state = State(column(0.0, 10.0, 1e6), np.array([500.0, 300, 0]))
    state, _ = step(state, column(0.0, 1.0, 9.0, 11.0), rng=rng, reassignment_ratio=0.01)
    assert state.centers[2, 0] in {0.0, 1.0, 9.0, 11.0}
    assert state.counts[2] == 302.0  # as heavy as the lightest that stays: not moved again at once


def test_no_center_moves_with_ratio_zero(rng: np.random.Generator) -> None:
    state = State(column(0.0, 1e6), np.array([500.0, 0]))
    state, _ = step(state, column(0.0, 1.0), rng=rng, reassignment_ratio=0.0)
    assert state.centers[1, 0] == 1e6


def test_a_move_never_takes_a_row_without_weight(rng: np.random.Generator) -> None:
    for _ in range(20):
        state = State(column(0.0, 1e6), np.array([500.0, 0]))
        state, _ = step(
            state, column(0.0, 1.0, 77.0, 88.0), weight=np.array([1.0, 1, 0, 0]), rng=rng
        )
        assert state.centers[1, 0] in {0.0, 1.0}


def test_rare_centers_are_looked_for_each_ten_k_rows(rng: np.random.Generator) -> None:
    state = State(column(0.0, 5.0), np.array([1000.0, 1]))
    for seen in (8, 16):
        state, _ = step(state, np.zeros((8, 1)), rng=rng, reassignment_ratio=0.5)
        assert (state.n_since, state.centers[1, 0]) == (seen, 5.0)
    state, _ = step(state, np.zeros((8, 1)), rng=rng, reassignment_ratio=0.5)
    assert (state.n_since, state.centers[1, 0]) == (0, 0.0)


def test_large_counts_do_not_cancel(rng: np.random.Generator) -> None:
    state = State(column(1e9), np.array([1e12]))
    state, _ = step(state, column(1e9 + 1), rng=rng)
    assert state.centers[0, 0] == 1e9


def test_seed_rows() -> None:
    assert Schedule(batch_size=100).n_seed_rows(10_000, 8) == 300
    assert Schedule(batch_size=100).n_seed_rows(200, 8) == 200
    assert Schedule(batch_size=2).n_seed_rows(10_000, 8) == 24
    assert Schedule(init_size=50).n_seed_rows(10_000, 8) == 50
    assert Schedule(init_size=5).n_seed_rows(10_000, 8) == 24


@pytest.mark.parametrize("merged_rows", [0, 4096])
def test_fit_finds_the_groups(
    merged_rows: int, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    monkeypatch.setattr(minibatch, "MERGED_ROWS", merged_rows)
    X = np.concatenate([rng.normal(size=(300, 2)) + 20 * j for j in range(4)])
    for rows in (X, Csr.of(sp.csr_array(X))):
        outcome = fit_minibatch(rows, 4, Schedule(batch_size=64), rng=np.random.default_rng(0))
        found = sorted(outcome.state.centers[:, 0])
        np.testing.assert_allclose(found, [0, 20, 40, 60], atol=1.0)
        assert outcome.n_iter == int(np.ceil(outcome.n_steps * 64 / 1200))


def test_weights_decide_which_rows_are_drawn(rng: np.random.Generator) -> None:
    X, weight = rng.normal(size=(6000, 1)), np.zeros(6000)
    X[:3000] += 50
    weight[:3000] = 1.0
    outcome = fit_minibatch(X, 2, Schedule(), rng=rng, weight=weight)
    assert outcome.state.centers.min() > 45


def test_it_stops_when_smoothed_inertia_no_longer_falls(rng: np.random.Generator) -> None:
    X = rng.normal(size=(2000, 2))
    early = fit_minibatch(
        X, 3, Schedule(batch_size=100, max_no_improvement=2), rng=np.random.default_rng(0)
    )
    never = fit_minibatch(
        X, 3, Schedule(batch_size=100, max_no_improvement=None, max_iter=5),
        rng=np.random.default_rng(0),
    )  # fmt: skip
    assert early.converged
    assert early.n_steps < never.n_steps == 100
    assert not never.converged


def test_it_stops_when_the_centers_hardly_move(rng: np.random.Generator) -> None:
    X = rng.normal(size=(2000, 2))
    outcome = fit_minibatch(
        X, 3, Schedule(batch_size=100, max_no_improvement=None, tol=1e-2), rng=rng
    )
    assert outcome.converged
    assert outcome.n_steps < 2000


def test_steps_are_told(rng: np.random.Generator) -> None:
    told = []
    fit_minibatch(
        rng.normal(size=(100, 2)), 2, Schedule(batch_size=50, max_iter=2), rng=rng,
        on_step=lambda *step: told.append(step),
    )  # fmt: skip
    assert [(i, n_steps) for i, n_steps, _, _ in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert told[1][2] == told[1][3]  # the second step starts the smoothing; the first is the seed


def test_a_center_without_rows_is_given_some() -> None:
    # Guards scikit-learn 23141: mini-batch returned fewer clusters than asked.
    X = column(0.0, 1.0, 10.0, 11.0, 30.0)
    outcome = Outcome(State(column(0.5, 500.0, 600.0), np.ones(3)), 1, 1, 0.0, True)
    run = occupied(X, outcome, None)
    assert len(np.unique(run.labels)) == 3
    assert run.inertia == finish(X, run.centers).inertia
    assert run.method == "mini-batch"


def test_as_many_clusters_as_asked_on_real_fits(rng: np.random.Generator) -> None:
    X = np.concatenate([np.zeros((2000, 2)), rng.normal(size=(40, 2)) * 100])
    for seed in range(10):
        fitted = MiniBatchKMeans(20, batch_size=50, random_state=seed).fit(X)
        assert len(np.unique(fitted.labels_)) == 20


def test_a_stream_needs_enough_rows_to_start(rng: np.random.Generator) -> None:
    with pytest.raises(OptionError, match="n_clusters=5 and n_samples=3"):
        start(rng.normal(size=(3, 2)), 5, Schedule(), rng=rng)


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


def test_partial_fit_goes_on_from_fit_and_from_given_centers(rng: np.random.Generator) -> None:
    X = rng.normal(size=(100, 2))
    model = MiniBatchKMeans(2, random_state=0).fit(X)
    steps = model.n_steps_
    model.partial_fit(X.astype("float32"))
    assert model.n_steps_ == steps + 1
    model.cluster_centers_ = np.array([[1e3, 1e3], [-1e3, -1e3]])
    model.partial_fit(np.array([[1e3, 1e3]]))
    assert model.cluster_centers_[0].tolist() == [1e3, 1e3]


def test_without_labels_inertia_is_an_estimate(rng: np.random.Generator) -> None:
    X = rng.normal(size=(3000, 2))
    with_labels = MiniBatchKMeans(4, random_state=0).fit(X)
    without = MiniBatchKMeans(4, random_state=0, compute_labels=False).fit(X)
    assert not hasattr(without, "labels_")
    assert without.inertia_ == pytest.approx(with_labels.inertia_, rel=0.1)
    np.testing.assert_array_equal(
        MiniBatchKMeans(4, random_state=0, compute_labels=False).fit_predict(X), without.predict(X)
    )
    again = with_labels.set_params(compute_labels=False).fit(X)
    assert not hasattr(again, "labels_")


def test_too_small_an_init_size_warns(rng: np.random.Generator) -> None:
    with pytest.warns(RuntimeWarning, match="init_size=2 should be larger than n_clusters=4"):
        MiniBatchKMeans(4, init_size=2, random_state=0).fit(rng.normal(size=(50, 2)))
