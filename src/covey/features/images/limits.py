"""How much a file may make us allocate, and for how long it may keep us busy."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

from covey.errors import InputError
from covey.extras import require

#: A scan of a progressive JPEG costs a pass over all pixels and may take a few bytes only; real
#: encoders write about ten. libjpeg-turbo's own fuzzers stop at this number.
MAX_SCANS = 500

_lock = threading.Lock()
_held: list[int] = []
_before: list[int | None] = []


@contextlib.contextmanager
def pillow_allows(max_pixels: int) -> Iterator[None]:
    """Keep Pillow's own limit, a global, at or above ours while any thread reads.

    It is never lowered, and is as it was when the last reader is done.
    """
    pillow: Any = require("PIL.Image", "Reading an image")

    def settle() -> None:
        before = _before[0]
        pillow.MAX_IMAGE_PIXELS = before if before is None else max([before, *_held])

    with _lock:
        if not _held:
            _before[:] = [pillow.MAX_IMAGE_PIXELS]
        _held.append(max_pixels)
        settle()
    try:
        yield
    finally:
        with _lock:
            _held.remove(max_pixels)
            settle()


def refuse_too_large(
    size: tuple[int, int], n_frames: int, max_pixels: int, shown: str, what: str = ""
) -> None:
    """Raise InputError when the pixels that an image promises are more than allowed.

    Parameters
    ----------
    size : (width, height)
    n_frames : int
    max_pixels : int
    shown : str
        What the message calls the file.
    what : str
        Said after the size, such as " (its tiles)".
    """
    width, height = size
    n_pixels = width * height * n_frames
    if n_pixels > max_pixels:
        frames = f" × {n_frames:,} frames" if n_frames > 1 else ""
        raise InputError(
            f"{shown} must have at most {max_pixels:,} pixels; got {width:,} × "
            f"{height:,}{frames} = {n_pixels:,}{what}; raise max_pixels if you trust it"
        )


def refuse_endless_scans(file: BinaryIO, shown: str) -> None:
    """Raise InputError when a JPEG has so many scans that decoding it would not end."""
    file.seek(0)
    n_scans, last = 0, b""
    while block := file.read(1 << 20):
        n_scans += (last + block).count(b"\xff\xda")
        last = block[-1:]
    if n_scans > MAX_SCANS:
        raise InputError(
            f"{shown} must have at most {MAX_SCANS} scans; got {n_scans:,}, as no camera or "
            "program writes; save it anew with an image editor if you trust it"
        )
