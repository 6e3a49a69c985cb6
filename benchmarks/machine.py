"""On what figures were measured: processor, versions, and how fast it could be at best.

``python -m benchmarks.machine wall`` (or ``cpu``) measures the roofline and prints it as JSON; the
suite calls it in an environment cleaned like the peers'.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from scipy.linalg import get_blas_funcs

from benchmarks.peers import PEERS
from benchmarks.processes import ROOT, environment

TRIES = 7
LENGTH = 32_000_000  # floats of a vector: far beyond any cache
SIDE = 3072  # of the square matrices


@dataclass(frozen=True)
class Roofline:
    """The best this machine does, all cores: no dense pass can be faster."""

    read_gb_s: float  # a sum of products of two vectors in memory, read once
    triad_gb_s: float  # y += a x: two reads and a write
    float32_gflop_s: float  # product of square matrices by BLAS
    float64_gflop_s: float

    @property
    def bandwidth(self) -> float:
        """Bytes a second, the better of the two patterns."""
        return 1e9 * max(self.read_gb_s, self.triad_gb_s)

    def flops(self, dtype: str) -> float:
        """Operations a second; a fused multiply-add counts as two."""
        return 1e9 * (self.float32_gflop_s if dtype == "float32" else self.float64_gflop_s)


def measured(threads: int | None, clock: str) -> Roofline:
    """Measure the roofline in a process of its own, by the clock that the peers are measured by."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.machine", clock],
        cwd=ROOT, env=environment(threads), check=True, capture_output=True, text=True,
    )  # fmt: skip
    return Roofline(**json.loads(done.stdout))


def line(threads: int | None, clock: str) -> str:
    """Say the processor, the cores and the versions in one line; never the host's name."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        model = names[0] if names else model
    from covey.engine import passes

    packages = dict.fromkeys(["covey", *(peer.package for peer in PEERS.values()), "numpy"])
    versions = ", ".join(f"{name} {_version(name)}" for name in packages)
    used = f"{threads or os.cpu_count()} threads, {passes.instruction_set()}"
    python = f"Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {used}; {clock} time; {versions}, {python}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def commit() -> str:
    """Return the short name of the commit measured, with a + when files differ from it."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip() or "unknown"


Clock = Callable[[], float]


def _best(work: Callable[[], object], clock: Clock) -> float:
    """Return the least seconds of some tries."""
    took = []
    for _ in range(TRIES):
        start = clock()
        work()
        took.append(clock() - start)
    return min(took)


def _bandwidth(clock: Clock) -> tuple[float, float]:
    """Return GB/s of reading two vectors, and of y += a x."""
    x, y = np.ones(LENGTH, dtype=np.float32), np.ones(LENGTH, dtype=np.float32)
    dot, axpy = get_blas_funcs(("dot", "axpy"), (x, y))
    n_bytes = x.nbytes / 1e9
    read = 2 * n_bytes / _best(lambda: dot(x, y), clock)
    return read, 3 * n_bytes / _best(lambda: axpy(x, y, a=1e-9), clock)


def _gflops(dtype: str, clock: Clock) -> float:
    """Return GFLOP/s of the product of two square matrices."""
    A = np.ones((SIDE, SIDE), dtype=dtype)
    out = np.empty_like(A)
    return 2e-9 * SIDE**3 / _best(lambda: np.matmul(A, A, out=out), clock)


def roofline(clock: Clock) -> Roofline:
    """Measure in this process."""
    return Roofline(*_bandwidth(clock), _gflops("float32", clock), _gflops("float64", clock))


if __name__ == "__main__":
    by = time.process_time if sys.argv[1:] == ["cpu"] else time.perf_counter
    print(json.dumps(asdict(roofline(by))))
