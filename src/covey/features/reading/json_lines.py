"""JSON lines, or a JSON list of objects → Table."""

from __future__ import annotations

from pathlib import Path

from covey.errors import InputError
from covey.features.raw import Table, connect, literal
from covey.features.reading.encoding import as_utf8
from covey.features.reading.plain import take_in
from covey.features.reading.spool import Spooled

_SHAPE = 'one object a line, or a list of objects: {"age": 31, "city": "Oslo"}'


def read_json(spooled: Spooled, folder: Path) -> Table:
    """Read JSON objects: one a line, or a list of them; a field that lacks is NULL.

    Records and lists inside an object are kept as text.

    Raises
    ------
    InputError
        The text is no JSON, or is JSON of another shape.
    """
    import duckdb

    text = as_utf8(spooled, folder, None)
    path = _without_mark(text.path, folder)
    rows = f"read_json({literal(str(path))}, format = 'auto', sample_size = -1)"
    con = connect()
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
        first = con.execute(f"SELECT count(*) FROM (SELECT * FROM {rows} LIMIT 2)").fetchone()
        if [row[0] for row in described] == ["json"]:
            raise InputError(f"{text.name} must be {_SHAPE}; it is a list of {described[0][1]}")
        lists = [row[0] for row in described if str(row[1]).endswith(")[]")]
        if first is not None and first[0] == 1 and lists:
            raise InputError(
                f"{text.name} must be {_SHAPE}; it is one object, whose field {lists[0]!r} holds "
                "the rows; write that list alone into a file"
            )
        return take_in(con, rows, text.name, "JSON")
    except duckdb.Error as error:
        said = str(error).strip().splitlines()[0].replace(str(path), text.name)
        raise InputError(f"{text.name} must be {_SHAPE}; it cannot be read so: {said}") from error


def _without_mark(path: Path, folder: Path) -> Path:
    """Return the text without its byte order mark, which JSON does not allow."""
    mark = b"\xef\xbb\xbf"
    with path.open("rb") as handle:
        if handle.read(3) != mark:
            return path
        out = folder / "no-mark"
        with out.open("xb") as to:
            while chunk := handle.read(2**20):
                to.write(chunk)
    return out
