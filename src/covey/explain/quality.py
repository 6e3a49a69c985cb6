"""How sure can one be? Each figure beside what it is measured against, and a verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.explain.choose_k import CLEARLY, still_rising
from covey.explain.moments import covariance
from covey.explain.natural import LEAST_SEGMENT, is_above
from covey.explain.reference import structureless
from covey.explain.several_k import OnProgress
from covey.explain.stability import stability
from covey.explain.wording import percent, plain
from covey.flow import Caution, Features, Quality, Sweep

Doubles = NDArray[np.float64]

#: Kaufman and Rousseeuw's reading of a mean silhouette (Finding Groups in Data, 1990, table 2.4):
#: above 0.5 a reasonable structure, below 0.25 no substantial one.
CLEAR, FAIR = 0.5, 0.25
#: Refits that agree less than this find other segments each time (Steinley, Psychological
#: Methods 9, 2004: above 0.8 good, below 0.65 poor recovery; doi 10.1037/1082-989X.9.3.386).
STABLE, UNSTABLE = 0.8, 0.65
#: Features whose bands are tried as the plain alternative, and rows they are tried on.
MOST_BASELINES, ROWS_FOR_BASELINE = 5, 50_000
#: Share of rows beyond the limits from which outliers are worth a caution.
MANY_OUTLIERS = 0.01


def explained_share(X: Doubles, labels: NDArray[np.integer], k: int) -> float:
    """Return 1 − within / total sum of squares of a labeling, about the means of its groups."""
    centered = X - X.mean(axis=0)
    total = float(np.einsum("ij,ij->", centered, centered))
    if total <= 0:
        return 0.0
    sizes = np.bincount(labels, minlength=k)
    between = 0.0
    sums = np.stack(
        [np.bincount(labels, weights=centered[:, j], minlength=k) for j in range(X.shape[1])]
    )
    filled = sizes > 0
    between = float((sums[:, filled] ** 2 / sizes[filled]).sum())
    return min(max(between / total, 0.0), 1.0)


def baseline(features: Features, k: int) -> tuple[float, str]:
    """Return what k bands of one feature explain, and their name.

    It is what a person would do without k-means, and as good as that gets: of the five features
    that predict the others best (the share of all variation that a straight line on one
    explains), the one whose bands explain most is taken.
    """
    if k == 1:
        return 0.0, "no bands at all"
    X = features.X
    cov = covariance(X)
    variance = np.diag(cov)
    told = np.divide((cov**2).sum(axis=1), variance, out=np.zeros(len(cov)), where=variance > 0)
    telling = np.argsort(-told, kind="stable")[:MOST_BASELINES]
    part = X[:: -(-len(X) // ROWS_FOR_BASELINE)]
    tried = [explained_share(part, bands_of(part[:, j], k), k) for j in telling]
    j = int(telling[int(np.argmax(tried))])
    bands = bands_of(X[:, j], k)
    sizes = np.bincount(bands)
    even = len(sizes) == k and sizes.max() <= 2 * max(sizes.min(), 1)
    kind = "equal bands" if even else "bands" if len(sizes) > 1 else "band"
    name = f"{len(sizes)} {kind} of {plain(features.names[j])}"
    return explained_share(X, bands, k), name


def bands_of(values: Doubles, k: int) -> NDArray[np.int64]:
    """Return the band (n,) of each value: k bands as equal as they can be, none of them empty.

    Cuts lie between distinct values, so that ties stay together; fewer distinct values than k
    make fewer bands.
    """
    distinct, counts = np.unique(values, return_counts=True)
    k = min(k, len(distinct))
    below = np.cumsum(counts)
    ends = []  # the first distinct value above each cut
    for i in range(1, k):
        first, last = (ends[-1] if ends else 0) + 1, len(distinct) - (k - i)
        gaps = np.abs(below[first - 1 : last] - i * len(values) / k)
        ends.append(first + int(np.argmin(gaps)))
    return np.searchsorted(distinct[ends], values, "right").astype(np.int64)


def judge(
    features: Features,
    k: int,
    sweep: Sweep,
    *,
    rng: np.random.Generator,
    n_poor: int,
    n_between: int,
    rule_fidelity: float,
    refit: bool = True,
    on_progress: OnProgress | None = None,
) -> Quality:
    """Put the figures of a segmentation together and give the verdict.

    ``refit`` is false for labels that k-means has not made: its refits say nothing of them.
    """
    if on_progress is not None:
        on_progress("Stability", 0.5)
    stable, n_refits = math.nan, 0
    if refit:
        stable, n_refits = stability(features.X, k, rng=rng, weight=features.weight)
    cloud, give = (math.nan, math.nan) if k == 1 else structureless(features.X, k, rng=rng)
    score = next(one for one in sweep.scores if one.k == k)
    plain_share, plain_name = baseline(features, k)
    return Quality(
        silhouette=score.silhouette,
        silhouette_error=score.silhouette_error,
        explained=score.explained,
        baseline_explained=plain_share,
        baseline=plain_name,
        stability=stable,
        n_refits=n_refits,
        rule_fidelity=rule_fidelity,
        n_poor=n_poor,
        n_between=n_between,
        verdict=verdict(k, score.silhouette, stable, cloud, give),
    )


def verdict(
    k: int, silhouette: float, stable: float, cloud: float = math.nan, give: float = 0.0
) -> str:
    """Return one sentence for a person: clear, fair or weak, and what follows from it.

    Parameters
    ----------
    cloud, give : float
        The silhouette of a structureless cloud of the same shape and its standard deviation;
        NaN when there is none to compare with.
    """
    if k == 1:
        return "One group by choice: nothing was divided, so there is nothing to be sure of."
    again = "" if math.isnan(stable) else f"refits on random halves agree to {stable:.2f} of 1"
    if silhouette >= FAIR and not math.isnan(cloud) and not is_above(silhouette, cloud, give):
        return (
            f"Weak: the silhouette of {silhouette:.2f} is not above chance, since a structureless "
            f"cloud of this shape would score {cloud:.2f}; treat the segments as a convenient "
            "division."
        )
    if silhouette >= CLEAR and not stable < STABLE:
        return "Clear groups: rows are much closer to their own segment than to the next" + (
            f", and the same segments come back ({again})." if again else "."
        )
    if silhouette >= FAIR and not stable < UNSTABLE:
        tail = f" They come back on other rows ({again})." if stable >= STABLE else ""
        return (
            "Usable but overlapping: the segments differ in what is typical, but rows near a "
            f"border could belong to either side.{tail}"
        )
    if stable < UNSTABLE:
        return (
            f"Weak: other rows of the same kind give other segments ({again}); "
            "treat the division as one of several possible."
        )
    tail = f" It is a repeatable division, though ({again})." if stable >= STABLE else ""
    return (
        "Weak: the data are closer to one cloud than to groups; treat the segments as a "
        f"convenient division.{tail}"
    )


# ---------------------------------------------------------------- what a reader must know


@dataclass(frozen=True)
class Shape:
    """What the cautions look at besides the quality."""

    names: Sequence[str]  # by label
    sizes: NDArray[np.int64]  # (k,)
    labels: NDArray[np.int32]  # (n,)
    noun: tuple[str, str]  # one, several


def cautions(features: Features, quality: Quality, sweep: Sweep, shape: Shape) -> list[Caution]:
    """Return the facts about the result that a reader must know before acting on it."""
    found = [
        _no_natural_k(sweep),
        _weak(quality, sweep.chosen),
        _unstable(quality),
        _sampled(quality, sweep, len(features.X), shape.noun[1]),
        _outliers(quality, len(features.X), shape.noun),
        _two_groups(sweep),
        _last_k(sweep),
        *_tiny(shape),
        _little_gain(quality, sweep.chosen),
    ]
    return [one for one in found if one is not None]


def _no_natural_k(sweep: Sweep) -> Caution | None:
    if not sweep.doubt or sweep.chosen == 1:
        return None
    return Caution("no-natural-k", f"{sweep.doubt} The segments are a convenient division.")


def _weak(quality: Quality, k: int) -> Caution | None:
    if k == 1 or not quality.silhouette < FAIR:
        return None
    return Caution(
        "weak-separation",
        f"The mean silhouette is {quality.silhouette:.2f}; below {FAIR} the data have no "
        "substantial groups, and the borders between segments are drawn through a cloud.",
    )


def _unstable(quality: Quality) -> Caution | None:
    if not quality.stability < UNSTABLE:
        return None
    return Caution(
        "unstable",
        f"{quality.n_refits} refits on random halves agree to {quality.stability:.2f} only "
        "(adjusted Rand index; 1 is always the same); fewer segments may be steadier.",
    )


def _sampled(quality: Quality, sweep: Sweep, n: int, noun: str) -> Caution | None:
    if len(sweep.rows) == n:
        return None
    return Caution(
        "sampled-silhouette",
        f"Silhouettes were computed exactly for {len(sweep.rows):,} random {noun} of {n:,}, "
        f"each against all; the standard error of the mean is {quality.silhouette_error:.3f}.",
    )


def _outliers(quality: Quality, n: int, noun: tuple[str, str]) -> Caution | None:
    if quality.n_poor < max(MANY_OUTLIERS * n, 1):
        return None
    return Caution(
        "fits-no-segment",
        f"{quality.n_poor:,} {noun[quality.n_poor > 1]} ({percent(quality.n_poor / n)}) "
        f"{'are' if quality.n_poor > 1 else 'is'} far from every segment, which pulls the centers "
        "there. Look before acting on averages.",
    )


def _two_groups(sweep: Sweep) -> Caution | None:
    two = next((one for one in sweep.scores if one.k == 2), None)
    own = next(one for one in sweep.scores if one.k == sweep.chosen)
    if two is None or sweep.chosen < 3 or two.silhouette - own.silhouette <= CLEARLY / 2:
        return None
    return Caution(
        "two-groups",
        f"Two groups separate better (silhouette {two.silhouette:.2f}) than these "
        f"{sweep.chosen} ({own.silhouette:.2f}): the finer segments are parts of two larger ones.",
    )


def _last_k(sweep: Sweep) -> Caution | None:
    """Note that more groups may be there than the largest K tried."""
    if sweep.given or not still_rising(sweep.scores):
        return None
    last = sweep.scores[-1]
    return Caution(
        "last-k",
        f"K={last.k} is the last K tried and the silhouette was still rising there, to "
        f"{last.silhouette:.2f}: there may be more groups; try -k {last.k + 2} … {2 * last.k}.",
    )


def _tiny(shape: Shape) -> list[Caution]:
    total = int(shape.sizes.sum())
    tiny = [label for label, size in enumerate(shape.sizes) if size < LEAST_SEGMENT * total]
    return [
        Caution(
            "tiny-segment",
            f"{shape.names[label]} holds only {int(shape.sizes[label]):,} of {total:,} "
            f"{shape.noun[1]}; look at them one by one rather than as a group.",
        )
        for label in tiny
    ]


def _little_gain(quality: Quality, k: int) -> Caution | None:
    if k == 1 or quality.explained - quality.baseline_explained > 0.05:
        return None
    return Caution(
        "little-gain",
        f"The segments explain {percent(quality.explained)} of the variation; "
        f"{quality.baseline} alone explain {percent(quality.baseline_explained)}. "
        "The simpler bands may do.",
    )
