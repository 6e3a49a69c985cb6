"""What a file is, told from its first bytes: its name is only the second witness."""

from __future__ import annotations

import zipfile
from pathlib import Path

from covey.errors import InputError

#: first bytes -> a format of tables that Covey reads
_TABLES = (
    (b"PAR1", "parquet"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "excel"),  # the container of .xls
)

#: first bytes -> what the file is instead of a table
_OTHERS = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array file"),
    (b"ARROW1", "an Arrow file"),
    (b"ORC", "an ORC file"),
    (b"RIFF", "a sound, picture or film file"),
    (b"OggS", "a sound file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x1f\x9d", "a compress archive"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
)

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
_ZIP = b"PK\x03\x04"

_ENDINGS = {
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".geojson": "json",
}


def recognise(path: Path, name: str) -> str:
    """Return the format of an uncompressed file: "csv", "parquet", "excel", "json", ….

    Parameters
    ----------
    path : Path
        The bytes.
    name : str
        What the reader calls them; its ending tells JSON from text.

    Raises
    ------
    InputError
        The file is something else than a table, such as a picture.
    """
    with path.open("rb") as handle:
        head = handle.read(4096)
    binary = min(head, default=32) < 7  # a column of a CSV file may be called MZ or ORC
    for magic, kind in _TABLES:
        if head.startswith(magic) and binary:
            return kind
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head.startswith(_ZIP):
        return _inside_zip(path, name)
    for magic, what in _OTHERS:
        if head.startswith(magic) and (binary or not magic.isalnum()):
            raise not_a_table(name, what)
    if head[257:262] == b"ustar":
        raise not_a_table(name, "a tar archive")
    return _text_format(head, name)


def not_a_table(name: str, what: str) -> InputError:
    """Return the error for a file that is something else."""
    unpack = "unpack it first" if "archive" in what else "pass a table"
    return InputError(
        f"{name} must be a table (CSV, Parquet, Excel, JSON lines, SQLite or DuckDB); "
        f"this looks like {what}, not a table; {unpack}"
    )


def _inside_zip(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = archive.namelist()
    except zipfile.BadZipFile as error:
        raise InputError(
            f"{name} must be a whole file; it starts as a ZIP archive or an Excel file and "
            "breaks off; fetch it again"
        ) from error
    if any(entry.startswith("xl/") for entry in inside) or "content.xml" in inside:
        return "excel"
    if any(entry.startswith("word/") for entry in inside):
        raise not_a_table(name, "a Word document")
    raise not_a_table(name, "a ZIP archive")


def _text_format(head: bytes, name: str) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    lowered = text[:512].lower()
    if lowered.startswith((b"<!doctype html", b"<html")) or b"<html" in lowered[:200]:
        raise not_a_table(name, "a web page")
    if lowered.startswith(b"<?xml"):
        raise not_a_table(name, "an XML document")
    stem = Path(name)
    if stem.suffix.lower() == ".gz":
        stem = Path(stem.stem)
    if stem.suffix.lower() in _ENDINGS and text[:1] in (b"{", b"["):
        return "json"
    if text.startswith((b'{"', b'[{"', b"[\n", b"[{", b"{\n")):
        return "json"
    return "csv"
