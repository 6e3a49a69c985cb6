"""What compressing a large photo holds in memory, by the pixel."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from covey.picture import Indexed, Palette
from covey.report.images.encoding import encode

COMPRESS = """
import sys
from pathlib import Path
import covey
covey.compress(sys.argv[1], k=16, effort=1)
lines = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


def peak(path) -> float:
    """Return the most bytes that a process held at once to compress an image."""
    done = subprocess.run([sys.executable, "-c", COMPRESS, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return 1024 * float(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc")
def test_more_rows_of_a_photo_take_less_than_three_times_their_pixels(tmp_path) -> None:
    peaks = {}
    for height in (2200, 4400):  # both of more pixels than codes are kept for
        y, x = np.mgrid[0:height, 0:2000]
        path = tmp_path / f"{height}.png"
        pixels = np.stack([x // 8, y // 16, (x ^ y) // 16], axis=2).astype(np.uint8)
        Image.fromarray(pixels).save(path, compress_level=1)
        peaks[height] = peak(path)
    assert (peaks[4400] - peaks[2200]) / (2200 * 2000 * 3) < 2.7


@pytest.mark.parametrize(("kind", "effort"), [("png", 0), ("png", 1), ("png24", 0)])
def test_rows_of_a_png_are_made_a_band_at_a_time(rng, kind: str, effort: int) -> None:
    indices = np.repeat(np.arange(3_000_000, dtype=np.uint8) % 64, 2).reshape(2000, 3000)
    colors = np.full((64, 4), 255, np.uint8)
    colors[:, :3] = rng.permutation(256)[:64, None]
    indexed = Indexed((indices,), (Palette(colors, np.zeros(64, np.int64)),))
    encode(indexed, kind, effort=effort)
    tracemalloc.start()
    try:
        encode(indexed, kind, effort=effort)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < indices.size, "a copy of the indices takes a byte a pixel"
