"""A palette made better: centers are added where colors are worst told, and the least missed leave.

After Fritzke's breathing k-means, on cells of colors and in whole numbers.

References
----------
Fritzke, B. (2020). Breathing K-means. arXiv:2006.15666
"""

from __future__ import annotations

import numpy as np

from covey.engine import passes
from covey.engine.passes.coloring import MOST_OF_COLOR, Counts, Points, Settled

#: iterations after centers were added, and after some left
_ADDED, _LEFT = 4, 8


def left_over(found: Settled, weight: Counts) -> int:
    """Return Σ w ‖x − c‖²: the inertia."""
    return int((weight * found.sq).sum())


def breathe(x: Points, weight: Counts, found: Settled, rounds: int, fixed: int = 0) -> Settled:
    """Try ``rounds`` times to leave less over; the first ``fixed`` centers stay.

    An eighth of the centers is added at first; half as many after each round that did not help.
    """
    k = len(found.centers)
    n_added, least = max(1, (k - fixed) // 8), left_over(found, weight)
    for _ in range(rounds if k > fixed else 0):
        more = passes.settle_colors(
            x, weight, _with_more(x, weight, found, n_added), fixed=fixed, max_iter=_ADDED
        )
        fewer = without_least(x, weight, more.centers, k, fixed)
        tried = passes.settle_colors(x, weight, fewer, fixed=fixed, max_iter=_LEFT)
        over = left_over(tried, weight)
        if over < least:
            found, least = tried, over
        elif n_added == 1:
            break
        else:
            n_added = (n_added + 1) // 2
    return found


def _with_more(x: Points, weight: Counts, found: Settled, n_added: int) -> Points:
    """Return the centers, and beside those of most error one more each, a deviation away."""
    k = len(found.centers)
    error = np.bincount(found.labels, weight * found.sq, minlength=k)
    worst = np.argsort(-error, kind="stable")[:n_added]
    place = np.full(k, -1)
    place[worst] = np.arange(len(worst))
    near = place[found.labels]
    rows = np.flatnonzero(near >= 0)
    near, mine = near[rows], weight[rows]
    mass = np.maximum(np.bincount(near, mine, minlength=len(worst)), 1)
    gaps = x[rows].astype(np.float64) - found.centers[found.labels[rows]]
    spread = np.stack(
        [np.bincount(near, mine * gap * gap, minlength=len(worst)) for gap in gaps.T], axis=1
    )
    away = np.sqrt(spread / mass[:, None])
    widest = away.argmax(axis=1)
    added = found.centers[worst].astype(np.int32)
    each = np.arange(len(worst))
    added[each, widest] += np.rint(away[each, widest]).astype(np.int32)
    added = np.clip(added, -MOST_OF_COLOR, MOST_OF_COLOR).astype(np.int16)
    return np.concatenate([found.centers, added])


def without_least(x: Points, weight: Counts, centers: Points, k: int, fixed: int = 0) -> Points:
    """Return k of the centers: those leave whose colors would be told nearly as well without."""
    labels, sq, second = passes.nearest_colors(x, centers, second=True)
    missed = np.bincount(labels, weight * (second.astype(np.int64) - sq), minlength=len(centers))
    missed[:fixed] = np.inf
    return centers[np.sort(np.argsort(-missed, kind="stable")[:k])]
