"""Sentences that the page and the terminal share: the headline, the telling facts, how sure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from covey.flow import Explanation, Level, Measure, Rule, Segment
from covey.report.numbers import bare, count, fixed, lift, places_apart, quantity, share

#: a difference below this many standard deviations does not tell a segment from everyone
_TELLING = 0.25


@dataclass(frozen=True)
class Fact:
    """One telling fact: what, how much here, how much among everyone."""

    what: str
    here: str
    everyone: str
    direction: str  # "above", "below", or "" for a category


@dataclass(frozen=True)
class Gauge:
    """One figure of how sure, with what it is measured against."""

    key: str
    title: str
    figure: str
    words: str
    filled: float | None = None  # 0 … 1: length of the bar; None: no bar
    mark: float | None = None  # 0 … 1: where the baseline stands on the bar


def readable(name: str) -> str:
    """Return a column name as words: underscores become spaces, nothing else changes."""
    return " ".join(name.replace("_", " ").split()) or name


def sentence(text: str) -> str:
    """Return a text that starts with a capital, unless its first word has its own spelling."""
    first = text.partition(" ")[0]
    text = text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text
    return text if not text or text.endswith((".", "!", "?", "…")) else text + "."


def noun(explanation: Explanation, n: int) -> str:
    """Return ``customer`` or ``customers``, whichever fits the count."""
    return explanation.row_noun[0 if n == 1 else 1]


def headline(explanation: Explanation) -> str:
    """Say the most important thing first, with figures."""
    segments = explanation.segments
    if len(segments) == 1:
        everyone = f"{count(explanation.n_rows)} {noun(explanation, explanation.n_rows)}"
        return f"All {everyone} form one segment."
    worth = [s for s in segments if s.revenue_share is not None and math.isfinite(s.revenue_share)]
    return _worth(explanation, worth) if worth else _sizes(explanation)


def _worth(explanation: Explanation, segments: list[Segment]) -> str:
    many = explanation.row_noun[1]
    best = max(segments, key=lambda s: s.revenue_share or 0.0)
    largest = max(segments, key=lambda s: s.n_rows)
    first = f"{share(best.share)} of {many} bring {share(best.revenue_share)} of revenue"
    if (best.revenue_share or 0.0) < 1.1 * best.share:
        first = f"Revenue follows numbers: {first[0].lower()}{first[1:]}"
    text = f"{first}: {best.name.text}."
    if largest is not best:
        text += (
            f" The largest segment, {largest.name.text}, is {share(largest.share)} of {many} "
            f"and brings {share(largest.revenue_share)}."
        )
    return text


def _sizes(explanation: Explanation) -> str:
    segments = explanation.segments
    many = explanation.row_noun[1]
    largest = max(segments, key=lambda s: s.n_rows)
    smallest = min(segments, key=lambda s: s.n_rows)
    lead = f"{len(segments)} segments of {count(explanation.n_rows)} {many}."
    if largest.n_rows == smallest.n_rows:
        return f"{lead} Each holds {share(largest.share)}."
    return (
        f"{lead} The largest, {largest.name.text}, holds {share(largest.share)}; "
        f"the smallest, {smallest.name.text}, {share(smallest.share)}."
    )


def revenue_unit(explanation: Explanation) -> str:
    """Return the unit of the spend, ``£`` for instance, or an empty text."""
    units = [measure.unit for measure in explanation.population if measure.role == "spend"]
    units += [feature.unit for feature in explanation.features if feature.role == "spend"]
    return next((unit for unit in units if unit), "")


def total_revenue(explanation: Explanation) -> float | None:
    """Return the revenue of all segments, or None where there is no spend."""
    parts = [s.revenue for s in explanation.segments if s.revenue is not None]
    return math.fsum(parts) if parts else None


def telling(segment: Segment, most: int = 3) -> list[Fact]:
    """Return the facts that tell a segment apart, strongest first."""
    ranked = sorted(
        (m for m in segment.measures if math.isfinite(m.difference)),
        key=lambda m: (-abs(m.difference), not m.clustered),
    )
    strong = [m for m in ranked if abs(m.difference) >= _TELLING] or ranked[:1]
    facts = [measure_fact(m) for m in strong[:most]]
    if len(facts) < most:
        facts += [_level_fact(level) for level in segment.levels[: most - len(facts)]]
    return facts


def measure_fact(measure: Measure) -> Fact:
    """Put a measure in words: medians, or means where the medians do not differ."""
    here, everyone = measure.median, measure.population_median
    if not math.isfinite(here) or here == everyone:
        here, everyone = measure.mean, measure.population_mean
    direction = "above" if here > everyone else "below" if here < everyone else ""
    places = places_apart(here, everyone)
    return Fact(
        readable(measure.name),
        quantity(here, measure.unit, measure.name, places),
        bare(everyone, measure.unit, measure.name, places),
        direction,
    )


def _level_fact(level: Level) -> Fact:
    what = f"{readable(level.column)} = {level.value}"
    direction = "above" if level.share > level.population_share else "below"
    return Fact(what, share(level.share), share(level.population_share), direction)


def rule_trust(rule: Rule, explanation: Explanation) -> str:
    """Say how far the rule of a segment can be trusted."""
    many = explanation.row_noun[1]
    if not rule.clauses:
        return "look them up in the file of assignments instead"
    return (
        f"{share(rule.precision)} of the {many} it picks belong here; "
        f"it finds {share(rule.recall)} of the segment"
    )


def level_words(level: Level) -> str:
    """Say how a category stands out: ``62 % here, 37 % of everyone (1.7×)``."""
    return (
        f"{share(level.share)} here, {share(level.population_share)} of everyone "
        f"({lift(level.lift)})"
    )


def gauges(explanation: Explanation) -> list[Gauge]:
    """Return the figures of how sure, those that exist, each in words."""
    quality = explanation.quality
    many = explanation.row_noun[1]
    found = []
    if math.isfinite(quality.silhouette):
        found.append(_distinct(explanation))
    if math.isfinite(quality.stability):
        words = (
            f"Refitted on random halves {quality.n_refits} times, the segments agree to "
            f"{fixed(quality.stability)}; 1 is the same every time, 0 is chance."
        )
        figure = fixed(quality.stability)
        found.append(Gauge("stability", "Repeatable", figure, words, _clip(quality.stability)))
    if len(explanation.segments) > 1:
        words = (
            f"of the variation lies between the segments; {readable(quality.baseline)} alone, "
            f"the plain alternative, explain {share(quality.baseline_explained)}."
        )
        filled, mark = _clip(quality.explained), _clip(quality.baseline_explained)
        found.append(Gauge("explained", "Explained", share(quality.explained), words, filled, mark))
        words = f"of {many} land in their own segment by the short rules alone."
        fidelity = quality.rule_fidelity
        found.append(Gauge("rules", "Rules", share(fidelity), words, _clip(fidelity)))
        what = "nearly as close to a second segment."
        found.append(_counted(explanation, "between", "Between two", quality.n_between, what))
    what = "unlike the rest of the segment; look before you act."
    found.append(_counted(explanation, "poor", "Fit none well", quality.n_poor, what))
    return found


def _counted(explanation: Explanation, key: str, title: str, n: int, what: str) -> Gauge:
    if n == 0:
        clause = what.partition(";")[0].removesuffix(".")
        return Gauge(key, title, "0", f"No {explanation.row_noun[0]} is {clause}.")
    part = share(n / max(explanation.n_rows, 1))
    verb = "is" if n == 1 else "are"
    return Gauge(key, title, count(n), f"{noun(explanation, n)}, {part}, {verb} {what}")


def _distinct(explanation: Explanation) -> Gauge:
    quality = explanation.quality
    value = quality.silhouette
    apart = "well" if value >= 0.5 else "fairly" if value >= 0.25 else "hardly"
    error = quality.silhouette_error
    margin = f" ± {fixed(error, 3 if error < 0.005 else 2)}" if error > 0 else ""
    words = f"Silhouette: the segments are {apart} apart; 0 is touching, 1 is far apart."
    return Gauge("silhouette", "Distinct", fixed(value) + margin, words, _clip(value))


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0


GLOSSARY = (
    (
        "Segment",
        "A group of rows that are nearer to its center than to any other center. The center is "
        "the mean of its rows.",
    ),
    (
        "Everyone",
        "All rows of the report together. A figure for a segment means little without it.",
    ),
    (
        "Median and middle half",
        "Half the rows lie below the median. The middle half runs from the value that a quarter "
        "of the rows stay below to the value that a quarter exceed. A few very large values move "
        "a mean, but not these.",
    ),
    ("Lift", "The segment's mean divided by everyone's: 2× is twice as much."),
    (
        "Standard deviations",
        "A common yardstick for features in different units: 1 is a typical distance between a "
        "row and the mean of everyone.",
    ),
    (
        "Silhouette",
        "For each row, how much nearer its own segment is than the next one, from −1 to 1. It "
        "prefers round groups of similar size.",
    ),
    (
        "WCSS",
        "Within-cluster sum of squares: the variation left inside the segments. It always falls "
        "as K grows; where it stops falling fast, more segments add little.",
    ),
    (
        "One tree for all",
        "The fewest questions that lead to every segment, each about one feature (iterative "
        "mistake minimisation; Moshkovitz and others, 2020); rows they misplace are its price.",
    ),
    (
        "Fit",
        "In segments.csv: 0 for a row on the border between two segments, near 1 for one close "
        "to its own center. A row farther out than nearly all of its segment fits none.",
    ),
)
