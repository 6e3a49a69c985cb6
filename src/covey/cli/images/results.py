"""What is told of several images: a line and a row of CSV for each, the sum, and what failed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from covey.cli.images.sources import Found
from covey.features.images.names import plain
from covey.picture import ImageFacts, Variant
from covey.report.images.data import document, failed_row, result_row
from covey.report.images.summary import medians_text
from covey.report.images.words import colors_text, printable, ratio_text, size_text
from covey.report.numbers import plain as plain_spaces

DONE, LEFT_OUT, FAILED = "done", "left out", "failed"
MOST_LINES = 20  # images that get a line of their own; the table has all
MOST_CAUTIONS = 5  # cautions that are told; the table has all


@dataclass(frozen=True)
class Outcome:
    """What came of one image: facts alone, no pixels."""

    status: str
    row: dict[str, Any]
    line: str  # for the terminal
    json: str = ""
    cautions: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()  # the table over K
    defect: Exception | None = None  # what must be told as a defect of Covey


def done(facts: ImageFacts, name: str, place: str, as_json: bool) -> Outcome:
    """Tell of an image that was made, and written at a place unless that is empty."""
    cautions = _cautions_of(facts)
    row = _row(result_row(facts, plain(place)), plain(name), DONE, cautions=cautions)
    text = json.dumps({**document(facts), "file": plain(name), "output": plain(place)})
    line = _line(facts, name, place)
    return Outcome(DONE, row, line, text if as_json else "", cautions, facts.variants)


def left_out(facts: ImageFacts, name: str, as_json: bool) -> Outcome:
    """Tell of an image that was not written, as it is not smaller than the file given."""
    why = "not smaller than the file given"
    cautions = _cautions_of(facts)
    row = _row(result_row(facts, ""), plain(name), LEFT_OUT, why, cautions)
    text = json.dumps({**document(facts), "file": plain(name), "output": "", "left_out": why})
    line = f"{plain(name)}: left out, {size_text(facts.chosen.n_bytes)} would be {why}"
    return Outcome(LEFT_OUT, row, line, text if as_json else "", cautions)


def failed(name: str, error: str, as_json: bool, defect: Exception | None = None) -> Outcome:
    """Tell of an image that could not be made."""
    row = _row(failed_row(plain(name), error), plain(name), FAILED, error)
    text = json.dumps({"file": plain(name), "error": printable(error)})
    return Outcome(FAILED, row, printable(error), text if as_json else "", defect=defect)


def _cautions_of(facts: ImageFacts) -> tuple[str, ...]:
    return tuple(printable(one.text) for one in (*facts.picture.cautions, *facts.cautions))


def _row(
    row: dict[str, Any], name: str, status: str, reason: str = "", cautions: Sequence[str] = ()
) -> dict[str, Any]:
    rest = {key: value for key, value in row.items() if key not in ("file", "output", "error")}
    first = {"file": name, "output": row["output"], "status": status, "reason": printable(reason)}
    return {**first, "cautions": " ".join(cautions), **rest}


def _line(facts: ImageFacts, name: str, place: str) -> str:
    made = facts.chosen
    saved = f", {ratio_text(made.ratio_file, 'the file given')}" if made.ratio_file else ""
    exact = ", every pixel as it was" if facts.exact else ""
    to = f" → {plain(place)}" if place else ""
    sizes = f"{colors_text(made.n_colors)}, {size_text(made.n_bytes)}{saved}{exact}"
    return f"{plain(name)}{to}: {sizes}"


def summary(
    outcomes: Sequence[Outcome], found: Found, notes: Sequence[str], out: str, pages: bool = False
) -> str:
    """Return what is printed at the end: a line an image where they are few, and the sums.

    Parameters
    ----------
    outcomes, found, notes
    out : str
        Where the table of results is; empty: nowhere.
    pages : bool
        A page was written of each image.
    """
    lines = []
    if len(outcomes) <= MOST_LINES:
        lines += [one.line for one in outcomes if one.status != FAILED]
    lines += [f"note: {note}" for note in notes]
    lines += [*_cautions(outcomes, bool(out)), *_medians(outcomes)]
    made = [one.row for one in outcomes if one.status == DONE]
    parts = [f"{_images(len(made))} made"]
    given = [row["n_bytes_given"] for row in made if row["n_bytes_given"] is not None]
    if given and len(given) == len(made):
        small = sum(row["n_bytes"] for row in made)
        parts[0] += f", {size_text(sum(given))} became {size_text(small)}"
    for status in (LEFT_OUT, FAILED):
        n = sum(one.status == status for one in outcomes)
        parts += [f"{n:,} {status}"] if n else []
    lines.append("; ".join([*parts, *passed_over(found)]))
    if n_larger := sum(row["n_bytes"] > (row["n_bytes_given"] or math.inf) for row in made):
        are = "is" if n_larger == 1 else "are"
        lines.append(
            f"{n_larger:,} of them {are} larger than the file given; --skip-if-larger leaves such "
            "images out"
        )
    if pages and made:
        lines.append("Pages: beside each image, under its name and .html")
    if out:
        lines.append(f"Results: {plain(out)}")
    return plain_spaces("\n".join(lines))


def _cautions(outcomes: Sequence[Outcome], has_table: bool) -> list[str]:
    """Count the cautions, and tell the first."""
    told = [(one.row["file"], text) for one in outcomes for text in one.cautions]
    if not told:
        return []
    n_images = sum(bool(one.cautions) for one in outcomes)
    head = f"{len(told):,} caution{'' if len(told) == 1 else 's'} about {_images(n_images)}:"
    lines = [f"  {name}: {text}" for name, text in told[:MOST_CAUTIONS]]
    more = len(told) - len(lines)
    where = "listed in the results" if has_table else "listed with --json"
    return [head, *lines, *([f"  and {more:,} more, {where}"] if more else [])]


def _medians(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the table over K of all images together."""
    images = [one.variants for one in outcomes if one.variants]
    if not images:
        return []
    head = (
        f"Medians of {_images(len(images))}, and the bytes of all; beside each are its contact "
        "sheet, under its name and -sheet.png, and its table, under its name and .csv"
    )
    shared = set.intersection(*({one.k for one in variants} for variants in images))
    rows = [[one for one in variants if one.k in shared] for variants in images]
    return ["", head, "", medians_text(rows)]


def passed_over(found: Found) -> list[str]:
    """Say which files and folders were not looked at, and how many."""
    counts = (
        (found.n_others, "file not an image by its name", "files not images by their names"),
        (found.n_hidden, "hidden name passed over", "hidden names passed over"),
        (found.n_links, "link to a folder not followed", "links to folders not followed"),
        (found.n_repeated, "source given twice", "sources given twice"),
    )
    return [f"{n:,} {one if n == 1 else more}" for n, one, more in counts if n]


def failures(outcomes: Sequence[Outcome], has_table: bool) -> str:
    """Return what ends a run in which some failed: one line each, as an error's message."""
    bad = [one.line for one in outcomes if one.status == FAILED]
    shown = bad if not has_table else bad[:MOST_LINES]
    more = (
        [f"and {len(bad) - len(shown):,} more, listed in the results"] if bad[len(shown) :] else []
    )
    head = f"{len(bad):,} of {_images(len(outcomes))} could not be made:"
    return "\n  ".join([head, *shown, *more])


def _images(n: int) -> str:
    return f"{n:,} image{'' if n == 1 else 's'}"
