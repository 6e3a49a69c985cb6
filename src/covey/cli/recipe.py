"""The command of a recipe: its flags are the recipe's fields."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import click

from covey.cli.flags import SectionedCommand, flags
from covey.cli.output import say
from covey.cli.progress import progress
from covey.files import refuse_output, write_files
from covey.options import READING
from covey.recipes._recipe import Recipe

READ, MAKE = "Reading the input", "Options"


def command_of(recipe: type[Recipe]) -> click.Command:
    """Make the command of a recipe.

    Parameters
    ----------
    recipe : type
        Its options become flags, its facts the help.
    """
    options = recipe.options()

    def run(source: str, output: str | None, **given: Any) -> None:
        _run(recipe, source, output, given)

    return SectionedCommand(
        recipe.name,
        callback=run,
        help=f"{recipe.summary}\n\nSOURCE is {recipe.input}: a file, a database URL with "
        "--query, or - for standard input. Writes "
        f"{', '.join(recipe.outputs)} into a folder.",
        short_help=recipe.summary,
        params=[
            click.Argument(["source"], metavar="SOURCE"),
            *flags({name: entry for name, entry in options.items() if name not in READING}),
            *flags({name: entry for name, entry in options.items() if name in READING}),
            *_output_flags(recipe.folder),
        ],
        sections={name: READ if name in READING else MAKE for name in options},
        examples=recipe.examples,
        less="choose fewer columns with --features or fewer rows with --where",
    )


def _output_flags(folder: str) -> list[click.Option]:
    return [
        click.Option(
            ["-o", "--output", "output"],
            metavar="FOLDER",
            help=f"Folder to write into; made when it is not there. [default: SOURCE-{folder}]",
        ),
        click.Option(
            ["--json", "as_json"],
            is_flag=True,
            help="Write the report as JSON to standard output, and no folder unless -o is given.",
        ),
        click.Option(["--force"], is_flag=True, help="Replace files that are there already."),
        click.Option(
            ["-q", "--quiet"], is_flag=True, help="Print nothing but errors: no summary, no bar."
        ),
    ]


def _run(recipe: type[Recipe], source: str, output: str | None, given: dict[str, Any]) -> None:
    """Check first, then work, then write everything at once, then tell."""
    as_json, force, quiet = given.pop("as_json"), given.pop("force"), given.pop("quiet")
    ready: Recipe = recipe.of(**given)
    ready.check()
    folder = None if output is None and as_json else Path(output or default_folder(source, ready))
    if folder is not None:
        refuse_output(folder, ready.outputs, force)
    with progress(quiet) as on_progress:
        result = ready.run(source, on_progress)
        on_progress("Writing the report", 0.0)
        files = result.files()
        if folder is not None:
            write_files(folder, files, force)
    if as_json:
        say(files["report.json"])
    elif not quiet and folder is not None:
        say(str(result).rstrip("\n"))
        say(f"\nReport: {folder / 'report.html'}")


def default_folder(source: str, recipe: Recipe) -> str:
    """Return the folder to write into when none was given: named after the source."""
    stem = "input" if source == "-" else re.split(r"[?#]", source)[0] if "://" in source else source
    stem = Path(stem.rstrip("/" + os.sep)).name
    while Path(stem).suffix and len(Path(stem).suffix) <= 8:
        stem = Path(stem).stem
    return f"{stem or 'input'}-{recipe.folder}"
