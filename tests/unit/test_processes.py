"""Fits in children, in workers and in their workers: no hang, no other bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: What every process below computes: one digest of dense and sparse fits.
DIGEST = """
import hashlib, os, sys, threading, warnings
import numpy as np
import scipy.sparse as sp
from covey import KMeans, MiniBatchKMeans
from covey.engine import passes

rng = np.random.default_rng(1)
X = rng.random((20_000, 5))
wide = rng.random((3000, 60)).astype("float32")
rows = sp.random_array((4000, 80), density=0.1, format="csr", rng=rng)

def digest(_=None):
    found = hashlib.sha256()
    for kind, data in ((KMeans, X), (KMeans, wide), (KMeans, rows), (MiniBatchKMeans, X)):
        fitted = kind(9, random_state=0, n_init=2, max_iter=20).fit(data)
        for each in (fitted.cluster_centers_, fitted.labels_, np.float64(fitted.inertia_)):
            found.update(each.tobytes())
    return found.hexdigest()
"""


pytestmark = pytest.mark.timeout(300)


def run(tmp_path: Path, body: str) -> str:
    script = tmp_path / "script.py"
    script.write_text(DIGEST + body, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script)], capture_output=True, text=True, timeout=280,
        env={**os.environ, "COVEY_NUM_THREADS": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "method", ["fork", "spawn", pytest.param("forkserver", marks=pytest.mark.slow)]
)
def test_multiprocessing(tmp_path: Path, method: str) -> None:
    """After the parent has fitted, so that a fork copies a pool whose threads are not there."""
    if os.name == "nt" and method != "spawn":
        pytest.skip("this system has no fork")
    assert run(
        tmp_path,
        f"""
if __name__ == "__main__":
    import multiprocessing
    expected = digest()
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        assert pool.map(digest, range(3)) == [expected] * 3
    assert digest() == expected
    print("same")
""",
    ) == "same"  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_fork_in_the_midst_of_fits(tmp_path: Path) -> None:
    """Another thread fits while this one forks: locks that it holds are held in the child too."""
    assert run(
        tmp_path,
        """
expected = digest()
passes.set_threads(3)
done = threading.Event()
found = []

def fit():
    while not done.is_set():
        found.append(digest())

workers = [threading.Thread(target=fit) for _ in range(2)]
for worker in workers: worker.start()
codes = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        import signal
        signal.alarm(100)  # a child that hangs is killed
        os._exit(0 if digest() == expected else 1)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
done.set()
for worker in workers: worker.join()
assert codes == [0] * 4, codes
assert set(found) == {expected}
print("same")
""",
    ) == "same"  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_thread_that_forks_is_the_main_thread_of_its_child(tmp_path: Path) -> None:
    """Ctrl-C stops a pass in the child of a fork by another thread."""
    assert run(
        tmp_path,
        """
import signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGALRM, signal.default_int_handler)
big, centers = rng.random((60_000, 256)), rng.random((4000, 256))
codes = []

def work():
    digest()
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        start = time.perf_counter()
        try:
            passes.nearest(big, centers)
        except KeyboardInterrupt:
            os._exit(0 if time.perf_counter() - start < 2 else 1)
        os._exit(2)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

worker = threading.Thread(target=work)
worker.start()
worker.join()
assert codes == [0], codes
print("stopped")
""",
    ) == "stopped"  # fmt: skip


@pytest.mark.parametrize("inner", ["threading", pytest.param("loky", marks=pytest.mark.slow)])
def test_nested_joblib(tmp_path: Path, inner: str) -> None:
    """Workers with workers of their own, under joblib's limits for threads."""
    pytest.importorskip("joblib")
    assert run(
        tmp_path,
        f"""
def several(_):
    from joblib import Parallel, delayed
    return Parallel(2, backend={inner!r})(delayed(digest)(i) for i in range(2))

if __name__ == "__main__":
    from joblib import Parallel, delayed
    expected = digest()
    found = Parallel(2)(delayed(several)(i) for i in range(2))
    assert found == [[expected] * 2] * 2, found
    print("same")
""",
    ) == "same"  # fmt: skip


@pytest.mark.parametrize("n_rows", [200, 20_000], ids=["short passes", "long passes"])
def test_a_fit_in_a_daemon_thread_does_not_hinder_the_end(tmp_path: Path, n_rows: int) -> None:
    assert run(
        tmp_path,
        f"""
import time
def forever():
    while True:
        KMeans(40, random_state=0, n_init=5, tol=0).fit(X[:{n_rows}])
threading.Thread(target=forever, daemon=True).start()
time.sleep(0.5)
print("ends", flush=True)
""",
    ) == "ends"  # fmt: skip
