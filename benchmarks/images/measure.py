"""Quantize and judge: one row for each picture, method, K and strength."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.images import pictures
from benchmarks.images.made import Unable
from benchmarks.images.methods import method, peer
from benchmarks.images.rows import Row
from benchmarks.images.scores import METRICS, score

Task = tuple[str, str, int, float, tuple[str, ...]]


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    pictures: tuple[str, ...]
    methods: tuple[str, ...]  # of ``METHODS``, or ``module:function``
    ks: tuple[int, ...]
    dithers: tuple[float, ...] = ()  # strengths 0 … 1; empty: none, and each method's own
    metrics: tuple[str, ...] = METRICS

    def tasks(self) -> list[Task]:
        """Return what is to be done: picture by picture, so that its score's share is near."""
        return [
            (picture, name, k, dither, self.metrics)
            for picture in self.pictures
            for k in self.ks
            for name in self.methods
            for dither in self.dithers or own(name)
        ]


def own(name: str) -> tuple[float, ...]:
    """Return the strengths that a method is shown with."""
    what = method(name)
    return (0.0, what.strength) if what.dithers else (0.0,)


def measure(plan: Plan, jobs: int = 1) -> Iterator[Row]:
    """Yield a row for each task of a plan, in its order, from some processes side by side."""
    tasks = plan.tasks()
    if jobs == 1:
        yield from map(row_of, tasks)
        return
    # a process of its own for each: threads of libraries survive no fork
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(row_of, tasks, chunksize=2)


def row_of(task: Task) -> Row:
    """Quantize one picture by one method and judge it."""
    name, how, k, dither, metrics = task
    sample = pictures.load(name)
    head: dict[str, Any] = {"picture": name, "kind": sample.kind, "method": how}
    head |= {"k": k, "dither": float(dither), "distinct": distinct(name)}
    try:
        made = peer(how, sample.pixels, k, dither)
        return Row(**head, **score(sample.pixels, made, metrics))
    except Unable as why:
        return Row(**head, status=str(why))
    except Exception as error:  # a peer that fails is told, and the others are measured
        return Row(**head, status=f"failed: {type(error).__name__}: {error}")


@cache
def distinct(name: str) -> int:
    """Return the number of colors of a picture; all that is fully transparent counts as one."""
    pixels = pictures.load(name).pixels
    rows = pixels.reshape(-1, pixels.shape[2])
    if rows.shape[1] == 4:
        rows = np.where(rows[:, 3:] == 0, 0, rows)
    weights = 256 ** np.arange(rows.shape[1], dtype=np.int64)
    return len(np.unique(rows @ weights))
