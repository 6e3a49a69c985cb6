"""What the pictures show: the two features that matter, and the plane of principal components."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from covey.explain.moments import covariance
from covey.flow import Features, Map

Doubles = NDArray[np.float64]

#: Points drawn: more make the page heavy and the picture no clearer.
MOST_POINTS = 2000
#: Two features more correlated than this show the same thing twice.
COLLINEAR = 0.9
#: Share of a segment's rows inside its ellipse.
INSIDE = 0.8


def picture(
    features: Features, filled: Doubles, order: NDArray[np.intp], labels: NDArray[np.int32],
    centers: Doubles,
) -> Map:  # fmt: skip
    """Choose the points, axes and ellipses of the pictures.

    Parameters
    ----------
    filled : (n, d) float64
        Reader's units, with missing values filled as the preparation fills them.
    order : (k,)
        The label of each segment in display order.
    labels : (n,) int32
    centers : (k, d)
        By label, prepared units.

    Notes
    -----
    A table of one feature has no second axis: its name is empty and its coordinate 0. An axis is
    flagged as logarithmic when the feature was logged and no point drawn is below 0.
    """
    k = len(order)
    number_of = np.empty(k, np.int64)
    number_of[order] = np.arange(1, k + 1)
    rows = _even_rows(labels, k)
    axes = telling_axes(features.X, labels, k)
    points = np.zeros((len(rows), 2))
    points[:, : len(axes)] = filled[rows][:, list(axes)]
    logged = [
        "log" in features.columns[j].transform.lower() and bool((points[:, i] >= 0).all())
        for i, j in enumerate(axes)
    ]
    names = [features.names[j] for j in axes]
    mean, loadings, explained = plane(features.X)
    pca_centers = (centers[order] - mean) @ loadings.T
    ellipses = [
        _ellipse((features.X[labels == label] - mean) @ loadings.T - middle)
        for label, middle in zip(order, pca_centers, strict=True)
    ]
    return Map(
        rows=rows,
        labels=number_of[labels[rows]],
        axes=(names[0], names[1] if len(names) > 1 else ""),
        points=points,
        log_axes=(logged[0], logged[1] if len(logged) > 1 else False),
        pca=(features.X[rows] - mean) @ loadings.T,
        pca_explained=explained,
        pca_loadings=loadings,
        pca_centers=pca_centers,
        pca_ellipses=np.array(ellipses),
    )


def _even_rows(labels: NDArray[np.int32], k: int) -> NDArray[np.int64]:
    """Return at most 2,000 rows, the same number of each segment, spread evenly over the file."""
    sizes = np.bincount(labels, minlength=k)
    share, left, waiting = np.zeros(k, np.int64), MOST_POINTS, k
    for label in np.argsort(sizes, kind="stable"):  # what small segments leave goes to larger ones
        share[label] = min(int(sizes[label]), left // waiting)
        left -= int(share[label])
        waiting -= 1
    chosen = [
        np.flatnonzero(labels == label)[
            np.linspace(0, sizes[label] - 1, share[label]).round().astype(np.int64)
        ]
        for label in range(k)
        if share[label]
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def telling_axes(X: Doubles, labels: NDArray[np.int32], k: int) -> tuple[int, ...]:
    """Return the two features in which segments differ most, as a share of the feature's variance.

    The second is the best that is not nearly the first one again (|r| ≤ 0.9); one feature alone
    gives one axis.
    """
    centered = X - X.mean(axis=0)
    total = np.einsum("ij,ij->j", centered, centered)
    sizes = np.bincount(labels, minlength=k)
    between = np.zeros(X.shape[1])
    for label in range(k):
        if sizes[label]:
            between += sizes[label] * centered[labels == label].mean(axis=0) ** 2
    share = np.divide(between, total, out=np.zeros_like(total), where=total > 0)
    ranked = np.argsort(-share, kind="stable")
    first = int(ranked[0])
    if len(ranked) == 1:
        return (first,)
    scale = np.sqrt(total * total[first])
    r = np.divide(centered[:, first] @ centered, scale, out=np.zeros_like(scale), where=scale > 0)
    fresh = [int(j) for j in ranked[1:] if abs(r[j]) <= COLLINEAR]
    return first, (fresh[0] if fresh else int(ranked[1]))


def plane(X: Doubles) -> tuple[Doubles, Doubles, tuple[float, float]]:
    """Return mean (d,), the first two principal axes (2, d), and their shares of the variance.

    The largest loading of each axis is positive, so that the picture never flips.
    """
    mean = X.mean(axis=0)
    values, vectors = np.linalg.eigh(covariance(X))
    loadings = np.zeros((2, X.shape[1]))
    top = vectors[:, ::-1][:, :2].T
    loadings[: len(top)] = top
    for axis in loadings:
        if axis[np.argmax(np.abs(axis))] < 0:
            axis *= -1
    total = float(values.sum())
    shares = [max(float(value), 0.0) / total if total > 0 else 0.0 for value in values[::-1][:2]]
    return mean, loadings, (shares[0], shares[1] if len(shares) > 1 else 0.0)


def _ellipse(points: Doubles) -> tuple[float, float, float]:
    """Return half axes and angle of the ellipse around (0, 0) that holds 80 % of the points."""
    if len(points) < 3:
        return 0.0, 0.0, 0.0
    values, vectors = np.linalg.eigh(covariance(points))
    values = np.maximum(values, 0.0)
    if values[1] <= 0:
        return 0.0, 0.0, 0.0
    thin = np.maximum(values, 1e-12 * values[1])
    reach = math.sqrt(float(np.quantile((points @ vectors) ** 2 @ (1 / thin), INSIDE)))
    half = reach * np.sqrt(values)
    return float(half[1]), float(half[0]), math.atan2(vectors[1, 1], vectors[0, 1])
