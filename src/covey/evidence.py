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
    cloud: float  # silhouette of k-means on clouds without groups, of the shape of the data
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

    criterion: str  # "silhouette", "gap (uniform)", …
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
    overruled: str = ""  # why it is not the K that most criteria name; "" where it is
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

    key: str  # "kmeans": its column in labels.csv
    name: str  # "K-Means"
    kind: str  # what it takes a group to be: "round", "linked", "dense" or "elliptic"
    seeks: str  # the same in words
    settings: str  # in words: "radius 0.31 from the k-distance curve, 5 neighbors"
    labels: NDArray[Any] | None  # (n,) int: the cluster's number, 0: noise; None: did not run
    numbers: tuple[int, ...]  # of its clusters, largest first; clusters that match have the same
    sizes: tuple[int, ...]  # rows of each, in that order
    noise: float  # share of the rows
    silhouette: float  # of the rows that are not noise
    density: float  # DBCV, −1 … 1: any shape, noise counted against it
    truth: float  # adjusted Rand index with the true labels
    seconds: float  # on one thread
    memory: float  # most bytes that Python saw held beside the data
    n_used: int  # rows it ran on; fewer than n: the others got the cluster of the nearest of them
    note: str = ""  # why it could not run; what to know
    details: Mapping[str, Any] = field(default_factory=dict)  # branches, curve, BIC: for pictures

    @property
    def n_clusters(self) -> int:
        """How many clusters there are, noise aside."""
        return len(self.sizes)


@dataclass(frozen=True)
class Comparison:
    """Several methods on the same rows."""

    about: About
    k: int  # clusters for methods that must be told
    k_reason: str  # why so many
    clusterings: tuple[Clustering, ...]
    agreement: NDArray[Any]  # (m, m) adjusted Rand index between methods; NaN: did not run
    plane: Plane
    ids: NDArray[Any] | None  # (n,) the names of the rows; None: numbered from 1
    id_name: str
    truth: str  # the column of the true labels, "" without
    truth_numbers: NDArray[Any] | None  # (n,) int as the clusters' that they match; 0: none
    truth_names: Mapping[int, str]  # number -> true label
    n_scored: int  # rows whose silhouettes were computed, each against all
    n_density: int  # rows that DBCV was computed on
    suits: str  # name of the method that suits; "" when none stands out
    suits_k: int  # with so many groups: a number that it may not have been told; 0 for none
    headline: str  # one sentence
    text: tuple[str, ...]  # why, in plain sentences: paragraphs
    findings: tuple[Finding, ...] = ()


# ---------------------------------------------------------------- is k-means right


@dataclass(frozen=True)
class Diagnosis:
    """What k-means gets right and wrong on these rows."""

    about: About
    k: int
    k_reason: str  # why so many
    verdict: str  # "right", "care" or "wrong"
    headline: str  # one sentence
    text: str  # what was looked at, in a sentence or two
    findings: tuple[Finding, ...]  # worst first
    checks: tuple[
        tuple[str, str, str], ...
    ]  # what was looked at: (name, result, worst level or "")
    plane: Plane  # of the rows looked at
    labels: NDArray[Any]  # (m,) int from 1: k-means' clusters of these rows, largest first
    other_labels: NDArray[Any] | None  # (m,) int from 1, 0: none; of an eye that sees otherwise
    other: str  # what that eye sees, in words
    sizes: tuple[int, ...]  # (k,) rows of each cluster, of all rows


# ---------------------------------------------------------------- seeing it work


@dataclass(frozen=True)
class Watched:
    """Runs of k-means, step by step, on a plane."""

    about: About
    plane: Plane
    k: int
    k_reason: str  # why so many
    runs: tuple[WatchedRun, ...]  # the one to follow, and one from another kind of start
    best: float  # least inertia known of so many centers
    true_plane: bool  # distances in the plane are those of k-means: regions can be drawn
    scales: tuple[NDArray[Any], ...]  # for each axis with units (g, 2): place in the plane, value


@dataclass(frozen=True)
class WatchedRun:
    """One run; ``t`` of its ``n_steps`` are kept, the first, the last and some between.

    In a step each row joins its nearest center, then each center moves to the mean of its rows.
    Clusters are numbered by their size at the end of the first run.
    """

    key: str  # how it started: "k-means++", "random" or "given"
    steps: NDArray[Any]  # (t,) int from 1: which are kept
    centers: NDArray[Any]  # (t, k, 2) in the plane, before they move
    labels: NDArray[Any]  # (t, m) int from 1: of the points drawn
    inertia: NDArray[Any]  # (n_steps,) once rows have joined
    moved: NDArray[Any]  # (n_steps,) inertia once centers have moved
    changed: NDArray[Any]  # (n_steps,) int: rows that joined another center; the first time, all
    sizes: NDArray[Any]  # (k,) int: rows of each cluster at the end
    settled: bool  # no step would change anything
    ends: NDArray[Any]  # (starts,) inertia at the end of each start of this kind that was tried
    lengths: NDArray[Any]  # (starts,) int: steps of each
