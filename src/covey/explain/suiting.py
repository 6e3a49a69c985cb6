"""Which method suits the rows, why, and why methods see different numbers of groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from covey.evidence import Clustering
from covey.explain import differing
from covey.explain.differing import groups
from covey.explain.stability import adjusted_rand
from covey.explain.wording import listing, number, percent

if TYPE_CHECKING:
    from covey.explain.compare import Told, Truth

Doubles = NDArray[np.float64]

#: Methods see the same where they agree so much (adjusted Rand index).
SAME = 0.85
#: A density score from which clusters are there, and by how much it must beat K-Means'.
DENSE, CLEARLY = 0.25, 0.2
#: A method that no other sees the same as must be so many times as far ahead.
ALONE = 2.5
#: Where a method calls more of the rows noise, it has not clustered them.
MOST_NOISE = 0.25
#: So many others must see what a method sees, to a lower bar since noise differs.
WITNESSES, NEARLY = 2, 0.75
#: rows below which anything can be seen in them
FEWEST = 20
#: rows in each group on average below which any methods told so many groups see the same
FEWEST_EACH = 5
#: The share of rows that a mixture may be unsure of, and the groups that it may see, where its
#: groups are to be more than tiles over some other shape.
MOST_UNSURE, MOST_ELLIPSES = 0.35, 7
#: BIC per row by which ellipses must beat the balls of one size that K-Means supposes, and what
#: they would gain on a box filled evenly (on such boxes themselves it differs by up to 0.08).
BETTER_SHAPE = 0.15


@dataclass(frozen=True)
class Verdict:
    """Which method suits, and why."""

    suits: str  # name of the method; "" when none stands out
    suits_k: int  # with so many groups; 0 when none stands out
    seen_by: str  # name of the method, of those that ran, that shows these groups; "" for none
    headline: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """What the verdict looks at."""

    all: Sequence[Clustering]
    agreement: Doubles
    told: Told
    truth: Truth | None
    kmeans_of: Callable[[int], NDArray[np.int64]]  # labels of K-Means for another K, from 0
    nearly: float = NEARLY

    def named(self, key: str) -> Clustering | None:
        """Return a method that ran."""
        found = (one for one in self.all if one.key == key and one.labels is not None)
        return next(found, None)

    def alike(self, one: Clustering, other: Clustering) -> float:
        """Return the adjusted Rand index of two methods."""
        keys = [each.key for each in self.all]
        return float(self.agreement[keys.index(one.key), keys.index(other.key)])

    def is_absurd(self) -> bool:
        """Tell whether a number was given with which there is nothing to tell methods apart by."""
        n = max((len(one.labels) for one in self.all if one.labels is not None), default=0)
        return self.told.given and (self.told.k == 1 or self.told.k * FEWEST_EACH > n)

    def able(self) -> list[Clustering]:
        """Return the methods not bound to round groups that put most rows into some, best first."""
        found = [
            one
            for one in self.all
            if one.kind != "round" and one.n_clusters >= 2 and one.noise <= MOST_NOISE
            and not math.isnan(one.density)
        ]  # fmt: skip
        return sorted(found, key=lambda one: -one.density)

    def witnesses(self, one: Clustering) -> list[Clustering]:
        """Return the other methods that see nearly the same without looking for round groups.

        That those for round groups see what K-Means sees is no evidence: they look for the same.
        """
        return [
            other
            for other in self.all
            if other.key != one.key
            and other.kind != "round"
            and other.n_clusters >= 2
            and self.alike(one, other) >= NEARLY
        ]


def judge(case: Case) -> Verdict:
    """Say which method suits.

    A method that follows gaps or dense places suits where its clusters are dense and parted by
    emptier ground while K-Means' are not, or where others of other kinds see the same and
    K-Means does not. Where K-Means sees the same, at its own K or at theirs, it suits, for it is
    the simplest. Ellipses suit where they explain the rows far better than balls of one size.
    Else none stands out.
    """
    return _explained(case, _choice(case))


def unscaled(case: Case) -> Verdict:
    """Recommend no method where one feature carries the distance: all of them see little else."""
    headline = (
        "No method can be recommended yet: one feature carries the distance, so scaling comes "
        "first."
    )
    text = (
        "Every method here measures by distance, and what it makes of the rows is what that one "
        "feature makes of them: scores and agreement between methods are about it alone. Scale "
        "the features, or say why one of them should weigh so much, and compare again."
    )
    return _explained(case, Verdict("", 0, "", headline, (text,)))


def _explained(case: Case, verdict: Verdict) -> Verdict:
    more = (
        differing.numbers(case, verdict.seen_by),
        differing.truths(case, verdict.seen_by),
        differing.failures(case),
    )
    return replace(verdict, text=(*verdict.text, *(text for text in more if text)))


def _choice(case: Case) -> Verdict:
    kmeans = case.named("kmeans")
    if kmeans is None:
        why = "K-Means could not run, so there is nothing to compare with."
        return Verdict("", 0, "", "No method stands out.", (why,))
    if kmeans.labels is not None and len(kmeans.labels) < FEWEST:
        why = f"{len(kmeans.labels)} rows can look like any groups by chance; look at the pictures."
        return Verdict("", 0, "", "There are too few rows to tell which method suits.", (why,))
    able = case.able()
    twins = [one for one in able if case.alike(kmeans, one) >= SAME]
    for best in _candidates(case, kmeans, able):
        if _at_its_k(case, kmeans, best):
            return _other_k(case, kmeans, best)
        if best.key != "mixture":
            return _shaped(case, kmeans, best)
    if case.is_absurd():
        return _absurd(case)
    if twins and kmeans.n_clusters > 1:
        return _round(case, kmeans, twins)
    mixture = case.named("mixture")
    if mixture is not None and _is_elliptic(mixture):
        if _at_its_k(case, kmeans, mixture):
            return _other_k(case, kmeans, mixture)
        return _elliptic(case, kmeans, mixture)
    return _none(case, kmeans, mixture)


def _candidates(case: Case, kmeans: Clustering, able: list[Clustering]) -> list[Clustering]:
    """Return the methods that see groups which K-Means does not, the surest first.

    The surest is the one that most others bear witness for, then the one of densest clusters.
    """
    own = -1.0 if math.isnan(kmeans.density) else kmeans.density
    for_kmeans = len(case.witnesses(kmeans))
    found = []
    for one in able:
        if case.alike(kmeans, one) >= SAME:
            continue
        seen = len(case.witnesses(one))
        ahead = min(one.density / DENSE, (one.density - own) / CLEARLY)
        clearly = seen >= for_kmeans and ahead >= (1 if seen else ALONE)
        if clearly or (seen >= WITNESSES and seen > for_kmeans):
            found.append((-seen, -one.density, one.key, one))
    return [one for *_, one in sorted(found, key=lambda entry: entry[:3])]


def _at_its_k(case: Case, kmeans: Clustering, best: Clustering) -> bool:
    """Tell whether K-Means sees the same once it is told the number that another method sees."""
    if best.n_clusters == kmeans.n_clusters or best.labels is None:
        return False
    labels = case.kmeans_of(best.n_clusters)
    kept = best.labels > 0  # noise is for K-Means to place
    return adjusted_rand(labels[kept], best.labels[kept]) >= SAME


def _is_elliptic(mixture: Clustering) -> bool:
    """Tell whether ellipses explain the rows far better than what K-Means supposes.

    And by more than they would explain a box filled evenly, which they do by tiling it.
    """
    scores = mixture.details.get("bic", {}).values()
    least = min((bic for one in scores for _, bic in one), default=math.inf)
    if not 1 < mixture.n_clusters <= MOST_ELLIPSES or mixture.details["unsure"] > MOST_UNSURE:
        return False
    beyond_cloud = mixture.details["gain"] - mixture.details["cloud_gain"]
    return min(mixture.details["plain"] - least, beyond_cloud) > BETTER_SHAPE


# ---------------------------------------------------------------- the verdicts in words


def _other_k(case: Case, kmeans: Clustering, best: Clustering) -> Verdict:
    others = case.witnesses(best)
    names = listing([best.name, *(one.name for one in others)], 4)
    see = "see" if others else "sees"
    text = (
        f"{names} {see} {groups(best.n_clusters)}, and K-Means sees the same once it is told so: "
        f"what is wrong is the number {'given, ' if case.told.given else ''}{kmeans.n_clusters}, "
        f"not the method. The pictures and scores below are of K={kmeans.n_clusters}; pass "
        f"k={best.n_clusters}."
    )
    if case.truth is not None and len(case.truth.names) > 1:
        known = case.truth.codes >= 0
        value = adjusted_rand(case.kmeans_of(best.n_clusters)[known], case.truth.codes[known])
        text += f" So told, it agrees with the true labels to {value:.2f}."
    headline = f"K-Means suits these rows, with K={best.n_clusters}."
    return Verdict(kmeans.name, best.n_clusters, best.name, headline, (text,))


def _absurd(case: Case) -> Verdict:
    k = case.told.k
    n = max((len(one.labels) for one in case.all if one.labels is not None), default=0)
    few = (
        "one group is all the rows, whatever the method"
        if k == 1
        else f"{k:,} groups of {n:,} rows are {number(n / k)} rows each, and methods told so many "
        "see much the same because of that"
    )
    free = [one for one in case.able() if one.key in ("single", "dbscan", "hdbscan")]
    free = [one for one in free if one.n_clusters != k]
    see = [f"{one.name} sees {groups(one.n_clusters)}" for one in free]
    text = f"With K={k:,}, the number given, nothing tells methods apart: {few}."
    if see:
        text += f" {listing(see, 3)}, each by itself."
    text += " Leave out k to have a number chosen."
    headline = f"No method can be recommended with K={k:,}, the number given."
    return Verdict("", 0, "", headline, (text,))


def _shaped(case: Case, kmeans: Clustering, best: Clustering) -> Verdict:
    others = case.witnesses(best)
    does = (
        "cuts them apart" if best.n_clusters < kmeans.n_clusters else "draws borders through them"
    )
    if kmeans.n_clusters == 1:
        does = "has them all in one"
    same = ""
    if others:
        names = listing([one.name for one in others], 4)
        same = f" {names} {'see' if len(others) > 1 else 'sees'} nearly the same."
    at_k = best.n_clusters
    if case.told.given and at_k != kmeans.n_clusters and best.labels is not None:
        value = adjusted_rand(case.kmeans_of(at_k), best.labels)
        same += (
            f" The number given, {kmeans.n_clusters:,}, is not the only reason: told {at_k}, "
            f"K-Means agrees with {best.name} to {value:.2f}."
        )
    trap = ""
    if kmeans.silhouette > best.silhouette:
        trap = (
            f" The silhouette says the opposite ({kmeans.silhouette:.2f} for K-Means, "
            f"{best.silhouette:.2f} for {best.name}): it measures how round and compact groups "
            "are, and cannot see this."
        )
    return Verdict(
        best.name, best.n_clusters, best.name,
        f"{best.name} suits these rows; K-Means does not.",
        (f"{best.name} finds {groups(best.n_clusters)} with emptier ground between; K-Means {does} "
        f"(density score {_score(best.density)} against {_score(kmeans.density)}; the two agree "
        f"to {case.alike(kmeans, best):.2f} only).{same}{trap}",),
    )  # fmt: skip


def _round(case: Case, kmeans: Clustering, twins: list[Clustering]) -> Verdict:
    names = [one.name for one in twins]
    alike = min(case.alike(kmeans, one) for one in twins)
    see = "see" if len(twins) > 1 else "sees"
    return Verdict(
        kmeans.name, kmeans.n_clusters, kmeans.name,
        "K-Means suits these rows.",
        (f"{listing(names)}, which {'take' if len(twins) > 1 else 'takes'} groups to be something "
        f"else, {see} nearly the same as its {groups(kmeans.n_clusters)} (agreement {alike:.2f} of "
        "1 or more). "
        "Where methods agree, the simplest is the one to use: K-Means has centers that "
        "can be told, and new rows are put into its groups at once.",),
    )  # fmt: skip


def _elliptic(case: Case, kmeans: Clustering, mixture: Clustering) -> Verdict:
    unsure = float(mixture.details.get("unsure", math.nan))
    return Verdict(
        mixture.name, mixture.n_clusters, mixture.name,
        "A Gaussian mixture suits these rows better than K-Means.",
        (f"The groups are longer than wide, or differ in spread, or overlap: {mixture.n_clusters} "
        f"ellipses explain the rows far better than {kmeans.n_clusters} balls of one size (BIC), "
        f"and agree with K-Means to {case.alike(kmeans, mixture):.2f} only. No emptier ground "
        f"parts them, though: {percent(unsure)} of the rows belong to their group with less than "
        "90 % probability. Use the probabilities, not only the label.",),
    )  # fmt: skip


def _none(case: Case, kmeans: Clustering, mixture: Clustering | None) -> Verdict:
    free = ("mixture", "dbscan", "hdbscan", "single", "spectral")
    one = [c.name for c in case.all if c.key in free and c.labels is not None and c.n_clusters < 2]
    if mixture is not None and mixture.n_clusters == 1 and len(one) > 1:
        headline = "No method stands out: little speaks for groups at all."
        why = (
            f"{listing(one, 5)}, which may find as many or as few groups as they like, find one "
            f"or none. The {kmeans.n_clusters} groups of K-Means (silhouette "
            f"{_score(kmeans.silhouette)}) divide one cloud: of use where some division is needed, "
            "but not groups that are there."
        )
        return Verdict("", 0, "", headline, (why,))
    best = max((c.density for c in case.all if not math.isnan(c.density)), default=math.nan)
    why = (
        "The methods see different things and no score decides between them: no clusters that "
        f"several agree on are denser inside than between (best density score {_score(best)}). "
        "Take K-Means' groups for a convenient division, and look at the pictures."
    )
    return Verdict("", 0, "", "No method stands out.", (why,))


def _score(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.2f}"
