"""Draw docs/images.png: a photo beside 4, 16 and 64 colors, the contact sheet of `--compare`.

    python docs/image_sheet.py

The photo is scikit-learn's flower.jpg, by vultilion, CC BY 2.0
(https://www.flickr.com/photos/vultilion/6056698931/), made smaller.
"""

from __future__ import annotations

from pathlib import Path

import oxipng
from PIL import Image
from sklearn.datasets import load_sample_image

import covey

PLACE = Path(__file__).parent / "images.png"
SIZE = 384, 256  # a tile; at this size the sheet has less than 300 kB


def main() -> None:
    """Write the picture."""
    photo = Image.fromarray(load_sample_image("flower.jpg")).resize(SIZE, Image.Resampling.LANCZOS)
    result = covey.compress(photo, k=64, compare=[4, 16, 64])
    PLACE.write_bytes(oxipng.optimize_from_memory(result.files()["sheet.png"], level=4))
    print(f"{PLACE.stat().st_size:,} bytes\n{result}")


if __name__ == "__main__":
    main()
