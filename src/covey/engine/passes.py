"""The seam to the native core: one typed function per kernel, each beside its NumPy twin.

Nothing else imports ``_core``. A pass is one sweep over the rows; loops live above it. Rows are
a dense array or a ``Csr``, in C order, float32 or float64; centers have the same dtype; weights
and sums are float64, labels int32. Whatever the dtype, distances that leave a pass as float64
are direct sums of squared differences, in double. The twins (``twin_…``) are slow, plain and in
float64; the oracle tests hold each kernel to them on every instruction set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey import _core
from covey.engine.rows import Csr, Doubles, Floats, Labels, Rows
from covey.flow import Partial

#: rows per sum that ``seed_update`` returns
SEED_BLOCK = 4096

#: (features + 4) × distances between two looks for Ctrl-C: about 0.1 s on one thread
SILHOUETTE_WORK = 800_000_000


def lloyd(X: Rows, centers: Floats, weight: Doubles | None, labels: Labels) -> tuple[Partial, int]:
    """Assign every row to its nearest center and sum the rows of each center, in one pass.

    Parameters
    ----------
    X : (n, d) float32 or float64, dense or Csr
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
    sums, weights = np.empty(centers.shape), np.empty(len(centers))
    inertia, n_changed = _core.lloyd(*_given(X, centers), weight, labels, sums, weights)
    return Partial(sums, weights, inertia), n_changed


def twin_lloyd(
    X: Rows, centers: Floats, weight: Doubles | None, labels: Labels
) -> tuple[Partial, int]:
    """Do what ``lloyd`` does, in NumPy."""
    found, sq_distance = twin_nearest(X, centers)
    w = np.ones(len(found)) if weight is None else weight
    sums = np.zeros(centers.shape)
    for part, x in _blocks(X, 1):
        np.add.at(sums, found[part], w[part, None] * x)
    n_changed = int(np.count_nonzero(labels != found))
    labels[:] = found
    weights = np.bincount(found, w, len(centers)).astype(np.float64)
    return Partial(sums, weights, float(w @ sq_distance)), n_changed


def nearest(X: Rows, centers: Floats) -> tuple[Labels, Doubles]:
    """Return the label of the nearest center (n,) int32 and the squared distance to it (n,)."""
    labels, sq_distance = np.empty(X.shape[0], np.int32), np.empty(X.shape[0])
    _core.nearest(*_given(X, centers), labels, sq_distance)
    return labels, sq_distance


def twin_nearest(X: Rows, centers: Floats) -> tuple[Labels, Doubles]:
    """Do what ``nearest`` does, in NumPy."""
    labels, sq_distance = np.empty(X.shape[0], np.int32), np.empty(X.shape[0])
    for part, sq in _sq_distances(X, centers):
        labels[part] = sq.argmin(axis=1)
        sq_distance[part] = sq.min(axis=1)
    return labels, sq_distance


def nearest_two(X: Floats, centers: Floats) -> tuple[Labels, Doubles, Labels, Doubles]:
    """Return nearest label, its squared distance, second label, its squared distance; k ≥ 2."""
    (first, second), (sq, sq_second) = np.empty((2, len(X)), np.int32), np.empty((2, len(X)))
    _core.nearest_two(*_given(X, centers), first, sq, second, sq_second)
    return first, sq, second, sq_second


def twin_nearest_two(X: Floats, centers: Floats) -> tuple[Labels, Doubles, Labels, Doubles]:
    """Do what ``nearest_two`` does, in NumPy."""
    labels, sq_distance = np.empty((2, len(X)), np.int32), np.empty((2, len(X)))
    for part, sq in _sq_distances(X, centers):
        two = np.argsort(sq, axis=1, kind="stable")[:, :2]
        labels[:, part] = two.T
        sq_distance[:, part] = np.take_along_axis(sq, two, axis=1).T
    return labels[0], sq_distance[0], labels[1], sq_distance[1]


def inertia(X: Rows, centers: Floats, labels: Labels, weight: Doubles | None) -> Doubles:
    """Return Σ w ‖x − c‖² of each center's own rows (k,), a direct double sum."""
    sums = np.empty(len(centers))
    _core.inertia(*_given(X, centers), labels, weight, sums)
    return sums


def twin_inertia(X: Rows, centers: Floats, labels: Labels, weight: Doubles | None) -> Doubles:
    """Do what ``inertia`` does, in NumPy."""
    sq = np.empty(X.shape[0])
    for part, x in _blocks(X, 1):
        sq[part] = ((x - centers[labels[part]]) ** 2).sum(axis=1)
    w = sq if weight is None else weight * sq
    return np.bincount(labels, w, len(centers)).astype(np.float64)


def distances(X: Rows, centers: Floats) -> Floats:
    """Return Euclidean distances (n, k), dtype of X; the only pass whose output is n × k."""
    out = np.empty((X.shape[0], len(centers)), X.dtype)
    _core.distances(*_given(X, centers), out)
    return out


def twin_distances(X: Rows, centers: Floats) -> Floats:
    """Do what ``distances`` does, in NumPy."""
    out = np.empty((X.shape[0], len(centers)), X.dtype)
    for part, sq in _sq_distances(X, centers):
        out[part] = np.sqrt(sq)
    return out


def seed_potentials(
    X: Rows, candidates: Floats, sq_closest: Doubles, weight: Doubles | None
) -> Doubles:
    """Return, for each candidate center (m, d), Σ w min(sq_closest, ‖x − candidate‖²) (m,)."""
    sums = np.empty(len(candidates))
    _core.potentials(*_given(X, candidates), sq_closest, weight, sums)
    return sums


def twin_seed_potentials(
    X: Rows, candidates: Floats, sq_closest: Doubles, weight: Doubles | None
) -> Doubles:
    """Do what ``seed_potentials`` does, in NumPy."""
    sums = np.zeros(len(candidates))
    for part, sq in _sq_distances(X, candidates):
        lower = np.minimum(sq, sq_closest[part, None])
        sums += lower.sum(axis=0) if weight is None else weight[part] @ lower
    return sums


def seed_update(X: Rows, center: Floats, sq_closest: Doubles, weight: Doubles | None) -> Doubles:
    """Lower ``sq_closest`` (n,) in place to the squared distance to ``center`` (d,) where less.

    Returns the sums of w · sq_closest over consecutive blocks of ``SEED_BLOCK`` rows, from which
    the next candidates are drawn: first a block, then a row in it.
    """
    sums = np.empty(-(-X.shape[0] // SEED_BLOCK))
    _core.lower(*_given(X, center[None]), sq_closest, weight, SEED_BLOCK, sums)
    return sums


def twin_seed_update(
    X: Rows, center: Floats, sq_closest: Doubles, weight: Doubles | None
) -> Doubles:
    """Do what ``seed_update`` does, in NumPy."""
    for part, sq in _sq_distances(X, center[None]):
        sq_closest[part] = np.minimum(sq_closest[part], sq[:, 0])
    w = sq_closest if weight is None else weight * sq_closest
    return np.add.reduceat(w, np.arange(0, len(w), SEED_BLOCK)) if len(w) else np.zeros(0)


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
    """
    rows = np.arange(len(X)) if rows is None else rows
    order, cells = _cells(labelings)
    columns = X[order]
    scores = np.empty((len(labelings), len(rows)))
    step = max(64 * get_threads(), SILHOUETTE_WORK // (len(X) * (X.shape[1] + 4)) // 64 * 64)
    for start in range(0, len(rows), step):
        here = rows[start : start + step]
        part = np.empty((len(labelings), len(here)))
        own = np.ascontiguousarray(labelings[:, here].T)
        _core.silhouettes(*_given(X[here], columns), own, *cells, part)
        scores[:, start : start + step] = part
        if on_progress is not None:
            on_progress(min(1.0, (start + step) / len(rows)))
    return scores


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
    for part, sq in _sq_distances(X[rows], X):
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


def _given(X: Rows, centers: Floats) -> tuple[Any, ...]:
    """Return rows and centers as the core takes them; one dtype, C order."""
    rows = (X.data, X.indices, X.indptr, X.n_columns) if isinstance(X, Csr) else (X,)
    for what, array in (("X", rows[0]), ("centers", centers)):
        if array.dtype != X.dtype or array.dtype not in (np.float32, np.float64):
            raise TypeError(f"{what} must be float32 or float64, as X is; got {array.dtype}")
        if not array.flags.c_contiguous:
            raise ValueError(f"{what} must be in C order; got strides {array.strides}")
    return *rows, centers


def instruction_sets() -> list[str]:
    """Return the instruction sets that this build has and this machine runs, narrowest first."""
    return _core.instruction_sets()


def instruction_set() -> str:
    """Return the instruction set in use: the widest, or what COVEY_ISA or a test asked for."""
    return _core.instruction_set()


def use_instruction_set(name: str) -> None:
    """Use another instruction set; ``"auto"`` goes back. Not while a pass runs."""
    _core.use_instruction_set(name)


def get_threads() -> int:
    """Return how many threads a pass may use.

    That is what ``set_threads`` or threadpoolctl said, else the least of OMP_NUM_THREADS,
    COVEY_NUM_THREADS and the processors that this process may run on.
    """
    return _core.threads()


def set_threads(n: int | None) -> None:
    """Bound the threads of a pass; None goes back to what the environment says."""
    _core.set_threads(0 if n is None else max(1, n))


def core_file() -> str:
    """Return where the native core was loaded from."""
    return str(_core.__file__)


def _blocks(X: Rows, n_centers: int) -> Iterator[tuple[slice, Doubles]]:
    """Yield blocks of rows, dense and in float64, that leave room for rows × centers × d."""
    n, d = X.shape
    step = max(1, 2**20 // max(1, n_centers * d))
    for start in range(0, n, step):
        part = slice(start, min(start + step, n))
        if not isinstance(X, Csr):
            yield part, X[part].astype(np.float64)
            continue
        dense = np.zeros((part.stop - start, d))
        ends = X.indptr[start : part.stop + 1]
        inside = slice(ends[0], ends[-1])
        dense[np.repeat(np.arange(len(dense)), np.diff(ends)), X.indices[inside]] = X.data[inside]
        yield part, dense


def _sq_distances(X: Rows, centers: Floats) -> Iterator[tuple[slice, Doubles]]:
    """Yield blocks of rows and their squared distances to all centers, direct, in float64."""
    for part, x in _blocks(X, len(centers)):
        yield part, ((x[:, None, :] - centers[None].astype(np.float64)) ** 2).sum(axis=2)
