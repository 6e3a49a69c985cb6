"""K-Means, and bisecting K-Means, by Covey's own engine."""

from __future__ import annotations

import numpy as np

from covey.engine import passes
from covey.engine.alternate import Search
from covey.engine.best import fit_best
from covey.engine.bisecting import fit_bisecting
from covey.explain.algorithms.method import Found, Task

_STARTS = 4


def kmeans(task: Task) -> Found:
    """Keep the best of several starts from k-means++."""
    rng = np.random.default_rng(task.seed)
    run = fit_best(task.X, task.told, rng=rng, n_init=_STARTS)
    return Found(
        run.labels.astype(np.int64),
        f"K={task.told}, best of {_STARTS} starts",
        place=lambda rows: passes.nearest(rows, run.centers)[0].astype(np.int64),
    )


def bisecting(task: Task) -> Found:
    """Split the cluster of most inertia in two until there are K."""
    search = Search(np.random.default_rng(task.seed), n_init=_STARTS)
    run, tree = fit_bisecting(task.X, task.told, "biggest_inertia", search)
    return Found(
        run.labels.astype(np.int64),
        f"K={task.told}, always the cluster of most inertia split in two",
        place=lambda rows: tree.labels(rows).astype(np.int64),
    )
