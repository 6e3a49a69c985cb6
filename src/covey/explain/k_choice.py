"""Choosing K: one sweep, every criterion, and the verdict."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from covey.errors import InputError, OptionError
from covey.evidence import About, KChoice, KFacts
from covey.explain.gap import N_REFERENCES, Gap, gaps, shared_rows
from covey.explain.jaccard import N_BOOTSTRAPS, cluster_stability
from covey.explain.k_range import FARTHEST_K, count_distinct, try_range, usual_range
from covey.explain.natural import Natural
from covey.explain.reference import Clouds
from covey.explain.several_k import OnProgress, SeveralK
from covey.explain.verdict import Limits, judge
from covey.random import children

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """Which K to try, and within which limits."""

    first: int | None = None  # None: 1 … 10, and on while it pays
    last: int | None = None
    limits: Limits = field(default_factory=Limits)
    n_init: int = 4

    @property
    def ends(self) -> tuple[int, int] | None:
        """The range given; None where Covey sets it."""
        return None if self.first is None or self.last is None else (self.first, self.last)


def choose(
    X: Doubles,
    about: About,
    asked: Asked,
    *,
    rng: np.random.Generator,
    on_progress: OnProgress | None = None,
) -> KChoice:
    """Try several K, and say how many groups there are and how sure that is.

    Parameters
    ----------
    X : (n, d) float64
    about : About
        Goes along.
    asked : Asked
    rng : numpy.random.Generator
    on_progress : callable (text, share), optional

    Raises
    ------
    InputError
        There are fewer distinct rows than K; squared distances are lost to rounding.
    OptionError
        ``asked.first`` is above ``asked.last``; a group must have more rows than there are.

    Notes
    -----
    Gap and bootstrap look at a sample of the rows where these are many (``gap.shared_rows``):
    2000 for K up to 10. Silhouettes are exact up to about 60,000 rows.
    """
    _refuse_limits(asked.limits, len(X), about.source.name)
    told = on_progress or (lambda *_: None)
    searching, drawing, gauging, booting = children(rng, 4)
    several, clouds, natural = search(
        X, asked, about.source.name, rng=searching, heard=lambda text, at: told(text, 0.6 * at)
    )
    ks = sorted(several.runs)
    facts = tuple(
        dataclasses.replace(one, cloud=clouds.silhouette(one.k)[0]) if one.k > 1 else one
        for one in several.facts()
    )
    numbers = {k: _numbers(several.runs[k].labels, k) for k in ks}
    shared = shared_rows(len(X), ks, drawing)
    told("Gap statistic", 0.6)
    facts = _with_gaps(facts, several, shared, gauging)
    told("Stability", 0.8)
    steady = cluster_stability(
        np.ascontiguousarray(X[shared]), {k: numbers[k][shared] - 1 for k in ks}, rng=booting
    )
    facts = tuple(_with_stability(one, steady[one.k]) for one in facts)
    told("Stability", 1.0)
    rows = np.arange(len(X)) if several.rows is None else several.rows
    return KChoice(
        about=about,
        scores=facts,
        verdict=judge(facts, natural, asked.limits, asked.ends),
        rows=rows,
        row_silhouettes=several.silhouettes,
        row_numbers={k: numbers[k][rows] for k in ks},
        labels=numbers,
        n_references=N_REFERENCES,
        n_bootstraps=N_BOOTSTRAPS,
        n_resampled=len(shared),
    )


def search(
    X: Doubles,
    asked: Asked,
    source: str = "the table",
    *,
    rng: np.random.Generator,
    heard: OnProgress = lambda *_: None,
) -> tuple[SeveralK, Clouds, Natural | None]:
    """Run k-means for the K asked for, and apply the rule (``explain.natural``)."""
    tried, farthest = _range(X, asked, source)
    return try_range(
        X, tried, asked.limits.k, farthest=farthest, rng=rng, n_init=asked.n_init,
        heard=heard, source=source,
    )  # fmt: skip


def _refuse_limits(limits: Limits, n: int, source: str) -> None:
    """Raise where not even one group of all rows keeps the limits."""
    if limits.least_rows > n:
        raise OptionError(
            f"min_size must not exceed the number of rows; got {limits.least_rows:,}, but {source} "
            f"has {n:,}; lower it or pass more rows"
        )


def _range(X: Doubles, asked: Asked, source: str) -> tuple[list[int], int]:
    """Return the K to try first, and the last that may be tried."""
    n, purpose = len(X), asked.limits.k
    wanted = max(FARTHEST_K + 1, (asked.last or 0), (purpose or 0))
    n_distinct = count_distinct(X, wanted)
    for name, k in (("k", purpose), ("k_range", asked.last)):
        if k is not None and k > n_distinct:
            rows = "row" if n_distinct == 1 else "rows"
            raise InputError(
                f"{name} must not exceed the distinct rows; got {k}, but {source} has only "
                f"{n_distinct} distinct {rows} in the features used; lower it or pass more rows"
            )
    if asked.first is not None and asked.last is not None:
        if asked.first > asked.last:
            raise OptionError(
                f"k_range must begin before it ends; got {asked.first}-{asked.last}; swap the ends"
            )
        return sorted({1, *range(asked.first, asked.last + 1)}), asked.last
    return usual_range(n, n_distinct)


def _numbers(labels: NDArray[np.int32], k: int) -> NDArray[np.int16]:
    """Return the number of the cluster of each row: from 1, largest first."""
    order = np.argsort(-np.bincount(labels, minlength=k), kind="stable")
    number = np.empty(k, np.int16)
    number[order] = np.arange(1, k + 1)
    return number[labels]


def _with_gaps(
    facts: tuple[KFacts, ...],
    several: SeveralK,
    shared: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[KFacts, ...]:
    """Add both gaps, of the rows shared."""
    part = np.ascontiguousarray(several.X[shared])
    fitting, drawing, turning = children(rng, 3)
    if len(part) < len(several.X):
        fitted = SeveralK(part, rng=fitting, n_init=2)
        fitted.fit(k for k in several.runs if k <= len(part))
    else:
        fitted = several
    inertia = {k: run.inertia for k, run in fitted.runs.items()}
    even = gaps(part, inertia, rng=drawing)
    along = gaps(part, inertia, rng=turning, along_axes=True)
    none = Gap(math.nan, math.nan)
    return tuple(
        dataclasses.replace(
            one,
            gap=even.get(one.k, none).gap,
            gap_error=even.get(one.k, none).error,
            gap_pca=along.get(one.k, none).gap,
            gap_pca_error=along.get(one.k, none).error,
        )
        for one in facts
    )


def _with_stability(one: KFacts, jaccard: Doubles) -> KFacts:
    known = jaccard[np.isfinite(jaccard)]
    mean = float(known.mean()) if len(known) else math.nan
    return dataclasses.replace(
        one, stability=mean, cluster_stability=tuple(float(value) for value in jaccard)
    )
