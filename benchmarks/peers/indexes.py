"""Libraries that cluster vectors to index them: faiss and superkmeans. Single precision only."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.peers.contract import Job, Outcome, Peer, Task

NO_START = "takes no first centers, so its iterations start from rows of its own choice"
ROUNDS = 25  # of a whole fit: faiss' own default, since it has no rule to stop


def _library() -> Any:
    """Import faiss, whose names are made at run time: no type checker knows them."""
    return importlib.import_module("faiss")


def _faiss() -> Mapping[str, Task]:
    faiss = _library()

    def train(job: Job, n_iter: int, start: np.ndarray | None) -> Outcome:
        model = faiss.Kmeans(
            job.X.shape[1], job.k, niter=n_iter, nredo=job.n_init, seed=job.seed, spherical=False,
            init_method=faiss.ClusteringInitMethod_KMEANS_PLUS_PLUS,
            min_points_per_centroid=1, max_points_per_centroid=len(job.X),  # no subsample
        )  # fmt: skip
        model.train(job.X, init_centroids=start)
        return Outcome(np.array(model.centroids), n_iter)

    def seed(job: Job) -> Outcome:
        draw = faiss.ClusteringInitialization(job.X.shape[1], job.k)
        draw.method, draw.seed = faiss.ClusteringInitMethod_KMEANS_PLUS_PLUS, job.seed
        centers = np.empty((job.k, job.X.shape[1]), dtype=np.float32)
        draw.init_centroids(len(job.X), faiss.swig_ptr(job.X), faiss.swig_ptr(centers))
        return Outcome(centers)

    return {
        "iterate": lambda job: train(job, job.n_iter, job.start),
        "fit": lambda job: train(job, ROUNDS, None),
        "seed": seed,
    }


def _faiss_super() -> Mapping[str, Task]:
    faiss = _library()

    kmeans = faiss.SuperKmeans  # AttributeError: this faiss is too old to have it

    def iterate(job: Job) -> Outcome:
        model = kmeans(
            job.X.shape[1], job.k, niter=job.n_iter, seed=1, max_points_per_centroid=len(job.X)
        )
        model.train(job.X)
        return Outcome(np.array(model.centroids), job.n_iter)

    return {"iterate": iterate}


def _faiss_line() -> Mapping[str, Task]:
    faiss = _library()

    def fit(job: Job) -> Outcome:
        centers = np.empty((job.k, 1), dtype=np.float32)
        values = faiss.swig_ptr(job.X)
        faiss.kmeans1d(values, len(job.X), job.k, faiss.swig_ptr(centers))
        return Outcome(centers)

    return {"fit": fit}


def _superkmeans() -> Mapping[str, Task]:
    from superkmeans import SuperKMeans  # type: ignore[import-not-found]

    def iterate(job: Job) -> Outcome:
        model = SuperKMeans(
            job.k, job.X.shape[1], hierarchical=False, iters=job.n_iter, sampling_fraction=1.0,
            max_points_per_cluster=len(job.X), early_termination=False, seed=1,
        )  # fmt: skip
        return Outcome(np.array(model.train(job.X)), job.n_iter)

    return {"iterate": iterate}


SINGLE = ("float32",)
PEERS = (
    Peer("faiss", "faiss-cpu", _faiss, dtypes=SINGLE, note=f"whole fits: {ROUNDS} iterations "
         "from each start; seeding with one candidate a center (not greedy)"),
    Peer("faiss SuperKMeans", "faiss-cpu", _faiss_super, exact=False, dtypes=SINGLE,
         note="prunes by a statistical test; " + NO_START),
    Peer("superkmeans", "superkmeans", _superkmeans, exact=False, dtypes=SINGLE,
         note="prunes by a statistical test; " + NO_START),
    Peer("faiss 1-D", "faiss-cpu", _faiss_line, dtypes=SINGLE),
)  # fmt: skip
