"""Are the clusters round? Length against width, and how normal the distances to the mean are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.evidence import Finding
from covey.explain.alarm.eyes import SAME, Eyes
from covey.explain.alarm.looking import Checked, Look
from covey.explain.alarm.mixture import principal
from covey.explain.moments import covariance

#: A cluster this many times longer than wide is not round: its longest axis against its middle one.
STRETCHED = 4.0
#: rows from which the shape of a cluster is known, and features up to which it is looked at
LEAST_ROWS, MOST_FEATURES = 50, 200
#: Mardia's kurtosis over that of a normal cluster: above this the distances have heavy tails
HEAVY = 2.0


def elongation(look: Look, eyes: Eyes) -> Checked:
    """Find clusters much longer than wide; good to know only, where another eye sees the same."""
    name = "length of each cluster against its width"
    if not 2 <= look.X.shape[1] <= MOST_FEATURES:
        return Checked(name, "not looked at: one feature, or too many")
    ratio = np.full(look.k, np.nan)
    for label, own in _clusters(look):
        values = np.linalg.eigvalsh(covariance(own))
        middle = float(values[(len(values) - 1) // 2])
        if values[-1] > 0:
            # an axis without any spread is a line: as long as can be told
            ratio[label] = np.sqrt(values[-1] / max(middle, 1e-12 * values[-1]))
    if np.isnan(ratio).all():
        return Checked(name, f"no cluster of {LEAST_ROWS} rows to look at")
    most = float(np.nanmax(ratio))
    told = f"the longest is {min(most, 1000):.1f} times as long as wide"
    long = np.flatnonzero(ratio > STRETCHED)
    if not len(long):
        return Checked(name, told)
    same = eyes.agreeing is not None and eyes.agreeing.as_it_is >= SAME
    found = Finding(
        topic="stretched",
        level="note" if same else "caution",
        seen=f"{look.tell(long)} over {STRETCHED:.0f} times longer than wide (up to "
        f"{min(most, 1000):.1f} times).",
        why="k-means looks for round groups, though it found these long ones whole here."
        if same
        else "k-means looks for round groups, and may have cut long ones across or joined others.",
        todo="See in covey compare whether a Gaussian mixture agrees.",
        sure="likely",
        figure=most,
        clusters=tuple(sorted(int(number) for number in look.numbers[long])),
    )
    return Checked(name, told, (found,))


def normality(look: Look) -> Checked:
    """Find clusters whose rows lie much farther out than those of a normal cluster."""
    name = "tails of each cluster beside a normal one"
    if look.X.shape[1] > MOST_FEATURES:
        return Checked(name, "not looked at: too many features")
    heavy = np.full(look.k, np.nan)
    for label, own in _clusters(look):
        Z = principal(own)
        p = Z.shape[1]
        if p and len(own) > 3 * p:
            squares = np.einsum("ij,jk,ik->i", Z, np.linalg.inv(covariance(Z)), Z)
            heavy[label] = float(np.square(squares).mean()) / (p * (p + 2))
    if np.isnan(heavy).all():
        return Checked(name, "no cluster with rows enough to look at")
    most = float(np.nanmax(heavy))
    told = f"fourth moments up to {most:.1f} times a normal cluster's"
    long = np.flatnonzero(heavy > HEAVY)
    if not len(long):
        return Checked(name, told)
    found = Finding(
        topic="heavy-tails",
        level="note",
        seen=f"{look.tell(long)} heavier in the tails than a normal cluster (fourth moment up to "
        f"{most:.1f} times as large).",
        why="The mean of such a cluster is drawn towards few far rows.",
        todo="Log the features with long tails (--log), or leave far rows out: TrimmedKMeans.",
        sure="likely",
        figure=most,
        clusters=tuple(sorted(int(number) for number in look.numbers[long])),
    )
    return Checked(name, told, (found,))


def _clusters(look: Look) -> list[tuple[int, NDArray[np.float64]]]:
    """Return the rows of each cluster that has enough of them."""
    parts = [(label, look.X[look.labels == label]) for label in range(look.k)]
    return [(label, own) for label, own in parts if len(own) >= LEAST_ROWS]
