"""PNG, still and animated: chunks put together here, the pixels packed by oxipng.

Chunks of our own, because then nothing is in the file that was not asked for, an animation can
keep its palette, and each of its frames holds only the part that changed. Every stream of pixels
goes through oxipng on its own; what it gives does not depend on the zlib of the machine.

References
----------
PNG Specification, third edition, W3C 2025: https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from covey.report.images.changes import boxes_changed
from covey.report.images.png_pixels import (
    INDEXED,
    INDEXED_EFFORT,
    RGB,
    RGBA,
    SIGNATURE,
    Canvas,
    chunk,
    stream,
)
from covey.report.images.tables import ORDERS, neighbors, pack, places, see_through_first

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.picture import Metadata

_XMP_KEY = b"XML:com.adobe.xmp"
_MOST_DPI = 1e6  # what is more, or not a number, is damage
_STAY, _REPLACE = 0, 0  # a frame stays until the next draws over it, alpha and all


class Animation(NamedTuple):
    """The times of several frames."""

    durations: tuple[int, ...]  # milliseconds
    n_plays: int  # 0 = for ever


def indexed_png(
    frames: list[NDArray[Any]],
    colors: NDArray[Any],
    effort: int,
    metadata: Metadata | None,
    animation: Animation | None,
) -> bytes:
    """Return a PNG of indices into a table of colors.

    Parameters
    ----------
    frames : list of (h, w) uint8 arrays
        Indices into the colors; several make an animated PNG.
    colors : (k, 4) uint8 array
        At most 256; kept in the order that gives the fewest bytes, those not opaque first.
    effort : int
        0 (no oxipng; the fewest bits that hold the indices) … 6 (zopfli, many seconds).
    metadata : Metadata or None
    animation : Animation or None
        The times of the frames; None for one.
    """
    by_value = np.argsort(pack(colors))  # so that the file does not depend on the order given
    counts = neighbors(frames, len(colors))[np.ix_(by_value, by_value)]
    fewest = next(bits for bits in (1, 2, 4, 8) if len(colors) <= 1 << bits)
    how = INDEXED_EFFORT[effort]
    files = []
    for order in ORDERS[: how.n_orders]:
        placed = see_through_first(by_value[order(counts)], colors)
        tables = _palette(colors[placed])
        # at 16 colors whole bytes pack some 5 % better than halves; at 4 quarters stay better
        for bits in (8, 4) if how.whole_bytes and fewest == 4 else (fewest,):
            canvas = Canvas(bits, INDEXED, tables)
            files.append(_file(frames, places(placed), canvas, effort, metadata, animation))
    return min(files, key=len)


def truecolor_png(
    frames: list[NDArray[Any]],
    colors: NDArray[Any],
    effort: int,
    metadata: Metadata | None,
    animation: Animation | None,
) -> bytes:
    """Return a PNG of 24 bits a pixel, or of 32 where a color is not opaque.

    Parameters are those of ``indexed_png``; indices and colors may be any number.
    """
    alpha = bool((colors[:, 3] < 255).any())
    samples = colors if alpha else colors[:, :3]
    canvas = Canvas(8, RGBA if alpha else RGB)
    return _file(frames, samples, canvas, effort, metadata, animation)


# ------------------------------------------------------------------ the file


def _file(
    frames: list[NDArray[Any]],
    samples: NDArray[Any],
    canvas: Canvas,
    effort: int,
    metadata: Metadata | None,
    animation: Animation | None,
) -> bytes:
    """Put a file together; ``samples`` are what is written for each index of the frames."""
    height, width = frames[0].shape
    parts = [SIGNATURE, canvas.header(width, height), _metadata(metadata), canvas.tables]
    if animation is None:
        parts.append(chunk(b"IDAT", stream(frames[0], samples, canvas, effort)))
    else:
        times = struct.pack(">II", len(frames), animation.n_plays)
        parts.append(chunk(b"acTL", times))
        parts += _frames(frames, samples, canvas, effort, animation.durations)
    return b"".join([*parts, chunk(b"IEND", b"")])


def _frames(
    frames: list[NDArray[Any]],
    samples: NDArray[Any],
    canvas: Canvas,
    effort: int,
    durations: Sequence[int],
) -> Iterator[bytes]:
    """Give the chunks of each frame: the part that changed, in place of what was there."""
    sequence = 0
    shown = zip(frames, boxes_changed(frames), durations, strict=True)
    for i, (indices, box, duration) in enumerate(shown):
        delay = (duration, 1000) if duration < 2**16 else (min(duration // 1000, 2**16 - 1), 1)
        place = (*box.size, box.left, box.top)
        control = struct.pack(">IIIIIHHBB", sequence, *place, *delay, _STAY, _REPLACE)
        yield chunk(b"fcTL", control)
        pixels = stream(box.of(indices), samples, canvas, effort)
        if i == 0:
            yield chunk(b"IDAT", pixels)
        else:
            yield chunk(b"fdAT", struct.pack(">I", sequence + 1) + pixels)
        sequence += 1 if i == 0 else 2


def _palette(colors: NDArray[Any]) -> bytes:
    see_through = int((colors[:, 3] < 255).sum())  # they come first
    alpha = chunk(b"tRNS", colors[:see_through, 3].tobytes()) if see_through else b""
    return chunk(b"PLTE", colors[:, :3].tobytes()) + alpha


def _metadata(metadata: Metadata | None) -> bytes:
    """Return the chunks of what was asked to be kept, in one order."""
    if metadata is None:
        return b""
    chunks = [chunk(b"sRGB", b"\0")]  # EXIF may tell of the profile that was converted
    if metadata.dpi is not None and all(0 < dots < _MOST_DPI for dots in metadata.dpi):
        x, y = (round(dots / 0.0254) for dots in metadata.dpi)  # per meter
        chunks.append(chunk(b"pHYs", struct.pack(">IIB", x, y, 1)))
    if metadata.exif:
        chunks.append(chunk(b"eXIf", metadata.exif.removeprefix(b"Exif\0\0")))
    if metadata.xmp:
        chunks.append(chunk(b"iTXt", _XMP_KEY + b"\0\0\0\0\0" + metadata.xmp))
    for key, text in sorted(metadata.text.items()):
        name = " ".join(_printable(key).split())[:79].strip().encode("latin-1")
        if name and name != _XMP_KEY:
            chunks.append(chunk(b"iTXt", name + b"\0\0\0\0\0" + _utf8(text.replace("\0", ""))))
    return b"".join(chunks)


def _printable(key: str) -> str:
    """Leave what a keyword of PNG may hold: printable Latin-1."""
    return "".join(c if " " <= c <= "~" or "\xa1" <= c <= "\xff" else " " for c in key)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
