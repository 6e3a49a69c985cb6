"""What a file says beside its pixels: EXIF, XMP, resolution, texts."""

from __future__ import annotations

import contextlib
import math
import re
from typing import TYPE_CHECKING, Any

from covey.features.images.exif import Exif, told_srgb
from covey.picture import Metadata

if TYPE_CHECKING:
    from PIL.Image import Image

#: What a TIFF says of the picture rather than of how its pixels are stored: description, make,
#: model, software, date, artist, copyright; the directories of camera facts and of the place.
_TIFF_FACTS = (0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298, 0x8769, 0x8825)


#: what XMP says of the color space, as an attribute or an element -> what it says of sRGB
_XMP_SAYS = (
    (rb"(exif:ColorSpace(?:=[\"']|>))[^\"'<]*", rb"\g<1>1"),
    (rb"(photoshop:ICCProfile(?:=[\"']|>))[^\"'<]*", rb"\g<1>sRGB IEC61966-2.1"),
)


def read_metadata(image: Image, exif: Exif, converted: bool) -> Metadata:
    """Return what a loaded image says beside its pixels; what is damaged is left out.

    Parameters
    ----------
    image : Image
    exif : Exif
    converted : bool
        Its color profile was applied: what is said of it must say sRGB instead.
    """
    xmp = image.info.get("xmp")
    xmp = xmp if isinstance(xmp, bytes) else None
    block = _tiff_facts(image) if hasattr(image, "tag_v2") else exif.upright
    if converted:
        block = block and told_srgb(block)
        for said, instead in _XMP_SAYS:
            xmp = xmp and re.sub(said, instead, xmp)
    return Metadata(block, xmp, _dpi(image), _texts(image))


def _dpi(image: Image) -> tuple[float, float] | None:
    given: Any = image.info.get("dpi")
    with contextlib.suppress(TypeError, ValueError, ArithmeticError):
        x, y = (float(value) for value in given)
        if 0 < x < math.inf and 0 < y < math.inf:
            return x, y
    return None


def _texts(image: Image) -> dict[str, str]:
    texts = getattr(image, "_text", None) or {}
    texts = {str(key): str(value) for key, value in texts.items()}
    comment = image.info.get("comment")
    if isinstance(comment, bytes) and comment:
        texts["comment"] = comment.decode("utf-8", "replace")
    return texts


def _tiff_facts(image: Image) -> bytes | None:
    """Return a new EXIF block of a TIFF's facts; None where there are none or they are damaged."""
    from PIL.Image import Exif as Block

    try:
        given, block = image.getexif(), Block()
        for tag in _TIFF_FACTS:
            if tag not in given:
                continue
            inside = tag in (0x8769, 0x8825)
            block[tag] = dict(given.get_ifd(tag)) if inside else given[tag]
        return block.tobytes() if len(block) else None
    except Exception:  # Pillow raises nearly anything on damaged tags; pixels are whole
        return None
