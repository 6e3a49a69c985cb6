"""Opening an image file: which formats, told from the content, and what damage is called."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from covey.errors import CoveyError, InputError
from covey.extras import require
from covey.features.images.limits import refuse_endless_scans, refuse_too_large

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

    from covey.features.images.sources import Given

#: What is read: format -> Pillow's module and class. Pillow opens some forty more, of which some
#: run other programs (EPS runs Ghostscript) and most are seldom tested.
FORMATS = {
    "JPEG": ("JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PngImagePlugin", "PngImageFile"),
    "WebP": ("WebPImagePlugin", "WebPImageFile"),
    "GIF": ("GifImagePlugin", "GifImageFile"),
    "TIFF": ("TiffImagePlugin", "TiffImageFile"),
    "BMP": ("BmpImagePlugin", "BmpImageFile"),
    "PPM": ("PpmImagePlugin", "PpmImageFile"),
    "AVIF": ("AvifImagePlugin", "AvifImageFile"),
}

#: first bytes, and where they are -> what else a file is, and what to do
_OTHERS = (
    (0, b"%PDF", "a PDF document", "export its page as PNG"),
    (0, b"%!PS", "a PostScript drawing", "export it as PNG"),
    (4, b"ftypheic", "a HEIC photo", "export it as JPEG or PNG"),
    (4, b"ftypmif1", "a HEIF photo", "export it as JPEG or PNG"),
    (4, b"ftyp", "a film", "export a frame as PNG"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL image", "export it as PNG"),
    (0, b"\xff\x0a", "a JPEG XL image", "export it as PNG"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 image", "export it as PNG"),
    (0, b"8BPS", "a Photoshop document", "export it as PNG"),
    (0, b"<svg", "an SVG drawing", "export it as PNG"),
    (0, b"<?xml", "an XML document or an SVG drawing", "export it as PNG"),
    (0, b"\0\0\1\0", "an icon", "export it as PNG"),
    (0, b"<", "a web page or a drawing", "fetch the image itself"),
    (0, b"PK\x03\x04", "a ZIP archive", "unpack it first"),
    (0, b"\x1f\x8b", "a gzip archive", "unpack it first"),
)


@contextlib.contextmanager
def damage_told(shown: str, what: str, n_bytes: int | None = None) -> Iterator[None]:
    """Turn whatever Pillow raises on damaged bytes into an InputError; wrap calls of Pillow only.

    Its parsers raise nearly every built-in exception on bytes that were made to hurt, hence the
    breadth. Their words are of its own insides, and not told.

    Parameters
    ----------
    shown, what : str
        What the message calls the image, and what it is.
    n_bytes : int, optional
        That there are of the file.
    """
    try:
        yield
    except CoveyError:
        raise
    except MemoryError as error:
        raise InputError(
            f"{shown} must fit into memory; {what} needs more than there is; lower its size"
        ) from error
    except Exception as error:
        cut = "truncated" in str(error).lower() or isinstance(error, EOFError)
        state = "truncated" if cut else "damaged or truncated"
        there = "" if n_bytes is None else f": {n_bytes:,} bytes are there"
        raise InputError(
            f"{shown} must be a whole {what}; it is {state}{there}; fetch it again"
        ) from error


def open_image(given: Given, max_pixels: int) -> tuple[ImageFile, str]:
    """Open an image, its header alone.

    Parameters
    ----------
    given : Given
    max_pixels : int

    Returns
    -------
    image : ImageFile
        The caller closes it; the file stays open.
    format : str
        A key of ``FORMATS``.

    Raises
    ------
    InputError
        It is no image of these formats, its header is damaged, or it is too large.
    """
    file, shown = given.file, given.shown
    file.seek(0)
    head = file.read(32)
    for kind, (module, name) in FORMATS.items():
        require("PIL.Image", "Reading an image")
        plugin = importlib.import_module(f"PIL.{module}")
        accepted = plugin._accept(head[:16])
        if not accepted:
            continue
        if isinstance(accepted, str):
            raise InputError(
                f"{shown} is {kind}, which the Pillow installed here cannot read; "
                "run: python -m pip install -U pillow"
            )
        if kind == "WebP" and (size := _webp_size(head)):
            refuse_too_large(size, 1, max_pixels, shown)  # opening it makes room for its pixels
        file.seek(0)
        with damage_told(shown, f"{kind} image", given.n_bytes):
            image = getattr(plugin, name)(file)
        try:
            _refuse_bombs(image, kind, given, max_pixels)
        except InputError:
            image.close()
            raise
        return image, kind
    raise _not_an_image(head, shown)


def _refuse_bombs(image: ImageFile, kind: str, given: Given, max_pixels: int) -> None:
    refuse_too_large(image.size, 1, max_pixels, given.shown)
    if kind == "JPEG" and image.info.get("progressive"):
        where = given.file.tell()
        refuse_endless_scans(given.file, given.shown)
        given.file.seek(where)
    if kind == "TIFF":  # a tile is decoded whole, however little of it is in the image
        tile = [image.tag_v2.get(tag, 0) for tag in (322, 323)]  # type: ignore[attr-defined]
        if all(isinstance(side, int) for side in tile):
            refuse_too_large((tile[0], tile[1]), 1, max_pixels, given.shown, " (one tile)")


def _webp_size(head: bytes) -> tuple[int, int] | None:
    """Return the size that the header of a WebP file says.

    References
    ----------
    .. [1] RFC 9649, sections 2.5 (VP8), 2.6 (VP8L) and 2.7 (VP8X). :doi:`10.17487/RFC9649`
    """
    little = int.from_bytes
    if head[12:16] == b"VP8X":
        return little(head[24:27], "little") + 1, little(head[27:30], "little") + 1
    if head[12:16] == b"VP8L":
        bits = little(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if head[12:16] == b"VP8 ":
        return little(head[26:28], "little") & 0x3FFF, little(head[28:30], "little") & 0x3FFF
    return None


def _shown(head: bytes) -> str:
    """Return the first bytes of a file as text where they are, else as hexadecimal digits."""
    first = head[:12]
    text = first.decode("ascii", "replace")
    return repr(text) if text.isprintable() and text.isascii() else first.hex(" ")


def _not_an_image(head: bytes, shown: str) -> InputError:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip() if head[:1] != b"\0" else head
    what, advice = f"a file that starts with {_shown(head)}", "pass an image file"
    for at, magic, kind, todo in _OTHERS:
        if start[at : at + len(magic)] == magic:
            what, advice = kind, todo
            break
    known = ", ".join(FORMATS)
    return InputError(f"{shown} must be an image ({known}); got {what}; {advice}")
