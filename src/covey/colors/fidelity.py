"""How near a picture is to another: PSNR, SSIM and the mean CIEDE2000, and a map of the latter.

All work goes by bands of rows, so that memory beside the pictures stays bounded. With alpha, what
is seen over black and what is seen over white count half each.

References
----------
Wang, Z., Bovik, A. C., Sheikh, H. R., & Simoncelli, E. P. (2004). Image quality assessment: From
error visibility to structural similarity. IEEE Transactions on Image Processing, 13(4), 600-612.
doi 10.1109/TIP.2003.819861
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.colors.difference import ciede2000
from covey.picture import Fidelity

Pixels = NDArray[np.uint8]
Pair = tuple[Pixels, "Pixels | Painted"]

MEASURES = ("psnr", "ssim", "ciede2000")
BLACK, WHITE = 0, 255

_BAND = 1 << 19  # pixels of a band: many of its pairs of colors are the same
_TILE_ROWS, _TILE_COLUMNS = 32, 512  # pixels whose windows are summed at a time, within the cache
_RADIUS, _SIGMA = 5, 1.5  # of the window: Wang et al., section III-C
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


class Painted:
    """The pixels of indices and a palette, made where they are looked at."""

    def __init__(self, indices: NDArray[Any], palette: NDArray[np.uint8]) -> None:
        self.clear = bool((palette[:, 3] < 255).any())
        self._indices, self._palette = indices, palette[:, : 4 if self.clear else 3]
        self.shape = (*indices.shape, self._palette.shape[1])

    def __getitem__(self, place: Any) -> Pixels:
        return self._palette[self._indices[place]]


def fidelity(
    before: Sequence[Pixels],
    after: Sequence[Pixels | Painted],
    wanted: Collection[str] = MEASURES,
) -> Fidelity:
    """Measure how near pictures are to what they were made of.

    Parameters
    ----------
    before, after : sequence of (h, w, 3 or 4) uint8, or ``Painted``
        The frames, sRGB, alpha straight; as many of one as of the other, of one size.
    wanted : collection of str
        Of ``MEASURES``; the others are nan, and cost nothing.

    Returns
    -------
    Fidelity
        PSNR of the mean squared error of all values; SSIM with the Gaussian window of 11 pixels,
        mean over all windows within a frame and the channels (narrower pictures: the widest odd
        window that fits); CIEDE2000, mean over all pixels. Equal: inf, 1 and 0.
    """
    measures = {"psnr": _psnr, "ssim": _ssim, "ciede2000": _ciede2000}
    pairs = list(zip(before, after, strict=True))
    for a, b in pairs:
        if a.shape[:2] != b.shape[:2]:
            raise ValueError(f"frames must be of one size; got {a.shape[:2]} and {b.shape[:2]}")
    return Fidelity(**{m: measures[m](pairs) if m in wanted else math.nan for m in MEASURES})


def difference_map(before: Pixels, after: Pixels) -> NDArray[np.float32]:
    """Return the CIEDE2000 of each pixel (h, w); with alpha, the mean over black and white."""
    out = np.zeros(before.shape[:2], np.float32)
    over = _grounds(before, after)
    for rows in _bands(out.shape):
        for ground in over:
            seen = (_seen(pixels[rows], ground) for pixels in (before, after))
            out[rows] += ciede2000(*seen) / len(over)
    return out


# ------------------------------------------------------------------ what is seen


def _grounds(before: Pixels, after: Pixels | Painted) -> tuple[int, ...]:
    clear = any(
        p.clear if isinstance(p, Painted) else p.shape[2] == 4 and (p[..., 3] < 255).any()
        for p in (before, after)
    )
    return (BLACK, WHITE) if clear else (BLACK,)


def _seen(pixels: Pixels, ground: int) -> Pixels:
    """Return sRGB as it is seen over black or white, mixed as browsers do and rounded."""
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3:].astype(np.uint16)
    # at most 255² + 127 < 2¹⁶; there are no ties, since 255 is odd
    return ((pixels[..., :3] * alpha + ground * (255 - alpha) + 127) // 255).astype(np.uint8)


def _bands(shape: tuple[int, ...]) -> Iterator[slice]:
    step = max(1, _BAND // shape[1])
    return (slice(start, start + step) for start in range(0, shape[0], step))


def _mean(pairs: Sequence[Pair], total: Callable[[Pixels, Pixels], float]) -> float:
    """Return the mean over the pixels, of totals of bands."""
    found = n = 0.0
    for before, after in pairs:
        over = _grounds(before, after)
        n += before.shape[0] * before.shape[1]
        for rows in _bands(before.shape):
            for ground in over:
                seen = (_seen(pixels[rows], ground) for pixels in (before, after))
                found += total(*seen) / len(over)
    return found / n


# ------------------------------------------------------------------ PSNR and CIEDE2000


def _psnr(pairs: Sequence[Pair]) -> float:
    error = _mean(pairs, _squares) / 3
    return 10 * math.log10(255**2 / error) if error else math.inf


def _squares(a: Pixels, b: Pixels) -> float:
    apart = np.subtract(a, b, dtype=np.int16).ravel()
    return float(np.einsum("i,i->", apart, apart, dtype=np.int64, casting="safe"))


def _ciede2000(pairs: Sequence[Pair]) -> float:
    return _mean(pairs, _differences)


def _differences(a: Pixels, b: Pixels) -> float:
    """Return the sum of differences, of each pair of colors once: a palette repeats them."""
    both = np.zeros((a.shape[0] * a.shape[1], 8), np.uint8)
    both[:, :3], both[:, 3:6] = a.reshape(-1, 3), b.reshape(-1, 3)
    pairs, counts = np.unique(both.view(np.int64), return_counts=True)
    distinct = pairs.view(np.uint8).reshape(-1, 8)
    found = ciede2000(distinct[:, :3], distinct[:, 3:6])
    return float(np.einsum("i,i->", found, counts, dtype=np.float64))


# ------------------------------------------------------------------ SSIM


def _ssim(pairs: Sequence[Pair]) -> float:
    """Return the mean over all windows; frames are of one size, so each counts the same."""
    return math.fsum(_frame_ssim(a, b) for a, b in pairs) / len(pairs)


def _frame_ssim(before: Pixels, after: Pixels | Painted) -> float:
    h, w = before.shape[:2]
    up, left = (min(_RADIUS, (side - 1) // 2) for side in (h, w))
    over, lost = _grounds(before, after), []
    for y in range(0, h - 2 * up, _TILE_ROWS):
        for x in range(0, w - 2 * left, _TILE_COLUMNS):
            tile = np.s_[y : y + _TILE_ROWS + 2 * up, x : x + _TILE_COLUMNS + 2 * left]
            for ground in over:
                a, b = (_seen(pixels[tile], ground) for pixels in (before, after))
                lost.append(_lost(a, b, up, left))
    n = (h - 2 * up) * (w - 2 * left) * 3 * len(over)
    return 1 - math.fsum(lost) / n


def _lost(a: Pixels, b: Pixels, up: int, left: int) -> float:
    """Return the sum of 1 - SSIM of the windows within a tile.

    Of sums and differences of the two pictures the similarity (Wang et al., equation 13) is
    (1 - mean² of differences / (μ₁² + μ₂² + C₁)) (1 - variance of differences / (σ₁² + σ₂² + C₂)):
    one blur less, and nothing is lost to rounding where the pictures are near each other.
    """
    shape = len(a), -1  # channels stay side by side: a step along a row is three values
    apart = np.subtract(a, b, dtype=np.int16).astype(np.float32).reshape(shape)
    whole = (np.add(a, b, dtype=np.int16) - 255).astype(np.float32).reshape(shape)
    mean_apart, mean_whole = _blurred(apart, up, left), _blurred(whole, up, left)
    spread_apart = _blurred(apart * apart, up, left) - mean_apart**2
    spread_whole = _blurred(whole * whole, up, left) - mean_whole**2
    light = mean_apart**2 / (((mean_whole + 255) ** 2 + mean_apart**2) / 2 + _C1)
    structure = spread_apart / ((spread_whole + spread_apart) / 2 + _C2)
    return float((light + structure - light * structure).sum(dtype=np.float64))


def _blurred(values: NDArray[np.float32], up: int, left: int) -> NDArray[np.float32]:
    """Return the means by the Gaussian window, of the windows that lie within."""
    return _along(_along(values, up, 1, 0), left, 3, 1)


def _along(values: NDArray[Any], radius: int, step: int, axis: int) -> NDArray[Any]:
    length = values.shape[axis] - 2 * radius * step

    def moved(by: int) -> NDArray[Any]:
        piece = slice((radius + by) * step, (radius + by) * step + length)
        return values[piece] if axis == 0 else values[:, piece]

    bell = [math.exp(-((i / _SIGMA) ** 2) / 2) for i in range(radius + 1)]
    whole = bell[0] + 2 * sum(bell[1:])
    out = moved(0) * np.float32(bell[0] / whole)
    for i in range(1, radius + 1):
        out += (moved(-i) + moved(i)) * np.float32(bell[i] / whole)
    return out
