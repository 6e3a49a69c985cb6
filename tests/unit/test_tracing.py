"""What a fit tells while it runs: callbacks, early ends, recordings."""

from __future__ import annotations

import doctest
from itertools import pairwise

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from covey import KMeans, MiniBatchKMeans, Recorder
from covey.engine import tracing
from covey.engine.lloyd import finish, lloyd, stopped
from covey.engine.tracing import telling
from covey.flow import Step
from covey.testing.oracle import brute_force

X4 = np.array([[0.0], [1.0], [4.0], [9.0]])


def test_a_run_by_hand() -> None:
    # From 0 and 1: {0}, {1, 4, 9} → 0 and 14/3: {0, 1}, {4, 9} → 1/2 and 13/2: the same.
    recorder = Recorder()
    fitted = KMeans(2, init=X4[:2], tol=0).fit(X4, on_iteration=recorder)
    steps = recorder.trace.steps
    assert [step.n_iter for step in steps] == [1, 2, 3]
    assert [step.centers[:, 0].tolist() for step in steps] == [[0, 1], [0, 14 / 3], [0.5, 6.5]]
    assert [step.labels.tolist() for step in steps] == [[0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]]
    assert [step.inertia for step in steps] == pytest.approx(
        [0 + 9 + 64, 0 + 1 + 4 / 9 + 169 / 9, 0.25 * 2 + 6.25 * 2]
    )
    assert len(steps) == fitted.n_iter_
    np.testing.assert_array_equal(steps[-1].labels, fitted.labels_)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_step_belongs_to_its_centers_and_inertia_never_rises(
    dtype: str, rng: np.random.Generator
) -> None:
    X, weight = rng.normal(size=(500, 3)).astype(dtype), rng.random(500)
    recorder = Recorder()
    KMeans(6, random_state=0).fit(X, sample_weight=weight, on_iteration=recorder)
    steps = recorder.trace.steps
    for step in steps:
        answer = brute_force(X, step.centers, weight)
        np.testing.assert_array_equal(step.labels, answer.labels)
        assert step.inertia == pytest.approx(answer.inertia, rel=1e-5)
    inertias = [step.inertia for step in steps]
    assert all(b <= a * (1 + 1e-6) for a, b in pairwise(inertias))


def test_recorded_steps_are_copies_and_labels_are_small(rng: np.random.Generator) -> None:
    X = rng.random((400, 2))
    for k, dtype in ((2, "uint8"), (256, "uint8"), (257, "uint16")):
        recorder = Recorder()
        KMeans(k, random_state=0, max_iter=3).fit(X, on_iteration=recorder)
        labels = [step.labels for step in recorder.trace.steps]
        assert {one.dtype for one in labels} == {np.dtype(dtype)}
        assert len({id(one) for one in labels}) == len(labels)
    recorder = Recorder(labels=False)
    KMeans(3, random_state=0).fit(X, on_iteration=recorder)
    assert {step.labels for step in recorder.trace.steps} == {None}


def test_of_several_starts_the_best_is_the_trace(rng: np.random.Generator) -> None:
    X, recorder = rng.random((300, 2)), Recorder()
    fitted = KMeans(9, n_init=4, random_state=0, tol=0).fit(X, on_iteration=recorder)
    assert len(recorder.traces) == 4
    assert recorder.trace.steps[-1].inertia == pytest.approx(fitted.inertia_)
    assert len(recorder.trace.steps) == fitted.n_iter_


def test_the_example_runs() -> None:
    assert doctest.testmod(tracing) == (0, 4)


def test_an_empty_recorder_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="pass it as fit's on_iteration"):
        _ = Recorder().trace


def test_returning_true_ends_a_run_with_a_valid_result(rng: np.random.Generator) -> None:
    X = rng.random((2000, 2))
    for after in (1, 3):
        fitted = KMeans(20, quality="fast", random_state=0).fit(
            X, on_iteration=lambda step, after=after: step.n_iter == after
        )
        assert fitted.n_iter_ == after
        same = KMeans(20, quality="fast", random_state=0, max_iter=after).fit(X)
        assert fitted.cluster_centers_.tobytes() == same.cluster_centers_.tobytes()
        assert fitted.inertia_ == same.inertia_
        np.testing.assert_array_equal(fitted.predict(X), fitted.labels_)


def test_stop_is_stop_also_for_the_starts_to_come(rng: np.random.Generator) -> None:
    X, told = rng.random((500, 2)), []

    def once(step: Step) -> bool:
        told.append(step.n_iter)
        return len(told) == 2

    fitted = KMeans(5, n_init=10, random_state=0).fit(X, on_iteration=once)
    assert told == [1, 2]
    assert fitted.n_iter_ == 2


def test_stop_at_the_end_of_a_start_ends_the_next_at_once() -> None:
    tell = telling(lambda step: step.n_iter == 2)
    nothing = np.zeros((1, 1)), np.zeros(1, np.int32)
    assert [tell(n, *nothing, 0.0) for n in (1, 2, 1)] == [False, True, True]


def test_a_stopped_run_is_told_from_others() -> None:
    assert stopped(lloyd(X4, X4[:2], on_iteration=lambda *_: True), 300)
    assert not stopped(lloyd(X4, X4[:2]), 300)
    assert not stopped(lloyd(X4, X4[:2], max_iter=1), 1)
    assert not stopped(finish(X4, X4[:2]), 300)


def test_what_is_lent_cannot_be_changed(rng: np.random.Generator) -> None:
    def spoil(step: Step) -> None:
        with pytest.raises(ValueError, match="read-only"):
            step.centers[:] = 0
        with pytest.raises(ValueError, match="read-only"):
            step.labels[:] = 0

    X = rng.random((100, 2))
    told = KMeans(3, random_state=0).fit(X, on_iteration=spoil)
    assert told.inertia_ == KMeans(3, random_state=0).fit(X).inertia_


def test_an_error_in_a_callback_ends_the_fit() -> None:
    def fail(step: Step) -> None:
        raise KeyboardInterrupt

    model = KMeans(2, random_state=0)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X4, on_iteration=fail)
    assert not hasattr(model, "cluster_centers_")


@pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])
def test_a_callback_is_no_parameter(kind: type) -> None:
    model = kind(2, random_state=0).fit(X4, on_iteration=Recorder())
    assert "on_iteration" not in model.get_params()
    assert clone(model).get_params() == model.get_params()


def test_a_pipeline_passes_it_on() -> None:
    recorder = Recorder()
    make_pipeline(StandardScaler(), KMeans(2, random_state=0)).fit(
        X4, kmeans__on_iteration=recorder
    )
    assert recorder.trace.steps


def test_verbose_and_callback_go_together(capsys: pytest.CaptureFixture[str]) -> None:
    KMeans(2, init=X4[:2], verbose=1).fit(X4, on_iteration=lambda _: True)
    assert capsys.readouterr().out == "Iteration 1, inertia 73.0.\n"
