"""One palette for all the images given: found first, then put to each of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from covey.errors import InputError, OptionError
from covey.features.images import read_picture
from covey.picture import Palette, Picture

if TYPE_CHECKING:
    from covey.recipes._recipe import OnProgress
    from covey.recipes.image import Image

#: options that give each image colors of its own
OWN = ("quality", "min_ssim", "max_bytes", "compare", "palette")


def refuse_own_colors(ready: Image) -> None:
    """Raise OptionError where an option gives each image colors of its own."""
    for name in OWN:
        if getattr(ready, name) is not None:
            raise OptionError(
                f"--one-palette must come without --{name.replace('_', '-')}, which gives each "
                "image colors of its own; leave one of them out"
            )


def with_one_palette(
    ready: Image, paths: Sequence[str], on_progress: OnProgress
) -> tuple[Image, Palette | None]:
    """Return the recipe that puts every image into one palette, and the palette.

    Images are read one by one, and only their distinct colors are kept. One that cannot be read
    is passed over: it fails again, and is told, when it is to be made. The palette is None when
    none can be read.
    """
    n_read = 0

    def pictures() -> Iterator[Picture]:
        nonlocal n_read
        for i, path in enumerate(paths):
            on_progress(f"Counting colors, {i + 1:,} of {len(paths):,}", i / len(paths))
            try:
                picture = read_picture(path, max_pixels=ready.max_pixels)
            except InputError:
                continue
            n_read += 1
            yield picture

    try:
        palette = ready.palette_of_many(pictures())
    except InputError:
        if n_read:
            raise
        return ready, None
    return dataclasses.replace(ready, palette=palette, fixed=None), palette
