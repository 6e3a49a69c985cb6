"""Options of `covey image`, its recipe, `covey.compress` and `covey.palette`."""

from __future__ import annotations

from collections.abc import Mapping

from covey.constraints import Choice, Colors, Flag, Number, Numbers, Other, Range, Size, Text
from covey.options import SEGMENT, Option

#: entries that a palette may have; above 256, in formats without a table of colors
MOST_COLORS = 65_536

_ENTRIES = (
    Option(
        "k",
        None,
        (Number(low=1, high=MOST_COLORS),),
        "Number of colors, 256 when not given; more for the formats png24, webp and npz. With "
        "quality, min_ssim or max_bytes: the most. An image of no more colors is left as it is.",
        flag="-k",
    ),
    Option(
        "quality",
        None,
        (Range(0, 100),),
        "The fewest colors of this quality: 100 less 10 times the mean color difference "
        "(CIEDE2000), so that 90 is just noticeable. Of '60-80', the fewest that reach 80, and the "
        "best there are when they reach 60 at least.",
        metavar="N-N",
    ),
    Option(
        "min_ssim",
        None,
        (Number(whole=False, low=0, high=1, open_low=True),),
        "The fewest colors of this structural similarity (SSIM); 1 is equal.",
    ),
    Option(
        "max_bytes",
        None,
        (Size(),),
        "The most colors whose file has at most so many bytes; with quality or min_ssim, no more "
        "than these need.",
        metavar="SIZE",
    ),
    Option(
        "space",
        "oklab",
        (Choice(("oklab", "srgb", "linear", "lab")),),
        "Where colors are averaged and compared. 'oklab' looks best; 'srgb' gives the highest "
        "PSNR; 'linear' is light as it mixes; 'lab' is CIELAB.",
    ),
    Option(
        "dither",
        0.0,
        (Number(whole=False, low=0, high=1),),
        "Strength of dithering: neighboring pixels mix colors, so that few look like more. 0: "
        "none, as above 256 colors. Areas of a color of the palette stay flat.",
    ),
    Option(
        "dither_method",
        "floyd-steinberg",
        (Choice(("floyd-steinberg", "blue-noise", "ordered")),),
        "Pattern of dithering: error diffusion, even noise, or a grid (which compresses best).",
    ),
    Option(
        "palette",
        None,
        (Text(), Other("a Palette, an image, or an array (k, 3) or (k, 4) of uint8")),
        "Palette to use as it is: a file (gpl, act, ase, css, json, hex, txt, pal), or an image, "
        "for which one of k colors is found as always: its own, when it has no more. A swatch "
        "sheet (PNG) that Covey drew gives the colors it shows. A file comes without k.",
        metavar="FILE",
    ),
    Option(
        "fixed",
        None,
        (Colors(),),
        "Colors that the palette must have exactly, such as a brand's; they count among the k, and "
        "a file with a table of colors has them though no pixel does.",
        metavar="HEX,…",
    ),
    Option(
        "frames",
        "one",
        (Choice(("one", "each")),),
        "Palettes of an animation: one for all frames, or each its own.",
    ),
    Option(
        "format",
        None,
        (Choice(("png", "gif", "webp", "png24", "npz")),),
        "Format of the file made: as the name of the output says, else png, which is indexed; "
        "'png24' has no table of colors, 'npz' holds arrays.",
    ),
    Option(
        "effort",
        None,
        (Number(low=0, high=6),),
        "How hard to make the file small: 0 is fastest, 6 takes many seconds a photo; 3 when not "
        "given, and 1 above four megapixels. WebP of 257 to 4096 colors takes seconds from 3 on.",
    ),
    Option(
        "keep_metadata",
        False,
        (Flag(),),
        "Keep what the file says beside its pixels (EXIF, XMP, resolution, texts), as far as the "
        "format can hold it; the file that the command writes also gets its times. Orientation "
        "and color profile are always applied, and never kept: pixels are upright and sRGB.",
    ),
    Option(
        "skip_if_larger",
        False,
        (Flag(),),
        "Write nothing when the file made would not be smaller than the file given.",
    ),
    Option(
        "compare",
        None,
        (Numbers(low=1, high=MOST_COLORS),),
        "Numbers of colors to tell side by side: a table, a contact sheet, and the pictures in the "
        "report.",
        metavar="N,…",
    ),
    SEGMENT["seed"],
    Option(
        "max_pixels",
        200_000_000,
        (Number(low=1),),
        "Refuse an image of more pixels, all frames together; a file before any is decoded.",
    ),
)

#: options of `covey image`, its recipe, `covey.compress` and `covey.palette`
IMAGE: Mapping[str, Option] = {option.name: option for option in _ENTRIES}
