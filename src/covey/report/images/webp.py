"""WebP without loss, still and animated: Pillow codes each picture, the container is our own.

Pillow's own animation joins equal frames and may turn what it likes around; here each frame is a
still picture of the part that changed.

References
----------
WebP Container Specification, RFC 9649, 2024. doi:10.17487/RFC9649
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from covey.extras import require
from covey.report.images.changes import boxes_changed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.picture import Metadata

Ways = tuple[tuple[int, int], ...]
MOST_PIXELS_A_SIDE = 16383  # 14 bits
_ANIMATED, _XMP, _EXIF, _ALPHA = 2, 4, 8, 16  # flags of the container
_REPLACE = 2  # a frame's pixels take the place of what is there, alpha and all

#: effort -> ways, pairs of libwebp's method and quality, each tried. Measured on Kodak photos:
#: (5, 80) gives 2 to 4 % less than (4, 50) at up to 64 colors and 2 % more at 256; (6, 100) takes
#: 10 s.
_TRIED = {
    0: ((0, 0),),
    1: ((1, 25),),
    2: ((3, 50),),
    3: ((4, 50),),
    4: ((4, 50), (5, 80)),
    5: ((4, 50), (5, 80), (6, 90)),
    6: ((6, 100),),
}
_ALL_WAYS = ((6, 100),)  # libwebp tries every way to predict pixels, and none
#: Of more colors than fit its table, libwebp predicts pixels, which tears few colors apart, unless
#: it tries all ways: measured, half the bytes at 300 colors, 36 % less at 1000, 13 % at 4096, for
#: 16 seconds a megapixel in place of one. So without being asked only up to half a megapixel.
_TABLE, _MOST_COLORS, _MOST_PIXELS = 256, 4096, 2**19


def webp(
    frames: list[NDArray[Any]],
    colors: NDArray[Any],
    effort: int,
    metadata: Metadata | None,
    animation: tuple[Sequence[int], int] | None,
) -> bytes:
    """Return a lossless WebP; where a pixel is transparent its color is kept too.

    Parameters
    ----------
    frames : list of (h, w) arrays
        Indices into the colors; several make an animation.
    colors : (k, 4) uint8 array
        Any number of them.
    effort : int
        0 (fast) … 6 (ten seconds a photo); from 4 on, and at 3 where pixels are few, as long for
        257 to 4096 colors.
    metadata : Metadata or None
        EXIF and XMP are kept.
    animation : (durations in milliseconds, number of plays) or None
        0 plays = for ever.
    """
    alpha = bool((colors[:, 3] < 255).any())
    samples = colors if alpha else colors[:, :3]
    height, width = frames[0].shape
    ways = _ways(effort, len(colors), len(frames) * frames[0].size)
    if animation is None:
        parts = [_coded(samples[frames[0]], ways)]
    else:
        durations, n_plays = animation
        parts = [_chunk(b"ANIM", struct.pack("<IH", 0, min(n_plays, 2**16 - 1)))]
        parts += _frames(frames, samples, ways, durations)
    exif = metadata.exif if metadata else None
    xmp = metadata.xmp if metadata else None
    flags = _ANIMATED * (animation is not None) | _ALPHA * alpha
    flags |= _XMP * bool(xmp) | _EXIF * bool(exif)
    if flags & ~_ALPHA:  # a still picture alone needs no extended header
        size = _three(width - 1) + _three(height - 1)
        parts.insert(0, _chunk(b"VP8X", struct.pack("<I", flags) + size))
    if exif:
        parts.append(_chunk(b"EXIF", exif.removeprefix(b"Exif\0\0")))
    if xmp:
        parts.append(_chunk(b"XMP ", xmp))
    return _chunk(b"RIFF", b"WEBP" + b"".join(parts))


def _ways(effort: int, n_colors: int, n_pixels: int) -> Ways:
    """Return what is tried: all ways where colors are few but more than a table holds."""
    few = _TABLE < n_colors <= _MOST_COLORS
    if few and (effort > 3 or (effort == 3 and n_pixels <= _MOST_PIXELS)):
        return _ALL_WAYS
    return _TRIED[effort]


def _frames(
    frames: list[NDArray[Any]], samples: NDArray[Any], ways: Ways, durations: Sequence[int]
) -> Iterator[bytes]:
    for frame, box, duration in zip(frames, boxes_changed(frames, step=2), durations, strict=True):
        width, height = box.size
        where = (box.left // 2, box.top // 2, width - 1, height - 1, min(duration, 2**24 - 1))
        place = b"".join(map(_three, where)) + bytes([_REPLACE])
        yield _chunk(b"ANMF", place + _coded(samples[box.of(frame)], ways))


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _coded(pixels: NDArray[Any], ways: Ways) -> bytes:
    """Return the chunk of the pixels of one still picture, the smallest of some ways."""
    image = require("PIL.Image", "Writing a WebP image").fromarray(pixels)
    found = []
    for method, quality in ways:
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", lossless=True, exact=True, method=method, quality=quality)
        found.append(buffer.getvalue())
    made = min(found, key=len)
    at = made.index(b"VP8L", 12)  # after an extended header, where there is one
    (length,) = struct.unpack_from("<I", made, at + 4)
    return made[at : at + 8 + length + length % 2]
