"""Learning how features are made comparable: fills, logs, centers and spreads, with the reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import ColumnError
from covey.features import roles, scaling
from covey.features.preparation import Rule
from covey.features.scaling import Scaling
from covey.flow import Feature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.features.choice import Wishes
    from covey.features.values import Reading

#: |r| from which a feature repeats another one
REPEATS = 0.999
#: rows on which repeats are looked for, before they are verified on all rows
SAMPLED = 10_000
#: yes and no, and any two categories, lie two standard deviations apart: a rare one stays small
FLAG_SPREAD = 0.5
LEVEL_SPREAD = math.sqrt(0.5)


@dataclass(frozen=True)
class Fitted:
    """The rules, and for each what was decided in words."""

    rules: tuple[Rule, ...]
    words: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class _Learned:
    """One feature while it is fitted."""

    name: str
    reading: Reading
    unit: str
    present: NDArray[Any]  # values that are not missing
    n_missing: int
    fill: float

    def filled_moments(self, log: float) -> tuple[float, float]:
        """Mean and standard deviation of what k-means will see, before standardising."""
        values = self.present
        if self.n_missing:
            values = np.append(values, np.full(self.n_missing, self.fill))
        return scaling.moments(scaling.bend(values, log) if log else values)


def fit(
    names: Sequence[str],
    readings: Sequence[Reading],
    raw: Sequence[NDArray[Any]],
    units: Sequence[str],
    wishes: Wishes,
) -> Fitted:
    """Learn the rule of each feature.

    Parameters
    ----------
    names, readings, units : sequences of d
    raw : sequence of d arrays (n,)
        Values in the reader's units, NaN where missing, none infinite.
    wishes : Wishes
        ``scale``, ``log`` and ``missing`` are looked at.

    Raises
    ------
    ColumnError
        A column to be logged has values below zero, or is not clustered on.
    """
    learned = [
        _learn(name, reading, unit, values, wishes.missing)
        for name, reading, unit, values in zip(names, readings, units, raw, strict=True)
    ]
    _check_log(learned, wishes)
    logs, told = _logs(learned, wishes)
    shared = "asked for with --scale none" if wishes.scale == "none" else ""
    if wishes.scale == "auto" and all(one.reading.kind == "number" for one in learned):
        joint = _joint(logs) if wishes.log is None else logs
        shared = scaling.one_kind(names, units)
        if shared and scaling.comparable([one.filled_moments(s)[1] for one, s in
                                          zip(learned, joint, strict=True)]):  # fmt: skip
            logs, shared = joint, f"{shared} and spread alike"
        else:
            shared = ""
    rules, words = [], []
    for one, log, said in zip(learned, logs, told, strict=True):
        rule = _rule(one, log, bool(shared))
        rules.append(rule)
        reason = f"not standardised: {shared}" if shared else _why_standardised(wishes, one)
        details = {"transform": rule.feature.transform, "scale": reason}
        if said and (log or not shared):
            details["log"] = said
        if one.n_missing:
            how = (
                "left out with --missing drop"
                if wishes.missing == "drop"
                else (f"filled with {one.fill:g}")
            )
            details["missing"] = f"{one.n_missing:,} {how}"
        if one.reading.kind == "date":
            details["reference"] = f"days before {one.reading.reference}, the latest in the column"
        words.append(details)
    return Fitted(tuple(rules), tuple(words))


def _learn(name: str, reading: Reading, unit: str, values: NDArray[Any], missing: str) -> _Learned:
    gaps = np.isnan(values)
    n_missing = int(gaps.sum())
    present = values[~gaps] if n_missing else values
    fill = 0.0 if missing == "zero" or not len(present) else _median(present)
    return _Learned(name, reading, unit, present if len(present) else np.zeros(1), n_missing, fill)


def _median(values: NDArray[Any]) -> float:
    """Median without overflow: two middle values near 1e308 are halved before they are added."""
    n = len(values)
    middle = np.partition(values, [(n - 1) // 2, n // 2])
    return float(middle[(n - 1) // 2] * 0.5 + middle[n // 2] * 0.5)


def _check_log(learned: list[_Learned], wishes: Wishes) -> None:
    if wishes.log in (None, ("none",), ("all",)):
        return
    for name in wishes.log or ():
        found = [one for one in learned if one.reading.column == name]
        if not found or found[0].reading.kind not in ("number", "date"):
            raise ColumnError(
                f"--log: {name!r} must be a number that is clustered on; it is not; "
                "take it out of --log, or name it in --features too"
            )
        low = float(found[0].present.min())
        if low < 0:
            raise ColumnError(
                f"--log: values of {name!r} must be at least 0; got {low:g}; take it out of --log"
            )


def _logs(learned: list[_Learned], wishes: Wishes) -> tuple[list[float], list[str]]:
    """Return the scale of the log of each feature, 0 for none, and the reason."""
    logs, told = [], []
    for one in learned:
        scale, why = 0.0, ""
        number = one.reading.kind in ("number", "date")
        asked = wishes.log is not None and (
            wishes.log == ("all",) or one.reading.column in wishes.log
        )
        if asked and number and one.present.min() >= 0:
            scale, why = scaling.log_scale(one.present), "asked for with --log"
        elif wishes.log is None and wishes.scale != "none" and number:
            scale, before, after = scaling.wants_log(one.present)
            if scale:
                why = f"skewness {before:.1f} → {after:.1f}"
            elif before > scaling.SKEWED:
                below = one.present.min() < 0
                reason = "there are values below zero" if below else "a log does not halve it"
                why = f"none: skewness {before:.1f}, but {reason}"
        logs.append(scale)
        told.append(why)
    return logs, told


def _joint(logs: list[float]) -> list[float]:
    """Log all features of one kind alike when most want it, else none."""
    wanted = sorted(log for log in logs if log)
    scale = wanted[len(wanted) // 2] if 2 * len(wanted) > len(logs) else 0.0
    return [scale] * len(logs)


def _rule(one: _Learned, log: float, shared: bool) -> Rule:
    """Make the rule of one feature."""
    center, spread = one.filled_moments(log)
    kind = one.reading.kind
    if shared:
        spread = 1.0  # the center is taken off all the same: distances do not change
    elif kind in ("boolean", "level"):
        spread = FLAG_SPREAD if kind == "boolean" else LEVEL_SPREAD
    elif spread == 0.0:
        spread = 1.0
    words = f"log(1 + x/{log:g})" if log and log != 1 else "log(1 + x)" if log else ""
    if shared:
        words = words or "as it is"
    elif kind in ("boolean", "level"):
        words = "yes and no two standard deviations apart"
    else:
        words = f"{words}, standardised" if words else "standardised"
    feature = Feature(
        one.name,
        one.reading.column,
        one.unit,
        roles.role_of(one.reading.column) if kind in ("number", "date") else "",
        words,
        bool((one.present == np.trunc(one.present)).all()),
        one.n_missing,
    )
    return Rule(feature, one.reading, one.fill, Scaling(log, center, spread))


def _why_standardised(wishes: Wishes, one: _Learned) -> str:
    if one.reading.kind in ("boolean", "level"):
        return "fixed, so that a rare answer does not outweigh the numbers"
    if wishes.scale == "standard":
        return "standardised: asked for with --scale standard"
    return "standardised: the features do not share one unit and spread"


def copies(rules: Sequence[Rule], raw: Sequence[NDArray[Any]]) -> dict[int, tuple[int, str]]:
    """Find features that repeat an earlier one.

    Returns
    -------
    dict
        Index of the later feature → (index of the earlier one, "the same as" or "moves with").
    """
    if len(rules) < 2:
        return {}
    step = max(1, len(raw[0]) // SAMPLED)
    seen = np.column_stack([_standard(r, v[::step]) for r, v in zip(rules, raw, strict=True)])
    related = np.abs(seen.T @ seen) / len(seen)
    found: dict[int, tuple[int, str]] = {}
    for late in range(1, len(rules)):
        for early in np.flatnonzero(related[late, :late] > REPEATS - 1e-4):
            early = int(early)
            if early in found:
                continue
            if np.array_equal(raw[early], raw[late], equal_nan=True):
                found[late] = (early, "the same values as")
                break
            a, b = _standard(rules[early], raw[early]), _standard(rules[late], raw[late])
            r = float(a @ b) / len(a)
            if abs(r) > REPEATS:
                found[late] = (early, f"tells nothing new (correlation {r:.4f}): it moves with")
                break
    return found


def _standard(rule: Rule, values: NDArray[Any]) -> NDArray[Any]:
    """Values as k-means sees them, with mean 0 and spread 1; zeros where all are equal."""
    filled = np.where(np.isnan(values), rule.fill, values)
    z = rule.scaling.apply(filled)
    mean, spread = scaling.moments(z)
    return (z - mean) / spread if spread else np.zeros(len(z))
