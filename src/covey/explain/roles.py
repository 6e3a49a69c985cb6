"""What the columns mean to a shop: spend, frequency, basket, recency … for each row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.explain.profile import Column, Ranked, columns_of, quantile
from covey.explain.wording import listing
from covey.flow import Features

#: the roles that a playbook may speak of
ROLES = (
    "spend", "frequency", "basket", "recency", "tenure", "returns", "discount", "visits",
)  # fmt: skip
#: a table is about buying when it tells at least two of these
BUYING = ("spend", "frequency", "basket", "recency")
#: From this share of equal values on, the rank of a median says little (most of a returns rate
#: is 0): the mean rank of the segment's rows is taken instead.
MANY_TIES = 0.2


@dataclass(frozen=True)
class Role:
    """One role, summed over the columns that play it."""

    name: str
    label: str  # how to call it: the column, or "spend (MntWines, MntFruits and 4 more)"
    unit: str
    values: NDArray[np.float64]  # (n,) reader's units, NaN where every column is missing


@dataclass(frozen=True)
class Standing:
    """Where a segment stands among the population in one role or column."""

    rank: float  # 0 … 100
    typical: float  # the figure to tell, in the reader's units
    overall: float  # the same figure of the population
    by_mean: bool  # the figure is a mean, because ties make the median silent


def roles_of(features: Features) -> dict[str, Role]:
    """Return the roles that the columns play, in the order of ``ROLES``."""
    columns = columns_of(features)
    found = {}
    for name in ROLES:
        playing = [column for column in columns if column.role == name]
        if playing:
            found[name] = _summed(name, playing)
    return found


def _summed(name: str, playing: list[Column]) -> Role:
    """Add up the columns of a role; a missing part counts as nothing, all missing as missing."""
    if len(playing) == 1:
        return Role(name, playing[0].name, playing[0].unit, playing[0].values)
    table = np.column_stack([column.values for column in playing])
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.nansum(table, axis=1)
    total[np.isnan(table).all(axis=1) | ~np.isfinite(total)] = np.nan
    units = {column.unit for column in playing}
    label = f"{name} ({listing([column.name for column in playing])})"
    return Role(name, label, units.pop() if len(units) == 1 else "", total)


def is_buying(roles: Mapping[str, Role]) -> bool:
    """Tell whether a table is about buying: at least two of the four roles that say so."""
    return sum(role in roles for role in BUYING) >= 2


def standings(values: NDArray[np.float64], labels: NDArray[np.int32], k: int) -> list[Standing]:
    """Rank each segment's typical value among the population's values.

    The typical value is the median, and its rank the share of the population below it, ties
    counted half; where many rows share that value, the mean and the mean rank of the rows.
    """
    ranked = Ranked.of(values, labels)
    if not len(ranked.values):
        return [Standing(math.nan, math.nan, math.nan, False)] * k
    everyone = ranked.values
    left = np.searchsorted(everyone, everyone, "left")
    right = np.searchsorted(everyone, everyone, "right")
    middle = 50.0 * (left + right) / len(everyone)
    result = []
    for label in range(k):
        own = ranked.labels == label
        mine = everyone[own]
        if not len(mine):
            result.append(Standing(math.nan, math.nan, math.nan, False))
            continue
        median = quantile(mine, 0.5)
        equal = np.searchsorted(everyone, median, "right") - np.searchsorted(everyone, median)
        tied = bool(equal >= MANY_TIES * len(everyone))
        typical = float(mine.mean()) if tied else median
        overall = float(everyone.mean()) if tied else quantile(everyone, 0.5)
        rank = float(middle[own].mean()) if tied else ranked.percentile(median)
        result.append(Standing(rank, typical * ranked.scale, overall * ranked.scale, tied))
    return result


def revenue(role: Role | None, labels: NDArray[np.int32], k: int) -> list[tuple[float, float]]:
    """Return (sum, share of the whole) of the spend of each label; empty without a spend.

    Also empty when the shares would mislead: nothing was spent, or a sum overflows.
    """
    if role is None:
        return []
    known = np.isfinite(role.values)
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.bincount(labels[known], weights=role.values[known], minlength=k)
        total = float(sums.sum())
    if not math.isfinite(total) or total <= 0 or not np.isfinite(sums).all():
        return []
    return [(float(one), float(one) / total) for one in sums]
