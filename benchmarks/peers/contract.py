"""What a peer is asked, and what it must give back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True)
class Job:
    """One thing to do; only the call of the task is timed."""

    X: Any  # (n, d) float32 or float64, C order, or CSR
    k: int
    start: NDArray[Any]  # (k, d), for ``iterate``
    labels: NDArray[Any]  # (n,), for ``silhouette``
    n_iter: int  # for ``iterate``: exactly so many, with tol=0
    n_init: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    centers: NDArray[Any] | None = None  # a copy of our own
    n_iter: int = 0  # iterations done; 0 where the peer does not say
    value: float | None = None  # of ``silhouette``
    method: str = ""
    share: float | None = None  # of all distances, those computed


Task = Callable[[Job], Outcome]


@dataclass(frozen=True)
class Peer:
    """A library, or one of its algorithms."""

    name: str
    package: str  # the distribution that pip installs
    load: Callable[[], Mapping[str, Task]]  # imports the library; a task by its name
    exact: bool = True  # plain Lloyd's labels (or the optimum), not an approximation of them
    dtypes: tuple[str, ...] = ("float32", "float64")
    note: str = field(default="", compare=False)  # what a reader must know to read its figures
