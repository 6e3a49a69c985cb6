"""The pixels of a decoded image → 8-bit sRGB with straight alpha, upright, band by band.

A photo is converted some rows at a time, straight into the array that is kept: at no time is
there more than Pillow's image, the array, and a few megabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import InputError
from covey.features.images.depth import Range, grey_range, is_deep, reduced
from covey.features.images.profiles import Profile

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from covey.flow import Caution

#: of a band: small enough for the cache of a processor, large enough for few calls
_BAND_PIXELS = 1 << 18

_MODES = {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBX", "RGBA", "RGBa", "CMYK", "YCbCr"}
_MODES |= {"LAB", "HSV", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"}


class Conversion:
    """How images of one mode, all frames of one file, become pixels.

    Parameters
    ----------
    image : Image
        The first of them, loaded.
    bits : int
        Of a channel, as the file holds it.
    shown : str
        What messages call the file.

    Attributes
    ----------
    cautions : tuple of Caution
    converted : bool
        The color profile of the file was applied.
    reduced : bool
        Some of the bits of the pixels converted so far were lost, or may have been.
    """

    def __init__(self, image: Image, bits: int, shown: str) -> None:
        if image.mode not in _MODES:
            raise InputError(
                f"{shown} must be of a mode such as RGB, RGBA, L or CMYK; got {image.mode!r}; "
                "convert it first, with Pillow's convert('RGB')"
            )
        self.mode = image.mode
        icc = image.info.get("icc_profile")
        self._profile = Profile(icc if isinstance(icc, bytes) else None, image.mode, shown)
        self.converted = self._profile.applied
        self._key = _transparent_color(image, bits)
        self._range: Range | None = None
        self.reduced = bits > 8 and not is_deep(image.mode)  # Pillow keeps the upper 8 bits
        self.cautions: tuple[Caution, ...] = self._profile.cautions
        if is_deep(image.mode):
            tags = getattr(image, "tag_v2", None) or {}
            self._range, told = grey_range(image, bits, shown, tags.get(262) == 0)
            self.cautions += told
        elif bits > 8:
            self.cautions += (reduced(bits, shown),)
        translucent = image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or self._key is not None
        palette = image.mode == "P" and image.has_transparency_data
        self.n_channels = 4 if translucent or palette else 3

    def pixels(self, image: Image, orientation: int, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Return the pixels (h, w, 3 or 4) of a loaded image, upright.

        Parameters
        ----------
        image : Image
            Of the mode that this conversion was made for.
        orientation : int
            EXIF's, 1 … 8.
        size : (int, int)
            Width and height in the file; what is beyond is cut off.
        """
        from PIL.Image import Transpose

        width, height = size
        shape = (width, height) if orientation >= 5 else (height, width)
        upright = np.empty((*shape, self.n_channels), np.uint8)
        rows = max(1, _BAND_PIXELS // width)
        for top in range(0, height, rows):
            end = min(top + rows, height)
            band = image.crop((0, top, width, end))
            if orientation > 1:
                band = band.transpose(Transpose(TURNS[orientation]))
            self._fill(part_of(upright, orientation, top, end), band)
        return upright

    def _fill(self, out: NDArray[np.uint8], band: Image) -> None:
        """Write a band of rows, in its own mode, to where it belongs."""
        from PIL.Image import fromarray

        alpha: Any = None
        if self._key is not None:
            differs = np.asarray(band) != np.array(self._key)
            alpha = (differs if differs.ndim == 2 else differs.any(axis=2)) * np.uint8(255)
        if self._range is not None:
            values = np.asarray(band)
            grey = self._range.to_bytes(values)
            self.reduced = self.reduced or self._range.loses(values, grey)
            band = fromarray(grey)
        elif band.mode in ("P", "PA", "RGBa"):
            band = band.convert("RGBA" if self.n_channels == 4 else "RGB")
        elif band.mode == "La":
            band = band.convert("LA")
        if band.mode in ("LA", "RGBA"):
            alpha = np.asarray(band.getchannel("A"))
            band = band.convert(band.mode[:-1])
        out[..., :3] = np.asarray(self._profile.to_srgb(band))
        if alpha is not None:
            out[..., 3] = alpha


#: EXIF orientation -> Pillow's Transpose that puts it upright: mirrored, upside down, flipped;
#: and lying: transposed, turned to the right, transversed, turned to the left
TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}


def part_of(upright: NDArray[Any], orientation: int, top: int, end: int) -> NDArray[Any]:
    """Return the view of upright pixels where rows ``top`` to ``end`` of the file belong.

    Parameters
    ----------
    upright : ndarray (h, w, channels)
    orientation : int
        EXIF's, 1 … 8.
    top, end : int
        Rows as the file stores them; columns of upright pixels where it lies (5 … 8).
    """
    turned = upright.transpose(1, 0, 2) if orientation >= 5 else upright
    if orientation in (3, 4, 6, 7):  # from the other end
        top, end = len(turned) - end, len(turned) - top
    part = turned[top:end]
    return part.transpose(1, 0, 2) if orientation >= 5 else part


def _transparent_color(image: Image, bits: int) -> int | tuple[int, ...] | None:
    """Return the color that PNG's tRNS chunk makes transparent, in the values of the pixels.

    The chunk tells it in the bits of the file; Pillow spreads greys of 2 and 4 bits to 8, and
    keeps the upper 8 of 16 bits of a color.
    """
    key = image.info.get("transparency")
    if isinstance(key, int) and image.mode == "1":
        return key > 0
    if isinstance(key, int) and image.mode in ("L", "I;16"):
        return key * (255 // (2**bits - 1)) if image.mode == "L" and bits in (2, 4) else key
    if isinstance(key, tuple) and len(key) == 3 and image.mode == "RGB":
        return tuple(value >> 8 for value in key) if bits == 16 else key
    return None
