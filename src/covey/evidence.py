"""The nouns of evidence: how many groups, which method suits, what k-means gets wrong, its steps.

As in ``flow``: frozen, arrays named with their shape (n rows, d features, k clusters), and nothing
here computes. What is not defined is NaN; clusters are numbered from 1, largest first, wherever a
reader sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.flow import Caution, Decision, Feature, Source

# ---------------------------------------------------------------- about any of them


@dataclass(frozen=True)
class About:
    """What was looked at, and how: the head and the foot of every page of evidence."""

    title: str
    source: Source
    n_rows: int
    features: tuple[Feature, ...]
    decisions: tuple[Decision, ...] = ()
    cautions: tuple[Caution, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)  # every option and its value
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plane:
    """Points for a picture: two features, or the first two principal components."""

    rows: NDArray[Any]  # (m,) int: which rows; a few thousand at most
    points: NDArray[Any]  # (m, 2)
    axes: tuple[str, str]  # what the axes show, in words
    explained: float = 1.0  # share of the variance that the plane shows


@dataclass(frozen=True)
class Finding:
    """Something about data or clusters that matters to whoever uses k-means on them."""

    topic: str  # a short slug: "not-round", "scale-dominance"
    level: str  # "alarm": k-means is the wrong tool; "caution": look at it; "note": good to know
    seen: str  # what was seen, with its figure: one sentence
    why: str  # why it matters
    todo: str  # what to do: a command, an option
    sure: str  # "certain", "likely" or "possible"
    figure: float  # the figure itself
    clusters: tuple[int, ...] = ()  # numbers of the clusters concerned; () for all


# ---------------------------------------------------------------- how many groups


@dataclass(frozen=True)
class KFacts:
    """How one K did, by every criterion."""

    k: int
    inertia: float
    explained: float  # 1 − inertia / inertia at K=1
    silhouette: float  # mean over rows
    silhouette_error: float  # standard error when sampled, 0 when exact
    calinski_harabasz: float  # more is better
    davies_bouldin: float  # less is better
    bic: float  # of round normal clusters of one spread; less is better
    gap: float  # reference (a): uniform over the range of each feature
    gap_error: float  # s(K): standard deviation · √(1 + 1/B)
    gap_pca: float  # reference (b): uniform over a box along the principal components
    gap_pca_error: float
    stability: float  # mean over clusters of their bootstrap Jaccard
    cluster_stability: tuple[float, ...]  # (k,) bootstrap Jaccard of each cluster, largest first
    sizes: tuple[int, ...]  # (k,) rows of each cluster, largest first


@dataclass(frozen=True)
class Vote:
    """What one criterion says."""

    criterion: str  # "silhouette", "gap, uniform", …
    k: int | None  # the K it prefers; None: none
    agrees: bool  # with the verdict
    says: str  # one sentence with the figures


@dataclass(frozen=True)
class KVerdict:
    """How many groups, how sure, and why."""

    natural: int | None  # the number of groups in the data; None: no natural K
    k: int  # the K to use: the natural one, or what limits or purpose make of it
    strength: str  # "strong", "moderate", "weak" or "none"
    text: str  # plain sentences with the figures
    votes: tuple[Vote, ...]
    elbow: int | None  # where WCSS bends, by eye; None where it does not
    others: tuple[int, ...] = ()  # other K that the criteria hardly tell from it
    limits: str = ""  # the limits asked for, in words
    cost: str = ""  # what they cost


@dataclass(frozen=True)
class KChoice:
    """Several K side by side, and the verdict."""

    about: About
    scores: tuple[KFacts, ...]  # ascending K, from 1
    verdict: KVerdict
    rows: NDArray[Any]  # (m,) int: rows whose silhouettes are known
    row_silhouettes: Mapping[int, NDArray[Any]]  # K -> (m,) float64
    row_numbers: Mapping[int, NDArray[Any]]  # K -> (m,) int: number of the cluster of each
    labels: Mapping[int, NDArray[Any]]  # K -> (n,) int: number of the cluster of each row
    n_references: int  # B, reference sets of the gap
    n_bootstraps: int
    n_resampled: int  # rows that gap and bootstrap used
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Preparations:
    """The same table prepared in several ways: side by side, never ranked."""

    about: About
    choices: Mapping[str, KChoice]  # name of the preparation -> what was found
    carried: Mapping[str, Mapping[str, float]]  # share of the squared distance by feature
    agreement: float  # adjusted Rand index of the clusterings at their own K
    text: str  # why they are not ranked, and what to look at


# ---------------------------------------------------------------- which method


@dataclass(frozen=True)
class Clustering:
    """What one method made of the rows."""

    name: str  # "K-Means", "DBSCAN"
    settings: str  # in words: "radius 0.31 from the k-distance curve, at least 5 rows"
    labels: (
        NDArray[Any] | None
    )  # (n,) int from 1, largest first; 0: noise; None: did not run
    n_clusters: int
    noise: float  # share of the rows
    sizes: tuple[int, ...]  # largest first
    silhouette: float  # of the rows that are not noise
    density: float  # DBCV, −1 … 1: any shape, noise counted against it
    truth: float  # adjusted Rand index with the true labels
    seconds: float
    memory: float  # most bytes held beside the data
    n_used: int  # rows it ran on; fewer than n: on a sample, the others put to the nearest row
    note: str = ""  # why it ran on a sample, or could not run; what to know
    details: Mapping[str, Any] = field(default_factory=dict)  # linkage, curve, BIC …: for pictures


@dataclass(frozen=True)
class Comparison:
    """Several methods on the same rows."""

    about: About
    clusterings: tuple[Clustering, ...]
    agreement: NDArray[Any]  # (m, m) adjusted Rand index between methods
    plane: Plane
    truth: str  # the column of the true labels, "" without
    truth_numbers: NDArray[Any] | None  # (n,) int from 1
    suits: str  # name of the method that suits; "" when none stands out
    text: str  # why, in plain sentences
    findings: tuple[Finding, ...] = ()


# ---------------------------------------------------------------- is k-means right


@dataclass(frozen=True)
class Diagnosis:
    """What k-means gets right and wrong on these rows."""

    about: About
    k: int
    labels: NDArray[Any]  # (n,) int from 1: k-means'
    other_labels: NDArray[Any] | None  # (n,) int from 1, 0 noise: of the method that sees otherwise
    other: str  # its name, "" for none
    findings: tuple[Finding, ...]  # worst first
    right: bool  # no alarm
    text: str  # the verdict in plain sentences
    plane: Plane
    checks: tuple[tuple[str, str, str], ...]  # what was looked at: (name, result in words, level)
    n_used: int  # rows looked at


# ---------------------------------------------------------------- seeing it work


@dataclass(frozen=True)
class Watched:
    """Runs of k-means, step by step, on a plane."""

    about: About
    plane: Plane
    k: int
    runs: tuple[WatchedRun, ...]  # k-means++ first, then from random rows


@dataclass(frozen=True)
class WatchedRun:
    """The steps of one run."""

    name: str  # "k-means++", "random rows"
    centers: NDArray[Any]  # (t, k, 2) in the plane, at each step
    labels: NDArray[Any]  # (t, m) int from 1 of the points drawn
    inertia: NDArray[Any]  # (t,)
    changed: NDArray[Any]  # (t,) share of the points whose label changed
