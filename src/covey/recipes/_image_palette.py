"""Palettes that are given: hexadecimal digits, palette files, other images, many images."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey import constraints
from covey.colors import Colors, colors_of, find_palette, frequencies
from covey.colors.palette_files import FORMATS, read_palette
from covey.colors.palette_text import from_hex
from covey.errors import InputError, OptionError, OptionTypeError
from covey.features.images import is_image_name, read_picture
from covey.flow import Caution
from covey.picture import Palette
from covey.report.images.swatches import PALETTE_KEY

#: options that choose colors, of which a palette that is given has its own
CHOOSING = ("quality", "min_ssim", "max_bytes", "fixed", "compare")

Told = tuple[Palette, tuple[Caution, ...]]


@dataclass(frozen=True)
class ReadPalette:
    """A palette that was given, as ``given_palette`` read it: for many images to share."""

    read: Told
    source: Any  # what was given


def hex_colors(texts: Iterable[str]) -> NDArray[np.uint8]:
    """Return the colors (f, 4) of texts such as ``#1e90ff``, each once."""
    found = dict.fromkeys(from_hex(text) for text in texts)
    return np.array([color for color in found if color is not None], np.uint8).reshape(-1, 4)


def given_palette(source: Any, *, k: int, space: str, seed: int, max_pixels: int) -> Told:
    """Return the palette that a file, an image or an array stands for.

    Parameters
    ----------
    source : path, Palette, list of hex colors, array (k, 3) or (k, 4) of uint8, or an image
        Or a ReadPalette. A path that ends like an image is one; any other is a palette file. An
        image is anything that ``read_picture`` takes; of swatches that Covey drew, their colors.
    k, space, seed, max_pixels
        Of the palette that is found for an image.

    Returns
    -------
    palette, cautions
    """
    if isinstance(source, ReadPalette):
        return source.read
    if isinstance(source, Palette):
        return source, ()
    if isinstance(source, np.ndarray) and source.ndim == 2:
        return _of_array(source), ()
    rule = constraints.Colors()
    if rule.type_ok(source) and rule.value_ok(source):
        return _of_array(hex_colors(source)), ()
    if isinstance(source, str | os.PathLike):
        name = os.fsdecode(source)
        if not is_image_name(name):
            return _of_file(name)
    elif not hasattr(source, "shape") and not hasattr(source, "size"):
        raise OptionTypeError(
            "palette must be a file, a Palette, an image, a list of hex colors, or an array (k, 3) "
            f"or (k, 4) of uint8; got {source!r}"
        )
    picture = read_picture(source, max_pixels=max_pixels)
    said = hex_colors(picture.metadata.text.get(PALETTE_KEY, "").split())
    pixels = [said[None]] if len(said) else [frame.pixels for frame in picture.frames]
    colors = colors_of(pixels, space)
    return palette_of(colors, k, seed=seed), ()


def refuse_choosing(source: Any, values: Mapping[str, Any]) -> None:
    """Raise OptionError where colors are to be chosen though their palette is given.

    Parameters
    ----------
    source : as of ``given_palette``
    values : mapping
        Every option and its value.
    """
    choosing = CHOOSING + (("k",) if _as_it_is(source) else ())
    others = [name for name in choosing if values[name] is not None]
    if others:
        raise OptionError(
            f"palette must come without {others[0]}, as its colors are what they are; got both; "
            "leave one of them out"
        )


def name_of(source: Any) -> str | None:
    """Return what a report calls a palette given: of a file its name, not its place."""
    if isinstance(source, ReadPalette):
        source = source.source
    if isinstance(source, str | os.PathLike):
        return os.path.basename(os.fsdecode(source))  # noqa: PTH119 (Path eats odd names)
    return None if source is None else f"given as {type(source).__name__}"


def _as_it_is(source: Any) -> bool:
    """Tell whether it stands for a palette whatever k is: any but an image, of which k are found.

    One that was read already was asked about then.
    """
    if isinstance(source, str | os.PathLike):
        return not is_image_name(os.fsdecode(source))
    if isinstance(source, np.ndarray):
        return source.ndim == 2
    return isinstance(source, Palette | list | tuple)


def _of_file(name: str) -> Told:
    try:
        return read_palette(name)
    except InputError as error:
        if PurePath(name).suffix.lower() in FORMATS or "there is no such file" in str(error):
            raise
        raise InputError(f"{error}, or that of an image") from error


def _of_array(colors: NDArray[Any]) -> Palette:
    if colors.dtype != np.uint8 or not len(colors) or colors.shape[1] not in (3, 4):
        raise OptionTypeError(
            "palette must be an array (k, 3) or (k, 4) of uint8; got "
            f"{colors.dtype} of shape {colors.shape}"
        )
    whole = np.full((len(colors), 4), 255, np.uint8)
    whole[:, : colors.shape[1]] = colors
    _, first = np.unique(whole, axis=0, return_index=True)
    return Palette(whole[np.sort(first)], np.zeros(len(first), np.int64))


def palette_of(
    colors: Colors, k: int, *, seed: int = 0, fixed: NDArray[Any] | None = None
) -> Palette:
    """Find the palette of counted colors."""
    found = find_palette(colors, k, seed=seed, fixed=fixed)
    return Palette(found, frequencies(colors, found), 0 if fixed is None else len(fixed))
