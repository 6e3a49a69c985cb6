"""``covey image`` for one source: a file or standard input, to a file or standard output."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from covey.cli.images.making import Wishes, plan_image, plan_palette, write_made
from covey.cli.images.places import format_of, label_of, place_of_one, refuse
from covey.cli.output import say
from covey.cli.progress import progress
from covey.errors import InputError, OptionError, OutputError
from covey.features.images import read_picture
from covey.features.images.names import plain
from covey.report.images.data import facts_json
from covey.report.images.encoding import FORMATS
from covey.report.images.words import size_text
from covey.report.numbers import plain as plain_spaces

if TYPE_CHECKING:
    from covey.recipes._image_result import ImageResult
    from covey.recipes._recipe import OnProgress
    from covey.recipes.image import Image


def run_one(recipe: type[Image], source: str, wishes: Wishes, values: Mapping[str, Any]) -> None:
    """Check first, then work, then write everything at once, then tell."""
    if source == "-" and wishes.writes and wishes.output is None:
        wishes = dataclasses.replace(wishes, output="-")
    piped = wishes.output == "-"
    ready: Image = recipe.of(**{**values, "format": format_of(wishes.output, values["format"])})
    ready.check()
    _check_streams(source, wishes, piped)
    suffix = FORMATS[ready.format or "png"]
    place = place_of_one(source, wishes.output, label_of(recipe, values), suffix)
    plan, palettes = plan_image(place, wishes), plan_palette(wishes)
    written: list[str] = []
    refuse([("" if source == "-" else source, [*plan, *palettes])], wishes.force)
    with progress(wishes.quiet) as on_progress:
        result = _made(ready, source, on_progress)
        if not result.skipped:
            on_progress("Writing", 0.0)
            contents = {path: part.make(result) for path, part in plan.items()}
            colors = result.palette
            contents |= {path: one.make(colors, place.stem) for path, one in palettes.items()}
            written = [f"{one.kind}: {plain(str(at))}" for at, one in (plan | palettes).items()]
            dated = source if ready.keep_metadata and source != "-" else ""
            write_made(contents, wishes, place, dated)
    if piped:
        say(result.content)
    _tell(result, wishes, piped, written)


def _made(ready: Image, source: str, on_progress: OnProgress) -> ImageResult:
    raw: Any = source
    try:
        if source == "-":
            stdin = sys.stdin.buffer
            raw = read_picture(stdin, max_pixels=ready.max_pixels, name="standard input")
        return ready.run(raw, on_progress)
    except MemoryError as error:
        raise InputError(
            f"{plain(source)!r} must fit into memory; got more than there is; make it smaller"
        ) from error


def _check_streams(source: str, wishes: Wishes, piped: bool) -> None:
    """Refuse what cannot go through standard input and output."""
    if source == "-" and sys.stdin.isatty():
        raise InputError(
            "standard input must be an image; it is a terminal; pipe a file in, or name one"
        )
    if not piped:
        return
    for given, flag in (
        (wishes.as_json, "--json"),
        (wishes.report, "--report"),
        (wishes.compare, "--compare"),
        (wishes.skip_if_larger, "--skip-if-larger"),
    ):
        if given:
            raise OptionError(
                f"{flag} must come with a file to write; the image goes to standard output; "
                "name a file with -o"
            )
    if sys.stdout.isatty() and not wishes.force:
        raise OutputError(
            "an image must not be written to a terminal; name a file with -o, redirect standard "
            "output, or pass --force"
        )


def _tell(result: ImageResult, wishes: Wishes, piped: bool, written: list[str]) -> None:
    """Say what came of it: as JSON, or in words, beside an image on standard output on stderr."""
    if result.skipped and not wishes.quiet:
        n_bytes, given = len(result.content), result.facts.picture.n_bytes or 0
        text = f"covey: nothing written: the result would have {size_text(n_bytes)}"
        click.echo(plain_spaces(f"{text}, the file given has {size_text(given)}"), err=True)
    if wishes.as_json:
        say(facts_json(result.facts))
    elif not wishes.quiet:
        files = "\n".join(written)
        text = str(result).rstrip("\n") + (f"\n\n{files}" if files else "")
        if piped:
            click.echo(text, err=True)
        else:
            say(text)
