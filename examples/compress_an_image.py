"""Put a picture into few colors: how many, how good, which, and the page that shows it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import covey


def sunset(height: int = 240, width: int = 360) -> np.ndarray:
    """Draw a sun over the sea: soft colors, as a photo has them. (h, w, 3) uint8."""
    y, x = np.mgrid[0:1:height * 1j, 0:1:width * 1j]  # fmt: skip
    sky = np.stack([0.35 + 0.6 * y, 0.25 + 0.35 * y**2, 0.55 - 0.3 * y], axis=2)
    glow = np.exp(-6 * np.hypot(1.5 * (x - 0.6), y - 0.55))[..., None]
    picture = sky + glow * [0.6, 0.5, 0.15]
    waves = 0.05 * np.sin(90 * y + 9 * np.sin(12 * x)) * (y - 0.6)
    picture[y > 0.6] *= [0.55, 0.7, 0.9]
    picture += np.where(y > 0.6, waves, 0)[..., None]
    picture[np.hypot(1.5 * (x - 0.6), y - 0.5) < 0.07] = [1.0, 0.93, 0.6]
    return np.rint(255 * np.clip(picture, 0, 1)).astype(np.uint8)


def main(folder: Path) -> None:
    picture = sunset()  # or a path, bytes, or a Pillow image

    result = covey.compress(picture, k=32, dither=0.5, compare=[4, 16, 32, 64])
    print(result)  # bytes, ratios and likeness, and the table over the numbers of colors

    page = result.write(folder / "sunset", force=True) / "report.html"
    result.save(folder / "sunset.webp", force=True)  # the same pixels in another format
    print(f"before and after: {page}")

    enough = covey.compress(picture, quality=90)  # the fewest colors that are good enough
    print(f"quality 90 takes {len(enough.palette.colors)} colors, {len(enough.content):,} bytes")

    main_colors = covey.palette(picture, k=5)
    for i, share in enumerate(main_colors.shares):
        print(f"{main_colors.hex(i)} {share:6.1%}")

    brand = ["#1b1b3a", "#693668", "#e5446d", "#ff8966", "#fff3b0"]
    poster = covey.compress(picture, palette=brand, dither=0.75)  # exactly these, and no others
    poster.save(folder / "poster.png", force=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
