"""Sentences about a compressed image: its sizes, its figures, and whether a palette is right."""

from __future__ import annotations

import math
import unicodedata

import numpy as np

from covey.picture import Fidelity, ImageFacts, Picture, Variant
from covey.report.numbers import count, fixed, number
from covey.report.words import Gauge

SPACES = {"srgb": "sRGB", "linear": "linear light", "lab": "CIELAB", "oklab": "OKLab"}
_TIE = "\u00a0"  # no-break space between a number and its unit
_SAME = 0.005  # ratios this near to 1 are told as equal

_ICON = 64 * 64  # pixels; of fewer, the parts of the file that hold no pixels weigh too much
#: what tells a photograph: rows looked at, distinct colors in them, share of equal neighbors
_ROWS, _MANY, _EQUAL = 128, 4096, 0.4
_FULL = 128  # colors; of fewer, the look of few colors is what is wanted

#: from which value of a figure on, and what it means to the eye; the best first
_DIFFERENCES = (
    (0.5, "too small to be seen"),
    (1.0, "just below what the eye notices side by side"),
    (2.0, "noticed when looking closely"),
    (5.0, "seen side by side"),
    (math.inf, "seen at a glance"),
)
_SSIMS = (
    (0.98, "edges and textures are kept"),
    (0.95, "fine textures are a little flatter"),
    (0.90, "fine textures are visibly flatter"),
    (-1.0, "textures are lost"),
)
_PSNRS = (
    (40.0, "near the limit of what can be told apart"),
    (34.0, "close to the original"),
    (28.0, "differences are visible"),
    (-math.inf, "differences are plain"),
)

PHOTOGRAPHS = (
    "For photographs a JPEG, WebP or AVIF is the better tool: at 256 colors a photograph's PNG is "
    "still 2.3 to 2.6 times a JPEG of similar quality."
)
GRAPHICS = (
    "A palette is right for logos, charts, screenshots and pixel art, where a format or a program "
    "needs indexed colors, and where few colors are the look that you want."
)


def printable(text: str) -> str:
    """Drop what could steer a terminal or turn a line; line breaks and tabs become spaces."""
    spaced = text.translate({ord(c): " " for c in "\t\n\r\v\f\x85\u2028\u2029"})
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def size_text(n_bytes: int) -> str:
    """Write a size in decimal units: ``812 bytes``, ``87.4 kB``, ``2.31 MB``."""
    if n_bytes < 1000:
        return f"{n_bytes}{_TIE}byte{'' if n_bytes == 1 else 's'}"
    if n_bytes < 999_950:
        return f"{n_bytes / 1e3:.1f}{_TIE}kB"
    if n_bytes < 999_995_000:
        return f"{n_bytes / 1e6:.2f}{_TIE}MB"
    return f"{n_bytes / 1e9:.2f}{_TIE}GB"


def ratio_text(ratio: float, what: str) -> str:
    """Write a ratio of sizes: ``2.2 times smaller than raw``, ``1.3 times larger than …``."""
    if abs(ratio - 1) < _SAME:
        return f"as large as {what}"
    if ratio > 1:
        return f"{_times(ratio)} times smaller than {what}"
    return f"{_times(1 / ratio)} times larger than {what}"


def _times(ratio: float) -> str:
    """Write a factor above 1 so that it never reads as 1."""
    return f"{ratio:.2f}" if ratio < 1.95 else f"{ratio:.1f}" if ratio < 99.95 else f"{ratio:,.0f}"


def colors_text(n: int) -> str:
    """Write ``1 color`` or ``64 colors``."""
    return f"{count(n)}{_TIE}color{'' if n == 1 else 's'}"


def dither_text(strength: float) -> str:
    """Say how strongly was dithered."""
    return f"dithered at {fixed(strength)}" if strength else "no dithering"


def psnr_text(value: float) -> str:
    """Write a PSNR; equal pictures have none."""
    return "equal" if math.isinf(value) else f"{value:.1f}{_TIE}dB"


def ssim_text(value: float) -> str:
    """Write an SSIM; only equal pictures have 1."""
    return ">0.999" if 0.9995 <= value < 1 else fixed(value, 3)


def difference_text(value: float) -> str:
    """Write a mean CIEDE2000; only equal pictures have 0."""
    return "<0.01" if 0 < value < 0.005 else fixed(value)


def picture_text(picture: Picture) -> str:
    """Say what was read: ``640 × 427, 8-bit RGB, JPEG of 196.7 kB``."""
    width, height = picture.size
    parts = [f"{count(width)}{_TIE}×{_TIE}{count(height)}"]
    if picture.animated:
        parts.append(f"{count(len(picture.frames))} frames")
    parts.append(picture.held)
    if picture.n_bytes is not None:
        parts.append(f"{picture.format} of {size_text(picture.n_bytes)}")
    return ", ".join(part for part in parts if part)


def headline(facts: ImageFacts) -> str:
    """Say the most important thing first: colors, bytes, and how much that saves."""
    made = facts.chosen
    given = facts.picture
    text = f"{colors_text(made.n_colors)}, a {facts.format} of {size_text(made.n_bytes)}: "
    if made.ratio_file is None or given.n_bytes is None:
        if tiny(facts):
            return f"{text.removesuffix(': ')}."
        return f"{text}{ratio_text(made.ratio_raw, 'the raw pixels')}."
    what = f"the {given.format} given ({size_text(given.n_bytes)})"
    return f"{text}{ratio_text(made.ratio_file, what)}."


def tiny(facts: ImageFacts) -> bool:
    """Tell whether the file is mostly what holds no pixels, so that sizes beside pixels mislead."""
    width, height = facts.picture.size
    return width * height < _ICON and facts.chosen.ratio_raw < 1


def equal_as_read(facts: ImageFacts) -> bool:
    """Tell whether all that was lost is what 8 bits a channel cannot hold."""
    return not facts.exact and math.isinf(facts.chosen.fidelity.psnr) and facts.picture.reduced


def photographic(picture: Picture) -> bool:
    """Tell whether a picture is like a photograph: opaque, of many colors that change all over.

    Told from some rows of the first frame. Of neighbors, photographs have 4 to 22 % equal, charts
    and drawings with soft edges 55 % and more; greys have no more colors than a palette holds.
    """
    pixels = picture.frames[0].pixels
    rows = pixels[:: max(1, len(pixels) // _ROWS)]
    if rows.shape[2] == 4 and (rows[..., 3] < 255).any():
        return False
    colors = rows[..., :3].astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    n_equal = int(np.count_nonzero(colors[:, 1:] == colors[:, :-1]))
    return len(np.unique(colors)) >= _MANY and n_equal <= _EQUAL * colors.size


def verdict(facts: ImageFacts) -> list[str]:
    """Say honestly whether the result is of use, in one to three sentences."""
    made, given = facts.chosen, facts.picture
    found = []
    if facts.exact:
        found.append(
            f"Not a pixel differs: the picture has no more than {colors_text(made.n_colors)}."
        )
    elif equal_as_read(facts):
        found.append(
            "Not a pixel differs from the picture as it was read, in 8 bits a channel; the file "
            "given holds more."
        )
    if made.ratio_file is not None and made.ratio_file < 1 - _SAME:
        found.append(
            f"The result is {ratio_text(made.ratio_file, f'the {given.format} given')}; keep that "
            "file unless you need an indexed image."
        )
    larger = made.ratio_file is not None and made.ratio_file < 1
    indexed = facts.format in ("PNG", "GIF") and not facts.exact
    if indexed and (larger or made.n_colors >= _FULL) and photographic(given):
        found.append(PHOTOGRAPHS)
    return found


def gauges(facts: ImageFacts) -> list[Gauge]:
    """Return each figure with what it means in plain words."""
    made = facts.chosen
    return [*_size_gauges(facts), *fidelity_gauges(made.fidelity), *_method_gauges(facts, made)]


def _size_gauges(facts: ImageFacts) -> list[Gauge]:
    made, given = facts.chosen, facts.picture
    exact = "" if made.n_bytes < 1000 else f"{count(made.n_bytes)}{_TIE}bytes"
    found = [
        Gauge(
            "bytes",
            f"{facts.format} file",
            size_text(made.n_bytes),
            f"{exact}, the real file with all its parts." if exact else "The real file, complete.",
        ),
    ]
    if not tiny(facts):
        found += _raw_gauges(facts)
    if made.ratio_file is not None and given.n_bytes is not None:
        what = f"the {given.format} given"
        words = f"{_sentence(ratio_text(made.ratio_file, what))}, {size_text(given.n_bytes)}."
        found.append(Gauge("given", "Beside the file given", f"{number(made.ratio_file)}×", words))
    return found


def _raw_gauges(facts: ImageFacts) -> list[Gauge]:
    made, given = facts.chosen, facts.picture
    channels = given.frames[0].pixels.shape[2]
    raw = channels * given.n_pixels
    return [
        Gauge(
            "bits",
            "Bits per pixel",
            fixed(made.bits_per_pixel),
            f"What the file spends on one pixel; raw {8 * channels}-bit pixels take "
            f"{8 * channels}.",
        ),
        Gauge(
            "raw",
            "Beside raw pixels",
            f"{number(made.ratio_raw)}×",
            f"{_sentence(ratio_text(made.ratio_raw, 'the raw pixels'))}, which take "
            f"{size_text(raw)}.",
        ),
    ]


def fidelity_gauges(fidelity: Fidelity) -> list[Gauge]:
    """Return the three figures of likeness with what they mean to the eye."""
    difference = fidelity.ciede2000
    seen = next(words for limit, words in _DIFFERENCES if difference < limit or limit == math.inf)
    kept = next(words for limit, words in _SSIMS if fidelity.ssim >= limit or limit == -1.0)
    near = next(words for limit, words in _PSNRS if fidelity.psnr >= limit or limit == -math.inf)
    equal = math.isinf(fidelity.psnr)
    return [
        Gauge(
            "ciede2000",
            "Mean color difference",
            difference_text(difference),
            f"CIEDE2000, mean over the pixels: {seen}. About 1 is just noticeable.",
        ),
        Gauge(
            "ssim",
            "Structural similarity",
            ssim_text(fidelity.ssim),
            f"SSIM: {kept}. 1 is equal.",
        ),
        Gauge(
            "psnr",
            "Signal to noise",
            psnr_text(fidelity.psnr),
            "PSNR is infinite: not a value differs."
            if equal
            else f"PSNR of the sRGB values: {near}. More is nearer; 6{_TIE}dB more is half the "
            "error.",
        ),
    ]


def _method_gauges(facts: ImageFacts, made: Variant) -> list[Gauge]:
    asked = "as many as asked for" if made.n_colors == made.k else f"of {count(made.k)} asked for"
    if made.n_colors > made.k:
        asked = f"{count(made.k)} were asked for"
    space = SPACES.get(facts.space, facts.space)
    if made.dither:
        dither = "Neighboring pixels mix colors, so that few look like more; 1 is full strength."
    else:
        dither = "Each pixel has the nearest color of the palette; flat areas stay flat."
    each = len(facts.indexed.palettes)
    palettes = f"; each of {count(each)} frames has its own palette" if each > 1 else ""
    return [
        Gauge("colors", "Colors", count(made.n_colors), f"{_sentence(asked)}{palettes}."),
        Gauge("dither", "Dithering", fixed(made.dither) if made.dither else "none", dither),
        Gauge("space", "Color space", space, "Where colors were averaged and compared."),
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
