"""Do a few far rows pull the centers? The clusters with and without them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.evidence import Finding
from covey.explain.alarm.density import NEIGHBORS
from covey.explain.alarm.eyes import Eyes
from covey.explain.alarm.looking import Checked, Look, kmeans
from covey.explain.fit import FENCE
from covey.explain.stability import adjusted_rand

#: more lone rows than this are no outliers but a sparse part of the data
MOST_LONE = 0.1
#: agreement of the clusters with and without lone rows, below which they decide the clusters
MOVED = 0.8
#: and this much more than leaving as many other rows out
CLEARLY = 0.1
#: A cluster is one of lone rows when this share of its rows are, and it is no larger than this
MOSTLY, SMALL = 0.5, 0.01


def pulling(look: Look, eyes: Eyes) -> Checked:
    """Leave rows far from all others out, fit again, and see whether the clusters stay."""
    name = "rows far from all others"
    lone = lone_rows(eyes.core)
    n = int(lone.sum())
    if not n or n > MOST_LONE * len(lone):
        return Checked(name, f"{n / len(lone):.1%} of the rows" if n else "none")
    told = f"{n} of {len(lone):,} rows looked at"
    if look.k < 2 or len(np.unique(look.X[~lone], axis=0)) <= look.k:
        return Checked(name, told)
    inside = np.bincount(look.labels, minlength=look.k)
    own = np.bincount(look.labels[lone], minlength=look.k)
    taken = np.flatnonzero((own > MOSTLY * inside) & (look.sizes <= max(SMALL * look.n, NEIGHBORS)))
    kept = _kept(look, lone)
    told += f"; without them the other rows' clusters agree to {kept:.2f}"
    if len(taken):
        return Checked(name, told, (_taken(look, taken, n / len(lone), kept),))
    whole = own > MOSTLY * inside  # sparse clusters that go as a whole pull nothing
    if kept >= MOVED or eyes.blind or whole.any() or _kept(look, _others(lone)) < kept + CLEARLY:
        return Checked(name, told)
    return Checked(name, told, (_moved(n / len(lone), kept),))


def _kept(look: Look, left_out: NDArray[np.bool_]) -> float:
    """Return how the clusters of all rows agree with those made without some of them."""
    stay = ~left_out
    without = kmeans(look.X[stay], look.k, look.rng)
    return max(adjusted_rand(own[stay], without) for own in (look.labels, look.refit(look.k)))


def _others(lone: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return as many other rows, evenly spread: what leaving them out changes is chance."""
    inside = np.flatnonzero(~lone)
    chosen = np.zeros(len(lone), bool)
    chosen[inside[np.linspace(0, len(inside) - 1, int(lone.sum())).astype(np.int64)]] = True
    return chosen


def lone_rows(core: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which rows (m,) are far from all others, by the distance to their tenth neighbor.

    Beyond Tukey's far-out fence of its logarithm, so that groups of unlike density all stay in.
    """
    if len(core) <= NEIGHBORS or core.max(initial=0.0) <= 0:
        return np.zeros(len(core), bool)
    logs = np.log(np.maximum(core, 1e-12 * core.max()))
    first, third = np.quantile(logs, (0.25, 0.75))
    return logs > max(third + FENCE * (third - first), third + np.log(2))


def _taken(look: Look, taken: NDArray[np.integer], share: float, kept: float) -> Finding:
    return Finding(
        topic="outlier-cluster",
        level="alarm" if kept < MOVED else "caution",
        seen=f"{look.tell(taken)} made of rows far from all others ({share:.1%} of the rows); "
        f"without those the clusters of the rest agree with these to {kept:.2f} (1 is the same).",
        why="A center spent on a few far rows is missing where the many are.",
        todo="Look at these rows; log long tails (--log), or leave them out: TrimmedKMeans.",
        sure="likely",
        figure=kept,
        clusters=tuple(sorted(int(number) for number in look.numbers[taken])),
    )


def _moved(share: float, kept: float) -> Finding:
    return Finding(
        topic="outliers-pull",
        level="caution",
        seen=f"Without the {share:.1%} of rows far from all others, the clusters of the rest agree "
        f"with these to {kept:.2f} only (1 is the same).",
        why="A few rows decide where the centers lie: squares give far rows much weight.",
        todo="Look at these rows; log long tails (--log), or leave them out: TrimmedKMeans.",
        sure="likely",
        figure=kept,
    )
