"""Do other eyes see the groups that k-means sees? Density and normal groups beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.evidence import Finding
from covey.explain.alarm.density import RATIOS, Dense, dense_groups, least_rows, spanning_tree
from covey.explain.alarm.looking import Checked, Look
from covey.explain.alarm.mixture import Mixture, best_mixture, mixture_of
from covey.explain.stability import adjusted_rand

Integers = NDArray[np.int64]

#: Adjusted Rand indices from which two labelings are the same, and below which they are not;
#: every row has its place in a mixture, so that less than 0.82 is enough there.
SAME, OTHER, OTHER_SHAPE = 0.9, 0.7, 0.82
#: Gaps this wide do not come by chance (see ``density.RATIOS``). Wide gaps alone may part a few of
#: many groups only.
SURE_GAP, FINE_GAP = 1.25, 1.35
#: Nor do these, where they part nearly all rows into groups that are all a large share of them: on
#: 500 clouds of five kinds none did. Other narrow ones count only where k-means finds the same.
LARGE_GAP, LARGE, LARGE_NOISE = 1.2, 0.1, 0.2
#: agreement of normal groups with those of another fit, for them to speak against k-means
BACK = 0.75
#: times the groups that there seem to be: more are pieces
MANY_PIECES = 2
#: most rows in gaps, for groups to speak against k-means and for it
MOST_NOISE, LITTLE_NOISE = 0.5, 0.3
#: Gaps that hold more rows are thin places, as there are between normal groups that overlap: as
#: many as the gaps part, or so many more at most.
THIN, MORE = 0.12, 3
#: most overlap of normal groups that speak against k-means and for it, and least gain per row
MOST_OVERLAP, LITTLE_OVERLAP, LEAST_GAIN = 0.015, 0.01, 0.1


@dataclass(frozen=True)
class Seen:
    """Groups as another eye sees them, and how k-means agrees with them."""

    eye: str
    how: str  # in words, with the figure
    labels: Integers  # (m,) from 0; −1: in no group
    n_groups: int
    as_it_is: float  # adjusted Rand index with k-means' labels
    with_as_many: float  # and with those of k-means at this number of groups

    @property
    def best(self) -> float:
        """The better of both agreements."""
        return max(self.as_it_is, self.with_as_many)


#: groups parted by gaps, and how k-means agrees with them
Gaps = tuple[Dense, Seen]


@dataclass(frozen=True)
class Eyes:
    """What the eyes saw."""

    against: Seen | None  # groups that k-means does not find
    agreeing: Seen | None  # groups that it finds, with as many clusters
    blind: bool  # no eye saw more than one group
    core: NDArray[np.float64]  # (m,) distance to the tenth neighbor
    checks: tuple[Checked, ...]


def look_otherwise(look: Look) -> Eyes:
    """Look for groups by density and by shape, and compare them with k-means' clusters.

    k-means is given two chances: its labels as they are, and a fit with as many clusters as the
    eye sees groups. An eye that sees what k-means sees overrules the other one.
    """
    tree = spanning_tree(look.X)
    least = least_rows(len(look.X), look.k)
    dense = [one for one in (dense_groups(tree, r, least) for r in RATIOS) if one.n_groups > 1]
    gaps = [(one, _seen_dense(look, one)) for one in dense]
    mixture = best_mixture(look.X, look.k, look.rng)
    shapes = _seen_mixture(look, mixture) if mixture.n_groups > 1 else None
    agreeing = _agreeing(look, gaps, shapes, mixture)
    against = None if agreeing else _against(gaps, shapes, mixture)
    if against is shapes is not None and not _come_back(look, mixture):
        against = None
    if against is not None and _round_apart(look, mixture):
        against = None
    sure = [pair for pair in gaps if _is_sure(pair[0])]
    checks = (
        Checked("gaps in density", _told_gaps(sure)),
        Checked("normal groups of any shape", shapes.how if shapes else "one group only"),
    )
    return Eyes(against, agreeing, not sure and shapes is None, tree.core, checks)


def _agreeing(look: Look, gaps: list[Gaps], shapes: Seen | None, mixture: Mixture) -> Seen | None:
    """Return what an eye sees as k-means does."""
    lasting = _lasting([pair for pair in gaps if _is_sure(pair[0])])
    for dense, seen in gaps:
        # many pieces are agreed with by as many clusters, as bends are cut into pieces by both
        fine = dense.ratio <= FINE_GAP and dense.n_groups <= MANY_PIECES * max(look.k, lasting)
        close = fine or dense.n_groups == lasting
        if close and dense.noise <= LITTLE_NOISE and seen.best >= SAME:
            return seen
    sure = [seen.n_groups for dense, seen in gaps if _is_sure(dense)]
    apart = mixture.overlap < LITTLE_OVERLAP
    if shapes is not None and apart and shapes.best >= SAME:
        return shapes if shapes.n_groups >= max(sure[:1], default=0) else None
    return None


def _against(gaps: list[Gaps], shapes: Seen | None, mixture: Mixture) -> Seen | None:
    """Return what an eye sees otherwise: by gaps, the number of groups that lasts longest.

    Thin places do not count as gaps where normal groups that overlap explain them.
    """
    apart = mixture.overlap < MOST_OVERLAP and mixture.gain > LEAST_GAIN
    missed = shapes if shapes is not None and apart and shapes.best < OTHER_SHAPE else None
    otherwise = [
        (dense, seen)
        for dense, seen in gaps
        if _is_sure(dense)
        and seen.best < OTHER
        and dense.noise <= MOST_NOISE
        and (dense.noise <= THIN or missed or not 0 <= mixture.n_groups - dense.n_groups <= MORE)
    ]
    if not otherwise:
        return missed
    longest = _lasting(otherwise)
    return next(seen for dense, seen in otherwise if dense.n_groups == longest)


def _is_sure(dense: Dense) -> bool:
    """Tell whether gaps are too wide to come by chance, or part too much."""
    if dense.ratio >= SURE_GAP or dense.ratio < LARGE_GAP or dense.noise > LARGE_NOISE:
        return dense.ratio >= SURE_GAP
    return np.bincount(dense.labels[dense.labels >= 0]).min() >= LARGE * len(dense.labels)


def _come_back(look: Look, mixture: Mixture) -> bool:
    """Tell whether another fit finds the same normal groups: those that it does not are chance."""
    again = best_mixture(look.X, look.k, look.rng)
    return adjusted_rand(again.labels, mixture.labels) >= BACK


def _round_apart(look: Look, mixture: Mixture) -> bool:
    """Tell whether k-means' own clusters are normal groups of one spread, apart, that fit better.

    The eyes may see several such groups as one where there are few rows for many dimensions.
    """
    own = mixture_of(look.X, look.labels)
    if own is None or own.overlap >= LITTLE_OVERLAP or own.icl >= mixture.icl:
        return False
    return adjusted_rand(own.labels, look.labels) >= SAME


def _lasting(gaps: list[Gaps]) -> int:
    """Return the number of groups that stays over the longest range of ratios; 0 of none."""
    lasts: dict[int, float] = {}
    for dense, _ in gaps:
        lasts[dense.n_groups] = lasts.get(dense.n_groups, 0.0) + _step(dense.ratio)
    return max(lasts, key=lambda n_groups: (lasts[n_groups], -n_groups), default=0)


def _step(ratio: float) -> float:
    """Return how far it is, in logarithms, from a ratio to the next one tried."""
    place = min(RATIOS.index(ratio), len(RATIOS) - 2)
    return float(np.log(RATIOS[place + 1] / RATIOS[place]))


def _seen_dense(look: Look, dense: Dense) -> Seen:
    noise = f"; {dense.noise:.0%} of the rows lie in the gaps" if dense.noise >= 0.005 else ""
    how = (
        f"{dense.n_groups} groups with gaps at least {dense.ratio:g} times as wide as rows are "
        f"apart inside{noise}"
    )
    return Seen("density", how, dense.labels, dense.n_groups, *look.agreement(dense.labels))


def _seen_mixture(look: Look, mixture: Mixture) -> Seen:
    how = (
        f"{mixture.n_groups} normal groups, each with its own spread in every direction, "
        f"{mixture.overlap:.1%} of the rows between two"
    )
    return Seen("shape", how, mixture.labels, mixture.n_groups, *look.agreement(mixture.labels))


def _told_gaps(sure: list[Gaps]) -> str:
    """Tell of the number of groups that lasts longest."""
    lasting = _lasting(sure)
    told = [seen.how for dense, seen in sure if dense.n_groups == lasting]
    return told[-1] if told else "none that part groups"


# ---------------------------------------------------------------- findings


def not_found(look: Look, eyes: Eyes) -> Checked:
    """Say whether k-means misses the groups that other eyes see, or has another number of them."""
    if look.k < 2:
        return Checked("agreement with other eyes", "one cluster: nothing to compare")
    if eyes.against is not None:
        told = _agreement(look, eyes.against)
        return Checked("agreement with other eyes", told, (_not_round(look, eyes.against),))
    if eyes.agreeing is not None:
        told = _agreement(look, eyes.agreeing)
        other = eyes.agreeing.as_it_is < OTHER and eyes.agreeing.n_groups != look.k
        found = (_other_k(look, eyes.agreeing),) if other else ()
        return Checked("agreement with other eyes", told, found)
    if eyes.blind:
        return Checked("agreement with other eyes", "they see one group", (_one_blob(look),))
    return Checked("agreement with other eyes", "they see no groups clearly enough to compare")


def _agreement(look: Look, seen: Seen) -> str:
    again = ""
    if seen.n_groups != look.k:
        again = f", and to {seen.with_as_many:.2f} with K={seen.n_groups}"
    return (
        f"k-means with K={look.k} agrees to {seen.as_it_is:.2f} with the {seen.n_groups} groups "
        f"seen by {seen.eye}{again} (adjusted Rand index; 1 is the same)"
    )


def _not_round(look: Look, seen: Seen) -> Finding:
    by = {
        "density": "Groups parted by gaps of any shape are cut or joined where a straight border "
        "between centers does not follow the gap.",
        "shape": "Groups that are long, or much wider than their neighbors, are cut, or lose rows "
        "to them: k-means draws its border midway between centers.",
    }[seen.eye]
    clear = np.mean(seen.labels < 0) <= THIN
    other = "DBSCAN, HDBSCAN or spectral" if seen.eye == "density" else "a Gaussian mixture"
    return Finding(
        topic="not-round",
        level="alarm",
        seen=f"Another eye sees {seen.how}; {_agreement(look, seen)}.",
        why=by,
        todo=f"Take {other} where covey compare shows the groups.",
        sure="certain" if seen.best < 0.5 and seen.eye == "density" and clear else "likely",
        figure=seen.best,
    )


def _other_k(look: Look, seen: Seen) -> Finding:
    return Finding(
        topic="other-k",
        level="caution",
        seen=f"{_agreement(look, seen)}.".replace("k-means", "K-means", 1),
        why=f"k-means is right for these groups, but K={look.k} "
        f"{'cuts some of them' if look.k > seen.n_groups else 'joins some of them'}.",
        todo=f"Use -k {seen.n_groups}, or look at covey choose-k.",
        sure="likely",
        figure=float(seen.n_groups),
    )


def _one_blob(look: Look) -> Finding:
    return Finding(
        topic="one-blob",
        level="caution",
        seen="Neither gaps in density nor normal groups of any shape part the rows: they are one "
        "cloud to both.",
        why=f"The {look.k} clusters are a convenient division; their borders run through places as "
        "full as their middles, and other rows may move them.",
        todo="Use them as bands, not as kinds; covey choose-k says whether any K is natural.",
        sure="likely",
        figure=1.0,
    )
