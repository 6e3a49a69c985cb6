"""Optimal k-means of one feature, by dynamic programming."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.peers.contract import Job, Outcome, Peer, Task


def _kmeans1d() -> Mapping[str, Task]:
    import kmeans1d  # type: ignore[import-not-found]

    def fit(job: Job) -> Outcome:
        return Outcome(np.array(kmeans1d.cluster(job.X.ravel(), job.k).centroids)[:, None])

    return {"fit": fit}


def _ckwrap() -> Mapping[str, Task]:
    import ckwrap  # type: ignore[import-not-found]

    def fit(job: Job) -> Outcome:
        return Outcome(np.array(ckwrap.ckmeans(job.X.ravel(), job.k).centers)[:, None])

    return {"fit": fit}


NOTE = "makes doubles of what it gets"
PEERS = (
    Peer("kmeans1d", "kmeans1d", _kmeans1d, note=NOTE),
    Peer("ckwrap", "ckwrap", _ckwrap, note=NOTE),
)
