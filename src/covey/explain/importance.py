"""Which features tell the segments apart: shares of the sum of squares, feature by feature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from covey.flow import Importance


def importance(
    X: NDArray[np.float64], labels: NDArray[np.integer], k: int, names: Sequence[str]
) -> tuple[Importance, ...]:
    """Return how much each feature parts the segments, the strongest first.

    Parameters
    ----------
    X : (n, d) float64
        What the labeling was made on.
    labels : (n,) int, 0 … k − 1
    names : d names

    Returns
    -------
    tuple of d Importance
        ``share`` is the feature's part of the sum of squares between segments, and sums to 1;
        ``parted`` is the part of its own variation that lies between segments (η²; R. A. Fisher,
        Statistical Methods for Research Workers, 1925). A feature that is spread much but alike in
        all segments has little of both.
    """
    sizes = np.bincount(labels, minlength=k).astype(np.float64)
    filled = sizes > 0
    between, total = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for j in range(X.shape[1]):
        off = X[:, j] - X[:, j].mean()
        sums = np.bincount(labels, off, k)[filled]
        between[j] = float((sums**2 / sizes[filled]).sum())
        total[j] = float((off**2).sum())
    parted = np.divide(between, total, out=np.zeros_like(between), where=total > 0)
    whole = float(between.sum())
    shares = between / whole if whole > 0 else np.zeros_like(between)
    order = np.argsort(-shares, kind="stable")
    return tuple(
        Importance(names[j], float(shares[j]), float(min(parted[j], 1.0))) for j in map(int, order)
    )
