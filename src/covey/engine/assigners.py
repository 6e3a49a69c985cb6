"""What a loop of k-means asks of the rows in each iteration, in several exact ways.

An assigner is told where the centers are; it assigns the rows and says what the rows of each
center add up to. All of them give the labels that ``passes.nearest`` gives.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, Protocol

import numpy as np

from covey.engine import passes
from covey.engine.passes import Csr, Floats, Labels, Watched
from covey.engine.workspace import Workspace
from covey.flow import Partial

#: "auto" picks; the others force one, which tests do
Method = Literal["auto", "plain", "bounded"]

#: Passes between two in which the sums are added up anew, so that what rounding leaves of many
#: changes cannot grow.
_ANEW = 64

#: Rows of so many features are looked at on few axes where these hold most of the spread. Finding
#: the axes and turning costs about a pass of 30 centers.
_MANY_FEATURES, _FEW_CLUSTERS, _MANY_VALUES = 96, 6, 2_000_000
#: Elsewhere bytes rule out centers: rounding costs a sweep, and what a row costs beside its
#: distances must not weigh.
_BYTES_FEATURES, _BYTES_CLUSTERS, _BYTES_WORK = 32, 8, 1 << 24
#: clusters from which they pay for the first pass alone, where axes follow; by bytes of a value
_BYTES_ONCE = {4: 256, 8: 32}
#: Rows looked at, and again in full, as a share of all: beyond, both cost more than they save.
_IN_DOUBT = 1.5


class Assigner(Protocol):
    """Assigns the rows of a workspace to centers that move."""

    labels: Labels  # (m,) int32, of the rows worked on
    method: str  # what Run.method says
    n_computed: int  # distances

    def assign(self, centers: Floats) -> tuple[Partial, int]:
        """Assign to these centers; return sums and weights, and how many labels changed.

        ``Partial.inertia`` may be NaN where nobody needed it on the way.
        """
        ...

    def moved(self, before: Floats, after: Floats) -> float:
        """Hear that the centers have moved; return the sum of the squared movements."""
        ...


class Plain:
    """Every row and every center in every pass."""

    def __init__(self, work: Workspace) -> None:
        self._work = work
        self.labels = np.full(work.X.shape[0], -1, dtype=np.int32)
        self.method = "sparse" if isinstance(work.X, Csr) else "dense"
        self.n_computed = 0

    def assign(self, centers: Floats) -> tuple[Partial, int]:
        """Assign every row."""
        self.n_computed += len(self.labels) * len(centers)
        return passes.lloyd(self._work.X, centers, self._work.weight, self.labels)

    def moved(self, before: Floats, after: Floats) -> float:
        """Return the sum of the squared movements."""
        return float(np.sum((after.astype(np.float64) - before) ** 2))


class Bounded:
    """Rows whose nearest center cannot have changed are left out (Hamerly 2010)."""

    method: str = "bounded"

    def __init__(self, work: Workspace, n_clusters: int) -> None:
        assert not isinstance(work.X, Csr)
        self._work, self._X = work, work.X
        self._watched = Watched.fresh(len(work.X), n_clusters, work.X.shape[1])
        self._n_passes = 0
        self._view = self._second_view = work.bare_view
        self.labels = self._watched.labels
        self.n_computed = 0

    def assign(self, centers: Floats) -> tuple[Partial, int]:
        """Assign the rows that are due."""
        watched, work = self._watched, self._work
        first = self._n_passes % _ANEW == 0
        before = watched.labels.copy() if first and self._n_passes else None
        if first:
            watched.clock = watched.before = 0.0
        if self._n_passes == 0:
            self._sharpen(centers)
        elif self._n_passes == 1:
            self._view = self._second_view
        n_changed, n_computed = passes.review(
            self._X, centers, self._view, work.weight, watched, first=first
        )
        if self._n_passes > 0 and n_computed > _IN_DOUBT * len(self.labels) * len(centers):
            self._view, self.method = work.view, "bounded"
        if before is not None:
            n_changed = int(np.count_nonzero(before != watched.labels))
        self._n_passes += 1
        self.n_computed += n_computed
        return Partial(watched.sums, watched.weights, np.nan), n_changed

    def _sharpen(self, centers: Floats) -> None:
        """Choose how the rows are looked at first: on few axes, in bytes or as floats.

        First centers that are rows are far from any axes: those serve from the second pass on.
        """
        work, (n, d), k = self._work, self._X.shape, len(centers)
        turned = coarse = None
        if d >= _MANY_FEATURES and k >= _FEW_CLUSTERS and n * d >= _MANY_VALUES:
            turned = work.turned_view
        few = _BYTES_CLUSTERS if turned is None else _BYTES_ONCE[self._X.dtype.itemsize]
        if d >= _BYTES_FEATURES and k >= few and n * d * k >= _BYTES_WORK:
            coarse = work.coarse(centers) if passes.bytes_are_quick() else None
        if coarse is not None:
            self._view, self.method = replace(self._view, coarse=coarse), "bounded, by bytes"
        elif turned is None:
            self._view = work.view
        self._second_view = self._view
        if turned is not None:
            self._second_view, self.method = turned, "bounded, on few axes"

    def moved(self, before: Floats, after: Floats) -> float:
        """Let the clock advance by how far they moved."""
        return passes.drift(before, after, self._view.scale, self._watched)


def assigner(work: Workspace, n_clusters: int, method: Method = "auto") -> Assigner:
    """Return the assigner of that name, or the one that should be quickest for these rows."""
    if method == "auto":
        plain = isinstance(work.X, Csr) or n_clusters == 1
        method = "plain" if plain else "bounded"
    return Plain(work) if method == "plain" else Bounded(work, n_clusters)


def in_one_call(work: Workspace, n_clusters: int) -> bool:
    """Tell whether ``passes.run_starts`` does what the assigner would: no axes, bounded."""
    return not isinstance(work.X, Csr) and n_clusters > 1 and work.X.size < _MANY_VALUES
