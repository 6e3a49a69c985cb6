"""From the color space of a file to sRGB, by its ICC profile."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.flow import Caution

if TYPE_CHECKING:
    from PIL.Image import Image

#: color space of a profile -> mode of Pillow that it is applied to
_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
#: Levels of 255 by which a profile may differ from sRGB and still be taken for it: the common
#: sRGB profiles differ by rounding, and pixels left alone keep an image of few colors exact.
_SAME = 1


class Profile:
    """How the pixels of one file become sRGB; made once, applied to each band of rows."""

    def __init__(self, icc: bytes | None, mode: str, shown: str) -> None:
        self.cautions: tuple[Caution, ...] = ()
        self._space = ""  # of the profile, as a mode; "" where there is nothing to apply
        self._transform: Any = None
        self._shown = shown
        self.applied = False  # the file's own says how its colors became sRGB, or that they are
        kind = {"CMYK": "CMYK", "LAB": "LAB"}.get(mode, "L" if mode[:1] in "1LIF" else "RGB")
        if kind == "LAB":
            self._of_lab()
        elif icc:
            self._of_file(icc, kind)
        if kind == "CMYK" and not self._space:
            self._caution(
                "cmyk",
                "is CMYK without a profile that can be used: "
                "its colors were converted by a simple rule and may look brighter than in print",
            )

    def to_srgb(self, band: Image) -> Image:
        """Return a band of mode L, RGB, CMYK, LAB, … as RGB in sRGB."""
        from PIL import ImageCms

        if not self._space:
            return band if band.mode == "RGB" else band.convert("RGB")
        if band.mode != self._space:
            band = band.convert(self._space)
        converted = ImageCms.applyTransform(band, self._transform)
        assert converted is not None  # only in-place transforms return None
        return converted

    def _of_lab(self) -> None:
        from PIL import ImageCms

        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        self._transform = ImageCms.buildTransform(lab, srgb, "LAB", "RGB")
        self._space = "LAB"

    def _of_file(self, icc: bytes, kind: str) -> None:
        from PIL import ImageCms

        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            said: str = profile.profile.xcolor_space.strip()  # type: ignore[union-attr]
            space = _MODES.get(said, "")
            if not (space == kind or (space == "RGB" and kind == "L")):
                self._caution("profile", f"has a color profile for {said}, {_NOT_USED}")
                return
            srgb = ImageCms.createProfile("sRGB")
            transform = ImageCms.buildTransform(
                profile, srgb, space, "RGB", renderingIntent=ImageCms.Intent.PERCEPTUAL
            )
            same = space != "CMYK" and _changes_nothing(transform, space)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError, UnicodeError, AttributeError):
            self._caution("profile", f"has a damaged color profile, {_NOT_USED}")
            return
        self.applied = True
        if not same:
            self._transform, self._space = transform, space

    def _caution(self, topic: str, text: str) -> None:
        self.cautions += (Caution(topic, f"{self._shown} {text}."),)


_NOT_USED = "which was not used: its colors were taken as sRGB"


def _changes_nothing(transform: Any, space: str) -> bool:
    """Tell whether a transform leaves a lattice of colors, or all greys, where they are."""
    from PIL import Image, ImageCms

    if space == "L":
        probe = np.arange(256, dtype=np.uint8)[None]
        colors = np.repeat(probe[..., None], 3, axis=2)
    else:
        steps = np.arange(0, 256, 51, dtype=np.uint8)
        colors = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
        probe = colors
    converted = ImageCms.applyTransform(Image.fromarray(np.ascontiguousarray(probe)), transform)
    return bool(np.abs(np.asarray(converted).astype(int) - colors).max() <= _SAME)
