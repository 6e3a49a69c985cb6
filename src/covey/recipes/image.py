"""Image compression: a picture becomes one of few colors, as small and as near as can be."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from covey.constraints import n_bytes, span
from covey.errors import InputError, OptionError
from covey.image_options import IMAGE
from covey.options import option
from covey.recipes._recipe import OnProgress, Recipe, unheard

if TYPE_CHECKING:
    from covey.features.images.counting import ImageFeatures
    from covey.flow import Features, Run
    from covey.picture import ImageFacts, Palette
    from covey.recipes._image_making import ImageRun, Maker
    from covey.recipes._image_palette import Told
    from covey.recipes._image_result import ImageResult

#: colors that the table of an indexed file holds; the formats that have one
TABLE, INDEXED = 256, ("png", "gif")

#: formats as a reader knows them
NAMES = {"png": "PNG", "png24": "PNG", "gif": "GIF", "webp": "WebP", "npz": "NPZ"}


@dataclass(frozen=True, kw_only=True)
class Image(Recipe):
    """From a picture to the same in few colors."""

    name: ClassVar[str] = "image"
    heading: ClassVar[str] = "Image compression"
    input: ClassVar[str] = "a JPEG, PNG, WebP, GIF, TIFF, BMP, PPM or AVIF image"
    summary: ClassVar[str] = (
        "Turn images into indexed PNG, GIF or WebP of few colors: fewer bytes at the same look, "
        "with the figures."
    )
    examples: ClassVar[tuple[str, ...]] = (
        "covey image photo.jpg -k 64",
        "covey image logo.png --quality 60-80 --dither 0.5",
        "covey image photo.jpg --max-bytes 50kB --format webp",
        "covey image photo.jpg --compare 4,8,16,32,64,128,256",
        "covey image photo.jpg --palette brand.gpl",
    )
    outputs: ClassVar[tuple[str, ...]] = (
        "image.png",
        "palette.json",
        "palette.gpl",
        "report.html",
        "report.json",
    )

    k: int | None = option(IMAGE, "k")
    quality: str | float | Sequence[float] | None = option(IMAGE, "quality")
    min_ssim: float | None = option(IMAGE, "min_ssim")
    max_bytes: str | int | None = option(IMAGE, "max_bytes")
    space: str = option(IMAGE, "space")
    dither: float = option(IMAGE, "dither")
    dither_method: str = option(IMAGE, "dither_method")
    palette: Any = option(IMAGE, "palette")  # noqa: RUF009 (as any other option)
    fixed: Sequence[str] | None = option(IMAGE, "fixed")
    frames: str = option(IMAGE, "frames")
    format: str | None = option(IMAGE, "format")
    effort: int | None = option(IMAGE, "effort")
    keep_metadata: bool = option(IMAGE, "keep_metadata")
    skip_if_larger: bool = option(IMAGE, "skip_if_larger")
    compare: Sequence[int] | None = option(IMAGE, "compare")
    seed: int = option(IMAGE, "seed")
    max_pixels: int = option(IMAGE, "max_pixels")

    def prepare(self, raw: Any) -> ImageFeatures:
        """Read the picture and count its colors."""
        from covey.features.images import read_picture
        from covey.features.images.counting import image_features

        pixels = raw["pixels"] if isinstance(raw, Mapping) else raw
        picture = read_picture(pixels, max_pixels=self.max_pixels)
        each = self.frames == "each" and picture.animated and self.palette is None
        return image_features(picture, space=self.space, each=each, soft=self.format != "gif")

    def fit(self, features: Features, on_progress: OnProgress = unheard) -> ImageRun:
        """Find the palette, of as many colors as reach what was asked for."""
        from covey.recipes._image_making import run_of
        from covey.recipes._image_search import Goal, reach

        on_progress("Finding colors", 0.2)
        maker = self._maker(features)
        goal = Goal(
            quality=None if self.quality is None else span(self.quality),
            ssim=self.min_ssim,
            n_bytes=None if self.max_bytes is None else n_bytes(self.max_bytes),
        )
        if goal == Goal():
            return run_of(maker.make(self._most))
        fewest = max(1, 0 if maker.fixed is None else len(maker.fixed))
        started = time.perf_counter()
        made = reach(maker, goal, fewest, self._most, on_progress)
        searched = maker.features.seconds + time.perf_counter() - started
        return run_of(made, searched)

    def explain(
        self, features: Features, run: Run, on_progress: OnProgress = unheard
    ) -> ImageFacts:
        """Make the file and the variants, and measure them."""
        from covey.picture import ImageFacts
        from covey.recipes._image_making import ImageFeatures, ImageRun

        assert isinstance(run, ImageRun)
        assert isinstance(features, ImageFeatures)
        made = run.made
        on_progress("Measuring", 0.7)
        variants, images = [], []
        compared = sorted({*self.compare, made.k}) if self.compare else []
        for k in compared:
            one = made if k == made.k else made.maker.make(k)
            variants.append(one.variant)
            images.append(one.indexed)
            on_progress(f"Comparing {k} colors", 0.7 + 0.3 * len(images) / len(compared))
        return ImageFacts(
            picture=features.picture,
            indexed=made.indexed,
            space=self.space,
            exact=made.exact,
            chosen=dataclasses.replace(made.variant, seconds=run.searched or made.seconds),
            variants=tuple(variants),
            images=tuple(images),
            content=made.content,
            format=NAMES[self.format or "png"],
            options=self._told(),
            cautions=(*features.cautions, *made.maker.cautions),
        )

    def result(self, features: Features, run: Run, facts: Any, raw: Any) -> ImageResult:  # noqa: ARG002 (segments need it)
        """Return the picture with its files."""
        from covey.recipes._image_making import ImageFeatures, ImageRun
        from covey.recipes._image_result import ImageResult

        assert isinstance(run, ImageRun)
        assert isinstance(features, ImageFeatures)
        return ImageResult(features, run, facts)

    def palette_of_many(self, sources: Iterable[Any]) -> Palette:
        """Find one palette for several images.

        Parameters
        ----------
        sources : iterable of anything that ``run`` takes
            Read one by one; only their distinct colors are kept.

        Returns
        -------
        Palette
            For the option ``palette`` of each of them. Its counts are pixels of all.

        Raises
        ------
        InputError
            One of them cannot be read, or there is none.
        """
        from covey.colors.merging import merge_colors
        from covey.recipes._image_palette import hex_colors, palette_of

        self.check()
        colors = merge_colors(group for source in sources for group in self.prepare(source).groups)
        if colors is None:
            raise InputError("one palette must be made of at least one image; got none")
        fixed = hex_colors(self.fixed) if self.fixed else None
        return palette_of(colors, self._most, seed=self.seed, fixed=fixed)

    def with_palette_read(self) -> Image:
        """Return the recipe with the palette given read: once, whatever the images to come.

        Raises
        ------
        InputError
            It cannot be read.
        """
        from covey.recipes._image_palette import ReadPalette

        if self.palette is None:
            return self
        return dataclasses.replace(self, palette=ReadPalette(self._given_palette(), self.palette))

    @classmethod
    def example(cls) -> Mapping[str, Any]:
        """Return a picture of a disk over a sky, (48, 64, 3)."""
        import numpy as np

        y, x = np.mgrid[:48, :64]
        sky = np.stack([90 + 2 * y, 120 + y + x // 2, 250 - 2 * y], axis=2)
        disk = (y - 22) ** 2 + (x - 40) ** 2 < 150
        sky[disk] = [250, 210, 60]
        return {"pixels": sky.astype(np.uint8)}

    def check(self) -> None:
        """Raise OptionError for a wrong option, or for two that do not go together."""
        super().check()
        asked = {"k": self.k or 0, "compare": max(self.compare or (0,))}
        for name, most in asked.items():
            if most > TABLE and (self.format or "png") in INDEXED:
                raise OptionError(
                    f"{name} must be at most {TABLE} for the format {self.format or 'png'!r}; got "
                    f"{most}; choose the format 'png24', 'webp' or 'npz'"
                )
        fewest = min(self.k or TABLE, *(self.compare or (TABLE,)))
        if self.fixed is not None and len(self.fixed) > fewest:
            raise OptionError(
                f"fixed must be no more colors than the palette has; got {len(self.fixed)} for "
                f"{fewest}; ask for more colors, or fix fewer"
            )
        if self.palette is not None:
            from covey.recipes._image_palette import refuse_choosing

            refuse_choosing(self.palette, self.values())

    @property
    def _most(self) -> int:
        return self.k or TABLE

    def _told(self) -> dict[str, Any]:
        """Return the options as the report tells them: of a palette its name, not its place."""
        from covey.recipes._image_palette import name_of

        return {**self.values(), "palette": name_of(self.palette)}

    def _given_palette(self) -> Told:
        from covey.recipes._image_palette import given_palette

        return given_palette(
            self.palette,
            k=self._most,
            space=self.space,
            seed=self.seed,
            max_pixels=self.max_pixels,
        )

    def _maker(self, features: Features) -> Maker:
        from covey.features.images.counting import ImageFeatures
        from covey.recipes._image_making import Maker
        from covey.recipes._image_palette import hex_colors

        assert isinstance(features, ImageFeatures)
        given, cautions = None, ()
        fixed = hex_colors(self.fixed) if self.fixed else None
        if self.palette is not None:
            found, cautions = self._given_palette()
            given, fixed = found.colors, found.colors[: found.n_fixed]
        return Maker(
            features=features,
            format=self.format or "png",
            effort=_effort(features.picture.n_pixels) if self.effort is None else self.effort,
            keep_metadata=self.keep_metadata,
            dither=self.dither,
            method=self.dither_method,
            seed=self.seed,
            fixed=fixed,
            given=given,
            told=cautions,
        )


def _effort(n_pixels: int) -> int:
    """Return the effort when none was asked for: so that encoding takes about a second or two."""
    return 3 if n_pixels <= 4_000_000 else 1


def compress(image: Any, k: int | None = None, **options: Any) -> ImageResult:
    """Put an image into few colors.

    Parameters
    ----------
    image : path, bytes, binary file, array or Pillow image
        Arrays are (h, w), (h, w, 3) or (h, w, 4) of uint8, uint16, bool, or floats from 0 to 1.
    k : int, optional
        Number of colors, 256 when not given; the most, where ``quality``, ``min_ssim`` or
        ``max_bytes`` asks for as few as reach it.
    **options
        Every option of ``covey image`` under its name: ``quality`` (``80``, ``(60, 80)`` or
        ``"60-80"``), ``min_ssim``, ``max_bytes``, ``dither``, ``space``, ``palette``, ``fixed``,
        ``format``, ``compare`` …

    Returns
    -------
    ImageResult
        ``image`` (Pillow), ``pixels``, ``palette``, ``labels``, ``metrics``, ``content`` (the
        file), ``facts``; ``save(path)`` for the image, ``write(folder)`` for it and its report.

    Raises
    ------
    OptionError
        There is no such option, or it has a value it cannot have.
    InputError
        It is not an image, is damaged, or too large.
    UnreachedError
        No number of colors is as good, or as small, as was asked for.

    Examples
    --------
    >>> result = covey.compress("photo.jpg", k=64, dither=0.5)  # doctest: +SKIP
    >>> result.save("photo.png")  # doctest: +SKIP
    """
    return Image.of(k=k, **options).run(image)


def palette(image: Any, k: int = 8, **options: Any) -> Palette:
    """Find the main colors of an image.

    Parameters
    ----------
    image : path, bytes, binary file, array or Pillow image
        Of an animation, all frames together.
    k : int
        Number of colors; an image that has no more gives those it has.
    **options
        ``space``, ``fixed``, ``seed``, ``max_pixels``, as in ``covey.compress``.

    Returns
    -------
    Palette
        ``colors`` (k, 4) uint8, the most frequent first; ``counts`` and ``shares`` of the pixels;
        ``hex(i)``.

    Raises
    ------
    OptionError
        There is no such option, or it has a value it cannot have.
    InputError
        It is not an image, is damaged, or too large.

    Examples
    --------
    >>> covey.palette("photo.jpg", k=5).hex(0)  # doctest: +SKIP
    '#1d2b1f'
    """
    options = {"format": "npz", **options}  # any number of colors
    return Image.of(k=k, **options).palette_of_many([image])
