"""A picture becomes what k-means clusters: its distinct colors, each with its pixels."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.colors import Colors, Space, colors_of
from covey.flow import Caution, Feature, Features, Source
from covey.picture import Picture

_OPAQUE = 128  # from this alpha on, a pixel is opaque where a format has no alpha between
_AXES = {
    "srgb": ("red", "green", "blue"),
    "linear": ("red light", "green light", "blue light"),
    "lab": ("lightness", "green to red", "blue to yellow"),
    "oklab": ("lightness", "green to red", "blue to yellow"),
}


@dataclass(frozen=True)
class ColorPreparation:
    """The way from colors to coordinates and back."""

    space: Space

    def apply(self, table: Any) -> ImageFeatures:
        """Prepare another picture."""
        return image_features(table, space=self.space.name)

    def undo(self, X: NDArray[Any]) -> NDArray[Any]:
        """Return the colors (m, 4) uint8 of coordinates (m, 4)."""
        return self.space.colors(X)

    def to_dict(self) -> dict[str, Any]:
        """Return the name of the space."""
        return {"space": self.space.name}


@dataclass(frozen=True, kw_only=True)
class ImageFeatures(Features):
    """Distinct colors ready for k-means.

    ``X`` are their coordinates (m, 4) int16, as they are compared, ``raw`` the colors (m, 4) uint8
    and ``weight`` the pixels (m,) int64 of each: the arrays of ``groups``, not copies of them.
    """

    picture: Picture
    groups: tuple[Colors, ...]  # of all frames together, or one of each frame
    altered: bool = False  # soft alpha had to become all or nothing
    seconds: float = 0.0  # to count the colors


def image_features(
    picture: Picture, *, space: str, each: bool = False, soft: bool = True
) -> ImageFeatures:
    """Count the colors of a picture.

    Parameters
    ----------
    picture : Picture
    space : str
        Of ``covey.colors.SPACES``.
    each : bool
        Each frame by itself, for a palette of its own.
    soft : bool
        Alpha may be between; else it becomes 0 below 128, and 255 from there on.
    """
    started = time.perf_counter()
    pixels = [frame.pixels for frame in picture.frames]
    altered = False
    if not soft and pixels[0].shape[2] == 4:
        altered = any(((p[..., 3] > 0) & (p[..., 3] < 255)).any() for p in pixels)
        pixels = [_hard(p) for p in pixels] if altered else pixels
    parts = [[p] for p in pixels] if each else [pixels]
    groups = tuple(colors_of(part, space) for part in parts)
    seconds = time.perf_counter() - started
    names = (*_AXES[space], "opacity")
    return ImageFeatures(
        X=_joined([group.points for group in groups]),
        raw=_joined([group.colors for group in groups]),
        columns=tuple(Feature(name, name, whole=True) for name in names),
        preparation=ColorPreparation(groups[0].space),
        source=Source(picture.name, picture.format, picture.n_pixels, pixels[0].shape[2]),
        weight=_joined([group.counts for group in groups]),
        cautions=_cautions(groups, altered),
        picture=picture,
        groups=groups,
        altered=altered,
        seconds=seconds,
    )


def _hard(pixels: NDArray[Any]) -> NDArray[Any]:
    hard = pixels.copy()
    hard[..., 3] = np.where(pixels[..., 3] >= _OPAQUE, 255, 0)
    return hard


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _cautions(groups: tuple[Colors, ...], altered: bool) -> tuple[Caution, ...]:
    found = []
    if not all(group.exact for group in groups):
        text = (
            "There are too many colors to count each by itself; those that differ in their lowest "
            "bits alone counted as one."
        )
        found.append(Caution("merged-colors", text))
    if altered:
        text = (
            "GIF has no half-transparent pixels: those of alpha below 128 became transparent, the "
            "others opaque. PNG and WebP keep soft edges."
        )
        found.append(Caution("hard-alpha", text))
    return tuple(found)
