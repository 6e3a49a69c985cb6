"""Lines that do not fit the table: counted, named, and refused when they are many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from covey.errors import InputError
from covey.features.reading.dialect import WHITESPACE, Dialect, split
from covey.flow import CleaningStep

if TYPE_CHECKING:
    import duckdb

#: When more of the lines than this do not fit, the file is not what it was taken for.
MAX_SHARE = 0.10
_SHOWN = 5


@dataclass(frozen=True)
class Misfits:
    """What was left out of a file, and how much was not."""

    n: int  # lines that do not fit
    n_fit: int  # lines that do
    n_fields: int  # that a line must have
    shown: tuple[str, ...]  # the first few: "line 7 has 3"

    def refuse_too_many(self, name: str, delimiter: str) -> None:
        """Raise InputError when so many lines do not fit that the rest cannot be trusted."""
        total = self.n + self.n_fit
        if self.n <= MAX_SHARE * total:
            return
        raise InputError(
            f"{name} must have the same number of fields on every line; most lines have "
            f"{self.n_fields} (delimiter taken: {delimiter}), but {self.n:,} of {total:,} do not: "
            f"{', '.join(self.shown)}; pass the right --delimiter, or make it one row per case "
            "and one column per fact"
        )

    def step(self, n_left: int) -> CleaningStep:
        """Return the entry of the cleaning log."""
        more = f" and {self.n - len(self.shown):,} more" if self.n > len(self.shown) else ""
        rule = f"lines without exactly {self.n_fields} fields"
        return CleaningStep(rule, "removed", self.n, f"{', '.join(self.shown)}{more}", n_left)


def find_misfits(
    con: duckdb.DuckDBPyConnection, path: Path, name: str, dialect: Dialect
) -> Misfits:
    """Ask DuckDB which lines it refused.

    Raises
    ------
    InputError
        A quote is never closed: what follows it may have been swallowed.
    """
    row = con.execute("SELECT count(*) FROM data").fetchone()
    counted = con.execute("SELECT count(DISTINCT line_byte_position) FROM reject_errors").fetchone()
    assert row is not None
    assert counted is not None
    if not counted[0]:
        return Misfits(0, row[0], dialect.n_fields, ())
    refused = con.execute(
        "SELECT line_byte_position, any_value(error_type)::VARCHAR, any_value(csv_line) "
        "FROM reject_errors GROUP BY 1 "
        "ORDER BY bool_or(error_type = 'UNQUOTED VALUE' AND contains(rtrim(csv_line, "
        f"chr(10) || chr(13)), chr(10))) DESC, 1 LIMIT {_SHOWN}"
    ).fetchall()
    numbers = _line_numbers(path, [place for place, _, _ in refused])
    shown = []
    for number, (_, kind, line) in zip(numbers, refused, strict=True):
        if kind == "UNQUOTED VALUE" and "\n" in line.rstrip("\r\n"):
            raise never_closed(name, number)
        shown.append(f"line {number:,} {_what(kind, line, dialect)}")
    return Misfits(counted[0], row[0], dialect.n_fields, tuple(shown))


def never_closed(name: str, line: int) -> InputError:
    """Return the error for a quote that swallows the lines after it."""
    return InputError(
        f"{name} must close every quote that it opens; line {line:,} opens one that is never "
        "closed as it should be; correct that line"
    )


def _what(kind: str, line: str, dialect: Dialect) -> str:
    if kind == "UNQUOTED VALUE":
        return "has text after a closing quote"
    if kind == "LINE SIZE OVER MAXIMUM":
        return "is too long"
    if dialect.delimiter == WHITESPACE:
        return f"has {len(line.split())}"
    return f"has {len((split(line, dialect) or [[]])[0])}"


def _line_numbers(path: Path, places: list[int]) -> list[int]:
    """Return the line, counted from 1, in which each byte (counted from 1) of a file stands."""
    numbers: dict[int, int] = {}
    line, done = 1, 0
    with path.open("rb") as handle:
        for place in sorted(places):
            while done < place - 1 and (chunk := handle.read(min(2**20, place - 1 - done))):
                line += chunk.count(b"\n")
                done += len(chunk)
            numbers[place] = line
    return [numbers[place] for place in places]
