"""``animation.gif``: k-means at work as a picture that moves, to be pasted anywhere.

Pillow draws it, three times as large and then reduced, which smooths edges; letters are drawn in
the size they have. One table of colors for all frames: each color of a cluster in steps towards the
paper, which is all that smooth edges and thin shades need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from covey.evidence import Watched, WatchedRun
from covey.extras import require
from covey.report import palette
from covey.report.evidence import watch_words as words
from covey.report.evidence.watch_scene import (
    WIDTH,
    Scene,
    Shot,
    curve,
    inside,
    regions,
    shots,
)
from covey.report.images.gif import gif
from covey.report.images.tables import pack
from covey.report.numbers import number, share
from covey.report.svg import wrap

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SMOOTH = 3  # drawn so many times as large
_PLOT, _SIDE, _PAD, _HEAD = 500, 200, 20, 84  # pixels: picture, curve, margins, words above
_MOST_DOTS = 700  # more make a heavy file and no clearer picture
_GLIDE = (0.12, 0.35, 0.65, 0.88)  # where centers are on their way, as a share of it
_GLIDE_TIME = 70  # milliseconds of each
_FIRST_SHOTS, _LATER_SHOTS = 6, 10  # that are shown long; that are shown less long
_TIMES = (1700, 1000, 500)  # milliseconds of a shot: of the first, of later ones, of the rest
_START_TIME, _END_TIME = 2400, 4500
_MOST_GLIDES = 12  # moves that are drawn gliding
_MOST_KNOTS = 50  # half steps that each have their dot on the curve
_LEVELS = 11  # steps of each color towards the paper
_MOST_NUMBERS = 30  # more centers than this are drawn without their numbers

_PAGE = palette.LIGHT_PAGE


class _Look(NamedTuple):
    """What a frame shows: a shot, and how far its centers are on their way."""

    shot: Shot
    share: float
    milliseconds: int


def animation(facts: Watched, view: Scene) -> bytes:
    """Return the first run as an animated GIF, the same bytes for the same facts.

    Raises
    ------
    MissingExtraError
        Pillow is not installed.
    """
    studio = _Studio(facts, view, facts.runs[0])
    looks = list(_looks(shots(facts.runs[0])))
    frames = [studio.frame(look) for look in looks]
    return gif(frames, [look.milliseconds for look in looks], loop=0, comment=facts.about.title)


def _looks(found: list[Shot]) -> Iterator[_Look]:
    for i, shot in enumerate(found):
        time = _TIMES[(i > _FIRST_SHOTS) + (i > _LATER_SHOTS)]
        if shot.phase == "move" and shot.kept < _MOST_GLIDES:
            for share in _GLIDE:
                yield _Look(shot, share, _GLIDE_TIME)
        time = {"start": _START_TIME, "end": _END_TIME}.get(shot.phase, time)
        yield _Look(shot, 1.0, time)


class _Studio:
    """Draws frames of one run."""

    def __init__(self, facts: Watched, view: Scene, run: WatchedRun) -> None:
        self.facts, self.view, self.run = facts, view, run
        self.image = require("PIL.Image", "Drawing an animation")
        self.draw = require("PIL.ImageDraw", "Drawing an animation")
        self.fonts = require("PIL.ImageFont", "Drawing an animation")
        self.colors = [palette.LIGHT[j % len(palette.LIGHT)] for j in range(facts.k)]
        self.scale = _PLOT * _SMOOTH / WIDTH
        self.centers = view.centers[facts.runs.index(run)]
        self.dots = np.unique(
            np.linspace(0, len(view.points) - 1, min(len(view.points), _MOST_DOTS))
            .round()
            .astype(int)
        )
        self.tall = round(view.height * _PLOT / WIDTH)
        self.size = (3 * _PAD + _PLOT + _SIDE, _HEAD + self.tall + _PAD)
        self.table = _color_table(sorted(set(self.colors)))
        self.chart = self._chart()

    def frame(self, look: _Look) -> NDArray[Any]:
        """Return a frame (h, w) of packed colors."""
        whole = self.image.new("RGB", self.size, _PAGE["bg"])
        whole.paste(self._plot(look), (_PAD, _HEAD))
        whole.paste(self.chart, (2 * _PAD + _PLOT, _HEAD))
        pen = self.draw.Draw(whole)
        self._words(pen, look.shot)
        self._disk_numbers(pen, look)
        self._mark(pen, look.shot)
        chosen = self.image.new("P", (1, 1))
        chosen.putpalette(self.table[:, :3].tobytes())
        indices = whole.quantize(palette=chosen, dither=self.image.Dither.NONE)
        return pack(self.table)[np.asarray(indices)]

    # ------------------------------------------------------------ the picture

    def _places(self, look: _Look) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return where centers are (k, 2), and the way that they came (t, k, 2)."""
        kept = look.shot.kept
        now, way = self.centers[kept], self.centers[: kept + 1]
        if look.shot.phase == "move":
            now = now + look.share * (self.centers[kept + 1] - now)
            way = np.concatenate([way, now[None]])
        return now, way

    def _plot(self, look: _Look) -> Any:
        size = (_PLOT * _SMOOTH, self.tall * _SMOOTH)
        drawn = self.image.new("RGB", size, _PAGE["raised"])
        pen = self.draw.Draw(drawn)
        now, way = self._places(look)
        if self.facts.true_plane:
            for color, corners in zip(self.colors, regions(now, self.view.height), strict=True):
                if len(corners) > 2:
                    places = [(x * self.scale, y * self.scale) for x, y in corners]
                    pen.polygon(places, fill=_towards(color, 0.86))
                    pen.line([*places, places[0]], fill=_PAGE["bg"], width=2 * _SMOOTH)
        self._rows(pen, look, inside(now, self.view.height) * self.scale)
        inner = inside(way, self.view.height) * self.scale
        for j, color in enumerate(self.colors):
            places = [tuple(place) for place in inner[:, j].tolist()]
            if len(places) > 1:
                pen.line(places, fill=_PAGE["bg"], width=5 * _SMOOTH, joint="curve")
                pen.line(places, fill=color, width=5 * _SMOOTH // 2, joint="curve")
                _disk(pen, places[0], 3.2 * _SMOOTH, _PAGE["bg"], color, 2 * _SMOOTH)
        radius = (11 if self.facts.k <= _MOST_NUMBERS else 5) * _SMOOTH
        for place, color in zip(inner[-1].tolist(), self.colors, strict=True):
            _disk(pen, place, radius, color, _PAGE["bg"], 2 * _SMOOTH)
        return drawn.reduce(_SMOOTH)

    def _rows(self, pen: Any, look: _Look, centers: NDArray[Any]) -> None:
        points = (self.view.points[self.dots] * self.scale).tolist()
        size = (2.1 if len(points) > 400 else 2.7) * _SMOOTH
        if look.shot.phase == "start":
            for place in points:
                _disk(pen, place, size, _PAGE["quiet"])
            return
        labels = (self.run.labels[look.shot.kept][self.dots] - 1).tolist()
        if look.shot.phase == "join":
            for (x, y), j in zip(points, labels, strict=True):
                line = [(x, y), tuple(centers[j].tolist())]
                pen.line(line, fill=_towards(self.colors[j], 0.7), width=1)
        for place, j in zip(points, labels, strict=True):
            _disk(pen, place, size, _towards(self.colors[j], 0.18))

    def _disk_numbers(self, pen: Any, look: _Look) -> None:
        if self.facts.k > _MOST_NUMBERS:
            return
        font = self._font(13)
        places = inside(self._places(look)[0], self.view.height) * (_PLOT / WIDTH)
        for j, (x, y) in enumerate(places.tolist()):
            ink = palette.readable_on(self.colors[j])
            at = (x + _PAD, y + _HEAD)
            pen.text(at, str(j + 1), fill=ink, font=font, anchor="mm", stroke_width=0.3)

    # ------------------------------------------------------------ words and the curve

    def _font(self, size: int) -> Any:
        return self.fonts.load_default(size)

    def _words(self, pen: Any, shot: Shot) -> None:
        told = words.title(self.run, shot)
        pen.text((_PAD, 12), told, fill=_PAGE["ink"], font=self._font(20), stroke_width=0.4)
        text = _legible(words.text(self.facts, self.run, shot))
        lines = wrap(text, self.size[0] - 2 * _PAD, 2, 15)
        for i, line in enumerate(lines):
            pen.text((_PAD, 39 + 19 * i), line, fill=_PAGE["soft"], font=self._font(15))

    def _spots(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return where the curve runs, in pixels of its own picture."""
        places, values = curve(self.run)
        low, high = float(values.min()), float(values.max())
        reach = (high - low) or 1.0
        longest = max(float(places.max()), 2.0)
        x = 8 + (places - 1) / (longest - 1) * (_SIDE - 24)
        return x, 34 + (high - values) / reach * (self._curve_height() - 54)

    def _curve_height(self) -> int:
        return min(self.tall - 74, 300)

    def _chart(self) -> Any:
        """Draw the curve, which is the same in every frame."""
        tall = self._curve_height()
        drawn = self.image.new("RGB", (_SIDE * _SMOOTH, self.tall * _SMOOTH), _PAGE["bg"])
        pen = self.draw.Draw(drawn)
        bottom = (tall - 6) * _SMOOTH
        pen.line([(0, bottom), (_SIDE * _SMOOTH, bottom)], fill=_PAGE["line"], width=_SMOOTH)
        x, y = self._spots()
        line = [(a * _SMOOTH, b * _SMOOTH) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        if len(line) > 1:
            pen.line(line, fill=_PAGE["soft"], width=2 * _SMOOTH, joint="curve")
        for place in line if len(line) < _MOST_KNOTS else line[-1:]:
            _disk(pen, place, 2.4 * _SMOOTH, _PAGE["soft"])
        done = drawn.reduce(_SMOOTH)
        pen = self.draw.Draw(done)
        pen.text((0, 0), "WCSS, step by step", fill=_PAGE["soft"], font=self._font(13))
        return done

    def _mark(self, pen: Any, shot: Shot) -> None:
        """Mark the shot on the curve, and write its figures under it."""
        left, top = 2 * _PAD + _PLOT, _HEAD + self._curve_height()
        if shot.phase == "start":
            return
        x, y = self._spots()
        which = min(round(2 * (shot.step - 1)), len(x) - 1)
        spot = (left + float(x[which]), _HEAD + float(y[which]))
        _disk(pen, spot, 5.5, _PAGE["accent"], _PAGE["bg"], 2)
        figures = [("WCSS", number(shot.inertia))]
        if shot.phase != "move":
            changed = int(self.run.changed[self.run.steps[shot.kept] - 1])
            figures.append(("rows that changed", share(changed / self.facts.about.n_rows)))
        for i, (name, told) in enumerate(figures):
            at = left + 84 * i
            pen.text((at, top + 14), name, fill=_PAGE["soft"], font=self._font(13))
            told = told.replace("\u00a0", " ")
            pen.text((at, top + 31), told, fill=_PAGE["ink"], font=self._font(24), stroke_width=0.4)


def _legible(text: str) -> str:
    """Write with the letters that Pillow's own font has: no raised digits, no true minus."""
    raised = re.sub("\u00a0?×\u00a0?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda found: f"e{found[1]}", text)
    return raised.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−\u00a0", "-0123456789- "))


# ---------------------------------------------------------------- colors and disks


def _disk(
    pen: Any, place: Any, radius: float, fill: str, outline: str | None = None, width: int = 0
) -> None:
    x, y = place
    pen.ellipse(
        (x - radius, y - radius, x + radius, y + radius), fill=fill, outline=outline, width=width
    )


def _rgb(color: str) -> NDArray[Any]:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)


@cache
def _towards(color: str, part: float, paper: str = _PAGE["raised"]) -> str:
    """Mix a color with the paper."""
    mixed = np.rint((1 - part) * _rgb(color) + part * _rgb(paper)).astype(int)
    return "#{:02x}{:02x}{:02x}".format(*mixed.tolist())


def _color_table(colors: list[str]) -> NDArray[Any]:
    """Return the colors (c, 4) uint8 of every frame: at most 256, with those of smooth edges."""
    steps = np.linspace(0, 1, _LEVELS)
    found = [_PAGE["bg"], _PAGE["raised"], _PAGE["line"], "#ffffff", palette.readable_on("#ffffff")]
    for color in (*colors, _PAGE["ink"], _PAGE["soft"], _PAGE["quiet"], _PAGE["accent"]):
        found += [_towards(color, float(step)) for step in steps]
        found += [_towards(color, part) for part in (0.86, 0.18, 0.7)]
    table = np.array([[*_rgb(one), 255] for one in dict.fromkeys(found)]).astype(np.uint8)
    return table[:256]
