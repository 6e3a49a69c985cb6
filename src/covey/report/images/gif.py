"""GIF, still and animated: blocks put together here, Pillow's coder for the pixels.

Blocks of our own, because Pillow joins equal frames, and because each frame then draws only what
changed, erases only what must go, and leaves what stays.

References
----------
Graphics Interchange Format, version 89a, CompuServe 1990:
https://www.w3.org/Graphics/GIF/spec-gif89a.txt
"""

from __future__ import annotations

import io
import itertools
import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from covey.extras import require
from covey.report.images.changes import Box, box_around
from covey.report.images.tables import unpack

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CLEAR = 0  # a pixel that shows nothing, packed
_STAY, _ERASE = 1, 2  # what becomes of a frame when the next one comes
_MOST_COLORS = 256
_MOST_TEXT = 2**16


class _Frame(NamedTuple):
    """What a frame draws."""

    box: Box
    pixels: NDArray[Any]  # packed colors of the box
    stays: NDArray[Any]  # bool; those that show already what they must
    disposal: int


def binary_alpha(colors: NDArray[Any]) -> NDArray[Any]:
    """Return colors (k, 4) as GIF can hold them: opaque, or nothing where alpha is below 128."""
    seen = colors[:, 3:] >= 128
    return np.where(seen, colors | np.array([0, 0, 0, 255], np.uint8), 0).astype(np.uint8)


def gif(
    frames: list[NDArray[Any]],
    durations: Sequence[int],
    loop: int | None,
    comment: str | None = None,
    fixed: NDArray[Any] | None = None,
) -> bytes:
    """Return a GIF that shows exactly these frames.

    Parameters
    ----------
    frames : list of (h, w) uint32 arrays
        Colors as ``tables.pack`` gives them, after ``binary_alpha``. At most 256 in each frame.
    durations : sequence of int
        Milliseconds; GIF counts hundredths of a second, so that each end is rounded, not each
        length: the whole plays as long as before.
    loop : int or None
        As the file says it; None: played once.
    comment : str or None
    fixed : (f,) uint32 array, optional
        Packed colors that every table has, used or not.
    """
    height, width = frames[0].shape
    animated = len(frames) > 1
    kept = [] if fixed is None else [fixed]
    shared = _table([*frames, *kept], animated)
    screen = struct.pack("<HH", width, height)
    parts = [b"GIF89a", screen, b"\x70\0\0"]  # no table for all
    if shared is not None:
        parts[2:] = [_flags(shared, 0x70), b"\0\0", _color_bytes(shared)]
    if animated and loop is not None:
        times = struct.pack("<H", min(max(loop, 0), 2**16 - 1))
        parts.append(b"!\xff\x0bNETSCAPE2.0\x03\x01" + times + b"\0")
    if comment:
        parts.append(b"!\xfe" + _sub_blocks(comment.encode("utf-8", "replace")[:_MOST_TEXT]))
    drawn = zip(_drawn(frames), _hundredths(durations), frames, strict=True)
    for frame, delay, whole in drawn:
        table = shared if shared is not None else _table([whole, *kept], animated)
        assert table is not None
        parts.append(_frame_bytes(frame, delay, table, local=shared is None))
    return b"".join(parts) + b";"


def _table(colored: list[NDArray[Any]], animated: bool) -> NDArray[Any] | None:
    """Return the packed colors of some arrays; None if there are too many for one table.

    An animation gets a color that shows nothing while there is room: it leaves what stays.
    """
    colors = np.unique(np.concatenate([np.unique(one) for one in colored]))
    if len(colors) > _MOST_COLORS:
        return None
    if animated and colors[0] != _CLEAR and len(colors) < _MOST_COLORS:
        colors = np.insert(colors, 0, _CLEAR)
    return colors


def _drawn(frames: list[NDArray[Any]]) -> Iterator[_Frame]:
    """Give what each frame must draw over what is there, and whether it is erased after."""
    height, width = frames[0].shape
    there = np.zeros((height, width), np.uint32)
    for i, frame in enumerate(frames):
        after = frames[i + 1] if i + 1 < len(frames) else frame
        vanish = (frame != _CLEAR) & (after == _CLEAR)  # only erasing the frame takes them away
        stays = frame == there
        box = box_around(~stays | vanish) if i else Box(0, 0, width, height)
        disposal = _ERASE if vanish.any() else _STAY
        yield _Frame(box, box.of(frame), box.of(stays), disposal)
        there = frame.copy()
        if disposal == _ERASE:
            box.of(there)[:] = _CLEAR


def _hundredths(durations: Sequence[int]) -> list[int]:
    ends = [0, *((end + 5) // 10 for end in np.cumsum(durations, dtype=np.int64).tolist())]
    lengths = [after - before for before, after in itertools.pairwise(ends)]
    # 0 would mean "as fast as you like", which viewers take for a tenth of a second
    return [
        min(max(length, 1 if asked else 0), 2**16 - 1)
        for length, asked in zip(lengths, durations, strict=True)
    ]


# ------------------------------------------------------------------ the blocks


def _frame_bytes(frame: _Frame, delay: int, table: NDArray[Any], local: bool) -> bytes:
    """Return the blocks of a frame: its control, its place, its own table, its pixels."""
    see_through = table[0] == _CLEAR
    indices = np.searchsorted(table, frame.pixels).astype(np.uint8)
    coded = _coded(indices)
    if see_through and frame.stays.any():
        coded = min(coded, _coded(np.where(frame.stays, 0, indices).astype(np.uint8)), key=len)
    width, height = frame.box.size
    place = struct.pack("<HHHH", frame.box.left, frame.box.top, width, height)
    control = b""
    if see_through or delay or frame.disposal != _STAY:
        flags = frame.disposal << 2 | int(see_through)
        control = b"!\xf9\x04" + struct.pack("<BHB", flags, delay, 0) + b"\0"
    own = _flags(table, 0) + _color_bytes(table) if local else b"\0"
    return control + b"," + place + own + coded


def _bits(table: NDArray[Any]) -> int:
    return max(len(table) - 1, 1).bit_length()


def _flags(table: NDArray[Any], others: int) -> bytes:
    return bytes([0x80 | others | (_bits(table) - 1)])


def _color_bytes(table: NDArray[Any]) -> bytes:
    return unpack(table)[:, :3].tobytes().ljust(3 << _bits(table), b"\0")


def _sub_blocks(data: bytes) -> bytes:
    parts = (data[at : at + 255] for at in range(0, len(data), 255))
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def _coded(indices: NDArray[Any]) -> bytes:
    """Return the pixels as Pillow codes them: the size of a code, then the blocks."""
    image = require("PIL.Image", "Writing a GIF").fromarray(np.ascontiguousarray(indices))
    buffer = io.BytesIO()
    image.save(buffer, "GIF", optimize=False, interlace=False)
    made = buffer.getvalue()
    at = 13 + _table_bytes(made[10])
    while made[at : at + 1] == b"!":  # extensions
        at += 2
        while made[at]:
            at += made[at] + 1
        at += 1
    return made[at + 10 + _table_bytes(made[at + 9]) : -1]


def _table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
