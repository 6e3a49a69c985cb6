"""Every line of a CSV file accounted for: DuckDB itself loses a quote left open at the end."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from covey.features.raw import quote
from covey.features.reading.dialect import Dialect, records_of, split
from covey.features.reading.encoding import Text
from covey.features.reading.misfits import Misfits, never_closed

if TYPE_CHECKING:
    import duckdb

_CHUNK = 2**22
#: A quote left open swallows the rest of the file; no cell of a table is as long as this.
_MAX_CELL = 2**22


def n_blank_lines(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    text: Text,
    dialect: Dialect,
    names: tuple[str, ...],
    misfits: Misfits,
) -> int:
    """Count the blank lines among the data, and make sure that no other line is missing.

    In a single column a blank line is a row without a value, and is not counted here.

    Raises
    ------
    InputError
        Lines are missing, because a quote is never closed.
    """
    n_above = 0 if dialect.n_fields == 1 else _blank_above(text, dialect)
    if not text.quotes:
        some = text.blank_lines and dialect.n_fields > 1
        return _n_blank_unquoted(path) - n_above if some else 0
    above = split(text.sample, dialect)[: dialect.n_before]
    n_lines = sum(1 + sum(cell.count("\n") for cell in record) for record in above)
    n_lines += misfits.n + misfits.n_fit + _line_ends_inside(con, names)
    if n_lines == text.n_lines:
        return 0
    # too few lines: some are blank, or a quote was left open; only reading them tells
    n_records, n_blank, last = _read_again(path, text.name, dialect)
    known = misfits.n + misfits.n_fit + dialect.n_before - n_above
    if dialect.n_fields == 1:
        n_records += n_blank
    if n_records > known:
        raise never_closed(text.name, last)
    return 0 if dialect.n_fields == 1 else n_blank - n_above


def _blank_above(text: Text, dialect: Dialect) -> int:
    return sum(not record for record in split(text.sample, dialect)[: dialect.n_before])


def _line_ends_inside(con: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> int:
    """Count the line ends inside fields, and inside the lines that do not fit."""
    cells = " + ".join(
        f"coalesce(sum(length({c}) - length(replace({c}, chr(10), ''))) "
        f"FILTER (contains({c}, chr(10))), 0)"
        for c in map(quote, names)
    )
    inside = con.execute(f"SELECT {cells} FROM data").fetchone()
    misfit = con.execute(
        "SELECT coalesce(sum(length(line) - length(replace(line, chr(10), ''))), 0) FROM ("
        "SELECT rtrim(any_value(csv_line), chr(10) || chr(13)) AS line FROM reject_errors "
        "GROUP BY line_byte_position)"
    ).fetchone()
    assert inside is not None
    assert misfit is not None
    return int(inside[0]) + int(misfit[0])


def _n_blank_unquoted(path: Path) -> int:
    """Count the blank lines of a text without quotes, but not those at its very end."""
    n_blank = n_last = 0
    before = b"\n"
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            bare = before + chunk.replace(b"\r", b"")
            n_blank += len(re.findall(rb"\n(?=\n)", bare))
            n_tail = len(bare) - len(bare.rstrip(b"\n"))
            n_last = n_tail if n_tail < len(bare) else n_last + n_tail - 1
            before = bare[-1:]
    return n_blank - max(n_last - 1, 0)


def _read_again(path: Path, name: str, dialect: Dialect) -> tuple[int, int, int]:
    """Count records and blank lines with Python's reader, and give the last record's line."""
    n_records = n_blank = n_last_blank = line = 0
    start = 1
    limit = csv.field_size_limit(_MAX_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader: Any = records_of(handle, dialect)
            for record in reader:
                if record:
                    n_records, n_blank, n_last_blank = n_records + 1, n_blank + n_last_blank, 0
                    line = start
                else:
                    n_last_blank += 1
                start = reader.line_num + 1
    except csv.Error as error:
        raise never_closed(name, start) from error
    finally:
        csv.field_size_limit(limit)
    return n_records, n_blank, line
