"""Programs on the path: pngquant and ImageMagick. Files in, files out."""

from __future__ import annotations

import math
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.images.made import Made, Method, Unable, from_pixels, opaque

LIMIT = 600  # seconds of a run


def found(name: str) -> str:
    """Return where a program is.

    Raises
    ------
    Unable
        When it is not on the path.
    """
    path = shutil.which(name)
    if path is None:
        raise Unable(f"{name} is not installed")
    return path


def version(name: str) -> str:
    """Return the version that a program tells, or ``missing``."""
    path = shutil.which(name)
    if path is None:
        return "missing"
    done = subprocess.run([path, "--version"], capture_output=True, text=True)
    words = done.stdout.split()
    return next((word for word in words if word[:1].isdigit()), "unknown")


def pngquant(pixels: NDArray[Any], k: int, dither: float) -> Made:
    """Run pngquant with its default speed; ``--nofs`` where nothing is dithered."""
    from PIL import Image

    how = f"--floyd={dither:g}" if dither else "--nofs"
    with tempfile.TemporaryDirectory() as home:
        source, target = Path(home) / "in.png", Path(home) / "out.png"
        Image.fromarray(pixels).save(source, compress_level=1)
        _run([found("pngquant"), how, "--output", str(target), str(k), str(source)])
        with Image.open(target) as image:
            return read_palette(image)


def read_palette(image: Any) -> Made:
    """Return the palette and the indices of an image of Pillow's mode P."""
    if image.mode != "P":
        return from_pixels(np.array(image.convert("RGBA")), math.nan)
    indices = np.array(image)
    image.apply_transparency()
    colors = np.array(image.getpalette("RGBA"), dtype=np.uint8).reshape(-1, 4)
    return Made(colors[: int(indices.max()) + 1], indices, math.nan)


def magick(pixels: NDArray[Any], k: int, dither: float) -> Made:
    """Run ImageMagick's ``-colors``, which dithers along Riemersma's curve or not at all."""
    from PIL import Image

    how = ["-dither", "Riemersma"] if dither else ["+dither"]
    kind = f"PNG{8 * pixels.shape[2]}"
    with tempfile.TemporaryDirectory() as home:
        source, target = Path(home) / "in.png", Path(home) / "out.png"
        Image.fromarray(pixels).save(source, compress_level=1)
        _run([found("convert"), str(source), *how, "-colors", str(k), f"{kind}:{target}"])
        with Image.open(target) as image:
            made = np.array(image.convert("RGBA" if pixels.shape[2] == 4 else "RGB"))
    return from_pixels(
        opaque(made.reshape(-1, made.shape[2])).reshape(*made.shape[:2], 4), math.nan
    )


def _run(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode:
        raise Unable(f"exit code {done.returncode}: {done.stderr.strip()[:200]}")


METHODS = (
    Method("pngquant", pngquant, program="pngquant", license="GPL-3"),
    Method("ImageMagick", magick, program="convert", graded=False, license="ImageMagick"),
)
