"""The seam to the native core: one typed function per kernel, each beside its NumPy twin.

Nothing else imports ``_core``. A pass is one sweep over the rows; loops live above it. Every
array is checked here once: C order, one dtype (float32 or float64) for rows and centers,
float64 for weights and sums, int32 for labels. The twins are slow, plain and in float64; the
oracle tests hold each kernel to them on every instruction set.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.flow import Partial

Floats = NDArray[np.floating]
Doubles = NDArray[np.float64]
Labels = NDArray[np.int32]


def lloyd(
    X: Floats, centers: Floats, weight: Doubles | None, labels: Labels
) -> tuple[Partial, int]:
    """Assign every row to its nearest center and sum the rows of each center, in one pass.

    Parameters
    ----------
    X : (n, d) float32 or float64
    centers : (k, d), dtype of X
    weight : (n,) float64, or None for ones
    labels : (n,) int32, read and overwritten
        Previous labels in (−1: none), new labels out; a tie goes to the lowest index.

    Returns
    -------
    partial : Partial
        Sums, weights and inertia with respect to ``centers``.
    n_changed : int
        Rows whose label changed.
    """


def nearest(X: Floats, centers: Floats) -> tuple[Labels, Doubles]:
    """Return the label of the nearest center (n,) int32 and the squared distance to it (n,)."""


def nearest_two(X: Floats, centers: Floats) -> tuple[Labels, Doubles, Labels, Doubles]:
    """Return nearest label, its squared distance, second label, its squared distance; k ≥ 2."""


def inertia(X: Floats, centers: Floats, labels: Labels, weight: Doubles | None) -> Doubles:
    """Return Σ w ‖x − c‖² of each center's own rows (k,), a direct double sum."""


def distances(X: Floats, centers: Floats) -> Floats:
    """Return Euclidean distances (n, k), dtype of X; the only pass whose output is n × k."""


def seed_potentials(
    X: Floats, candidates: Floats, sq_closest: Doubles, weight: Doubles | None
) -> Doubles:
    """Return, for each candidate center (m, d), Σ w min(sq_closest, ‖x − candidate‖²) (m,)."""


def seed_update(X: Floats, center: Floats, sq_closest: Doubles, weight: Doubles | None) -> Doubles:
    """Lower ``sq_closest`` (n,) in place to the squared distance to ``center`` (d,) where less.

    Returns the sums of w · sq_closest over consecutive blocks of ``SEED_BLOCK`` rows, from which
    the next candidates are drawn: first a block, then a row in it.
    """


def silhouettes(X: Floats, labelings: Labels, rows: NDArray[np.int64] | None = None) -> Doubles:
    """Return the silhouette of each row under each labeling: (s, m) float64, Euclidean, exact.

    ``labelings`` (s, n) int32 are s ways to label the same rows; ``rows`` (m,) are the rows to
    score against all n, None for all. Every distance is computed once for all s labelings: rows
    are sorted by cell, a cell being one combination of labels. A row alone in its cluster
    scores 0. Memory is O(n + tile), never n × n nor n × k.
    """
