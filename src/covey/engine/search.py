"""Search for the least inertia among local optima: breathing, then a population of optima.

References
----------
Gribel, D., Vidal, T. (2019). HG-means: a scalable hybrid genetic algorithm for minimum
sum-of-squares clustering. Pattern Recognition 88, 569-583. doi 10.1016/j.patcog.2018.12.022.
Ours crosses two optima by a plane (one gives its centers on this side, the other on that), which
keeps neighbours together and needs no matching, and educates a child by breathing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from covey.engine import passes
from covey.engine.breathing import breathe
from covey.engine.passes import Doubles, Floats

#: Called with what is being done and the share of the search that is surely over, 0 … 1.
OnProgress = Callable[[str, float], None]

#: attempts made at once, whatever the number of threads (which only share them out)
_ATTEMPTS = 2
#: centers that the first breath of a start and of a child adds
_FIRST_BREATH, _CHILD_BREATH = 5, 2
#: optima kept to be crossed; after so many children in vain all but a few give way to new ones
#: (10 of 10 seeds reach the best known of u1060 and pr2392, k=50, in at most 4.3 s of one core;
#: populations of 12 that keep 3 reach them from 8 or 9)
_POPULATION, _STALE, _SURVIVORS = 8, 120, 2
#: two optima whose inertia differs by less than this share are one
_SAME = 1e-9


@dataclass(frozen=True)
class Optimum:
    """Centers (k, d) that no single row's move improves, and their inertia."""

    centers: Floats
    inertia: float


@dataclass
class Clock:
    """Says when a budget of seconds is spent; None: never."""

    budget: float | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def share(self) -> float:
        """Share of the budget that is spent."""
        if self.budget is None:
            return 0.0
        spent = time.monotonic() - self.began
        return spent / self.budget if self.budget > 0 else 1.0

    @property
    def over(self) -> bool:
        """Whether the budget is spent."""
        return self.share >= 1


@dataclass
class Search:
    """The rows to search among, and how.

    Attributes
    ----------
    X : (m, d) float32 or float64
    weight : (m,) float64 >= 0, or None for ones
    n_clusters : int < m
    rng : numpy.random.Generator
    max_iter : int
        Of each descent.
    sampled : bool
        X is drawn from more rows.
    clock : Clock
        Nothing new is begun once it is over. What is drawn does not depend on it.
    """

    X: Floats
    weight: Doubles | None
    n_clusters: int
    rng: np.random.Generator
    max_iter: int = 300
    sampled: bool = False
    clock: Clock = field(default_factory=Clock)

    def descend(self, centers: Floats) -> Optimum:
        """Return the optimum below given centers (k, d)."""
        starts = np.array(centers[None], dtype=self.X.dtype, order="C")
        shares = np.empty((1, 0))
        return _least(starts, passes.descend(self.X, self.weight, starts, shares, self.max_iter))

    def start(self) -> Optimum:
        """Draw first centers and breathe until it no longer helps."""
        return self.breathe(self.draw(), self.first_breath)

    def draw(self) -> Optimum:
        """Draw first centers by k-means++ and descend."""
        return self._complete(np.empty((0, self.X.shape[1])))

    def mend(self, best: Optimum, patience: int) -> Optimum:
        """Redraw one center at a time, and breathe, until ``patience`` in a row are in vain."""
        idle = 0
        while idle < patience and not self.clock.over:
            tried = self.child(best, best)
            idle = 0 if tried.inertia < best.inertia * (1 - _SAME) else idle + 1
            best = min(best, tried, key=lambda optimum: optimum.inertia)
        return best

    def child(self, one: Optimum, other: Optimum) -> Optimum:
        """Cross two optima, draw what is lacking, and breathe."""
        return self.breathe(self._complete(self._cross(one, other)), _CHILD_BREATH)

    def breathe(self, best: Optimum, first: int) -> Optimum:
        """Breathe ever less deeply, from ``first`` centers a breath, as long as it helps."""
        m = self._possible(first)
        while m > 0 and not self.clock.over:
            found = self.breath(best.centers, m, self.max_iter)
            if not found.inertia < best.inertia * (1 - _SAME):
                m = less_deep(m)
            if found.inertia < best.inertia:
                best = found
        return best

    def breath(self, centers: Floats, m: int, max_iter: int) -> Optimum:
        """Return the best of a few breaths of m centers; their descent may be cut short."""
        shares = self.rng.random((_ATTEMPTS, m))
        return _least(*breathe(self.X, self.weight, centers, shares, max_iter))

    def evolve(
        self, members: list[Optimum], patience: int, on_progress: OnProgress | None = None
    ) -> Optimum:
        """Fill a population, cross its members, and return the best once children stop helping.

        Parameters
        ----------
        members : list of Optimum, at least one
            Of the population from the outset.
        patience : int
            Children in a row without a better optimum that end the search.
        on_progress : callable or None
        """
        population = _fittest(members)
        idle, fresh = 0, _POPULATION - len(population)
        while idle < patience and not self.clock.over:
            if fresh > 0:
                new, fresh = self.start(), fresh - 1
            else:
                # at times with itself, which redraws one of its centers
                one, other = self.rng.choice(len(population), 2, replace=True)
                new = self.child(population[one], population[other])
            better = new.inertia < population[0].inertia * (1 - _SAME)
            idle = 0 if better else idle + 1
            population = _fittest([*population, new])
            if idle > 0 and idle % _STALE == 0:
                population, fresh = population[:_SURVIVORS], _POPULATION - _SURVIVORS
            if on_progress is not None:
                share = max(self.clock.share, idle / patience)
                on_progress(f"inertia {population[0].inertia:.8g}", min(1.0, share))
        return population[0]

    @property
    def first_breath(self) -> int:
        """How many centers the first breath of a start adds."""
        # Where there are hundreds of centers, many are misplaced and can be mended at once.
        most = max(_FIRST_BREATH, self.n_clusters // 16)
        return self._possible(min(most, self.n_clusters // 2 + 1))

    def _possible(self, m: int) -> int:
        return min(m, self.n_clusters, len(self.X) - self.n_clusters)

    def _cross(self, one: Optimum, other: Optimum) -> Floats:
        """Return one's centers on this side of a plane and the other's beyond; k − 1 at most."""
        scale = one.centers.std(axis=0, dtype=np.float64)
        scale[scale == 0] = 1.0
        normal = self.rng.normal(size=len(scale)) / scale
        here = one.centers.astype(np.float64) @ normal
        there = other.centers.astype(np.float64) @ normal
        cut = np.sort(here)[self.rng.integers(len(here))]
        centers = np.concatenate([one.centers[here < cut], other.centers[there >= cut]])
        return centers[self.rng.permutation(len(centers))[: self.n_clusters - 1]]

    def _complete(self, given: Floats) -> Optimum:
        """Draw the centers that are lacking, several times, and keep the best descent."""
        k, (n_given, d) = self.n_clusters, given.shape
        starts = np.zeros((_ATTEMPTS, k, d), dtype=self.X.dtype)
        starts[:, :n_given] = given
        shares = self.rng.random((_ATTEMPTS, k - n_given))
        return _least(starts, passes.descend(self.X, self.weight, starts, shares, self.max_iter))


def less_deep(m: int) -> int:
    """Return how many centers to add after a breath of m that was in vain."""
    return m - 1 if m <= _FIRST_BREATH else m // 2


def _least(centers: Floats, inertia: Doubles) -> Optimum:
    best = int(np.argmin(inertia))
    return Optimum(centers[best].copy(), float(inertia[best]))


def _fittest(members: list[Optimum]) -> list[Optimum]:
    """Return the best of the members, each optimum once, best first."""
    kept: list[Optimum] = []
    for each in sorted(members, key=lambda optimum: optimum.inertia):
        if not kept or each.inertia > kept[-1].inertia * (1 + _SAME):
            kept.append(each)
    return kept[:_POPULATION]
