"""Is there a number of groups in the data, and which? The rule, and nothing but the rule.

1. Silhouette, Calinski–Harabasz and Davies–Bouldin together name a K (``criteria.standing``).
2. Groups that fall into two again raise it (``inside``).
3. It is natural if the silhouette is clearly above what a cloud without any groups, as wide along
   each principal component, would score; otherwise no K is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from covey.evidence import KFacts
from covey.explain.criteria import standing
from covey.explain.inside import falls_apart
from covey.explain.reference import Clouds
from covey.explain.several_k import SeveralK
from covey.explain.wording import decimals
from covey.random import children

#: Groups are there when the silhouette is this much above that of a cloud without any, and two of
#: its standard deviations: unevenness alone, as of a bell curve, moves it by less.
ABOVE_CLOUD = 0.05
#: A group below this share of the rows is too small to act on, or only outliers.
LEAST_SEGMENT = 0.01
#: A K that comes so near the best of the criteria together is hardly told from it.
NEAR = 0.95
#: Looks inside: each adds at least one group.
_LOOKS = 8


@dataclass(frozen=True)
class Natural:
    """What the rule found."""

    k: int  # the K it is about
    coarse: int  # the K that the criteria of the whole name; less where groups fell apart
    silhouette: float  # at k
    cloud: float  # silhouette of a cloud without groups, at k; NaN: too few rows to tell
    give: float  # standard deviation of that
    found: bool  # whether k is natural

    @property
    def above(self) -> float:
        """How far the silhouette is above the cloud's."""
        return self.silhouette - self.cloud


def is_above(silhouette: float, cloud: float, give: float) -> bool:
    """Tell whether a silhouette speaks of groups, given that of clouds without any."""
    return silhouette > cloud + ABOVE_CLOUD + 2 * give


def best_standing(scores: Sequence[KFacts]) -> int | None:
    """Return the K that the criteria together name; None where no K above 1 was tried.

    A K with a group under 1 % of the rows is passed over while there is another. A K between those
    that single criteria name, itself named by none, gives way to one as good that two or more name.
    """
    marks = standing(scores)
    able = [one.k for one in scores if one.k in marks and smallest(one) >= LEAST_SEGMENT]
    able = able or list(marks)
    best = max(able, key=lambda k: (round(marks[k], 12), -k), default=None)
    named = _named(scores)
    if best is None or named[best]:
        return best
    near = [k for k in able if marks[k] >= NEAR * marks[best] and named[k] >= 2]
    return max(near, key=lambda k: (named[k], marks[k]), default=best)


def _named(scores: Sequence[KFacts]) -> Counter[int]:
    """Count which K single criteria name: silhouette, Calinski–Harabasz, Davies–Bouldin, BIC."""
    found: Counter[int] = Counter()
    kinds: tuple[Callable[[KFacts], float], ...] = (
        lambda one: one.silhouette,
        lambda one: one.calinski_harabasz,
        lambda one: -one.davies_bouldin,
        lambda one: -one.bic,
    )
    for value in kinds:
        known = {one.k: value(one) for one in scores if math.isfinite(value(one))}
        if known:
            best = max(known, key=lambda k: known[k])
            found[best] += best < max(known)  # what rises to the last K names none
    return found


def smallest(one: KFacts) -> float:
    """Return the share of the rows in the smallest group."""
    return one.sizes[-1] / max(sum(one.sizes), 1)


def find_natural(
    several: SeveralK, clouds: Clouds, *, rng: np.random.Generator, last: int
) -> Natural | None:
    """Apply the rule to the K tried; None where none above 1 was.

    Parameters
    ----------
    several : SeveralK
        Looks inside may add runs for more K to it.
    clouds : Clouds
        Shaped as its rows.
    last : int
        No K above it is tried.
    """
    coarse = best_standing(several.facts())
    if coarse is None:
        return None
    fine = _look_inside(several, coarse, last, rng)
    found = _against_cloud(several, clouds, fine, coarse)
    if fine != coarse and not found.found:
        return _against_cloud(several, clouds, coarse, coarse)
    return found


def _look_inside(several: SeveralK, coarse: int, last: int, rng: np.random.Generator) -> int:
    """Return K with as many groups more as fall into two, looked at again and again."""
    k = coarse
    for stream in children(rng, _LOOKS):
        more = falls_apart(several.X, several.runs[k].labels, k, rng=stream)
        if not more or k + len(more) > last:
            break
        k += len(more)
        several.fit(range(2, k + 1) if 2 in several.runs else [k])
    return k


def _against_cloud(several: SeveralK, clouds: Clouds, k: int, coarse: int) -> Natural:
    own = next(one for one in several.facts() if one.k == k)
    cloud, give = clouds.silhouette(k)
    known = math.isfinite(cloud) and math.isfinite(give)
    found = own.inertia == 0 or (known and is_above(own.silhouette, cloud, give))
    return Natural(k, coarse, own.silhouette, cloud, give, found)


# ---------------------------------------------------------------- in words


def why(natural: Natural) -> str:
    """Say why the K is natural, with the figures."""
    if math.isnan(natural.cloud):
        return f"K={natural.k} leaves only equal rows together."
    told = (
        f"K={natural.k} stands out: its silhouette is {decimals(natural.silhouette)}, where a "
        f"cloud without groups, as wide in each direction, would score {decimals(natural.cloud)}."
    )
    if natural.coarse == natural.k:
        return told
    return (
        f"{told} Silhouette, Calinski–Harabasz and Davies–Bouldin together name "
        f"K={natural.coarse}, but some of these {natural.coarse} groups fall apart again."
    )


def doubt(natural: Natural | None, noun: str = "groups") -> str:
    """Say why no K is natural; nothing where one is, or where too few rows can tell."""
    if natural is None or natural.found or math.isnan(natural.cloud):
        return ""
    return (
        f"No number of {noun} is natural here: K={natural.k}, the best division by silhouette, "
        "Calinski–Harabasz and Davies–Bouldin together, has a silhouette of "
        f"{decimals(natural.silhouette)}, and a cloud without groups, as wide in each direction, "
        f"would score {decimals(natural.cloud)}."
    )
