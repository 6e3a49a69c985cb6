"""Findings of the alarm in words, shared by the pages and summaries that show them."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from covey.evidence import Finding
from covey.report.terminal import Page

#: a level in words, as a reader meets it
LEVELS = {"alarm": "Alarm", "caution": "Caution", "note": "Note", "": "All is well"}


def sure(word: str) -> str:
    """Say how sure a finding is."""
    return {"certain": "this is certain", "likely": "this is likely"}.get(word, "this is possible")


def counted(findings: Iterable[Finding]) -> str:
    """Count findings by level: "1 alarm, 2 cautions"."""
    levels = [one.level for one in findings]
    counts = ((level, levels.count(level)) for level in LEVELS if level in levels)
    return ", ".join(f"{n} {level}{'' if n == 1 else 's'}" for level, n in counts)


def tell(page: Page, findings: Iterable[Finding], *, brief: bool = False) -> None:
    """Print findings to a summary; ``brief``: without why they matter."""
    for one in findings:
        name = LEVELS[one.level]
        page.gap()
        page.block(f"{name}: {one.seen}", bold_to=len(name) + 1)
        if not brief:
            page.block(f"Why it matters: {one.why}", indent=2, hang=2)
        page.block(f"Do: {one.todo} ({sure(one.sure)})", indent=2, hang=2)


def shown() -> dict[str, Any]:
    """Return what ``findings.html.j2`` needs beside the findings."""
    return {"levels": LEVELS, "sure": sure}


@functools.cache
def style() -> str:
    """Return the CSS of findings."""
    file = Path(__file__).parents[1] / "templates" / "findings.css"
    return file.read_text(encoding="utf-8")
