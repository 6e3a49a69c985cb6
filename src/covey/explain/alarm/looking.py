"""What every eye looks at: some rows, their labels, and what was found there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.best import fit_best
from covey.evidence import Finding
from covey.explain.stability import adjusted_rand
from covey.explain.wording import listing
from covey.random import children

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Rows looked at. Distances of all pairs are held, and time grows with its square: 0.1 s.
MOST_ROWS = 1000
#: and where there are many clusters, so many of each
ROWS_OF_CLUSTER, AT_MOST = 60, 2000
#: starts of k-means at another K, on the rows looked at
N_STARTS = 3


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at: quiet means looked at."""

    name: str  # "gaps between groups"
    result: str  # what was seen, in words, with the figure
    findings: tuple[Finding, ...] = ()

    @property
    def level(self) -> str:
        """The worst level of what was found, "" where all is well."""
        return min((one.level for one in self.findings), key=LEVELS.index, default="")


#: of findings, worst first
LEVELS = ("alarm", "caution", "note")


@dataclass(frozen=True)
class Look:
    """Rows, how k-means labeled them, and what was measured of its clusters on all rows."""

    X: Doubles  # (m, d): rows looked at
    rows: Integers  # (m,): which they are
    labels: Integers  # (m,) from 0: k-means'
    k: int
    n: int  # rows there are
    names: tuple[str, ...]  # (d,) of the features
    raw: Doubles | None  # (m, d) in the reader's units
    sizes: Integers  # (k,) of all rows
    spreads: Doubles  # (k,) root mean squared distance to the mean, over all rows
    rng: np.random.Generator = field(repr=False)
    called: tuple[str, ...] = ()  # (k,) what a reader knows the clusters as
    numbered: tuple[int, ...] = ()  # (k,) or by which numbers
    _refits: dict[int, Integers] = field(default_factory=dict, repr=False)

    @property
    def numbers(self) -> Integers:
        """The number of each cluster (k,): as a reader knows them, else from 1, largest first."""
        if self.numbered:
            return np.array(self.numbered, np.int64)
        number = np.empty(self.k, np.int64)
        number[np.argsort(-self.sizes, kind="stable")] = np.arange(1, self.k + 1)
        return number

    def tell(self, clusters: NDArray[np.integer]) -> str:
        """Name clusters as the subject of a sentence: "Clusters 1 and 4 are"."""
        if self.called:
            names = [self.called[int(j)] for j in clusters]
            return f"{listing(names)} {'is' if len(names) == 1 else 'are'}"
        names = [str(number) for number in sorted(self.numbers[clusters])]
        told = listing(names, 6)
        return f"Cluster {told} is" if len(names) == 1 else f"Clusters {told} are"

    def refit(self, k: int) -> Integers:
        """Return the labels (m,) of k-means at another K on the rows looked at."""
        if k not in self._refits:
            self._refits[k] = kmeans(self.X, k, self.rng)
        return self._refits[k]

    def agreement(self, labels: Integers) -> tuple[float, float]:
        """Compare other labels with k-means': as it is, and with as many clusters as they have.

        Rows labeled −1 are left out. Each is an adjusted Rand index.
        """
        told = labels >= 0
        again = self.refit(int(labels.max()) + 1)
        return tuple(adjusted_rand(labels[told], own[told]) for own in (self.labels, again))  # type: ignore[return-value]


def kmeans(X: Doubles, k: int, rng: np.random.Generator) -> Integers:
    """Return labels (m,) of k-means; at most as many clusters as there are distinct rows."""
    k = min(k, len(np.unique(X, axis=0)))
    return fit_best(X, k, rng=rng, n_init=N_STARTS).labels.astype(np.int64)


def look(
    X: Doubles,
    labels: NDArray[np.integer],
    k: int,
    *,
    rng: np.random.Generator,
    names: Sequence[str] = (),
    raw: Doubles | None = None,
    called: Sequence[str] = (),
    numbered: Sequence[int] = (),
) -> Look:
    """Draw the rows to look at, and measure the clusters on all."""
    n, d = X.shape
    draw, own = children(rng, 2)
    rows = np.arange(n)
    most = min(max(MOST_ROWS, ROWS_OF_CLUSTER * k), AT_MOST)
    if n > most:
        rows = np.sort(draw.choice(n, most, replace=False, shuffle=False))
    marks = np.ascontiguousarray(labels, dtype=np.int32)
    sums, counts = passes.label_sums(np.ascontiguousarray(X), marks, k)
    centers = sums / np.maximum(counts, 1)[:, None]
    squares = passes.inertia(np.ascontiguousarray(X), centers, marks, None)
    return Look(
        X=np.ascontiguousarray(X[rows]),
        rows=rows,
        labels=np.asarray(labels, np.int64)[rows],
        k=k,
        n=n,
        names=tuple(names) or tuple(f"feature {j + 1}" for j in range(d)),
        raw=None if raw is None else raw[rows],
        sizes=counts.astype(np.int64),
        spreads=np.sqrt(squares / np.maximum(counts, 1)),
        rng=own,
        called=tuple(called),
        numbered=tuple(numbered),
    )
