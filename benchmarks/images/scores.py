"""How near a picture is to its original, by the metrics that people use, and its bytes as PNG."""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.images import store
from benchmarks.images.made import Made
from benchmarks.images.programs import found

OXIPNG = 4  # the level for all
CHECK = 8  # pixels of a square of the checkerboard
FLAT = 0.01  # share of the picture from which one color counts as an area
Pixels = NDArray[Any]


def psnr(a: Pixels, b: Pixels) -> float:
    """Return the peak signal-to-noise ratio over all values, in dB."""
    error = np.mean((a.astype(np.float64) - b) ** 2)
    return float(10 * np.log10(255**2 / error)) if error else float("inf")


def ssim(a: Pixels, b: Pixels) -> float:
    """Return the structural similarity of Wang et al. (2004), the mean over the channels."""
    from skimage.metrics import structural_similarity

    wang: dict[str, Any] = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    found: Any = structural_similarity(a, b, channel_axis=2, data_range=255, **wang)
    return float(found)


def _differences(a: Pixels, b: Pixels) -> NDArray[Any]:
    from skimage.color import deltaE_ciede2000, rgb2lab

    return deltaE_ciede2000(rgb2lab(a), rgb2lab(b))


def ciede2000(a: Pixels, b: Pixels) -> float:
    """Return the mean color difference."""
    return float(_differences(a, b).mean())


def cast(a: Pixels, b: Pixels) -> float:
    """Return the largest mean color difference of an area of one color, 0 where there is none."""
    values = a.astype(np.uint32) @ np.array([1, 256, 65536], dtype=np.uint32)
    colors, counts = np.unique(values, return_counts=True)
    wide = colors[counts > FLAT * values.size]
    if not len(wide):
        return 0.0
    error = _differences(a, b)
    return max(float(error[values == color].mean()) for color in wide)


def _on_disk(a: Pixels, b: Pixels, measure: Callable[[str, str], float]) -> float:
    from PIL import Image

    with tempfile.TemporaryDirectory() as home:
        paths = [str(Path(home) / name) for name in ("original.png", "made.png")]
        for path, pixels in zip(paths, (a, b), strict=True):
            Image.fromarray(pixels).save(path, compress_level=1)
        return measure(*paths)


def ssimulacra2(a: Pixels, b: Pixels) -> float:
    """Return the score of the package ``ssimulacra2``: 100 for no difference, 70 for little."""
    from ssimulacra2 import compute_ssimulacra2

    return float(_on_disk(a, b, compute_ssimulacra2))


def butteraugli(a: Pixels, b: Pixels) -> float:
    """Return the distance that the program tells: 0 for no difference."""
    program = found("butteraugli")

    def measure(*paths: str) -> float:
        done = subprocess.run([program, *paths], capture_output=True, text=True, check=True)
        return float(done.stdout.split()[0])

    return _on_disk(a, b, measure)


Metric = Callable[[Pixels, Pixels], float]
#: each metric, and which of several backgrounds counts: the worst
SEEN: dict[str, tuple[Metric, Callable[[list[float]], float]]] = {
    "psnr": (psnr, min), "ssim": (ssim, min), "ciede2000": (ciede2000, max),
    "ssimulacra2": (ssimulacra2, min), "butteraugli": (butteraugli, max), "cast": (cast, max),
}  # fmt: skip
METRICS = (*SEEN, "bytes", "colors")


def score(
    original: Pixels, made: Made, metrics: Sequence[str] = METRICS, *, cached: bool = True
) -> dict[str, float]:
    """Return the metrics by name; of pictures with alpha the worst over three backgrounds.

    Parameters
    ----------
    original
        (h, w, 3 or 4) uint8.
    made
        What a method made of it.
    metrics
        Of ``METRICS``.
    cached
        Take what was worked out before for the same pixels.
    """
    pixels = made.pixels(original.shape[2])
    pairs = list(over_backgrounds(original, pixels))

    def found_or_made(name: str, parts: Sequence[Any], work: Callable[[], float]) -> float:
        where = store.key(name, *parts) if cached else ""
        value = store.number(where) if cached else None
        if value is None:
            value = work()
            if cached:
                store.put_number(where, value)
        return value

    def one(name: str) -> float:
        if name == "colors":
            return float(len(np.unique(made.indices)))
        if name == "bytes":
            parts = (made.palette, made.indices, OXIPNG)
            return found_or_made(name, parts, lambda: float(len(png(made))))
        metric, worst = SEEN[name]
        parts = (original, pixels)
        return found_or_made(name, parts, lambda: worst([metric(a, b) for a, b in pairs]))

    return {name: one(name) for name in metrics}


def over_backgrounds(a: Pixels, b: Pixels) -> Iterator[tuple[Pixels, Pixels]]:
    """Yield two pictures as they are seen: once, or over black, white and a checkerboard."""
    if a.shape[2] == 3:
        yield a, b
        return
    rows, columns = (np.arange(n) // CHECK for n in a.shape[:2])
    check = np.where((rows[:, None] + columns) % 2, 204, 102)[..., None]
    for ground in (0, 255, check):
        yield composed(a, ground), composed(b, ground)


def composed(pixels: Pixels, ground: Any) -> Pixels:
    """Return a picture with alpha over a background, in sRGB as browsers do."""
    alpha = pixels[..., 3:].astype(np.float64) / 255
    return np.rint(alpha * pixels[..., :3] + (1 - alpha) * ground).astype(np.uint8)


def png(made: Made) -> bytes:
    """Return an indexed PNG: the palette as it came, the same optimizer for all."""
    import oxipng
    from PIL import Image

    image = Image.fromarray(made.indices)
    image.putpalette(made.palette[:, :3].tobytes())
    extra: dict[str, Any] = {}
    if (made.palette[:, 3] < 255).any():
        extra["transparency"] = made.palette[:, 3].tobytes()
    content = io.BytesIO()
    image.save(content, format="PNG", compress_level=1, **extra)
    return bytes(oxipng.optimize_from_memory(content.getvalue(), level=OXIPNG))
