"""Honest names from the figures alone: ``high age · low income``."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.explain.playbook import level
from covey.explain.profile import Column
from covey.explain.roles import Standing, standings
from covey.explain.wording import number, percent, plain
from covey.flow import Measure

#: Features in a name: two are said at a glance; a third is added only to tell names apart, and a
#: figure where that is not enough.
FEATURES_IN_NAME, MOST_FEATURES = 2, 3
#: Longer column names are cropped in the names of segments.
MOST_LETTERS = 30


@dataclass(frozen=True)
class Facet:
    """One feature of one segment, ready to be put in words."""

    feature: str
    standing: Standing
    difference: float  # standard deviations from the population's mean
    unit: str
    share: float  # of ones, for a yes/no feature; NaN otherwise
    source: str  # the input column

    def says(self) -> str:
        """Put the facet in a few words."""
        word = level(self.standing.rank) if math.isfinite(self.standing.rank) else "unknown"
        if math.isnan(self.share):
            return f"{'average' if word == 'medium' else word} {self.feature}"
        if word == "medium":
            return f"{self.feature} as usual"
        if "high" in word:
            return f"{'mostly' if self.share >= 0.5 else 'more'} {self.feature}"
        return f"{'rarely' if self.share <= 0.2 else 'less'} {self.feature}"

    def apart(self) -> bool:
        """Tell whether the feature sets the segment apart at all."""
        return math.isfinite(self.standing.rank) and level(self.standing.rank) != "medium"

    def figure(self) -> str:
        """Say it with the figure, for names that words cannot tell apart: ``high age (54)``."""
        if math.isnan(self.share):
            return f"{self.says()} ({number(self.standing.typical, self.unit)})"
        return f"{self.says()} ({percent(self.share)})"


def describe(
    columns: Sequence[Column],
    labels: NDArray[np.int32],
    measures: Sequence[Sequence[Measure]],
    *,
    wanted: Sequence[int],
    taken: Sequence[str] = (),
    most: int = FEATURES_IN_NAME,
) -> dict[int, tuple[str, str]]:
    """Describe segments by the features that set them apart; no two names are equal.

    Parameters
    ----------
    columns : m columns to speak of
    labels : (n,)
    measures : [label][column], matching ``columns``
    wanted : labels to describe
    taken : names that are in use
    most : features in a name unless more are needed to tell names apart

    Returns
    -------
    dict of label -> (name, why)
    """
    facets = _facets(columns, labels, measures)
    telling = {label: _telling_first(facets[label], facets) for label in wanted}
    n_used = dict.fromkeys(wanted, min(most, len(columns)))
    names = {label: _name(telling[label][: n_used[label]]) for label in wanted}
    for _ in range(most, MOST_FEATURES):
        for label in _clashing(names, taken):
            n_used[label] = min(n_used[label] + 1, len(columns))
            names[label] = _name(telling[label][: n_used[label]])
    for label in _clashing(names, taken):
        used = telling[label][: max(n_used[label], 1)]
        names[label] = " · ".join([one.figure() for one in used[:1]] + [o.says() for o in used[1:]])
    for label in _clashing(names, taken):
        names[label] = _numbered(names[label], {*names.values(), *taken})
    return {
        label: (names[label], _why(telling[label][: max(n_used[label], 1)])) for label in wanted
    }


def _facets(
    columns: Sequence[Column], labels: NDArray[np.int32], measures: Sequence[Sequence[Measure]]
) -> list[list[Facet]]:
    """Return the facets ``[label][column]`` of every segment."""
    k = len(measures)
    short = [cropped(plain(column.name)) for column in columns]
    count = Counter(short)
    table: list[list[Facet]] = [[] for _ in range(k)]
    for j, column in enumerate(columns):
        name = short[j] if count[short[j]] == 1 else cropped(column.name, middle=True)
        yes_no = bool(np.isin(column.values[np.isfinite(column.values)], (0.0, 1.0)).all())
        for label, standing in enumerate(standings(column.values, labels, k)):
            one = measures[label][j]
            share = one.mean if yes_no else math.nan
            table[label].append(
                Facet(
                    name, standing, one.difference, column.unit, share, column.source or column.name
                )
            )
    return table


def cropped(name: str, middle: bool = False) -> str:
    """Return a column name no longer than 30 letters: cut at the end, or in the middle.

    >>> cropped("how many times a customer came back"), cropped("age")
    ('how many times a customer cam…', 'age')
    """
    if len(name) <= MOST_LETTERS:
        return name
    if middle:
        half = (MOST_LETTERS - 1) // 2
        return f"{name[:half].rstrip()}…{name[-half:].lstrip()}"
    return f"{name[: MOST_LETTERS - 1].rstrip()}…"


def _telling_first(own: Sequence[Facet], everyone: Sequence[Sequence[Facet]]) -> list[Facet]:
    """Order the facets of a segment: what sets it apart, then what tells segments apart."""

    def key(j: int) -> tuple[bool, float]:
        facet = own[j]
        size = abs(facet.difference) if math.isfinite(facet.difference) else 0.0
        spread = max(
            (abs(o[j].difference) for o in everyone if math.isfinite(o[j].difference)), default=0.0
        )
        return (not facet.apart(), -(size if facet.apart() else spread))

    ordered = [own[j] for j in sorted(range(len(own)), key=key)]
    first = {facet.source: facet for facet in reversed(ordered)}  # one of each category column
    return sorted(ordered, key=lambda facet: first[facet.source] is not facet)


def _name(facets: Sequence[Facet]) -> str:
    if facets and all(facet.says().startswith("average ") for facet in facets):
        return "average " + " and ".join(facet.feature for facet in facets)
    return " · ".join(facet.says() for facet in facets) or "group"


def _clashing(names: dict[int, str], taken: Sequence[str]) -> list[int]:
    """Return the labels whose names are in use elsewhere, whatever the capitals."""
    count = Counter(name.casefold() for name in [*names.values(), *taken])
    return [label for label, name in names.items() if count[name.casefold()] > 1]


def _numbered(name: str, used: set[str]) -> str:
    """Return the name with the first free number behind it."""
    folded = {one.casefold() for one in used}
    return next(
        candidate
        for candidate in (f"{name} ({i})" for i in range(1, len(used) + 2))
        if candidate.casefold() not in folded
    )


def _why(facets: Sequence[Facet]) -> str:
    """Give the figures behind a descriptive name."""
    parts = []
    for facet in facets:
        here, overall = facet.standing.typical, facet.standing.overall
        if not math.isfinite(here):
            parts.append(f"{facet.feature} is not known for these rows")
        elif not math.isnan(facet.share):
            share, usual = percent(facet.share), percent(overall)
            parts.append(f"{share} are {facet.feature}, against {usual} of all")
        else:
            kind = "mean" if facet.standing.by_mean else "median"
            parts.append(
                f"{kind} {facet.feature} {number(here, facet.unit)} "
                f"against {number(overall, facet.unit)} overall"
            )
    return "; ".join(parts)
