"""Images of more than 8 bits a channel: what is white, and that nothing lost is called exact."""

from __future__ import annotations

import io
import math
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import covey
from covey.features.images import read_picture
from covey.features.images.depth import Range, grey_range
from covey.report.images.summary import summary_text
from covey.report.images.words import verdict

PIL = pytest.importorskip("PIL", reason="Pillow is an extra")
from PIL import Image  # noqa: E402


def grey(values: Any, kind: str = "PNG") -> bytes:
    """Return a file of 16-bit grey."""
    file = io.BytesIO()
    Image.fromarray(np.asarray(values, np.uint16)).save(file, kind)
    return file.getvalue()


def ramp(low: int, high: int, n: int = 64) -> np.ndarray:
    return np.linspace(low, high, n).round().astype(np.uint16).reshape(8, -1)


@pytest.mark.parametrize(
    ("values", "lost", "told"),
    [
        (ramp(0, 255) * 257, False, "reduced to 8"),
        (ramp(0, 65535), True, "reduced to 8"),
        (ramp(0, 9000), True, "reduced to 8"),  # a dark photo stays dark
        (ramp(0, 254), False, "from 0 to 254 alone: they were taken for values of 8 bits"),
        (ramp(27, 4273), True, "from 27 to 4,273 alone: .*the lowest became black and the highest"),
    ],
)
def test_what_16_bits_of_grey_become(values: np.ndarray, lost: bool, told: str) -> None:
    given = (grey(values), grey(values, "TIFF"), Image.fromarray(values.astype(np.int32)), values)
    pictures = [read_picture(one) for one in given]
    scale = {254: (0, 255), 4273: (27, 4273)}.get(int(values.max()), (0, 65535))
    expected = np.floor((values.astype(float) - scale[0]) * 255 / (scale[1] - scale[0]) + 0.5)
    for picture in pictures:
        np.testing.assert_array_equal(picture.frames[0].pixels[..., 1], expected)
        assert picture.reduced is lost
        (caution,) = picture.cautions
        assert "16 bits a channel" in caution.text
        assert re.search(told, caution.text)


def test_a_file_that_says_its_white_is_not_stretched() -> None:
    image = Image.open(io.BytesIO(grey(ramp(0, 100))))
    image.load()
    assert grey_range(image, 12, "it")[0] == Range(0, 4095)
    assert grey_range(image, 16, "it")[0] == Range(0, 255)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_that_are_bytes_lose_nothing(dtype: str) -> None:
    whole = np.arange(256).reshape(16, 16)
    assert not read_picture((whole / 255).astype(dtype)).reduced
    assert read_picture((whole / 300).astype(dtype)).reduced


def test_nothing_lost_is_called_exact(tmp_path: Path) -> None:
    (tmp_path / "deep.png").write_bytes(grey(ramp(0, 65535)))
    facts = covey.compress(tmp_path / "deep.png", k=256).facts
    assert not facts.exact
    assert math.isinf(facts.chosen.fidelity.psnr)  # of what was read
    assert "every pixel as it was read, in 8 bits a channel" in summary_text(facts)
    assert "as it was read, in 8 bits a channel; the file given holds more" in verdict(facts)[0]
    held = covey.compress(grey(ramp(0, 255) * 257), k=256).facts
    assert held.exact
    assert "every pixel as it was\n" in summary_text(held)
    assert not covey.compress(np.full((4, 4, 3), 1000, np.uint16), k=2).facts.exact


def test_values_of_8_bits_in_wider_words_stay_what_they_are() -> None:
    small = Image.fromarray(np.arange(255, dtype=np.uint8).reshape(15, 17))
    wide = covey.compress(small.convert("I"), k=8)
    assert wide.content == covey.compress(small, k=8).content
    assert wide.metrics.psnr < 40


def test_16_bit_grey_with_alpha_is_called_so() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        end = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + end

    rows = b"".join(b"\0" + struct.pack(">4H", 9, 800, 65535, 65535) for _ in range(2))
    parts = (
        chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 16, 4, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(rows)),
        chunk(b"IEND", b""),
    )
    picture = read_picture(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    assert picture.held == "16-bit grey with alpha"
    assert picture.reduced  # Pillow gives 8 bits of them
