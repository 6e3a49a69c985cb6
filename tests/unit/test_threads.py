"""The core's threads: how many, for whom, after a fork, and under whose limits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

from covey.engine import passes
from covey.engine.threads import register_threadpoolctl

N = 50_000


@pytest.fixture
def rows() -> np.ndarray:
    return np.random.default_rng(5).normal(size=(N, 4))


@pytest.fixture(autouse=True)
def _threads_as_they_were():
    yield
    passes.set_threads(None)


def sums(X: np.ndarray) -> bytes:
    labels = np.full(len(X), -1, np.int32)
    partial, _ = passes.lloyd(X, X[:7], None, labels)
    return partial.sums.tobytes() + labels.tobytes() + np.float64(partial.inertia).tobytes()


def count_in_fresh_process(**environment: str) -> int:
    code = "from covey.engine import passes; print(passes.get_threads())"
    kept = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_threads_are_those_of_the_process() -> None:
    free = count_in_fresh_process()
    if hasattr(os, "sched_getaffinity"):
        assert 1 <= free <= len(os.sched_getaffinity(0))
    assert count_in_fresh_process(OMP_NUM_THREADS="1") == 1
    assert count_in_fresh_process(COVEY_NUM_THREADS="1") == 1
    assert count_in_fresh_process(OMP_NUM_THREADS="junk", COVEY_NUM_THREADS="-3") == free
    assert count_in_fresh_process(OMP_NUM_THREADS="1000") == free


def test_set_and_get() -> None:
    before = passes.get_threads()
    passes.set_threads(3)
    assert passes.get_threads() == 3
    passes.set_threads(0)
    assert passes.get_threads() == 1
    passes.set_threads(None)
    assert passes.get_threads() == before


def test_threadpoolctl_bounds_us() -> None:
    threadpoolctl = pytest.importorskip("threadpoolctl")
    assert register_threadpoolctl()
    passes.set_threads(3)
    infos = [each for each in threadpoolctl.threadpool_info() if each["internal_api"] == "covey"]
    assert [each["num_threads"] for each in infos] == [3]
    with threadpoolctl.threadpool_limits(1):
        assert passes.get_threads() == 1
    assert passes.get_threads() == 3
    with threadpoolctl.threadpool_limits(2, user_api="openmp"):
        assert passes.get_threads() == 2
    with threadpoolctl.threadpool_limits(1, user_api="blas"):
        assert passes.get_threads() == 3


def test_several_python_threads_at_once(rows: np.ndarray) -> None:
    passes.set_threads(3)
    expected = sums(rows)
    found: list[bytes] = []

    def work() -> None:
        found.extend(sums(rows) for _ in range(5))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == [expected] * 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_makes_its_own_threads(rows: np.ndarray) -> None:
    passes.set_threads(3)
    expected = sums(rows)
    with warnings.catch_warnings():  # Python 3.12 warns of forks with threads: that is the test
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        same = sums(rows) == expected == sums(rows)
        tasks = Path("/proc/self/task")  # the one that forked, and two that help it
        helped = len(list(tasks.iterdir())) == 3 if tasks.is_dir() else True
        os._exit(0 if same and helped else 1 + same)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert sums(rows) == expected


def test_a_refused_call_leaves_the_threads_able(rows: np.ndarray) -> None:
    passes.set_threads(3)
    labels = np.zeros(N, np.int32)
    labels[-1] = 7
    with pytest.raises(ValueError, match="labels, from 0 to below: must be 7; got 7"):
        passes.inertia(rows, rows[:7], labels, None)
    assert sums(rows) == sums(rows)
