"""Pictures drawn by code: a chart, a screenshot, a gradient, and a logo with soft edges."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

INK, PAPER, LINE = (32, 36, 42), (255, 255, 255), (222, 226, 230)
SERIES = ((48, 86, 180), (207, 116, 32), (23, 128, 119), (161, 38, 13))
FINE = 4  # shapes are drawn so many times larger: their edges are antialiased


def _canvas(size: tuple[int, int], color: tuple[int, ...]) -> tuple[Any, Any]:
    from PIL import Image, ImageDraw

    image = Image.new("RGBA" if len(color) == 4 else "RGB", size, color)
    return image, ImageDraw.Draw(image)


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _smaller(image: Any) -> Any:
    from PIL import Image

    return image.resize([side // FINE for side in image.size], Image.Resampling.BOX)


def chart() -> NDArray[Any]:
    """Draw four lines over a grid, with antialiased strokes and text; (480, 720, 3)."""
    w, h = 720, 480
    image, draw = _canvas((w * FINE, h * FINE), PAPER)
    for i in range(7):
        y = FINE * (60 + 60 * i)
        draw.line((FINE * 60, y, FINE * 690, y), LINE, FINE)
    x = np.linspace(0, 1, 64)
    for i, color in enumerate(SERIES):
        y = 0.5 + 0.35 * np.sin(2 * np.pi * (x + i / 5)) * (1 - x * i / 5) - i / 20
        points = np.stack([60 + 630 * x, 60 + 360 * y], axis=1) * FINE
        draw.line([tuple(point) for point in points.tolist()], color, 3 * FINE, joint="curve")
    small = _smaller(image)
    from PIL import ImageDraw

    draw = ImageDraw.Draw(small)
    draw.text((60, 16), "Bytes at equal look, by number of colors", INK, _font(20))
    for i in range(7):
        draw.text((22, 52 + 60 * i), f"{60 - 10 * i}", (89, 97, 107), _font(13))
    for i, color in enumerate(SERIES):
        draw.rectangle((90 + 150 * i, 446, 104 + 150 * i, 460), color)
        draw.text((110 + 150 * i, 445), f"series {i + 1}", INK, _font(13))
    return np.array(small)


def screenshot() -> NDArray[Any]:
    """Draw a window with a sidebar, cards and lines of text; (600, 960, 3)."""
    image, draw = _canvas((960, 600), (246, 247, 249))
    draw.rectangle((0, 0, 960, 44), (36, 41, 47))
    draw.text((18, 11), "Dashboard", (240, 243, 246), _font(18))
    draw.rectangle((0, 44, 200, 600), (234, 237, 240))
    for i, word in enumerate(("Overview", "Customers", "Invoices", "Segments", "Settings")):
        if i == 3:
            draw.rectangle((0, 66 + 36 * i, 200, 98 + 36 * i), (48, 86, 180))
        draw.text((24, 72 + 36 * i), word, PAPER if i == 3 else INK, _font(15))
    for i in range(6):
        left, top = 230 + 240 * (i % 3), 74 + 250 * (i // 3)
        draw.rounded_rectangle((left, top, left + 216, top + 224), 8, PAPER, LINE)
        draw.text((left + 16, top + 14), f"Segment {i + 1}", INK, _font(16))
        for j in range(6):
            draw.text((left + 16, top + 48 + 20 * j), f"{j + 1}. value {137 * (i + j) % 997}",
                      (89, 97, 107), _font(13))  # fmt: skip
        color = SERIES[i % 4]
        draw.rectangle((left + 16, top + 186, left + 40 + 26 * i, top + 202), color)
    return np.array(image)


def gradient() -> NDArray[Any]:
    """Draw a sky: a smooth gradient in two directions, (400, 600, 3)."""
    y, x = np.mgrid[0:400, 0:600].astype(np.float64) / [[[400]], [[600]]]
    top, bottom, side = ([40, 70, 140], [250, 190, 120], [200, 90, 150])
    mix = (1 - y)[..., None] * top + y[..., None] * bottom
    mix = mix + (0.4 * x * y)[..., None] * (np.array(side) - mix)
    return np.rint(mix).clip(0, 255).astype(np.uint8)


def logo() -> NDArray[Any]:
    """Draw discs with antialiased edges over a soft shadow, on nothing; (400, 400, 4)."""
    from PIL import Image, ImageDraw, ImageFilter

    side = 400 * FINE
    shadow, draw = _canvas((side, side), (0, 0, 0, 0))
    draw.ellipse([FINE * v for v in (70, 90, 340, 360)], (10, 20, 40, 170))
    shadow = _smaller(shadow).filter(ImageFilter.GaussianBlur(14))
    shape, draw = _canvas((side, side), (0, 0, 0, 0))
    draw.ellipse([FINE * v for v in (60, 60, 330, 330)], (*SERIES[0], 255))
    draw.ellipse([FINE * v for v in (120, 110, 240, 230)], (*SERIES[1], 255))
    draw.ellipse([FINE * v for v in (190, 170, 290, 270)], (*SERIES[2], 200))
    made = Image.alpha_composite(shadow, _smaller(shape))
    ImageDraw.Draw(made).text((150, 285), "covey", (255, 255, 255, 255), _font(34))
    return np.array(made)


def badge() -> NDArray[Any]:
    """Draw stripes and a disc without antialiasing: ten colors in all; (256, 256, 3)."""
    image, draw = _canvas((256, 256), PAPER)
    for i in range(8):
        draw.rectangle((0, 32 * i, 255, 32 * i + 31), (30 * i, 90 + 10 * i, 200 - 20 * i))
    draw.ellipse((64, 64, 192, 192), PAPER)
    draw.rectangle((112, 96, 144, 160), INK)
    return np.array(image)


#: name -> kind and drawing
DRAWN = {
    "chart": ("flat", chart), "screenshot": ("flat", screenshot),
    "gradient": ("flat", gradient), "badge": ("flat", badge), "logo soft": ("alpha", logo),
}  # fmt: skip
