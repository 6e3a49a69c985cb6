"""Colors: spaces, differences, palettes found and put to pixels.

Everything here is arrays in, arrays out, and exact: the same bytes on every machine.
"""

from __future__ import annotations

from covey.colors.distinct import Colors, colors_of
from covey.colors.finding import find_palette, frequencies
from covey.colors.putting import apply_palette
from covey.colors.spaces import SPACES, Space, space

__all__ = [
    "SPACES", "Colors", "Space", "apply_palette", "colors_of", "find_palette", "frequencies",
    "space",
]  # fmt: skip
