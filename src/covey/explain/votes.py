"""What each criterion says of how many groups there are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from covey.evidence import KFacts, Vote
from covey.explain.gap import Gap, first_within_error
from covey.explain.jaccard import STABLE, in_words
from covey.explain.wording import decimals, listing


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
            f"K={best} ({figure(known[best])}): it names none.",
        )  # fmt: skip
    return Vote(
        criterion, best, best == named,
        f"{word.capitalize()} at K={best}, {figure(known[best])}; next K={second} with "
        f"{figure(known[second])}.",
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
        f"K={k} is the first whose gap, {decimals(own.gap)}, the next does not pass by more "
        f"than its error: K={k + 1} has {decimals(after.gap)} ± {decimals(after.error)}.",
    )  # fmt: skip


def _stability_vote(scores: Sequence[KFacts], named: int) -> Vote | None:
    """Return the largest K of which every group comes back."""
    known = [one for one in scores if one.k > 1 and one.cluster_stability]
    if not known:
        return None
    steady = [one for one in known if min(one.cluster_stability) >= STABLE]
    if not steady:
        least = max(min(one.cluster_stability) for one in known)
        says = (
            "Only K=1: at every other K some group does not come back; the best of the worst is "
            f"{decimals(least)}."
        )
        return Vote("stability", 1, named == 1, says)
    best = steady[-1]
    least = min(best.cluster_stability)
    return Vote(
        "stability", best.k, best.k == named,
        f"K={best.k} is the largest K whose every group comes back: Jaccard {decimals(least)} and "
        f"more ({in_words(least)}).",
    )  # fmt: skip


def who_names(cast: Sequence[Vote]) -> str:
    """Say which K the criteria name: ``Silhouette and stability name K=2; BIC names none.``."""
    by_k: dict[float, list[str]] = {}
    for vote in cast:
        by_k.setdefault(math.inf if vote.k is None else vote.k, []).append(vote.criterion)
    told = [
        f"{listing(names, len(names))} {'names' if len(names) == 1 else 'name'} "
        f"{'none' if k == math.inf else f'K={k}'}"
        for k, names in sorted(by_k.items())
    ]
    text = "; ".join(told)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def counted(cast: Sequence[Vote], k: int) -> str:
    """Say how many criteria name a K: ``4 of 7 criteria name K=3``."""
    agree = sum(vote.k == k for vote in cast)
    if len(cast) == 1:
        return f"The one criterion known {'names' if agree else 'does not name'} K={k}"
    return f"{agree} of {len(cast)} criteria {'names' if agree == 1 else 'name'} K={k}"


def figure(value: float) -> str:
    """Return a score: whole from 100 on."""
    return decimals(value, 0 if abs(value) >= 100 else 2)
