"""CSV and other delimited text → Table: as written, with every line accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from covey.errors import InputError, OptionError
from covey.features.raw import Table, connect, literal, quote, seal
from covey.features.reading.dialect import NONE, WHITESPACE, Dialect, sniff, split
from covey.features.reading.encoding import Text, as_utf8, with_line_feeds
from covey.features.reading.lines import n_blank_lines
from covey.features.reading.misfits import find_misfits
from covey.features.reading.names import MAX_COLUMNS, refuse_too_many, unique_names
from covey.features.reading.spool import Spooled
from covey.flow import CleaningStep, Source

if TYPE_CHECKING:
    import duckdb

#: 10,000 columns of 400 characters; DuckDB holds several such lines in memory at a time.
_MAX_LINE = 2**22
#: Names of delimiters for the reader, and what the reader may call them.
_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
_TYPED = {word: sign for sign, word in _WORDS.items()} | {"\\t": "\t", "pipe": "|"}


def read_csv(spooled: Spooled, folder: Path, options: Mapping[str, Any]) -> Table:
    """Read delimited text.

    Every column is VARCHAR, as written; an empty field, quoted or not, is NULL. Lines with
    too few or too many fields are left out, counted and named in the cleaning log; more than
    10 % of them, or a quote that is never closed, is an error. Rows without any value, and
    columns without a name and without any value, are left out and counted too.

    Parameters
    ----------
    spooled : Spooled
    folder : Path
        A temporary folder, for copies.
    options : mapping
        ``delimiter``, ``encoding``, ``header`` and ``decimal`` of ``options.READING``.

    Raises
    ------
    InputError
        The file is not such a table; see above.
    """
    text = as_utf8(spooled, folder, options.get("encoding"))
    _refuse_wide(text)
    delimiter = _one_character(options.get("delimiter"))
    dialect = sniff(text.sample, text.complete, delimiter, options.get("header") or "auto")
    if dialect.n_fields == 0:
        raise InputError(f"{text.name} must hold a table; it has only blank lines")
    refuse_too_many(dialect.n_fields, text.name)
    given = dialect.header or ("",) * dialect.n_fields
    if len(given) != dialect.n_fields:
        raise _uneven_header(text, dialect)
    names, renamed = unique_names(given)
    con = connect()
    path = _load(con, text, folder, dialect, names)
    misfits = find_misfits(con, path, text.name, dialect)
    n_blank = n_blank_lines(con, path, text, dialect, names, misfits)
    misfits.refuse_too_many(text.name, _word(dialect.delimiter))
    n_read = misfits.n_fit + misfits.n + n_blank
    steps = [CleaningStep("lines read", "read", n_read, n_left=n_read), *renamed]
    if misfits.n:
        steps.append(misfits.step(n_read - misfits.n))
    names = _tidy(con, names, given, n_blank, steps)
    seal(con)
    if misfits.n_fit == 0 or steps[-1].n_left == 0:
        raise InputError(_no_rows(text, dialect, misfits.n_fit))
    source = Source(text.name, "CSV", n_read, len(names), _details(spooled, text, dialect))
    return Table(con, "data", names, source, tuple(steps), options.get("decimal"))


def _refuse_wide(text: Text) -> None:
    """Refuse a first line that cannot be a header, before anything holds it in memory twice."""
    first = text.sample.partition("\n")[0]
    if text.complete or "\n" in text.sample:
        longest = len(first)
    else:
        with text.path.open("rb") as handle:
            longest = len(handle.readline(_MAX_LINE + 1))
            handle.seek(0)
            first = handle.readline(_MAX_LINE).decode("utf-8", errors="ignore")
    n_columns = 1 + max(first.count(sign) for sign in ",;\t|")
    if n_columns > MAX_COLUMNS and longest > MAX_COLUMNS:
        more = "more than " if longest > _MAX_LINE else ""
        raise InputError(
            f"{text.name} must have at most {MAX_COLUMNS:,} columns; its first line has "
            f"{more}{n_columns:,}; keep the columns you need, or turn the table so that each "
            "row is one case"
        )
    if longest > _MAX_LINE:
        raise InputError(
            f"{text.name} must be lines of text of at most {_MAX_LINE:,} bytes; its first line is "
            "longer; is it a table?"
        )


def _one_character(delimiter: str | None) -> str | None:
    if delimiter is None:
        return None
    delimiter = _TYPED.get(delimiter.lower(), delimiter)
    if delimiter == WHITESPACE or (len(delimiter) == 1 and delimiter not in "\"'\r\n\0"):
        return delimiter
    raise OptionError(
        "delimiter must be one character, or one of comma, semicolon, tab, bar, space, whitespace; "
        f"got {delimiter!r}"
    )


def _word(delimiter: str) -> str:
    return "none: one column" if delimiter == NONE else _WORDS.get(delimiter, delimiter)


def _uneven_header(text: Text, dialect: Dialect) -> InputError:
    assert dialect.header is not None
    counts = [len(record) for record in split(text.sample, dialect) if record]
    if counts.count(dialect.n_fields) < 0.9 * len(counts):
        return InputError(
            f"{text.name} must have the same number of fields on every line; its first "
            f"{len(counts):,} lines have from {min(counts)} to {max(counts)} (delimiter taken: "
            f"{_word(dialect.delimiter)}); pass the right --delimiter, or make it one row per "
            "case and one column per fact"
        )
    return InputError(
        f"{text.name} must have as many names in its header as fields in its lines; got "
        f"{len(dialect.header):,} names ({', '.join(dialect.header[:5])}, …) and mostly "
        f"{dialect.n_fields:,} fields (delimiter taken: {_word(dialect.delimiter)}); correct the "
        "header, or pass --delimiter or --header no"
    )


def _load(
    con: duckdb.DuckDBPyConnection,
    text: Text,
    folder: Path,
    dialect: Dialect,
    names: tuple[str, ...],
) -> Path:
    """Read every line into the table "data", and return the file that was read."""
    import duckdb

    path = text.path
    if dialect.delimiter == WHITESPACE:
        path = _with_tabs(text, folder)
    try:
        _copy_in(con, path, dialect, names, parallel=not text.quotes)
    except duckdb.Error as error:
        if "invalid state" not in str(error):
            raise _not_read(text, error) from error
        # some lines end in CR LF and others in LF, which DuckDB does not allow
        path = with_line_feeds(text, folder)
        try:
            _copy_in(con, path, dialect, names, parallel=not text.quotes)
        except duckdb.Error as again:
            raise _not_read(text, again) from again
    return path


def _copy_in(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    dialect: Dialect,
    names: tuple[str, ...],
    parallel: bool,
) -> None:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    spaced = dialect.delimiter == WHITESPACE
    delimiter = "\t" if spaced else dialect.delimiter
    sign = "" if spaced else dialect.quote
    con.execute(
        f"CREATE OR REPLACE TABLE data AS SELECT * FROM read_csv({literal(str(path))}, "
        f"auto_detect = false, columns = {{{columns}}}, header = false, "
        f"skip = {dialect.n_before}, delim = {literal(delimiter)}, "
        f"quote = {literal(sign)}, escape = {literal('' if spaced else dialect.escape)}, "
        f"comment = '', null_padding = false, strict_mode = true, parallel = {parallel}, "
        f"store_rejects = true, rejects_limit = 0, max_line_size = {_MAX_LINE})"
    )


def _not_read(text: Text, error: Exception) -> InputError:
    first = str(error).strip().splitlines()[0]
    return InputError(
        f"{text.name} must be a table in text form; it cannot be read as one: {first}; check "
        "--delimiter and --encoding"
    )


def _with_tabs(text: Text, folder: Path) -> Path:
    """Return a copy in which one tab stands where any spaces and tabs stood."""
    out = folder / "tabs"
    with text.path.open("rb") as handle, out.open("xb") as to:
        for line in handle:
            to.write(b"\t".join(line.removeprefix(b"\xef\xbb\xbf").split()) + b"\n")
    return out


def _tidy(
    con: duckdb.DuckDBPyConnection,
    names: tuple[str, ...],
    given: tuple[str, ...],
    n_blank: int,
    steps: list[CleaningStep],
) -> tuple[str, ...]:
    """Leave out rows without any value, and columns without a name and without any value."""
    counts = con.execute(
        f"SELECT {', '.join(f'count({quote(name)})' for name in names)} FROM data"
    ).fetchone()
    assert counts is not None
    useless = [name for name, old, n in zip(names, given, counts, strict=True) if not old and not n]
    kept = tuple(name for name in names if name not in useless) or names
    if useless and kept != names:
        why = f"{len(useless)} without a name and without any value"
        steps.append(CleaningStep("columns without a name", "removed", 0, why))
    any_value = f"coalesce({', '.join(map(quote, kept))}) IS NOT NULL"
    row = con.execute(f"SELECT count(*) - count(*) FILTER ({any_value}) FROM data").fetchone()
    assert row is not None
    n_empty = row[0] + n_blank
    if row[0] or kept != names:
        con.execute("ALTER TABLE data RENAME TO whole")
        columns = ", ".join(map(quote, kept))
        con.execute(f"CREATE TABLE data AS SELECT {columns} FROM whole WHERE {any_value}")
        con.execute("DROP TABLE whole")
    if n_empty:
        n_left = min(step.n_left for step in steps if step.n_left is not None) - n_empty
        steps.append(CleaningStep("rows without any value", "removed", n_empty, "", n_left))
    return kept


def _no_rows(text: Text, dialect: Dialect, n_rows: int) -> str:
    if n_rows:
        rows = "1 row and it is" if n_rows == 1 else f"{n_rows:,} rows and all of them are"
        return f"{text.name} must have rows with values in them; it has {rows} empty"
    if dialect.header is None:
        return f"{text.name} must have rows with values in them; it has none"
    shown = ", ".join(name for name in dialect.header[:5])
    return f"{text.name} must have rows; it has a header ({shown}) and no rows below it"


def _details(spooled: Spooled, text: Text, dialect: Dialect) -> dict[str, str]:
    details = {
        "delimiter": _word(dialect.delimiter),
        "encoding": text.encoding,
        "header": "first line" if dialect.header else "none: columns are named by position",
    }
    if dialect.quote != '"' or dialect.escape != '"':
        details["quote"] = f"{dialect.quote} (escaped by {dialect.escape})"
    if dialect.preamble:
        details["lines above the header"] = " · ".join(line[:80] for line in dialect.preamble)
    if spooled.compression:
        details["compression"] = spooled.compression
    return details
