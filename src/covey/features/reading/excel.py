"""Excel and OpenDocument sheets → Table (extra ``excel``)."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from covey.errors import InputError, OptionError, nearest
from covey.extras import require
from covey.features.raw import Table, connect, fill, seal
from covey.features.reading.dialect import is_header
from covey.features.reading.names import refuse_too_many, unique_names
from covey.features.reading.spool import MAX_EXPANDED, Spooled
from covey.features.scannable import as_text, scannable
from covey.flow import CleaningStep, Source

#: A sheet is read as one block from its first to its last cell, 32 bytes for each: 2 GiB.
_MAX_CELLS = 2**26
_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')
_ERRORS = {"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA"}


def read_excel(spooled: Spooled, sheet: str | None, header: str = "auto") -> Table:
    """Read one sheet of an .xlsx, .xlsm, .xlsb, .xls or .ods file.

    Title lines above the table (fewer than half of its cells filled) are skipped; the row after
    them names the columns when it differs in kind from what is below. Numbers, dates and
    yes/no keep their kind; a column that mixes them is read as text; error values are missing.

    Parameters
    ----------
    spooled : Spooled
    sheet : str, optional
        The first one else.
    header : {"auto", "yes", "no"}

    Raises
    ------
    InputError
        The file is damaged, protected by a password, too big, or the sheet holds no table.
    OptionError
        There is no such sheet.
    MissingExtraError
        python-calamine is not installed.
    """
    calamine = require("python_calamine", "Reading an Excel file")
    name = spooled.name
    _refuse_huge(spooled.path, name)
    try:
        book = calamine.CalamineWorkbook.from_path(str(spooled.path))
        chosen = _chosen(book.sheet_names, sheet, name)
        rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=True)
    except calamine.PasswordError as error:
        raise InputError(
            f"{name} must be open to read; it is protected by a password; save it without one"
        ) from error
    except (calamine.CalamineError, OSError) as error:
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(
            f"{name} must be a whole Excel or OpenDocument file; it is damaged: {said}; "
            "open it and save it again"
        ) from error
    where = f"sheet {chosen!r} of {name}"
    return _from_cells([[_cell(value) for value in row] for row in rows], where, name, header)


def _chosen(there: list[str], sheet: str | None, name: str) -> str:
    if not there:
        raise InputError(f"{name} must have a sheet; it has none")
    if sheet is None:
        return there[0]
    folded = {other.casefold(): other for other in there}
    if sheet.casefold() not in folded:
        raise OptionError(
            f"sheet must be one of those in {name} ({', '.join(there[:20])}); got {sheet!r}."
            f"{nearest(sheet, there)}"
        )
    return sheet if sheet in there else folded[sheet.casefold()]


def _from_cells(rows: list[list[Any]], where: str, name: str, header: str) -> Table:
    width = max((len(row) for row in rows), default=0)
    refuse_too_many(width, where)
    n_above = _first_of_table(rows, width)
    above, rows = rows[:n_above], rows[n_above:]
    if not rows:
        raise InputError(f"{where} must hold a table; it is empty")
    given: list[Any] = [None] * width
    if header == "yes" or (header == "auto" and _has_header(rows, width)):
        given, rows = [None if v is None else as_text(v) for v in rows[0]], rows[1:]
    n_read = len(rows)
    full = [row for row in rows if any(value is not None for value in row)]
    if not full:
        shown = ", ".join(str(value) for value in given[:5] if value is not None)
        raise InputError(f"{where} must have rows; it has a header ({shown}) and no rows below it")
    columns = list(zip(*full, strict=True))
    kept = [j for j in range(width) if given[j] or any(v is not None for v in columns[j])]
    names, renamed = unique_names(given)
    names = tuple(names[j] for j in kept)
    con = connect()
    fill(con, "data", names, [scannable(columns[j]) for j in kept])
    seal(con)
    steps = [CleaningStep("rows read", "read", n_read, n_left=n_read), *renamed]
    if n_read > len(full):
        n_empty = n_read - len(full)
        steps.append(CleaningStep("rows without any value", "removed", n_empty, "", len(full)))
    details = {"sheet": where.partition("'")[2].rpartition("'")[0]}
    titles = [" ".join(as_text(v) for v in row if v is not None)[:80] for row in above]
    if any(titles):
        details["lines above the header"] = " · ".join(title for title in titles if title)
    source = Source(name, "Excel", n_read, len(names), details)
    return Table(con, "data", names, source, tuple(steps))


def _first_of_table(rows: list[list[Any]], width: int) -> int:
    """Return the index of the first row of which at least half of the cells are filled."""
    for position, row in enumerate(rows[:20]):
        if 2 * sum(value is not None for value in row) >= width:
            return position
    return 0


def _has_header(rows: list[list[Any]], width: int) -> bool:
    texts = [["" if v is None else as_text(v) for v in row] for row in rows[:500]]
    return is_header(texts, width)


def _cell(value: Any) -> Any:
    """Return a cell as a value; calamine gives empty cells as empty text."""
    if isinstance(value, str) and (not value.strip() or value in _ERRORS):
        return None
    return value


def _refuse_huge(path: Path, name: str) -> None:
    """Refuse a workbook that expands beyond memory, or has a cell far from all the others."""
    if not zipfile.is_zipfile(path):
        return  # the old .xls format holds at most 65,536 × 256 cells
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_EXPANDED // 4:
            raise InputError(
                f"{name} must expand to at most {MAX_EXPANDED // 4 // 2**30} GiB; it holds "
                f"{size / 2**30:.1f} GiB; save the sheet as CSV"
            )
        for entry in archive.namelist():
            if entry.startswith("xl/worksheets/") and entry.endswith(".xml"):
                n_rows, n_columns = _extent(archive.read(entry))
                if n_rows * n_columns > _MAX_CELLS:
                    raise InputError(
                        f"{name} must have sheets of at most {_MAX_CELLS:,} cells; {entry} "
                        f"reaches to row {n_rows:,} and column {n_columns:,}; "
                        "delete what stands far from the table, or save it as CSV"
                    )


def _extent(xml: bytes) -> tuple[int, int]:
    """Return the last row and column that a sheet names."""
    n_rows, letters = 0, {b"A"}
    for found in _CELL.finditer(xml):
        letters.add(found[1])
        n_rows = max(n_rows, int(found[2]))
    last = max(letters, key=lambda text: (len(text), text))
    n_columns = 0
    for letter in last:
        n_columns = 26 * n_columns + letter - 64
    return n_rows, n_columns
