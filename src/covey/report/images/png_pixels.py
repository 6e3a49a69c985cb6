"""The pixels of a PNG: as small as oxipng makes them.

oxipng reads and writes whole files, so each frame becomes one; only its stream of pixels is
kept. What it gives does not depend on the zlib of the machine.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from covey.extras import require

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
INDEXED, RGB, RGBA = 3, 2, 6  # color types
_ALL = ("NoOp", "Entropy", "Brute", "Bigrams", "BigEnt", "Sub", "Up")


class _Effort(NamedTuple):
    """How hard the smallest stream is looked for."""

    filters: tuple[str, ...]  # of oxipng, each tried on the whole picture
    level: int  # of libdeflate, 1 … 12
    quick: bool  # compare the filters at a lower level
    n_orders: int = 1  # of the colors in the table
    whole_bytes: bool = False  # try 8 bits too where 4 hold the indices


# Measured on Kodak photos and a flower. In the order of by_zeng, level 3 gives 0.95 of the bytes of
# oxipng's own level 4 at 16 colors, and 0.99 … 1.01 at 64 and 256, in a quarter of its time.
INDEXED_EFFORT = {
    0: _Effort((), 0, True),
    1: _Effort(("NoOp",), 10, True),
    2: _Effort(("NoOp", "Entropy"), 10, True, whole_bytes=True),
    3: _Effort(("NoOp", "Entropy"), 12, True, whole_bytes=True),
    4: _Effort(("NoOp", "Entropy", "Brute"), 12, False, n_orders=2, whole_bytes=True),
    5: _Effort(_ALL, 12, False, n_orders=2, whole_bytes=True),
    6: _Effort(_ALL, 12, False, n_orders=2, whole_bytes=True),
}
_TRUECOLOR_EFFORT = {
    1: _Effort(("NoOp", "Bigrams"), 8, True),
    2: _Effort(("NoOp", "Bigrams"), 10, True),
    3: _Effort(("NoOp", "Bigrams", "Entropy"), 11, True),
    4: _Effort(("NoOp", "Bigrams", "BigEnt", "Brute"), 12, True),
    5: _Effort((*_ALL, "MinSum"), 12, False),
    6: _Effort((*_ALL, "MinSum"), 12, False),
}
_ZOPFLI_ITERATIONS = 15  # zopfli's own default; effort 6 only
_ZLIB_LEVEL = 9  # effort 0
_BAND = 1 << 18  # pixels looked up at a time


class Canvas(NamedTuple):
    """What the streams of one file share."""

    bits: int  # of a sample
    color_type: int
    tables: bytes = b""  # the chunks PLTE and tRNS

    def header(self, width: int, height: int) -> bytes:
        """Return the chunk that says how the pixels are kept."""
        size = struct.pack(">II", width, height)
        return chunk(b"IHDR", size + bytes([self.bits, self.color_type, 0, 0, 0]))


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk: length, name, data and their checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the name and the data of each chunk of a sound file."""
    at = len(SIGNATURE)
    while at < len(file):
        (length,) = struct.unpack_from(">I", file, at)
        yield file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        at += length + 12


def stream(indices: NDArray[Any], samples: NDArray[Any], canvas: Canvas, effort: int) -> bytes:
    """Return the pixels of one frame, filtered and compressed.

    Parameters
    ----------
    indices : (h, w) array
    samples : (k,) or (k, channels) uint8 array
        What is written for each index.
    canvas : Canvas
    effort : int
        0 … 6; 6 packs the best of what 5 tries by zopfli.
    """
    rows = _rows(indices, samples, canvas.bits)
    if effort == 0:
        return _deflated(rows, _ZLIB_LEVEL)
    alone = SIGNATURE + canvas.header(indices.shape[1], len(indices)) + canvas.tables
    alone += chunk(b"IDAT", _deflated(rows, 1)) + chunk(b"IEND", b"")
    how = (INDEXED_EFFORT if canvas.color_type == INDEXED else _TRUECOLOR_EFFORT)[effort]
    if effort < 6:
        return _oxipng(alone, how.filters, how.level, how.quick)
    tried = {name: _oxipng(alone, (name,), how.level, False) for name in how.filters}
    best = min(tried, key=lambda name: len(tried[name]))
    return min(tried[best], _oxipng(alone, (best,), 0, False), key=len)


def _rows(indices: NDArray[Any], samples: NDArray[Any], bits: int) -> Iterator[bytes]:
    """Give the rows as PNG keeps them, a band at a time, each behind its filter: none."""
    height, width = indices.shape
    step = max(1, _BAND // width)
    for top in range(0, height, step):
        band = _packed(samples[indices[top : top + step]], bits)
        yield np.pad(band.reshape(len(band), -1), ((0, 0), (1, 0))).tobytes()


def _deflated(parts: Iterator[bytes], level: int) -> bytes:
    packer = zlib.compressobj(level)
    return b"".join([*map(packer.compress, parts), packer.flush()])


def _packed(samples: NDArray[Any], bits: int) -> NDArray[Any]:
    """Put samples of fewer than 8 bits together, the leftmost in the highest bits."""
    if bits == 8:
        return np.ascontiguousarray(samples)
    height, width = samples.shape
    per_byte = 8 // bits
    whole = np.pad(samples, ((0, 0), (0, -width % per_byte))).reshape(height, -1, per_byte)
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    return np.bitwise_or.reduce(whole << shifts, axis=2)


def _oxipng(file: bytes, filters: tuple[str, ...], level: int, quick: bool) -> bytes:
    """Return the stream of a PNG of one frame, packed anew; level 0 is zopfli."""
    oxipng = require("oxipng", "Making a PNG smaller (effort 1 to 6)")
    deflaters = oxipng.Deflaters
    made = oxipng.optimize_from_memory(
        file,
        filter=[getattr(oxipng.RowFilter, name) for name in filters],
        deflate=deflaters.libdeflater(level) if level else deflaters.zopfli(_ZOPFLI_ITERATIONS),
        fast_evaluation=quick,
        force=True,  # else what is not made smaller stays as this machine's zlib wrote it
        bit_depth_reduction=False,
        color_type_reduction=False,
        palette_reduction=False,
        grayscale_reduction=False,
    )
    return b"".join(data for name, data in chunks(made) if name == b"IDAT")
