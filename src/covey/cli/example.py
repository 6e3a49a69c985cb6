"""``covey example``: generate customers to try Covey on."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from covey.cli.flags import SectionedCommand, flags
from covey.cli.output import say
from covey.errors import OptionError
from covey.files import refuse_output, write_file
from covey.recipes.customers import OPTIONS, customers

EXAMPLES = (
    "covey example -o customers.csv",
    "covey example -o customers.csv --rows 2000 --truth truth.csv",
    "covey example --rows 1000 --seed 7 | covey segment - -o out",
)


def run(output: str | None, truth: str | None, force: bool, rows: int, seed: int) -> None:
    """Generate the customers and write them."""
    places = [Path(place) for place in (output, truth) if place not in (None, "-")]
    if len({place.absolute() for place in places}) < len(places):
        raise OptionError(f"--truth must be another file than -o; got {truth!r} for both")
    for place in places:
        refuse_output(place.parent, [place.name], force)
    columns, kinds = customers(rows, seed)
    content = csv_bytes(columns)
    if truth is not None:
        told = csv_bytes({"customer_id": columns["customer_id"], "kind": kinds})
        write_file(truth, told, force)
    if output in (None, "-"):
        say(content)
    else:
        write_file(str(output), content, force)


def csv_bytes(columns: Mapping[str, Any]) -> bytes:
    """Return columns of numbers and plain words as CSV; money with two decimals."""
    texts = [
        [f"{value:.2f}" for value in values.tolist()]
        if values.dtype.kind == "f"
        else list(map(str, values.tolist()))
        for values in columns.values()
    ]
    buffer = io.StringIO()
    buffer.write(",".join(columns) + "\n")
    buffer.writelines(",".join(row) + "\n" for row in zip(*texts, strict=True))
    return buffer.getvalue().encode()


command = SectionedCommand(
    "example",
    callback=run,
    help="Generate example customers of a shop, drawn from six known kinds of unequal size.\n\n"
    "Columns: customer_id, total_spend, purchase_freq, avg_order_value, recency_days. The same "
    "seed and number of rows give the same file.",
    params=[
        *flags(OPTIONS),
        click.Option(
            ["-o", "--output", "output"],
            metavar="FILE",
            help="CSV file to write; standard output else.",
        ),
        click.Option(
            ["--truth"], metavar="FILE", help="CSV file for the kind each customer was drawn from."
        ),
        click.Option(["--force"], is_flag=True, help="Replace files that are there already."),
    ],
    sections=dict.fromkeys(OPTIONS, "Options"),
    examples=EXAMPLES,
)
