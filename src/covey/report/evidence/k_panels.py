"""What the panels of the sheet over K show: each criterion's curves, its own choice, its words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from covey.evidence import KChoice, KFacts, Vote
from covey.report.numbers import fixed, number, share

#: mean Jaccard similarities from which groups are doubtful, stable, highly stable (Hennig 2007)
STEPS = (0.60, 0.75, 0.85)
LEVELS = ("unstable", "doubtful", "stable", "highly stable")


@dataclass(frozen=True)
class Curve:
    """One line of a panel."""

    points: tuple[tuple[int, float, float], ...]  # K, value, standard error; finite, ascending K
    name: str = ""  # written at its end, where a panel has several
    vote: Vote | None = None  # whose K is marked on it
    faint: bool = False  # a reference, or the lesser of two


@dataclass(frozen=True)
class Panel:
    """One criterion over K."""

    key: str
    title: str
    note: str  # which way is good
    curves: tuple[Curve, ...]
    says: tuple[tuple[str, bool | None], ...]  # its choice in words; agrees, does not, no vote
    turned: bool = False  # less is better: drawn with the small values on top
    percent: bool = False
    least_span: float = 0.0  # of the axis up
    levels: bool = False  # with the bands of stability
    elbow: int | None = None

    @property
    def known(self) -> bool:
        """Tell whether there is anything to draw."""
        return any(curve.points for curve in self.curves)


def panels(choice: KChoice) -> list[Panel]:
    """Return the panels in their order, those without a figure too."""
    scores = choice.scores
    cast = {vote.criterion: vote for vote in choice.verdict.votes}
    apart = (
        Curve(
            _points(scores, lambda one: one.silhouette, lambda one: one.silhouette_error),
            "data",
            cast.get("silhouette"),
        ),
        Curve(_points(scores, lambda one: one.cloud), "no groups", faint=True),
    )
    return [
        _wcss(choice),
        Panel(
            "silhouette", "Silhouette", "higher is better; beside a cloud without groups",
            apart, _says(cast.get("silhouette"), scores, lambda one: fixed(one.silhouette)),
            least_span=0.2,
        ),
        _simple(
            choice, "Calinski–Harabasz", "higher is better", lambda one: one.calinski_harabasz
        ),
        _simple(
            choice, "Davies–Bouldin", "lower is better: drawn upside down",
            lambda one: one.davies_bouldin, turned=True,
        ),
        _simple(
            choice, "BIC", "lower is better: drawn upside down", lambda one: one.bic, turned=True
        ),
        _gap(scores, cast),
        _stability(scores, cast.get("stability")),
    ]  # fmt: skip


def _wcss(choice: KChoice) -> Panel:
    points = _points(choice.scores, lambda one: 1 - one.explained)
    elbow = choice.verdict.elbow
    if elbow is not None:
        says = ((f"elbow at K = {elbow}", None), ("by eye, subjective", None))
    else:
        says = (("no sharp elbow", None), ("decides nothing", None))
    return Panel(
        "wcss", "WCSS", "variation left inside groups; always falls", (Curve(points),), says,
        percent=True, elbow=elbow,
    )  # fmt: skip


def _simple(
    choice: KChoice, title: str, note: str, value: Callable[[KFacts], float], turned: bool = False
) -> Panel:
    vote = next((one for one in choice.verdict.votes if one.criterion == title), None)
    curve = Curve(_points(choice.scores, value), vote=vote)
    says = _says(vote, choice.scores, lambda one: number(value(one)))
    return Panel(title, title, note, (curve,), says, turned=turned)


def _gap(scores: Sequence[KFacts], cast: dict[str, Vote]) -> Panel:
    even, along = cast.get("gap (uniform)"), cast.get("gap (principal axes)")
    curves = (
        Curve(_points(scores, lambda one: one.gap, lambda one: one.gap_error), "uniform", even),
        Curve(
            _points(scores, lambda one: one.gap_pca, lambda one: one.gap_pca_error),
            "axes", along, faint=True,
        ),
    )  # fmt: skip
    says = tuple(
        (f"{name}: {_named(vote)}", vote.agrees)
        for name, vote in (("uniform", even), ("axes", along))
        if vote is not None
    )
    return Panel(
        "gap",
        "Gap",
        "the first K that the next does not clearly pass",
        curves,
        says,
        least_span=0.3,
    )


def _stability(scores: Sequence[KFacts], vote: Vote | None) -> Panel:
    several = [one for one in scores if one.k > 1]  # one group always comes back
    worst = Curve(_points(several, least_stable), "worst", vote)
    mean = Curve(_points(several, lambda one: one.stability), "mean", faint=True)
    says = _says(vote, scores, lambda one: f"worst group {fixed(least_stable(one))}")
    note = "of groups in resamples; the largest K whose worst group is stable"
    return Panel("stability", "Stability", note, (worst, mean), says, levels=True)


def least_stable(one: KFacts) -> float:
    """Return the least bootstrap Jaccard of the groups; NaN where none is known."""
    known = [value for value in one.cluster_stability if math.isfinite(value)]
    return min(known, default=math.nan)


def level_of(jaccard: float) -> str:
    """Return the usual word for a bootstrap Jaccard similarity; "" where it is not known."""
    if math.isnan(jaccard):
        return ""
    if jaccard >= STEPS[1] and jaccard <= STEPS[2]:
        return LEVELS[2]
    return LEVELS[sum(jaccard >= step for step in STEPS)]


def _says(
    vote: Vote | None, scores: Sequence[KFacts], figure: Callable[[KFacts], str]
) -> tuple[tuple[str, bool | None], ...]:
    if vote is None:
        return ()
    own = [figure(one) for one in scores if one.k == vote.k]
    return ((_named(vote), vote.agrees), *((text, None) for text in own))


def _named(vote: Vote) -> str:
    return "names none" if vote.k is None else f"K = {vote.k}"


def _points(
    scores: Sequence[KFacts],
    value: Callable[[KFacts], float],
    error: Callable[[KFacts], float] = lambda _one: 0.0,
) -> tuple[tuple[int, float, float], ...]:
    found = [(one.k, value(one), error(one)) for one in scores]
    return tuple(
        (k, figure, spread if math.isfinite(spread) else 0.0)
        for k, figure, spread in found
        if math.isfinite(figure)
    )


def sheet_words(choice: KChoice) -> str:
    """Say in words what the sheet shows."""
    verdict = choice.verdict
    natural = "no natural K" if verdict.natural is None else f"K = {verdict.natural} stands out"
    votes = "; ".join(f"{vote.criterion} {_named(vote)}" for vote in verdict.votes)
    left = "; ".join(f"K = {one.k}: {share(1 - one.explained)}" for one in choice.scores[:12])
    return f"Criteria over K; {natural}. {votes}. WCSS left: {left}."
