"""Passes over the groups of a given labeling: their sums, and how far their rows are from them."""

from __future__ import annotations

import numpy as np

from covey.engine.passes.door import core, given
from covey.engine.rows import Doubles, Floats, Labels


def label_sums(X: Floats, labels: Labels, k: int) -> tuple[Doubles, Doubles]:
    """Return Σ x (k, d) and the number of rows (k,) of each label; labels (n,) are 0 … k − 1."""
    sums, counts = np.empty((k, X.shape[1])), np.empty(k)
    core.label_sums(given(X, X)[0], labels, sums, counts)
    return sums, counts


def twin_label_sums(X: Floats, labels: Labels, k: int) -> tuple[Doubles, Doubles]:
    """Do what ``label_sums`` does, in NumPy."""
    sums = np.zeros((k, X.shape[1]))
    np.add.at(sums, labels, X.astype(np.float64))
    return sums, np.bincount(labels, minlength=k).astype(np.float64)


def spreads(X: Floats, centers: Floats, labels: Labels) -> tuple[Doubles, Doubles]:
    """Return Σ ‖x − c‖² and Σ ‖x − c‖ (k,) of the rows of each label, direct sums in double."""
    squares, distances = np.empty((2, len(centers)))
    core.spreads(*given(X, centers), labels, squares, distances)
    return squares, distances


def twin_spreads(X: Floats, centers: Floats, labels: Labels) -> tuple[Doubles, Doubles]:
    """Do what ``spreads`` does, in NumPy."""
    sq = ((X.astype(np.float64) - centers.astype(np.float64)[labels]) ** 2).sum(axis=1)
    squares, distances = np.zeros((2, len(centers)))
    np.add.at(squares, labels, sq)
    np.add.at(distances, labels, np.sqrt(sq))
    return squares, distances
