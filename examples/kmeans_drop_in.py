"""Code written for scikit-learn runs with the import changed."""

from __future__ import annotations

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from covey import KMeans, MiniBatchKMeans  # was: from sklearn.cluster import …


def main() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 5)) + rng.integers(0, 4, size=(3000, 1)) * 6

    pipeline = make_pipeline(StandardScaler(), KMeans(n_clusters=4, random_state=0))
    labels = pipeline.fit_predict(X)
    print("rows in each cluster:", np.bincount(labels))
    print("inertia:", round(float(pipeline[-1].inertia_), 1))

    stream = MiniBatchKMeans(n_clusters=4, random_state=0)
    for batch in np.array_split(X, 10):
        stream.partial_fit(batch)
    print("centers from a stream:", stream.cluster_centers_.shape)


if __name__ == "__main__":
    main()
