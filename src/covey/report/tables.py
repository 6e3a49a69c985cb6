"""The two CSV files: which segment each row is in, and the profile of each segment.

UTF-8, commas, line feeds, quoted as RFC 4180 says. A spreadsheet runs a cell that starts with
``=``, ``+``, ``-``, ``@``, a tab or a carriage return as a formula, so such text gets a leading
apostrophe, headers included. Numbers are written as they are, and so is text that is nothing
but a negative number: a formula cannot hide in it, and identifiers must still match.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from covey.flow import Assignment, Explanation, Level, Measure, Segment

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DANGEROUS = re.compile(r"[=+\-@\t\r＝＋－＠]")  # full-width forms count: some programs fold them
_NUMERAL = re.compile(r"-\d+(\.\d+)?\Z")
_NEEDS_QUOTES = re.compile(r'[",\r\n]')
#: in a newline-joined column: a separator, a quote, or a line that starts dangerously
_SUSPECT = re.compile(r'[",\r]|^[=+\-@\t＝＋－＠]', re.MULTILINE)

PROFILE_HEADER = (
    "segment,name,n_rows,share,revenue,revenue_share,kind,measure,unit,mean,median,p25,p75,"
    "population_mean,population_median,lift,difference_sd,percentile,clustered"
)


def cell(text: str) -> str:
    """Return text as a CSV cell that no spreadsheet runs as a formula."""
    if text and _DANGEROUS.match(text) and not _NUMERAL.match(text):
        text = "'" + text
    if _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def segments_csv(assignment: Assignment) -> bytes:
    """Write one line a row: its id, its segment, the distance to the center, how well it fits.

    Columns: the id under its own name, ``segment`` (1 … k), ``name``, ``distance`` (to the own
    center, in prepared units), ``fit`` (1 − own / second-nearest distance), ``second`` (number of
    the next nearest segment) and ``note``.

    Parameters
    ----------
    assignment : Assignment
        n rows.

    Returns
    -------
    bytes
        UTF-8, n + 1 lines. About 1 µs a row.
    """
    names = _Cells()
    ids = _id_cells(assignment.ids)
    segments = assignment.number.tolist()
    middles = [names[name] for name in assignment.name.tolist()]
    notes = [names[note] for note in assignment.note.tolist()]
    distances, fits = assignment.distance.tolist(), assignment.fit.tolist()
    seconds = assignment.second.tolist()
    header = _header(cell(assignment.id_name or "row"))
    # One template for the whole line is twice as fast as an f-string of formatted parts.
    template = "%s,%d,%s,%.6g,%.4f,%d,%s"
    if any(map(math.isnan, distances)) or any(map(math.isnan, fits)):
        template = "%s,%d,%s,%s,%s,%d,%s"
        distances = ["" if math.isnan(value) else f"{value:.6g}" for value in distances]
        fits = ["" if math.isnan(value) else f"{value:.4f}" for value in fits]
    rows = zip(ids, segments, middles, distances, fits, seconds, notes, strict=True)
    lines = [template % row for row in rows]
    return "\n".join([header, *lines, ""]).encode("utf-8", "replace")


class _Cells(dict[str, str]):
    """Text → cell, each distinct text worked out once."""

    def __missing__(self, text: str) -> str:
        self[text] = result = cell(str(text))
        return result


def _id_cells(ids: NDArray[Any]) -> list[Any]:
    values = ids.tolist()
    if ids.dtype.kind in "iu":
        return values
    texts = [value if isinstance(value, str) else _id_text(value) for value in values]
    joined = "\n".join(texts)
    if joined.count("\n") == len(texts) - 1 and not _SUSPECT.search(joined):
        return texts  # nothing to quote in a million identifiers: the usual case
    return [cell(text) for text in texts]


def _id_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else (f"{value:.0f}" if value.is_integer() else repr(value))
    return str(value)


def _header(id_name: str) -> str:
    """Name the columns; an id column that has one of our names keeps it, ours step aside."""
    ours = ["segment", "name", "distance", "fit", "second", "note"]
    taken = id_name.casefold()
    return ",".join([id_name, *(f"{own}_" if own == taken else own for own in ours)])


def profile_csv(explanation: Explanation) -> bytes:
    """Write one line a segment × measure, in the reader's units, with the population's beside.

    ``kind`` is ``measure`` for a number and ``category`` for a value that stands out; a
    category's ``mean`` and ``population_mean`` are shares 0 … 1. ``difference_sd`` counts
    standard deviations of the population, ``percentile`` places the segment's median among all
    rows. An empty cell is a figure that does not exist. A segment called ``everyone``, number
    0, holds the population itself.

    Returns
    -------
    bytes
        UTF-8, numbers with up to 10 significant digits.
    """
    lines = [PROFILE_HEADER]
    for segment in explanation.segments:
        lead = _lead(segment)
        lines += [f"{lead},{_measure_cells(measure)}" for measure in segment.measures]
        lines += [f"{lead},{_level_cells(level)}" for level in segment.levels]
    revenues = [s.revenue for s in explanation.segments if s.revenue is not None]
    total = sum(revenues) if revenues else None
    everyone = f"0,everyone,{explanation.n_rows},1,{_numeral(total)},{'1' if revenues else ''}"
    lines += [f"{everyone},{_measure_cells(measure)}" for measure in explanation.population]
    return "\n".join([*lines, ""]).encode("utf-8", "replace")


def _lead(segment: Segment) -> str:
    numbers = (segment.n_rows, segment.share, segment.revenue, segment.revenue_share)
    return f"{segment.number},{cell(segment.name.text)},{_numerals(numbers)}"


def _measure_cells(measure: Measure) -> str:
    figures = (
        measure.mean,
        measure.median,
        measure.p25,
        measure.p75,
        measure.population_mean,
        measure.population_median,
        measure.lift,
        measure.difference,
        measure.rank,
    )
    clustered = "yes" if measure.clustered else "no"
    return f"measure,{cell(measure.name)},{cell(measure.unit)},{_numerals(figures)},{clustered}"


def _level_cells(level: Level) -> str:
    measure = cell(f"{level.column} = {level.value}")
    return (
        f"category,{measure},share,{_numeral(level.share)},,,,{_numeral(level.population_share)},,"
        f"{_numeral(level.lift)},,,no"
    )


def _numerals(values: Iterable[float | None]) -> str:
    return ",".join(_numeral(value) for value in values)


def _numeral(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.10g}"
