"""Passes of the loop over sparse rows: what it keeps from one iteration to the next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.engine.passes.door import core, given
from covey.engine.passes.twins import blocks, sq_distances
from covey.engine.rows import Csr, Doubles, Floats, Labels

Flags = NDArray[np.bool_]

#: centers in a line of a panel are a multiple of this
_ACROSS = 16
_LINE = 64  # bytes of a cache line, on which a panel starts


@dataclass
class Packed:
    """Centers, and the same in float as sparse rows meet them: column after column."""

    centers: Floats  # (k, d), dtype of X
    panel: NDArray[np.float32]  # (d, k rounded up to 16): centers · unit
    unit: float  # a power of two that takes the longest row and center to at most 1
    sq_norms: Doubles  # (k,)

    @classmethod
    def of(cls, centers: Floats, lengths: Doubles) -> Packed:
        """Pack centers that will meet rows of these lengths; the centers are not copied."""
        k, d = centers.shape
        stride = -(-k // _ACROSS) * _ACROSS
        room = np.empty(d * stride * 4 + _LINE, np.uint8)
        start = -room.ctypes.data % _LINE
        panel = room[start : start + d * stride * 4].view(np.float32).reshape(d, stride)
        packed = cls(centers, panel, 1.0, np.empty(k))
        packed.renew(lengths)
        return packed

    def renew(self, lengths: Doubles) -> None:
        """Pack anew, once the centers were changed from outside."""
        longest = float(lengths.max(initial=0.0))
        self.unit = core.sparse_pack(self.centers, longest, self.panel, self.sq_norms)

    def move(self, sums: Doubles, weights: Doubles, moved: Flags) -> Doubles:
        """Move the centers marked in ``moved`` (k,) to ``sums / weights``.

        Returns the squared way of each center (k,); 0 where it was not moved.
        """
        sq_moves = np.zeros(len(weights))
        core.sparse_move(
            self.centers, sums, weights, moved, self.panel, self.unit, self.sq_norms, sq_moves
        )
        return sq_moves


def twin_move(centers: Floats, sums: Doubles, weights: Doubles, moved: Flags) -> Doubles:
    """Do what ``Packed.move`` does to its centers, in NumPy."""
    before = centers.astype(np.float64)
    centers[moved] = sums[moved] / weights[moved, None]
    return ((centers.astype(np.float64) - before) ** 2).sum(axis=1)


def sparse_lengths(X: Csr) -> Doubles:
    """Return ‖x‖ of each row (n,)."""
    lengths = np.empty(X.shape[0])
    core.sparse_lengths(*_rows(X), lengths)
    return lengths


def twin_sparse_lengths(X: Csr) -> Doubles:
    """Do what ``sparse_lengths`` does, in NumPy."""
    lengths = np.empty(X.shape[0])
    for part, x in blocks(X, 1):
        lengths[part] = np.sqrt((x**2).sum(axis=1))
    return lengths


def sparse_assign(
    X: Csr, packed: Packed, lengths: Doubles, spent: Doubles, due: Doubles, labels: Labels
) -> int:
    """Label rows with their nearest center, save those whose deadline is not over.

    Parameters
    ----------
    X : (n, d) Csr
    packed : Packed
    lengths : (n,) float64
        ‖x‖ of each row.
    spent : (k,) float64
        For each label, the sum over all iterations so far of how far its center and the fastest
        other one have moved. A row may keep its label while ``spent[label] < due``.
    due : (n,) float64, read and overwritten
        −inf makes a row be looked at.
    labels : (n,) int32, read and overwritten

    Returns
    -------
    n_seen : int
        Rows that were looked at.

    References
    ----------
    Hamerly, G. (2010). Making k-means even faster. SDM, 130-140.
    doi 10.1137/1.9781611972801.12. Both bounds of its algorithm 1 are in one number here.
    """
    return core.sparse_assign(
        *given(X, packed.centers), lengths, packed.panel, packed.unit, packed.sq_norms, spent, due,
        labels,
    )  # fmt: skip


def twin_sparse_assign(
    X: Csr, centers: Floats, spent: Doubles, due: Doubles, labels: Labels
) -> int:
    """Do what ``sparse_assign`` does, in NumPy; its deadlines leave nothing to rounding."""
    over = ~(spent[labels] < due)
    for part, sq in sq_distances(X, centers):
        seen = over[part]
        two = np.sort(np.c_[sq, np.full(len(sq), np.inf)], axis=1)[:, :2]
        labels[part][seen] = sq.argmin(axis=1)[seen]
        leeway = np.sqrt(two[:, 1]) - np.sqrt(two[:, 0])
        due[part][seen] = (spent[labels[part]] + leeway)[seen]
    return int(np.count_nonzero(over))


def sparse_sum_stale(
    X: Csr, weight: Doubles | None, labels: Labels, stale: Flags, sums: Doubles
) -> None:
    """Make the sums (k, d) of the centers marked in ``stale`` (k,) anew: Σ w x of their rows."""
    core.sparse_sum_stale(*_rows(X), weight, labels, stale, sums)


def twin_sparse_sum_stale(
    X: Csr, weight: Doubles | None, labels: Labels, stale: Flags, sums: Doubles
) -> None:
    """Do what ``sparse_sum_stale`` does, in NumPy."""
    sums[stale] = 0
    for part, x in blocks(X, 1):
        w = 1.0 if weight is None else weight[part, None]
        np.add.at(sums, labels[part], stale[labels[part], None] * (w * x))


def sparse_sum_moved(
    X: Csr,
    weight: Doubles | None,
    labels: Labels,
    stale: Flags,
    moved: tuple[NDArray[np.int64], Labels],
    sums: Doubles,
) -> None:
    """Bring sums up to date: ``moved`` are rows (m,) and the labels (m,) that they had before.

    The sums of centers marked in ``stale`` (k,) are left as they are.
    """
    core.sparse_sum_moved(*_rows(X), weight, labels, stale, *moved, sums)


def twin_sparse_sum_moved(
    X: Csr,
    weight: Doubles | None,
    labels: Labels,
    stale: Flags,
    moved: tuple[NDArray[np.int64], Labels],
    sums: Doubles,
) -> None:
    """Do what ``sparse_sum_moved`` does, in NumPy."""
    place, before = np.full(X.shape[0], -1), moved[1]
    place[moved[0]] = np.arange(len(before))
    for part, x in blocks(X, 1):
        w = np.ones(len(x)) if weight is None else weight[part]
        at = place[part] >= 0
        change = (w[:, None] * x)[at]
        olds, news = before[place[part][at]], labels[part][at]
        np.add.at(sums, olds, -change * ~stale[olds, None])
        np.add.at(sums, news, change * ~stale[news, None])


def sparse_mean_variance(X: Csr) -> float:
    """Return the mean over the columns of their variance; NaN where it cancels.

    Σ x² − Σ (Σ x)² / n, the first sum over all values, the last over columns. Where less than a
    millionth is left of the first sum, that is not accurate to nine digits, and NaN says so.
    """
    n, d = X.shape
    squares = float(np.sum(sparse_lengths(X) ** 2))
    totals = np.empty((1, d))
    sparse_sum_stale(X, None, np.zeros(n, np.int32), np.ones(1, bool), totals)
    rest = squares - float(np.sum(totals**2)) / n
    return rest / (n * d) if rest > 1e-6 * squares or squares == 0 else math.nan


def _rows(X: Csr) -> tuple[Any, ...]:
    return given(X, X.data)[:-1]
