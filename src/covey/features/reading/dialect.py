"""The dialect of a CSV file: delimiter, quote, header and names, found in its first lines.

The delimiter is the one that gives most lines the same number of fields; on a tie, the one whose
fields are most often numbers; then the one that gives more fields. What is found here is checked
on every line when the file is read.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

DELIMITERS = (",", ";", "\t", "|")
#: stands for runs of spaces and tabs between the fields
WHITESPACE = "whitespace"
#: stands for none: a control character that no text has
NONE = "\x1f"

_MAX_LINES = 500
_MAX_PREAMBLE = 20

_NUMBER = re.compile(
    r"[\s£$€¥(+-]*(\d[\d\s.,'’]*|[.,]\d+)(e[+-]?\d+)?[\s%)£$€¥]*"  # 1,234.50 £ 12 % 1e-5
    r"|[+-]?(inf|infinity)"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d\d.*)?",  # a date is no name either
    re.IGNORECASE,
)
_SINGLE_QUOTED = re.compile(r"(^|[,;\t|])'[^']*'([,;\t|]|$)")
_MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-", "."}


@dataclass(frozen=True)
class Dialect:
    """How to cut the lines of a file into named fields."""

    delimiter: str  # one character, or WHITESPACE
    quote: str  # '"' or "'"
    escape: str  # what makes a quote inside quotes: the quote itself, or a backslash
    n_fields: int
    header: tuple[str, ...] | None  # names as written; None when the first line is data
    n_before: int  # records before the first data record, blank lines and the header included
    preamble: tuple[str, ...]  # lines before the header that belong to no table


def sniff(
    sample: str, complete: bool, delimiter: str | None = None, header: str = "auto"
) -> Dialect:
    """Find the dialect of a text from its beginning.

    Parameters
    ----------
    sample : str
        The first lines.
    complete : bool
        Whether that is the whole text; else a record cut off at its end is ignored.
    delimiter : str, optional
        Given by the user; else found out.
    header : {"auto", "yes", "no"}
    """
    quote, escape = _quoting(sample)
    tried = [delimiter] if delimiter else [*DELIMITERS, WHITESPACE]
    best: tuple[tuple[float, float, float], str, list[list[str]]] | None = None
    for candidate in tried:
        records = _records(sample, candidate, quote, escape, complete)
        score = _score(records, candidate, forced=bool(delimiter))
        if score is not None and (best is None or score > best[0]):
            best = (score, candidate, records)
    if delimiter is None and (best is None or _decimals(sample, best[1])):
        records = _records(sample, NONE, quote, escape, complete)
        by_comma = _records(sample, ",", quote, escape, complete)
        _, share = _usual(by_comma)
        # lists of different length are no column of text, even if most lines hold one thing
        if best is not None or share > 0.9:
            return _dialect(records, NONE, quote, escape, header)
        return _dialect(by_comma, ",", quote, escape, header)
    assert best is not None
    return _dialect(best[2], best[1], quote, escape, header)


def _decimals(sample: str, delimiter: str) -> bool:
    """Tell whether commas are decimal signs in a single column of numbers with a title."""
    lines = [line for line in sample.splitlines()[:_MAX_LINES] if line.strip()]
    body = lines[1:]
    if delimiter != "," or not body or "," in lines[0]:
        return False
    return all(re.fullmatch(r"\s*[-+]?\d+(,\d+)?\s*", line) is not None for line in body)


def split(sample: str, dialect: Dialect) -> list[list[str]]:
    """Cut a text into records; a blank line is a record without fields."""
    return _records(sample, dialect.delimiter, dialect.quote, dialect.escape, True)


def records_of(lines: Iterable[str], dialect: Dialect) -> Any:
    """Return Python's own reader of the records in lines, which also counts the lines."""
    return csv.reader(lines, **_csv(dialect.delimiter, dialect.quote, dialect.escape))


def looks_like_number(text: str) -> bool:
    """Tell whether a field holds a number or a date rather than a name."""
    return _NUMBER.fullmatch(text.strip()) is not None


def _quoting(sample: str) -> tuple[str, str]:
    if '"' not in sample:
        lines = sample.splitlines()[:_MAX_LINES]
        single = sum(
            re.search(r"(^|[,;\t|])'[^']*'([,;\t|]|$)", line) is not None for line in lines
        )
        return ("'", "'") if single > len(lines) / 2 else ('"', '"')
    # \" before a letter is a quote inside quotes; before a delimiter it may end C:\folder\
    backslash = re.search(r'(?<!\\)\\"[^,;\t|\r\n"]', sample) is not None
    return '"', "\\" if backslash and '""' not in sample else '"'


def _csv(delimiter: str, quote: str, escape: str) -> dict[str, Any]:
    return {
        "delimiter": delimiter,
        "quotechar": quote,
        "doublequote": escape == quote,
        "escapechar": None if escape == quote else escape,
    }


def _records(
    sample: str, delimiter: str, quote: str, escape: str, complete: bool
) -> list[list[str]]:
    """Cut a sample into at most _MAX_LINES records."""
    if delimiter == WHITESPACE:
        return [line.split() for line in sample.splitlines()[:_MAX_LINES]]
    reader = csv.reader(io.StringIO(sample, newline=""), **_csv(delimiter, quote, escape))
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            if len(records) > _MAX_LINES:
                return records[:-1]
    except csv.Error:  # a field longer than csv allows, as after a quote that is never closed
        return records
    return records if complete or len(records) < 2 else records[:-1]


def _usual(records: list[list[str]]) -> tuple[int, float]:
    """Return the most frequent number of fields, and the share of the records that has it."""
    counts = Counter(len(record) for record in records if record)
    if not counts:
        return 0, 0.0
    n_fields, n = max(counts.items(), key=lambda item: (item[1], item[0]))
    return n_fields, n / sum(counts.values())


def _score(
    records: list[list[str]], delimiter: str, forced: bool
) -> tuple[float, float, float] | None:
    n_fields, share = _usual(records)
    if n_fields < 2 and not forced:
        return None
    cells = [cell for record in records[1:] if len(record) == n_fields for cell in record if cell]
    numbers = sum(map(looks_like_number, cells)) / len(cells) if cells else 0.0
    if delimiter == WHITESPACE and not forced and (share < 0.95 or numbers < 0.8):
        return None  # words stand between spaces too: only numbers make such a table
    return round(share, 1), round(numbers, 2), n_fields


def _dialect(
    records: list[list[str]], delimiter: str, quote: str, escape: str, header: str
) -> Dialect:
    n_fields, _ = _usual(records)
    start = _first_of_table(records, n_fields)
    rows = [record for record in records[start:] if record]
    sign = " " if delimiter == WHITESPACE else delimiter
    preamble = tuple(sign.join(record) for record in records[:start] if record)
    first = rows[0] if rows else []
    named = header == "yes" or (header == "auto" and is_header(rows, n_fields))
    names: tuple[str, ...] | None = None
    if named:
        names = tuple(cell.strip() for cell in first)
        if len(names) == n_fields - 1 and n_fields > 1:
            names = _one_short(names, rows[1:], n_fields)
        start = records.index(first, start) + 1
    return Dialect(delimiter, quote, escape, n_fields, names, start, preamble)


def _first_of_table(records: list[list[str]], n_fields: int) -> int:
    """Skip title lines above the table: fewer fields than the table, then it begins."""
    for position, record in enumerate(records[: _MAX_PREAMBLE + 1]):
        if len(record) >= n_fields:
            return position
        following = next((other for other in records[position + 1 :] if other), [])
        # R writes a header one field short, for the row names have no title
        if record and len(record) == n_fields - 1 and len(following) == n_fields > 2:
            return position
    return 0


def _one_short(names: tuple[str, ...], rows: list[list[str]], n_fields: int) -> tuple[str, ...]:
    """Fit a header one field short: lines ending in a delimiter, or row names without a title."""
    whole = [row for row in rows if len(row) == n_fields]
    ends_blank = all(not row[-1].strip() for row in whole)
    return (*names, "") if ends_blank else ("", *names)


def is_header(rows: list[list[str]], n_fields: int) -> bool:
    """Tell whether the first row names the columns: it differs in kind from what is below it."""
    if not rows:
        return False
    first, body = rows[0], [row for row in rows[1:] if len(row) == n_fields]
    if len(rows) == 1:
        return not all(looks_like_number(cell) for cell in first)
    shift = n_fields - len(first)
    for_header = for_data = 0
    for j, cell in enumerate(first):
        below = [row[j + shift] for row in body if 0 <= j + shift < n_fields]
        below = [value for value in below if value.strip().lower() not in _MISSING]
        if not below or cell.strip().lower() in _MISSING:
            continue
        if sum(map(looks_like_number, below)) > 0.5 * len(below):
            if looks_like_number(cell):
                for_data += 1
            else:
                for_header += 1
        elif below.count(cell) > 0:
            for_data += 1  # a category that comes again is a value
    return for_header > for_data or for_data == 0 or _years(first, for_header, body)


def _years(first: list[str], for_header: int, body: list[list[str]]) -> bool:
    """Tell whether a header is text and then numbers that count up: ``name,2001,2002,2003``."""
    whole = [int(cell) for cell in first if cell.strip().isdigit()]
    steps = {b - a for a, b in itertools.pairwise(whole)}
    texts = [cell for cell in first if not looks_like_number(cell)]
    texts = [cell for cell in texts if cell.strip().lower() not in _MISSING]
    steady = len(steps) == 1 and (1 in steps or (len(whole) > 2 and 0 not in steps))
    recurs = {cell for row in body for cell in row}
    return bool(texts) and steady and for_header == 0 and not recurs.intersection(texts)
