"""Pictures as data URIs, each within its share of a page.

A picture is embedded as it is where it fits. Otherwise it becomes a JPEG of quality 92, and where
that does not fit or cannot hold its alpha, a smaller copy; ``Embedded.note`` says so in words.
"""

from __future__ import annotations

import io
import math
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.extras import require
from covey.picture import Indexed
from covey.report.numbers import count

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: formats that every browser of today shows, and the type to call them by
SHOWN = {
    "PNG": "image/png",
    "APNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "JPEG": "image/jpeg",
    "AVIF": "image/avif",
}
_JPEG_QUALITY = 92
_MOST_PIXELS = 32_000_000  # more than a browser can be asked to decode beside others
_QUICK = 2_000_000  # pixels that are compressed to see what size they have
_BANDS, _BAND_ROWS = 8, 32  # of more pixels, rows compressed to guess it


@dataclass(frozen=True)
class Embedded:
    """A picture in a page."""

    uri: str  # data:image/…;base64,…
    note: str = ""  # what was done to it, after "shown as": "a JPEG of quality 92"; "" = nothing


def embed_file(content: bytes, kind: str) -> Embedded:
    """Embed a file as it is; ``kind`` is a key of ``SHOWN``."""
    return Embedded(f"data:{SHOWN[kind]};base64,{b64encode(content).decode('ascii')}")


def embed(image: Any, most_bytes: int) -> Embedded:
    """Embed a Pillow image in at most ``most_bytes`` bytes (before they become base64 text).

    Parameters
    ----------
    image : PIL.Image.Image
        Mode ``L``, ``P``, ``RGB`` or ``RGBA``.
    most_bytes : int
        At least 1,000.
    """
    whole = image.size
    shown = image
    if whole[0] * whole[1] > _MOST_PIXELS:
        shown = _smaller(image, math.sqrt(_MOST_PIXELS / (whole[0] * whole[1])))
    while True:
        content, kind, size = _encode(shown, most_bytes)
        if content:
            break
        shown = _smaller(shown, min(0.9, 0.95 * math.sqrt(most_bytes / size)))
    notes = []
    if kind == "JPEG":
        notes.append(f"a JPEG of quality {_JPEG_QUALITY}")
    if shown.size != whole:
        notes.append(reduced_text(shown.size))
    return Embedded(embed_file(content, kind).uri, ", ".join(notes))


def reduced_text(size: tuple[int, int]) -> str:
    """Say to what size a picture was reduced, after "shown as"."""
    return f"a copy reduced to {count(size[0])} × {count(size[1])} pixels"


def _encode(image: Any, most_bytes: int) -> tuple[bytes, str, float]:
    """Write a PNG, or a JPEG where the PNG is too large and there is no alpha to lose.

    Returns
    -------
    tuple
        Content, format and size; no content, and the size it would have, when it is too large.
    """
    opaque = image.mode in ("L", "RGB") or (image.mode == "P" and "transparency" not in image.info)
    kinds = ["PNG", "JPEG"] if opaque and max(image.size) <= 65_500 else ["PNG"]
    size = 0.0
    for kind in kinds:
        size = _guess(image, kind)
        if size <= 1.15 * most_bytes:
            content = _written(image, kind)
            size = float(len(content))
            if size <= most_bytes:
                return content, kind, size
    return b"", kinds[-1], size


def _guess(image: Any, kind: str) -> float:
    """Estimate the size of a large file from a few bands of rows; 0 where trying is quick."""
    width, height = image.size
    if width * height <= _QUICK or height <= 2 * _BANDS * _BAND_ROWS:
        return 0.0
    strip = image.crop((0, 0, width, _BANDS * _BAND_ROWS))
    for i in range(1, _BANDS):
        start = i * (height - _BAND_ROWS) // (_BANDS - 1)
        strip.paste(image.crop((0, start, width, start + _BAND_ROWS)), (0, i * _BAND_ROWS))
    return len(_written(strip, kind)) * height / strip.size[1]


def _written(image: Any, kind: str) -> bytes:
    stream = io.BytesIO()
    if kind == "JPEG":
        flat = image if image.mode != "P" else image.convert("RGB")
        flat.save(stream, kind, quality=_JPEG_QUALITY, subsampling=0)
    else:
        image.save(stream, kind, compress_level=6)
    return stream.getvalue()


def _smaller(image: Any, factor: float) -> Any:
    width, height = image.size
    return resized(image, (max(1, int(width * factor)), max(1, int(height * factor))))


def resized(image: Any, size: tuple[int, int]) -> Any:
    """Reduce a picture by averaging colors, which indices cannot be."""
    if image.mode == "P":
        image = unindexed(image)
    return image.resize(size, 1, reducing_gap=2.0)  # 1: Image.Resampling.LANCZOS


def unindexed(image: Any) -> Any:
    """Return a picture of mode ``P`` as ``RGB``, or ``RGBA`` where it is not opaque."""
    return image.convert("RGBA" if "transparency" in image.info else "RGB")


def image_of(pixels: NDArray[Any]) -> Any:
    """Return pixels (h, w), (h, w, 3) or (h, w, 4), uint8, as a Pillow image."""
    return require("PIL.Image", "Drawing a picture").fromarray(np.ascontiguousarray(pixels))


def indexed_image(indexed: Indexed, frame: int = 0) -> Any:
    """Return a frame as a Pillow image, of mode ``P`` where its palette has at most 256 colors."""
    palette = indexed.palette(frame)
    if len(palette.colors) > 256:
        return image_of(indexed.pixels(frame))
    image = image_of(indexed.indices[frame].astype(np.uint8, copy=False))
    image.putpalette(palette.colors[:, :3].tobytes())
    if palette.has_alpha:
        image.info["transparency"] = palette.colors[:, 3].tobytes()
    return image


def level_image(levels: NDArray[Any], colors: NDArray[Any]) -> Any:
    """Return levels (h, w) uint8 in the colors (256, 3) of a scale as a Pillow image."""
    image = image_of(levels)
    image.putpalette(np.ascontiguousarray(colors).tobytes())
    return image
