"""One page of evidence: the frame, the style and the foot that all of them share."""

from __future__ import annotations

from typing import Any

from covey.evidence import About
from covey.report import numbers
from covey.report.page import decision_rows, environment, option_text, report_style


def render_leaf(template: str, about: About, more_style: str = "", **context: Any) -> bytes:
    """Render a template that extends ``leaf.html.j2``.

    Parameters
    ----------
    template : str
        Its file in ``report/templates``. It fills the blocks ``lead`` (under the title), ``nav``,
        ``body`` and, where a page has a script of its own, ``script``.
    more_style : str
        CSS of this page alone, after the sheet that all share.
    **context
        What the template shows. Text from the data is escaped; drawings are ``Markup``.

    Returns
    -------
    bytes
        UTF-8; no request, and no script but the page's own.
    """
    from markupsafe import Markup

    decisions, shared = decision_rows(about.decisions)
    shown = {
        "about": about,
        "style": Markup(report_style() + more_style),  # noqa: S704 — our own sheet, no data in it
        "decisions": decisions,
        "shared_decisions": shared,
        "options": [(name, option_text(value)) for name, value in about.options.items()],
        "rows": numbers.count(about.n_rows),
        "script": "",
        "script_hash": "",
    }
    page = environment().get_template(template)
    return page.render(**{**shown, **context}).encode("utf-8", "replace")
