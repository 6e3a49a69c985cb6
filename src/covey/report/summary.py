"""The summary for a terminal: who, how many, what they are worth, what to do, how sure."""

from __future__ import annotations

import unicodedata

from covey.flow import Explanation, Segment
from covey.report import words
from covey.report.numbers import count, fixed, plain, quantity, share

_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"


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
    page = _Page(max(width, 40), color)
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


def _segment(page: _Page, explanation: Explanation, segment: Segment) -> None:
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


class _Page:
    """Lines of text, wrapped by what they take on the screen."""

    def __init__(self, width: int, color: bool) -> None:
        self._width = width
        self._color = color
        self._lines: list[str] = []

    def gap(self) -> None:
        self._lines.append("")

    def line(self, text: str, bold: bool = False) -> None:
        text = _clean(text)
        self._lines.append(self._paint(text, _BOLD) if bold else text)

    def block(
        self,
        text: str,
        indent: int = 0,
        hang: int = 0,
        bold_to: int = 0,
        dim: bool = False,
        bullet: str = "",
    ) -> None:
        """Wrap a paragraph; the first ``bold_to`` characters are a heading."""
        text = bullet + _clean(text)
        head = _clean(text[:bold_to])
        lines = _wrap(text, self._width - indent, hang or len(bullet))
        for i, line in enumerate(lines):
            if dim:
                line = self._paint(line, _DIM)
            elif i == 0 and head and line.startswith(head):
                line = self._paint(head, _BOLD) + line[len(head) :]
            self._lines.append(" " * indent + line)

    def text(self) -> str:
        return plain("\n".join(self._lines)) + "\n"

    def _paint(self, text: str, code: str) -> str:
        return f"{code}{text}{_END}" if self._color else text


def _clean(text: str) -> str:
    """Drop what could steer a terminal; line breaks and tabs become spaces."""
    spaced = " ".join(text.split("\n")).replace("\t", " ")
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs"))


def screen_width(text: str) -> int:
    """Return how many columns text takes on a terminal."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) != 0 for letter in text)


def _wrap(text: str, width: int, hang: int) -> list[str]:
    """Break at spaces (never at a no-break space); later lines start after ``hang`` columns."""
    lines: list[str] = []
    line, used = "", 0
    for word in text.split(" "):
        size = screen_width(word)
        if line.strip() and used + 1 + size > width:
            lines.append(line)
            line, used = " " * hang + word, hang + size
        else:
            line, used = (f"{line} {word}", used + 1 + size) if used else (word, size)
    return [*lines, line]
