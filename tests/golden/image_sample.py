"""Facts about compressed images that the tests render: made small, or from a file by Pillow."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np

from covey.flow import Caution
from covey.picture import (
    Fidelity,
    Frame,
    ImageFacts,
    Indexed,
    Palette,
    Picture,
    Variant,
)


def waves(height: int = 64, width: int = 96, alpha: bool = False) -> np.ndarray:
    """Return a picture of soft colors: (h, w, 3) or (h, w, 4) uint8."""
    down, across = np.mgrid[0:1:height * 1j, 0:1:width * 1j]  # fmt: skip
    red = 0.5 + 0.5 * np.sin(6 * across + 2 * down)
    green = down
    blue = 0.5 + 0.5 * np.cos(5 * across * down)
    layers = [red, green, blue]
    if alpha:
        layers.append(np.clip(1.5 - 3 * np.hypot(down - 0.5, across - 0.5), 0, 1))
    return np.rint(255 * np.stack(layers, axis=2)).astype(np.uint8)


def indexed(frames: list[np.ndarray], k: int, dither: float = 0.0) -> Indexed:
    """Give each frame a palette of Pillow's."""
    from PIL import Image

    durations = (80,) * len(frames) if len(frames) > 1 else (0,)
    indices, palettes = [], []
    for pixels in frames:
        method = Image.Quantize.FASTOCTREE if pixels.shape[2] == 4 else Image.Quantize.MEDIANCUT
        image = Image.fromarray(pixels)
        made = image.quantize(k, method=method)
        if dither:
            made = image.quantize(k, palette=made, dither=Image.Dither.FLOYDSTEINBERG)
        found = np.asarray(made)
        channels = 4 if made.palette is not None and made.palette.mode == "RGBA" else 3
        flat = np.asarray(made.getpalette("RGBA"), np.uint8).reshape(-1, 4)
        flat = flat if channels == 4 else np.c_[flat[:, :3], np.full(len(flat), 255, np.uint8)]
        counts = np.bincount(found.ravel(), minlength=len(flat))
        order = np.argsort(-counts, kind="stable")[: int((counts > 0).sum())]
        back = np.zeros(len(flat), np.uint8)
        back[order] = np.arange(len(order))
        indices.append(back[found])
        palettes.append(Palette(flat[order], counts[order]))
    return Indexed(tuple(indices), tuple(palettes), durations, 0 if len(frames) > 1 else None)


def encode(made: Indexed, kind: str) -> bytes:
    """Write a file of one frame or of all."""
    from PIL import Image

    from covey.report.images.embedding import indexed_image

    images = [indexed_image(made, i) for i in range(len(made.indices))]
    stream = io.BytesIO()
    more: dict[str, Any] = {}
    if len(images) > 1:
        more = {
            "save_all": True,
            "append_images": images[1:],
            "duration": list(made.durations),
            "loop": 0,
        }
    sheer = any(palette.has_alpha for palette in made.palettes)
    if kind == "WEBP" or (kind == "GIF" and sheer):
        images = [Image.fromarray(made.pixels(i)) for i in range(len(images))]
        more |= {"append_images": images[1:]} | ({"lossless": True} if kind == "WEBP" else {})
    images[0].save(stream, kind, **more)
    return stream.getvalue()


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return something like a color difference of each pixel: (h, w) float32."""
    gap = one[..., :3].astype(np.float32) - other[..., :3]
    return np.sqrt((gap * gap).sum(2)) / 4


def facts_of(
    frames: list[np.ndarray],
    k: int = 16,
    ks: tuple[int, ...] = (),
    dither: float = 0.0,
    name: str = "waves.png",
    kind: str = "PNG",
    given: tuple[str, str, int | None] = ("PNG", "8-bit RGB", 9000),
) -> ImageFacts:
    """Compress frames with Pillow and return what there is to say."""
    picture = Picture(tuple(Frame(pixels, 80) for pixels in frames), name, *given, loop=0)
    raw = sum(pixels.nbytes for pixels in frames)

    def variant(k: int) -> tuple[Variant, Indexed, bytes]:
        made = indexed(frames, k, dither)
        content = encode(made, kind)
        after = made.pixels(0)
        gap = frames[0][..., :3].astype(float) - after[..., :3]
        mean = float((gap * gap).mean())
        fidelity = Fidelity(
            10 * math.log10(255**2 / mean) if mean else math.inf,
            max(0.0, 1 - mean / 2000),
            float(difference(frames[0], after).mean()),
        )
        n = len(content)
        ratio = None if given[2] is None else given[2] / n
        sizes = (n, 8 * n / picture.n_pixels, raw / n, ratio)
        return Variant(k, made.n_colors, dither, *sizes, fidelity, 0.0421), made, content

    chosen, made, content = variant(k)
    others = [variant(other)[:2] for other in ks]
    return ImageFacts(
        picture,
        made,
        "oklab",
        math.isinf(chosen.fidelity.psnr),
        chosen,
        tuple(one for one, _ in others),
        tuple(one for _, one in others),
        content,
        kind,
        {"k": k, "space": "oklab", "dither": dither, "keep_metadata": False},
        (Caution("profile", "The color profile was converted to sRGB."),),
    )


def sample(**changes: Any) -> ImageFacts:
    """Return facts about a small soft picture with a table over three numbers of colors."""
    return facts_of([waves()], **{"ks": (4, 16, 64), **changes})


def moving() -> ImageFacts:
    """Return facts about a small animation with a palette of each frame."""
    frames = [np.roll(waves(), 8 * i, axis=1) for i in range(4)]
    return facts_of(frames, name="moving.gif", kind="GIF", given=("GIF", "palette of 256", 20_000))


def from_file(path: Path, **changes: Any) -> ImageFacts:
    """Return facts about an image file."""
    from PIL import Image, ImageSequence

    with Image.open(path) as image:
        mode = "RGBA" if image.has_transparency_data else "RGB"
        frames = [np.asarray(one.convert(mode)) for one in ImageSequence.Iterator(image)]
        held = f"8-bit {image.mode}"
        given = (str(image.format), held, path.stat().st_size)
    return facts_of(frames, **{"name": path.name, "given": given, **changes})
