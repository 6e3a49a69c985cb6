"""What must come out, computed the slow and plain way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from covey.flow import Run


@dataclass(frozen=True)
class Answer:
    """The nearest center of each row, by brute force in float64."""

    labels: NDArray[np.int32]  # (n,); a tie goes to the lowest index
    sq_distances: NDArray[np.float64]  # (n, k), all of them
    inertia: float  # Σ w ‖x − c‖²

    @property
    def sq_nearest(self) -> NDArray[np.float64]:
        """The squared distance of each row to its nearest center (n,)."""
        return self.sq_distances.min(axis=1)


def brute_force(X: ArrayLike, centers: ArrayLike, weight: ArrayLike | None = None) -> Answer:
    """Compare every row with every center, in float64, by differences and not by products.

    Parameters
    ----------
    X : (n, d) dense, or scipy.sparse
    centers : (k, d)
    weight : (n,), or None for ones

    Returns
    -------
    Answer
        Memory is n × k; for tests, not for work.
    """
    rows = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)  # type: ignore[union-attr]
    places = np.asarray(centers, dtype=np.float64)
    sq_distances = np.empty((len(rows), len(places)))
    for j, place in enumerate(places):
        sq_distances[:, j] = ((rows - place) ** 2).sum(axis=1)
    labels = sq_distances.argmin(axis=1).astype(np.int32)
    mass = np.ones(len(rows)) if weight is None else np.asarray(weight, dtype=np.float64)
    return Answer(labels, sq_distances, float(mass @ sq_distances.min(axis=1)))


def same_partition(one: ArrayLike, other: ArrayLike) -> bool:
    """Tell whether two labelings (n,) group the rows in the same way, whatever the labels."""
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape:
        return False
    pairs = np.unique(np.stack([a, b]), axis=1).shape[1]
    return pairs == len(np.unique(a)) == len(np.unique(b))


def check_run(
    X: ArrayLike, run: Run, weight: ArrayLike | None = None, rtol: float | None = None
) -> None:
    """Assert what holds of every Run: its labels and inertia belong to its centers.

    Distances are compared, not labels: within rounding, two centers can be equally near.

    Parameters
    ----------
    X : (n, d) dense, or scipy.sparse
    run : Run
    weight : (n,), or None for ones
    rtol : float, or None for one that fits the dtype of the centers

    Raises
    ------
    AssertionError
    """
    if rtol is None:
        rtol = 1e-5 if run.centers.dtype == np.float32 else 1e-10
    answer = brute_force(X, run.centers, weight)
    own = answer.sq_distances[np.arange(len(run.labels)), run.labels]
    scale = float(np.abs(answer.sq_distances).max(initial=0.0))
    np.testing.assert_allclose(own, answer.sq_nearest, rtol=rtol, atol=rtol * scale)
    mass = np.ones(len(own)) if weight is None else np.asarray(weight, dtype=np.float64)
    np.testing.assert_allclose(run.inertia, mass @ own, rtol=rtol, atol=1e-12 * scale)
    assert run.labels.dtype == np.int32, run.labels.dtype
    assert run.labels.min(initial=0) >= 0, run.labels.min()
    assert run.labels.max(initial=0) < len(run.centers), run.labels.max()
