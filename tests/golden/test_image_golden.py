"""Pictures in few colors, byte for byte; ``make golden`` writes the files anew.

What depends on the versions of other libraries is left out: the bytes of the image (a size that
follows from pixels and colors stands for theirs), the pictures in the page, and all but the first
digits of figures that NumPy computes in float32. Palettes and indices are whole: they are the
same on every machine.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import os
import re
from pathlib import Path

import numpy as np
import pytest

import covey
from covey.colors import SPACES
from covey.colors.fidelity import difference_map
from covey.colors.palette_files import dump_palette
from covey.picture import Fidelity, Frame, ImageFacts, Picture, Variant
from covey.report.images.data import facts_json, table_csv, variant_row
from covey.report.images.page import render_page
from covey.report.images.summary import summary_text, table_text

HERE = Path(__file__).parent
METHODS = ("floyd-steinberg", "blue-noise", "ordered")


def evening(alpha: bool = False) -> np.ndarray:
    """Draw a sun in a sky, all in whole numbers: (80, 120, 3 or 4) uint8."""
    y, x = np.mgrid[:80, :120]
    from_sun = (x - 80) ** 2 + (y - 40) ** 2
    glow = 90 * 400 // (400 + from_sun)
    layers = [60 + 2 * y + glow, 50 + y + glow * 2 // 3, 150 - y + x // 8 + (x * 7 + y * 5) % 11]
    if alpha:
        layers.append(300 - from_sun // 8)
    pixels = np.stack(layers, axis=2).clip(0, 255)
    pixels[from_sun < 150, :3] = [255, 240, 170]
    return pixels.astype(np.uint8)


def facts(pixels: np.ndarray, kind: str = "PNG", **options) -> ImageFacts:
    """Return what there is to say, with steady sizes and figures."""
    held = "8-bit RGB" if pixels.shape[2] == 3 else "8-bit RGB with alpha"
    picture = Picture((Frame(pixels),), "evening.png", kind, held, 12_345)
    found = covey.compress(picture, effort=0, **options).facts
    return dataclasses.replace(
        found,
        chosen=steady(found.chosen, picture),
        variants=tuple(steady(one, picture) for one in found.variants),
    )


def steady(variant: Variant, picture: Picture) -> Variant:
    n_bytes = math.ceil(picture.n_pixels * math.log2(variant.n_colors) / 8) + 3 * variant.n_colors
    raw = picture.frames[0].pixels.nbytes
    made = variant.fidelity
    return dataclasses.replace(
        variant,
        n_bytes=n_bytes,
        bits_per_pixel=8 * n_bytes / picture.n_pixels,
        ratio_raw=raw / n_bytes,
        ratio_file=(picture.n_bytes or 0) / n_bytes,
        fidelity=Fidelity(round(made.psnr, 1), round(made.ssim, 3), round(made.ciede2000, 2)),
        seconds=0.0421,
    )


def opaque() -> ImageFacts:
    return facts(evening(), k=16, dither=0.5, compare=[4, 16, 64])


def soft() -> ImageFacts:
    return facts(evening(alpha=True), k=12)


def page() -> bytes:
    """Return the page without pictures, style and script."""
    found = opaque()
    made = render_page(found, difference_map(evening(), found.indexed.pixels(0))).decode()
    for name in ("svg", "style", "script"):
        made = re.sub(rf"<{name}\b[^>]*>.*?</{name}>", f"<{name}/>", made, flags=re.S)
    made = re.sub(r"sha256-[\w+/=]+", "sha256-", made)
    return re.sub(r"data:image/[^\"')]+", "data:", made).encode()


def digests() -> bytes:
    """Return the palettes and indices of every space and method, as one line each."""
    lines = []
    for alpha in (False, True):
        for name in SPACES:
            for method, dither in (*((method, 0.5) for method in METHODS), ("none", 0.0)):
                way = {"dither": dither, "dither_method": method} if dither else {}
                made = covey.compress(evening(alpha), k=24, space=name, format="npz", seed=7, **way)
                told = hashlib.sha256(made.palette.colors.tobytes() + made.labels.tobytes())
                kind = "alpha" if alpha else "opaque"
                lines.append(f"{kind} {name} {method} {told.hexdigest()[:32]}\n")
    return "".join(lines).encode()


RENDERED = {
    "evening.txt": lambda: (summary_text(opaque(), 88) + "\n" + table_text(opaque())).encode(),
    "evening.json": lambda: facts_json(opaque()),
    "evening.csv": lambda: table_csv([variant_row(one) for one in opaque().variants]),
    "evening.html": page,
    "evening.gpl": lambda: dump_palette(opaque().indexed.palette(), ".gpl", "evening"),
    "evening_soft.json": lambda: facts_json(soft()),
    "evening_digests.txt": digests,
}


@pytest.mark.parametrize("name", RENDERED)
def test_image_report_is_as_it_was(name: str) -> None:
    place = HERE / name
    found = RENDERED[name]()
    if os.environ.get("COVEY_GOLDEN") == "write":
        place.write_bytes(found)
    assert place.exists(), f"{name} is missing; run `make golden` and look at it"
    assert found == place.read_bytes(), (
        f"{name} has changed; if that is meant, run `make golden` and look at the difference"
    )


def test_what_is_left_out_is_all_that_may_vary() -> None:
    assert b"base64" not in page()
    assert page().count(b"data:") >= 5  # before, after, and the variants
    assert page() == page()
