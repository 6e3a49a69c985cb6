"""The images of the files and folders given, in a stable order.

Links to files are read like files; links to folders are not entered, so that no loop and nothing
outside the tree is ever walked. A folder that is given itself may be a link.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from covey.features.images import is_image_name


@dataclass(frozen=True)
class Source:
    """An image to read."""

    path: str
    below: str  # where it lies below the folder given: "trip/a.jpg"; of a file its name alone


@dataclass
class Found:
    """What was found, and what was passed over."""

    sources: list[Source] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)  # folders: path, reason
    n_others: int = 0  # files that are no images by their names
    n_hidden: int = 0  # files and folders whose names begin with a dot
    n_links: int = 0  # links to folders
    n_repeated: int = 0  # files that were given or found twice


def find_sources(given: Sequence[str], out: str | None) -> Found:
    """Return the images of files and folders.

    Parameters
    ----------
    given : sequence of str
        A file is taken whatever its name, and whether it is there or not: reading it tells. A
        folder is searched; beside other sources it keeps its own name below the output folder.
    out : str or None
        The output folder: not searched when it lies in a folder given, as what an earlier run
        wrote is no source.
    """
    found = Found()
    seen: set[str] = set()
    own = None if out is None else os.path.realpath(out)
    for path in given:
        if is_folder(path):
            name = Path(os.path.normpath(Path(path).absolute())).name if len(given) > 1 else ""
            _search(path, name, own, found, seen)
        else:
            _add(found, Source(path, Path(path).name or path), seen)
    return found


def is_folder(path: str) -> bool:
    """Tell whether there is a folder of that name, or a link to one."""
    return os.path.isdir(path)  # noqa: PTH112 (Path raises where a name is too long)


def _add(found: Found, source: Source, seen: set[str]) -> None:
    """Take a source unless it is there already, under whatever spelling of its folder."""
    folder, name = os.path.split(source.path)
    identity = os.path.normcase(Path(os.path.realpath(folder), name))
    if identity in seen:
        found.n_repeated += 1
        return
    seen.add(identity)
    found.sources.append(source)


def _search(root: str, name: str, own: str | None, found: Found, seen: set[str]) -> None:
    """Take the images below a folder, each folder's in the order of their names."""
    left = [(root, name)]
    while left:
        folder, below = left.pop()
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            found.unread.append((folder, error.strerror or str(error)))
            continue
        folders = []
        for entry in listed:
            place = str(Path(below, entry.name))
            if entry.name.startswith("."):
                found.n_hidden += 1
            elif _is_dir(entry):
                if entry.is_symlink():
                    found.n_links += 1
                elif own is None or os.path.realpath(entry.path) != own:
                    folders.append((entry.path, place))
            elif is_image_name(entry.name) and _may_be_read(entry):
                _add(found, Source(entry.path, place), seen)
            else:
                found.n_others += 1
        left += reversed(folders)


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _may_be_read(entry: os.DirEntry[str]) -> bool:
    """Tell whether it is a file, or a link that leads nowhere, which is to be told."""
    try:
        return entry.is_file() or (entry.is_symlink() and not Path(entry.path).exists())
    except OSError:  # a link to itself
        return True
