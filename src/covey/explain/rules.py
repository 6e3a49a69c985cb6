"""A short rule for each segment that a person can apply, and how often it is right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from covey.explain.thresholds import binned
from covey.explain.tree import Leaf, grow
from covey.explain.wording import exact, unsaid, with_unit
from covey.flow import Feature, Features, Rule

Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]
Clause = tuple[tuple[str, str, float], ...]  # AND of (feature name, "<" or "≥", threshold)

#: A clause that brings less than this share of the segment is left out of the rule.
LEAST_SHARE = 0.08
#: A bound is left out when that changes the outcome for less than this share of all rows.
LITTLE = 0.001
NO_RULE = "no short rule tells these rows apart"
EVERY_ROW = "every row"


def fill(features: Features) -> Doubles:
    """Return the raw features (n, d) with missing values as the preparation fills them."""
    raw = features.raw
    missing = ~np.isfinite(raw)
    if not missing.any():
        return raw
    filled = raw.copy()
    for j in np.flatnonzero(missing.any(axis=0)):
        row = int(np.flatnonzero(missing[:, j])[0])
        filled[missing[:, j], j] = features.preparation.undo(features.X[row : row + 1])[0, j]
    return filled


def tell_rules(
    filled: Doubles, columns: Sequence[Feature], labels: NDArray[np.int32], k: int
) -> tuple[list[Rule], float]:
    """Find a rule for each label.

    Parameters
    ----------
    filled : (n, d) float64
        Reader's units, no missing value.
    columns : d features
    labels : (n,) int32

    Returns
    -------
    rules : list of k Rule
        By label. ``matches`` applies their clauses.
    fidelity : float
        Share of the rows that match the rule of their own segment and no other.
    """
    if k == 1:
        return [Rule(EVERY_ROW, 1.0, 1.0, ((),))], 1.0
    cuts, codes = binned(filled, columns)
    leaves = grow(codes, [len(cut) + 1 for cut in cuts], labels, k)
    by_label = _clauses(leaves, cuts, columns, k)
    _shorten(by_label, filled, [column.name for column in columns], labels)
    return _as_rules(by_label, filled, columns, labels)


def _clauses(
    leaves: Sequence[Leaf], cuts: Sequence[Doubles], columns: Sequence[Feature], k: int
) -> list[list[Clause]]:
    """Return the clauses of each label, the one that holds most rows first."""
    by_label: list[list[Clause]] = [[] for _ in range(k)]
    for leaf in sorted(leaves, key=lambda leaf: -leaf.n_right):
        clause: list[tuple[str, str, float]] = []
        for j in sorted(leaf.bounds):
            low, high = leaf.bounds[j]
            if low > 0:
                clause.append((columns[j].name, "≥", float(cuts[j][low - 1])))
            if high <= len(cuts[j]):
                clause.append((columns[j].name, "<", float(cuts[j][high - 1])))
        by_label[leaf.label].append(tuple(clause))
    return by_label


def matches(clauses: Sequence[Clause], filled: Doubles, names: Sequence[str]) -> Mask:
    """Return which rows (n,) a rule matches: any clause whose bounds all hold."""
    place = {name: j for j, name in enumerate(names)}
    found = np.zeros(len(filled), bool)
    for clause in clauses:
        holds = np.ones(len(filled), bool)
        for name, sign, bound in clause:
            value = filled[:, place[name]]
            holds &= (value < bound) if sign == "<" else (value >= bound)
        found |= holds
    return found


def _own(masks: Sequence[Mask], labels: NDArray[np.int32]) -> Mask:
    """Tell which rows match the rule of their own label."""
    return np.stack(masks)[labels, np.arange(len(labels))]


def _right(masks: Sequence[Mask], labels: NDArray[np.int32]) -> int:
    """Count the rows that match their own label's rule and no other."""
    times = np.sum(masks, axis=0, dtype=np.int32)
    return int(np.count_nonzero(_own(masks, labels) & (times == 1)))


def _shorten(
    by_label: list[list[Clause]], filled: Doubles, names: Sequence[str], labels: NDArray[np.int32]
) -> None:
    """Drop small clauses, and every bound whose loss leaves the rules right nearly as often."""
    masks = []
    for label, clauses in enumerate(by_label):
        size = np.count_nonzero(labels == label)
        while len(clauses) > 1:
            without = matches(clauses[:-1], filled, names)
            last = matches(clauses[-1:], filled, names) & ~without & (labels == label)
            if np.count_nonzero(last) >= LEAST_SHARE * size:
                break
            clauses.pop()
        masks.append(matches(clauses, filled, names))
    times = np.sum(masks, axis=0, dtype=np.int32)
    right = _own(masks, labels)
    for label, clauses in enumerate(by_label):
        own = labels == label
        others = times - masks[label]
        gained = own & (others == 0)  # right when the rule matches them
        lost = right & ~own & (others == 1)  # right unless the rule matches them
        best = np.count_nonzero(gained & masks[label]) - np.count_nonzero(lost & masks[label])
        for i, clause in enumerate(clauses):
            for bound in clause:
                shorter = tuple(other for other in clauses[i] if other != bound)
                trial = [*clauses[:i], shorter, *clauses[i + 1 :]]
                mask = matches(trial, filled, names)
                score = np.count_nonzero(gained & mask) - np.count_nonzero(lost & mask)
                if shorter and score >= best - LITTLE * len(labels):
                    best, masks[label], clauses[i] = max(best, score), mask, shorter
        clauses[:] = _outermost(clauses)
        times = others + masks[label]
        right = np.where(own, masks[label], right)


def _outermost(clauses: Sequence[Clause]) -> list[Clause]:
    """Drop every clause whose rows another clause matches anyway."""
    kept: list[Clause] = []
    for i, clause in enumerate(clauses):
        others = [*kept, *clauses[i + 1 :]]
        if not any(_within(clause, other) for other in others):
            kept.append(clause)
    return kept


def _within(inner: Clause, outer: Clause) -> bool:
    """Tell whether each bound of the outer clause follows from one of the inner."""
    return all(
        any(
            name == other and sign == side and (at >= bound if sign == "≥" else at <= bound)
            for other, side, at in inner
        )
        for name, sign, bound in outer
    )


def _as_rules(
    by_label: Sequence[Sequence[Clause]],
    filled: Doubles,
    columns: Sequence[Feature],
    labels: NDArray[np.int32],
) -> tuple[list[Rule], float]:
    """Put clauses in words and measure them as they will be applied."""
    names = [column.name for column in columns]
    masks = [matches(clauses, filled, names) for clauses in by_label]
    by_name = {column.name: column for column in columns}
    rules = []
    for label, clauses in enumerate(by_label):
        own = labels == label
        both = int(np.count_nonzero(masks[label] & own))
        n_matched, n_own = int(np.count_nonzero(masks[label])), int(np.count_nonzero(own))
        words = [_words(clause, by_name) for clause in clauses]
        if len(words) > 1:
            words = [f"({one})" if " and " in one else one for one in words]
        text = " or ".join(words) or NO_RULE
        precision = both / n_matched if n_matched else 0.0
        recall = both / n_own if n_own else 0.0
        rules.append(Rule(text, precision, recall, tuple(clauses)))
    return rules, _right(masks, labels) / len(labels)


def _words(clause: Clause, columns: dict[str, Feature]) -> str:
    """Put one clause in words: both bounds of a feature together, features as they come."""
    parts = []
    for name in dict.fromkeys(name for name, _, _ in clause):
        low = [bound for other, sign, bound in clause if other == name and sign == "≥"]
        high = [bound for other, sign, bound in clause if other == name and sign == "<"]
        unit = unsaid(columns[name].unit, name)
        if low and high:
            parts.append(
                f"{with_unit(exact(low[0]), unit)} ≤ {name} < {with_unit(exact(high[0]), unit)}"
            )
        elif low:
            parts.append(f"{name} ≥ {with_unit(exact(low[0]), unit)}")
        else:
            parts.append(f"{name} < {with_unit(exact(high[0]), unit)}")
    return " and ".join(parts) or EVERY_ROW
