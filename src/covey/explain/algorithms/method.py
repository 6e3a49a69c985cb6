"""What a method of clustering is to a comparison: what it is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """What a method is asked to do."""

    X: Doubles  # (m, d) the rows
    given: int | None  # clusters that the user wants; None: as the method finds
    told: int  # clusters for a method that must be told: the number given, or one chosen before
    seed: int  # of what the method draws


@dataclass(frozen=True)
class Found:
    """What a method found."""

    labels: Integers  # (m,) from 0, any order; −1: noise
    settings: str  # in words: "radius 0.31, at least 5 rows"
    note: str = ""  # what a reader must know
    details: Mapping[str, Any] = field(default_factory=dict)  # for pictures
    place: Callable[[Doubles], Integers] | None = None  # labels of other rows; None: nearest row's


@dataclass(frozen=True)
class Method:
    """One method: its adapter and what to say of it."""

    key: str  # a column of the table of labels: "kmeans"
    name: str  # "K-Means"
    kind: str  # what it takes a group to be: "round", "linked", "dense" or "elliptic"
    seeks: str  # the same as one sentence
    cluster: Callable[[Task], Found]
    most: int  # rows it runs on at most, where features are few


#: features up to which neighbors are found by a tree; beyond, every distance is computed
FEW = 8


def row_limit(method: Method, d: int) -> int:
    """Return the rows that a method runs on at most, in a fraction of the time there is."""
    return method.most if d <= FEW else min(method.most, 10_000)


def least_neighbors(n: int) -> int:
    """Return how many other rows make a place dense: 5, and more where there are many rows."""
    return max(1, min(max(5, int(np.log(n))), n - 1))


def least_cluster(n: int) -> int:
    """Return how many rows make a cluster: 3 %, at least 5 and at most 100, and half of few rows.

    For methods that follow gaps or density: fewer rows are strays or chance.
    """
    return max(2, min(max(5, min(round(0.03 * n), 100)), n // 2))
