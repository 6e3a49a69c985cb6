"""A file or a Pillow image → Picture: its frames, what it says of itself, what to beware of."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from covey.errors import InputError
from covey.features.images.exif import Exif, read_exif
from covey.features.images.held import bits_per_channel, held
from covey.features.images.limits import pillow_allows, refuse_too_large
from covey.features.images.metadata import read_metadata
from covey.features.images.opacity import same_channels
from covey.features.images.opening import damage_told, open_image
from covey.features.images.pixels import Conversion
from covey.flow import Caution
from covey.picture import Frame, Metadata, Picture

if TYPE_CHECKING:
    from PIL.Image import Image

    from covey.features.images.sources import Given


@dataclass(frozen=True)
class Shown:
    """What messages call an image."""

    error: str  # as the user gave it
    caution: str  # without its folder
    what: str  # "PNG image"
    n_bytes: int | None = None  # of the file


@dataclass
class Decoded:
    """What was got out of an image."""

    held: str
    frames: list[Frame] = field(default_factory=list)
    cautions: dict[Caution, None] = field(default_factory=dict)  # a set that keeps its order
    exif: Exif | None = None
    loop: int | None = None
    metadata: Metadata = field(default_factory=Metadata)
    reduced: bool = False


def read_file(given: Given, max_pixels: int) -> Picture:
    """Read an open image file.

    Raises
    ------
    InputError
        It is not an image, is damaged, truncated, or has more than ``max_pixels``.
    """
    with pillow_allows(max_pixels):
        image, kind = open_image(given, max_pixels)
        with contextlib.closing(image):
            shown = Shown(given.shown, given.label, f"{kind} image", given.n_bytes)
            decoded = _decode(image, max_pixels, shown)
            if kind == "TIFF" and getattr(image, "is_animated", False):
                _caution(decoded, "pages", f"{given.label} has several pages; the first was read.")
    if given.promised and given.promised != kind:
        text = f"{given.label} holds {kind}, not {given.promised} as its name says; it was read."
        _caution(decoded, "extension", text)
    return _picture(decoded, given.name, kind, given.n_bytes)


def read_image(image: Image, max_pixels: int, name: str) -> Picture:
    """Read an image of Pillow's, which is left as it was.

    Raises
    ------
    InputError
        It is of a mode that is not for looking at, or comes from a damaged file.
    """
    if not min(image.size):
        raise InputError(f"{name} must have at least one pixel; got {image.width} × {image.height}")
    with pillow_allows(max_pixels):
        refuse_too_large(image.size, 1, max_pixels, name)
        with damage_told(name, "Pillow image"):
            place = image.tell()
        decoded = _decode(image, max_pixels, Shown(name, name, "Pillow image"))
        with damage_told(name, "Pillow image"):
            image.seek(place)
    return _picture(decoded, name, "PIL", None)


def _picture(decoded: Decoded, name: str, kind: str, n_bytes: int | None) -> Picture:
    return Picture(
        same_channels(decoded.frames),
        name,
        kind,
        decoded.held,
        n_bytes,
        decoded.loop,
        decoded.metadata,
        tuple(decoded.cautions),
        decoded.reduced,
    )


def _decode(image: Image, max_pixels: int, shown: Shown) -> Decoded:
    with damage_told(shown.error, shown.what, shown.n_bytes):
        bits = bits_per_channel(image)
        decoded = Decoded(held(image, bits))
        first, n_frames = _which_frames(image)
    refuse_too_large(image.size, n_frames - first, max_pixels, shown.error)
    conversion: Conversion | None = None
    size = image.size
    for index in range(first, n_frames):
        with damage_told(shown.error, shown.what, shown.n_bytes):
            if n_frames > 1:
                image.seek(index)
            refuse_too_large(image.size, 1, max_pixels, shown.error)  # a GIF may grow on the way
            image.load()
            if decoded.exif is None:  # TIFF and PNG know it only now
                decoded.exif = _exif(image)
                size = image.size
            if conversion is None or conversion.mode != image.mode or image.format == "GIF":
                conversion = Conversion(image, bits, shown.caution)
                decoded.cautions.update(dict.fromkeys(conversion.cautions))
            pixels = conversion.pixels(image, decoded.exif.orientation, size)
            decoded.reduced = decoded.reduced or conversion.reduced
        duration = _milliseconds(image.info.get("duration")) if n_frames - first > 1 else 0
        decoded.frames.append(Frame(pixels, duration))
    if len(decoded.frames) > 1:
        loop = image.info.get("loop")
        decoded.loop = loop if isinstance(loop, int) else None
    assert decoded.exif is not None  # there was a frame
    assert conversion is not None
    decoded.metadata = read_metadata(image, decoded.exif, conversion.converted)
    if decoded.exif.damaged:
        text = f"{shown.caution} has a damaged EXIF block, which is left out; its pixels are whole."
        _caution(decoded, "exif", text)
    return decoded


def _which_frames(image: Image) -> tuple[int, int]:
    """Return the first frame and how many there are; pages of a TIFF are no frames."""
    if hasattr(image, "tag_v2"):
        return 0, 1
    n_frames = getattr(image, "n_frames", 1)
    # an animated PNG may show another image to who cannot play it: not a frame
    first = int(n_frames > 1 and bool(image.info.get("default_image")))
    return first, n_frames


def _exif(image: Image) -> Exif:
    block: Any = image.info.get("exif")
    return read_exif(block) if isinstance(block, bytes) and block else Exif(1, None)


def _milliseconds(duration: Any) -> int:
    """Return a duration as whole milliseconds; a damaged file may tell infinity."""
    try:
        return max(0, round(duration or 0))
    except (TypeError, ValueError, OverflowError):
        return 0


def _caution(decoded: Decoded, topic: str, text: str) -> None:
    decoded.cautions[Caution(topic, text)] = None
