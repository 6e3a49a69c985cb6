"""Which K to try: 1 … 10, and on while more groups seem to be there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from covey.errors import InputError
from covey.explain.natural import ABOVE_CLOUD, Natural, find_natural
from covey.explain.reference import Clouds
from covey.explain.several_k import OnProgress, SeveralK
from covey.random import children

Doubles = NDArray[np.float64]

FIRST_K, LAST_K = 2, 10
#: Tried as far as this, in steps of five (of ten from 20 on), while it pays.
FARTHEST_K = 50
#: A silhouette this close to the best is as good: drawing other rows changes it by about as much.
CLOSE = 0.02
#: squared distances below it lose their digits to underflow
LEAST_INERTIA = 1e-250


def usual_range(n: int, n_distinct: int, most: int = FARTHEST_K) -> tuple[list[int], int]:
    """Return the K to try where no range is given, and the last that may be tried.

    Parameters
    ----------
    n, n_distinct : int
        Rows, and distinct ones; the latter need not be counted beyond ``most`` + 1.
    most : int
        No K above it is tried.
    """
    # as many groups as distinct rows mean something only where rows are equal
    able = n_distinct if n_distinct < n else max(n_distinct - 1, min(n, FIRST_K))
    last = min(LAST_K, able)
    # n rows in more than n / 10 groups are hardly groups
    farthest = last if last < LAST_K else max(last, min(most, able, n // 10))
    return list(range(1, last + 1)), farthest


def try_range(
    X: Doubles,
    ks: list[int],
    given: int | None = None,
    *,
    farthest: int,
    rng: np.random.Generator,
    n_init: int,
    weight: Doubles | None = None,
    heard: OnProgress = lambda *_: None,
    source: str = "the table",
    noun: str = "groups",
) -> tuple[SeveralK, Clouds, Natural | None]:
    """Fit and score K, and apply the rule (``explain.natural``).

    Whoever asks how many groups there are comes here, so that the same rows and seed have the
    same natural K in every command. A K given is fitted last, so that it changes nothing else.
    """
    fitting, shaping, judging = children(rng, 3)
    several = SeveralK(X, rng=fitting, n_init=n_init, weight=weight)
    clouds = Clouds(X, rng=shaping)
    fit_range(several, ks, clouds, farthest=farthest, heard=heard, source=source, noun=noun)
    natural = find_natural(several, clouds, rng=judging, last=farthest)
    if given is not None:
        several.fit([given])
    return several, clouds, natural


def fit_range(
    several: SeveralK,
    ks: list[int],
    clouds: Clouds,
    *,
    farthest: int,
    heard: OnProgress,
    source: str,
    noun: str = "groups",
) -> None:
    """Fit and score given K, and more of them while it pays, up to ``farthest``.

    It pays while one of the last three K has a silhouette as good as the best, above that of a
    cloud without groups.

    Raises
    ------
    InputError
        Squared distances are lost to rounding.
    """
    batch, done = ks, 0.0
    while batch:
        shares = iter(np.linspace(done, (1 + done) / 2, len(batch), endpoint=False))

        def hear(k: int, shares: Iterator[float] = shares) -> None:
            heard(f"Trying {k} {noun}", float(next(shares)))

        several.fit(batch, hear)
        done = (1 + done) / 2
        heard("Silhouettes", done)
        _refuse_underflow(several, source)
        several.score()
        last = max(several.runs)
        batch = list(range(last + 1, min(last + (5 if last < 20 else 10), farthest) + 1))
        if batch and not _pays(several, clouds, last):
            return


def _pays(several: SeveralK, clouds: Clouds, last: int) -> bool:
    means = {k: float(scores.mean()) for k, scores in several.silhouettes.items()}
    lately = max(means.get(k, -1.0) for k in range(last - 2, last + 1))
    if not means or lately < max(means.values()) - CLOSE:
        return False
    return means[last] > clouds.silhouette(last)[0] + ABOVE_CLOUD


def _refuse_underflow(several: SeveralK, source: str) -> None:
    """Raise where squared distances are lost to rounding, so that no K can be scored."""
    total = several.runs[1].inertia
    if len(several.runs) > 1 and total < LEAST_INERTIA:
        raise InputError(
            f"values must differ by more than rounding keeps once squared; {source} has an inertia "
            f"of {total:g} in the features used; pass scale='standard'"
        )


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
