"""Lines of text for a terminal: wrapped, and never able to steer it."""

from __future__ import annotations

import unicodedata

from covey.report.numbers import plain

_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"


class Page:
    """Lines of text, wrapped by what they take on the screen."""

    def __init__(self, width: int, color: bool) -> None:
        self._width = width
        self._color = color
        self._lines: list[str] = []

    def gap(self) -> None:
        """Leave a line empty."""
        self._lines.append("")

    def line(self, text: str, bold: bool = False) -> None:
        """Add a line as it is."""
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
        """Return all lines."""
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
