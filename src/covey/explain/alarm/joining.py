"""Small round pieces joined into normal groups of any spread: starts for a mixture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine.best import fit_best

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

#: pieces that groups are put together from, and how many for each group at least
MOST_PIECES, FOR_EACH = 40, 2


def joined_pieces(Z: Doubles, most: int, rng: np.random.Generator) -> list[Integers]:
    """Return labels (m,) of 1, 2, … ``most`` groups, put together from small round pieces.

    Those two are joined, time and again, whose union loses least likelihood as one normal group.

    Parameters
    ----------
    Z : (m, p) float64
        Rows whose features all have variance 1.

    References
    ----------
    C. Fraley: Algorithms for model-based Gaussian hierarchical clustering. SIAM Journal on
    Scientific Computing 20, 1998, doi 10.1137/S1064827596311451; the criterion for unequal
    covariances.
    """
    m, p = Z.shape
    n_pieces = max(
        min(max(MOST_PIECES, FOR_EACH * most), m // (2 * p + 4), len(np.unique(Z, axis=0))), 1
    )
    labels = fit_best(Z, n_pieces, rng=rng).labels.astype(np.int64)
    pieces = _Pieces(Z, labels, n_pieces)
    levels = [labels.copy()]
    for left in range(n_pieces - 1, 0, -1):
        into, gone = pieces.join_next()
        labels[labels == gone] = into
        if left <= most:
            levels.append(np.unique(labels, return_inverse=True)[1].astype(np.int64))
    return [one for one in levels[::-1] if one.max() < most]


def prior_scatter(p: int, n_groups: int) -> Doubles:
    """Return the scatter (p, p) of a group before any row is seen, so that none collapses.

    References
    ----------
    C. Fraley, A. E. Raftery: Bayesian regularization for normal mixture estimation and
    model-based clustering. Journal of Classification 24, 2007, doi 10.1007/s00357-007-0004-5.
    """
    return np.eye(p) / n_groups ** (2 / p)


class _Pieces:
    """Counts, means and scatter of each piece, and what joining any two of them would lose."""

    def __init__(self, Z: Doubles, labels: Integers, n: int) -> None:
        self.p, self.alive = Z.shape[1], list(range(n))
        self.counts = np.bincount(labels, minlength=n).astype(np.float64)
        sums = np.stack([np.bincount(labels, z, n) for z in Z.T], axis=1)
        self.means = sums / self.counts[:, None]
        off = Z - self.means[labels]
        parts = [off[labels == piece] for piece in range(n)]
        self.scatter = np.stack([np.einsum("ij,ik->jk", one, one) for one in parts])
        self.prior = prior_scatter(self.p, n)
        self.own = self._cost(self.counts, self.scatter)
        self.loss = np.full((n, n), np.inf)  # upper triangle
        for piece in range(n - 1):
            rest = np.arange(piece + 1, n)
            self.loss[piece, rest] = self._losses(piece, rest)

    def join_next(self) -> tuple[int, int]:
        """Join the two that lose least; return the piece that grew and the one that is gone."""
        a, b = divmod(int(np.argmin(self.loss)), len(self.loss))
        counts, scatter = self._union(a, np.array([b]))
        self.means[a] += (self.means[b] - self.means[a]) * (self.counts[b] / counts[0])
        self.counts[a], self.scatter[a] = counts[0], scatter[0]
        self.own[a] = self._cost(counts, scatter)[0]
        self.alive.remove(b)
        self.loss[b], self.loss[:, b] = np.inf, np.inf
        rest = np.array([one for one in self.alive if one != a], np.int64)
        if len(rest):
            self.loss[np.minimum(rest, a), np.maximum(rest, a)] = self._losses(a, rest)
        return a, b

    def _losses(self, a: int, rest: Integers) -> Doubles:
        return self._cost(*self._union(a, rest)) - self.own[a] - self.own[rest]

    def _union(self, a: int, rest: Integers) -> tuple[Doubles, Doubles]:
        counts = self.counts[a] + self.counts[rest]
        gap = self.means[rest] - self.means[a]
        between = np.einsum("bi,bj->bij", gap, gap)
        between *= (self.counts[a] * self.counts[rest] / counts)[:, None, None]
        return counts, self.scatter[a] + self.scatter[rest] + between

    def _cost(self, counts: Doubles, scatter: Doubles) -> Doubles:
        spread = (scatter + self.prior) / (counts + self.p + 2)[:, None, None]
        return counts * np.linalg.slogdet(spread)[1]
