"""Anything that holds an image → Picture: files, bytes, arrays, Pillow images.

Pillow decodes; what a file is is told from its content, and only the formats of ``opening`` are
tried, so that no other program ever runs. Memory follows the pixels that a header promises, which
are counted before any is decoded.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from covey.errors import InputError, OptionError
from covey.features.images.names import is_image_name
from covey.picture import Picture

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["is_image_name", "read_picture"]

#: pixels of all frames together: a photo of 200 megapixels is the largest that cameras take
MAX_PIXELS = 200_000_000


def read_picture(source: Any, *, max_pixels: int = MAX_PIXELS, name: str | None = None) -> Picture:
    """Read an image, upright, in sRGB, with all its frames.

    Parameters
    ----------
    source : path, bytes, binary file, ndarray, Pillow image or Picture
        ``bytes`` are the content of a file. An array is (h, w), (h, w, 1), (h, w, 3) or
        (h, w, 4) of uint8, uint16, bool, or floats from 0 to 1. A Picture is returned as it is.
    max_pixels : int
        Refuse an image of more pixels, all frames together; a file before any is decoded.
    name : str, optional
        What messages call it; the default is the file name.

    Returns
    -------
    Picture
        Its pixels may share memory with an array given, and may be read-only.

    Raises
    ------
    InputError
        The source is not there, is not an image, is damaged, truncated, or too large.
    OptionError
        ``max_pixels`` is not a positive whole number.
    MissingExtraError
        Pillow is not installed.
    """
    if isinstance(max_pixels, bool) or not isinstance(max_pixels, int) or max_pixels < 1:
        raise OptionError(
            f"max_pixels must be a positive whole number; got {max_pixels!r}; "
            f"the default is {MAX_PIXELS:,}"
        )
    if isinstance(source, Picture):
        return source
    if isinstance(source, np.ndarray):
        from covey.features.images.arrays import read_array

        return read_array(source, max_pixels, name or "array")
    if _is_pillow_image(source):
        from covey.features.images.decoding import read_image

        return read_image(source, max_pixels, name or "PIL image")
    readable = isinstance(source, str | os.PathLike | bytes | bytearray | memoryview)
    if not readable and not hasattr(source, "read"):
        raise InputError(
            "an image must be a path, bytes, a binary file, a NumPy array or a Pillow image; "
            f"got {type(source).__name__}; convert it first, such as with numpy.asarray"
        )
    from covey.features.images.decoding import read_file
    from covey.features.images.sources import opened

    with opened(source, max_pixels, name) as given:
        return read_file(given, max_pixels)


def _is_pillow_image(source: Any) -> TypeGuard[Image]:
    """Tell whether it is a Pillow image, without importing Pillow: then it is imported already."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(source, pillow.Image)
