"""Run a method as far as it can be run: on all rows or a sample, timed, failing in words."""

from __future__ import annotations

import importlib
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.explain.algorithms.method import Doubles, Found, Integers, Method, Task, row_limit

_LIBRARIES = (
    "scipy.cluster.hierarchy", "scipy.sparse.linalg",
    "sklearn.cluster", "sklearn.mixture", "sklearn.neighbors",
)  # fmt: skip
#: what libraries raise for rows that they can do nothing with
_FAILURES = (ValueError, ArithmeticError, np.linalg.LinAlgError, RuntimeError, MemoryError)


@dataclass(frozen=True)
class Ran:
    """What came of running a method on n rows."""

    method: Method
    labels: Integers | None  # (n,) from 0 without gaps, largest first; −1: noise
    settings: str = ""
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = float("nan")
    memory: float = float("nan")  # bytes
    n_used: int = 0


@dataclass(frozen=True)
class Rows:
    """The rows to cluster, and the order in which samples of them are drawn."""

    X: Doubles  # (n, d)
    order: NDArray[np.int64]  # (n,): a sample of m rows is the first m of it
    given: int | None
    told: int
    seed: int


def load_libraries() -> None:
    """Import what the methods need, so that no method's time and memory has it in it."""
    for name in _LIBRARIES:
        importlib.import_module(name)


def run(method: Method, rows: Rows) -> Ran:
    """Run one method; where it cannot run, ``labels`` is None and ``note`` says why.

    It has one thread, so that its time can be compared and its result depends on no number of
    threads. Beyond what it can hold it gets a sample; every other row is then placed by its model
    or, where it has none, in the cluster of the nearest row of the sample.
    """
    n, d = rows.X.shape
    m = min(n, row_limit(method, d))
    some = np.sort(rows.order[:m])
    part = rows.X if m == n else np.ascontiguousarray(rows.X[some])
    began = time.perf_counter()
    try:
        with _one_thread(), _counted() as peak:
            found = method.cluster(Task(part, rows.given, rows.told, rows.seed))
            labels = found.labels if m == n else _placed(rows.X, part, some, found)
    except _FAILURES as error:
        said = " ".join(str(error).split())[:160].rstrip(".")
        return Ran(method, None, note=f"could not run: {said or type(error).__name__}")
    seconds = time.perf_counter() - began
    labels, details = _renumbered(labels, found.details)
    return Ran(method, labels, found.settings, _note(found, m, n), details, seconds, peak[0], m)


def _placed(X: Doubles, part: Doubles, some: NDArray[np.int64], found: Found) -> Integers:
    if found.place is not None:
        return found.place(X)
    labels = found.labels[passes.nearest(X, part)[0]]
    labels[some] = found.labels  # of equal rows each keeps its own
    return labels


def _note(found: Found, m: int, n: int) -> str:
    if m == n:
        return found.note
    others = "were placed by its model" if found.place else "got the cluster of the nearest of them"
    sampled = f"ran on {m:,} of {n:,} rows drawn at random; the others {others}"
    return f"{sampled}; {found.note}" if found.note else sampled


def _renumbered(labels: Integers, details: Mapping[str, Any]) -> tuple[Integers, dict[str, Any]]:
    """Return labels and the branches of a tree with clusters from 0, largest first."""
    names, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    is_noise = names < 0
    order = np.lexsort((np.arange(len(names)), -sizes, is_noise))
    new = np.empty(len(names), np.int64)
    new[order] = np.arange(len(names))
    new[is_noise] = -1
    told = dict(details)
    if "branches" in told:
        number = dict(zip(names.tolist(), new.tolist(), strict=True))
        branches = told["branches"].copy()
        branches[:, 5] = [number.get(int(label), -1) for label in branches[:, 5]]
        told["branches"] = branches
    return new[codes.reshape(-1)], told


@contextmanager
def _one_thread() -> Iterator[None]:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


@contextmanager
def _counted() -> Iterator[list[float]]:
    """Yield a list whose first entry is, at the end, the most bytes that were held at once."""
    peak = [float("nan")]
    if tracemalloc.is_tracing():  # somebody else counts: theirs must not be disturbed
        yield peak
        return
    tracemalloc.start()
    try:
        yield peak
        peak[0] = float(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
