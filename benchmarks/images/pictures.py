"""The pictures: photos, flat graphics, soft alpha; from ``COVEY_DATA``, scikit-image and code."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.images.drawn import DRAWN

KODAK = tuple(f"kodim{i:02}" for i in (1, 4, 5, 8, 12, 15, 20, 23))
#: file -> kind, in the folder that COVEY_DATA names
FILES = {
    **{f"03_images/{name}.png": "photo" for name in KODAK},
    "03_images/china.jpg": "photo", "03_images/flower.jpg": "photo",
    "03_images/astronaut.png": "photo", "03_images/skimage_logo_rgba.png": "flat",
    "03_images/rgba_small.png": "alpha", "03_images/palette_transparent.png": "alpha",
}  # fmt: skip
#: file -> kind, inside the package scikit-image
PACKAGED = {"coffee.png": "photo", "chelsea.png": "photo", "rocket.jpg": "photo"}
QUICK = ("china", "chart", "logo soft")  # what --quick takes
LARGE = (4000, 6000)  # rows and columns of the 24-megapixel picture
LARGE_FILE = "03_images/landscape_exif_orientation_6.jpg"


@dataclass(frozen=True)
class Sample:
    """A picture to quantize."""

    name: str
    kind: str  # photo, flat or alpha
    pixels: NDArray[Any]  # (h, w, 3) uint8, or (h, w, 4) where something is not opaque


def names(kind: str = "") -> list[str]:
    """Return the names of the pictures, or of one kind of them, in the order of the pages."""
    kinds = {Path(file).stem: what for file, what in {**FILES, **PACKAGED}.items()}
    kinds |= {name: what for name, (what, _) in DRAWN.items()}
    order = ("photo", "flat", "alpha")
    found = sorted(kinds, key=lambda name: order.index(kinds[name]))
    return [name for name in found if kind in ("", kinds[name])]


@cache
def load(name: str) -> Sample:
    """Return a picture by its name.

    Raises
    ------
    KeyError
        When there is none, or its folder is not told.
    """
    if name in DRAWN:
        kind, draw = DRAWN[name]
        return Sample(name, kind, draw())
    for file, kind in FILES.items():
        if Path(file).stem == name:
            return Sample(name, kind, read(_data() / file))
    for file, kind in PACKAGED.items():
        if Path(file).stem == name:
            import skimage

            return Sample(name, kind, read(Path(skimage.__file__).parent / "data" / file))
    raise KeyError(f"no picture {name!r}; there are {', '.join(names())}")


def _data() -> Path:
    if "COVEY_DATA" not in os.environ:
        raise KeyError("COVEY_DATA must name the folder of the real data sets")
    return Path(os.environ["COVEY_DATA"])


def read(path: Path) -> NDArray[Any]:
    """Return the upright pixels of a file, with alpha only where something is not opaque."""
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        pixels = np.array(ImageOps.exif_transpose(image).convert("RGBA"))
    return pixels if (pixels[..., 3] < 255).any() else np.ascontiguousarray(pixels[..., :3])


def large() -> NDArray[Any]:
    """Return 24 megapixels, (4000, 6000, 3): a photo of 2 megapixels enlarged, with noise.

    Noise of one step stands for a sensor's; there are some 750,000 distinct colors.
    """
    from PIL import Image

    photo = Image.fromarray(read(_data() / LARGE_FILE))
    pixels, rng = np.array(photo.resize(LARGE[::-1])), np.random.default_rng(0)
    for band in np.array_split(pixels, 40):  # views, so that the noise takes little memory
        noise = rng.standard_normal(band.shape, dtype=np.float32)
        band[:] = np.rint(band + noise).clip(0, 255)
    return pixels
