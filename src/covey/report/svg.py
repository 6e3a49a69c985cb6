"""Pictures as inline SVG: a few shapes, text measured without a font, colors left to the page.

Written here rather than by a plotting library: importing one costs more than the whole rest of
a report (1.3 s against 0.03 s), its text is outlines or a fixed font, and its bytes change with
its version. Shapes carry classes (``ink``, ``soft``, ``rule`` …) and groups carry ``c1`` …
``c15``, the color of a segment; the style sheet gives them values for light, dark and print.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

#: advance of the characters 32 … 126 in hundredths of the font size (Helvetica and its kin)
_ADVANCE = (
    28, 28, 35, 56, 56, 89, 67, 19, 33, 33, 39, 58, 28, 33, 28, 28, 56, 56, 56, 56, 56, 56, 56,
    56, 56, 56, 28, 28, 58, 58, 58, 56, 102, 67, 67, 72, 72, 67, 61, 78, 72, 28, 50, 67, 56, 83,
    72, 78, 67, 78, 72, 67, 61, 72, 67, 94, 67, 67, 61, 28, 28, 28, 47, 56, 33, 56, 56, 50, 56,
    56, 28, 56, 56, 22, 22, 50, 22, 83, 56, 56, 56, 56, 33, 50, 28, 56, 50, 72, 50, 50, 50, 33,
    26, 33, 58,
)  # fmt: skip
_SAFETY = 1.06  # other sans-serif faces run up to this much wider
_BOLD = 1.08
SIZE = 12.0  # font size of the pictures, pixels at full scale


def text_width(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Estimate how wide text will be drawn, in pixels; errs to the wide side."""
    total = 0
    for letter in text:
        code = ord(letter)
        if 32 <= code <= 126:
            total += _ADVANCE[code - 32]
        elif unicodedata.combining(letter):
            continue
        else:
            total += 100 if unicodedata.east_asian_width(letter) in "WF" else 62
    return total / 100 * size * _SAFETY * (_BOLD if bold else 1.0)


def shorten(text: str, room: float, size: float = SIZE, bold: bool = False) -> str:
    """Cut text to the room it has, with an ellipsis where something is missing."""
    if text_width(text, size, bold) <= room:
        return text
    while text and text_width(text + "…", size, bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, room: float, most: int, size: float = SIZE, bold: bool = False) -> list[str]:
    """Break text into at most ``most`` lines that fit the room."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        line = words.pop(0)
        while words and text_width(f"{line} {words[0]}", size, bold) <= room:
            line += " " + words.pop(0)
        if words and len(lines) == most - 1:
            line = " ".join([line, *words])
        lines.append(shorten(line, room, size, bold))
    return lines or [""]


def point(value: float) -> str:
    """Write a coordinate with one decimal, without a needless zero."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


class Drawing:
    """Shapes in the order they are painted."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._parts: list[str] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """Draw a straight line."""
        ends = f'x1="{point(x1)}" y1="{point(y1)}" x2="{point(x2)}" y2="{point(y2)}"'
        self._parts.append(f'<line class="{kind}" {ends}/>')

    def rect(self, x: float, y: float, size: tuple[float, float], kind: str, r: float = 0) -> None:
        """Draw a rectangle of (width, height) from its upper left corner."""
        round_ = f' rx="{point(r)}"' if r else ""
        shape = f'width="{point(max(size[0], 0))}" height="{point(max(size[1], 0))}"'
        self._parts.append(f'<rect class="{kind}" x="{point(x)}" y="{point(y)}" {shape}{round_}/>')

    def circle(self, x: float, y: float, r: float, kind: str) -> None:
        """Draw a disk."""
        self._parts.append(
            f'<circle class="{kind}" cx="{point(x)}" cy="{point(y)}" r="{point(r)}"/>'
        )

    def ellipse(self, x: float, y: float, half: Sequence[float], degrees: float, kind: str) -> None:
        """Draw an ellipse with half axes ``half``, turned clockwise on the screen."""
        turn = f' transform="rotate({point(degrees)} {point(x)} {point(y)})"' if degrees else ""
        shape = f'cx="{point(x)}" cy="{point(y)}" rx="{point(half[0])}" ry="{point(half[1])}"'
        self._parts.append(f'<ellipse class="{kind}" {shape}{turn}/>')

    def path(self, points: Iterable[tuple[float, float]], kind: str, close: bool = False) -> None:
        """Draw a line through points, closed or open."""
        steps = "L".join(f"{point(x)} {point(y)}" for x, y in points)
        if steps:
            self._parts.append(f'<path class="{kind}" d="M{steps}{"Z" if close else ""}"/>')

    def dots(self, points: Iterable[tuple[float, float]], kind: str) -> None:
        """Draw many dots as one path: round line ends without a line."""
        steps = "h0M".join(f"{point(x)} {point(y)}" for x, y in points)
        if steps:
            self._parts.append(f'<path class="{kind}" d="M{steps}h0"/>')

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "") -> None:
        """Write text with its baseline at y; ``anchor`` is "", "middle" or "end"."""
        kinds = f' class="{kind}"' if kind else ""
        where = f' text-anchor="{anchor}"' if anchor else ""
        # Each text finds its own direction, so that Arabic or Hebrew does not turn its line.
        place = f'x="{point(x)}" y="{point(y)}"'
        self._parts.append(f"<text{kinds} {place}{where}>{escape(_isolate(words))}</text>")

    def chip(self, x: float, y: float, number: int, r: float = 9) -> None:
        """Draw the numbered disk that stands for a segment."""
        self.open(segment_class(number))
        self.circle(x, y, r, "chip")
        self.text(x, y + 3.9, str(number), "on", "middle")
        self.close()

    def open(self, kind: str) -> None:
        """Begin a group."""
        self._parts.append(f'<g class="{kind}">')

    def close(self) -> None:
        """End a group."""
        self._parts.append("</g>")

    def finish(self, kind: str, label: str) -> str:
        """Return the picture; ``label`` says in words what it shows."""
        box = f'viewBox="0 0 {point(self.width)} {point(self.height)}"'
        label = escape(label, quote=True)
        inside = "".join(self._parts)
        return f'<svg class="{kind}" {box} role="img" aria-label="{label}">{inside}</svg>'


def segment_class(number: int) -> str:
    """Return the color class of a segment; after the last color they start again."""
    return f"c{(number - 1) % 15 + 1}"


#: letters written from right to left, with what stands between them
_LEFTWARD = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
    "(?:[\\s_.\\-]*"
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff])*"
)


def leftward_split(text: str) -> list[tuple[bool, str]]:
    """Split text into runs written from left to right (False) and from right to left (True)."""
    runs, end = [], 0
    for found in _LEFTWARD.finditer(text):
        runs += [(False, text[end : found.start()]), (True, found[0])]
        end = found.end()
    return [(leftward, run) for leftward, run in [*runs, (False, text[end:])] if run]


def _isolate(text: str) -> str:
    """Wrap right-to-left words in isolates, so that they stay in their place in the line."""
    return "".join(
        f"\u2068{run}\u2069" if leftward else run for leftward, run in leftward_split(text)
    )
