"""The EXIF block of a file: which way is up, and the block with that told to be up.

Read here and not by Pillow, as the few bytes needed can be changed in place: maker's notes, whose
offsets no writer knows, stay whole, and damage elsewhere in the block never stops reading.

References
----------
.. [1] CIPA DC-008-2023 (Exif 3.0), sections 4.6.2 (IFD), 4.6.5.1 (Orientation) and 4.6.6.2
   (ColorSpace).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_PREFIX = b"Exif\0\0"
_ORIENTATION = 0x0112
_CAMERA, _PLACE = 0x8769, 0x8825  # directories in the first
_COLOR_SPACE, _SRGB = 0xA001, 1
#: bytes of one value of each type
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}


@dataclass(frozen=True)
class Exif:
    """What an EXIF block says."""

    orientation: int  # 1 … 8; 1 where it does not say
    upright: bytes | None  # the block, with orientation 1; None where it is damaged
    damaged: bool = False


def read_exif(block: bytes) -> Exif:
    r"""Read an EXIF block, with or without its prefix ``Exif\0\0``."""
    start = len(_PREFIX) if block.startswith(_PREFIX) else 0
    tiff = bytearray(block[start:])
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(tiff[:4]), "")
    if not order or len(tiff) < 8:
        return Exif(1, None, damaged=True)
    entries, whole = _directory(tiff, struct.unpack_from(order + "I", tiff, 4)[0], order)
    orientation = 1
    for tag, kind, count, at in entries:
        if tag == _ORIENTATION and kind == 3 and count == 1:
            orientation = struct.unpack_from(order + "H", tiff, at)[0]
            struct.pack_into(order + "H", tiff, at, 1)
        elif tag in (_CAMERA, _PLACE):
            inside = struct.unpack_from(order + "I", tiff, at)[0]
            whole = whole and _directory(tiff, inside, order)[1]
    if not 1 <= orientation <= 8:
        orientation = 1
    return Exif(orientation, block[:start] + bytes(tiff) if whole else None, not whole)


def told_srgb(block: bytes) -> bytes:
    """Return a sound EXIF block that says, where it names a color space, that it is sRGB."""
    start = len(_PREFIX) if block.startswith(_PREFIX) else 0
    tiff = bytearray(block[start:])
    order = "<" if tiff.startswith(b"II") else ">"
    for tag, _, _, at in _directory(tiff, struct.unpack_from(order + "I", tiff, 4)[0], order)[0]:
        if tag == _CAMERA:
            inside = struct.unpack_from(order + "I", tiff, at)[0]
            for name, kind, count, place in _directory(tiff, inside, order)[0]:
                if (name, kind, count) == (_COLOR_SPACE, 3, 1):
                    struct.pack_into(order + "H", tiff, place, _SRGB)
    return block[:start] + bytes(tiff)


def _directory(
    tiff: bytearray, at: int, order: str
) -> tuple[list[tuple[int, int, int, int]], bool]:
    """Return (tag, type, count, place of its 4 bytes) of each entry, and whether all is there."""
    if at + 2 > len(tiff):
        return [], False
    n_entries = struct.unpack_from(order + "H", tiff, at)[0]
    entries, whole = [], at + 2 + 12 * n_entries <= len(tiff)
    for place in range(at + 2, min(at + 2 + 12 * n_entries, len(tiff) - 11), 12):
        tag, kind, count, offset = struct.unpack_from(order + "HHII", tiff, place)
        n_bytes = _WIDTHS.get(kind, 1) * count
        whole = whole and (n_bytes <= 4 or offset + n_bytes <= len(tiff))
        entries.append((tag, kind, count, place + 8))
    return entries, whole
