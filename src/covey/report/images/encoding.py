"""An image of few colors becomes the bytes of a file: PNG, GIF, WebP, or arrays.

Every format but GIF, whose alpha is all or nothing, gives back exactly the pixels put in. The
table of a file holds each color that a pixel uses once, and those that were fixed, in the order
that makes the file small.
Nothing but pixels is written unless metadata is given, so that the bytes are the same every time.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import OptionError, nearest
from covey.report.images import gif, png, webp
from covey.report.images.tables import any_table, fixed_colors, one_table, pack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.picture import Indexed, Metadata

#: format -> suffix of its files
FORMATS = {"png": ".png", "png24": ".png", "gif": ".gif", "webp": ".webp", "npz": ".npz"}
MOST_EFFORT = 6
_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's first day: the same bytes on any day


def format_for(path: str) -> str | None:
    """Return the format of the files with the suffix of a path; None when none has it."""
    suffix = PurePath(path).suffix.lower()
    suffix = ".png" if suffix == ".apng" else suffix
    return next((name for name, known in FORMATS.items() if known == suffix), None)


def encode(
    indexed: Indexed,
    format: str = "png",  # noqa: A002 (the option's name)
    *,
    effort: int = 3,
    metadata: Metadata | None = None,
) -> bytes:
    """Return the bytes of a file that holds an image.

    Parameters
    ----------
    indexed : Indexed
        Several frames make an animation. The times of frames are kept; equal frames stay apart.
    format : {"png", "png24", "gif", "webp", "npz"}
        ``png``: indexed, the bits that make it smallest (1, 2, 4 or 8), alpha exact. An animation
        has one table; when its frames have more than 256 colors together, it is written as png24.
        ``png24``: 24 bits a pixel, 32 with alpha; any number of colors.
        ``gif``: a color of alpha below 128 becomes transparent, any other opaque.
        ``webp``: without loss; any number of colors.
        ``npz``: arrays for NumPy, no pickle: ``palette`` (k, 4) uint8, ``indices``
        (frames, h, w), ``durations`` (frames,) in milliseconds, ``loop`` (-1: not told);
        ``palette[indices]`` are the pixels.
    effort : int
        0 (fastest; PNG without oxipng) … 6 (many seconds). Of no meaning for gif and npz.
    metadata : Metadata or None
        Kept as far as the format can: all in PNG, EXIF and XMP in WebP, the text in GIF.

    Raises
    ------
    OptionError
        The format, or a size or number of colors that it cannot hold.
    MissingExtraError
        Pillow (GIF, WebP) or oxipng (PNG, effort 1 to 6) is not installed.
    """
    if format not in FORMATS:
        raise OptionError(
            f"format must be one of {', '.join(FORMATS)}; got {format!r}.{nearest(format, FORMATS)}"
        )
    if isinstance(effort, bool) or effort not in range(MOST_EFFORT + 1):
        raise OptionError(f"effort must be a whole number, 0 to {MOST_EFFORT}; got {effort!r}")
    return _WRITERS[format](indexed, effort, metadata)


def _png(indexed: Indexed, effort: int, metadata: Metadata | None) -> bytes:
    frames, colors = any_table(indexed)
    if len(colors) > 256:
        _refuse_colors(max(len(np.unique(frame)) for frame in frames), "png")
        return png.truecolor_png(frames, colors, effort, metadata, _animation(indexed))
    return png.indexed_png(frames, colors, effort, metadata, _animation(indexed))


def _png24(indexed: Indexed, effort: int, metadata: Metadata | None) -> bytes:
    return png.truecolor_png(*any_table(indexed), effort, metadata, _animation(indexed))


def _gif(indexed: Indexed, _effort: int, metadata: Metadata | None) -> bytes:
    _refuse_sides(indexed, 2**16 - 1, "gif")
    frames, colors = one_table(indexed)
    packed = pack(gif.binary_alpha(colors))
    frames = [packed[frame] for frame in frames]
    _refuse_colors(max(len(np.unique(frame)) for frame in frames), "gif")
    comment = "\n".join(metadata.text.values()) if metadata else None
    fixed = pack(gif.binary_alpha(fixed_colors(indexed)))
    return gif.gif(frames, indexed.durations, indexed.loop, comment, fixed)


def _webp(indexed: Indexed, effort: int, metadata: Metadata | None) -> bytes:
    _refuse_sides(indexed, webp.MOST_PIXELS_A_SIDE, "webp")
    return webp.webp(*any_table(indexed), effort, metadata, _animation(indexed))


def _npz(indexed: Indexed, _effort: int, _metadata: Metadata | None) -> bytes:
    frames, colors = one_table(indexed)
    arrays = {
        "palette": colors,
        "indices": np.stack(frames),
        "durations": np.asarray(indexed.durations, "<i8"),
        "loop": np.asarray(-1 if indexed.loop is None else indexed.loop, "<i8"),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, values in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same on Windows
            archive.writestr(entry, _npy(values), compress_type=zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _npy(values: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    little = values.astype(values.dtype.newbyteorder("<"))
    np.lib.format.write_array(buffer, little, allow_pickle=False)
    return buffer.getvalue()


_WRITERS: dict[str, Callable[[Indexed, int, Metadata | None], bytes]] = {
    "png": _png, "png24": _png24, "gif": _gif, "webp": _webp, "npz": _npz,
}  # fmt: skip


def _animation(indexed: Indexed) -> png.Animation | None:
    """Return the times of several frames; an animation that does not tell plays once."""
    if len(indexed.indices) == 1:
        return None
    return png.Animation(indexed.durations, 1 if indexed.loop is None else indexed.loop)


def _refuse_colors(n_colors: int, name: str) -> None:
    if n_colors > 256:
        raise OptionError(
            f"format {name!r} holds at most 256 colors a frame; got {n_colors}; "
            "ask for fewer with -k, or choose --format png24 (24 bits a pixel) or --format npz"
        )


def _refuse_sides(indexed: Indexed, most: int, name: str) -> None:
    height, width = indexed.indices[0].shape
    if max(width, height) > most:
        raise OptionError(
            f"format {name!r} holds at most {most} pixels a side; got {width}x{height}; "
            "choose --format png or make the image smaller"
        )
