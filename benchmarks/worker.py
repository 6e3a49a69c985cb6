"""The process of one peer: reads orders as JSON lines, answers each with one.

``{"do": "load", "peer": …, "folder": …, "task": …, "ks": […], "n_init": …}`` imports the library
and reads the data; ``{"do": "warm"}`` runs once on a few rows, so that threads and buffers are
there; ``{"do": "run", "n_iter": …, "seed": …, "keep": …}`` is what is timed. What the library
prints goes to standard error.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import folder, memory
from benchmarks.peers import PEERS, Job, Outcome

#: rows of the warm-up, for each cluster
WARM = 4


class Bench:
    """One peer on one workload."""

    def load(self, peer: str, place: str, task: str, ks: list[int], n_init: int) -> dict[str, Any]:
        tasks = PEERS[peer].load()
        self.ks, self.task = ks, tasks["fit" if task in ("sweep", "optimum") else task]
        data = folder.read(Path(place))
        self.job = Job(data.X, ks[-1], data.start, data.labels, 2, n_init, 0)
        return {}

    def warm(self) -> dict[str, Any]:
        few = slice(0, min(self.job.X.shape[0], max(WARM * self.job.k, 256)))
        small = replace(self.job, X=self.job.X[few], labels=self.job.labels[few], n_init=1)
        self.task(small)
        return {}

    def run(self, n_iter: int, seed: int, keep: str) -> dict[str, Any]:
        jobs = [replace(self.job, k=k, n_iter=n_iter, seed=seed) for k in self.ks]
        gc.collect()
        before = memory.resident()
        memory.forget_peak()
        cpu, wall = time.process_time(), time.perf_counter()
        outcomes = [self.task(job) for job in jobs]
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        extra = max(0, memory.peak() - before)
        last = outcomes[-1]
        return {
            "wall": wall, "cpu": cpu, "extra": extra, "value": last.value, "method": last.method,
            "share": last.share, "n_iter": sum(outcome.n_iter for outcome in outcomes),
            "centers": _kept(outcomes, keep),
        }  # fmt: skip


def _kept(outcomes: list[Outcome], keep: str) -> list[str]:
    """Write the centers of each outcome; return where."""
    places = []
    for i, outcome in enumerate(outcomes):
        if outcome.centers is not None:
            places.append(f"{keep}-{i}.npy")
            np.save(places[-1], outcome.centers)
    return places


def _end_with_parent() -> None:
    """Ask Linux to end this process with the one that gives orders: stopped, it would stay."""
    if sys.platform == "linux":
        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def main() -> None:
    """Answer until the orders end."""
    _end_with_parent()
    wire = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")  # of fits that stop on purpose
    gc.disable()
    bench = Bench()
    for line in sys.stdin:
        order = json.loads(line)
        do: Callable[..., dict[str, Any]] = getattr(bench, order.pop("do"))
        try:
            answer = do(**order)
        except Exception as error:  # whatever a peer raises is its result
            missing = isinstance(error, ImportError | AttributeError) and not hasattr(bench, "job")
            kind = "missing" if missing else "failed"
            answer = {"error": f"{kind}: {type(error).__name__}: {error}"[:200]}
        print(json.dumps(answer), file=wire, flush=True)


if __name__ == "__main__":
    main()
