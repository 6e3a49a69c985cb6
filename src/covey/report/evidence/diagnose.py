"""What ``covey diagnose`` writes and prints.

``report.json`` follows ``covey.evidence.Diagnosis`` field by field, without what is one entry a
row. Numbers have at most 10 significant digits; what is undefined is ``null``.
"""

from __future__ import annotations

import functools
from dataclasses import asdict
from pathlib import Path

from covey.evidence import Diagnosis
from covey.report.evidence import findings
from covey.report.evidence.eye_maps import eye_maps
from covey.report.evidence.leaf import render_leaf
from covey.report.plain_json import as_json
from covey.report.tables import cell
from covey.report.terminal import Page

SCHEMA = "covey.diagnosis/1"
_VERDICTS = {"right": "Right tool", "care": "With care", "wrong": "Wrong tool"}


def files(facts: Diagnosis) -> dict[str, bytes]:
    """Return what the command writes: name to content."""
    return {
        "report.html": _page(facts),
        "report.json": _json(facts),
        "findings.csv": _csv(facts),
    }


def summary(facts: Diagnosis, width: int = 100, color: bool = False) -> str:
    """Return the summary for a terminal."""
    page = Page(max(width, 40), color)
    page.line(facts.about.title, bold=True)
    page.block(facts.headline)
    page.block(f"{facts.text} {facts.k_reason}", indent=2, dim=True)
    findings.tell(page, facts.findings)
    page.gap()
    page.line("Looked at", bold=True)
    for name, result, level in facts.checks:
        mark = f" [{findings.LEVELS[level].lower()}]" if level else ""
        page.block(f"{name}: {result}{mark}", indent=2, bullet="- ")
    if facts.about.cautions:
        page.gap()
        page.line("About the data", bold=True)
        for caution in facts.about.cautions:
            page.block(caution.text, indent=2, bullet="- ")
    return page.text()


def _page(facts: Diagnosis) -> bytes:
    from markupsafe import Markup

    figures = [
        (one, Markup(one.wide), Markup(one.narrow))  # noqa: S704 — ``svg`` has escaped every text
        for one in eye_maps(facts)
    ]
    return render_leaf(
        "diagnose.html.j2",
        facts.about,
        more_style=findings.style() + _style(),
        x=facts,
        verdict=_VERDICTS[facts.verdict],
        figures=figures,
        counted=findings.counted(facts.findings),
        **findings.shown(),
    )


@functools.cache
def _style() -> str:
    folder = Path(__file__).parents[1] / "templates"
    return (folder / "diagnose.css").read_text(encoding="utf-8")


def _json(facts: Diagnosis) -> bytes:
    about = facts.about
    document = {
        "schema": SCHEMA,
        "title": about.title,
        "source": asdict(about.source),
        "n_rows": about.n_rows,
        "n_looked_at": len(facts.labels),
        "features": [asdict(feature) for feature in about.features],
        "verdict": facts.verdict,
        "headline": facts.headline,
        "text": facts.text,
        "k": facts.k,
        "k_reason": facts.k_reason,
        "sizes": facts.sizes,
        "other": facts.other,
        "findings": [asdict(finding) for finding in facts.findings],
        "checks": [
            {"name": name, "result": result, "level": level} for name, result, level in facts.checks
        ],
        "decisions": [asdict(decision) for decision in about.decisions],
        "cautions": [asdict(caution) for caution in about.cautions],
        "options": dict(about.options),
        "versions": dict(about.versions),
    }
    return as_json(document)


def _csv(facts: Diagnosis) -> bytes:
    lines = ["level,topic,seen,why,todo,sure,figure,clusters"]
    for one in facts.findings:
        words = (one.level, one.topic, one.seen, one.why, one.todo, one.sure)
        numbers = " ".join(map(str, one.clusters))
        lines.append(",".join([*map(cell, words), f"{one.figure:.10g}", numbers]))
    return "\n".join([*lines, ""]).encode("utf-8", "replace")
