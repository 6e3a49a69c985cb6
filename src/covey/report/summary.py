"""The summary for a terminal: who, how many, what they are worth, what to do, how sure."""

from __future__ import annotations

from covey.flow import Explanation, Segment
from covey.report import words
from covey.report.numbers import count, fixed, quantity, share
from covey.report.terminal import Page


def render_text(explanation: Explanation, width: int = 100, color: bool = False) -> str:
    """Summarise an explanation as plain text.

    Parameters
    ----------
    width : int
        Columns of the terminal; lines are wrapped to it (a single longer word is not cut).
    color : bool
        Set headings in bold and asides in grey with ANSI codes.

    Returns
    -------
    str
        Lines that end with a newline. Control characters in the data never reach the terminal.
    """
    page = Page(max(width, 40), color)
    page.line(explanation.title, bold=True)
    page.block(words.headline(explanation))
    for segment in explanation.segments:
        page.gap()
        _segment(page, explanation, segment)
    page.gap()
    page.block(f"How sure: {explanation.quality.verdict}", bold_to=9)
    page.block(_figures(explanation), indent=2)
    if explanation.cautions:
        page.gap()
        page.line("Know before you act", bold=True)
        for caution in explanation.cautions:
            page.block(caution.text, indent=2, bullet="- ")
    return page.text()


def _segment(page: Page, explanation: Explanation, segment: Segment) -> None:
    many = words.noun(explanation, segment.n_rows)
    size = f"{count(segment.n_rows)} {many} ({share(segment.share)})"
    if segment.revenue is not None:
        unit = words.revenue_unit(explanation)
        size += f", {quantity(segment.revenue, unit)} revenue ({share(segment.revenue_share)})"
    lead = f"{segment.number}  {segment.name.text}"
    page.block(f"{lead}: {size}", hang=3, bold_to=len(lead))
    facts = [
        f"{fact.what} {fact.here} (everyone {fact.everyone})" for fact in words.telling(segment)
    ]
    if facts:
        page.block("\u00a0· ".join(facts), indent=3)
    if segment.name.action:
        page.block(f"Do: {segment.name.action}", indent=3)
    if len(explanation.segments) > 1 and segment.rule.text:
        trust = f" ({share(segment.rule.precision)} right, finds {share(segment.rule.recall)})"
        if not segment.rule.clauses:  # there is no rule, so nothing to be right
            trust = ""
        page.block(f"Rule: {segment.rule.text}{trust}", indent=3, dim=True)


def _figures(explanation: Explanation) -> str:
    quality = explanation.quality
    parts = []
    if quality.silhouette == quality.silhouette:
        parts.append(f"silhouette {fixed(quality.silhouette)}")
    if quality.stability == quality.stability:
        parts.append(f"stability {fixed(quality.stability)}")
    if len(explanation.segments) > 1:
        plain_alternative = words.readable(quality.baseline)
        parts.append(
            f"explains {share(quality.explained)} of the variation "
            f"({plain_alternative}: {share(quality.baseline_explained)})"
        )
        parts.append(f"rules place {share(quality.rule_fidelity)} rightly")
    many = words.noun(explanation, quality.n_poor)
    verb = "fits" if quality.n_poor == 1 else "fit"
    parts.append(f"{count(quality.n_poor)} {many} {verb} no segment well")
    return "\u00a0· ".join(parts)
