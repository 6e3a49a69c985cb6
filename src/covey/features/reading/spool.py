"""The bytes to read, plain and on disk: standard input and compressed files are spooled there."""

from __future__ import annotations

import difflib
import gzip
import shutil
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from covey.errors import InputError
from covey.features.reading.magic import GZIP, ZSTD

#: A table beyond this does not fit the memory of the machines this is made for; a few kilobytes
#: of gzip can claim to hold a thousand times as much.
MAX_EXPANDED = 8 * 2**30
_CHUNK = 2**20


@dataclass(frozen=True)
class Spooled:
    """Plain bytes on disk."""

    path: Path
    name: str  # what the reader calls them
    compression: str = ""  # what was taken off: "gzip", "zstd" or ""


def spool(source: str | Path, folder: Path, limit: int = MAX_EXPANDED) -> Spooled:
    """Bring a file, or standard input (``-``), to plain bytes on disk.

    Parameters
    ----------
    source : path, or "-"
    folder : Path
        A temporary folder for what must be copied; a plain file is left where it is.
    limit : int
        Most bytes to write there.

    Raises
    ------
    InputError
        No such file, a folder, unreadable, empty, a damaged archive, or beyond the limit.
    """
    if "\0" in str(source):
        raise InputError(f"a file name must have no zero byte; got {str(source)!r}")
    if str(source) == "-":
        path, name = folder / "standard-input", "standard input"
        _copy(_chunks(sys.stdin.buffer), path, name, limit)
    else:
        path, name = Path(source), Path(source).name
        if path.is_fifo() or path.is_char_device():  # as from <(…) in a shell: read it only once
            given, path = path, folder / "pipe"
            with given.open("rb") as pipe:
                _copy(_chunks(pipe), path, name, limit)
        else:
            _refuse_unreadable(path)
    with path.open("rb") as handle:
        head = handle.read(4)
    if not head:
        raise InputError(f"{name} must hold a table; it is empty (0 bytes)")
    if head.startswith(GZIP):
        return Spooled(_gunzip(path, folder / "expanded", name, limit), name, "gzip")
    if head == ZSTD:
        return Spooled(_unzstd(path, folder / "expanded", name, limit), name, "zstd")
    return Spooled(path, name)


def _refuse_unreadable(path: Path) -> None:
    """Raise InputError, with the nearest name there is, unless the path is a file to read."""
    try:
        if path.is_dir():
            raise InputError(f"{str(path)!r} must be a file; it is a folder; name a file in it")
        with path.open("rb"):
            return
    except InputError:  # it is a ValueError, too, and says all already
        raise
    except FileNotFoundError as error:
        raise InputError(f"no such file: {str(path)!r}.{_nearest_file(path)}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{str(path)!r} must be a file that can be read; got: {reason}; "
            "check its name and permissions"
        ) from error


def _nearest_file(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f" There is no folder {str(folder)!r} either."
    try:
        names = [entry.name for entry in folder.iterdir() if entry.is_file()]
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.5)
    return f" Did you mean {str(folder / close[0])!r}?" if close else ""


def _chunks(handle: IO[bytes]) -> Iterator[bytes]:
    while chunk := handle.read(_CHUNK):
        yield chunk


def _copy(chunks: Iterator[bytes], to: Path, name: str, limit: int) -> None:
    """Write chunks to a file, refusing to fill the disk."""
    room = min(limit, shutil.disk_usage(to.parent).free // 10 * 9)
    written = 0
    with to.open("xb") as out:
        for chunk in chunks:
            written += len(chunk)
            if written > room:
                raise InputError(
                    f"{name} must expand to at most {_size(room)}, the limit here; it holds more; "
                    "keep the rows and columns you need, or pass Parquet"
                )
            out.write(chunk)


def _gunzip(path: Path, to: Path, name: str, limit: int) -> Path:
    try:
        with gzip.open(path, "rb") as handle:
            _copy(_chunks(handle), to, name, limit)  # type: ignore[arg-type]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged(name, "gzip", error) from error
    if to.stat().st_size == 0:
        raise InputError(f"{name} must hold a table; what is compressed in it is empty (0 bytes)")
    return to


def _unzstd(path: Path, to: Path, name: str, limit: int) -> Path:
    try:
        from compression import zstd  # type: ignore[import-not-found]  # Python 3.14
    except ImportError:
        raise InputError(
            f"{name} is compressed by zstd, which Python {sys.version_info[0]}."
            f"{sys.version_info[1]} cannot read; run: zstd -dc FILE | covey … -"
        ) from None
    try:
        with zstd.open(path, "rb") as handle:
            _copy(_chunks(handle), to, name, limit)
    except (EOFError, zstd.ZstdError) as error:
        raise _damaged(name, "zstd", error) from error
    return to


def _damaged(name: str, kind: str, error: Exception) -> InputError:
    return InputError(
        f"{name} must be a whole {kind} file; it is damaged or cut off ({error}); fetch it again"
    )


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.3g} GiB" if n_bytes >= 2**28 else f"{n_bytes / 2**20:.3g} MiB"
