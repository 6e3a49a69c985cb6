"""Five problems that plain k-means does not solve, and the kind of k-means for each."""

from __future__ import annotations

import numpy as np

from covey import (
    BisectingKMeans,
    ConstrainedKMeans,
    MissingKMeans,
    SphericalKMeans,
    TrimmedKMeans,
)


def pure(labels: np.ndarray, truth: np.ndarray) -> bool:
    """Tell whether labels and truth part the rows in the same way."""
    return len(set(zip(labels, truth, strict=True))) == len(set(truth)) == len(set(labels))


def main() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(120) % 3
    X = np.array([[0.0, 0, 0, 0], [9, 0, 9, 0], [0, 9, 9, 9]])[truth] + rng.normal(size=(120, 4))

    # A hierarchy: the eight lie within the two.
    tree = BisectingKMeans(n_clusters=8, random_state=0).fit(X)
    print(f"bisecting: {len(tree.cluster_centers_)} leaves, inertia {tree.inertia_:.0f}")

    # Only the mix of words counts, not the length of the text.
    words = rng.poisson(np.array([[9, 1, 1], [1, 9, 1], [1, 1, 9]])[truth] * 5.0)
    lengths = rng.integers(1, 50, size=(120, 1))
    topics = SphericalKMeans(n_clusters=3, n_init=5, random_state=0).fit(words * lengths)
    print("spherical: topics found", pure(topics.labels_, truth))

    # Three tours of forty stops each, whatever the map looks like.
    stops = rng.lognormal(size=(120, 2))
    tours = ConstrainedKMeans(n_clusters=3, size_min=40, size_max=40, random_state=0).fit(stops)
    print("constrained: sizes", np.bincount(tours.labels_).tolist())

    # A tenth of the readings is broken.
    readings = X.copy()
    readings[:12] = rng.uniform(-500, 500, size=(12, 4))
    robust = TrimmedKMeans(n_clusters=3, trim=0.1, random_state=0).fit(readings)
    out = np.flatnonzero(robust.labels_ == -1)
    print(f"trimmed: {len(out)} rows left out, the broken ones: {set(out) == set(range(12))}")

    # Two questions in ten were not answered.
    answers = np.where(rng.random(X.shape) < 0.2, np.nan, X)
    answers = answers[~np.isnan(answers).all(axis=1)]
    groups = MissingKMeans(n_clusters=3, n_init=5, random_state=0).fit(answers)
    print("missing: groups found", np.bincount(groups.labels_).tolist())


if __name__ == "__main__":
    main()
