"""Do groups fall apart again? Each is divided in two, and measured against a cloud of its shape.

Criteria of a whole division like coarse ones: of two far groups, one of which is three, they see
two. A look inside each group sees the three.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.best import fit_best
from covey.explain.reference import structureless
from covey.random import children

#: A half must have this share of the group's rows, and so many of them; less are outliers (of 120
#: rows among noise, k-means splits off 2 … 8 %, of groups that are two, 12 % and more, even where
#: one is 20 times the other).
LEAST_HALF, FEWEST_IN_HALF = 0.10, 10
#: The silhouette of the halves must be this much above that of a cloud of the same shape: round
#: groups reach 0.06, groups that are two 0.12 … 0.45. And it must speak of a structure at all:
#: Kaufman and Rousseeuw's reading (Finding Groups in Data, 1990, table 2.4).
ABOVE, FAIR = 0.08, 0.25
#: Rows for each feature below which the shape of a group, and so its cloud, is not known: in 32
#: features, halves of 64 rows stand out by 0.1 … 0.5 where nothing is.
PER_FEATURE = 3
#: Rows of a group below which halves say nothing, and above which a sample of them is divided.
FEWEST, MOST = 2 * FEWEST_IN_HALF, 1000


def falls_apart(
    X: NDArray[np.float64], labels: NDArray[np.int32], k: int, *, rng: np.random.Generator
) -> list[int]:
    """Return the labels of the groups that are two rather than one.

    Parameters
    ----------
    X : (n, d) float64
    labels : (n,) int32, 0 … k − 1
    """
    streams = children(rng, k)
    order = np.argsort(labels, kind="stable")
    ends = np.cumsum(np.bincount(labels, minlength=k))
    parts = np.split(order, ends[:-1])
    return [label for label in range(k) if _is_two(X, parts[label], streams[label])]


def _is_two(X: NDArray[np.float64], rows: NDArray[np.intp], rng: np.random.Generator) -> bool:
    if len(rows) < max(FEWEST, PER_FEATURE * X.shape[1]):
        return False
    if len(rows) > MOST:
        rows = np.sort(rng.choice(rows, MOST, replace=False, shuffle=False))
    part = np.ascontiguousarray(X[rows])
    if (part == part[0]).all():
        return False
    run = fit_best(part, 2, rng=rng, n_init=4)
    smaller = int(np.bincount(run.labels, minlength=2).min())
    if smaller < max(LEAST_HALF * len(rows), FEWEST_IN_HALF):
        return False
    silhouette = float(passes.silhouettes(part, run.labels[None], None).mean())
    if silhouette < FAIR:
        return False
    cloud, give = structureless(part, 2, rng=rng)
    return silhouette > cloud + max(ABOVE, 2 * give)
