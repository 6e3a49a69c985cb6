"""How many groups, how sure, and why: what each criterion says, and what limits cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from covey.evidence import KFacts, KVerdict, Vote
from covey.explain.criteria import bends, sharp_elbow, standing
from covey.explain.gap import Gap, first_within_error
from covey.explain.jaccard import HIGHLY_STABLE, STABLE, in_words
from covey.explain.natural import Natural, doubt, why
from covey.explain.wording import listing, percent

#: Fewer criteria than this can be told of very few rows only: no evidence is more than weak then.
LEAST_VOTES = 4
#: A K that comes so near the best of the criteria together is hardly told from it.
NEAR = 0.95
#: Strong: the silhouette is this much above a cloud's, all groups together come back, and this
#: share of the criteria names K. Weak: less than the second figures, unless most agree.
CLEARLY_ABOVE, BARELY_ABOVE = 0.15, 0.10
MOST_AGREE, FEW_AGREE = 0.5, 0.25
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
            parts.append(f"at most {self.most_groups} groups")
        return listing(parts)

    def allow(self, one: KFacts) -> bool:
        """Tell whether a division keeps the limits."""
        if self.k is not None:
            return one.k == self.k
        few = self.most_groups is None or one.k <= self.most_groups
        return few and (one.k == 1 or one.sizes[-1] >= self.least_rows)


def judge(scores: Sequence[KFacts], natural: Natural | None, limits: Limits) -> KVerdict:
    """Return the verdict over K side by side.

    Parameters
    ----------
    scores : sequence of KFacts
        Ascending K, from 1. Criteria that are NaN everywhere have no vote.
    natural : Natural or None
        What the rule says; None where no K above 1 was tried.
    limits : Limits
    """
    found = natural.k if natural is not None and natural.found else None
    named = found or 1
    cast = votes(scores, named)
    k = _allowed(scores, named, limits)
    elbow = sharp_elbow([one.k for one in scores], [one.inertia for one in scores])
    strength = _strength(scores, natural, cast)
    marks = standing(scores)
    best = max(marks.values(), default=0.0)
    near = [one for one, mark in marks.items() if mark >= NEAR * best and one != named]
    others = tuple(near) if found else ()
    text = _text(scores, natural, strength, cast)
    return KVerdict(
        natural=found,
        k=k,
        strength=strength,
        text=f"{text} {_elbow_text(scores, elbow)}".strip(),
        votes=cast,
        elbow=elbow,
        others=others,
        limits=limits.words(),
        cost=_cost(scores, named, k, limits),
    )


# ---------------------------------------------------------------- what each criterion says


def votes(scores: Sequence[KFacts], named: int) -> tuple[Vote, ...]:
    """Return what each criterion says, those that are known."""
    cast = [
        _extreme(scores, named, "silhouette", lambda one: one.silhouette, True),
        _extreme(scores, named, "Calinski–Harabasz", lambda one: one.calinski_harabasz, True),
        _extreme(scores, named, "Davies–Bouldin", lambda one: one.davies_bouldin, False),
        _extreme(scores, named, "BIC", lambda one: one.bic, False),
        _gap_vote(scores, named, "gap (uniform)", lambda one: Gap(one.gap, one.gap_error)),
        _gap_vote(
            scores, named, "gap (principal axes)", lambda one: Gap(one.gap_pca, one.gap_pca_error)
        ),
        _stability_vote(scores, named),
    ]
    return tuple(one for one in cast if one is not None)


def _extreme(
    scores: Sequence[KFacts],
    named: int,
    criterion: str,
    value: Callable[[KFacts], float],
    more: bool,
) -> Vote | None:
    """Return the vote for the highest (``more``) or lowest value; none at the last K tried."""
    known = {one.k: value(one) for one in scores if math.isfinite(value(one))}
    if len(known) < 2:
        return None
    sign = 1 if more else -1
    order = sorted(known, key=lambda k: (-sign * known[k], k))
    best, second = order[:2]
    word = "highest" if more else "lowest"
    if best == max(known) and best != named:
        return Vote(
            criterion, None, False, f"Still {'rising' if more else 'falling'} at the last K tried, "
            f"K={best} ({_figure(known[best])}): it names none.",
        )  # fmt: skip
    return Vote(
        criterion, best, best == named,
        f"{word.capitalize()} at K={best}, {_figure(known[best])}; next K={second} with "
        f"{_figure(known[second])}.",
    )  # fmt: skip


def _gap_vote(
    scores: Sequence[KFacts], named: int, criterion: str, value: Callable[[KFacts], Gap]
) -> Vote | None:
    found = {one.k: value(one) for one in scores if math.isfinite(value(one).gap)}
    if len(found) < 2:
        return None
    k = first_within_error(found)
    if k is None:
        says = "The gap rises by more than its error up to the last K tried: it names none."
        return Vote(criterion, None, False, says)
    own, after = found[k], found[k + 1]
    return Vote(
        criterion, k, k == named,
        f"K={k} is the first whose gap, {own.gap:.2f}, the next does not pass by more than its "
        f"error: K={k + 1} has {after.gap:.2f} ± {after.error:.2f}.",
    )  # fmt: skip


def _stability_vote(scores: Sequence[KFacts], named: int) -> Vote | None:
    """Return the largest K of which every group comes back."""
    known = [one for one in scores if one.k > 1 and one.cluster_stability]
    if not known:
        return None
    steady = [one for one in known if min(one.cluster_stability) >= STABLE]
    if not steady:
        least = max(min(one.cluster_stability) for one in known)
        says = f"At every K some group does not come back: the best of the worst is {least:.2f}."
        return Vote("stability", None, named == 1, says)
    best = steady[-1]
    least = min(best.cluster_stability)
    return Vote(
        "stability", best.k, best.k == named,
        f"K={best.k} is the largest K whose every group comes back: Jaccard {least:.2f} and more "
        f"({in_words(least)}).",
    )  # fmt: skip


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


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
        parts = [told, _farthest_above(scores), _who_names(cast)]
        parts.append("To divide all the same, give K by its purpose.")
        return " ".join(part for part in parts if part)
    own = next(one for one in scores if one.k == natural.k)
    agree = sum(vote.agrees for vote in cast)
    parts = [
        f"{natural.k} groups, {_HOW[strength]}. {why(natural)}",
        f"{agree} of {len(cast)} criteria name K={natural.k}." if cast else "",
    ]
    if agree < len(cast):
        parts.append(_who_names([vote for vote in cast if not vote.agrees]))
    if math.isfinite(own.stability):
        parts.append(
            f"Its groups come back in resamples with a Jaccard similarity of {own.stability:.2f} "
            f"({in_words(own.stability)})."
        )
    return " ".join(part for part in parts if part)


def _farthest_above(scores: Sequence[KFacts]) -> str:
    """Say which K is farthest above a cloud without groups, though not far enough to be sure."""
    known = [one for one in scores if math.isfinite(one.silhouette - one.cloud)]
    best = max(known, key=lambda one: one.silhouette - one.cloud, default=None)
    if best is None or best.silhouette - best.cloud < _HINT:
        return ""
    return (
        f"Farthest above such a cloud is K={best.k}, {best.silhouette:.2f} against "
        f"{best.cloud:.2f}: a hint, and too little to be sure."
    )


def _who_names(cast: Sequence[Vote]) -> str:
    """Say which K the criteria name: ``Silhouette and stability name K=2; BIC names K=5.``."""
    by_k: dict[int, list[str]] = {}
    for vote in cast:
        if vote.k is not None:
            by_k.setdefault(vote.k, []).append(vote.criterion)
    told = [
        f"{listing(names, len(names))} {'names' if len(names) == 1 else 'name'} K={k}"
        for k, names in sorted(by_k.items())
    ]
    text = "; ".join(told)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


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
    if not limits.words():
        return ""
    by_k = {one.k: one for one in scores}
    if k == named:
        return f"Nothing: K={k} keeps the limits."
    own, other = by_k[k], by_k[named]
    told = (
        f"K={k} instead of K={named} explains {percent(own.explained)} of the variation rather "
        f"than {percent(other.explained)}"
    )
    if named == 1:
        return f"{told}, and divides what has no natural groups (silhouette {own.silhouette:.2f})."
    if k == 1:
        return f"{told}, and tells no groups apart."
    return f"{told}; its silhouette is {own.silhouette:.2f} rather than {other.silhouette:.2f}."
