"""Read mutated image files of every format: a picture or an InputError, never anything else.

Small files of each format and kind are made with Pillow, then spoilt: bits flipped, numbers
replaced by extreme ones, parts cut, doubled, moved, or taken from another file; checksums of PNG
are mended half the time, so that the damage gets past them. Each read must end in ``SECONDS`` and
raise nothing but InputError; what is read must be a whole Picture; and the process must not grow
beyond ``GROWTH``. A crash or a hang ends this process, which ``test_image_files.py`` runs as a
child.

    python tests/fuzz/image_files.py [--seed N] [--rounds N] [--seconds S] [--only FORMAT]
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import resource
import struct
import sys
import time
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

from covey.errors import InputError
from covey.features.images import read_picture

MOST = 300_000  # pixels that a file may have
SECONDS = 5.0  # that a read may take, on a busy machine
GROWTH = 400 << 20  # bytes that the process may grow by, whatever the files say
ROOM = 4 << 30  # bytes of address space: beyond, allocation fails at once instead of swapping
NUMBERS = [0, 1, 2, 3, 7, 8, 16, 32, 127, 128, 255, 256, 999, 32767, 32768, 65535, 65536, 2**24]
NUMBERS += [2**31 - 1, 2**31, 2**32 - 1]


class Failure(Exception):
    """Reading did what it must not."""


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    # copies: Pillow's writer of JPEG leaves its settings in the images
    if "append_images" in options:
        options["append_images"] = [frame.copy() for frame in options["append_images"]]
    image.copy().save(file, kind, **options)
    return file.getvalue()


def starts() -> dict[str, list[bytes]]:
    """Return whole files of each format, of many kinds."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:20, 0:27]
    smooth = np.stack([x * 9, y * 12, x + y], axis=2).astype(np.uint8)
    color = Image.fromarray(smooth)
    alpha = Image.fromarray(np.dstack([smooth, rng.integers(0, 256, (20, 27), np.uint8)]))
    grey, deep = color.convert("L"), Image.fromarray(rng.integers(0, 65536, (20, 27), np.uint16))
    palette, inks = color.quantize(13), color.convert("CMYK")
    frames = [color.rotate(90 * i) for i in range(1, 4)]
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A maker"
    exif.get_ifd(0x8769)[0x9003] = "2020:01:01 00:00:00"
    said = {"exif": exif.tobytes(), "icc_profile": ImageCms.ImageCmsProfile(
        ImageCms.createProfile("sRGB")).tobytes()}  # fmt: skip
    moving = {"save_all": True, "append_images": frames, "duration": 50}
    text = PngImagePlugin.PngInfo()
    text.add_text("note", "said " * 50, zip=True)
    text.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>")
    return {
        "PNG": [
            saved(color, "PNG", pnginfo=text, **said), saved(alpha, "PNG"), saved(deep, "PNG"),
            saved(palette, "PNG", transparency=3), saved(grey, "PNG", transparency=7),
            saved(color, "PNG", **moving), saved(palette, "PNG", bits=4),
        ],
        "JPEG": [
            saved(color, "JPEG", comment=b"said", **said), saved(grey, "JPEG"),
            saved(color, "JPEG", progressive=True, dpi=(72, 72)), saved(inks, "JPEG"),
            saved(color, "MPO", save_all=True, append_images=frames),
        ],
        "WEBP": [
            saved(color, "WEBP", **said), saved(alpha, "WEBP", lossless=True),
            saved(color, "WEBP", **moving),
        ],
        "GIF": [
            saved(palette, "GIF", comment=b"said"), saved(color, "GIF", **moving, disposal=2),
            saved(alpha, "GIF", **moving, disposal=3, loop=0),
        ],
        "TIFF": [
            saved(color, "TIFF", **said), saved(color, "TIFF", compression="tiff_lzw"),
            saved(color, "TIFF", compression="jpeg"), saved(deep, "TIFF"),
            saved(alpha, "TIFF", compression="tiff_adobe_deflate"), saved(inks, "TIFF"),
            saved(palette, "TIFF", compression="packbits"), saved(color.convert("LAB"), "TIFF"),
            saved(grey.convert("1"), "TIFF", compression="group4"),
            saved(grey.convert("F"), "TIFF"),
            saved(color, "TIFF", save_all=True, append_images=frames),
        ],
        "BMP": [saved(color, "BMP"), saved(palette, "BMP"), saved(grey.convert("1"), "BMP"),
                saved(alpha, "BMP")],
        "PPM": [
            saved(color, "PPM"), saved(deep, "PPM"), saved(grey.convert("1"), "PPM"),
            b"P3\n# said\n3 2\n15\n" + b"1 2 3 " * 6, b"P2 2 2 999 1 2 3 999",
            b"P6 3 2 777\n" + bytes(36), saved(grey.convert("F"), "PPM"),
        ],
        "AVIF": [saved(color, "AVIF", speed=10, **said), saved(alpha, "AVIF", speed=10),
                 saved(color, "AVIF", speed=10, **moving)],
    }  # fmt: skip


def spoilt(data: bytes, others: list[bytes], rng: np.random.Generator) -> bytes:
    """Return a file with one to four things wrong."""
    found = bytearray(data)
    for _ in range(rng.integers(1, 5)):
        # half the time near the start, where headers are
        reach = len(found) if rng.random() < 0.5 else min(len(found), 120)
        at = int(rng.integers(max(1, reach)))
        length = int(rng.integers(1, 1 + min(64, max(1, len(found) - at))))
        other = others[rng.integers(len(others))]
        there = int(rng.integers(len(other)))
        number = NUMBERS[rng.integers(len(NUMBERS))]
        order = "<>"[rng.integers(2)]
        width = "BHI"[rng.integers(3)]
        limit = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF}[width]
        way = rng.integers(8)
        if way == 0 and at < len(found):
            found[at] ^= 1 << int(rng.integers(8))
        elif way in (1, 2):
            packed = struct.pack(order + width, number & limit)
            found[at : at + len(packed)] = packed
        elif way == 3:
            del found[at : None if rng.random() < 0.5 else at + length]
        elif way == 4:
            found[at:at] = found[at : at + length] * int(rng.integers(1, 4))
        elif way == 5:
            found[at : at + length] = other[there : there + length]
        elif way == 6:
            found[at:at] = other[there : there + int(rng.integers(1, 400))]
        else:
            found[at : at + length] = rng.bytes(length)
    return mended(bytes(found)) if rng.random() < 0.5 else bytes(found)


def mended(data: bytes) -> bytes:
    """Return a PNG file with right checksums, as far as its chunks can be followed."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    found, at = bytearray(data), 8
    while at + 12 <= len(found):
        end = at + 8 + int.from_bytes(found[at : at + 4], "big")
        if end + 4 > len(found):
            break
        found[end : end + 4] = struct.pack(">I", zlib.crc32(found[at + 4 : end]))
        at = end + 4
    return bytes(found)


def read(data: bytes) -> bool:
    """Read a file; tell whether it gave a picture, raise Failure where it did what it must not."""
    faulthandler.dump_traceback_later(4 * SECONDS, exit=True)
    start = time.monotonic()
    try:
        picture = read_picture(data, max_pixels=MOST, name="file")
    except InputError as error:
        if not str(error).isprintable():
            raise Failure(f"an unprintable message: {error!r}") from error
        return False
    except Exception as error:
        raise Failure(f"{type(error).__name__}: {error}") from error
    finally:
        faulthandler.cancel_dump_traceback_later()
        if time.monotonic() - start > SECONDS:
            raise Failure(f"took {time.monotonic() - start:.1f} s")
    shapes = {frame.pixels.shape for frame in picture.frames}
    if len(shapes) != 1 or next(iter(shapes))[2] not in (3, 4) or picture.n_pixels > MOST:
        raise Failure(f"frames of shapes {shapes}, {picture.n_pixels} pixels")
    for frame in picture.frames:
        if frame.pixels.dtype != np.uint8 or not frame.pixels.flags.c_contiguous:
            raise Failure("pixels that are not uint8 in C order")
    return True


def peak() -> int:
    """Return the most memory that this process has held, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def fuzz(kind: str, files: list[bytes], seed: int, n_rounds: int, keep: Path | None) -> int:
    """Fuzz one format; return how many spoilt files could be read all the same."""
    n_read = 0
    rng = np.random.default_rng([seed, *kind.encode()])
    for number in range(n_rounds):
        data = spoilt(files[rng.integers(len(files))], files, rng)
        if keep:
            (keep / "last").write_bytes(data)  # what a crash leaves behind
        try:
            before = peak()
            n_read += read(data)
            if peak() - before > GROWTH:
                raise Failure(f"grew by {peak() - before:,} bytes")
        except Failure as failure:
            if keep:
                (keep / f"{kind}-{seed}-{number}").write_bytes(data)
            raise Failure(f"{kind}, seed {seed}, round {number}: {failure}") from failure
    return n_read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=200, help="spoilt files of each format")
    parser.add_argument("--seconds", type=float, default=0, help="go on with other seeds so long")
    parser.add_argument("--only", default="", help="formats whose names contain this")
    parser.add_argument("--keep", type=Path, help="a folder for the files that failed")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # Pillow warns of damage that it can read past
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    every = {kind: files for kind, files in starts().items() if options.only in kind}
    for files in every.values():
        for data in files:
            if not read(data):
                raise Failure("a whole file was refused")
    until, seed = time.monotonic() + options.seconds, options.seed
    while True:
        for kind, files in every.items():
            n_read = fuzz(kind, files, seed, options.rounds, options.keep)
            print(kind, options.rounds, n_read, flush=True)
        seed += 1
        if time.monotonic() >= until:
            break


if __name__ == "__main__":
    main()
