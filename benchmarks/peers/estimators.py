"""Covey, scikit-learn and what wears scikit-learn's face."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.peers.contract import Job, Outcome, Peer, Task


def tasks_of(kmeans: Any, **options: Any) -> dict[str, Task]:
    """Return ``iterate`` and ``fit`` by an estimator with scikit-learn's parameters."""

    def outcome(model: Any) -> Outcome:
        share = getattr(model, "share_computed_", None)
        method = getattr(model, "method_", "")
        return Outcome(np.array(model.cluster_centers_), model.n_iter_, None, method, share)

    def iterate(job: Job) -> Outcome:
        model = kmeans(job.k, init=job.start, n_init=1, max_iter=job.n_iter, tol=0, **options)
        return outcome(model.fit(job.X))

    def fit(job: Job) -> Outcome:
        model = kmeans(job.k, n_init=job.n_init, random_state=job.seed, **options)
        return outcome(model.fit(job.X))

    return {"iterate": iterate, "fit": fit}


def _covey() -> Mapping[str, Task]:
    from covey import KMeans
    from covey.engine import passes
    from covey.engine.seeding import kmeans_plusplus

    def seed(job: Job) -> Outcome:
        rng = np.random.default_rng(job.seed)
        return Outcome(kmeans_plusplus(job.X, job.k, rng=rng)[0])

    def silhouette(job: Job) -> Outcome:
        return Outcome(value=float(passes.silhouettes(job.X, job.labels[None]).mean()))

    return {**tasks_of(KMeans), "seed": seed, "silhouette": silhouette}


def _sklearn() -> Mapping[str, Task]:
    from sklearn.cluster import KMeans, kmeans_plusplus
    from sklearn.metrics import silhouette_score

    def seed(job: Job) -> Outcome:
        return Outcome(kmeans_plusplus(job.X, job.k, random_state=job.seed)[0])

    def silhouette(job: Job) -> Outcome:
        return Outcome(value=float(silhouette_score(job.X, job.labels)))

    return {**tasks_of(KMeans), "seed": seed, "silhouette": silhouette}


def _elkan() -> Mapping[str, Task]:
    from sklearn.cluster import KMeans

    return tasks_of(KMeans, algorithm="elkan")


def _intelex() -> Mapping[str, Task]:
    from onedal.cluster import kmeans_plusplus  # type: ignore[import-not-found]
    from sklearnex.cluster import KMeans  # type: ignore[import-not-found]

    def seed(job: Job) -> Outcome:
        return Outcome(np.array(kmeans_plusplus(job.X, job.k, random_state=job.seed)[0]))

    return {**tasks_of(KMeans), "seed": seed}


PEERS = (
    Peer("Covey", "covey", _covey),
    Peer("scikit-learn", "scikit-learn", _sklearn),
    Peer("scikit-learn Elkan", "scikit-learn", _elkan),
    Peer("scikit-learn-intelex", "scikit-learn-intelex", _intelex),
)
