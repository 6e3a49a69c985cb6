"""Measure mini-batches beside Covey's full fit and scikit-learn's mini-batches.

    python benchmarks/minibatch.py                  # all workloads
    python benchmarks/minibatch.py --only normal    # those whose name starts so
    python benchmarks/minibatch.py --seeds 3

Whole fits with default options, one thread, CPU time (which a busy machine disturbs least); the
libraries take turns at each seed. Inertia is a direct sum in double over all rows for the centers
returned, told as the difference from the mean of Covey's full fits. The spread of the full fits
over the seeds tells how much of a difference is luck. Streams take the rows in a random order,
once.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sklearn.cluster
import threadpoolctl

import covey
from covey.engine import passes

Rows = np.ndarray


def normal(rng: np.random.Generator) -> Rows:
    return rng.normal(size=(1_000_000, 5))


def photo(rng: np.random.Generator) -> Rows:
    """Return the pixels of china.jpg, or colors that change as smoothly where it is not here."""
    path = Path(os.environ.get("COVEY_DATA", "")) / "03_images" / "china.jpg"
    if path.is_file():
        from PIL import Image

        return np.asarray(Image.open(path).convert("RGB"), dtype=np.float64).reshape(-1, 3)
    walk = np.cumsum(rng.normal(size=(273_280, 3)), axis=0)
    return np.round(127.5 + 127.5 * np.sin(walk / 40 + rng.normal(size=walk.shape) / 9))


def blobs(rng: np.random.Generator) -> Rows:
    places = 2 * rng.normal(size=(50, 16))
    return places[rng.integers(50, size=200_000)] + rng.normal(size=(200_000, 16))


def mixture(rng: np.random.Generator) -> Rows:
    places = rng.normal(size=(100, 128))
    X = places[rng.integers(100, size=100_000)] + rng.normal(size=(100_000, 128))
    return X.astype("float32")


WORKLOADS: dict[str, tuple[Callable[[np.random.Generator], Rows], int]] = {
    "normal 1,000,000x5 k=8": (normal, 8),
    "photo 273,280x3 k=16": (photo, 16),
    "photo 273,280x3 k=64": (photo, 64),
    "blobs 200,000x16 k=50": (blobs, 50),
    "mixture 100,000x128 k=100 float32": (mixture, 100),
}


def stream(model: Any, X: Rows, size: int) -> Any:
    """Feed the rows in batches."""
    for begin in range(0, len(X) - size + 1, size):
        model.partial_fit(X[begin : begin + size])
    return model


def ways(k: int, seed: int) -> dict[str, Callable[[Rows], Any]]:
    """Return how to fit: name -> rows -> estimator."""
    ours, theirs = covey.MiniBatchKMeans, sklearn.cluster.MiniBatchKMeans
    options = {"n_clusters": k, "random_state": seed}
    found: dict[str, Callable[[Rows], Any]] = {
        "covey full": covey.KMeans(**options).fit,
        "covey mini-batch": ours(**options).fit,
        "sklearn mini-batch": theirs(**options).fit,
    }
    for size in (1024, 10_000):
        for name, kind in (("covey", ours), ("sklearn", theirs)):
            model = kind(compute_labels=False, **options)
            found[f"{name} stream {size}"] = lambda X, m=model, s=size: stream(m, X, s)
    return found


def measure(X: Rows, k: int, seeds: int) -> dict[str, np.ndarray]:
    """Return CPU seconds and inertia (seeds, 2) of each way to fit."""
    shuffled = X[np.random.default_rng(1).permutation(len(X))]
    found: dict[str, list[tuple[float, float]]] = {}
    for seed in range(seeds):
        for name, fit in ways(k, seed).items():
            rows = shuffled if "stream" in name else X
            begun = time.process_time()
            centers = fit(rows).cluster_centers_
            spent = time.process_time() - begun
            _, sq_distance = passes.nearest(X, np.ascontiguousarray(centers, dtype=X.dtype))
            found.setdefault(name, []).append((spent, float(sq_distance.sum())))
    return {name: np.array(pairs) for name, pairs in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="workloads whose name starts so")
    parser.add_argument("--seeds", type=int, default=10)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    passes.set_threads(1)
    with threadpoolctl.threadpool_limits(1):
        for title, (make, k) in WORKLOADS.items():
            if not title.startswith(given.only):
                continue
            found = measure(make(np.random.default_rng(12345)), k, given.seeds)
            full = found["covey full"]
            print(f"{title}\n{'':20} CPU ms  faster  inertia: mean     least      most")
            for name, pairs in found.items():
                spent = np.median(pairs[:, 0])
                over = 100 * (pairs[:, 1] / full[:, 1].mean() - 1)
                print(
                    f"{name:20} {1e3 * spent:6.0f} {np.median(full[:, 0]) / spent:6.1f}x "
                    f"{over.mean():+13.2f} % {over.min():+7.2f} % {over.max():+7.2f} %",
                    flush=True,
                )


if __name__ == "__main__":
    main()
