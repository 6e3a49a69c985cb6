"""How many segments? Every K side by side, a pick, and the reason for it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from covey.errors import InputError
from covey.evidence import KFacts
from covey.explain.k_range import CLOSE, FIRST_K, LAST_K, count_distinct, fit_range
from covey.explain.natural import LEAST_SEGMENT, Natural, doubt, find_natural, smallest, why
from covey.explain.reference import Clouds
from covey.explain.several_k import OnProgress, SeveralK
from covey.explain.wording import listing, percent
from covey.flow import KScore, Run, Sweep
from covey.random import children

Doubles = NDArray[np.float64]

#: Tried as far as this while more segments seem to be there: people act on few.
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
    weight: Doubles | None = None,
    buying: bool = False,
    on_progress: OnProgress | None = None,
    source: str = "the table",
) -> Run:
    """Fit K = 2 … 10 (and the K given), score each, and return the run of the one chosen.

    While the last K are the best and speak of groups, there may be more of them: K = 11 … 15, and
    then … 20, are tried too.

    Parameters
    ----------
    X : (n, d) float64
    given : int or None
        The user's K; None picks one.
    n_init : int
        Starts for each K; two more start from the centers of K − 1 and K + 1, so that inertia
        never rises with K.
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
    tried = _candidates(X, given, source)
    heard = on_progress or (lambda *_: None)
    fitting, judging, shaping = children(rng, 3)
    several = SeveralK(X, rng=fitting, n_init=n_init, weight=weight)
    last = max(tried)
    if given is None and last == LAST_K:
        last = max(last, min(MOST_SEGMENTS, count_distinct(X, MOST_SEGMENTS + 1) - 1))
    clouds = Clouds(X, rng=shaping)
    fit_range(several, tried, clouds, farthest=last, heard=heard, source=source, noun="segments")
    natural = find_natural(several, clouds, rng=judging, last=last)
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


def _candidates(X: Doubles, given: int | None, source: str) -> list[int]:
    """Return the K to try, 1 first; raise where the rows cannot be told apart enough."""
    wanted = max(LAST_K + 1, given or 0)
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
    last = min(LAST_K, max(n_distinct - 1, min(n_distinct, FIRST_K)))
    return sorted({1, *range(FIRST_K, last + 1), given or 1})


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
    if natural is not None and natural.found and natural.k in [one.k for one in pool]:
        return natural.k, why(natural) + aside
    best = max(pool, key=lambda one: one.silhouette)
    close = [one for one in pool if best.silhouette - one.silhouette <= CLOSE]
    if len(close) == 1:
        than = f"; no other K comes within {CLOSE}" if len(pool) > 1 else ""
        of = "the highest silhouette" + (" from K=3 on" if aside else "")
        return best.k, f"K={best.k} has {of}, {best.silhouette:.2f}{than}.{aside}"
    bend = elbow(scores)
    chosen = max(close, key=lambda one: (bend[one.k], -one.k))
    others = listing([f"K={one.k}" for one in close if one is not chosen], len(close))
    return chosen.k, (
        f"K={chosen.k} has a silhouette of {chosen.silhouette:.2f}; {others} "
        f"{'comes' if len(close) == 2 else 'come'} within {CLOSE} of the best, "
        f"{best.silhouette:.2f}. Among these the curve of WCSS bends most at K={chosen.k}, where "
        f"{percent(chosen.explained)} of the variation lies between segments.{aside}"
    )


def _set_two_aside(pool: list[KFacts]) -> tuple[list[KFacts], str]:
    """Leave out K=2 unless it is clearly better than every larger K; say so when it matters."""
    two = [one for one in pool if one.k == 2]
    several = [one for one in pool if one.k > 2]
    if not two or not several:
        return pool, ""
    best = max(several, key=lambda one: one.silhouette)
    if two[0].silhouette - best.silhouette > CLEARLY:
        return two, f" The best of more than two is K={best.k} with {best.silhouette:.2f}."
    if two[0].silhouette <= best.silhouette:
        return several, ""
    return several, (
        f" Two groups reach {two[0].silhouette:.2f}, but they mostly part high from low, which is "
        "rarely enough to act on."
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
    told = f"K={given} was given; its silhouette is {by_k[given].silhouette:.2f}."
    if picked == given:
        return f"{told} It would have been picked, too."
    return f"{told} K={picked} would have been picked, with {by_k[picked].silhouette:.2f}."
