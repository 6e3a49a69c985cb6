"""Writing results so that nothing is lost: beside, then renamed; never over a file unasked."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from covey.errors import OutputError


def write_files(folder: str | os.PathLike[str], files: Mapping[str, bytes], force: bool) -> None:
    """Write several files into a folder, all of them or none.

    Each is written beside its place under a temporary name; only when all are on disk are they
    renamed into place, so an interruption leaves either the old state or whole files.

    Parameters
    ----------
    folder : path
        Made when it is not there.
    files : mapping of file name to content
    force : bool
        Replace files of these names that are already there.

    Raises
    ------
    OutputError
        A file is there already and ``force`` is false, or the folder cannot be written.
    """
    folder = Path(folder)
    if not force:
        refuse_existing(folder, files)
    beside: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            temporary = folder / f".{name}.{secrets.token_hex(4)}.part"
            beside.append((temporary, folder / name))
            with temporary.open("xb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
        for temporary, place in beside:
            temporary.replace(place)
    except OSError as error:
        raise OutputError(
            f"{str(folder)!r} must be a folder that can be written; "
            f"got: {error.strerror or error}; choose another folder with -o"
        ) from error
    finally:
        for temporary, _ in beside:
            with contextlib.suppress(OSError):
                temporary.unlink()


def write_file(path: str | os.PathLike[str], content: bytes, force: bool) -> None:
    """Write one file beside its place, then rename it there; see ``write_files``."""
    path = Path(path)
    write_files(path.parent, {path.name: content}, force)


def refuse_existing(folder: str | os.PathLike[str], names: Mapping[str, object]) -> None:
    """Raise OutputError, before any work is done, if one of the files is there already."""
    there = [name for name in names if (Path(folder) / name).exists()]
    if there:
        raise OutputError(
            f"{str(folder)!r} already has {', '.join(there)}; nothing was written; "
            "choose another folder with -o, or pass --force to replace them"
        )
