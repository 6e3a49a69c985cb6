"""The entry of a palette for each color: the nearest, but what is opaque stays opaque."""

from __future__ import annotations

import numpy as np

from covey.colors.distinct import Colors
from covey.engine import passes
from covey.engine.passes.coloring import Bytes, Whole
from covey.engine.rows import Labels


def nearest_entries(colors: Colors, palette: Bytes) -> tuple[Labels, Whole]:
    """Return the nearest entry (m,) of a palette (k, 4) for each color, and the squared distance.

    Opaque colors go to opaque entries as long as there are any; a tie to the first of them.
    """
    centers = colors.space.points(np.ascontiguousarray(palette))
    labels, sq, _ = passes.nearest_colors(colors.points, centers)
    opaque = np.flatnonzero(palette[:, 3] == 255)
    if 0 < len(opaque) < len(palette):
        lost = np.flatnonzero((colors.colors[:, 3] == 255) & (palette[labels, 3] < 255))
        if len(lost):
            found, far, _ = passes.nearest_colors(colors.points[lost], centers[opaque])
            labels[lost], sq[lost] = opaque[found], far
    return labels, sq
