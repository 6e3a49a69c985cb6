"""How many segments? Every K side by side, a pick, and the reason for it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.best import fit_best
from covey.engine.lloyd import lloyd
from covey.engine.workspace import Workspace
from covey.errors import InputError
from covey.explain.wording import listing, percent
from covey.flow import KScore, Run, Sweep
from covey.random import children

Doubles = NDArray[np.float64]
#: Called with what is being done and the share of it that is done, 0 … 1.
OnProgress = Callable[[str, float], None]

FIRST_K, LAST_K = 2, 10
#: Tried as far as this while the silhouette still rises, if it is worth more than a cloud's.
FARTHEST_K, WORTH_MORE = 20, 0.25
#: Exact silhouettes cost n² (d + 8) steps; this many (60,000 rows of 4 features) take about a
#: second. Beyond, a sample of rows is scored, each against all rows, at a quarter of the cost.
MOST_STEPS = 60_000**2 * 12
LEAST_SAMPLE = 1000
#: squared distances below it lose their digits to underflow
LEAST_INERTIA = 1e-250

#: A silhouette this close to the best is as good: drawing other rows changes it by about as much.
CLOSE = 0.02
#: Two groups mostly say "high and low"; they are picked only when better by this much.
CLEARLY = 0.10
#: A segment below this share of the rows is too small to act on.
LEAST_SEGMENT = 0.01


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

    Where K=10 is the best and speaks of groups, there may be more of them: K = 11 … 15, and then
    … 20, are tried too while the best is the last, if all rows can be scored.

    Parameters
    ----------
    X : (n, d) float64
    given : int or None
        The user's K; None picks one.
    n_init : int
        Starts for each K; one more starts from the centers of K − 1, so that inertia never
        rises with K.
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
    streams = dict(zip(tried, children(rng, len(tried) + 1), strict=False))
    rows = _rows_to_score(X, children(rng, 1)[0])
    runs: dict[int, Run] = {}
    scored: dict[int, Doubles] = {}
    scores: list[KScore] = []
    batch, done = tried, 0.0
    work = Workspace(X, weight)
    while batch:
        for step, k in enumerate(batch):
            heard(f"Trying {k} segments", done + (1 - done) / 2 * step / len(batch))
            runs[k] = _fit(work, k, runs.get(k - 1), streams[k], n_init)
        done = (1 + done) / 2
        heard("Silhouettes", done)
        _refuse_underflow(runs, source)
        several = [k for k in batch if k > 1]
        marks = _silhouettes(X, [runs[k].labels for k in several], rows)
        scored.update(zip(several, marks, strict=True))
        total = runs[1].inertia
        scores += [_score(runs[k], k, total, scored.get(k), len(X)) for k in batch]
        batch = [] if given is not None or rows is not None else _further(X, scores)
        streams = dict(zip(batch, children(rng, len(batch)), strict=True))
    if given is None:
        chosen, reason = pick(scores, buying=buying)
    else:
        chosen, reason = given, _given_reason(scores, given, buying)
    which = np.arange(len(X)) if rows is None else rows
    own = scored[chosen] if chosen > 1 else np.full(len(which), math.nan)
    found = Sweep(tuple(scores), chosen, given is not None, reason, own, which)
    heard("Silhouettes", 1.0)
    return dataclasses.replace(runs[chosen], sweep=found)


def still_rising(scores: Sequence[KScore]) -> bool:
    """Tell whether the last K tried has the highest silhouette, one that speaks of groups."""
    last = scores[-1]
    best = max((one for one in scores if one.k > 1), key=lambda one: one.silhouette, default=last)
    return best is last and last.k >= LAST_K and last.silhouette >= WORTH_MORE


def _further(X: Doubles, scores: Sequence[KScore]) -> list[int]:
    """Return the K to try next where the best of those tried is at the end, up to 20."""
    if not still_rising(scores):
        return []
    first = scores[-1].k + 1
    last = min(first + 4, FARTHEST_K, count_distinct(X, FARTHEST_K + 1) - 1)
    return list(range(first, last + 1))


def _refuse_underflow(runs: dict[int, Run], source: str) -> None:
    """Raise where squared distances are lost to rounding, so that no K can be scored."""
    total = runs[1].inertia
    if len(runs) > 1 and total < LEAST_INERTIA:
        raise InputError(
            f"values must differ by more than rounding keeps once squared; {source} has an inertia "
            f"of {total:g} in the features used; pass scale='standard'"
        )


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


def count_distinct(X: Doubles, most: int) -> int:
    """Count distinct rows, but stop at ``most``: a few blocks of rows nearly always suffice."""
    seen: set[bytes] = set()
    for start in range(0, len(X), 4096):
        block = np.ascontiguousarray(X[start : start + 4096]) + 0.0  # −0 and 0 are one value
        unique = np.unique(block.view(np.dtype((np.void, block.itemsize * block.shape[1]))))
        seen.update(row.tobytes() for row in unique[:most])
        if len(seen) >= most:
            return most
    return len(seen)


def _fit(work: Workspace, k: int, fewer: Run | None, rng: np.random.Generator, n_init: int) -> Run:
    """Fit one K; the centers of K − 1 and the row farthest from them are one more start."""
    run = fit_best(work, k, rng=rng, n_init=n_init)
    if fewer is None or k == 1 or run.inertia <= fewer.inertia:
        return run
    X, weight = work.given, work.given_weight
    assert isinstance(X, np.ndarray)
    gap = np.einsum("ij,ij->i", (off := X - fewer.centers[fewer.labels]), off)
    if weight is not None:
        gap = np.where(weight > 0, gap, -1.0)
    start = np.vstack([fewer.centers, X[int(np.argmax(gap))]])
    return min(run, lloyd(work, start), key=lambda one: one.inertia)


def _rows_to_score(X: Doubles, rng: np.random.Generator) -> NDArray[np.int64] | None:
    """Return the rows whose silhouettes are computed; None for all of them."""
    n, d = X.shape
    if n * n * (d + 8) <= MOST_STEPS:
        return None
    m = max(LEAST_SAMPLE, MOST_STEPS // 4 // (n * (d + 8)))
    return np.sort(rng.choice(n, min(m, n), replace=False, shuffle=False)).astype(np.int64)


def _silhouettes(
    X: Doubles, labelings: Sequence[NDArray[np.int32]], rows: NDArray[np.int64] | None
) -> Doubles:
    """Return the silhouettes (s, m) of all labelings in one pass."""
    if not labelings:
        return np.empty((0, len(X) if rows is None else len(rows)))
    return passes.silhouettes(X, np.ascontiguousarray(np.stack(labelings), np.int32), rows)


def _score(run: Run, k: int, total: float, row_scores: Doubles | None, n: int) -> KScore:
    smallest = float(np.bincount(run.labels, minlength=k).min() / n)
    explained = 1 - run.inertia / total if total > 0 else 0.0
    if row_scores is None:
        return KScore(k, run.inertia, explained, math.nan, 0.0, smallest)
    m = len(row_scores)
    error = 0.0
    if m < n:
        error = float(row_scores.std(ddof=1)) / math.sqrt(m) * math.sqrt(1 - m / n)
    return KScore(k, run.inertia, explained, float(row_scores.mean()), error, smallest)


# ---------------------------------------------------------------- the pick


def pick(scores: Sequence[KScore], *, buying: bool) -> tuple[int, str]:
    """Pick a K, and say why.

    The highest silhouette says where groups are tightest; every K within 0.02 of it is as good,
    and among these the elbow of WCSS decides: the K that lies farthest below the straight line
    from the first K to the last. For a table about buying, K=2 is left aside unless it is
    better by more than 0.10. A K with a segment under 1 % of the rows is passed over while there
    is another.
    """
    able = [one for one in scores if one.k >= FIRST_K]
    pool = [one for one in able if one.smallest >= LEAST_SEGMENT] or able
    pool, aside = _set_two_aside(pool) if buying else (pool, "")
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


def _set_two_aside(pool: list[KScore]) -> tuple[list[KScore], str]:
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


def elbow(scores: Sequence[KScore]) -> dict[int, float]:
    """Return how far each K lies below the chord of the WCSS curve; both axes from 0 to 1."""
    ks = np.array([one.k for one in scores], dtype=np.float64)
    wcss = np.array([one.inertia for one in scores])
    if len(scores) < 3 or wcss[0] <= wcss[-1]:
        return {one.k: 0.0 for one in scores}
    x = (ks - ks[0]) / (ks[-1] - ks[0])
    y = (wcss - wcss[-1]) / (wcss[0] - wcss[-1])
    return {one.k: float(1 - a - b) for one, a, b in zip(scores, x, y, strict=True)}


def _given_reason(scores: Sequence[KScore], given: int, buying: bool) -> str:
    """Say how the K given compares with the one that would have been picked."""
    if not any(one.k >= FIRST_K for one in scores):
        return f"K={given} was given."
    picked, _ = pick(scores, buying=buying)
    by_k = {one.k: one for one in scores}
    if given == 1:
        return f"K=1 was given: all rows are one segment; K={picked} would have been picked."
    told = f"K={given} was given; its silhouette is {by_k[given].silhouette:.2f}."
    if picked == given:
        return f"{told} It would have been picked, too."
    return f"{told} K={picked} would have been picked, with {by_k[picked].silhouette:.2f}."
