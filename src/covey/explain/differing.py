"""Why methods see different numbers of groups, and how near the true labels each comes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from covey.evidence import Clustering
from covey.explain.stability import adjusted_rand
from covey.explain.wording import listing, percent

if TYPE_CHECKING:
    from covey.explain.compare import Truth
    from covey.explain.suiting import Case

#: what methods that find their own number say with fewer groups, and with more
_FEWER = {
    "dbscan": "with one radius for all, groups that touch are one",
    "hdbscan": "groups without emptier ground between are one",
    "single": "a bridge of rows makes two groups one",
    "spectral": "groups that many neighbors link are one",
}
_MORE = {
    "dbscan": "places that thin out in between are several",
    "hdbscan": "each dense place counts, however small the dip beside it",
    "single": "whatever a gap parts is a group",
    "spectral": "few links between neighbors cross its borders",
}


def numbers(case: Case, seen_by: str) -> str:
    """Say why methods see different numbers of groups.

    Parameters
    ----------
    seen_by : str
        The method whose groups the verdict speaks for, "" for none; those that see nearly the
        same are not explained away.
    """
    able = [one for one in case.all if one.labels is not None]
    best = next((one for one in able if one.name == seen_by), case.named("kmeans"))
    if best is None or len({one.n_clusters for one in able}) == 1:
        return ""
    parts = [
        f"Methods see different numbers of groups. K-Means and the others that must be told were "
        f"told {case.told.k}: {case.told.reason}"
    ]
    for one in able:
        as_told = case.told.given and one.n_clusters == case.told.k
        if one.noise == 0 and (as_told or one.n_clusters == best.n_clusters):
            continue
        if one.key == "mixture" and not case.told.given:
            parts.append(_mixture_number(best, one))
        elif one.key in _FEWER and case.alike(one, best) < case.nearly:
            parts.append(_dense_number(one, best.n_clusters))
    if best.key == "mixture" and not case.told.given and best.n_clusters > case.told.k:
        parts.insert(1, _bells(best))
    return " ".join(parts)


def _bells(mixture: Clustering) -> str:
    unsure = float(mixture.details.get("unsure", math.nan))
    return (
        f"The mixture sees {mixture.n_clusters}: BIC counts bells, also such that overlap "
        f"({percent(unsure)} of the rows lie where two do), while the silhouette counts only "
        "groups with a gap between."
    )


def _mixture_number(best: Clustering, mixture: Clustering) -> str:
    if mixture.n_clusters > best.n_clusters and best.kind in ("dense", "linked"):
        return f"The mixture sees {mixture.n_clusters}: it tiles other shapes with several bells."
    if mixture.n_clusters > best.n_clusters:
        return _bells(mixture)
    return (
        f"The mixture sees {mixture.n_clusters}: one ellipse may be as long as several round "
        "groups, and BIC asks a price for each more."
    )


def _dense_number(one: Clustering, k: int) -> str:
    noise = f", and {percent(one.noise)} of the rows as noise" if one.noise > 0 else ""
    if one.n_clusters == 0:
        return f"{one.name} calls all rows noise: no place is dense by its settings."
    if one.n_clusters < k:
        return f"{one.name} sees {one.n_clusters}{noise}: {_FEWER[one.key]}."
    return f"{one.name} sees {one.n_clusters}{noise}: {_MORE[one.key]}."


def truths(case: Case, seen_by: str) -> str:
    """Say which method comes nearest to the true labels, and whether the scores would tell."""
    truth = case.truth
    if truth is None:
        return ""
    if len(truth.names) < 2:
        return f"The true labels ({truth.name}) tell no two groups apart: nothing to compare with."
    scored = [one for one in case.all if not math.isnan(one.truth)]
    if not scored:
        return ""
    best = max(scored, key=lambda one: one.truth)
    text = (
        f"The true labels ({truth.name}) name {groups(len(truth.names))}; {best.name} comes "
        f"nearest to them (adjusted Rand index {best.truth:.2f}; 1 is the same, 0 is chance)."
    )
    if all(one.n_clusters < len(truth.names) for one in scored):
        text += " No method sees so many: some of them are not apart in these features."
    kmeans = case.named("kmeans")
    if kmeans is not None and kmeans is not best:
        text += f" K-Means has {kmeans.truth:.2f}."
    highest = max(scored, key=lambda one: -2.0 if math.isnan(one.silhouette) else one.silhouette)
    if highest.truth < best.truth - 0.1 and not math.isnan(highest.silhouette):
        text += (
            f" The highest silhouette ({highest.name}, {highest.silhouette:.2f}) would not have "
            f"told: that has {highest.truth:.2f}."
        )
    chosen = next((one for one in scored if one.name == seen_by), None)
    if chosen is not None and chosen.truth < best.truth - 0.1:
        text += _behind(case, truth, chosen, best)
    return text


def _behind(case: Case, truth: Truth, chosen: Clustering, best: Clustering) -> str:
    """Say why the method that the scores speak for is farther from the truth than the best."""
    has = f" {chosen.name}, which the scores speak for, has {chosen.truth:.2f}"
    k, other = chosen.n_clusters, best.n_clusters
    if k == other:
        return (
            f"{has}: scores without a truth judge what is in the features, and the labels may "
            "mean something else."
        )
    if chosen.key != "kmeans":
        return f"{has}: it sees {groups(k)}, and {best.name} {other}."
    known = truth.codes >= 0
    value = adjusted_rand(case.kmeans_of(other)[known], truth.codes[known])
    if value >= best.truth - 0.1:
        return f"{has}: the number {k} is to blame, for told {other}, it has {value:.2f}."
    return (
        f"{has}, and {value:.2f} told {other}: it sees {groups(k)} where {best.name} sees {other}, "
        "and the number alone is not what is wrong, for these are not round or not of like spread."
    )


def failures(case: Case) -> str:
    """Say which methods could not run."""
    lost = [one.name for one in case.all if one.labels is None]
    return f"{listing(lost, 9)} could not run; the table says why." if lost else ""


def groups(n: int) -> str:
    """Return ``1 group`` or ``4 groups``."""
    return f"{n} group{'' if n == 1 else 's'}"
