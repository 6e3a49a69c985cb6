"""Passes over dense rows some of whose values are missing (NaN): only what is there counts."""

from __future__ import annotations

import numpy as np

from covey.engine.passes.door import core, given
from covey.engine.rows import Doubles, Floats, Labels


def observed_nearest(X: Floats, centers: Floats) -> tuple[Labels, Doubles]:
    """Return the nearest center of each row by the features that it has.

    Parameters
    ----------
    X : (n, d) float32 or float64, NaN where missing
    centers : (k, d), dtype of X, without NaN

    Returns
    -------
    labels : (n,) int32
        A tie goes to the lowest index.
    sq_distance : (n,) float64
        Σ (x − c)² over the features that are not missing; not scaled up.
    """
    labels, sq_distance = np.empty(len(X), np.int32), np.empty(len(X))
    core.observed_nearest(*given(X, centers), labels, sq_distance)
    return labels, sq_distance


def twin_observed_nearest(X: Floats, centers: Floats) -> tuple[Labels, Doubles]:
    """Do what ``observed_nearest`` does, in NumPy."""
    sq = twin_observed_squares(X, centers)
    return sq.argmin(axis=1).astype(np.int32), sq.min(axis=1)


def observed_squares(X: Floats, centers: Floats) -> Doubles:
    """Return Σ (x − c)² over the features that each row has, for all centers (n, k)."""
    out = np.empty((len(X), len(centers)))
    core.observed_squares(*given(X, centers), out)
    return out


def twin_observed_squares(X: Floats, centers: Floats) -> Doubles:
    """Do what ``observed_squares`` does, in NumPy."""
    x = X.astype(np.float64)[:, None, :]
    return np.nansum((x - centers[None].astype(np.float64)) ** 2, axis=2)


def observed_sums(
    X: Floats, labels: Labels, weight: Doubles | None, k: int
) -> tuple[Doubles, Doubles]:
    """Return Σ w x and Σ w (both (k, d)) over the rows of each label that have the feature."""
    sums, masses = np.empty((2, k, X.shape[1]))
    core.observed_sums(X, labels, weight, sums, masses)
    return sums, masses


def twin_observed_sums(
    X: Floats, labels: Labels, weight: Doubles | None, k: int
) -> tuple[Doubles, Doubles]:
    """Do what ``observed_sums`` does, in NumPy."""
    w = np.ones(len(X)) if weight is None else weight
    sums, masses = np.zeros((2, k, X.shape[1]))
    np.add.at(sums, labels, w[:, None] * np.nan_to_num(X.astype(np.float64)))
    np.add.at(masses, labels, w[:, None] * ~np.isnan(X))
    return sums, masses
