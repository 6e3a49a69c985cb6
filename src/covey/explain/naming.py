"""What each segment is called and why: the playbook, the user, or the figures themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.errors import OptionError
from covey.explain.describing import describe
from covey.explain.matching import best_matching
from covey.explain.playbook import TOLERANCE, Entry
from covey.explain.profile import Column
from covey.explain.roles import Role, Standing, standings
from covey.explain.wording import number
from covey.flow import Measure, Name

#: What a condition counts for at the middle of the population; at either end it is 1 more.
ORDINARY = 0.2
#: A fallback scores so little that it never takes a segment from another entry.
FALLBACK = 0.03
#: How well a condition holds at the edge of its band; deep inside it is 1.
AT_EDGE = 0.7


@dataclass(frozen=True)
class Population:
    """All that names are made of."""

    columns: Sequence[Column]  # m columns of numbers
    labels: NDArray[np.int32]  # (n,)
    measures: Sequence[Sequence[Measure]]  # [label][column]; k of them
    roles: Mapping[str, Role]
    noun: str = "customers"  # plural


def names_from_playbook(population: Population, entries: Sequence[Entry]) -> list[Name]:
    """Name the segments of a table about buying; what no entry fits is described.

    Each entry names at most one segment. Of all one-to-one assignments the one with the
    greatest sum of squared scores is taken: squares let the segment that fits a name best keep
    it, rather than give it up so that two others fit moderately.

    Returns
    -------
    list of Name
        By label. All texts differ, capitals aside.
    """
    k = len(population.measures)
    standing = {
        role: standings(found.values, population.labels, k)
        for role, found in population.roles.items()
    }
    owns = [{role: of_role[label] for role, of_role in standing.items()} for label in range(k)]
    scores = np.zeros((k, len(entries) + k))  # the last k columns leave a segment unmatched
    for j, entry in enumerate(entries):
        for label, own in enumerate(owns):
            score = score_of(entry, own) * (FALLBACK if entry.fallback else 1.0)
            if score > 0:
                scores[label, j] = score**2 - 1e-9 * j  # at a tie the earlier entry wins
    matched = best_matching(scores)
    names: dict[int, Name] = {}
    for label, j in enumerate(matched):
        if j < len(entries) and scores[label, j] > 0:
            entry = entries[j]
            why = _why(entry, owns[label], population)
            names[label] = Name(entry.name, entry.action, why, entry.name)
    rest = [label for label in range(k) if label not in names]
    names |= _described(population, rest, [name.text for name in names.values()])
    return [names[label] for label in range(k)]


def score_of(entry: Entry, own: Mapping[str, Standing]) -> float:
    """Return how well a segment earns a name; 0 when the name would contradict the figures.

    Each condition that holds adds its narrowness (a band of 15 % says more than one of 65 %)
    times how far the segment is from the middle there, so that a name speaks of what sets the
    segment apart. The sum is multiplied by the weakest fit: a name that holds only within the
    tolerance gives way to one that holds.
    """
    if any(role not in own for role in entry.when):
        return 0.0
    score, weakest = 0.0, 1.0
    for role, (low, high) in {**entry.when, **entry.if_known}.items():
        if role in own:
            fit = fit_of(own[role].rank, (low, high))
            weakest = min(weakest, fit)
            narrow = 1 - (high - low) / 100
            telling = ORDINARY + abs(own[role].rank - 50) / 50
            score += fit * narrow * telling
    return score * weakest


def fit_of(rank: float, band: tuple[float, float]) -> float:
    """Return 1 deep inside a band, 0.7 at its edge, falling to 0 at the tolerance outside.

    A band that is open at one end (it starts at 0 or ends at 100) is deepest there, any other
    in its middle.
    """
    low, high = band
    if not math.isfinite(rank):
        return 0.0
    if rank < low or rank > high:
        outside = low - rank if rank < low else rank - high
        return AT_EDGE * max(0.0, 1 - outside / TOLERANCE)
    if high == 100 and low > 0:
        depth = (rank - low) / (high - low)
    elif low == 0 and high < 100:
        depth = (high - rank) / (high - low)
    else:
        depth = 1 - abs(2 * rank - low - high) / (high - low)
    return AT_EDGE + (1 - AT_EDGE) * depth


def _described(
    population: Population, wanted: Sequence[int], taken: Sequence[str]
) -> dict[int, Name]:
    """Describe the segments that have no name yet by what was clustered on."""
    if not wanted:
        return {}
    kept = [j for j, column in enumerate(population.columns) if column.clustered]
    described = describe(
        [population.columns[j] for j in kept],
        population.labels,
        [[row[j] for j in kept] for row in population.measures],
        wanted=wanted,
        taken=taken,
    )
    return {label: Name(text, "", why) for label, (text, why) in described.items()}


def names_from_figures(population: Population) -> list[Name]:
    """Name the segments of any other table by what sets them apart; no action is invented."""
    k = len(population.measures)
    if k == 1:
        return [Name("everyone", "", f"one segment holds all {population.noun}")]
    names = _described(population, range(k), ())
    return [names[label] for label in range(k)]


def names_given(names: Sequence[str], ordered: Sequence[int], by: str) -> list[Name]:
    """Give the user's names to the segments in their order.

    Parameters
    ----------
    names : k names
    ordered : the k labels, first name first
    by : what orders them, in words: "mean total_spend"

    Raises
    ------
    OptionError
        There are not as many names as segments, or two names are equal.
    """
    k = len(ordered)
    if len(names) != k:
        raise OptionError(
            f"names must have one name for each segment; got {len(names)} names for k={k}: "
            f"{', '.join(names)}"
        )
    if len({name.casefold() for name in names}) < k:
        raise OptionError(f"names must all differ; got {', '.join(names)}")
    why = f"named by hand; the segments are in ascending order of {by}"
    by_label = {label: Name(text, "", why) for label, text in zip(ordered, names, strict=True)}
    return [by_label[label] for label in range(k)]


def _why(entry: Entry, own: Mapping[str, Standing], population: Population) -> str:
    """Give the figures that earned a name, the most telling condition first."""
    bands = {**entry.when, **entry.if_known}
    parts = [
        _figure(population.roles[role], own[role], population.noun) for role in bands if role in own
    ]
    return "; ".join(parts)


def _figure(role: Role, standing: Standing, noun: str) -> str:
    """Tell one figure and where it stands."""
    kind = "mean" if standing.by_mean else "median"
    value = number(standing.typical, role.unit)
    if standing.by_mean:
        overall = number(standing.overall, role.unit)
        return f"mean {role.label} {value} against {overall} for all {noun}"
    rank = standing.rank
    more, less = ("longer ago", "more recent") if role.name == "recency" else ("above", "below")
    share = min(max(round(max(rank, 100 - rank)), 1), 99)
    side = more if rank >= 50 else less
    than = "than for" if role.name == "recency" else "that of"
    if 40 <= rank <= 60:
        return f"{kind} {role.label} {value}, close to the middle of all {noun}"
    return f"{kind} {role.label} {value}, {side} {than} {share} % of {noun}"
