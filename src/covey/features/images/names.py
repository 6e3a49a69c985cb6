"""Names of image files: which endings are images, and how to show any name safely."""

from __future__ import annotations

import os

#: ending -> format that it promises
ENDINGS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".png": "PNG",
    ".apng": "PNG",
    ".webp": "WebP",
    ".gif": "GIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".ppm": "PPM",
    ".pgm": "PPM",
    ".pbm": "PPM",
    ".pnm": "PPM",
    ".avif": "AVIF",
}


def is_image_name(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> bool:
    """Tell by its ending whether a file is an image that ``read_picture`` reads."""
    return promised_format(os.fsdecode(path)) is not None


def promised_format(path: str) -> str | None:
    """Return the format that the ending of a file name promises; None where it promises none."""
    return ENDINGS.get(os.path.splitext(path)[1].lower())  # noqa: PTH122 (Path eats odd names)


def plain(text: str) -> str:
    """Return a name that any terminal and file can hold: newlines and broken UTF-8 escaped."""
    return text if text.isprintable() else repr(text)[1:-1]
