"""All files of a report at once."""

from __future__ import annotations

from covey.flow import Assignment, Explanation, Report
from covey.report.data import render_json
from covey.report.page import render_html
from covey.report.tables import profile_csv, segments_csv


def render(explanation: Explanation, assignment: Assignment) -> Report:
    """Render every file; the same input gives the same bytes.

    Returns
    -------
    Report
        ``report.html``, ``report.json``, ``profile.csv`` and ``segments.csv``.
    """
    return Report(
        {
            "report.html": render_html(explanation),
            "report.json": render_json(explanation),
            "profile.csv": profile_csv(explanation),
            "segments.csv": segments_csv(assignment),
        }
    )
