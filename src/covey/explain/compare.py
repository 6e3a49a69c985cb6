"""Several methods side by side on the same rows: what each sees, and which suits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.best import fit_best
from covey.evidence import About, Clustering, Comparison, Finding, Plane
from covey.explain import alarm, density, suiting
from covey.explain.algorithms import METHODS
from covey.explain.algorithms.running import Ran, Rows, load_libraries, run
from covey.explain.numbering import commonest_first, matched_numbers
from covey.explain.picture import plane
from covey.explain.stability import adjusted_rand
from covey.flow import Features

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Exact silhouettes cost n² (d + 8) steps for each method; beyond this many, rows are drawn and
#: each is scored against all.
_MOST_STEPS = 8_000**2 * 12
_LEAST_SCORED = 1_000
#: points of a picture
_MOST_POINTS = 900


@dataclass(frozen=True)
class Truth:
    """True labels."""

    name: str  # of the column
    codes: Integers  # (n,) from 0, the most frequent first; −1: missing
    names: tuple[str, ...]  # of each code

    @classmethod
    def of(cls, name: str, values: NDArray[np.object_]) -> Truth:
        """Make codes of texts; None is a missing one."""
        known = np.array([value is not None for value in values], dtype=bool)
        texts, codes, counts = np.unique(
            values[known].astype(str), return_inverse=True, return_counts=True
        )
        order = np.lexsort((np.arange(len(texts)), -counts))
        rank = np.empty(len(texts), np.int64)
        rank[order] = np.arange(len(texts))
        found = np.full(len(values), -1, np.int64)
        found[known] = rank[codes.reshape(-1)]
        return cls(name, found, tuple(texts[order].tolist()))


@dataclass(frozen=True)
class Told:
    """The number of clusters for methods that must be told one."""

    k: int
    reason: str
    given: bool  # by the user


def compare(
    features: Features,
    told: Told,
    *,
    about: About,
    rng: np.random.Generator,
    truth: Truth | None = None,
    on_progress: Callable[[str, float], None] | None = None,
) -> Comparison:
    """Run every method on the rows, score what each makes of them, and say which suits.

    Parameters
    ----------
    features : Features
        n rows.
    told : Told
        A number that was given holds for all methods that can be told; else those that find
        their own do.
    truth : Truth, optional
        Only compared with: no method sees it.

    Notes
    -----
    Methods run on one thread each, one after the other; O(n²) ones on samples beyond a few
    thousand rows. Files and pictures made of the result are the same for the same seed; seconds
    and bytes are measured and are not.
    """
    X, n = features.X, len(features.X)
    heard = on_progress or (lambda *_: None)
    order = rng.permutation(n)
    given = told.k if told.given else None
    rows = Rows(X, order, given, told.k, int(rng.integers(2**31)))
    heard("Libraries", 0.0)
    load_libraries()
    ran = _run_all(rows, heard)
    heard("Scores", 0.9)
    scored = _rows_to_score(n, X.shape[1], order)
    dense = np.sort(order[: density.MOST_ROWS])
    validity = _validity(X, ran, dense)
    clusterings = [
        _clustering(one, X, truth, scored, value) for one, value in zip(ran, validity, strict=True)
    ]
    agreement = _agreement(ran)
    heard("Verdict", 0.97)
    case = suiting.Case(clusterings, agreement, told, truth, lambda k: _kmeans(rows, k))
    verdict = suiting.judge(case)
    clusterings, truth_numbers, truth_names = _numbered(clusterings, verdict.seen_by, truth)
    findings = _findings(features, clusterings, rng)
    if _is_unscaled(findings):
        verdict = suiting.unscaled(case)
    return Comparison(
        about=about,
        k=told.k,
        k_reason=told.reason,
        clusterings=tuple(clusterings),
        agreement=agreement,
        plane=_plane(features, order),
        ids=features.ids,
        id_name=features.id_name,
        truth=truth.name if truth else "",
        truth_numbers=truth_numbers,
        truth_names=truth_names,
        n_scored=len(scored) if scored is not None else n,
        n_density=len(dense),
        suits=verdict.suits,
        suits_k=verdict.suits_k,
        headline=_headline(verdict, told.k, findings),
        text=verdict.text,
        findings=findings,
    )


def _run_all(rows: Rows, heard: Callable[[str, float], None]) -> list[Ran]:
    ran = []
    for i, method in enumerate(METHODS):
        heard(method.name, 0.9 * i / len(METHODS))
        ran.append(run(method, rows))
    return ran


def _kmeans(rows: Rows, k: int) -> Integers:
    """Return the labels of K-Means for another K, from 0."""
    run = fit_best(rows.X, k, rng=np.random.default_rng(rows.seed), n_init=4)
    return run.labels.astype(np.int64)


def _validity(X: Doubles, ran: Sequence[Ran], rows: Integers) -> list[float]:
    """Return the density score of each method, computed once for those that see the same."""
    keys = [b"" if one.labels is None else one.labels.tobytes() for one in ran]
    different = {
        key: one.labels + 1 for key, one in zip(keys, ran, strict=True) if one.labels is not None
    }
    found = density.density_scores(X, list(different.values()), rows)
    by_key = dict(zip(different, found, strict=True))
    return [by_key.get(key, math.nan) for key in keys]


def _rows_to_score(n: int, d: int, order: Integers) -> Integers | None:
    """Return the rows whose silhouettes are computed; None for all."""
    if n * n * (d + 8) <= _MOST_STEPS:
        return None
    m = max(_LEAST_SCORED, _MOST_STEPS // (n * (d + 8)))
    return np.sort(order[:m])


def _clustering(
    ran: Ran, X: Doubles, truth: Truth | None, scored: Integers | None, validity: float
) -> Clustering:
    labels, method = ran.labels, ran.method
    n_clusters = 0 if labels is None else int(labels.max(initial=-1)) + 1
    sizes = () if labels is None else np.bincount(labels[labels >= 0], minlength=n_clusters)
    return Clustering(
        key=method.key,
        name=method.name,
        kind=method.kind,
        seeks=method.seeks,
        settings=ran.settings,
        labels=None if labels is None else labels + 1,
        numbers=tuple(range(1, n_clusters + 1)),
        sizes=tuple(int(size) for size in sizes),
        noise=math.nan if labels is None else float((labels < 0).mean()),
        silhouette=math.nan if labels is None else silhouette(X, labels, scored),
        density=validity,
        truth=math.nan if labels is None or truth is None else likeness(labels, truth),
        seconds=ran.seconds,
        memory=ran.memory,
        n_used=ran.n_used,
        note=ran.note,
        details=ran.details,
    )


def silhouette(X: Doubles, labels: Integers, scored: Integers | None = None) -> float:
    """Return the mean silhouette of the rows that are not noise; NaN with fewer than 2 clusters.

    Parameters
    ----------
    X : (n, d) float64
    labels : (n,) int64
        From 0; −1: noise.
    scored : (m,) int64, or None for all
        Rows to score, each against all.
    """
    inside = labels >= 0
    own = labels[inside]
    if len(own) == 0 or own.max() == own.min() or len(np.unique(own)) == len(own):
        return math.nan
    rows = None
    if scored is not None:
        rows = (np.cumsum(inside) - 1)[scored[inside[scored]]]
        if len(rows) == 0:
            return math.nan
    part = X if inside.all() else np.ascontiguousarray(X[inside])
    return float(passes.silhouettes(part, own[None].astype(np.int32), rows).mean())


def likeness(labels: Integers, truth: Truth) -> float:
    """Return the adjusted Rand index with the true labels where these are known.

    Noise is a group of its own. NaN where the truth tells no two groups apart.
    """
    known = truth.codes >= 0
    if len(truth.names) < 2:
        return math.nan
    return adjusted_rand(labels[known] + 1, truth.codes[known])


def _agreement(ran: Sequence[Ran]) -> Doubles:
    m = len(ran)
    found = np.full((m, m), math.nan)
    for i, one in enumerate(ran):
        for j, other in enumerate(ran[: i + 1]):
            if one.labels is not None and other.labels is not None:
                value = adjusted_rand(one.labels + 1, other.labels + 1)
                found[i, j] = found[j, i] = 1.0 if i == j else value
    return found


def _numbered(
    clusterings: Sequence[Clustering], seen_by: str, truth: Truth | None
) -> tuple[list[Clustering], Integers | None, dict[int, str]]:
    """Give clusters that match the same number: as the truth's, else as those that suit."""
    able = [one for one in clusterings if one.labels is not None]
    able.sort(key=lambda one: one.name != seen_by)  # stable: the others keep their order
    labelings = [one.labels - 1 for one in able if one.labels is not None]
    first = [] if truth is None else [truth.codes]
    numbers = commonest_first(matched_numbers([*first, *labelings]))
    truth_numbers = None
    names: dict[int, str] = {}
    if truth is not None:
        own = numbers.pop(0)
        truth_numbers = np.append(own, 0)[truth.codes]
        names = dict(zip(own.tolist(), truth.names, strict=True))
    by_key = {one.key: number for one, number in zip(able, numbers, strict=True)}
    found = []
    for one in clusterings:
        if one.labels is not None:
            own = by_key[one.key]
            lookup = np.append(0, own)
            details = dict(one.details)
            if "branches" in details:
                branches = details["branches"].copy()
                branches[:, 5] = lookup[branches[:, 5].astype(np.int64) + 1]
                details["branches"] = branches
            told = tuple(own.tolist())
            one = replace(one, labels=lookup[one.labels], numbers=told, details=details)
        found.append(one)
    return found, truth_numbers, names


def _is_unscaled(findings: Sequence[Finding]) -> bool:
    """Tell whether one feature carries the distance, so that nothing else can be judged."""
    return any(one.topic == "scale-dominance" and one.level == "alarm" for one in findings)


def _headline(verdict: suiting.Verdict, k: int, findings: Sequence[Finding]) -> str:
    """Add what speaks against the clusters and is not said by the verdict.

    Alarms are about the clusters of K-Means: where another number suits, or nothing does before
    the features are scaled, they are beside the point.
    """
    if verdict.suits_k not in (0, k) or _is_unscaled(findings):
        return verdict.headline
    right = verdict.suits == "K-Means"
    news = [one for one in findings if right or one.topic != "not-round"]
    short = alarm.in_short(news)
    told = f" {'But' if right else 'And'} an alarm rings: {short}." if short else ""
    return verdict.headline + told


def _findings(
    features: Features, clusterings: Sequence[Clustering], rng: np.random.Generator
) -> tuple[Finding, ...]:
    """Return what speaks against K-Means' clusters, which have the numbers of the page."""
    own = next(one for one in clusterings if one.key == "kmeans")
    if own.labels is None:
        return ()
    numbers, labels = np.unique(own.labels, return_inverse=True)
    return alarm.findings(
        features.X,
        labels.reshape(-1),
        len(numbers),
        rng=rng,
        names=features.names,
        raw=np.nan_to_num(features.raw),
        numbered=numbers.tolist(),
    )


def _plane(features: Features, order: Integers) -> Plane:
    """Return two features as they are, or the plane of the first two principal components."""
    X = features.X
    rows = np.sort(order[:_MOST_POINTS])
    names = features.names
    if X.shape[1] <= 2:
        points = np.zeros((len(rows), 2))
        points[:, : X.shape[1]] = X[rows]
        return Plane(rows, points, (names[0], names[1] if len(names) > 1 else ""))
    mean, loadings, shares = plane(X)
    points = (X[rows] - mean) @ loadings.T
    axes = ("first principal component", "second principal component")
    return Plane(rows, points, axes, float(sum(shares)))
