"""k-means for several K over the same rows, each K helped by its neighbors.

Upwards, a K starts from its own first centers and from those of K − 1 with the row farthest from
them; downwards, from those of K + 1 with the two merged that cost least. So a group that was
missed at one K is found as soon as any other K found it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.best import fit_best
from covey.engine.lloyd import lloyd
from covey.engine.scores import Groups, calinski_harabasz, davies_bouldin
from covey.engine.workspace import Workspace
from covey.evidence import KFacts
from covey.explain.criteria import bic
from covey.flow import Run
from covey.random import children

Doubles = NDArray[np.float64]
#: Called with what is being done and the share of it that is done, 0 … 1.
OnProgress = Callable[[str, float], None]

#: Exact silhouettes cost n² (d + 8) steps; this many (60,000 rows of 4 features) take about a
#: second. Beyond, a sample of rows is scored, each against all rows, at a quarter of the cost.
MOST_STEPS = 60_000**2 * 12
LEAST_SAMPLE = 1000
#: two inertias that differ by less are one: which of two equal runs is kept must not depend on
#: rounding
_ROUNDING = 1e-12


class SeveralK:
    """Runs for several K, and their silhouettes.

    Attributes
    ----------
    runs : dict
        K -> its run.
    rows : (m,) int64, or None for all
        The rows whose silhouettes are computed.
    silhouettes : dict
        K -> (m,) float64.
    """

    def __init__(
        self,
        X: Doubles,
        *,
        rng: np.random.Generator,
        n_init: int = 1,
        weight: Doubles | None = None,
        init: str = "k-means++",
    ) -> None:
        self.X, self.weight, self.n_init, self.init = X, weight, n_init, init
        sampling, self._rng = children(rng, 2)
        self.work = Workspace(X, weight)
        self.rows = rows_to_score(X, sampling)
        self.runs: dict[int, Run] = {}
        self.silhouettes: dict[int, Doubles] = {}
        self._facts: dict[int, KFacts] = {}

    def fit(self, ks: Iterable[int], heard: Callable[[int], object] = lambda _k: None) -> None:
        """Run k-means for more K, and again for those that these help."""
        new = sorted(set(ks) - set(self.runs))
        for k, stream in zip(new, children(self._rng, len(new)), strict=True):
            heard(k)
            self.runs[k] = fit_best(self.work, k, rng=stream, init=self.init, n_init=self.n_init)
        if not new:
            return
        fresh = set(new)
        for k in new:
            self._upwards(k, fresh)
        for k in sorted(self.runs, reverse=True):
            if k + 1 in fresh and k > 1:
                self._try(k, self._one_fewer(self.runs[k + 1]), fresh)
        for k in sorted(self.runs):
            if k - 1 in fresh and self.runs[k - 1].inertia < self.runs[k].inertia:
                self._upwards(k, fresh)

    def _upwards(self, k: int, fresh: set[int]) -> None:
        """Start from the centers of K − 1 and the row farthest from them: inertia never rises."""
        if k - 1 in self.runs:
            self._try(k, self._one_more(self.runs[k - 1]), fresh)

    def _try(self, k: int, start: Doubles, fresh: set[int]) -> None:
        """Keep the run from these centers where it is better than the one there is."""
        run = lloyd(self.work, start, tol=1e-4 * self.work.mean_variance)
        if run.inertia < self.runs[k].inertia * (1 - _ROUNDING):
            self.runs[k] = run
            fresh.add(k)
            self.silhouettes.pop(k, None)
            self._facts.pop(k, None)

    def _one_more(self, fewer: Run) -> Doubles:
        off = self.X - fewer.centers[fewer.labels]
        away = np.einsum("ij,ij->i", off, off)
        if self.weight is not None:
            away = np.where(self.weight > 0, away, -1.0)
        return np.vstack([fewer.centers, self.X[int(np.argmax(away))]])

    def _one_fewer(self, more: Run) -> Doubles:
        """Merge the two clusters whose merging adds least inertia (Ward's criterion)."""
        centers = more.centers
        mass = np.bincount(more.labels, self.weight, minlength=len(centers)).astype(np.float64)
        both = np.maximum(mass[:, None] + mass, 1e-300)
        cost = mass[:, None] * mass / both * passes.distances(centers, centers) ** 2
        np.fill_diagonal(cost, np.inf)
        i, j = sorted(divmod(int(np.argmin(cost)), len(centers)))
        share = mass[j] / both[i, j]
        merged = np.delete(centers, j, axis=0)
        merged[i] = (1 - share) * centers[i] + share * centers[j]
        return merged

    def score(self) -> None:
        """Compute the silhouettes that are not known yet, those of all K in one pass."""
        missing = [k for k in sorted(self.runs) if k > 1 and k not in self.silhouettes]
        if not missing:
            return
        labels = np.ascontiguousarray(np.stack([self.runs[k].labels for k in missing]), np.int32)
        found = passes.silhouettes(self.X, labels, self.rows)
        self.silhouettes.update(zip(missing, found, strict=True))

    def facts(self) -> tuple[KFacts, ...]:
        """Return what is known of each K, ascending; gap and stability are not."""
        self.score()
        for k in self.runs:
            if k not in self._facts:
                self._facts[k] = self._judge(k)
        return tuple(self._facts[k] for k in sorted(self._facts))

    def _judge(self, k: int) -> KFacts:
        run, n = self.runs[k], len(self.X)
        total = self.runs[1].inertia if 1 in self.runs else math.nan
        sizes = np.sort(np.bincount(run.labels, minlength=k))[::-1]
        mean, error = mean_and_error(self.silhouettes.get(k), n)
        within, between = math.nan, math.nan
        if k > 1:
            groups = Groups.of(self.X, _filled(run.labels, k))
            if len(groups.sizes) > 1:
                between, within = calinski_harabasz(groups), davies_bouldin(groups)
        unknown = math.nan
        return KFacts(
            k=k,
            inertia=run.inertia,
            explained=1 - run.inertia / total if total > 0 else 0.0,
            silhouette=mean,
            silhouette_error=error,
            cloud=unknown,
            calinski_harabasz=between,
            davies_bouldin=within,
            bic=bic(run.inertia, sizes, self.X.shape[1], spread=total),
            gap=unknown,
            gap_error=unknown,
            gap_pca=unknown,
            gap_pca_error=unknown,
            stability=unknown,
            cluster_stability=(),
            sizes=tuple(int(size) for size in sizes),
        )


def _filled(labels: NDArray[np.int32], k: int) -> NDArray[np.int32]:
    """Return labels without gaps: with rows of no weight a cluster may have none at all."""
    if np.bincount(labels, minlength=k).all():
        return labels
    return np.unique(labels, return_inverse=True)[1].astype(np.int32)


def rows_to_score(X: Doubles, rng: np.random.Generator) -> NDArray[np.int64] | None:
    """Return the rows whose silhouettes are computed; None for all of them."""
    n, d = X.shape
    if n * n * (d + 8) <= MOST_STEPS:
        return None
    m = max(LEAST_SAMPLE, MOST_STEPS // 4 // (n * (d + 8)))
    return np.sort(rng.choice(n, min(m, n), replace=False, shuffle=False)).astype(np.int64)


def mean_and_error(row_scores: Doubles | None, n: int) -> tuple[float, float]:
    """Return the mean of silhouettes and its standard error: 0 where all n rows were scored."""
    if row_scores is None:
        return math.nan, 0.0
    m, error = len(row_scores), 0.0
    if m < n:
        error = float(row_scores.std(ddof=1)) / math.sqrt(m) * math.sqrt(1 - m / n)
    return float(row_scores.mean()), error
