"""More than 8 bits a channel → 8, by scaling with rounding; never by cutting off.

Programs that measure write 8, 10 or 12 bits into words of 16, where their white is nearly black.
So grey of 16 bits is shown in its own range when nothing of it would be brighter than a
photograph's deepest shadows, and a caution says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import InputError
from covey.flow import Caution

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image


_WORD = 65535  # white of 16 bits
#: Of the whole range, the share that a picture uses which was not made to be shown as it is: all
#: of it would be below 32 of 255 levels, 1.4 % of the light of white.
_NARROW = 1 / 8
#: Levels of 255 that a value of 32-bit floats may be off its byte and still mean it; of 16 bits
#: they are off by 1/257 at least.
_ROUNDING = 1e-4


@dataclass(frozen=True)
class Range:
    """Which value is black and which is white."""

    black: float = 0
    white: float = _WORD
    inverted: bool = False  # black is the highest value
    stretched: bool = False  # to the values that there are: no value stays what it was

    def to_bytes(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Scale values, of any shape, to 0 … 255; halves go up.

        Parameters
        ----------
        values : ndarray of integers, or of finite floats
            Beyond black and white they become black and white.
        """
        width = (self.white - self.black) or 1
        if values.dtype.kind in "iu":
            black, width = int(self.black), int(width)
            scaled = ((values.astype(np.int64) - black) * 510 + width) // (2 * width)
        else:
            scaled = np.floor((values.astype(np.float64) - self.black) * 255 / width + 0.5)
        grey = np.clip(scaled, 0, 255).astype(np.uint8)
        return 255 - grey if self.inverted else grey

    def loses(self, values: NDArray[Any], grey: NDArray[np.uint8]) -> bool:
        """Tell whether bytes that were made of values do not say them exactly."""
        if self.stretched:
            return True
        shown = (255 - grey if self.inverted else grey).astype(np.float64)
        levels = (values.astype(np.float64) - self.black) * 255 / (self.white - self.black)
        return bool(np.abs(shown - levels).max() > _ROUNDING)


def is_deep(mode: str) -> bool:
    """Tell whether a mode of Pillow is grey of more than 8 bits: I;16, I, F, …."""
    return mode[:1] in "IF"


def grey_range(
    image: Image, bits: int, shown: str, inverted: bool = False
) -> tuple[Range, tuple[Caution, ...]]:
    """Find out what is black and white in a deep grey image, and say what was done.

    Parameters
    ----------
    image : Image
        Loaded; of mode ``I;16``, ``I`` or ``F``.
    bits : int
        Of a sample, as the file says; 0 where it does not.
    shown : str
        What messages call the file.
    inverted : bool
        Zero is white (a TIFF may say so).

    Raises
    ------
    InputError
        Values are not finite.
    """
    if image.mode.startswith("I;16") and 8 < bits < 16:
        return Range(0, 2**bits - 1, inverted), (reduced(bits, shown),)
    low, high = _extremes(image, shown)
    if image.mode == "F" and low >= 0 and high <= 1:
        return Range(0, 1, inverted), (reduced(32, shown),)
    if image.mode != "F" and low >= 0 and high <= _WORD:
        return word_range(low, high, shown, inverted)
    text = (
        f"{shown} holds grey values from {low:,.6g} to {high:,.6g} and does not say which is "
        f"white: {_STRETCHED}."
    )
    return Range(low, high, inverted, stretched=True), (Caution("depth", text),)


def word_range(
    low: float, high: float, shown: str, inverted: bool = False
) -> tuple[Range, tuple[Caution, ...]]:
    """Find out what is black and white among grey values of 16 bits, and say what was done.

    Parameters
    ----------
    low, high : float
        The lowest and the highest value there is.
    shown : str
        What messages call the picture.
    inverted : bool
        Zero is white.
    """
    if high > _NARROW * _WORD or low == high:
        return Range(0, _WORD, inverted), (reduced(16, shown),)
    holds = f"{shown} holds 16 bits a channel, but values from {low:,.6g} to {high:,.6g} alone"
    if high <= 255:
        text = f"{holds}: they were taken for values of 8 bits, of which 255 is white."
        return Range(0, 255, inverted), (Caution("depth", text),)
    text = (
        f"{holds}: shown as they are, all would be nearly black, so {_STRETCHED}. If it is meant "
        "to be as dark, make it an 8-bit image first."
    )
    return Range(low, high, inverted, stretched=True), (Caution("depth", text),)


_STRETCHED = "the lowest became black and the highest white"


def reduced(bits: int, shown: str) -> Caution:
    """Say that a file has more than 8 bits a channel."""
    return Caution("depth", f"{shown} holds {bits} bits a channel; they were reduced to 8.")


def _extremes(image: Image, shown: str) -> tuple[float, float]:
    lows, highs = [], []
    rows = max(1, (1 << 20) // image.width)
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        values = np.asarray(band)
        if not np.isfinite(values).all():
            raise InputError(
                f"{shown} must hold finite grey values; got NaN or infinite ones; "
                "replace them before"
            )
        lows.append(values.min().item())
        highs.append(values.max().item())
    return min(lows), max(highs)
