"""The peers' processes: they answer, they may be missing, they may hang; none takes us along."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.busy import Foreign
from benchmarks.figures import OURS
from benchmarks.processes import SLOWING, PeerLostError, PeerProcess, environment
from benchmarks.turns import Rules, measure
from benchmarks.workloads import Workload

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes cannot be waited for there")
SMALL = Workload("small", "customers", 400, "iterate", (3,), (), (), n_iter=4)


def test_a_round_gives_a_row_for_each_peer() -> None:
    names = [OURS, "scikit-learn", "mlpack naive"]
    heard: list[str] = []
    ours, theirs, other = measure(SMALL, "float64", names, Rules(repeats=2), heard.append)
    assert (ours.peer, theirs.peer, other.peer) == tuple(names)
    assert len(heard) == 3
    for row in (ours, theirs):
        assert row.status == ""
        assert (row.runs, row.n_iter) == (2, 4)
        assert row.seconds is not None
        assert row.seconds > 0
        assert row.extra_mib is not None
        assert row.x_mib == pytest.approx(400 * 3 * 8 / 2**20)
    assert ours.result == pytest.approx(theirs.result, rel=1e-9)
    assert ours.method
    if find_spec("mlpack") is None:
        assert other.status.startswith("missing: ModuleNotFoundError")
        assert other.seconds is None
    else:
        assert other.result == pytest.approx(ours.result, rel=1e-9)


def test_a_sweep_adds_up_and_a_silhouette_is_a_value() -> None:
    sweep = Workload("small", "customers", 300, "sweep", (2, 3), (), (), n_init=2)
    rows = measure(sweep, "float32", [OURS, "scikit-learn"], Rules(repeats=1), lambda text: None)
    assert rows[0].result == pytest.approx(rows[1].result, rel=0.1)
    score = Workload("small", "customers", 300, "silhouette", (3,), (), ())
    rows = measure(score, "float64", [OURS, "scikit-learn"], Rules(repeats=1), lambda text: None)
    assert rows[0].result == pytest.approx(rows[1].result, rel=1e-9)


def test_one_that_hangs_is_ended(tmp_path: Path) -> None:
    process = PeerProcess(1, tmp_path / "log.txt")
    try:
        with pytest.raises(PeerLostError, match="over 0 s"):
            process.answer(0.01)  # it was asked nothing
        with pytest.raises(PeerLostError, match="died: SIGKILL"):
            process.order(do="warm")
            process.answer(5)
    finally:
        process.close()


def test_a_wrong_order_is_an_answer(tmp_path: Path) -> None:
    process = PeerProcess(1, tmp_path / "log.txt")
    try:
        process.order(do="run", n_iter=1, seed=0, keep="x")  # nothing was loaded
        assert process.answer(60)["error"].startswith("missing: AttributeError")
    finally:
        process.close()


def test_what_slows_blas_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SLOWING:
        monkeypatch.setenv(name, "1")
    assert not set(SLOWING) & set(environment(None))
    assert environment(2)["OMP_NUM_THREADS"] == "2"


def test_our_own_work_is_not_foreign() -> None:
    assert not Foreign().share(0.0) > 1.0  # NaN, or at most all cores
    assert not Foreign().share(1e9) > 0.0
