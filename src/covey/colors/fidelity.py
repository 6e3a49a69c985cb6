"""How near a picture is to another: PSNR, SSIM and the mean CIEDE2000, and a map of the latter.

All work goes by bands of rows, so that memory beside the pictures stays bounded, and threads share
the bands. With alpha, what is seen over black and what is seen over white count half each.

References
----------
Wang, Z., Bovik, A. C., Sheikh, H. R., & Simoncelli, E. P. (2004). Image quality assessment: From
error visibility to structural similarity. IEEE Transactions on Image Processing, 13(4), 600-612.
doi 10.1109/TIP.2003.819861
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from covey.colors.difference import ciede2000
from covey.engine import passes
from covey.picture import Fidelity

Pixels = NDArray[np.uint8]
Pair = tuple[Pixels, "Pixels | Painted"]
Job = TypeVar("Job")
Found = TypeVar("Found")

Total = Callable[[Pixels, Pixels, "NDArray[np.int64]"], float]

MEASURES = ("psnr", "ssim", "ciede2000")
BLACK, WHITE = 0, 255

_BAND = 1 << 18  # pixels of a band: many of its pairs of colors are the same
_TILE_ROWS, _TILE_COLUMNS = 64, 256  # pixels whose windows are summed at a time, within the cache
_MOST_THREADS = 8  # each has a band of its own in memory
_RADIUS, _SIGMA = 5, 1.5  # of the window: Wang et al., section III-C
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


class Painted:
    """The pixels of indices and a palette, made where they are looked at."""

    def __init__(self, indices: NDArray[Any], palette: NDArray[np.uint8]) -> None:
        self.clear = bool((palette[:, 3] < 255).any())
        self._indices, self._palette = indices, palette[:, : 4 if self.clear else 3]
        self.shape = (*indices.shape, self._palette.shape[1])

    def __getitem__(self, place: Any) -> Pixels:
        return self._palette.take(self._indices[place], axis=0)


class Matched(NamedTuple):
    """Distinct colors, what each became, and for how many pixels."""

    before: NDArray[np.uint8]  # (n, 3 or 4)
    after: NDArray[np.uint8]  # (n, 3 or 4)
    counts: NDArray[np.int64]  # (n,)

    def part(self, rows: slice) -> Matched:
        """Return some of the colors."""
        return Matched(self.before[rows], self.after[rows], self.counts[rows])


def fidelity(
    before: Sequence[Pixels],
    after: Sequence[Pixels | Painted],
    wanted: Collection[str] = MEASURES,
    matched: Sequence[Matched] = (),
) -> Fidelity:
    """Measure how near pictures are to what they were made of.

    Parameters
    ----------
    before, after : sequence of (h, w, 3 or 4) uint8, or ``Painted``
        The frames, sRGB, alpha straight; as many of one as of the other, of one size.
    wanted : collection of str
        Of ``MEASURES``; the others are nan, and cost nothing.
    matched : sequence of Matched
        What became of all pixels, where equal colors became equal ones; then PSNR and CIEDE2000
        look at no pixel.

    Returns
    -------
    Fidelity
        PSNR of the mean squared error of all values; SSIM with the Gaussian window of 11 pixels,
        mean over all windows within a frame and the channels (narrower pictures: the widest odd
        window that fits); CIEDE2000, mean over all pixels. Equal: inf, 1 and 0.
    """
    pairs = list(zip(before, after, strict=True))
    for a, b in pairs:
        if a.shape[:2] != b.shape[:2]:
            raise ValueError(f"frames must be of one size; got {a.shape[:2]} and {b.shape[:2]}")
    totals = {name: total for name, total in _TOTALS.items() if name in wanted}
    means = dict(zip(totals, _means(pairs, matched, list(totals.values())), strict=True))
    return Fidelity(
        psnr=_decibels(means["psnr"] / 3) if "psnr" in means else math.nan,
        ssim=_ssim(pairs) if "ssim" in wanted else math.nan,
        ciede2000=means.get("ciede2000", math.nan),
    )


def difference_map(before: Pixels, after: Pixels) -> NDArray[np.float32]:
    """Return the CIEDE2000 of each pixel (h, w); with alpha, the mean over black and white."""
    out = np.zeros(before.shape[:2], np.float32)
    over = _grounds(before, after)

    def fill(rows: slice) -> None:
        for ground in over:
            seen = (_seen(pixels[rows], ground) for pixels in (before, after))
            out[rows] += ciede2000(*seen) / len(over)

    _shared(fill, list(_bands(out.shape)))
    return out


# ------------------------------------------------------------------ what is seen


def _grounds(before: Pixels, after: Pixels | Painted) -> tuple[int, ...]:
    clear = any(
        p.clear if isinstance(p, Painted) else p.shape[-1] == 4 and (p[..., 3] < 255).any()
        for p in (before, after)
    )
    return (BLACK, WHITE) if clear else (BLACK,)


def _seen(pixels: Pixels, ground: int) -> Pixels:
    """Return sRGB as it is seen over black or white, mixed as browsers do and rounded."""
    if pixels.shape[-1] == 3:
        return pixels
    alpha = pixels[..., 3:].astype(np.uint16)
    # at most 255² + 127 < 2¹⁶; there are no ties, since 255 is odd
    return ((pixels[..., :3] * alpha + ground * (255 - alpha) + 127) // 255).astype(np.uint8)


def _bands(shape: tuple[int, ...]) -> Iterator[slice]:
    step = max(1, _BAND // shape[1])
    return (slice(start, start + step) for start in range(0, shape[0], step))


def _shared(work: Callable[[Job], Found], jobs: Sequence[Job]) -> list[Found]:
    """Do all jobs, several at a time; the results are in order."""
    n_threads = min(passes.get_threads(), _MOST_THREADS, len(jobs))
    if n_threads < 2:
        return [work(job) for job in jobs]
    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(work, jobs))


# ------------------------------------------------------------------ PSNR and CIEDE2000


def _means(
    pairs: Sequence[Pair], matched: Sequence[Matched], totals: Sequence[Total]
) -> list[float]:
    """Return the mean over all pixels of each of what is totaled."""

    def of_colors(part: Matched) -> list[float]:
        over = _grounds(part.before, part.after)
        a, b = part.before, part.after
        if len(over) == 1:  # opaque: nothing is to be mixed
            a, b = a[:, :3], b[:, :3]
        seen = [(_seen(a, ground), _seen(b, ground)) for ground in over]
        return [sum(total(*two, part.counts) for two in seen) / len(over) for total in totals]

    def of_band(band: tuple[Pair, slice]) -> list[float]:
        (before, after), rows = band
        return of_colors(_distinct(before[rows], after[rows]))

    if not totals:
        return []
    if matched:
        parts = [one.part(rows) for one in matched for rows in _bands((len(one.counts), 1))]
        found = _shared(of_colors, parts)
    else:
        found = _shared(of_band, [(pair, rows) for pair in pairs for rows in _bands(pair[0].shape)])
    n = sum(before.shape[0] * before.shape[1] for before, _ in pairs)
    return [math.fsum(parts) / n for parts in zip(*found, strict=True)]


def _distinct(before: Pixels, after: Pixels) -> Matched:
    """Return each pair of colors once: a palette repeats them."""
    a, b = (pixels.reshape(-1, pixels.shape[2]) for pixels in (before, after))
    both = np.zeros((len(a), 8), np.uint8)
    both[:, : a.shape[1]], both[:, 4 : 4 + b.shape[1]] = a, b
    keys, counts = np.unique(both.view(np.int64), return_counts=True)
    found = keys.view(np.uint8).reshape(-1, 8)
    return Matched(found[:, : a.shape[1]], found[:, 4 : 4 + b.shape[1]], counts)


def _squares(a: Pixels, b: Pixels, counts: NDArray[np.int64]) -> float:
    apart = np.subtract(a, b, dtype=np.int16)
    squares = np.einsum("ij,ij->i", apart, apart, dtype=np.int64, casting="safe")
    return float(np.einsum("i,i->", squares, counts))


def _differences(a: Pixels, b: Pixels, counts: NDArray[np.int64]) -> float:
    return float(np.einsum("i,i->", ciede2000(a, b), counts, dtype=np.float64))


def _decibels(error: float) -> float:
    return 10 * math.log10(255**2 / error) if error else math.inf


_TOTALS: dict[str, Total] = {"psnr": _squares, "ciede2000": _differences}


# ------------------------------------------------------------------ SSIM


def _ssim(pairs: Sequence[Pair]) -> float:
    """Return the mean over all windows; frames are of one size, so each counts the same."""
    return math.fsum(_frame_ssim(a, b) for a, b in pairs) / len(pairs)


def _frame_ssim(before: Pixels, after: Pixels | Painted) -> float:
    h, w = before.shape[:2]
    up, left = (min(_RADIUS, (side - 1) // 2) for side in (h, w))
    over = _grounds(before, after)

    def lost(y: int) -> float:
        found = []
        for x in range(0, w - 2 * left, _TILE_COLUMNS):
            tile = np.s_[y : y + _TILE_ROWS + 2 * up, x : x + _TILE_COLUMNS + 2 * left]
            for ground in over:
                a, b = (_seen(pixels[tile], ground) for pixels in (before, after))
                found.append(_lost(a, b, up, left))
        return math.fsum(found)

    n = (h - 2 * up) * (w - 2 * left) * 3 * len(over)
    return 1 - math.fsum(_shared(lost, range(0, h - 2 * up, _TILE_ROWS))) / n


def _lost(a: Pixels, b: Pixels, up: int, left: int) -> float:
    """Return the sum of 1 - SSIM of the windows within a tile.

    Of sums and differences of the two pictures the similarity (Wang et al., equation 13) is
    (1 - mean² of differences / (μ₁² + μ₂² + C₁)) (1 - variance of differences / (σ₁² + σ₂² + C₂)):
    one blur less, and nothing is lost to rounding where the pictures are near each other.
    """
    apart, from_apart = _about_the_middle(np.subtract(a, b, dtype=np.int16))
    whole, from_whole = _about_the_middle(np.add(a, b, dtype=np.int16))
    mean_apart, mean_whole = _blurred(apart, up, left), _blurred(whole, up, left)
    spread_apart = _blurred(apart * apart, up, left) - mean_apart**2
    spread_whole = _blurred(whole * whole, up, left) - mean_whole**2
    square = (mean_apart + from_apart[: mean_apart.shape[1]]) ** 2
    light = square / (((mean_whole + from_whole[: mean_apart.shape[1]]) ** 2 + square) / 2 + _C1)
    structure = spread_apart / ((spread_whole + spread_apart) / 2 + _C2)
    return float((light + structure - light * structure).sum(dtype=np.float64))


def _about_the_middle(
    values: NDArray[np.int16],
) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
    """Return rows of values less those of the middle pixel, and what was taken from a row.

    Variances of small values lose less to rounding; of a flat tile, nothing. Channels stay side by
    side: a step along a row is three values.
    """
    height, width = values.shape[:2]
    taken = np.tile(values[height // 2, width // 2], width)
    return (values.reshape(height, -1) - taken).astype(np.float32), taken


def _blurred(values: NDArray[np.float32], up: int, left: int) -> NDArray[np.float32]:
    """Return the means by the Gaussian window, of the windows that lie within."""
    rows = np.einsum("hwt,t->hw", sliding_window_view(values, 2 * up + 1, axis=0), _bell(up))
    beside = sliding_window_view(rows, 6 * left + 1, axis=1)[..., ::3]
    return np.einsum("hwt,t->hw", beside, _bell(left))


@functools.cache
def _bell(radius: int) -> NDArray[np.float32]:
    bell = np.exp(-((np.arange(-radius, radius + 1) / _SIGMA) ** 2) / 2)
    return (bell / bell.sum()).astype(np.float32)
