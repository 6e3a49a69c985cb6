"""Every format and mode of image, read beside values worked out by hand."""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import subprocess
import sys
import threading
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from covey.errors import InputError, OptionError
from covey.features.images import is_image_name, read_picture
from covey.picture import Picture

PIL = pytest.importorskip("PIL", reason="Pillow is an extra")
from PIL import Image, ImageCms, PngImagePlugin  # noqa: E402


def content(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pixels(source: Any, **options: Any) -> np.ndarray:
    picture = read_picture(source, **options)
    array = picture.frames[0].pixels
    assert array.dtype == np.uint8
    assert array.flags.c_contiguous
    assert picture.size == (array.shape[1], array.shape[0])
    return array


def topics(source: Any) -> set[str]:
    return {caution.topic for caution in read_picture(source).cautions}


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    size: tuple[int, int], depth: int, color: int, rows: bytes, *more: bytes, lace: int = 0
) -> bytes:
    header = struct.pack(">IIBBBBB", *size, depth, color, 0, 0, lace)
    parts = [
        chunk(b"IHDR", header),
        *more,
        chunk(b"IDAT", zlib.compress(rows)),
        chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.fixture
def photo(rng: np.random.Generator) -> np.ndarray:
    """Smooth, so that lossy formats stay near, and of no symmetry."""
    y, x = np.mgrid[0:24, 0:31]
    return np.stack([x * 8, y * 10, (x + 2 * y) * 3], axis=2).astype(np.uint8)


# ---------------------------------------------------------------- formats


@pytest.mark.parametrize(
    ("kind", "options", "name"),
    [
        ("PNG", {}, "PNG"),
        ("WEBP", {"lossless": True}, "WebP"),
        ("TIFF", {}, "TIFF"),
        ("TIFF", {"compression": "tiff_lzw"}, "TIFF"),
        ("TIFF", {"compression": "tiff_adobe_deflate"}, "TIFF"),
        ("BMP", {}, "BMP"),
        ("PPM", {}, "PPM"),
    ],
)
def test_lossless_formats_give_the_same_pixels(photo, kind, options, name) -> None:
    data = content(Image.fromarray(photo), kind, **options)
    picture = read_picture(data)
    assert np.array_equal(pixels(data), photo)
    assert (picture.format, picture.held, picture.n_bytes) == (name, "8-bit RGB", len(data))
    assert picture.cautions == ()
    assert picture.frames[0].duration == 0
    assert picture.loop is None


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 95}),
        ("JPEG", {"quality": 95, "progressive": True}),
        ("WEBP", {"quality": 95}),
        ("AVIF", {"quality": 95}),
    ],
)
def test_lossy_formats_stay_near(photo, kind, options) -> None:
    near = pixels(content(Image.fromarray(photo), kind, **options)).astype(int)
    assert np.abs(near - photo).mean() < 4


def test_a_gif_keeps_its_colors() -> None:
    colors = np.array([[[255, 0, 0], [0, 128, 7]], [[9, 9, 9], [255, 0, 0]]], np.uint8)
    picture = read_picture(content(Image.fromarray(colors), "GIF"))
    assert np.array_equal(picture.frames[0].pixels, colors)
    assert picture.held.startswith("palette of ")


def test_only_the_formats_named_are_tried(photo) -> None:
    for kind in ("ICO", "TGA", "PCX", "SGI"):
        with pytest.raises(InputError, match="must be an image"):
            read_picture(content(Image.fromarray(photo), kind))
    with pytest.raises(InputError, match="PostScript"):
        read_picture(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")


# ---------------------------------------------------------------- depths and modes


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_grey_of_few_bits_is_spread_to_eight(depth: int) -> None:
    most = 2**depth - 1
    values = [0, most, most // 2, 1]
    row = sum(
        value << (8 * ((4 * depth + 7) // 8) - depth * (i + 1)) for i, value in enumerate(values)
    )
    rows = b"\0" + row.to_bytes((4 * depth + 7) // 8, "big")
    picture = read_picture(png((4, 1), depth, 0, rows))
    expected = [value * 255 // most for value in values]
    assert picture.frames[0].pixels[0, :, 1].tolist() == expected
    assert picture.held == f"{depth}-bit grey"


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_a_transparent_grey_of_few_bits(depth: int) -> None:
    most = 2**depth - 1
    width = 8 // depth * 2
    row = bytes([0]) + b"\xff" + b"\0"  # half white, half black
    picture = read_picture(png((width, 1), depth, 0, row, chunk(b"tRNS", struct.pack(">H", most))))
    assert picture.frames[0].pixels[0, :, 3].tolist() == [0] * (width // 2) + [255] * (width // 2)
    assert picture.frames[0].pixels[0, 0, :3].tolist() == [255] * 3  # colors stay under alpha 0


def test_sixteen_bit_grey_is_scaled_with_rounding_and_never_cut_off() -> None:
    values = [0, 128, 129, 385, 386, 32767, 32768, 65406, 65407, 65535]
    rows = b"\0" + struct.pack(f">{len(values)}H", *values)
    data = png((len(values), 1), 16, 0, rows)
    by_hand = [0, 0, 1, 1, 2, 127, 128, 254, 255, 255]  # value / 257
    assert pixels(data)[0, :, 0].tolist() == by_hand
    assert read_picture(data).held == "16-bit grey"
    (caution,) = read_picture(data).cautions
    assert "16 bits" in caution.text
    pgm = b"P5\n10 1\n65535\n" + rows[1:]
    assert pixels(pgm)[0, :, 2].tolist() == by_hand
    tiff = content(Image.fromarray(np.array([values], np.uint16)), "TIFF")
    assert pixels(tiff)[0, :, 1].tolist() == by_hand
    assert topics(tiff) == {"depth"}


def test_sixteen_bit_grey_with_a_transparent_value() -> None:
    rows = b"\0" + struct.pack(">3H", 1000, 1001, 65535)  # 1000 and 1001 are one in 8 bits
    data = png((3, 1), 16, 0, rows, chunk(b"tRNS", struct.pack(">H", 1001)))
    assert pixels(data)[0].tolist() == [[4, 4, 4, 255], [4, 4, 4, 0], [255, 255, 255, 255]]


def test_sixteen_bit_colors() -> None:
    rows = b"\0" + struct.pack(">6H", 257 * 7, 257 * 200, 65535, 0, 257, 257 * 128)
    data = png((2, 1), 16, 2, rows)
    assert pixels(data)[0].tolist() == [[7, 200, 255], [0, 1, 128]]
    assert read_picture(data).held == "16-bit RGB"
    assert topics(data) == {"depth"}
    keyed = png((2, 1), 16, 2, rows, chunk(b"tRNS", struct.pack(">3H", 0, 257, 257 * 128)))
    assert pixels(keyed)[0, :, 3].tolist() == [255, 0]
    ppm = b"P6\n2 1\n65535\n" + rows[1:]
    assert pixels(ppm)[0].tolist() == [[7, 200, 255], [0, 1, 128]]
    assert topics(ppm) == {"depth"}


def tiff(tags: dict[int, int], data: bytes) -> bytes:
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, tags[tag]) for tag in sorted(tags))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + data


def grey_tiff(width: int, bits: int, white_is_zero: bool, data: bytes) -> bytes:
    tags = {256: width, 257: 1, 258: bits, 259: 1, 262: int(not white_is_zero), 277: 1, 278: 1}
    tags |= {273: 8 + 2 + 9 * 12 + 4, 279: len(data)}
    return tiff(tags, data)


def test_twelve_bit_and_white_is_zero_tiff() -> None:
    twelve = grey_tiff(4, 12, False, bytes.fromhex("000800fff008"))
    assert pixels(twelve)[0, :, 0].tolist() == [0, 128, 255, 0]  # value / 4095 · 255
    assert "12 bits" in read_picture(twelve).cautions[0].text
    inverted = grey_tiff(3, 16, True, struct.pack("<3H", 0, 2056, 65535))
    assert pixels(inverted)[0, :, 0].tolist() == [255, 247, 0]


def test_floating_point_and_wide_grey() -> None:
    unit = content(Image.fromarray(np.array([[0, 0.5, 1, 0.25]], np.float32)), "TIFF")
    assert pixels(unit)[0, :, 0].tolist() == [0, 128, 255, 64]
    wide = content(Image.fromarray(np.array([[-100, 0, 100]], np.float32)), "TIFF")
    assert pixels(wide)[0, :, 0].tolist() == [0, 128, 255]
    assert "from -100 to 100" in read_picture(wide).cautions[0].text
    whole = content(Image.fromarray(np.array([[-5, 0, 250_000]], np.int32)), "TIFF")
    assert pixels(whole)[0, :, 0].tolist() == [0, 0, 255]
    with pytest.raises(InputError, match="NaN"):
        read_picture(content(Image.fromarray(np.array([[0, np.nan]], np.float32)), "TIFF"))


def test_an_interlaced_png(photo) -> None:
    passes = [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ]
    rows = b"".join(
        b"\0" + line.tobytes() for x, y, right, down in passes for line in photo[y::down, x::right]
    )
    height, width = photo.shape[:2]
    assert np.array_equal(pixels(png((width, height), 8, 2, rows, lace=1)), photo)


def test_a_palette_with_alpha() -> None:
    palette = chunk(b"PLTE", bytes([255, 0, 0, 0, 255, 0, 0, 0, 255]))
    data = png((3, 1), 8, 3, b"\0\0\1\2", palette, chunk(b"tRNS", bytes([0, 128])))
    assert pixels(data)[0].tolist() == [[255, 0, 0, 0], [0, 255, 0, 128], [0, 0, 255, 255]]
    assert read_picture(data).held == "palette of 3 with alpha"
    opaque = png((3, 1), 8, 3, b"\0\2\1\2", palette, chunk(b"tRNS", bytes([0, 255])))
    assert pixels(opaque).shape == (1, 3, 3)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_is_kept_and_full_alpha_is_dropped(mode: str) -> None:
    image = Image.new(mode, (3, 2), (10, 60) if mode == "LA" else (10, 20, 30, 60))
    color = [10, 10, 10, 60] if mode == "LA" else [10, 20, 30, 60]
    assert pixels(content(image, "PNG"))[1, 2].tolist() == color
    image.putalpha(255)
    assert pixels(content(image, "PNG"))[1, 2].tolist() == color[:3]


def test_colors_under_alpha_zero_stay() -> None:
    image = Image.new("RGBA", (2, 2), (201, 7, 99, 0))
    assert pixels(content(image, "PNG"))[0, 0].tolist() == [201, 7, 99, 0]
    assert pixels(image)[0, 0].tolist() == [201, 7, 99, 0]


@pytest.mark.parametrize(
    ("mode", "color", "expected"),
    [
        ("1", 1, [255, 255, 255]),
        ("L", 77, [77, 77, 77]),
        ("I", 65535, [255, 255, 255]),
        ("I;16", 257 * 9, [9, 9, 9]),
        ("I", 200, [1, 1, 1]),
        ("F", 0.5, [128, 128, 128]),
        ("CMYK", (0, 255, 255, 0), [255, 0, 0]),
        ("YCbCr", (255, 128, 128), [255, 255, 255]),
        ("HSV", (0, 255, 255), [255, 0, 0]),
        ("RGBX", (1, 2, 3, 4), [1, 2, 3]),
        ("RGBa", (64, 0, 0, 128), [127, 0, 0, 128]),
        ("La", (64, 128), [127, 127, 127, 128]),
    ],
)
def test_modes_of_pillow(mode, color, expected) -> None:
    image = Image.new(mode, (2, 3), color)
    picture = read_picture(image)
    assert picture.frames[0].pixels[2, 1].tolist() == expected
    assert (picture.format, picture.name, picture.n_bytes) == ("PIL", "PIL image", None)


def test_lab_becomes_srgb() -> None:
    # CIE Lab of sRGB red under D50: 54.29, 80.80, 69.89; a and b are stored plus 128
    red = Image.new("LAB", (1, 1), (round(54.29 * 2.55), 128 + 81, 128 + 70))
    got = pixels(red)[0, 0].astype(int)
    assert np.abs(got - [255, 0, 0]).max() <= 5  # Lab of 8 bits is coarse


def test_a_palette_image_with_alpha_of_pillow() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([9, 8, 7, 1, 2, 3])
    image.putpixel((1, 0), 1)
    assert pixels(image)[0].tolist() == [[9, 8, 7], [1, 2, 3]]
    image.info["transparency"] = 1
    assert pixels(image)[0].tolist() == [[9, 8, 7, 255], [1, 2, 3, 0]]


# ---------------------------------------------------------------- orientation and EXIF


def exif_block(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A maker of cameras"
    return exif.tobytes()


UPRIGHT = {  # by EXIF: where the first row and the first column of the file are
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_orientation_is_applied_and_reset(photo, kind, orientation, monkeypatch) -> None:
    monkeypatch.setattr("covey.features.images.pixels._BAND_PIXELS", 31 * 5)  # several bands
    options = {"lossless": True} if kind == "WEBP" else {}
    block = exif_block(orientation)
    data = content(Image.fromarray(photo), kind, exif=block, **options)
    assert np.array_equal(pixels(data), UPRIGHT[orientation](photo))
    kept = read_picture(data).metadata.exif
    assert kept is not None
    read = Image.Exif()
    read.load(kept)
    assert read.get(0x0112, 1) == 1
    assert read[0x010F] == "A maker of cameras"
    assert topics(data) == set()


def test_orientation_of_a_jpeg_and_of_a_pillow_image(photo) -> None:
    data = content(Image.fromarray(photo), "JPEG", quality=100, subsampling=0, exif=exif_block(6))
    plain = content(Image.fromarray(photo), "JPEG", quality=100, subsampling=0)
    assert np.array_equal(pixels(data), np.rot90(pixels(plain), -1))
    with Image.open(io.BytesIO(data)) as image:
        assert np.array_equal(pixels(image), pixels(data))


@pytest.mark.parametrize("block", [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0", b"Exif\0\0" + b"\xff" * 40])
def test_a_damaged_exif_block_never_stops_reading(photo, block) -> None:
    data = content(Image.fromarray(photo), "JPEG", exif=block)
    picture = read_picture(data)
    assert picture.size == (31, 24)
    assert {caution.topic for caution in picture.cautions} == {"exif"}
    assert picture.metadata.exif is None


def test_a_cut_exif_block_still_tells_which_way_is_up(photo) -> None:
    block = exif_block(6)[:-10]  # the text of the maker is cut, the orientation is not
    data = content(Image.fromarray(photo), "PNG", exif=block)
    assert read_picture(data).size == (24, 31)
    assert topics(data) == {"exif"}


# ---------------------------------------------------------------- color profiles


def wide_profile() -> bytes:
    """A matrix profile of Adobe RGB (1998): its primaries, white D65, gamma 563/256."""

    def s15(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(s15, values))

    curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(563 / 256 * 256), 0)
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + b"\0" * 78 + b"\0\0\0"
    tags = {  # colorants adapted to D50
        b"desc": text, b"cprt": b"text\0\0\0\0none\0\0\0\0", b"wtpt": xyz(0.9642, 1, 0.8249),
        b"rXYZ": xyz(0.60974, 0.31111, 0.01947), b"gXYZ": xyz(0.20528, 0.62567, 0.06087),
        b"bXYZ": xyz(0.14919, 0.06322, 0.74457), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }  # fmt: skip
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    head = struct.pack(
        ">I4sI4s4s4s", at + len(body), b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ "
    )
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + s15(0.9642) + s15(1) + s15(0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def adobe_to_srgb(color: list[int]) -> np.ndarray:
    """Worked out from the definitions of both spaces, both with white D65."""
    linear = (np.array(color) / 255) ** (563 / 256)
    to_xyz = [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
    to_srgb = [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
    light = np.clip(np.array(to_srgb) @ np.array(to_xyz) @ linear, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("alpha", [False, True])
def test_a_profile_is_converted_to_srgb(alpha: bool) -> None:
    for color in ([120, 130, 90], [60, 40, 90], [128, 128, 128], [230, 120, 110]):
        image = Image.new("RGBA" if alpha else "RGB", (4, 3), (*color, *[77] * alpha))
        data = content(image, "PNG", icc_profile=wide_profile())
        got = pixels(data)[1, 2].astype(float)
        assert np.abs(got[:3] - adobe_to_srgb(color)).max() <= 1.5
        assert got[3:].tolist() == [77] * alpha
        assert topics(data) == set()


def test_an_srgb_profile_changes_nothing(photo) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = content(Image.fromarray(photo), "PNG", icc_profile=profile)
    assert np.array_equal(pixels(data), photo)
    assert topics(data) == set()


def test_a_damaged_or_unsuitable_profile_is_told_and_not_used(photo) -> None:
    damaged = content(Image.fromarray(photo), "PNG", icc_profile=wide_profile()[:300])
    assert np.array_equal(pixels(damaged), photo)
    assert "damaged color profile" in read_picture(damaged).cautions[0].text
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    unsuitable = content(Image.fromarray(photo), "PNG", icc_profile=lab)
    assert np.array_equal(pixels(unsuitable), photo)
    assert "profile for Lab" in read_picture(unsuitable).cautions[0].text


def test_a_grey_image_with_a_color_profile() -> None:
    data = content(Image.new("L", (2, 2), 60), "PNG", icc_profile=wide_profile())
    assert np.abs(pixels(data)[0, 0] - adobe_to_srgb([60, 60, 60])).max() <= 1.5


def test_cmyk_without_a_profile_is_told() -> None:
    inks = np.array([[[0, 255, 255, 0], [255, 0, 0, 0], [0, 0, 0, 255], [0, 0, 0, 0]]], np.uint8)
    inks = np.repeat(np.repeat(inks, 8, axis=0), 8, axis=1)
    image = Image.frombytes("CMYK", (32, 8), inks.tobytes())
    for kind in ("JPEG", "TIFF"):  # Pillow writes JPEG's inks inverted, as Adobe does
        data = content(image, kind)
        got = pixels(data)[4, 4::8].astype(int)
        assert np.abs(got - [[255, 0, 0], [0, 255, 255], [0, 0, 0], [255, 255, 255]]).max() <= 3
        assert topics(data) == {"cmyk"}
        assert read_picture(data).held == "CMYK"


@pytest.mark.skipif(
    not Path("/usr/share/color/icc/ghostscript/default_cmyk.icc").exists(),
    reason="needs a CMYK profile, which comes with Ghostscript and is too large to make here",
)
def test_cmyk_with_a_profile() -> None:
    profile = Path("/usr/share/color/icc/ghostscript/default_cmyk.icc").read_bytes()
    image = Image.new("CMYK", (8, 8), (255, 0, 0, 0))
    got = pixels(content(image, "TIFF", icc_profile=profile))[3, 3]
    assert got[0] < 60 < got[1] < 190 < got[2]  # printed cyan is not (0, 255, 255)
    assert topics(content(image, "TIFF", icc_profile=profile)) == set()


# ---------------------------------------------------------------- animations


def frames_of(*colors: Any, mode: str = "RGB") -> list[Image.Image]:
    return [Image.new(mode, (6, 4), color) for color in colors]


@pytest.mark.parametrize(
    ("kind", "options"),
    [("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {}), ("AVIF", {"quality": 100})],
)
def test_an_animation_keeps_frames_durations_and_loop(kind, options) -> None:
    colors = [(250, 0, 0), (0, 250, 0), (0, 0, 250)]
    first, *rest = frames_of(*colors)
    data = content(
        first, kind, save_all=True, append_images=rest, duration=[40, 100, 250], loop=3, **options
    )
    picture = read_picture(data)
    assert picture.animated
    assert picture.n_pixels == 3 * 24
    assert [frame.duration for frame in picture.frames] == [40, 100, 250]
    assert picture.loop == (None if kind == "AVIF" else 3)
    for frame, color in zip(picture.frames, colors, strict=True):
        assert np.abs(frame.pixels[2, 3].astype(int) - color).max() <= (3 if kind == "AVIF" else 0)


def test_disposal_and_transparency_are_composed() -> None:
    """Frame 2 covers a corner and is then cleared: frame 3 shows nothing there."""

    def part(x: int, y: int, w: int, h: int, disposal: int, index: int) -> bytes:
        control = b"!\xf9\4" + bytes([disposal << 2 | 1, 5, 0, 0]) + b"\0"  # index 0 is clear
        place = b"," + struct.pack("<4H", x, y, w, h) + b"\0"
        bits, codes = "", [4] + [code for _ in range(w * h) for code in (index, 4)] + [5]
        for code in codes:  # a clear code before each index keeps codes at 3 bits
            bits = format(code, "03b") + bits
        packed = int(bits, 2).to_bytes((len(bits) + 7) // 8, "little")
        return control + place + b"\2" + bytes([len(packed)]) + packed + b"\0"

    palette = bytes([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    data = b"GIF89a" + struct.pack("<2H", 4, 2) + b"\x91\0\0" + palette
    data += part(0, 0, 4, 2, 1, 1) + part(0, 0, 2, 1, 2, 2) + part(3, 1, 1, 1, 1, 3) + b";"
    red, green, blue = [255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255]
    first, second, third = (frame.pixels for frame in read_picture(data).frames)
    assert first.tolist() == [[red] * 4] * 2
    assert second.tolist() == [[green, green, red, red], [red] * 4]
    assert third[0, :2, 3].tolist() == [0, 0]
    assert third[0, 2:].tolist() == [red, red]
    assert third[1].tolist() == [red, red, red, blue]


def test_frames_have_one_number_of_channels() -> None:
    first, *rest = frames_of((255, 0, 0, 255), (0, 255, 0, 128), mode="RGBA")
    data = content(first, "WEBP", save_all=True, append_images=rest, lossless=True)
    assert [frame.pixels.shape for frame in read_picture(data).frames] == [(4, 6, 4)] * 2
    first, *rest = frames_of((255, 0, 0, 255), (0, 255, 0, 255), mode="RGBA")
    data = content(first, "WEBP", save_all=True, append_images=rest, lossless=True)
    assert [frame.pixels.shape for frame in read_picture(data).frames] == [(4, 6, 3)] * 2


def test_the_still_for_others_is_no_frame_of_an_animated_png() -> None:
    still, *frames = frames_of((9, 9, 9), (250, 0, 0), (0, 250, 0))
    data = content(
        still, "PNG", save_all=True, append_images=frames, default_image=True, duration=70
    )
    picture = read_picture(data)
    assert [frame.pixels[0, 0].tolist() for frame in picture.frames] == [[250, 0, 0], [0, 250, 0]]


def test_a_pillow_animation_is_read_and_left_where_it_was() -> None:
    first, *rest = frames_of((250, 0, 0), (0, 250, 0), (0, 0, 250))
    image = Image.open(io.BytesIO(content(first, "GIF", save_all=True, append_images=rest)))
    image.seek(1)
    assert len(read_picture(image).frames) == 3
    assert image.tell() == 1


def test_pages_of_a_tiff_are_told(photo) -> None:
    image = Image.fromarray(photo)
    data = content(image, "TIFF", save_all=True, append_images=[Image.new("L", (5, 5))])
    assert np.array_equal(pixels(data), photo)
    assert topics(data) == {"pages"}


# ---------------------------------------------------------------- arrays


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0, 7]], np.uint8), [0, 7]),
        (np.array([[0, 128, 129, 65535]], np.uint16), [0, 0, 1, 255]),
        (np.array([[False, True]]), [0, 255]),
        (np.array([[0, 0.5, 1]]), [0, 128, 255]),
        (np.array([[0, 0.25, 1]], np.float16), [0, 64, 255]),
        (np.array([[[3], [4]]], np.uint8), [3, 4]),
    ],
)
def test_arrays(values, expected) -> None:
    got = pixels(values)
    assert got.shape[2] == 3
    assert got[0, :, 0].tolist() == got[0, :, 2].tolist() == expected
    assert read_picture(values).format == "array"


def test_arrays_of_colors_are_shared_and_in_order(photo) -> None:
    assert np.shares_memory(pixels(photo), photo)
    assert not pixels(photo).flags.writeable
    assert photo.flags.writeable
    assert np.array_equal(pixels(photo[:, ::-1]), photo[:, ::-1])
    opaque = np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)])
    assert np.array_equal(pixels(opaque), photo)
    opaque[0, 0, 3] = 254
    assert np.array_equal(pixels(opaque), opaque)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((0, 5, 3), np.uint8), "0 × 5 × 3"),
        (np.zeros(5, np.uint8), "shape 5"),
        (np.zeros((5, 5, 2), np.uint8), "5 × 5 × 2"),
        (np.zeros((1, 5, 5, 3), np.uint8), "1 × 5 × 5 × 3"),
        (np.uint8(3)[...], "one number"),
        (np.zeros((5, 5), np.int64), "int64"),
        (np.zeros((5, 5), complex), "complex"),
        (np.array([["a"]]), "<U1"),
        (np.array([[0, np.nan]]), "nan"),
        (np.array([[0, 1.5]]), "1.5"),
        (np.array([[-0.25, 1]]), "-0.25"),
        (np.array([[0, np.inf]]), "inf"),
    ],
)
def test_arrays_that_are_no_images(values, message) -> None:
    with pytest.raises(InputError, match=message):
        read_picture(values)


# ---------------------------------------------------------------- sources and names


def test_sources_give_the_same_picture(photo, tmp_path) -> None:
    data = content(Image.fromarray(photo), "PNG")
    path = tmp_path / "a picture.png"
    path.write_bytes(data)
    with path.open("rb") as file:
        for source in (path, str(path), data, bytearray(data), memoryview(data), file):
            assert np.array_equal(pixels(source), photo)
    assert read_picture(path).name == "a picture.png"
    assert read_picture(data, name="standard input").name == "standard input"
    picture = read_picture(path)
    assert read_picture(picture) is picture
    assert isinstance(picture, Picture)


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be there")
@pytest.mark.parametrize("name", [b"two\nlines 'and' \"quotes\".png", b"not \xff utf-8.png"])
def test_odd_names_are_read_and_shown_safely(photo, tmp_path, name) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(content(Image.fromarray(photo), "JPEG"))
    picture = read_picture(path)
    assert is_image_name(path)
    assert picture.name.isprintable()
    assert picture.cautions[0].text.isprintable()
    picture.name.encode()
    path.write_bytes(b"nothing")
    with pytest.raises(InputError) as caught:
        read_picture(path)
    assert str(caught.value).isprintable()
    str(caught.value).encode()


def test_a_wrong_ending_is_told(photo, tmp_path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content(Image.fromarray(photo), "JPEG"))
    picture = read_picture(path)
    assert picture.format == "JPEG"
    assert "'picture.png' holds JPEG, not PNG" in picture.cautions[0].text


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.JPG", True), ("b.tif", True), ("c.apng", True), ("d/e.avif", True), (b"f.webp", True),
     ("g.txt", False), ("png", False), (".png", False), ("h.png.txt", False), ("i.svg", False)],
)  # fmt: skip
def test_image_names(name, expected) -> None:
    assert is_image_name(name) is expected


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "0 bytes"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC photo"),
        (b"just some text", "a file that starts with 'just some te'; pass an image"),
        (b"\0\1binary", "starts with 00 01 62 69"),
        (b"\x89PNG\r\n\x1a\n", "damaged|truncated"),
        (b"GIF89a", "damaged|truncated"),
        (b"\xff\xd8\xff\xe0", "damaged|truncated"),
        (png((0, 5), 8, 2, b""), "damaged"),
    ],
)
def test_what_is_no_image(data, message) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_picture(data, name="here.png")
    assert str(caught.value).startswith("here.png must be")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "AVIF"])
def test_a_truncated_file_is_refused(rng, kind) -> None:
    image = Image.fromarray(rng.integers(0, 256, (40, 40, 3), np.uint8))
    data = content(image, kind)
    for share in (0.3, 0.7, 0.95):
        there = int(len(data) * share)
        words = rf"truncated: {there:,} bytes are there; fetch"
        with pytest.raises(InputError, match=words) as told:
            read_picture(data[:there])
        assert not re.search("not processed|driver|decoder|BMFF", str(told.value))


def test_paths_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(InputError, match="not there"):
        read_picture(tmp_path / "nothing.png")
    with pytest.raises(InputError, match="folder"):
        read_picture(tmp_path)
    with pytest.raises(InputError, match="must be an image file that can be read"):
        read_picture("a\0b.png")
    with pytest.raises(InputError, match="network"):
        read_picture("https://example.org/a.png")
    with pytest.raises(InputError, match="int"):
        read_picture(5)
    with pytest.raises(InputError, match="binary"):
        read_picture(io.StringIO("text"))


@pytest.mark.skipif(sys.platform == "win32", reason="links and devices of POSIX")
def test_loops_devices_and_pipes(photo, tmp_path) -> None:
    loop = tmp_path / "loop.png"
    loop.symlink_to(loop)
    with pytest.raises(InputError, match=r"loop\.png' must be"):
        read_picture(loop)
    with pytest.raises(InputError, match="device"):
        read_picture("/dev/zero")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    data = content(Image.fromarray(photo), "PNG")
    writer = threading.Thread(target=pipe.write_bytes, args=[data])
    writer.start()
    assert np.array_equal(pixels(pipe), photo)
    writer.join()


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user"
)
def test_a_file_without_permission(tmp_path) -> None:
    path = tmp_path / "closed.png"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(InputError, match=r"[Pp]ermission"):
        read_picture(path)


def webp_header(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "data",
    [
        png((100_000, 100_000), 8, 2, b""),
        webp_header(16_000, 16_000),
        b"P6\n100000 100000\n255\n",
        b"GIF89a" + struct.pack("<2H", 65535, 65535) + b"\0\0\0," + b"\0" * 9 + b"\2\0",
    ],
)
def test_a_bomb_is_refused_by_its_header(data) -> None:
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(InputError, match=r"at most 200,000,000 pixels.*; raise max_pixels if"):
        read_picture(data)
    assert before == Image.MAX_IMAGE_PIXELS


def test_max_pixels_counts_all_frames(photo) -> None:
    data = content(Image.fromarray(photo), "PNG")
    with pytest.raises(InputError, match="at most 743 pixels; got 31 × 24 = 744"):
        read_picture(data, max_pixels=743)
    assert read_picture(data, max_pixels=744).n_pixels == 744
    first, *rest = frames_of((250, 0, 0), (0, 250, 0), (0, 0, 250))
    for kind in ("GIF", "PNG", "WEBP"):
        data = content(first, kind, save_all=True, append_images=rest)
        assert read_picture(data, max_pixels=72).n_pixels == 72
        with pytest.raises(InputError, match="3 frames"):
            read_picture(data, max_pixels=71)
    for held in (photo, Image.fromarray(photo)):
        assert read_picture(held, max_pixels=744).n_pixels == 744
        with pytest.raises(InputError, match="at most 743 pixels; got 31 × 24 = 744"):
            read_picture(held, max_pixels=743)
    for wrong in (0, -1, 1.5, True, "many"):
        with pytest.raises(OptionError, match="max_pixels"):
            read_picture(data, max_pixels=wrong)  # type: ignore[arg-type]


def test_a_large_tile_in_a_small_tiff_is_refused() -> None:
    tags = {256: 16, 257: 16, 258: 8, 259: 5, 262: 1, 277: 1, 322: 2**20, 323: 2**10}
    with pytest.raises(InputError, match="one tile"):
        read_picture(tiff(tags | {324: 200, 325: 9}, bytes(99)))


def test_endless_scans_are_refused(photo) -> None:
    data = content(Image.fromarray(photo), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    scan = data[start:-2]
    with pytest.raises(InputError, match="scans"):
        read_picture(data[:start] + scan * 600 + data[-2:])


def test_pillows_own_limit_is_lifted_while_reading_and_put_back(monkeypatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    data = content(Image.new("RGB", (40, 30)), "TIFF", compression="tiff_lzw")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        threads = [threading.Thread(target=read_picture, args=[data]) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert read_picture(data).size == (40, 30)
        assert Image.MAX_IMAGE_PIXELS == 100
        with pytest.raises(InputError):
            read_picture(data[:50])
    assert Image.MAX_IMAGE_PIXELS == 100


def test_a_text_bomb_in_a_png_is_refused(photo) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("note", "0" * (PngImagePlugin.MAX_TEXT_CHUNK + 1), zip=True)
    with pytest.raises(InputError, match=r"must be a whole PNG image; it is damaged"):
        read_picture(content(Image.fromarray(photo), "PNG", pnginfo=info))


# ---------------------------------------------------------------- metadata


def test_what_is_said_of_the_color_space_follows_the_pixels(photo) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0xA001: 0xFFFF, 0x9286: b"ASCII\0\0\0note"})
    said = b'<x exif:ColorSpace="65535"><photoshop:ICCProfile>Adobe RGB (1998)</photoshop:'
    block = exif.tobytes()
    for kind in ("JPEG", "PNG"):
        more: dict[str, Any] = {"exif": block, **({"xmp": said} if kind == "JPEG" else {})}
        for profile, space in ((wide_profile(), 1), (None, 0xFFFF)):
            data = content(Image.fromarray(photo), kind, icc_profile=profile, **more)
            metadata = read_picture(data).metadata
            kept = Image.Exif()
            kept.load(metadata.exif or b"")
            assert kept.get_ifd(0x8769)[0xA001] == space
            assert kept.get_ifd(0x8769)[0x9286].endswith(b"note")
            if kind == "JPEG":
                new = b'<x exif:ColorSpace="1"><photoshop:ICCProfile>sRGB IEC61966-2.1</photoshop:'
                assert (metadata.xmp or b"").startswith(new if profile else said)


def test_metadata_is_kept(photo) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "A slope")
    data = content(Image.fromarray(photo), "PNG", pnginfo=info, dpi=(300, 150))
    metadata = read_picture(data).metadata
    assert metadata.text == {"Title": "A slope"}
    assert metadata.dpi == pytest.approx((300, 150), abs=0.02)
    jpeg = content(
        Image.fromarray(photo), "JPEG", comment=b"said", xmp=b"<x:xmpmeta/>", dpi=(72, 72)
    )
    metadata = read_picture(jpeg).metadata
    assert (metadata.text, metadata.xmp, metadata.dpi) == (
        {"comment": "said"},
        b"<x:xmpmeta/>",
        (72, 72),
    )


# ---------------------------------------------------------------- real files

REAL = {  # name: (width, height), channels, frames, format
    "animated_31_frames.gif": ((320, 240), 3, 31, "GIF"),
    "astronaut.png": ((512, 512), 3, 1, "PNG"),
    "bilevel.tif": ((640, 480), 3, 1, "TIFF"),
    "camera_grey.png": ((512, 512), 3, 1, "PNG"),
    "china.jpg": ((640, 427), 3, 1, "JPEG"),
    "cmyk_sample_100px.jpg": ((100, 100), 3, 1, "JPEG"),
    "flower.jpg": ((640, 427), 3, 1, "JPEG"),
    "grey_16bit.pgm": ((128, 128), 3, 1, "PPM"),
    "grey_16bit_photo.png": ((2267, 1513), 3, 1, "PNG"),
    "hopper_exif_orientation_6.jpg": ((128, 128), 3, 1, "JPEG"),
    "kodim04.png": ((512, 768), 3, 1, "PNG"),
    "kodim23.png": ((768, 512), 3, 1, "PNG"),
    "landscape_exif_orientation_6.jpg": ((1800, 1200), 3, 1, "JPEG"),
    "palette_transparent.png": ((162, 150), 4, 1, "PNG"),
    "rgb_16bit.tiff": ((100, 40), 3, 1, "TIFF"),
    "rgba_small.png": ((162, 150), 4, 1, "PNG"),
    "skimage_logo_rgba.png": ((500, 500), 3, 1, "PNG"),
    "tiny_animated.gif": ((14, 25), 3, 24, "GIF"),
    "truncated_exif.jpg": ((480, 640), 3, 1, "JPEG"),
}


def test_every_real_file_is_read(covey_data: Path) -> None:
    folder = covey_data / "03_images"
    for path in sorted(folder.iterdir()):
        assert is_image_name(path)
        picture = read_picture(path)
        size, n_channels, n_frames, kind = REAL.get(path.name, (picture.size, 3, 1, picture.format))
        found = picture.size, picture.frames[0].pixels.shape[2], len(picture.frames), picture.format
        assert found == (size, n_channels, n_frames, kind), path.name
        assert picture.n_bytes == path.stat().st_size
        assert hashlib.sha256(picture.frames[0].pixels.tobytes()).digest()  # all of it is there
    assert "exif" in topics(folder / "truncated_exif.jpg")


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of a process is read by POSIX")
def test_memory_of_a_large_photo_is_bounded(tmp_path) -> None:
    y, x = np.mgrid[0:3000, 0:4000]
    path = tmp_path / "large.jpg"
    Image.fromarray(np.stack([x, y, x ^ y], axis=2).astype(np.uint8)).save(path)
    code = """
import resource, sys
import numpy, PIL.Image, PIL.ImageCms, PIL.JpegImagePlugin
from covey.features.images import read_picture
unit = 1 if sys.platform == "darwin" else 1024
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
picture = read_picture(sys.argv[1])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
print((peak - before) / picture.frames[0].pixels.nbytes)
"""
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 3
