"""``covey predict``: put new rows into the segments of a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from covey.cli.flags import SectionedCommand, flags
from covey.cli.output import say
from covey.cli.progress import progress
from covey.files import refuse_output, write_file
from covey.options import READING

if TYPE_CHECKING:
    from covey.flow import Assignment, Features

EXAMPLES = (
    "covey predict segments/model.covey new.csv -o scored.csv",
    "covey predict segments/model.covey new.csv --json",
    "cat new.csv | covey predict segments/model.covey - > scored.csv",
)


def run(model: str, source: str, output: str | None, as_json: bool, **given: Any) -> None:
    """Load the model, score the rows, write them."""
    force, quiet = given.pop("force"), given.pop("quiet")
    place = None if output in (None, "-") else Path(str(output))
    if place is not None:
        refuse_output(place.parent, [place.name], force)
    from covey.model import load
    from covey.report.tables import segments_csv

    with progress(quiet) as on_progress:
        on_progress("Reading the model", 0.0)
        scorer = load(model)
        on_progress("Reading the rows", 0.0)
        features = scorer.prepare(source, **given)
        assignment = scorer.place(features)
        content = as_rows(assignment) if as_json else segments_csv(assignment)
    if place is not None:
        write_file(place, content, force)
    else:
        say(content)
    if not quiet:
        click.echo("\n".join(told(features, assignment)), err=True)


def told(features: Features, assignment: Assignment) -> list[str]:
    """Return what a person must know: rows scored, left out, of no segment, and cautions."""
    n_rows = len(assignment.number)
    n_poor = sum(note.startswith("fits no segment") for note in assignment.note.tolist())
    fitting = f"; {n_poor:,} fit no segment" if n_poor else ""
    lines = [f"{n_rows:,} {'row' if n_rows == 1 else 'rows'} scored{fitting}"]
    lines += [
        f"{step.n_rows:,} left out: {step.rule}"
        for step in features.cleaning
        if step.action == "removed" and step.n_rows
    ]
    return lines + [caution.text for caution in features.cautions]


def as_rows(assignment: Assignment) -> bytes:
    """Return an assignment as JSON: a list of rows under ``rows``."""
    from covey.model import assignment_columns

    columns = {name: values.tolist() for name, values in assignment_columns(assignment).items()}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    text = json.dumps({"id": assignment.id_name, "rows": rows}, ensure_ascii=False, indent=1)
    return text.encode() + b"\n"


command = SectionedCommand(
    "predict",
    callback=run,
    help="Put new rows into the segments of a model that covey segment wrote.\n\nSOURCE needs the "
    "columns that the model was made from; others are ignored. For each row come the segment, "
    "its name, the distance to its center, the fit (0 on the border to another segment, 1 at the "
    "center) and a note where it lies between two segments, fits none, or lacks a value.",
    params=[
        click.Argument(["model"], metavar="MODEL"),
        click.Argument(["source"], metavar="SOURCE"),
        *flags(READING),
        click.Option(
            ["-o", "--output", "output"],
            metavar="FILE",
            help="File to write; standard output else.",
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="Write JSON instead of CSV."),
        click.Option(["--force"], is_flag=True, help="Replace the file when it is there already."),
        click.Option(["-q", "--quiet"], is_flag=True, help="Print nothing but errors and results."),
    ],
    sections=dict.fromkeys(READING, "Reading the input"),
    examples=EXAMPLES,
)
