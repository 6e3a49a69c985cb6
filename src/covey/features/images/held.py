"""What a file holds, in words, and how many bits a channel: read before pixels are decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

_WORDS = {
    "L": "grey",
    "LA": "grey with alpha",
    "La": "grey with alpha",
    "RGB": "RGB",
    "RGBX": "RGB",
    "RGBA": "RGB with alpha",
    "RGBa": "RGB with alpha",
    "F": "floating-point grey",
}


def held(image: Image, bits: int) -> str:
    """Say what an image holds: "8-bit RGB", "16-bit grey", "CMYK", "palette of 64"."""
    mode = "L" if image.mode[:1] == "I" else image.mode
    if str((_decoder_arguments(image) or ("",))[0]).startswith("LA;"):  # 16 bits: Pillow's RGBA
        mode = "LA"
    if mode in ("P", "PA"):
        n_colors = len(image.palette.palette) // len(image.palette.mode) if image.palette else 0
        alpha = " with alpha" if mode == "PA" or "transparency" in image.info else ""
        return f"palette of {n_colors}{alpha}"
    if mode == "1":
        return "1-bit grey"
    words = _WORDS.get(mode, mode)
    key = " with a transparent color" if "transparency" in image.info else ""
    return f"{bits}-bit {words}{key}" if mode in _WORDS else words


def bits_per_channel(image: Image) -> int:
    """Return the bits of a channel as the file holds it, before it is loaded."""
    if tags := getattr(image, "tag_v2", None):  # TIFF
        bits = tags.get(258, 8)
        bits = bits[0] if isinstance(bits, tuple) and bits else bits
        return bits if isinstance(bits, int) else 8
    if image.mode in ("1", "F"):
        return {"1": 1, "F": 32}[image.mode]
    arguments = _decoder_arguments(image)
    if len(arguments) == 2 and isinstance(arguments[1], int):  # PPM: raw mode, maximum
        return 16 if arguments[1] > 255 else 8
    depth = str(arguments[0]).partition(";")[2][:2] if arguments else ""
    if image.mode[:1] == "I":
        return 16
    return int(depth) if depth.isdigit() and int(depth) in (1, 2, 4, 16) else 8


def _decoder_arguments(image: Image) -> tuple[Any, ...]:
    """Return what Pillow will tell its decoder, the layout of a pixel first: "RGB;16B", "L;4"."""
    tiles = getattr(image, "tile", None)
    if not tiles:
        return ()
    arguments = tiles[0][3]
    return arguments if isinstance(arguments, tuple) else (arguments,)
