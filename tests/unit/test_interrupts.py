"""Ctrl-C: how soon it stops what, and that nothing is broken by it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from covey import KMeans
from covey.engine import passes

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")

#: The promise: seconds of work that a thread does after the signal. Held to processor time, since
#: a machine that runs other things beside this test may give it little.
LIMIT = 0.2
WALL_LIMIT = 10.0  # nothing waits without working

#: Interrupts one job after the other, each of which would take many seconds, and prints how long
#: each took to stop. After each, a small fit must give the bytes that it gave at the start.
CHILD = """
import json, os, signal, sys, threading, time
import numpy as np
import scipy.sparse as sp
from covey import KMeans, MiniBatchKMeans
from covey.engine import passes
from covey.engine.passes import Csr

rng = np.random.default_rng(0)
signal.signal(signal.SIGINT, signal.default_int_handler)
small = rng.random((5000, 5))

def small_fit():
    fitted = KMeans(8, random_state=0, n_init=2).fit(small)
    return fitted.cluster_centers_.tobytes() + fitted.labels_.tobytes()

X = rng.random((40_000, 256))
C = rng.random((4000, 256))
wide = rng.random((6000, 10_000), dtype=np.float32)
n = 60_000
labels = np.zeros(n, np.int32)
csr = sp.csr_array(
    (rng.random(60 * n), rng.integers(0, 5000, 60 * n), np.arange(0, 60 * n + 1, 60)), (n, 5000)
)
csr.sum_duplicates()
rows = Csr.of(csr)
across = rng.random((2000, 5000))
long = dict(random_state=0, tol=0, max_iter=10_000, n_init=10)
labelings = (np.arange(40_000) % 3).astype(np.int32)[None]

JOBS = {
    "dense fit": lambda: KMeans(300, **long).fit(X),
    "many short passes": lambda: KMeans(40, **{**long, "n_init": 10_000}).fit(X[:4000, :8]),
    "sparse fit": lambda: KMeans(300, **long).fit(csr),
    "mini-batch fit": lambda: MiniBatchKMeans(
        1000, random_state=0, max_no_improvement=None, max_iter=10_000, batch_size=20_000
    ).fit(X),
    "lloyd": lambda: passes.lloyd(X, C, None, np.zeros(40_000, np.int32)),
    "nearest": lambda: passes.nearest(X, C),
    "nearest_two": lambda: passes.nearest_two(X, C),
    "distances": lambda: passes.distances(wide, wide[:1000]),
    "wide rows": lambda: passes.nearest(wide, wide[:1000]),
    "potentials": lambda: passes.seed_potentials(X, C, np.ones(40_000), None),
    "seeding on a grid": lambda: passes.seed_on_grid(X, None, 0, np.full((3999, 9), 0.5)),
    "seeding": lambda: KMeans(4000, **long).fit(X),
    "silhouettes": lambda: passes.silhouettes(X, labelings),
    "sparse nearest": lambda: passes.nearest(rows, across),
    "sparse distances": lambda: passes.distances(rows, across),
    "sparse potentials": lambda: passes.seed_potentials(rows, across, np.ones(n), None),
    "predict": lambda: KMeans(4000, init=C, n_init=1, max_iter=1).fit(X[:4000]).predict(X),
}

expected = small_fit()
for name in sys.argv[1:] or JOBS:
    passes.set_threads(None)
    sent = []
    def send():
        sent.extend([time.perf_counter(), time.process_time()])
        os.kill(os.getpid(), signal.SIGINT)
    timer = threading.Timer(0.5, send)
    timer.start()
    try:
        JOBS[name]()
        outcome = "it ended before it was interrupted"
        timer.cancel()
    except KeyboardInterrupt:
        outcome = [time.perf_counter() - sent[0], time.process_time() - sent[1]]
    timer.join()
    again = [small_fit() == expected]
    passes.set_threads(3)
    again.append(small_fit() == expected)
    print(json.dumps({"job": name, "late": outcome, "same": all(again)}), flush=True)
"""


def test_ctrl_c_stops_any_pass_at_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, timeout=250
    )
    assert done.returncode == 0, done.stderr
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(outcomes) >= 16
    for outcome in outcomes:
        assert not isinstance(outcome["late"], str), outcome
        wall, work = outcome["late"]
        assert work < LIMIT * passes.get_threads() and wall < WALL_LIMIT, outcome
        assert outcome["same"], outcome


class Stop(Exception):
    """What a handler may raise instead of KeyboardInterrupt."""


@pytest.fixture
def alarm():
    """Return a function that has a handler called after some seconds, in this thread."""
    before = signal.getsignal(signal.SIGALRM)

    def arm(seconds: float, handler) -> None:
        signal.signal(signal.SIGALRM, lambda *_: handler())
        signal.setitimer(signal.ITIMER_REAL, seconds)

    yield arm
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    passes.set_threads(None)


def long_pass() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((20_000, 256)), rng.random((1000, 256))


@pytest.mark.parametrize("n_threads", [1, 2, 3, 8])
def test_what_a_handler_raises_comes_out_of_the_pass(alarm, n_threads: int) -> None:
    X, centers = long_pass()
    passes.set_threads(n_threads)

    def stop() -> None:
        raise Stop("enough")

    with pytest.raises(Stop, match="enough"):
        alarm(0.02, stop)
        for _ in range(50):
            passes.nearest(X, centers)


def test_a_handler_that_raises_nothing_changes_nothing(alarm) -> None:
    X, centers = long_pass()
    passes.set_threads(3)
    expected = passes.nearest(X, centers)
    inside: list[bytes] = []
    small = X[:5000, :7].copy()
    alone = passes.nearest(small, small[:9])[1].tobytes()

    def handle() -> None:  # runs in the midst of a pass, and calls another
        inside.append(passes.nearest(small, small[:9])[1].tobytes())

    alarm(0.02, handle)
    until = time.monotonic() + 20
    while not inside and time.monotonic() < until:
        found = passes.nearest(X, centers)
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_array_equal(found[1], expected[1])
    assert inside == [alone]


def test_an_interrupted_estimator_is_as_it_was(alarm) -> None:
    X, _ = long_pass()
    fitted = KMeans(5, random_state=0).fit(X[:1000])
    centers, labels = fitted.cluster_centers_.copy(), fitted.labels_.copy()
    fitted.set_params(n_init=1000, tol=0)

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        alarm(0.1, stop)
        fitted.fit(X)
    np.testing.assert_array_equal(fitted.cluster_centers_, centers)
    np.testing.assert_array_equal(fitted.labels_, labels)
    np.testing.assert_array_equal(fitted.predict(X[:1000]), labels)


def test_a_pass_in_another_thread_goes_on(alarm) -> None:
    """Python runs handlers in its main thread alone: a pass elsewhere neither stops nor fails."""
    X, centers = long_pass()
    expected = passes.nearest(X, centers)
    found: list[np.ndarray] = []
    worker = threading.Thread(target=lambda: found.extend(passes.nearest(X, centers)))

    def stop() -> None:
        raise Stop

    worker.start()
    with pytest.raises(Stop):
        alarm(0.01, stop)
        time.sleep(5)
    worker.join()
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
