"""How many segments? Every K side by side, a pick, and the reason for it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from covey.errors import InputError
from covey.evidence import KFacts
from covey.explain.k_range import (
    CLOSE,
    FARTHEST_K,
    FIRST_K,
    LAST_K,
    count_distinct,
    try_range,
    usual_range,
)
from covey.explain.natural import LEAST_SEGMENT, Natural, doubt, smallest, why
from covey.explain.several_k import OnProgress
from covey.explain.wording import decimals, listing, percent
from covey.flow import KScore, Run, Sweep
from covey.random import children

Doubles = NDArray[np.float64]

#: Segments that people act on are few.
MOST_SEGMENTS = 20
#: A silhouette that speaks of groups.
WORTH_MORE = 0.25
#: Two groups mostly say "high and low"; they are picked only when better by this much.
CLEARLY = 0.10


def sweep(
    X: Doubles,
    *,
    given: int | None,
    rng: np.random.Generator,
    n_init: int = 4,
    most: int = FARTHEST_K,
    weight: Doubles | None = None,
    buying: bool = False,
    on_progress: OnProgress | None = None,
    source: str = "the table",
) -> Run:
    """Fit K = 2 … 10 (and the K given), score each, and return the run of the one chosen.

    While the last K are the best and speak of groups, there may be more of them: K = 11 … 15, then
    … 20, 30 and so on are tried too. The natural K is that of ``k_choice.choose`` for the same
    rows, seed and ``n_init``.

    Parameters
    ----------
    X : (n, d) float64
    given : int or None
        The user's K; None picks one.
    n_init : int
        Starts for each K; two more start from the centers of K − 1 and K + 1, so that inertia
        never rises with K.
    most : int
        No K above it is tried, but for the one given.
    buying : bool
        The table is about buying: two groups are rarely enough to act on.
    on_progress : callable (text, share), optional
    source : str
        What to call the table in messages.

    Returns
    -------
    Run
        With ``sweep`` set. Scores start at K=1, whose inertia is that of the mean.

    Raises
    ------
    InputError
        All rows are equal, or there are fewer distinct rows than K.

    Notes
    -----
    Silhouettes are exact up to about 60,000 rows (less where d is large): O(n² d), one pass for
    all K. A sample is scored beyond, with its standard error in ``silhouette_error``.
    """
    tried, farthest = _candidates(X, given, most, source)
    heard = on_progress or (lambda *_: None)
    several, _, natural = try_range(
        X, tried, given, farthest=farthest, rng=children(rng, 1)[0], n_init=n_init,
        weight=weight, heard=heard, source=source, noun="segments",
    )  # fmt: skip
    facts = several.facts()
    if given is None:
        chosen, reason = pick(facts, natural, buying=buying)
    else:
        chosen, reason = given, _given_reason(facts, natural, given, buying)
    rows = np.arange(len(X)) if several.rows is None else several.rows
    own = several.silhouettes[chosen] if chosen > 1 else np.full(len(rows), math.nan)
    scores = tuple(_score(one) for one in facts)
    found = Sweep(
        scores, chosen, given is not None, reason, own, rows, doubt=doubt(natural, "segments")
    )
    heard("Silhouettes", 1.0)
    return dataclasses.replace(several.runs[chosen], sweep=found)


def still_rising(scores: Sequence[KScore]) -> bool:
    """Tell whether the last K tried has the highest silhouette, one that speaks of groups."""
    last = scores[-1]
    best = max((one for one in scores if one.k > 1), key=lambda one: one.silhouette, default=last)
    return best is last and last.k >= LAST_K and last.silhouette >= WORTH_MORE


def _candidates(X: Doubles, given: int | None, most: int, source: str) -> tuple[list[int], int]:
    """Return the K to try, 1 first, and the last; raise where too few rows are distinct."""
    wanted = max(most + 1, given or 0)
    n_distinct = count_distinct(X, wanted)
    if given is not None and given > n_distinct:
        rows = "row" if n_distinct == 1 else "rows"
        raise InputError(
            f"k={given} but {source} has only {n_distinct} distinct {rows} in the features used; "
            "lower k or pass more rows"
        )
    if given is None and n_distinct < 2:
        raise InputError(
            f"there must be at least 2 different rows to tell segments apart; {source} has "
            f"{len(X)} rows, all equal in the features used; pass more rows or other features"
        )
    return usual_range(len(X), n_distinct, most)


def _score(one: KFacts) -> KScore:
    return KScore(
        one.k, one.inertia, one.explained, one.silhouette, one.silhouette_error, smallest(one)
    )


# ---------------------------------------------------------------- the pick


def pick(scores: Sequence[KFacts], natural: Natural | None, *, buying: bool) -> tuple[int, str]:
    """Pick a K, and say why.

    The natural K, where there is one (``explain.natural``). Where none is, every K whose
    silhouette is within 0.02 of the highest divides as well, and among these the elbow of WCSS
    decides: the K that lies farthest below the straight line from the first K to the last. For a
    table about buying, K=2 is left aside unless its silhouette is better by more than 0.10. A K
    with a segment under 1 % of the rows is passed over while there is another.
    """
    able = [one for one in scores if one.k >= FIRST_K]
    pool = [one for one in able if smallest(one) >= LEAST_SEGMENT] or able
    pool, aside = _set_two_aside(pool) if buying else (pool, "")
    left_out = buying and FIRST_K not in [one.k for one in pool]
    if natural is not None and natural.found and not (left_out and natural.k == FIRST_K):
        return natural.k, why(natural) + aside
    best = max(pool, key=lambda one: one.silhouette)
    close = [one for one in pool if best.silhouette - one.silhouette <= CLOSE]
    if len(close) == 1:
        than = f"; no other K comes within {CLOSE}" if len(pool) > 1 else ""
        of = "the highest silhouette" + (" from K=3 on" if aside else "")
        return best.k, f"K={best.k} has {of}, {decimals(best.silhouette)}{than}.{aside}"
    bend = elbow(scores)
    chosen = max(close, key=lambda one: (bend[one.k], -one.k))
    others = listing([f"K={one.k}" for one in close if one is not chosen], len(close))
    return chosen.k, (
        f"K={chosen.k} has a silhouette of {decimals(chosen.silhouette)}; {others} "
        f"{'comes' if len(close) == 2 else 'come'} within {CLOSE} of the best, "
        f"{decimals(best.silhouette)}. Among these the curve of WCSS bends most at "
        f"K={chosen.k}, where {percent(chosen.explained)} of the variation lies between "
        f"segments.{aside}"
    )


def _set_two_aside(pool: list[KFacts]) -> tuple[list[KFacts], str]:
    """Leave out K=2 unless it is clearly better than every larger K; say so when it matters."""
    two = [one for one in pool if one.k == 2]
    several = [one for one in pool if one.k > 2]
    if not two or not several:
        return pool, ""
    best = max(several, key=lambda one: one.silhouette)
    if two[0].silhouette - best.silhouette > CLEARLY:
        return two, f" The best of more than two is K={best.k} with {decimals(best.silhouette)}."
    if two[0].silhouette <= best.silhouette:
        return several, ""
    return several, (
        f" Two groups reach {decimals(two[0].silhouette)}, but they mostly part high from low, "
        "which is rarely enough to act on."
    )


def elbow(scores: Sequence[KFacts]) -> dict[int, float]:
    """Return how far each K lies below the chord of the WCSS curve; both axes from 0 to 1."""
    ks = np.array([one.k for one in scores], dtype=np.float64)
    wcss = np.array([one.inertia for one in scores])
    if len(scores) < 3 or wcss[0] <= wcss[-1]:
        return {one.k: 0.0 for one in scores}
    x = (ks - ks[0]) / (ks[-1] - ks[0])
    y = (wcss - wcss[-1]) / (wcss[0] - wcss[-1])
    return {one.k: float(1 - a - b) for one, a, b in zip(scores, x, y, strict=True)}


def _given_reason(
    scores: Sequence[KFacts], natural: Natural | None, given: int, buying: bool
) -> str:
    """Say how the K given compares with the one that would have been picked."""
    if not any(one.k >= FIRST_K for one in scores):
        return f"K={given} was given."
    picked, _ = pick(scores, natural, buying=buying)
    by_k = {one.k: one for one in scores}
    if given == 1:
        return f"K=1 was given: all rows are one segment; K={picked} would have been picked."
    told = f"K={given} was given; its silhouette is {decimals(by_k[given].silhouette)}."
    if picked == given:
        return f"{told} It would have been picked, too."
    return f"{told} K={picked} would have been picked, with {decimals(by_k[picked].silhouette)}."
