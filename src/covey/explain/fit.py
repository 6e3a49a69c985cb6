"""How well a row fits its segment: distance, margin, and when it fits none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.errors import InputError
from covey.flow import Assignment

Doubles = NDArray[np.float64]

#: Below this margin a row is nearly as close to a second segment: 1 − own / second distance.
BETWEEN = 0.1
#: Tukey's far-out fence, Q3 + 3 · IQR. On normal clusters it marks about 3 rows in 10,000 at
#: d=1 and fewer at higher d, so what it marks is not the cluster's own tail.
FENCE = 3.0
#: Quartiles of fewer rows are too rough for a fence; the distances of all rows serve instead.
LEAST_ROWS = 20


def limits(distance: Doubles, labels: NDArray[np.int32], k: int) -> Doubles:
    """Return, for each label, the distance beyond which a row fits no segment.

    Parameters
    ----------
    distance : (n,) float64
        Of each row to its own center, prepared units.
    labels : (n,)

    Returns
    -------
    (k,) float64
    """
    pooled = _fence(distance)
    result = np.full(k, pooled)
    for label in range(k):
        own = distance[labels == label]
        if len(own) >= LEAST_ROWS:
            fence = _fence(own)
            # equal distances have no spread to build a fence from
            result[label] = fence if fence > np.median(own) else max(pooled, fence)
    return result


def _fence(distance: Doubles) -> float:
    first, third = np.quantile(distance, (0.25, 0.75))
    spread = third - first
    top = float(distance.max())
    fence = float(third + FENCE * spread)
    # rows that differ by rounding alone must not be marked
    return fence if spread > 1e-9 * top else top


def fit_of(own: Doubles, second: Doubles) -> Doubles:
    """Return 1 − own / second distance: 1 at the center, 0 on the border to the second segment."""
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = 1 - own / second
    return np.where(second > 0, np.clip(fit, 0, 1), 0.0)  # two centers on one spot: on the border


def assign(
    X: Doubles,
    centers: Doubles,
    names: Sequence[str],
    limits: Doubles,
    ids: NDArray[np.object_] | None = None,
    id_name: str = "row",
    *,
    labels: NDArray[np.int32] | None = None,
) -> Assignment:
    """Tell which segment each row belongs to, and how well it fits.

    Parameters
    ----------
    X : (n, d) float64
        Prepared rows.
    centers : (k, d)
        In display order: center 0 is segment number 1.
    names : k names, in the same order
    limits : (k,)
        A row farther than this from its center fits no segment.
    ids : (n,), optional
        Rows are numbered from 1 when there are none.
    labels : (n,), optional
        The center of each row, where another method than the nearest center has decided.

    Raises
    ------
    InputError
        The rows do not have the number of features that the centers have.
    """
    if X.ndim != 2 or X.shape[1] != centers.shape[1]:
        raise InputError(
            f"rows must have the {centers.shape[1]} features of the segments; "
            f"got {X.shape[-1]} features"
        )
    label, own, second, runner_up = own_and_next(X, centers, labels)
    fit = fit_of(own, second)
    called = np.array(list(names), dtype=object)
    note = np.full(len(X), "", dtype=object)
    for row in np.flatnonzero((fit < BETWEEN) & np.isfinite(second)):
        first, other = sorted((int(label[row]), int(runner_up[row])))
        note[row] = f"between {called[first]} and {called[other]}"
    note[own > np.asarray(limits)[label]] = "fits no segment"
    return Assignment(
        ids=np.arange(1, len(X) + 1) if ids is None else ids,
        id_name=id_name,
        number=label.astype(np.int64) + 1,
        name=called[label],
        distance=own,
        fit=fit,
        second=runner_up.astype(np.int64) + 1,
        note=note,
    )


def nearest_two(
    X: Doubles, centers: Doubles
) -> tuple[NDArray[np.int32], Doubles, Doubles, NDArray[np.int32]]:
    """Return label, distance, second distance, and the label of the second (−1 when k=1)."""
    X = np.ascontiguousarray(X)
    centers = np.ascontiguousarray(centers, dtype=X.dtype)
    if len(centers) == 1:
        label, sq_own = passes.nearest(X, centers)
        return label, np.sqrt(sq_own), np.full(len(X), np.inf), np.full(len(X), -1, np.int32)
    label, sq_own, runner_up, sq_second = passes.nearest_two(X, centers)
    return label, np.sqrt(sq_own), np.sqrt(sq_second), runner_up


def own_and_next(
    X: Doubles, centers: Doubles, labels: NDArray[np.int32] | None
) -> tuple[NDArray[np.int32], Doubles, Doubles, NDArray[np.int32]]:
    """Return label, distance to its center, distance and label of the nearest other center.

    Without labels, the nearest center is a row's own; see ``nearest_two``.
    """
    nearest, own, second, runner_up = nearest_two(X, centers)
    if labels is None or np.array_equal(labels, nearest):
        return nearest, own, second, runner_up
    other = np.flatnonzero(labels != nearest)
    runner_up, own, second = runner_up.copy(), own.copy(), second.copy()
    runner_up[other], second[other] = nearest[other], own[other]
    off = X[other] - centers[labels[other]]
    own[other] = np.sqrt(np.einsum("ij,ij->i", off, off))
    return labels.astype(np.int32), own, second, runner_up
