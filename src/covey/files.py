"""Writing results so that nothing is lost: beside, then renamed; never over a file unasked."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from covey.errors import OutputError


def write_files(folder: str | os.PathLike[str], files: Mapping[str, bytes], force: bool) -> None:
    """Write several files into a folder, all of them or none.

    Each is written beside its place under a temporary name; only when all are on disk are they
    renamed into place, with Ctrl-C held back meanwhile. An interruption leaves the old state,
    folders included, or whole files.

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
    refuse_output(folder, files, force)
    beside: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        _make(folder, made)
        for name, content in files.items():
            temporary = folder / f".{secrets.token_hex(6)}.part"
            beside.append((temporary, folder / name))
            with temporary.open("xb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
        with _undisturbed():
            for temporary, place in beside:
                temporary.replace(place)
            made.clear()
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from error
    finally:
        for temporary, _ in beside:
            with contextlib.suppress(OSError):
                temporary.unlink()
        for empty in reversed(made):
            with contextlib.suppress(OSError):
                empty.rmdir()


def write_file(path: str | os.PathLike[str], content: bytes, force: bool) -> None:
    """Write one file beside its place, then rename it there; see ``write_files``."""
    path = Path(path)
    write_files(path.parent, {path.name: content}, force)


def refuse_output(folder: str | os.PathLike[str], names: Iterable[str], force: bool) -> None:
    """Raise OutputError, before any work is done, if files of these names cannot be written.

    Parameters
    ----------
    folder : path
        Where they would go; need not be there.
    names : iterable of file names
    force : bool
        Files that are there already may be replaced; a folder of such a name may not.
    """
    folder, names = Path(folder), list(names)
    if "\0" in str(folder):
        raise _unwritable(folder, "a name with a null character")
    try:
        there = [name for name in names if (folder / name).exists()]
        nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    except (OSError, ValueError) as error:
        raise _unwritable(folder, getattr(error, "strerror", None) or str(error)) from error
    if not nearest.is_dir():
        raise _unwritable(folder, f"{str(nearest)!r} is a file")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise _unwritable(folder, f"no permission to write into {str(nearest)!r}")
    folders = [name for name in there if (folder / name).is_dir()]
    if folders:
        raise _unwritable(folder, f"{folders[0]!r} is a folder there, not a file")
    odd = [name for name in there if not (folder / name).is_file()]
    if odd:  # a device or a pipe would be replaced by a file
        raise _unwritable(folder, f"{odd[0]!r} is a device or a pipe there, not a file")
    if there and not force:
        raise OutputError(
            f"{str(folder)!r} already has {', '.join(there)}; nothing was written; "
            "choose another place with -o, or pass --force (in Python force=True) to replace them"
        )


def _unwritable(folder: Path, why: str) -> OutputError:
    return OutputError(
        f"{str(folder)!r} must be a folder that can be written; got: {why}; "
        "choose another folder with -o"
    )


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder and its parents, noting each that was not there before."""
    for place in reversed([folder, *folder.parents]):
        if not place.exists():
            place.mkdir(exist_ok=True)
            made.append(place)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back; it is delivered at the end. Only the main thread gets and holds it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[tuple[int, FrameType | None]] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
        if held and callable(before):
            before(*held[0])
