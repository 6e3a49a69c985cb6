"""mlpack: Lloyd's iterations by trees and by bounds, in double, each row once per pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.peers.contract import Job, Outcome, Peer, Task

ALGORITHMS = {
    "mlpack naive": "naive",
    "mlpack Hamerly": "hamerly",
    "mlpack Elkan": "elkan",
    "mlpack Pelleg-Moore": "pelleg-moore",
    "mlpack dual-tree": "dualtree",
}


def _loader(algorithm: str) -> Callable[[], Mapping[str, Task]]:
    def load() -> Mapping[str, Task]:
        import mlpack  # type: ignore[import-not-found]

        def iterate(job: Job) -> Outcome:
            # The centers can be a buffer that mlpack frees: copied before anything else happens.
            centers = np.array(
                mlpack.kmeans(
                    job.k,
                    job.X,
                    algorithm=algorithm,
                    initial_centroids=job.start,
                    max_iterations=job.n_iter,
                )["centroid"]
            )
            return Outcome(centers, job.n_iter)

        return {"iterate": iterate}

    return load


# Whole fits are left out: its k-means++ gives centers that are several times worse.
PEERS = tuple(
    Peer(name, "mlpack", _loader(algorithm), dtypes=("float64",))
    for name, algorithm in ALGORITHMS.items()
)
