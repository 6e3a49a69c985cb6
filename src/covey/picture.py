"""The nouns of images: what travels between the floors of the house beside those of ``flow``.

::

    file ──▶ Picture ──▶ Features ──fit()──▶ Run ──▶ Indexed ──explain()──▶ ImageFacts ──▶ files
    array    pixels,     distinct   engine           palette,               figures,
    PIL      metadata    colors,                     indices                variants
                         counts

Each noun is frozen. Pixels are sRGB of 8 bits a channel, in C order, rows from top to bottom: h
rows, w columns, and 3 channels (red, green, blue) or 4 (straight alpha last, 255 = opaque). Only
facts travel: nothing here computes, reads or writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from covey.flow import Caution

if TYPE_CHECKING:
    from numpy.typing import NDArray

# ---------------------------------------------------------------- what was read


@dataclass(frozen=True)
class Frame:
    """One image, or one of an animation's, upright and composed (it needs no other frame)."""

    pixels: NDArray[Any]  # (h, w, 3) or (h, w, 4) uint8
    duration: int = 0  # milliseconds that it is shown; 0 in a still image

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True)
class Metadata:
    """What a file says beside its pixels; written again only when asked to."""

    exif: bytes | None = None  # orientation already applied and reset to 1
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    text: Mapping[str, str] = field(default_factory=dict)  # PNG's text chunks, a JPEG's comment


@dataclass(frozen=True)
class Picture:
    """An image as it was read."""

    frames: tuple[Frame, ...]  # at least one; all of one size and one number of channels
    name: str  # file name, "standard input", "array", "PIL image"
    format: str  # "JPEG", "PNG", …; "array" or "PIL" when there was no file
    held: str  # what the file held, in words: "8-bit RGB", "16-bit grey", "CMYK", "palette of 64"
    n_bytes: int | None  # size of the file; None when there was none
    loop: int | None = None  # how often an animation plays, 0 = for ever; None: not told
    metadata: Metadata = field(default_factory=Metadata)
    cautions: tuple[Caution, ...] = ()
    reduced: bool = False  # the file's values had more than 8 bits, of which some were lost

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        return self.frames[0].size

    @property
    def n_pixels(self) -> int:
        """Pixels of all frames together."""
        return sum(frame.size[0] * frame.size[1] for frame in self.frames)

    @property
    def animated(self) -> bool:
        """There are several frames."""
        return len(self.frames) > 1


# ---------------------------------------------------------------- what was made of it


@dataclass(frozen=True)
class Palette:
    """The colors of an image, the most frequent first unless they were given in an order."""

    colors: NDArray[Any]  # (k, 4) uint8: sRGB and straight alpha
    counts: NDArray[Any]  # (k,) int64: pixels of each; zeros when it belongs to no image
    n_fixed: int = 0  # the first so many were asked for: a file has them though no pixel does

    @property
    def shares(self) -> NDArray[Any]:
        """Share of the pixels of each color, 0 … 1; zeros when there are no pixels."""
        total = self.counts.sum()
        return self.counts / (total if total else 1)

    @property
    def has_alpha(self) -> bool:
        """One of the colors is not opaque."""
        return bool((self.colors[:, 3] < 255).any())

    def hex(self, i: int) -> str:
        """Return a color as ``#rrggbb``, or ``#rrggbbaa`` where it is not opaque."""
        r, g, b, a = (int(value) for value in self.colors[i])
        return f"#{r:02x}{g:02x}{b:02x}" + (f"{a:02x}" if a < 255 else "")


@dataclass(frozen=True)
class Indexed:
    """A picture of few colors: an index into a palette for each pixel."""

    indices: tuple[NDArray[Any], ...]  # of each frame, (h, w); uint8, or uint16 above 256 colors
    palettes: tuple[Palette, ...]  # one for all frames, or one for each
    durations: tuple[int, ...] = (0,)  # milliseconds of each frame
    loop: int | None = None

    def palette(self, frame: int = 0) -> Palette:
        """Return the palette of a frame."""
        return self.palettes[frame if len(self.palettes) > 1 else 0]

    def pixels(self, frame: int = 0) -> NDArray[Any]:
        """Return the pixels (h, w, 3) of a frame, or (h, w, 4) where the palette has alpha."""
        palette = self.palette(frame)
        channels = 4 if palette.has_alpha else 3
        return palette.colors[:, :channels][self.indices[frame]]

    @property
    def n_colors(self) -> int:
        """Colors of the largest palette."""
        return max(len(palette.colors) for palette in self.palettes)


# ---------------------------------------------------------------- how good it is


@dataclass(frozen=True)
class Fidelity:
    """How near an image is to another; all frames together. Alpha: over black and over white."""

    psnr: float  # dB, of the sRGB values; inf when they are equal
    ssim: float  # structural similarity (Wang 2004), mean over channels; 1 = equal
    ciede2000: float  # mean color difference (CIE 142-2001); about 1 is just noticeable


@dataclass(frozen=True)
class Variant:
    """The picture in one number of colors: a row of the table over K."""

    k: int  # colors asked for
    n_colors: int  # colors used, and those that were fixed
    dither: float  # strength, 0 … 1
    n_bytes: int  # of the file made
    bits_per_pixel: float
    ratio_raw: float  # raw 24-bit (32-bit with alpha) bytes / bytes of the file made
    ratio_file: float | None  # bytes of the file given / bytes of the file made; None: no file
    fidelity: Fidelity
    seconds: float  # to find the colors and the indices; of a search, all that was tried


@dataclass(frozen=True)
class ImageFacts:
    """Facts about a compressed image, ready to be rendered in any form."""

    picture: Picture
    indexed: Indexed
    space: str  # where colors were compared: "oklab", "srgb", "linear", "lab"
    exact: bool  # not a pixel differs from the file: it had no more colors than asked for
    chosen: Variant  # what was made
    variants: tuple[Variant, ...]  # the table over K, when asked for; ascending K
    images: tuple[Indexed, ...]  # of the variants
    content: bytes  # the file made
    format: str  # of the file made: "PNG", "GIF", "WebP", …
    options: Mapping[str, Any]
    cautions: tuple[Caution, ...] = ()
