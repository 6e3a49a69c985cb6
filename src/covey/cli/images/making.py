"""A result becomes the files that were asked for: the image, its page, its palette."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from covey.colors.palette_files import FORMATS as PALETTES
from covey.colors.palette_files import dump_palette
from covey.errors import OptionError
from covey.features.images.names import plain
from covey.files import write_files
from covey.picture import Palette
from covey.report.images.data import table_csv, variant_row
from covey.report.images.swatches import swatch_picture, swatch_png

if TYPE_CHECKING:
    from covey.recipes._image_result import ImageResult


class Part(NamedTuple):
    """A file to be written."""

    kind: str  # what it is, in a word
    make: Callable[..., bytes]  # its content: of a result; of a palette and a title


SWATCHES = {".svg": swatch_picture, ".png": swatch_png}


@dataclass(frozen=True)
class Wishes:
    """What the command was asked for beside the options of the recipe."""

    output: str | None
    force: bool
    quiet: bool
    as_json: bool
    report: bool
    palette_out: tuple[str, ...]
    swatches: str | None
    one_palette: bool
    jobs: int | None
    compare: bool  # the table over K was asked for
    skip_if_larger: bool

    @property
    def writes(self) -> bool:
        """The image itself is written: not where facts alone were asked for."""
        return self.output is not None or not self.as_json


def plan_image(place: Path, wishes: Wishes) -> dict[Path, Part]:
    """Return what is made of an image, by place, the image first; makers take the result.

    Parameters
    ----------
    place : Path
        Of the image; pages and tables lie beside it under its name.
    wishes : Wishes
    """
    plan: dict[Path, Part] = {}
    if wishes.writes and wishes.output != "-":
        plan[place] = Part("Image", lambda result: result.content)
    stem = place.stem
    if wishes.report:
        plan[place.with_name(f"{stem}.html")] = Part("Page", _page)
    if wishes.compare:
        plan[place.with_name(f"{stem}.csv")] = Part("Table", _table)
        plan[place.with_name(f"{stem}-sheet.png")] = Part("Sheet", _sheet)
    return plan


def _page(result: ImageResult) -> bytes:
    from covey.colors.fidelity import difference_map
    from covey.report.images.page import render_page

    facts = result.facts
    before, after = facts.picture.frames[0].pixels, facts.indexed.pixels(0)
    return render_page(facts, difference_map(before, after))


def _table(result: ImageResult) -> bytes:
    return table_csv([variant_row(one) for one in result.facts.variants])


def _sheet(result: ImageResult) -> bytes:
    from covey.report.images.sheet import contact_sheet

    return contact_sheet(result.facts)


def plan_palette(wishes: Wishes) -> dict[Path, Part]:
    """Return what is made of a palette, by place; makers take it and a title.

    Raises
    ------
    OptionError
        A name ends like no format, or comes twice.
    """
    plan: dict[Path, Part] = {}

    def add(name: str, kind: str, make: Callable[[Palette, str], bytes]) -> None:
        if Path(name) in plan:
            raise OptionError(
                f"each result must go to a place of its own; got {plain(name)!r} twice"
            )
        plan[Path(name)] = Part(kind, make)

    for name in wishes.palette_out:
        suffix = _ending(name, "--palette-out", PALETTES)
        add(name, "Palette", lambda palette, title, end=suffix: dump_palette(palette, end, title))
    if wishes.swatches is not None:
        draw = SWATCHES[_ending(wishes.swatches, "--swatches", SWATCHES)]
        add(wishes.swatches, "Swatches", lambda palette, _title: draw(palette))
    return plan


def _ending(name: str, flag: str, known: Mapping[str, object]) -> str:
    suffix = Path(name).suffix.lower()
    if suffix not in known:
        raise OptionError(f"{flag} must end with one of {', '.join(known)}; got {plain(name)!r}")
    return suffix


def write_all(contents: Mapping[Path, bytes], force: bool) -> None:
    """Write files, those of one folder all or none; the folder of the first file first."""
    folders: dict[Path, dict[str, bytes]] = {}
    for place, content in contents.items():
        folders.setdefault(place.parent, {})[place.name] = content
    for folder, files in folders.items():
        write_files(folder, files, force)


def write_made(
    contents: Mapping[Path, bytes], wishes: Wishes, image: Path, dated: str = ""
) -> None:
    """Write what was made of an image.

    Parameters
    ----------
    contents : mapping of place to content
    wishes : Wishes
    image : Path
        The place of the image itself, if it is among them.
    dated : str
        The file whose times the image gets, taken before it may be replaced; empty: none.
    """
    times = None
    if dated and image in contents:
        with contextlib.suppress(OSError):
            found = Path(dated).stat()
            times = found.st_atime_ns, found.st_mtime_ns
    write_all(contents, wishes.force)
    if times is not None:
        with contextlib.suppress(OSError):  # the image is there: a system may refuse its date
            os.utime(image, ns=times)
