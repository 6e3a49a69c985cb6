"""Scores of a labeling that need no truth, under scikit-learn's names.

::

    from covey.metrics import silhouette_score

    silhouette_score(X, labels)                                   # exact
    silhouette_score(X, labels, method="squared")                 # exact too, O(n k d)
    silhouette_score(X, labels, sample_size=5000, return_error=True)

Rows are dense, float32 or float64 (other numbers become float64); labels are anything that can be
sorted. Scores agree with scikit-learn's to the rounding of the dtype, save in one place: a sample
is scored against all rows, and not against itself, so that its mean is that of all rows but for
``error``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_array

from covey import options
from covey.engine import passes, scores
from covey.engine.passes import Doubles, Floats, Labels
from covey.engine.scores import Groups
from covey.errors import InputError
from covey.random import generator

__all__ = [
    "Scores", "calinski_harabasz_score", "compare_labelings", "davies_bouldin_score",
    "silhouette_samples", "silhouette_score",
]  # fmt: skip

_check_array: Any = check_array  # untyped there; a type checker infers too little


@dataclass(frozen=True)
class Scores:
    """What ``compare_labelings`` says of one labeling."""

    n_clusters: int
    inertia: float  # Σ ‖x − mean of its cluster‖²
    silhouette: float  # mean, −1 … 1: more is better
    silhouette_error: float  # its standard error; 0 when all rows were scored
    squared_silhouette: float  # by squared distances
    simplified_silhouette: float  # by the distances to the means
    calinski_harabasz: float  # more is better
    davies_bouldin: float  # less is better


def silhouette_samples(X: ArrayLike, labels: ArrayLike, *, method: str = "exact") -> Doubles:
    """Return the silhouette of each row, −1 … 1: (b − a) / max(a, b).

    ``a`` is the mean distance to the other rows of the row's cluster, ``b`` that to the rows of the
    nearest other cluster. A row alone in its cluster scores 0.

    Parameters
    ----------
    X : array-like (n_samples, n_features)
    labels : array-like (n_samples,)
        From 2 to n_samples − 1 different ones.
    method : "exact", "squared" or "simplified"
        By Euclidean distances, O(n² d); by their squares, O(n k d); or by the Euclidean distances
        to the clusters' means, O(n k d). Memory is O(n) for all.

    Returns
    -------
    (n_samples,) float64

    Raises
    ------
    OptionError
        When ``method`` is none of these.
    InputError
        When X and labels do not fit, or there are too few labels or too many.
    """
    options.check(options.SCORES, {"method": method})
    rows, (found,) = _checked(X, labels)
    return _samples(rows, found, method, None)


def silhouette_score(
    X: ArrayLike,
    labels: ArrayLike,
    *,
    method: str = "exact",
    sample_size: int | None = None,
    random_state: Any = None,
    return_error: bool = False,
) -> Any:
    """Return the mean silhouette of all rows.

    Parameters
    ----------
    X : array-like (n_samples, n_features)
    labels : array-like (n_samples,)
        From 2 to n_samples − 1 different ones.
    method : "exact", "squared" or "simplified"
        See ``silhouette_samples``.
    sample_size : int or None
        About how many rows to score, each against all rows; of each cluster its share, and two at
        least. None: all.
    random_state : None, int, Generator or RandomState
        Draws the sample.
    return_error : bool
        Return (mean, standard error); the error is 0 when all rows are scored.

    Raises
    ------
    OptionError
        When an option has a value that it cannot have.
    InputError
        When X and labels do not fit, or there are too few labels or too many.
    """
    given = {"method": method, "sample_size": sample_size, "return_error": return_error}
    options.check(options.SCORES, given)
    rows, (found,) = _checked(X, labels)
    drawn = _drawn(found, sample_size, random_state)
    mean, error = _mean(_samples(rows, found, method, drawn), found, drawn)
    return (mean, error) if return_error else mean


def calinski_harabasz_score(X: ArrayLike, labels: ArrayLike) -> float:
    """Return the variance between clusters over the variance within: more is better.

    Parameters
    ----------
    X : array-like (n_samples, n_features)
    labels : array-like (n_samples,)
        From 2 to n_samples − 1 different ones.

    Raises
    ------
    InputError
        When X and labels do not fit, or there are too few labels or too many.
    """
    rows, (found,) = _checked(X, labels)
    return scores.calinski_harabasz(Groups.of(rows, found))


def davies_bouldin_score(X: ArrayLike, labels: ArrayLike) -> float:
    """Return the mean likeness of each cluster to the one most like it: less is better.

    Parameters
    ----------
    X : array-like (n_samples, n_features)
    labels : array-like (n_samples,)
        From 2 to n_samples − 1 different ones.

    Raises
    ------
    InputError
        When X and labels do not fit, or there are too few labels or too many.
    """
    rows, (found,) = _checked(X, labels)
    return scores.davies_bouldin(Groups.of(rows, found))


def compare_labelings(
    X: ArrayLike,
    labelings: Sequence[ArrayLike],
    *,
    sample_size: int | None = None,
    random_state: Any = None,
) -> list[Scores]:
    """Return all scores of several labelings of the same rows.

    For the exact silhouettes, every distance is computed once for all labelings.

    Parameters
    ----------
    X : array-like (n_samples, n_features)
    labelings : sequence of array-like (n_samples,)
        Each of from 2 to n_samples − 1 different labels.
    sample_size : int or None
        About how many rows to score, each against all rows, for the exact silhouettes alone; drawn
        by the first labeling's clusters. None: all.
    random_state : None, int, Generator or RandomState
        Draws the sample.

    Raises
    ------
    OptionError
        When an option has a value that it cannot have.
    InputError
        When X and a labeling do not fit, or it has too few labels or too many.
    """
    options.check(options.SCORES, {"sample_size": sample_size})
    rows, found = _checked(X, *labelings)
    if not found:
        return []
    drawn = _drawn(found[0], sample_size, random_state)
    marks = passes.silhouettes(rows, np.stack(found), drawn)
    results = []
    for labels, one in zip(found, marks, strict=True):
        groups = Groups.of(rows, labels)
        mean, error = _mean(one, found[0], drawn)
        results.append(
            Scores(
                n_clusters=len(groups.sizes),
                inertia=float(groups.squares.sum()),
                silhouette=mean,
                silhouette_error=error,
                squared_silhouette=float(scores.squared_silhouettes(rows, labels, groups).mean()),
                simplified_silhouette=float(
                    scores.simplified_silhouettes(rows, labels, groups).mean()
                ),
                calinski_harabasz=scores.calinski_harabasz(groups),
                davies_bouldin=scores.davies_bouldin(groups),
            )
        )
    return results


# ---------------------------------------------------------------- what they share


def _checked(X: ArrayLike, *labelings: ArrayLike) -> tuple[Floats, list[Labels]]:
    """Return rows in C order, and labelings as numbers from 0 on without gaps."""
    rows = _check_array(X, dtype=[np.float64, np.float32], order="C", input_name="X")
    n, found = len(rows), []
    for given in labelings:
        labels = np.asarray(given)
        if labels.shape != (n,):
            raise InputError(
                f"labels must have shape ({n},), one label for each row of X; got {labels.shape}; "
                "pass one label for each row"
            )
        names, codes = np.unique(labels, return_inverse=True)
        if not 2 <= len(names) <= n - 1:
            raise InputError(
                f"the number of different labels must be 2 to n_samples - 1 (inclusive); got "
                f"{len(names)} for {n} rows; pass another labeling"
            )
        found.append(codes.reshape(n).astype(np.int32))
    return rows, found


def _samples(X: Floats, labels: Labels, method: str, drawn: NDArray[np.int64] | None) -> Doubles:
    if method == "exact":
        return passes.silhouettes(X, labels[None], drawn)[0]
    by = scores.squared_silhouettes if method == "squared" else scores.simplified_silhouettes
    return by(X, labels, Groups.of(X, labels), drawn)


def _drawn(labels: Labels, sample_size: int | None, random_state: Any) -> NDArray[np.int64] | None:
    """Return the rows to score, or None for all of them."""
    if sample_size is None or sample_size >= len(labels):
        return None
    return scores.stratified(labels, int(sample_size), generator(random_state))


def _mean(marks: Doubles, labels: Labels, drawn: NDArray[np.int64] | None) -> tuple[float, float]:
    """Return the mean over all rows and its standard error."""
    if drawn is None:
        return float(marks.mean()), 0.0
    return scores.estimate(marks, labels[drawn], np.bincount(labels))
