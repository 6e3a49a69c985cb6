"""What Covey must reach, beside what came of it. Medians over the photos, paired by picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.images.figures import Figures, Who
from benchmarks.images.libraries import SKLEARN
from benchmarks.images.ours import OURS, OURS_SRGB, STRENGTH

KS = (4, 8, 16, 32, 64, 128, 256)
TIMED_KS = (16, 64, 256)
SLOW_K = 64  # of scikit-learn on 24 megapixels, which takes minutes
LOOK, DITHERED, SRGB = Who(OURS), Who(OURS, STRENGTH), Who(OURS_SRGB)
NOFS, PNGQUANT = Who("pngquant"), Who("pngquant", 1.0)
LIQ, LIQ_DITHERED = Who("libimagequant"), Who("libimagequant", 1.0)
#: peers whose PSNR must not be higher
PEERS = ("pngquant", "libimagequant", "ImageMagick", "Pillow", "Pillow k-means", "Pillow octree",
         SKLEARN, f"{SKLEARN} sample")  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """A bound on one figure."""

    part: str
    what: str
    k: int
    sense: str  # "≥", "≤", "<", ">"
    bound: float
    find: Callable[[Figures], float | None]

    def judge(self, figures: Figures) -> Verdict:
        """Hold the figure to the bound."""
        return Verdict(self, self.find(figures))


@dataclass(frozen=True)
class Verdict:
    """A bar and what came of it."""

    bar: Bar
    value: float | None  # None: not measured

    @property
    def met(self) -> bool:
        """The figure keeps the bound."""
        if self.value is None:
            return False
        return {
            "≥": self.value >= self.bar.bound, "≤": self.value <= self.bar.bound,
            "<": self.value < self.bar.bound, ">": self.value > self.bar.bound,
        }[self.bar.sense]  # fmt: skip


def _paired(
    a: Who, b: Who, k: int, metric: str, kind: str = "photo"
) -> Callable[..., float | None]:
    return lambda figures: figures.paired(a, b, k, metric, kind).median


def _srgb() -> Iterator[Bar]:
    part = "sRGB, no dithering, beside `pngquant --nofs`"
    for k in (4, 16, 64, 128, 256):
        yield Bar(part, "PSNR, dB", k, "≥", 0.2, _paired(SRGB, NOFS, k, "psnr"))
        yield Bar(part, "PSNR beside the best peer, dB", k, "≥", 0.0, _least_psnr(k))
        yield Bar(part, "bytes, ratio", k, "≤", 1.0, _paired(SRGB, NOFS, k, "bytes"))


def _least_psnr(k: int) -> Callable[[Figures], float | None]:
    def find(figures: Figures) -> float | None:
        leads = [figures.paired(SRGB, Who(name), k, "psnr").median for name in PEERS]
        return min((lead for lead in leads if lead is not None), default=None)

    return find


def _look() -> Iterator[Bar]:
    part = "Default look, no dithering, beside `pngquant --nofs`"
    for k, more in ((16, 5.0), (64, 4.5), (128, 4.5), (256, 4.0)):
        yield Bar(part, "SSIMULACRA2", k, "≥", more, _paired(LOOK, NOFS, k, "ssimulacra2"))
        yield Bar(part, "CIEDE2000", k, "<", 0.0, _paired(LOOK, NOFS, k, "ciede2000"))
        yield Bar(part, "bytes, ratio", k, "≤", 1.03, _paired(LOOK, NOFS, k, "bytes"))
    for k in (64, 128, 256):
        find = _equal_look(k)
        yield Bar(part, "bytes over pngquant's default at equal SSIMULACRA2", k, "≤", 0.85, find)
    part = "Few colors, no dithering, beside `pngquant --nofs`"
    for k in (4, 8):
        yield Bar(part, "SSIMULACRA2", k, "≥", 5.0, _paired(LOOK, NOFS, k, "ssimulacra2"))
        yield Bar(part, "CIEDE2000", k, "<", 0.0, _paired(LOOK, NOFS, k, "ciede2000"))


def _equal_look(k: int) -> Callable[[Figures], float | None]:
    return lambda figures: figures.at_equal_look(LOOK, PNGQUANT, k).median


def _dithered() -> Iterator[Bar]:
    part = "Dithered, beside pngquant's default"
    for k, more in ((64, 3.0), (128, 3.0), (256, 2.0)):
        yield Bar(part, "SSIMULACRA2", k, "≥", more, _paired(DITHERED, PNGQUANT, k, "ssimulacra2"))
        yield Bar(part, "butteraugli", k, "≤", 0.0, _paired(DITHERED, PNGQUANT, k, "butteraugli"))
        yield Bar(part, "bytes, ratio", k, "≤", 1.01, _paired(DITHERED, PNGQUANT, k, "bytes"))


def _graphics() -> Iterator[Bar]:
    part = "Soft alpha, worst of three backgrounds"
    for k in (16, 64, 256):
        for ours, theirs, how in ((LOOK, NOFS, "--nofs"), (DITHERED, PNGQUANT, "default")):
            what = f"SSIMULACRA2 beside pngquant {how}"
            yield Bar(part, what, k, "≥", 0.0, _paired(ours, theirs, k, "ssimulacra2", "alpha"))
    part = "Flat graphics"
    for k in (16, 64, 256):
        for ours, how in ((LOOK, "no dithering"), (DITHERED, "dithered")):
            what = f"CIEDE2000 of the worst area of one color, {how}"
            yield Bar(part, what, k, "≤", 2.0, _worst_cast(ours, k))
        yield Bar(part, "pictures of at most K colors not kept exact", k, "≤", 0, _inexact(k))


def _worst_cast(who: Who, k: int) -> Callable[[Figures], float | None]:
    def find(figures: Figures) -> float | None:
        kinds = ("flat", "alpha")
        found = [v for kind in kinds for v in figures.values(who, k, "cast", kind).values()]
        return max(found, default=None)

    return find


def _inexact(k: int) -> Callable[[Figures], float | None]:
    def find(figures: Figures) -> float | None:
        few = [r for r in figures.rows if r.method in (OURS, OURS_SRGB) and 0 < r.distinct <= r.k]
        few = [row for row in few if row.k == k]
        return sum(row.psnr != float("inf") for row in few) if few else None

    return find


def _times() -> Iterator[Bar]:
    for large, size in ((False, "0.4"), (True, "24")):
        part = f"Time from pixels to indices, {size} megapixels"
        for k in TIMED_KS:
            most = 0.5 if k <= 64 else 1.0
            for ours, theirs, how in (
                (LOOK, LIQ, "no dithering"),
                (DITHERED, LIQ_DITHERED, "dithered"),
            ):
                what = f"over libimagequant's, {how}"
                yield Bar(part, what, k, "≤", most, _ratio(ours, theirs, k, large))
            if large and k != SLOW_K:
                continue
            what = "scikit-learn's, all pixels, over Covey's"
            yield Bar(part, what, k, "≥", 40.0, _ratio(Who(SKLEARN), LOOK, k, large))


def _ratio(a: Who, b: Who, k: int, large: bool) -> Callable[[Figures], float | None]:
    return lambda figures: figures.times_as_long(a, b, k, large).median


BARS: tuple[Bar, ...] = (*_srgb(), *_look(), *_dithered(), *_graphics(), *_times())


def verdicts(figures: Figures) -> list[Verdict]:
    """Hold Covey to every bar."""
    return [bar.judge(figures) for bar in BARS]
