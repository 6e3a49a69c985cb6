"""One feature that carries the distance: the clusters are then made by the scale."""

from __future__ import annotations

import numpy as np

from covey.evidence import Finding
from covey.explain.alarm.looking import Checked, Look, kmeans
from covey.explain.stability import adjusted_rand
from covey.explain.wording import plain

#: share of all squared distance from which a feature decides alone
DOMINANT = 0.9
#: agreement with the clusters of standardised features, below which the scale made the clusters
MADE_BY_SCALE = 0.7


def dominance(look: Look) -> Checked:
    """Find a feature that carries nearly all of the squared distance."""
    name = "share of the distance that one feature carries"
    X = look.X
    variance = X.var(axis=0)
    total = float(variance.sum())
    if X.shape[1] < 2 or total <= 0:
        return Checked(name, "one feature" if X.shape[1] < 2 else "rows are all equal")
    j = int(np.argmax(variance))
    share = float(variance[j] / total)
    told = f"{plain(look.names[j])} carries {share:.1%}"
    if share < DOMINANT or look.k < 2:
        return Checked(name, told)
    spread = np.sqrt(variance)
    differs = spread > 1e-12 * float(spread.max())
    standard = np.ascontiguousarray((X - X.mean(axis=0))[:, differs] / spread[differs])
    agree = adjusted_rand(look.labels, kmeans(standard, look.k, look.rng))
    told += f"; on one scale the clusters agree with these to {agree:.2f}"
    others = "the other feature" if X.shape[1] == 2 else f"the other {X.shape[1] - 1} features"
    made = agree < MADE_BY_SCALE
    found = Finding(
        topic="scale-dominance",
        level="alarm" if made else "note",
        seen=f"{plain(look.names[j])} carries {share:.1%} of the squared distance; with all "
        f"features on one scale the clusters agree with these to {agree:.2f} (1 is the same).",
        why=f"The clusters are bands of {plain(look.names[j])}; {others} hardly count, and "
        "a good silhouette only says that one feature is easily cut."
        if made
        else "The largest numbers decide, though here the others would give the same clusters.",
        todo="Use --scale standard (scale='standard'), unless all features are in one unit that "
        "means the same in each.",
        sure="likely" if made else "certain",
        figure=share,
    )
    return Checked(name, told, (found,))
