"""How many groups, how sure, and why: what each criterion says, and what limits cost."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from covey.evidence import KFacts, KVerdict, Vote
from covey.explain.criteria import bends, sharp_elbow, standing
from covey.explain.jaccard import HIGHLY_STABLE, STABLE, in_words
from covey.explain.k_range import FIRST_K
from covey.explain.natural import LEAST_SEGMENT, NEAR, Natural, doubt, smallest, why
from covey.explain.votes import counted, votes, who_names
from covey.explain.wording import decimals, listing, percent

#: Fewer criteria than this can be told of very few rows only: no evidence is more than weak then.
LEAST_VOTES = 4
#: Strong: the silhouette is this much above a cloud's, all groups together come back, and this
#: share of the criteria names K. Weak: less than the second figures, unless most agree.
CLEARLY_ABOVE, BARELY_ABOVE = 0.15, 0.10
MOST_AGREE, FEW_AGREE = 0.5, 0.25
#: K to try for evidence that is more than moderate
_FEWEST_K = 3
#: silhouettes of rows and of a cloud that differ by less are about the same
_ALIKE = 0.08
#: a hint of groups: less is chance
_HINT = 0.03
_HOW = {"strong": "clearly apart", "moderate": "apart", "weak": "only just told apart"}


@dataclass(frozen=True)
class Limits:
    """What is asked for besides what the data say."""

    k: int | None = None  # fixed by purpose
    least_rows: int = 0  # of each group
    most_groups: int | None = None
    least_told: str = ""  # least_rows as asked for: "5%"

    def words(self) -> str:
        """Put the limits in words; "" for none."""
        parts = []
        if self.k is not None:
            parts.append(f"K={self.k} fixed by purpose")
        if self.least_rows > 1:
            told = self.least_told or f"{self.least_rows:,} rows"
            parts.append(f"no group below {told}")
        if self.most_groups is not None:
            parts.append(f"at most {self.most_groups} group{'s' * (self.most_groups != 1)}")
        return listing(parts)

    def allow(self, one: KFacts) -> bool:
        """Tell whether a division keeps the limits."""
        if self.k is not None:
            return one.k == self.k
        few = self.most_groups is None or one.k <= self.most_groups
        return few and (one.k == 1 or one.sizes[-1] >= self.least_rows)


def judge(
    scores: Sequence[KFacts],
    natural: Natural | None,
    limits: Limits,
    ends: tuple[int, int] | None = None,
) -> KVerdict:
    """Return the verdict over K side by side.

    Parameters
    ----------
    scores : sequence of KFacts
        Ascending K, from 1. Criteria that are NaN everywhere have no vote.
    natural : Natural or None
        What the rule says; None where no K above 1 was tried.
    limits : Limits
    ends : tuple of int, optional
        First and last K of the range given. At an end that is not K=2, and of fewer than three K,
        no evidence is more than moderate: another K may stand out more.
    """
    found = natural.k if natural is not None and natural.found else None
    named = found or 1
    cast = votes(scores, named)
    k = _allowed(scores, named, limits)
    elbow = sharp_elbow([one.k for one in scores], [one.inertia for one in scores])
    edge = _edge(found, ends)
    strength = _strength(scores, natural, cast)
    strength = "moderate" if edge and strength == "strong" else strength
    marks = standing(scores)
    best = max(marks.values(), default=0.0)
    near = [one for one, mark in marks.items() if mark >= NEAR * best and one != named]
    others = tuple(near) if found else ()
    parts = (_text(scores, natural, strength, cast), edge, _elbow_text(scores, elbow))
    return KVerdict(
        natural=found,
        k=k,
        strength=strength,
        text=" ".join(part for part in parts if part),
        overruled=_overruled(scores, natural, cast),
        votes=cast,
        elbow=elbow,
        others=others,
        limits=limits.words(),
        cost=_cost(scores, named, k, limits),
    )


# ---------------------------------------------------------------- the verdict


def _strength(scores: Sequence[KFacts], natural: Natural | None, cast: Sequence[Vote]) -> str:
    if natural is None or not natural.found:
        return "none"
    own = next(one for one in scores if one.k == natural.k)
    above = 1.0 if math.isnan(natural.above) else natural.above
    agree = sum(vote.agrees for vote in cast) / max(len(cast), 1)
    steady = not own.stability < HIGHLY_STABLE and agree >= MOST_AGREE
    if len(cast) < LEAST_VOTES:
        return "weak"
    if steady:
        return "strong" if above >= CLEARLY_ABOVE else "moderate"
    weak = above < BARELY_ABOVE or own.stability < STABLE or agree < FEW_AGREE
    return "weak" if weak else "moderate"


def _text(
    scores: Sequence[KFacts], natural: Natural | None, strength: str, cast: Sequence[Vote]
) -> str:
    if natural is None:
        return "There is one group: no more than one K could be tried."
    if not natural.found:
        told = doubt(natural) or (
            "No number of groups is natural here: there are too few rows to tell groups from a "
            "cloud."
        )
        parts = [told, _farthest_above(scores), who_names(cast)]
        parts.append("To divide all the same, give K by its purpose.")
        return " ".join(part for part in parts if part)
    own = next(one for one in scores if one.k == natural.k)
    parts = [
        f"{natural.k} groups, {_HOW[strength]}. {why(natural)}",
        f"{counted(cast, natural.k)}." if cast else "",
        who_names([vote for vote in cast if not vote.agrees]),
    ]
    if math.isfinite(own.stability):
        parts.append(
            f"Its groups come back in resamples with a Jaccard similarity of "
            f"{decimals(own.stability)} ({in_words(own.stability)})."
        )
    return " ".join(part for part in parts if part)


def _farthest_above(scores: Sequence[KFacts]) -> str:
    """Say which K is farthest above a cloud without groups, though not far enough to be sure."""
    known = [one for one in scores if math.isfinite(one.silhouette - one.cloud)]
    best = max(known, key=lambda one: one.silhouette - one.cloud, default=None)
    if best is None or best.silhouette - best.cloud < _HINT:
        return ""
    return (
        f"Farthest above such a cloud is K={best.k}, {decimals(best.silhouette)} against "
        f"{decimals(best.cloud)}: a hint, and too little to be sure."
    )


def _overruled(scores: Sequence[KFacts], natural: Natural | None, cast: Sequence[Vote]) -> str:
    """Say why the K that more criteria name than the verdict's is not it; "" where none is."""
    counts = Counter(vote.k for vote in cast if vote.k is not None)
    if natural is None or not counts:
        return ""
    named = natural.k if natural.found else 1
    most = max(counts, key=lambda k: (counts[k], -k))
    if counts[most] <= counts[named]:
        return ""
    told = f"{counted(cast, most)}, but"
    one = next(one for one in scores if one.k == most)
    if natural.found:
        return f"{told} the rule overrules them: {_rule_says(one, natural, scores)}."
    if math.isnan(natural.cloud):
        return f"{told} there are too few rows to tell groups from a cloud."
    if one.silhouette - one.cloud < _ALIKE:
        return (
            f"{told} a cloud without groups would score about as much: its silhouette is "
            f"{decimals(one.cloud)}, that of these rows {decimals(one.silhouette)}."
        )
    return (
        f"{told} the rule, which weighs three criteria together, puts K={natural.k} first, where "
        "a cloud without groups would score about as much."
    )


def _rule_says(one: KFacts, natural: Natural, scores: Sequence[KFacts]) -> str:
    """Say why the rule prefers its K to another."""
    if one.k == 1:
        return (
            f"the silhouette of K={natural.k}, {decimals(natural.silhouette)}, is clearly above "
            f"the {decimals(natural.cloud)} of a cloud without groups"
        )
    if natural.k != natural.coarse == one.k:
        return "some of these groups are clearly two when looked into"
    marks = standing(scores)
    if smallest(one) < LEAST_SEGMENT and marks.get(one.k, 0) > marks.get(natural.k, 0):
        return f"a group of K={one.k} has less than {percent(LEAST_SEGMENT)} of the rows"
    after = "" if natural.k == natural.coarse else ", and a look into its groups shows more"
    return (
        "silhouette, Calinski–Harabasz and Davies–Bouldin, weighed together, put "
        f"K={natural.coarse} first{after}"
    )


def _edge(found: int | None, ends: tuple[int, int] | None) -> str:
    """Say what the range given leaves open; "" where nothing."""
    if ends is None or ends[1] < FIRST_K:
        return ""
    first, last = max(ends[0], FIRST_K), ends[1]
    if last - first < _FEWEST_K - 1:
        tried = listing([f"K={k}" for k in range(first, last + 1)])
        told = f"Beside K=1 only {tried} {'was' if first == last else 'were'} tried"
    elif found == last:
        told = f"K={found} is the last K of the range given"
    elif found == first > FIRST_K:
        told = f"K={found} is the first K of the range given"
    else:
        return ""
    return f"{told}; another may stand out more, so widen the range."


def _elbow_text(scores: Sequence[KFacts], elbow: int | None) -> str:
    if len(scores) < 3:
        return ""
    if elbow is None:
        return "The curve of WCSS has no sharp elbow; where it bends is a matter of taste."
    sharp = bends([one.k for one in scores], [one.inertia for one in scores])[elbow]
    than = f"{sharp:.0f} times more" if math.isfinite(sharp) else "far more"
    return (
        f"By eye, the curve of WCSS bends at K={elbow}: it falls {than} just before than just "
        "after. Elbows are a matter of taste and decide nothing here."
    )


# ---------------------------------------------------------------- limits


def _allowed(scores: Sequence[KFacts], named: int, limits: Limits) -> int:
    """Return the K named, or the best of those that keep the limits; K=1 keeps most of them."""
    able = [one for one in scores if limits.allow(one)]
    ks = [one.k for one in able]
    if named in ks or not ks:
        return named
    marks: Mapping[int, float] = standing(scores)
    smaller = [k for k in ks if k > 1 and k < named] or [k for k in ks if k > 1]
    return max(smaller, key=lambda k: (round(marks.get(k, 0.0), 12), -k), default=ks[0])


def _cost(scores: Sequence[KFacts], named: int, k: int, limits: Limits) -> str:
    """Say what the K to use costs beside the K named, and which limits nothing can keep."""
    if not limits.words():
        return ""
    by_k = {one.k: one for one in scores}
    return f"{_price(by_k[k], by_k[named])} {_not_kept(by_k[k], scores, limits)}".strip()


def _price(own: KFacts, other: KFacts) -> str:
    if own.k == other.k:
        return f"Nothing: K={own.k} is what the rows say, too."
    share, whole = percent(own.explained), percent(other.explained)
    compared = f"{share} of the variation rather than {whole}"
    if share == whole:
        compared = f"as much of the variation, {share}"
    told = f"K={own.k} instead of K={other.k} explains {compared}"
    if other.k == 1:
        return f"{told}, and divides what has no natural groups (silhouette " + (
            f"{decimals(own.silhouette)})."
        )
    if own.k == 1:
        return f"{told}, and tells no groups apart."
    mine, its = decimals(own.silhouette), decimals(other.silhouette)
    return f"{told}; its silhouette is {mine} " + (
        "as well." if mine == its else f"rather than {its}."
    )


def _not_kept(own: KFacts, scores: Sequence[KFacts], limits: Limits) -> str:
    """Say which limits cannot be kept; "" for none."""
    n, least = sum(own.sizes), limits.least_rows
    if limits.k is not None:
        if least > own.sizes[-1]:
            return f"Its smallest group has {own.sizes[-1]:,} rows, fewer than asked for."
        return ""
    if 2 * least > n:
        return f"No two groups can have {least:,} rows each: there are {n:,} rows in all."
    if limits.most_groups == 1 or any(one.k > 1 and limits.allow(one) for one in scores):
        return ""
    return "No division tried keeps these limits: only all rows together do."
