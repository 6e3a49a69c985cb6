"""``covey playbook``: the built-in names and actions, as a file to copy and edit."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from covey.cli.flags import SectionedCommand
from covey.cli.output import say
from covey.files import write_file


def run(output: str | None, force: bool) -> None:
    """Write the playbook."""
    content = resources.files("covey.explain").joinpath("playbook.toml").read_bytes()
    if output in (None, "-"):
        say(content)
    else:
        write_file(Path(str(output)), content, force)


command = SectionedCommand(
    "playbook",
    callback=run,
    help="Print the built-in playbook: the names that segments of customers may get, when, and the "
    "action recommended for each. Copy it, edit it, and pass it to covey segment --playbook.",
    params=[
        click.Option(
            ["-o", "--output", "output"],
            metavar="FILE",
            help="File to write; standard output else.",
        ),
        click.Option(["--force"], is_flag=True, help="Replace the file when it is there already."),
    ],
    sections={},
    examples=(
        "covey playbook -o mine.toml",
        "covey playbook > mine.toml",
    ),
)
