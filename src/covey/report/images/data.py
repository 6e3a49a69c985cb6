"""JSON and CSV about compressed images, for the next program.

The JSON follows the nouns of ``covey.picture`` under their names; the comments there say what each
means and in which unit. Differences:

==============  ================================================================================
``schema``      ``"covey.image/1"``; the number rises when a field changes its meaning
``picture``     width, height, channels, frames and durations in place of the pixels; of the
                metadata only which kinds there were
``palettes``    one, or one of each frame: a list of ``{"hex", "count", "share"}``
``images``      left out, as is ``content``; ``chosen.n_bytes`` is its length
``seconds``     left out: a report has no clock, so that the same input gives the same bytes
==============  ================================================================================

Numbers have at most 10 significant digits. JSON has no infinity: the PSNR of equal pictures is
``null``, in CSV ``inf``. The same facts give the same bytes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from covey.picture import ImageFacts, Metadata, Palette, Variant
from covey.report.images.words import printable
from covey.report.plain_json import as_json, plain
from covey.report.tables import cell

SCHEMA = "covey.image/1"


def facts_json(facts: ImageFacts) -> bytes:
    """Write all facts as JSON; see the head of this file for its structure."""
    return as_json(document(facts))


def document(facts: ImageFacts) -> dict[str, Any]:
    """Return the facts as plain JSON types: dict, list, str, int, float, bool, None."""
    picture = facts.picture
    width, height = picture.size
    return {
        "schema": SCHEMA,
        "picture": {
            "name": picture.name,
            "format": picture.format,
            "held": picture.held,
            "n_bytes": picture.n_bytes,
            "width": width,
            "height": height,
            "channels": int(picture.frames[0].pixels.shape[2]),
            "n_frames": len(picture.frames),
            "durations": [int(frame.duration) for frame in picture.frames],
            "loop": picture.loop,
            "metadata": _kinds(picture.metadata),
        },
        "space": facts.space,
        "exact": facts.exact,
        "format": facts.format,
        "chosen": _timeless(facts.chosen),
        "palettes": [palette_list(palette) for palette in facts.indexed.palettes],
        "variants": [_timeless(variant) for variant in facts.variants],
        "options": plain(facts.options),
        "cautions": plain((*picture.cautions, *facts.cautions)),
    }


def palette_list(palette: Palette) -> list[dict[str, Any]]:
    """Return the colors of a palette in their order, as plain JSON types."""
    shares = palette.shares.tolist()
    return [
        {"hex": palette.hex(i), "count": int(palette.counts[i]), "share": plain(shares[i])}
        for i in range(len(shares))
    ]


def _timeless(variant: Variant) -> dict[str, Any]:
    return {name: value for name, value in plain(variant).items() if name != "seconds"}


def _kinds(metadata: Metadata) -> list[str]:
    fields = dataclasses.fields(metadata)
    return [field.name for field in fields if getattr(metadata, field.name)]


# ---------------------------------------------------------------- tables


def variant_row(variant: Variant) -> dict[str, Any]:
    """Return a row of the table over K, without its seconds: files have no clock."""
    row = dataclasses.asdict(variant)
    kept = {name: row[name] for name in row if name not in ("fidelity", "seconds")}
    return {**kept, **row["fidelity"]}


def result_row(facts: ImageFacts, output: str = "") -> dict[str, Any]:
    """Return the row of one image among the results of a folder."""
    width, height = facts.picture.size
    row: dict[str, Any] = {
        "file": facts.picture.name,
        "output": output,
        "error": "",
        "width": width,
        "height": height,
        "n_frames": len(facts.picture.frames),
        "n_bytes_given": facts.picture.n_bytes,
        "format": facts.format,
        "exact": facts.exact,
    }
    return {**row, **variant_row(facts.chosen)}


def failed_row(name: str, error: str) -> dict[str, Any]:
    """Return the row of a file that could not be compressed."""
    return {"file": name, "output": "", "error": printable(error)}


def table_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Write rows as CSV.

    Parameters
    ----------
    rows : sequence of mappings
        Column to value. The columns are those of all rows, in the order in which they first
        appear; what a row lacks, or is None, stays empty.

    Returns
    -------
    bytes
        UTF-8, commas, line feeds, quoted as RFC 4180 says; no cell that a spreadsheet would run
        as a formula.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(cell(name) for name in columns)]
    lines += [",".join(_cell(row.get(name)) for name in columns) for row in rows]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return cell(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
