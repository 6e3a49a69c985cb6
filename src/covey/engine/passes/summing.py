"""Sums of rows by labels that are given, not found."""

from __future__ import annotations

import numpy as np

from covey.engine.passes.door import checked_rows, core
from covey.engine.passes.twins import blocks
from covey.engine.rows import Csr, Doubles, Labels, Rows


def sums(X: Rows, labels: Labels, weight: Doubles | None, k: int) -> tuple[Doubles, Doubles]:
    """Return Σ w x (k, d) and Σ w (k,) over the rows of each label.

    Parameters
    ----------
    X : (n, d) float32 or float64, dense or Csr
    labels : (n,) int32, 0 … k − 1
    weight : (n,) float64, or None for ones
    k : int >= 1
    """
    rows = checked_rows(X) if isinstance(X, Csr) else X
    sums, weights = np.empty((k, X.shape[1])), np.empty(k)
    core.sums(rows, labels, weight, sums, weights)
    return sums, weights


def twin_sums(X: Rows, labels: Labels, weight: Doubles | None, k: int) -> tuple[Doubles, Doubles]:
    """Do what ``sums`` does, in NumPy."""
    w = np.ones(len(labels)) if weight is None else weight
    sums = np.zeros((k, X.shape[1]))
    for part, x in blocks(X, 1):
        np.add.at(sums, labels[part], w[part, None] * x)
    return sums, np.bincount(labels, w, k).astype(np.float64)
