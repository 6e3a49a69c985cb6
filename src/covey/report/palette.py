"""Colors, all in one place: as CSS variables for light, for dark and for print.

The segment colors were picked so that neighbours in the order differ in lightness and hue, and
the first seven stay apart for the two common kinds of color-blindness (``test_report_palette``
measures that). Beyond seven no palette can, so a number stands beside every color.
"""

from __future__ import annotations

LIGHT = (
    "#3056b4", "#cf7420", "#8c2766", "#7089e0", "#5b2c10", "#37935a", "#d0619a", "#1b2c4d",
    "#7a3a2e", "#178077", "#6b4f8a", "#2f7a3a", "#123f4c", "#2a1f74", "#4387c7",
)  # fmt: skip
DARK = (
    "#7ea2f7", "#f29a3f", "#d568a4", "#c6d5ff", "#b5794f", "#7fdc9a", "#ffb9cf", "#5b82d6",
    "#d9a3a0", "#3fc4b4", "#9d7fc0", "#58a868", "#4d93a8", "#8f86e8", "#a6c8f5",
)  # fmt: skip

#: page colors: background, raised surface, ink, quieter ink, hairline, soft fill, accent
LIGHT_PAGE = {
    "bg": "#ffffff", "raised": "#f7f7f4", "ink": "#1b1f24", "soft": "#59616b",
    "hair": "#e4e4df", "line": "#c9c9c2", "quiet": "#b9bdc2", "accent": "#3056b4",
    "warn": "#a15c07", "warn-bg": "#fdf6ea", "band": "#eef1fa",
}  # fmt: skip
DARK_PAGE = {
    "bg": "#14171b", "raised": "#1c2026", "ink": "#e9ebee", "soft": "#a4adb8",
    "hair": "#2a3038", "line": "#454d58", "quiet": "#5c6571", "accent": "#9db8ff",
    "warn": "#f0b35a", "warn-bg": "#2a2317", "band": "#222a3c",
}  # fmt: skip

#: nine steps from far below to far above, blue to orange; safe for color-blind readers
LIGHT_STEPS = (
    "#2f5fae", "#6c93cf", "#a9c3e6", "#dbe6f4", "#f3f3f0", "#fbe6d2", "#f3c193", "#e0924c",
    "#b55f12",
)  # fmt: skip
DARK_STEPS = (
    "#8fb4ff", "#5f87d0", "#3c5c98", "#283c62", "#23272d", "#4f3720", "#7d5221", "#b57427",
    "#f5a94e",
)  # fmt: skip
_INK, _PAPER = "#101418", "#ffffff"


def variables() -> dict[str, dict[str, str]]:
    """Return the CSS variables of both schemes: ``{"light": {name: color}, "dark": …}``."""
    return {
        "light": _scheme(LIGHT_PAGE, LIGHT, LIGHT_STEPS),
        "dark": _scheme(DARK_PAGE, DARK, DARK_STEPS),
    }


def _scheme(
    page: dict[str, str], segments: tuple[str, ...], steps: tuple[str, ...]
) -> dict[str, str]:
    found = dict(page)
    for i, color in enumerate(segments, 1):
        found[f"s{i}"] = color
        found[f"t{i}"] = readable_on(color)
    for level, color in zip(range(-4, 5), steps, strict=True):
        found[f"d{level}"] = color
        found[f"e{level}"] = readable_on(color)
    return found


def readable_on(color: str) -> str:
    """Return near-black or white, whichever stands out more from a color."""
    return max((_INK, _PAPER), key=lambda text: contrast(text, color))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors as WCAG defines it, 1 … 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
