"""The alarm: is k-means the wrong tool here? One question in each file beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.evidence import Finding
from covey.explain.alarm import eyes, outliers, scale, shape, sizes, sparse, tails
from covey.explain.alarm.looking import LEVELS, Checked, Look, look
from covey.explain.wording import listing

Doubles = NDArray[np.float64]

#: what an alarm says, in a few words
_SHORT = {
    "not-round": "groups that another eye sees are missed",
    "scale-dominance": "one feature carries the distance",
    "outlier-cluster": "centers sit on far rows",
    "degenerate": "one cluster holds nearly all rows",
}
#: fewer rows than this say nothing about shape or gaps
LEAST_ROWS = 30


@dataclass(frozen=True)
class Examined:
    """Everything that was looked at."""

    findings: tuple[Finding, ...]  # worst first
    checks: tuple[Checked, ...]
    look: Look
    other: eyes.Seen | None  # groups that k-means misses


def findings(
    X: Doubles,
    labels: NDArray[np.integer],
    k: int,
    *,
    rng: np.random.Generator,
    names: Sequence[str] = (),
    raw: Doubles | None = None,
    called: Sequence[str] = (),
    numbered: Sequence[int] = (),
) -> tuple[Finding, ...]:
    """Return what matters to whoever uses these clusters, worst first; nothing when all is well.

    Parameters
    ----------
    X : (n, d) float64, finite
        What k-means saw. Of more than 1,000 rows that many are looked at, drawn at random.
    labels : (n,) integers, 0 … k − 1
        k-means', every label there.
    k : int
    rng : numpy Generator
    names : d names, optional
        Of the features, for messages.
    raw : (n, d) float64, optional
        The values in the reader's units, where zeros mean none.
    called : k names, optional
        What a reader knows the clusters as, by label.
    numbered : k integers, optional
        Or by which numbers; else they are numbered from 1, largest first.

    Returns
    -------
    tuple of Finding
        Level "alarm": k-means is the wrong tool, or was given the wrong scale.

    Notes
    -----
    O(m² d) for the m rows looked at; about 0.15 s. Neither SciPy nor scikit-learn is imported.
    """
    return examine(
        X, labels, k, rng=rng, names=names, raw=raw, called=called, numbered=numbered
    ).findings


def in_short(found: Sequence[Finding]) -> str:
    """Return what the alarms say in a few words, "" where none rings."""
    topics = dict.fromkeys(one.topic for one in found if one.level == "alarm")
    return listing([_SHORT[topic] for topic in topics]) if topics else ""


def examine(
    X: Doubles,
    labels: NDArray[np.integer],
    k: int,
    *,
    rng: np.random.Generator,
    names: Sequence[str] = (),
    raw: Doubles | None = None,
    called: Sequence[str] = (),
    numbered: Sequence[int] = (),
) -> Examined:
    """Do what ``findings`` does, and return all that was looked at beside them."""
    seen = look(X, labels, k, rng=rng, names=names, raw=raw, called=called, numbered=numbered)
    if len(seen.X) < LEAST_ROWS or not np.ptp(seen.X, axis=0).any():
        why = f"{len(seen.X)} rows" if len(seen.X) < LEAST_ROWS else "rows that are all equal"
        few = Checked("gaps and shapes", f"{why}: too few to tell")
        return _gather(seen, None, (few, sizes.sizes(seen), sparse.duplicates(seen)))
    other = eyes.look_otherwise(seen)
    checks = (
        scale.dominance(seen),
        eyes.not_found(seen, other),
        *other.checks,
        sizes.sizes(seen),
        outliers.pulling(seen, other),
        shape.elongation(seen, other),
        tails.tails(seen),
        sparse.zeros(seen),
        sparse.duplicates(seen),
        sizes.spreads(seen),
        shape.normality(seen),
        sparse.concentration(seen),
    )
    return _gather(seen, other.against, checks)


def _gather(seen: Look, other: eyes.Seen | None, checks: tuple[Checked, ...]) -> Examined:
    found = [one for check in checks for one in check.findings]
    found.sort(key=lambda one: LEVELS.index(one.level))
    return Examined(tuple(found), checks, seen, other if seen.k > 1 else None)
