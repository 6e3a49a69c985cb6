"""Measure an iteration of Covey's Lloyd beside scikit-learn's: same start, same iterations.

    python benchmarks/iteration.py                     # all workloads
    python benchmarks/iteration.py --only 273280x3     # those whose name starts so
    python benchmarks/iteration.py --repeats 20 --out elsewhere.csv

Fits of both libraries take turns, so that whatever else the machine does meets both. A fit from
given centers with ``tol=0`` and a fixed ``max_iter`` is timed with few and with many iterations;
the difference, divided by the iterations between, is what one iteration costs, free of what a fit
does once. The least of the repeats is taken: what the code costs when nothing else runs. CPU time
over wall time tells how much of the machine each got; where that is far below the threads, the
machine was busy, and ``--threads 1 --cpu`` (CPU time on one thread) is the number to believe.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sklearn
import threadpoolctl
from sklearn.cluster import KMeans as TheirKMeans

import covey
from covey.engine import passes

FEW, MANY = 2, 12


@dataclass(frozen=True)
class Workload:
    """Rows, features and clusters; rows lie around as many places as there are clusters."""

    n: int
    d: int
    k: int
    dtype: str
    kind: str = "blobs"  # or "photo": colors 0 … 255 that change smoothly from row to row

    @property
    def name(self) -> str:
        return f"{self.n}x{self.d} k={self.k} {self.dtype}"

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Return X and first centers, which are rows of X."""
        rng = np.random.default_rng(20261121)
        if self.kind == "photo":
            walk = np.cumsum(rng.normal(size=(self.n, self.d)), axis=0)
            X = 127.5 + 127.5 * np.sin(walk / 40 + rng.normal(size=(self.n, self.d)) / 9)
        else:
            places = rng.normal(size=(self.k, self.d))
            X = places[rng.integers(0, self.k, self.n)] + rng.normal(size=(self.n, self.d))
        X = X.astype(self.dtype)
        distinct = np.unique(X[rng.permutation(self.n)[: 20 * self.k]], axis=0)
        return X, distinct[rng.permutation(len(distinct))[: self.k]]


SHAPES = [
    (273_280, 3, 16, "photo"),
    (273_280, 3, 64, "photo"),
    (1_000_000, 5, 8, "blobs"),
    (200_000, 8, 32, "blobs"),
    (500_000, 2, 8, "blobs"),
    (1_000_000, 1, 10, "blobs"),
    (300_000, 4, 20, "blobs"),
    (200_000, 16, 50, "blobs"),
    (100_000, 32, 16, "blobs"),
    (60_000, 64, 20, "blobs"),
    (30_000, 128, 100, "blobs"),
    (20_000, 784, 10, "blobs"),
]
WORKLOADS = [
    Workload(n, d, k, dtype, kind) for n, d, k, kind in SHAPES for dtype in ("float32", "float64")
]


@dataclass
class Timing:
    """Wall and CPU seconds of one fit, and what came out."""

    wall: float
    cpu: float
    n_iter: int
    inertia: float


def timed(estimator: type, X: np.ndarray, start: np.ndarray, n_iter: int) -> Timing:
    model = estimator(len(start), init=start, n_init=1, max_iter=n_iter, tol=0)
    cpu, wall = time.process_time(), time.perf_counter()
    model.fit(X)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    # Both by one measure, in double: scikit-learn adds up floats in float.
    inertia = float(passes.nearest(X, np.ascontiguousarray(model.cluster_centers_))[1].sum())
    return Timing(wall, cpu, model.n_iter_, inertia)


def measure(load: Workload, repeats: int, clock: str) -> dict[str, object]:
    """Return one row of results; raises when the two did not do the same work.

    Where rows are as near to one center as to another, rounding sends the two libraries ways
    that differ by parts in a million.
    """
    X, start = load.data()
    libraries = {"covey": covey.KMeans, "sklearn": TheirKMeans}
    found: dict[tuple[str, int], list[Timing]] = {}
    for turn in range(repeats + 1):
        for n_iter in (FEW, MANY):
            for name, estimator in libraries.items():
                timing = timed(estimator, X, start, n_iter)
                if turn:  # the first turn warms caches and threads
                    found.setdefault((name, n_iter), []).append(timing)
    ours, theirs = found["covey", MANY][0], found["sklearn", MANY][0]
    if ours.n_iter != theirs.n_iter:
        raise SystemExit(f"{load.name}: {ours.n_iter} iterations against {theirs.n_iter}")
    if ours.inertia > theirs.inertia * (1 + (1e-4 if load.dtype == "float32" else 1e-6)):
        raise SystemExit(f"{load.name}: inertia {ours.inertia} against {theirs.inertia}")

    def least(name: str, n_iter: int) -> float:
        return min(getattr(timing, clock) for timing in found[name, n_iter])

    def iteration(name: str) -> float:
        between = found[name, MANY][0].n_iter - found[name, FEW][0].n_iter
        return (least(name, MANY) - least(name, FEW)) / between

    def cores(name: str) -> float:
        timing = min(found[name, MANY], key=lambda timing: timing.wall)
        return timing.cpu / timing.wall

    ms, their_ms = 1e3 * iteration("covey"), 1e3 * iteration("sklearn")
    return {
        "workload": load.name,
        "covey_ms": round(ms, 3),
        "sklearn_ms": round(their_ms, 3),
        "ratio": round(their_ms / ms, 2),
        "fit_ratio": round(least("sklearn", MANY) / least("covey", MANY), 2),
        "covey_cores": round(cores("covey"), 2),
        "sklearn_cores": round(cores("sklearn"), 2),
        "inertia_ratio": round(ours.inertia / theirs.inertia, 9),
    }


def machine() -> str:
    """Say on what this was measured: the processor and the versions, never the host's name."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        model = names[0] if names else model
    versions = f"covey {covey.__version__}, scikit-learn {sklearn.__version__}"
    python = f"Python {platform.python_version()}, NumPy {np.__version__}"
    used = f"{passes.instruction_set()}, {passes.get_threads()} threads"
    return f"{model}, {os.cpu_count()} cores, {used}; {versions}, {python}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="workloads whose name starts so")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, help="bound both libraries; all cores else")
    parser.add_argument("--cpu", action="store_true", help="compare CPU time, not wall time")
    default = Path(__file__).parent / "results" / "iteration.csv"
    parser.add_argument("--out", type=Path, default=default)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of fits that were stopped on purpose
    loads = [load for load in WORKLOADS if load.name.startswith(arguments.only)]
    if not loads:
        sys.exit(f"no workload starts with {arguments.only!r}; there are {len(WORKLOADS)}")
    if arguments.threads:
        passes.set_threads(arguments.threads)
        threadpoolctl.threadpool_limits(arguments.threads)
    clock = "cpu" if arguments.cpu else "wall"
    print(f"{machine()}; {clock} time")
    rows: list[dict[str, object]] = []
    for load in loads:
        row = measure(load, arguments.repeats, clock)
        if not rows:
            print("  ".join(f"{name:>26}" if i == 0 else name for i, name in enumerate(row)))
        rows.append(row)
        print("  ".join(f"{value:>{max(26 * (not i), len(key))}}" for i, (key, value) in
                        enumerate(row.items())), flush=True)  # fmt: skip
    busy = min(float(str(row["sklearn_cores"])) for row in rows) < 0.75 * passes.get_threads()
    if busy and clock == "wall":
        sys.exit("the machine was busy with other things: see the cores; nothing was written")
    if len(loads) == len(WORKLOADS):
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        with arguments.out.open("w", newline="", encoding="utf-8") as file:
            file.write(f"# {machine()}; {clock} time\n")
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
