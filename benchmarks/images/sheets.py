"""Parts of pictures at 200 %, Covey beside pngquant: ``results/images-….jpg``."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.images import pictures
from benchmarks.images.bars import DITHERED, LOOK, NOFS, PNGQUANT
from benchmarks.images.figures import Who
from benchmarks.images.made import Unable
from benchmarks.images.methods import peer
from benchmarks.images.scores import composed

PATTERN = "images-*.jpg"
KS = (4, 16, 64, 256)
#: picture -> the left and upper corner of its part
PARTS = {
    "kodim23": (120, 150), "kodim04": (150, 300), "china": (300, 60), "astronaut": (150, 10),
    "chart": (440, 90), "skimage_logo_rgba": (150, 150), "logo soft": (220, 190),
}  # fmt: skip
SIDE, SCALE, HEAD = 140, 2, 22  # pixels of a part, its enlargement, pixels of a line of text
LIMIT = 400_000  # bytes of a sheet
COLUMNS: tuple[tuple[str, Who | None], ...] = (
    ("original", None), ("pngquant --nofs", NOFS), ("Covey", LOOK),
    ("pngquant", PNGQUANT), ("Covey, dithered", DITHERED),
)  # fmt: skip
GROUND = (160, 200, 160)  # behind what is transparent


def write(folder: Path, names: Sequence[str] = tuple(PARTS)) -> None:
    """Write the sheets, and remove those of before."""
    for path in folder.glob(PATTERN):
        path.unlink()
    for name in names:
        target = folder / f"images-{name.replace(' ', '-').replace('_', '-')}.jpg"
        target.write_bytes(sheet(name))


def sheet(name: str) -> bytes:
    """Return the sheet of a picture as JPEG: a row for each K, a column for each method."""
    from PIL import Image, ImageDraw, ImageFont

    side = SIDE * SCALE
    whole = Image.new("RGB", (len(COLUMNS) * (side + 4), HEAD + len(KS) * (side + HEAD)), "white")
    draw, font = ImageDraw.Draw(whole), ImageFont.load_default(14)
    for i, (title, who) in enumerate(COLUMNS):
        draw.text((i * (side + 4) + 4, 3), title, "black", font)
        for j, k in enumerate(KS):
            left, top = i * (side + 4), HEAD + j * (side + HEAD)
            part = _part(name, who, k)
            if part is None:
                draw.text((left + 8, top + 8), "not made", "black", font)
                continue
            whole.paste(
                Image.fromarray(part).resize((side, side), Image.Resampling.NEAREST), (left, top)
            )
            draw.text((left + 4, top + side + 3), f"K = {k}" if who else name, "black", font)
    content = io.BytesIO()
    for quality in range(95, 30, -5):
        content = io.BytesIO()
        whole.save(content, format="JPEG", quality=quality, subsampling=0, optimize=True)
        if content.tell() < LIMIT:
            break
    return content.getvalue()


def _part(name: str, who: Who | None, k: int) -> NDArray[Any] | None:
    original = pictures.load(name).pixels
    pixels = original
    if who is not None:
        try:
            pixels = peer(who.method, original, k, who.dither).pixels(original.shape[2])
        except (Unable, ImportError):
            return None
    if pixels.shape[2] == 4:
        pixels = composed(pixels, np.array(GROUND))
    left, top = PARTS[name]
    return np.ascontiguousarray(pixels[top : top + SIDE, left : left + SIDE])
