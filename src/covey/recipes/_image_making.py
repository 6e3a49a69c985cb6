"""A picture in k colors: palette, indices, the file, and how near it is to what was given."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.colors import Colors, apply_palette, find_palette
from covey.colors.fidelity import MEASURES, Matched, Painted, fidelity
from covey.colors.nearest import nearest_entries
from covey.engine import passes
from covey.features.images.counting import ImageFeatures
from covey.flow import Caution, Run
from covey.picture import Fidelity, Indexed, Palette, Variant
from covey.report.images.encoding import encode

_TABLE = 256  # colors that a byte can tell apart; of more, no pixel is dithered
_BAND = 1 << 20  # pixels counted at a time
_TRANSPARENT = np.zeros((1, 4), np.uint8)


@dataclass(frozen=True)
class Maker:
    """What is made of a picture whatever the number of colors."""

    features: ImageFeatures
    format: str
    effort: int = 3
    keep_metadata: bool = False
    dither: float = 0.0
    method: str = "floyd-steinberg"
    seed: int = 0
    fixed: NDArray[Any] | None = None  # (f, 4) uint8: first in every palette, used or not
    given: NDArray[Any] | None = None  # (k, 4) uint8: the palette, whatever k is
    told: tuple[Caution, ...] = ()  # about the palette given

    @property
    def n_distinct(self) -> int:
        """Colors from which on nothing gets better: those of the picture, and the fixed ones."""
        n_fixed = 0 if self.fixed is None else len(self.fixed)
        return n_fixed + max(len(group.colors) for group in self.features.groups)

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What a reader must know about the palette."""
        if not self._added_transparent:
            return self.told
        text = "The palette given has no transparent color; one was added, for the pixels that are."
        return (*self.told, Caution("transparent-added", text))

    @property
    def _added_transparent(self) -> bool:
        """The palette given could not hold what is transparent."""
        hidden = any(group.transparent is not None for group in self.features.groups)
        return hidden and self.given is not None and bool(self.given[:, 3].all())

    def make(self, k: int) -> Made:
        """Put the picture into k colors, or into the palette given."""
        started = time.perf_counter()
        tables, indices, dithers, exact = [], [], [], []
        for colors in self.features.groups:
            table = self._table(colors, k)
            index = _places(colors, table)
            dither = self.dither if index is None and len(table) <= _TABLE else 0.0
            indices += _put(colors, table, index, dither, self.method)
            tables.append(table)
            dithers.append(dither)
            exact.append(index is not None and colors.exact)
        seconds = self.features.seconds + time.perf_counter() - started
        return Made(
            maker=self,
            k=k if self.given is None else len(self.given),
            indexed=self._indexed(tables, indices),
            dither=max(dithers),
            exact=all(exact) and not self.features.altered and not self.features.picture.reduced,
            seconds=seconds,
        )

    def _table(self, colors: Colors, k: int) -> NDArray[Any]:
        if self.given is None:
            return find_palette(colors, k, seed=self.seed, fixed=self.fixed)
        added = [_TRANSPARENT] if self._added_transparent else []
        return np.concatenate([self.given, *added])

    def _indexed(self, tables: list[NDArray[Any]], indices: list[NDArray[Any]]) -> Indexed:
        picture = self.features.picture
        n_fixed = 0 if self.fixed is None else len(self.fixed)
        parts = [[frame] for frame in indices] if len(tables) > 1 else [indices]
        palettes = (
            Palette(table, _counted(frames, len(table)), n_fixed)
            for table, frames in zip(tables, parts, strict=True)
        )
        durations = tuple(frame.duration for frame in picture.frames)
        return Indexed(tuple(indices), tuple(palettes), durations, picture.loop)


@dataclass(frozen=True, eq=False)
class Made:
    """A picture in few colors."""

    maker: Maker
    k: int  # colors asked for
    indexed: Indexed
    dither: float  # 0 where nothing was to be dithered
    exact: bool  # not a pixel differs from the file
    seconds: float  # to find the colors and the indices

    @functools.cached_property
    def content(self) -> bytes:
        """The file."""
        picture = self.maker.features.picture
        metadata = picture.metadata if self.maker.keep_metadata else None
        return encode(self.indexed, self.maker.format, effort=self.maker.effort, metadata=metadata)

    @functools.cached_property
    def fidelity(self) -> Fidelity:
        """All measures of likeness."""
        return self.measured(MEASURES)

    def measured(self, wanted: Sequence[str]) -> Fidelity:
        """Return some measures of likeness; the others are nan."""
        before = [frame.pixels for frame in self.maker.features.picture.frames]
        indexed = self.indexed
        after = [Painted(one, indexed.palette(i).colors) for i, one in enumerate(indexed.indices)]
        return fidelity(before, after, wanted, self._matched)

    @property
    def _matched(self) -> list[Matched]:
        """What became of each distinct color; empty where that depends on the pixel."""
        features, found = self.maker.features, []
        if self.dither or features.altered or not all(one.exact for one in features.groups):
            return []
        for colors, palette in zip(features.groups, self.indexed.palettes, strict=True):
            places = _places(colors, palette.colors)
            places = nearest_entries(colors, palette.colors)[0] if places is None else places
            found.append(Matched(colors.colors, palette.colors[places], colors.counts))
        return found

    @property
    def n_colors(self) -> int:
        """Colors used or fixed, of the frame that has most."""
        return max(
            palette.n_fixed + int((palette.counts[palette.n_fixed :] > 0).sum())
            for palette in self.indexed.palettes
        )

    @property
    def variant(self) -> Variant:
        """The figures: a row of the table over K."""
        picture, n_bytes = self.maker.features.picture, len(self.content)
        raw = picture.n_pixels * picture.frames[0].pixels.shape[2]
        return Variant(
            k=self.k,
            n_colors=self.n_colors,
            dither=self.dither,
            n_bytes=n_bytes,
            bits_per_pixel=8 * n_bytes / picture.n_pixels,
            ratio_raw=raw / n_bytes,
            ratio_file=None if picture.n_bytes is None else picture.n_bytes / n_bytes,
            fidelity=self.fidelity,
            seconds=self.seconds,
        )


@dataclass(frozen=True, kw_only=True)
class ImageRun(Run):
    """The clustering of the distinct colors, and the picture that was made with it.

    Where each frame has its own palette, colors are labeled by the centers of their frame alone.
    """

    made: Made
    searched: float = 0.0  # seconds of the whole search for the number of colors; 0: none was


def run_of(made: Made, searched: float = 0.0) -> ImageRun:
    """Return what was made as a run: palettes as centers, the nearest of each distinct color."""
    maker, centers, labels, inertia, begin = made.maker, [], [], 0, 0
    groups = maker.features.groups
    palettes = made.indexed.palettes
    for colors, palette in zip(groups, palettes, strict=True):
        points = colors.space.points(np.ascontiguousarray(palette.colors))
        own, sq, _ = passes.nearest_colors(colors.points, points)
        centers.append(points)
        labels.append(own + np.int32(begin))
        inertia += int(colors.counts @ sq.astype(np.int64))
        begin += len(points)
    return ImageRun(
        centers=np.concatenate(centers),
        labels=np.concatenate(labels),
        inertia=float(inertia),
        n_iter=0,  # the palette may be given, exact, or the best of several searches
        converged=made.exact,
        method="whole-number Lloyd over distinct colors",
        made=made,
        searched=searched,
    )


def _counted(frames: list[NDArray[Any]], k: int) -> NDArray[np.int64]:
    """Return the pixels of each entry, of some frames together."""
    counts = np.zeros(k, np.int64)
    for frame in frames:
        flat = frame.ravel()
        for begin in range(0, len(flat), _BAND):  # bincount makes eight bytes of each index
            counts += np.bincount(flat[begin : begin + _BAND], minlength=k)
    return counts


def _places(colors: Colors, table: NDArray[Any]) -> NDArray[Any] | None:
    """Return where each distinct color is in the table, when every one is.

    Not by distance: colors of hardly any alpha may share their coordinates.
    """
    if len(colors.colors) > len(table):
        return None
    known, sought = (np.ascontiguousarray(c).view(np.uint32)[:, 0] for c in (table, colors.colors))
    order = np.argsort(known, kind="stable")
    places = order[np.searchsorted(known[order], sought).clip(max=len(known) - 1)]
    return places if np.array_equal(known[places], sought) else None


def _put(
    colors: Colors, table: NDArray[Any], index: NDArray[Any] | None, dither: float, method: str
) -> tuple[NDArray[Any], ...]:
    """Return an index (h, w) for each pixel of each frame."""
    if index is None:
        return apply_palette(colors, table, dither=dither, method=method)
    index = index.astype(np.uint8 if len(table) <= _TABLE else np.uint16)
    codes = colors.take_codes()
    return tuple(passes.put_indices(c.ravel(), index).reshape(c.shape) for c in codes)
