"""More than 8 bits a channel → 8, by scaling with rounding; never by cutting off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import InputError
from covey.flow import Caution

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image


@dataclass(frozen=True)
class Range:
    """Which value is black and which is white."""

    black: float = 0
    white: float = 65535
    inverted: bool = False  # black is the highest value

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
    if image.mode.startswith("I;16"):
        bits = bits if 8 < bits < 16 else 16
        return Range(0, 2**bits - 1, inverted), (reduced(bits, shown),)
    low, high = _extremes(image, shown)
    if image.mode == "I" and low >= 0 and high <= 65535:
        return Range(0, 65535, inverted), (reduced(16, shown),)
    if image.mode == "F" and low >= 0 and high <= 1:
        return Range(0, 1, inverted), (reduced(32, shown),)
    text = (
        f"{shown} holds grey values from {low:,.6g} to {high:,.6g} and does not say which is "
        "white: the lowest became black and the highest white."
    )
    return Range(low, high, inverted), (Caution("depth", text),)


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
