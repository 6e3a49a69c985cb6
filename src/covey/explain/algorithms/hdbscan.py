"""HDBSCAN: DBSCAN at every radius, and of all clusters those that last."""

from __future__ import annotations

import numpy as np

from covey.explain.algorithms.method import Found, Task, least_cluster, least_neighbors


def hdbscan(task: Task) -> Found:
    """Keep the clusters that last over the widest range of densities.

    References
    ----------
    R. Campello, D. Moulavi, J. Sander: Density-based clustering based on hierarchical density
    estimates. PAKDD 2013, doi 10.1007/978-3-642-37456-2_14.
    """
    from sklearn.cluster import HDBSCAN

    n = len(task.X)
    least, near = least_cluster(n), least_neighbors(n)
    # its stubs take the default of copy, a word that warns, for its type
    method = HDBSCAN(min_cluster_size=least, min_samples=near, copy=True)  # pyright: ignore[reportArgumentType]
    found = method.fit(task.X)
    return Found(
        found.labels_.astype(np.int64),
        f"clusters of at least {least} rows, {near} neighbors",
    )
