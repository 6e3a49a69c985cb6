"""Exact silhouettes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes.door import core, get_threads, given
from covey.engine.passes.twins import sq_distances
from covey.engine.rows import Doubles, Floats, Labels

#: rows of a cluster that one call scores, at most: native/panels.hpp
PANEL = 1024
#: rows of a cluster from which one labeling is scored by pairs of clusters
LEAST_CLUSTER = 64
#: (features + 4) × distances between two looks for Ctrl-C: about 0.1 s on one thread
SILHOUETTE_WORK = 800_000_000


def silhouettes(
    X: Floats,
    labelings: Labels,
    rows: NDArray[np.int64] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Doubles:
    """Return the silhouette of each row under each labeling: (s, m) float64, Euclidean, exact.

    ``labelings`` (s, n) int32 ≥ 0 are s ways to label the same rows; ``rows`` (m,) are the rows
    to score against all n, None for all. Every distance is computed once for all s labelings:
    rows are sorted by cell, a cell being one combination of labels. A row alone in its cluster
    scores 0; a labeling with one label only gives NaN. Memory is O(n + tile), never n × n nor
    n × k. ``on_progress`` gets the share done, 0 … 1, now and then.

    All rows under one labeling take half as long: the distance of two rows counts for both, a
    pair of clusters after the other. In float32 up to 256 distances are added in single before
    they go to double, which keeps a mean distance to 2⁻¹⁶, relative, and usually to 2⁻²¹.
    """
    if rows is None and len(labelings) == 1 and len(X):
        sizes = np.bincount(labelings[0])
        if len(X) >= LEAST_CLUSTER * len(sizes):
            return _by_pairs(X, labelings[0], sizes, on_progress)[None]
    rows = np.arange(len(X)) if rows is None else rows
    order, cells = _cells(labelings)
    columns = X[order]
    scores = np.empty((len(labelings), len(rows)))
    step = max(64 * get_threads(), SILHOUETTE_WORK // (len(X) * (X.shape[1] + 4)) // 64 * 64)
    for start in range(0, len(rows), step):
        here = rows[start : start + step]
        part = np.empty((len(labelings), len(here)))
        own = np.ascontiguousarray(labelings[:, here].T)
        core.silhouettes(*given(X[here], columns), own, *cells, part)
        scores[:, start : start + step] = part
        if on_progress is not None:
            on_progress(min(1.0, (start + step) / len(rows)))
    return scores


def _by_pairs(
    X: Floats,
    labels: Labels,
    sizes: NDArray[np.intp],
    on_progress: Callable[[float], None] | None,
) -> Doubles:
    """Return the silhouettes (n,) of one labeling; see native/panels.hpp."""
    n, d = X.shape
    order = np.argsort(labels, kind="stable")
    columns = X[order]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    within, waiting, other = np.zeros(n), np.zeros(n), np.full(n, np.inf)
    given(columns, columns)
    start = 0
    while start < n:
        step = SILHOUETTE_WORK // ((n - start) * (d + 4)) // 64 * 64
        label = int(np.searchsorted(starts, start, side="right")) - 1
        end = min(start + min(max(step, 64), PANEL), int(starts[label + 1]))
        core.silhouette_panel(columns, starts, start, end, within, other, waiting)
        start = end
        if on_progress is not None:
            on_progress(1 - (1 - start / n) ** 2)
    size = np.repeat(sizes, sizes)
    within /= np.maximum(size - 1, 1)
    most = np.maximum(within, other)
    scores = np.zeros(n)
    with np.errstate(invalid="ignore"):
        np.divide(other - within, most, out=scores, where=most > 0)
    scores[size == 1] = 0.0
    scores[~(other < np.inf)] = np.nan
    found = np.empty(n)
    found[order] = scores
    return found


def _cells(labelings: Labels) -> tuple[NDArray[np.intp], tuple[NDArray[Any], ...]]:
    """Sort rows by cell; return the order, and what the kernel must know of the cells."""
    code, n_codes = np.zeros(labelings.shape[1], np.int64), 1
    n_labels = labelings.max(axis=1, initial=0) + np.int64(1)
    for labels, n in zip(labelings, n_labels, strict=True):
        if n_codes * int(n) > 2**62:
            known, code = np.unique(code, return_inverse=True)
            n_codes = len(known)
        code, n_codes = code * n + labels, n_codes * int(n)
    order = np.argsort(code, kind="stable")
    first = np.flatnonzero(np.diff(code[order], prepend=-1))
    starts = np.append(first, len(order)).astype(np.int64)
    sizes = [np.bincount(each, minlength=n) for each, n in zip(labelings, n_labels, strict=True)]
    offsets = np.concatenate([[0], np.cumsum(n_labels)]).astype(np.int64)
    cells = np.ascontiguousarray(labelings[:, order[first]].T)
    return order, (starts, cells, np.concatenate(sizes).astype(np.int64), offsets)


def twin_silhouettes(
    X: Floats, labelings: Labels, rows: NDArray[np.int64] | None = None
) -> Doubles:
    """Do what ``silhouettes`` does, in NumPy."""
    rows = np.arange(len(X)) if rows is None else rows
    scores = np.full((len(labelings), len(rows)), np.nan)
    own = [np.eye(labels.max(initial=0) + 1)[labels] for labels in labelings]
    for part, sq in sq_distances(X[rows], X):
        here = rows[part]
        for s, (labels, member) in enumerate(zip(labelings, own, strict=True)):
            size = member.sum(axis=0)
            if np.count_nonzero(size) < 2:
                continue
            sums, me = np.sqrt(sq) @ member, np.arange(len(here))
            alone = size[labels[here]] == 1
            within = sums[me, labels[here]] / np.maximum(size[labels[here]] - 1, 1)
            mean = np.where(size > 0, sums / np.maximum(size, 1), np.inf)
            mean[me, labels[here]] = np.inf
            other = mean.min(axis=1)
            most = np.maximum(within, other)
            score = np.divide(other - within, most, out=np.zeros(len(here)), where=most > 0)
            scores[s, part] = np.where(alone, 0.0, score)
    return scores
