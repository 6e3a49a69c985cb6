"""Generated sets with their truth: round groups, other shapes, and clouds without any group.

Every set comes from the seed and its own name, so that adding sets leaves the others as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

#: least distance of two centers in standard deviations of the wider group: k-means then parts
#: groups nearly without a mistake
APART = 6.5


@dataclass(frozen=True)
class Truth:
    """One generated set."""

    name: str
    family: str  # "equal", "unequal sizes", "moons", "uniform" …
    X: Doubles = field(repr=False)  # (n, d)
    labels: Integers = field(repr=False)  # (n,) from 0; −1: noise
    k: int | None  # groups there are; None: structureless
    round: bool  # groups are round and apart: their number must be found

    @property
    def structureless(self) -> bool:
        """Whether there are no groups in it."""
        return self.k is None


def suite(seed: int = 0) -> list[Truth]:
    """Return all sets of a seed."""
    made, seen = [], set()
    for family, k, is_round, make, told in _recipes():
        name = family + "".join(f" {key}={value}" for key, value in told.items())
        if name in seen:
            raise ValueError(f"two sets are called {name}")
        seen.add(name)
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        X, labels = make(rng, **told)
        made.append(Truth(name, family, X, labels, k, is_round))
    return made


def _recipes() -> Iterator[tuple[str, int | None, bool, Any, dict[str, Any]]]:
    """Yield family, number of groups, whether round and apart, the maker and its arguments."""
    for d, ks in {2: (2, 3, 4, 5, 7, 10, 15), 3: (2, 4, 6, 12), 5: (3, 5, 8, 15),
                  10: (2, 4, 7, 10), 20: (3, 6, 12), 50: (2, 5, 10)}.items():  # fmt: skip
        for k in ks:
            yield "equal", k, True, blobs, {"k": k, "d": d}
    for d, k in ((2, 3), (2, 5), (2, 8), (3, 4), (5, 3), (5, 6), (10, 5), (20, 4), (50, 6)):
        yield "unequal sizes", k, True, partial(blobs, sizes=20.0), {"k": k, "d": d}
        yield "unequal spreads", k, True, partial(blobs, spreads=3.0), {"k": k, "d": d}
        yield "noise", k, True, partial(blobs, noise=0.06), {"k": k, "d": d}
    for d, k in ((2, 2), (2, 3), (2, 4), (3, 3), (5, 3), (10, 4)):
        for stretch in (6, 10):
            yield "stretched", k, False, stretched, {"k": k, "d": d, "stretch": stretch}
    for n, noise in ((300, 0.05), (600, 0.08), (1500, 0.05), (1500, 0.1)):
        yield "moons", 2, False, moons, {"n": n, "noise": noise}
        yield "rings", 2, False, rings, {"k": 2, "n": n, "noise": noise}
        yield "rings", 3, False, rings, {"k": 3, "n": 2 * n, "noise": noise / 2}
        yield "spirals", 2, False, spirals, {"k": 2, "n": 2 * n, "noise": noise / 2}
        yield "spirals", 3, False, spirals, {"k": 3, "n": 2 * n, "noise": noise / 3}
    for d, ratio in ((2, 5), (2, 8), (2, 12), (3, 6), (3, 10), (5, 8)):
        yield "uneven density", 3, False, uneven, {"d": d, "ratio": ratio}
        yield "wide and small", 3, False, wide_and_small, {"d": d, "ratio": ratio}
    for d in (2, 3, 5, 10, 20, 50):
        for n in (400, 1500):
            yield "uniform", None, False, uniform, {"d": d, "n": n}
            yield "one normal", None, False, normal, {"d": d, "n": n}


# ---------------------------------------------------------------- round groups


def blobs(
    rng: np.random.Generator,
    k: int,
    d: int,
    *,
    sizes: float = 1.0,
    spreads: float = 1.0,
    noise: float = 0.0,
) -> tuple[Doubles, Integers]:
    """Normal groups whose centers are ``APART``; the largest and widest by that much so.

    Parameters
    ----------
    sizes : float
        Rows of the largest over those of the smallest group.
    spreads : float
        Standard deviation of the widest over that of the tightest.
    noise : float
        Share of rows spread evenly over the range.
    """
    n = max(300, 120 * k)
    share = np.geomspace(1, sizes, k) if k > 1 else np.ones(1)
    counts = np.maximum(np.rint(n * share / share.sum()), 25).astype(int)
    sigma = rng.permutation(np.geomspace(1, spreads, k) if k > 1 else np.ones(1))
    centers = _centers(rng, k, d, sigma)
    X = np.vstack([c + s * rng.normal(size=(m, d)) for c, s, m in zip(centers, sigma, counts,
                                                                      strict=True)])  # fmt: skip
    labels = np.repeat(np.arange(k), counts)
    if noise:
        extra = rng.uniform(X.min(axis=0), X.max(axis=0), (int(noise * len(X)), d))
        X, labels = np.vstack([X, extra]), np.append(labels, np.full(len(extra), -1))
    return X, labels


def _centers(rng: np.random.Generator, k: int, d: int, sigma: Doubles) -> Doubles:
    """Draw centers evenly in a box that grows until all are apart."""
    need = APART * np.maximum(sigma[:, None], sigma)
    np.fill_diagonal(need, 0.0)
    side = APART * k ** (1 / d) * sigma.mean()
    while True:
        for _ in range(50):
            centers = rng.uniform(0, side, (k, d))
            apart = np.sqrt(((centers[:, None] - centers) ** 2).sum(axis=2))
            if (apart >= need).all():
                return centers
        side *= 1.15


# ---------------------------------------------------------------- other shapes


def stretched(rng: np.random.Generator, k: int, d: int, stretch: float) -> tuple[Doubles, Integers]:
    """Normal groups much longer than wide, side by side: k-means cuts them across."""
    m = 200
    X = rng.normal(size=(k * m, d))
    X[:, 0] *= stretch
    labels = np.repeat(np.arange(k), m)
    X[:, 1] += 6.0 * labels
    turn, _ = np.linalg.qr(rng.normal(size=(d, d)))
    return X @ turn, labels


def moons(rng: np.random.Generator, n: int, noise: float) -> tuple[Doubles, Integers]:
    """Two crescents, one inside the other's bend."""
    angle = rng.uniform(0, np.pi, n)
    labels = np.arange(n) % 2
    X = np.where(labels[:, None] == 0, np.c_[np.cos(angle), np.sin(angle)],
                 np.c_[1 - np.cos(angle), 0.5 - np.sin(angle)])  # fmt: skip
    return X + rng.normal(scale=noise, size=X.shape), labels


def rings(rng: np.random.Generator, k: int, n: int, noise: float) -> tuple[Doubles, Integers]:
    """Rings about one center, of radius 1, 2, …; as dense on each."""
    share = np.arange(1, k + 1)
    labels = rng.permutation(np.repeat(np.arange(k), n * share // share.sum()))
    angle = rng.uniform(0, 2 * np.pi, len(labels))
    X = (labels + 1.0)[:, None] * np.c_[np.cos(angle), np.sin(angle)]
    return X + rng.normal(scale=2 * noise, size=X.shape), labels


def spirals(rng: np.random.Generator, k: int, n: int, noise: float) -> tuple[Doubles, Integers]:
    """Arms that wind about one center."""
    labels = np.arange(n) % k
    way = np.sqrt(rng.uniform(0.04, 1, n))
    angle = 2 * np.pi * (1.25 * way + labels / k)
    X = way[:, None] * np.c_[np.cos(angle), np.sin(angle)]
    return X + rng.normal(scale=noise / 3, size=X.shape), labels


def uneven(rng: np.random.Generator, d: int, ratio: float) -> tuple[Doubles, Integers]:
    """A wide group and two tight ones close to it: the wide one's rows fall to the tight ones."""
    m = 250
    away = np.zeros((2, d))
    away[:, 0], away[:, 1] = 3.2 * ratio, (-4.0, 4.0)
    X = np.vstack([rng.normal(scale=ratio, size=(m, d)), *(c + rng.normal(size=(m, d)) for c in
                                                           away)])  # fmt: skip
    return X, np.repeat(np.arange(3), m)


def wide_and_small(rng: np.random.Generator, d: int, ratio: float) -> tuple[Doubles, Integers]:
    """One group of nearly all rows and two small ones beside it: k-means cuts the large one."""
    away = np.zeros((2, d))
    away[:, 0], away[:, 1] = 6.5, (-2.5, 2.5)
    X = np.vstack([rng.normal(scale=1.5, size=(100 * int(ratio), d)),
                   *(c + rng.normal(scale=0.5, size=(30, d)) for c in away)])  # fmt: skip
    return X, np.repeat(np.arange(3), (100 * int(ratio), 30, 30))


# ---------------------------------------------------------------- no groups


def uniform(rng: np.random.Generator, d: int, n: int) -> tuple[Doubles, Integers]:
    """Rows spread evenly over a box."""
    return rng.uniform(0, rng.uniform(0.7, 1.4, d), (n, d)), np.zeros(n, dtype=np.int64)


def normal(rng: np.random.Generator, d: int, n: int) -> tuple[Doubles, Integers]:
    """One normal cloud; its features hang together a little."""
    mix = np.eye(d) + 0.3 * rng.normal(size=(d, d)) / np.sqrt(d)
    return rng.normal(size=(n, d)) @ mix, np.zeros(n, dtype=np.int64)
