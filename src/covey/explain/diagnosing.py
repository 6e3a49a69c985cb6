"""A diagnosis of k-means on a table: the findings of the alarm, a verdict, and what to draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from covey.evidence import About, Diagnosis, Finding, Plane
from covey.explain.alarm import Examined, examine, in_short
from covey.explain.numbering import matched_numbers
from covey.explain.picture import plane
from covey.flow import Features, Sweep

#: above this many features the plane is spanned by the first two principal axes of part of them
_MOST_FEATURES = 500
#: below so many rows any shape turns up by chance
LEAST_ROWS = 20


def diagnose(
    features: Features,
    labels: NDArray[np.integer],
    k: int,
    *,
    about: About,
    rng: np.random.Generator,
    reason: str,
    sweep: Sweep | None = None,
) -> Diagnosis:
    """Look at k-means' clusters with other eyes, and say whether it is the right tool.

    Parameters
    ----------
    features : Features
    labels : (n,) integers, 0 … k − 1
        Every one of them there.
    k : int
    about : About
        What the page says of the table.
    rng : numpy Generator
    reason : str
        Why there are so many clusters.
    sweep : Sweep, optional
        Of the K that were tried; it may doubt that any is natural.
    """
    found = examine(
        features.X, labels, k, rng=rng, names=features.names, raw=np.nan_to_num(features.raw)
    )
    told = (*found.findings, *_no_natural_k(found.findings, sweep))
    verdict, headline = _verdict(told, k, found.look.n)
    own, other = _numbers(found)
    return Diagnosis(
        about=about,
        k=k,
        k_reason=reason,
        verdict=verdict,
        headline=headline,
        text=_looked(found),
        findings=told,
        checks=tuple((one.name, one.result, one.level) for one in found.checks),
        plane=_plane(features, found),
        labels=own,
        other_labels=other,
        other=found.other.how if found.other else "",
        sizes=tuple(sorted((int(size) for size in found.look.sizes), reverse=True)),
    )


def _no_natural_k(findings: Sequence[Finding], sweep: Sweep | None) -> Iterator[Finding]:
    """Say that no K is natural, where nothing worse has been said."""
    worse = any(one.level == "alarm" or one.topic == "one-blob" for one in findings)
    if worse or sweep is None or not sweep.doubt or sweep.chosen == 1:
        return
    own = next(one for one in sweep.scores if one.k == sweep.chosen)
    yield Finding(
        "no-natural-k",
        "caution",
        sweep.doubt,
        "Borders between the clusters then run through a crowd: they are a convenient division.",
        "Choose K by its purpose (-k); covey choose-k shows what each criterion says.",
        "likely",
        own.silhouette,
    )


def _verdict(findings: Sequence[Finding], k: int, n: int) -> tuple[str, str]:
    alarms = in_short(findings)
    topics = [one.topic for one in findings if one.level == "caution"]
    if alarms:
        return "wrong", f"K-means as it is run here is the wrong tool: {alarms}."
    if n < LEAST_ROWS:
        return "care", "There are too few rows to tell whether k-means is right here."
    if k == 1:
        return "care", "Nothing was divided: K=1 says nothing for k-means or against it."
    if "one-blob" in topics:
        return "care", "There are no groups here to find: k-means only divides one cloud."
    if "other-k" in topics:
        return "care", f"K-means is right here, but K={k} is not the number of groups."
    if "no-natural-k" in topics:
        return "care", "No number of groups is natural here: k-means makes a convenient division."
    if topics:
        some = "one thing" if len(topics) == 1 else f"{len(topics)} things"
        return "care", f"K-means can be used here, once you have looked at {some}."
    return "right", "K-means is right here: nothing speaks against it."


def _looked(found: Examined) -> str:
    n, m = found.look.n, len(found.look.X)
    rows = f"all {n:,} rows" if m == n else f"{m:,} rows drawn at random from {n:,}"
    clusters = "1 cluster" if found.look.k == 1 else f"{found.look.k} clusters"
    return f"{len(found.checks)} things were looked at, on {rows} in {clusters}."


def _numbers(found: Examined) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """Return the numbers of both eyes' clusters: from 1, the same where they match."""
    own = found.look.numbers[found.look.labels]
    if found.other is None:
        return own, None
    other = found.other.labels
    sizes = np.bincount(other[other >= 0])
    place = np.empty(len(sizes), np.int64)
    place[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    ordered = np.where(other >= 0, place[other], -1)
    # clusters that no row looked at fell to keep their number all the same
    numbers = matched_numbers([own - 1, ordered])[1]
    if numbers.max() > max(int(own.max()), len(sizes)):
        numbers = np.arange(1, len(sizes) + 1)  # too few of them match to be worth a number
    return own, np.where(ordered >= 0, numbers[ordered], 0)


def _plane(features: Features, found: Examined) -> Plane:
    look = found.look
    if look.X.shape[1] <= 2:
        points = np.zeros((len(look.X), 2))
        points[:, : look.X.shape[1]] = features.preparation.undo(look.X)
        names = (*features.names, "")
        return Plane(look.rows, points, (names[0], names[1]))
    mean, axes, shares = plane(look.X[:, :_MOST_FEATURES])
    points = np.einsum("ij,kj->ik", look.X[:, :_MOST_FEATURES] - mean, axes)
    words = ("first principal component", "second principal component")
    return Plane(look.rows, points, words, sum(shares))
