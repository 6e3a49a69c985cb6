"""The methods that are compared: one small adapter each, over well-kept libraries.

To add one, write a function from a Task to a Found and a line in ``METHODS``. K-medoids is not
here: on tables of numbers it takes groups to be round as K-Means does and says the same, its one
fast library is under the GPL, and where stray rows pull the means, the trimmed K-Means of Covey
leaves them out.
"""

from __future__ import annotations

from covey.explain.algorithms.dbscan import dbscan
from covey.explain.algorithms.hdbscan import hdbscan
from covey.explain.algorithms.hierarchical import average, single, ward
from covey.explain.algorithms.kmeans import bisecting, kmeans
from covey.explain.algorithms.method import Method
from covey.explain.algorithms.mixture import mixture
from covey.explain.algorithms.spectral import spectral

_ALL = 1_000_000  # rows

METHODS: tuple[Method, ...] = (
    Method(
        "kmeans", "K-Means", "round",
        "round groups of like spread, each around its mean; every row belongs to one",
        kmeans, _ALL,
    ),
    Method(
        "ward", "Hierarchical, Ward", "round",
        "compact groups: it merges the two whose union varies least",
        ward, 5_000,
    ),
    Method(
        "average", "Hierarchical, average", "round",
        "groups whose rows are near one another on average",
        average, 5_000,
    ),
    Method(
        "single", "Hierarchical, single", "linked",
        "groups of any shape with a gap between them; a bridge of rows joins two into one",
        single, 5_000,
    ),
    Method(
        "dbscan", "DBSCAN", "dense",
        "dense places of any shape, all of about the same density; the rest is noise",
        dbscan, 50_000,
    ),
    Method(
        "hdbscan", "HDBSCAN", "dense",
        "dense places of any shape and of different densities; the rest is noise",
        hdbscan, 10_000,
    ),
    Method(
        "mixture", "Gaussian mixture", "elliptic",
        "overlapping ellipses; each row belongs to each by some probability",
        mixture, 50_000,
    ),
    Method(
        "spectral", "Spectral", "linked",
        "groups of any shape that few links between neighbors cross",
        spectral, 3_000,
    ),
    Method(
        "bisecting", "Bisecting K-Means", "round",
        "round groups, found by splitting one in two again and again",
        bisecting, _ALL,
    ),
)  # fmt: skip

__all__ = ["METHODS", "Method"]
