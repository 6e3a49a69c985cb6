"""Rows to look at: the most typical of each segment, and those that fit none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.explain.wording import number, plain
from covey.flow import Exemplar, Features

Doubles = NDArray[np.float64]

N_TYPICAL = 5
N_UNUSUAL = 10


def name_of_row(features: Features, row: int) -> str:
    """Return the id of a row as text: its own, or its number from 1."""
    return str(row + 1) if features.ids is None else str(features.ids[row])


def typical(
    features: Features, distance: Doubles, rows: NDArray[np.intp], n: int = N_TYPICAL
) -> tuple[Exemplar, ...]:
    """Return the rows nearest to a segment's center, no two with equal values.

    Parameters
    ----------
    distance : (n,) float64
        Of every row to its own center.
    rows : (m,)
        The segment's rows, ascending; at equal distance the earlier row comes first.
    """
    order = rows[np.argsort(distance[rows], kind="stable")]
    chosen: list[int] = []
    seen: set[bytes] = set()
    for row in order:
        key = features.X[row].tobytes()
        if key not in seen:
            seen.add(key)
            chosen.append(int(row))
        if len(chosen) == n:
            break
    return tuple(_exemplar(features, row, distance[row]) for row in chosen)


def unusual(
    features: Features,
    centers: Doubles,
    labels: NDArray[np.int32],
    distance: Doubles,
    limits: Doubles,
    n: int = N_UNUSUAL,
) -> tuple[Exemplar, ...]:
    """Return the rows that fit no segment, the farthest in terms of their limit first.

    The note tells the feature in which the row is farthest from its segment's center.
    """
    limit = limits[labels]
    beyond = np.flatnonzero(distance > limit)
    with np.errstate(divide="ignore"):
        ratio = np.where(limit[beyond] > 0, distance[beyond] / limit[beyond], np.inf)
    order = beyond[np.lexsort((beyond, -distance[beyond], -ratio))][:n]
    undone = features.preparation.undo(centers)
    return tuple(
        _exemplar(features, row, distance[row], _note(features, centers, undone, labels[row], row))
        for row in map(int, order)
    )


def _exemplar(features: Features, row: int, distance: float, note: str = "") -> Exemplar:
    values = tuple(float(value) for value in features.raw[row])
    return Exemplar(name_of_row(features, row), values, float(distance), note)


def _note(features: Features, centers: Doubles, undone: Doubles, label: int, row: int) -> str:
    gap = np.abs(features.X[row] - centers[label])
    feature = features.columns[j := int(np.argmax(gap))]
    value = number(features.raw[row, j], feature.unit, feature.whole)
    usual = number(undone[label, j], feature.unit, feature.whole)
    return f"{plain(feature.name)} {value}, where {usual} is usual for the nearest segment"
