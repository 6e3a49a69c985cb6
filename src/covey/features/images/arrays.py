"""NumPy arrays → Picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import InputError
from covey.features.images.depth import Range, word_range
from covey.features.images.depth import reduced as reduced_told
from covey.features.images.limits import refuse_too_large
from covey.features.images.opacity import same_channels
from covey.flow import Caution
from covey.picture import Frame, Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MUST = (
    "must be (h, w), (h, w, 1), (h, w, 3) or (h, w, 4) of uint8, uint16, bool, "
    "or floats from 0 to 1"
)


def read_array(array: NDArray[Any], max_pixels: int, name: str) -> Picture:
    """Return an array as a picture; uint8 pixels of 3 or 4 channels are shared, not copied.

    Raises
    ------
    InputError
        Its shape, type or values cannot be those of an image, or it is too large.
    """
    sides = [*array.shape]
    shape = " × ".join(str(side) for side in sides) or "one number"
    if not (len(sides) == 2 or (len(sides) == 3 and sides[2] in (1, 3, 4))):
        raise InputError(f"{name} {_MUST}; got shape {shape}; reshape it first")
    if not array.size:
        raise InputError(f"{name} must have at least one pixel; got shape {shape}")
    refuse_too_large((sides[1], sides[0]), 1, max_pixels, name)
    values = np.asarray(array) if array.ndim == 3 else np.asarray(array)[:, :, None]
    held = {1: "grey", 3: "RGB", 4: "RGB with alpha"}[values.shape[-1]]
    cautions: tuple[Caution, ...] = ()
    reduced = False
    if values.dtype == np.uint8:
        pixels = values
    else:
        scale = Range(0, 1)
        if values.dtype == np.uint16:
            scale, cautions = Range(), (reduced_told(16, name),)
            if held == "grey":
                scale, cautions = word_range(int(values.min()), int(values.max()), name)
        pixels = np.empty(values.shape, np.uint8)
        for row, line in enumerate(values):  # by row: no second array of the size of the first
            pixels[row], lost = _to_bytes(line, name, scale)
            reduced = reduced or lost
    if held == "grey":
        pixels = np.repeat(pixels, 3, axis=2)
    shared = np.ascontiguousarray(pixels).view()
    shared.flags.writeable = False
    frames = same_channels([Frame(shared)])
    words = f"{array.dtype} {held}"
    return Picture(frames, name, "array", words, None, cautions=cautions, reduced=reduced)


def _to_bytes(line: NDArray[Any], name: str, scale: Range) -> tuple[NDArray[np.uint8], bool]:
    """Return the bytes of a row, and whether they do not say its values exactly."""
    if line.dtype == np.bool_:
        return line.astype(np.uint8) * np.uint8(255), False
    if line.dtype == np.uint16:
        grey = scale.to_bytes(line)
        return grey, scale.loses(line, grey)
    if line.dtype.kind != "f":
        raise InputError(f"{name} {_MUST}; got {line.dtype}; convert it first")
    low, high = line.min(), line.max()  # NaN when any is
    if not (low >= 0 and high <= 1):
        bad = next(value for value in (low, high) if not 0 <= value <= 1)
        raise InputError(
            f"{name} of floats must hold values from 0 to 1; got {bad:.6g}; "
            "divide it by its white, or convert it to uint8"
        )
    grey = scale.to_bytes(line)
    return grey, scale.loses(line, grey)
