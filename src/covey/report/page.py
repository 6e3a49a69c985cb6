"""The HTML report: one file that needs nothing else, neither network nor script."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from covey.flow import Decision, Explanation, Measure, Segment
from covey.report import numbers, palette, questions, words
from covey.report.figures import Figure, figures
from covey.report.svg import leftward_split, segment_class

_TEMPLATES = Path(__file__).parent / "templates"
_MOST_MEASURES = 12  # rows of a profile table on the page; the rest is in profile.csv
_MOST_COLUMNS = 8  # columns of a table of examples


def render_html(explanation: Explanation) -> bytes:
    """Render the report as one self-contained HTML page.

    Returns
    -------
    bytes
        UTF-8. No script, no request: a content security policy in the page forbids both. About
        0.1 s; the size is mostly that of the drawn dots, some 200 kB.
    """
    template = environment().get_template("report.html.j2")
    return template.render(**_context(explanation)).encode("utf-8", "replace")


@cache
def environment() -> Any:
    """Make the template engine: everything from the data is escaped, nothing may be undefined."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": numbers.count,
        "share": numbers.share,
        "fixed": numbers.fixed,
        "lift": numbers.lift,
        "signed": numbers.signed,
        "readable": words.readable,
        "sentence": words.sentence,
        "breakable": breakable,
        "cropped": cropped,
        "isolated": isolated,
        "color": segment_class,
    }
    environment.globals |= {"quantity": numbers.quantity, "number": numbers.number}
    return environment


def breakable(name: str) -> Any:
    """Escape a name and let a narrow column break it where its words meet: ``Num|Store``."""
    from markupsafe import Markup, escape

    parts = re.split(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[_/.:])(?=\w)", name)
    return Markup("<wbr>").join(escape(part) for part in parts)


def cropped(name: str, most: int = 40) -> Any:
    """Escape a name and cut a long one; the whole of it is in the tooltip."""
    from markupsafe import Markup

    if len(name) <= most:
        return breakable(name)
    return Markup('<span title="{}">{}…</span>').format(name, breakable(name[: most - 1].rstrip()))


def isolated(text: str) -> Any:
    """Escape a sentence so that right-to-left names in it do not turn its order."""
    from markupsafe import Markup

    runs = [Markup("<bdi>{}</bdi>").format(run) if leftward else run
            for leftward, run in leftward_split(text)]  # fmt: skip
    return Markup('<bdi dir="ltr">{}</bdi>').format(Markup("").join(runs))


def _context(explanation: Explanation) -> dict[str, Any]:
    from markupsafe import Markup

    drawn = figures(explanation)
    revenue = words.total_revenue(explanation)
    unit = words.revenue_unit(explanation)
    columns = explanation.features[:_MOST_COLUMNS]
    decisions, shared_decisions = decision_rows(explanation.decisions)
    return {
        "x": explanation,
        "one": explanation.row_noun[0],
        "many": explanation.row_noun[1],
        "headline": words.headline(explanation),
        "question": _question(explanation),
        "revenue": None if revenue is None else numbers.quantity(revenue, unit),
        "cards": [_card(explanation, segment, unit) for segment in explanation.segments],
        "gauges": words.gauges(explanation),
        "figures": [(figure, _svg(figure, Markup)) for figure in drawn],
        "columns": columns,
        "more_columns": len(explanation.features) - len(columns),
        "tree": questions.answers(explanation),
        "unusual": [_example(explanation, exemplar) for exemplar in explanation.unusual],
        "decisions": decisions,
        "shared_decisions": shared_decisions,
        "method": _method(explanation),
        "glossary": words.GLOSSARY,
        "style": Markup(report_style()),  # noqa: S704 — our own style sheet, no data in it
    }


def _question(explanation: Explanation) -> str:
    """Say what the list of segments answers."""
    who = ["Who they are"]
    if any(segment.revenue is not None for segment in explanation.segments):
        who.append("what they are worth")
    if any(segment.name.action for segment in explanation.segments):
        who.append("what to do")
    return ", ".join(who) if len(who) > 1 else "Who they are, how many"


def _svg(figure: Figure, markup: Any) -> tuple[Any, Any]:
    """Mark drawings as safe: ``svg`` has escaped every text in them."""
    return markup(figure.wide), markup(figure.narrow)


@cache
def report_style() -> str:
    """Return the style sheet with the colors of both schemes put in."""
    sheet = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    schemes = palette.variables()
    for name, scheme in schemes.items():
        block = "".join(f"--{key}:{color};" for key, color in scheme.items())
        sheet = sheet.replace(f"/*{name}*/", block)
    classes = "".join(
        f".c{i}{{--c:var(--s{i});--on:var(--t{i})}}" for i in range(1, len(palette.LIGHT) + 1)
    )
    steps = "".join(
        f"svg .d{level}{{fill:var(--d{level})}}svg text.d{level}{{fill:var(--e{level})}}"
        for level in range(-4, 5)
    )
    return sheet + classes + steps


def _card(explanation: Explanation, segment: Segment, unit: str) -> dict[str, Any]:
    """Prepare what the page says about one segment."""
    each = None
    if segment.revenue is not None and segment.n_rows:
        each = numbers.quantity(segment.revenue / segment.n_rows, unit)
    measures = sorted(segment.measures, key=_apartness)
    return {
        "segment": segment,
        "noun": words.noun(explanation, segment.n_rows),
        "revenue": None if segment.revenue is None else numbers.quantity(segment.revenue, unit),
        "each": each,
        "facts": words.telling(segment),
        "measures": [_row(measure) for measure in measures[:_MOST_MEASURES]],
        "n_more": max(0, len(measures) - _MOST_MEASURES),
        "levels": [(level, words.level_words(level)) for level in segment.levels],
        "trust": words.rule_trust(segment.rule, explanation),
        "exemplars": [_example(explanation, exemplar) for exemplar in segment.exemplars],
    }


def _apartness(measure: Measure) -> float:
    return -abs(measure.difference) if math.isfinite(measure.difference) else 1.0


def _row(measure: Measure) -> dict[str, Any]:
    """Format one line of a profile table."""
    unit, name = measure.unit, measure.name
    median, everyones = numbers.together(measure.median, measure.population_median, unit, name)
    mean, mean_of_all = numbers.together(measure.mean, measure.population_mean, unit, name)
    return {
        "name": words.readable(measure.name),
        "clustered": measure.clustered,
        "median": median,
        "mean": mean,
        "population_median": everyones,
        "population_mean": mean_of_all,
        "lift": numbers.lift(measure.lift),
        "difference": numbers.signed(measure.difference),
        "half": numbers.span(measure.p25, measure.p75, measure.unit, measure.name),
        "rank": f"{measure.rank:.1f}" if math.isfinite(measure.rank) else "",
    }


def _example(explanation: Explanation, exemplar: Any) -> dict[str, Any]:
    pairs = zip(explanation.features[:_MOST_COLUMNS], exemplar.values, strict=False)
    return {
        "id": exemplar.id,
        "values": [numbers.quantity(value, column.unit, column.name) for column, value in pairs],
        "distance": numbers.number(exemplar.distance),
        "note": exemplar.note,
    }


def decision_rows(decided: Sequence[Decision]) -> tuple[list[dict[str, str]], list[str]]:
    """Return the decisions, and once and for all what the details of several have in common."""
    said = Counter(pair for one in decided for pair in one.details.items())
    keys = Counter(key for one in decided for key in one.details)
    shared = {(key, value) for (key, value), n in said.items() if n == keys[key] > 1}
    rows = []
    for one in decided:
        own = [
            value if key == "transform" else f"{key}: {value}"
            for key, value in one.details.items()
            if (key, value) not in shared and not (key == "feature" and value == one.column)
        ]
        row = {name: getattr(one, name) for name in ("column", "kind", "action", "why", "overrule")}
        rows.append({**row, "details": " · ".join(own)})
    ordered = sorted(shared, key=lambda pair: list(keys).index(pair[0]))
    return rows, [said for said in (_said_once(*pair, dict(shared)) for pair in ordered) if said]


def _said_once(key: str, value: str, shared: dict[str, str]) -> str:
    """Say as a sentence what all columns have in common; empty when another sentence says it."""
    if key == "transform":
        known = "scale" in shared and value in ("standardised", "as they are", "as it is")
        return "" if known else f"All are prepared as {value}."
    if key != "scale":
        return f"{key[:1].upper()}{key[1:]}: {value}."
    how, _, reason = value.partition(": ")
    if not reason:
        return f"Their scale is {how}."
    return f"Features are {how}, {'as' if reason.startswith('asked') else 'for'} {reason}."


def _method(explanation: Explanation) -> dict[str, Any]:
    method = explanation.method
    return {
        "options": [(name, option_text(value)) for name, value in method.options.items()],
        "versions": list(method.versions.items()),
        "inertia": numbers.number(method.inertia),
        "transforms": _transforms(explanation),
    }


def option_text(value: Any) -> str:
    """Put the value of an option in words."""
    if value is None:
        return "not given"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _transforms(explanation: Explanation) -> list[tuple[str, list[str]]]:
    """Group the features by how they were prepared."""
    groups: dict[str, list[str]] = {}
    for feature in explanation.features:
        groups.setdefault(feature.transform or "as they are", []).append(feature.name)
    return list(groups.items())
