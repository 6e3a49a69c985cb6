"""Anything that holds rows → Table: files, standard input, databases, data frames.

Each kind of input has its own file here; which one reads a file is told from its first bytes,
not from its name.
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from covey import options as table_of_options
from covey.errors import InputError, OptionError, nearest

if TYPE_CHECKING:
    from covey.features.raw import Table

#: options that mean nothing for other kinds of file
_ONLY_FOR = {
    "delimiter": ("csv",),
    "encoding": ("csv",),
    "header": ("csv", "excel"),
    "sheet": ("excel",),
    "table": ("duckdb", "sqlite", "postgresql"),
    "query": ("duckdb", "sqlite", "postgresql"),
    "format": ("csv", "parquet", "excel", "json", "sqlite", "duckdb"),
}
_URL = ("postgresql://", "postgres://")


def read_table(source: Any, **options: Any) -> Table:
    """Read rows from wherever they are.

    Parameters
    ----------
    source : path, "-", PostgreSQL URL, data frame, dict of columns or ndarray (n, d)
        ``-`` is standard input: CSV, JSON lines or Parquet, compressed or not.
    **options
        Those of ``covey.options.READING``: format, delimiter, encoding, decimal, header, sheet,
        table, query.

    Returns
    -------
    Table
        Sealed off from files and network: SQL run on it later can reach nothing else.

    Raises
    ------
    OptionError
        An option has a value it cannot have, or does not go with the source.
    InputError
        The source is not there, is not a table, or is damaged; the message names it.
    MissingExtraError
        Excel or PostgreSQL, without the library that reads it.
    """
    known = table_of_options.READING
    for name in options:
        if name not in known:
            raise OptionError(
                f"options of read_table must be among {', '.join(known)}; got {name!r}."
                f"{nearest(name, known)}"
            )
    table_of_options.check(known, options)
    if not isinstance(source, str | os.PathLike):
        from covey.features.reading.frames import read_frame

        _refuse_idle(options, "data frame", "the table given")
        return read_frame(source, options.get("decimal"))
    place = os.fspath(source)
    if not isinstance(place, str):
        place = os.fsdecode(place)
    if place.lower().startswith(_URL):
        from covey.features.reading.postgres import read_postgres

        _refuse_idle(options, "postgresql", "the source")
        read = read_postgres(place, options.get("query"), options.get("table"))
        return dataclasses.replace(read, decimal=options.get("decimal"))
    if "://" in place:
        scheme = place.partition("://")[0]
        raise InputError(
            f"a table must be a file, '-' or a postgresql:// URL; got {scheme}://…; "
            "download it first: Covey does not use the network"
        )
    with tempfile.TemporaryDirectory(prefix="covey-", ignore_cleanup_errors=True) as folder:
        return _read_file(place, Path(folder), options)


def _read_file(place: str, folder: Path, options: dict[str, Any]) -> Table:
    """Read a file, or standard input, by the reader for what it is."""
    from covey.features.reading.magic import recognise
    from covey.features.reading.spool import spool

    spooled = spool(place, folder)
    kind = options.get("format") or recognise(spooled.path, spooled.name)
    _refuse_idle(options, kind, spooled.name)
    header = options.get("header") or "auto"
    table, query = options.get("table"), options.get("query")
    if kind == "parquet":
        from covey.features.reading.parquet import read_parquet

        read = read_parquet(spooled)
    elif kind == "json":
        from covey.features.reading.json_lines import read_json

        read = read_json(spooled, folder)
    elif kind == "excel":
        from covey.features.reading.excel import read_excel

        read = read_excel(spooled, options.get("sheet"), header)
    elif kind in ("duckdb", "sqlite"):
        from covey.features.reading import database

        reader = database.read_duckdb if kind == "duckdb" else database.read_sqlite
        read = reader(spooled, table, query)
    else:
        from covey.features.reading.csvfile import read_csv

        read = read_csv(spooled, folder, options)
    return dataclasses.replace(read, decimal=options.get("decimal"))


def _refuse_idle(options: dict[str, Any], kind: str, name: str) -> None:
    """Refuse an option that has no meaning for this kind of source: it would be silently idle."""
    for option, kinds in _ONLY_FOR.items():
        default = table_of_options.READING[option].default
        if options.get(option, default) != default and kind not in kinds:
            raise OptionError(
                f"{option} is for {', '.join(kinds)} input; {name} is {kind}; leave it out"
            )
