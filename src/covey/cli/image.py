"""``covey image``: images of few colors, one by one or by the folder."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import click

from covey.cli.flags import SectionedCommand, flags
from covey.constraints import Number
from covey.errors import OptionError
from covey.options import Option

if TYPE_CHECKING:
    from covey.recipes.image import Image

MAKE, QUALITY, COLOR, OUTPUT = "What to make", "Quality and size", "Color and dithering", "Output"

#: option of the recipe -> its heading in the help; others stand under the first
SECTIONS = {
    "quality": QUALITY,
    "min_ssim": QUALITY,
    "max_bytes": QUALITY,
    "effort": QUALITY,
    "space": COLOR,
    "dither": COLOR,
    "dither_method": COLOR,
    "palette": COLOR,
    "fixed": COLOR,
    "seed": COLOR,
    "skip_if_larger": OUTPUT,
}

JOBS = Option(
    "jobs",
    None,
    (Number(low=1, high=1024),),
    "Images to make at a time, each of which is in memory, in a process of its own; the number of "
    "cores when not given. The files are the same whatever the number.",
)

#: command lines for the help, beside those of the recipe
EXAMPLES = (
    "covey image photos/ -o small/ -k 128 --skip-if-larger",
    "covey image icons/*.png -o icons16/ -k 16 --one-palette --palette-out icons.gpl",
    "covey image - -k 64 < photo.jpg > photo.png",
)

HELP = """{summary}

SOURCE is an image, several, a folder of them, or - for standard input. A folder is searched
to the bottom for names that end like an image's; what begins with a dot is passed over, links
to files are read, links to folders are not followed.

The result of photo.jpg is photo-64.png beside it (64 being what was asked for: -k 64), or
photo.png below the folder that -o names, where the tree of the source is kept. A source is
never changed and nothing is replaced without --force.

Of several images those that fail are listed at the end (exit code 8; 3 when all failed), and
a table of all is written as results.csv into the folder that -o names.
"""


def make_command(recipe: type[Image]) -> click.Command:
    """Make the command from the options of the recipe and those of files and folders."""
    options = recipe.options()
    sections = {name: SECTIONS.get(name, MAKE) for name in options}
    order = (MAKE, COLOR, QUALITY, OUTPUT)
    ranked = sorted(options, key=lambda name: order.index(sections[name]))
    return SectionedCommand(
        recipe.name,
        callback=run,
        help=HELP.format(summary=recipe.summary),
        short_help=recipe.summary,
        params=[
            click.Argument(["sources"], metavar="SOURCE...", nargs=-1, required=True),
            *flags({name: options[name] for name in ranked if sections[name] != OUTPUT}),
            *_output_flags(),
            *flags({name: options[name] for name in ranked if sections[name] == OUTPUT}),
            *_telling_flags(),
        ],
        sections=sections,
        examples=(*recipe.examples, *EXAMPLES),
        less="lower --jobs, or refuse large images with --max-pixels",
    )


def run(sources: tuple[str, ...], **given: Any) -> None:
    """Make one image, or several."""
    from covey.cli.images.making import Wishes
    from covey.cli.images.sources import is_folder
    from covey.recipes.image import Image

    if "" in sources:
        raise OptionError("SOURCE must be the name of a file or folder; got ''")
    # Pillow warns of what the reader tells as a caution, or as an error
    warnings.filterwarnings("ignore", module="PIL")
    values = {name: given.pop(name) for name in Image.options()}
    wishes = Wishes(
        **given, compare=bool(values["compare"]), skip_if_larger=values["skip_if_larger"]
    )
    if len(sources) == 1 and not is_folder(sources[0]):
        from covey.cli.images.one import run_one

        run_one(Image, sources[0], wishes, values)
    else:
        from covey.cli.images.many import run_many

        run_many(Image, sources, wishes, values)


def _output_flags() -> list[click.Option]:
    return [
        click.Option(
            ["-o", "--output", "output"],
            metavar="FILE|FOLDER",
            help="Where to write: a file, whose ending is the format; a folder, when it is one or "
            "ends with /; for several images always a folder; - for standard output. "
            "[default: beside SOURCE; SOURCE-64 for a folder; standard output for -]",
        ),
        _switch(
            ["--force"],
            "Replace files that are there, the source itself included; write even to a terminal.",
        ),
        _switch(
            ["--report"],
            "Write a page beside each image, under its name and .html: before and after, palette, "
            "figures.",
        ),
        click.Option(
            ["--palette-out"],
            metavar="FILE",
            multiple=True,
            help="Write the palette, too; its ending is the format: .gpl, .act, .ase, .css, "
            ".json, .hex, .txt or .pal. May be given several times.",
        ),
        click.Option(["--swatches"], metavar="FILE", help="Draw the palette, too: .svg or .png."),
        _switch(
            ["--one-palette"],
            "One palette for all images given, each weighed by its pixels; each is read twice.",
        ),
    ]


def _switch(names: list[str], told: str) -> click.Option:
    return click.Option(names, is_flag=True, help=told)


def _telling_flags() -> list[click.Option]:
    return [
        *flags({"jobs": JOBS}),
        _switch(
            ["--json", "as_json"],
            "Write the facts as JSON to standard output, a line an image when there are several; "
            "no image is written unless -o is given.",
        ),
        _switch(["-q", "--quiet"], "Print nothing but errors: no summary, no bar."),
    ]
