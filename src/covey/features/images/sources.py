"""Where the bytes of an image file come from: a path, a pipe, bytes, or an open file."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from covey.errors import InputError
from covey.features.images.names import plain, promised_format

#: A pipe is read into memory: at most so many bytes a pixel allowed (16 bits × 4 channels), …
_BYTES_PER_PIXEL = 8
#: … and so many more for metadata.
_BYTES_BESIDE = 64 << 20


@dataclass(frozen=True)
class Given:
    """An image file, open for reading."""

    file: BinaryIO  # seekable
    name: str  # of the picture; printable
    shown: str  # in messages; a file name is quoted
    n_bytes: int
    label: str  # in cautions: the name alone, as a report must not depend on the folder
    promised: str | None = None  # the format that the ending of its name promises


@contextlib.contextmanager
def opened(source: Any, max_pixels: int, name: str | None) -> Iterator[Given]:
    """Open a path, bytes or a binary file; close what was opened here.

    Raises
    ------
    InputError
        It is not there, cannot be read, is not a file, or is empty.
    """
    most = max_pixels * _BYTES_PER_PIXEL + _BYTES_BESIDE
    if isinstance(source, str | os.PathLike):
        with _opened_path(os.fsdecode(source), most, name) as given:
            yield _not_empty(given)
    elif isinstance(source, bytes | bytearray | memoryview):
        shown = plain(name or "bytes")
        yield _not_empty(Given(io.BytesIO(source), shown, shown, memoryview(source).nbytes, shown))
    else:
        label = getattr(source, "name", None)
        shown = plain(name or (label if isinstance(label, str) and label else "file object"))
        yield _not_empty(_spooled(source, most, shown, shown, shown))


@contextlib.contextmanager
def _opened_path(path: str, most: int, name: str | None) -> Iterator[Given]:
    shown = plain(name) if name else repr(path)
    base = os.path.basename(path) or path  # noqa: PTH119 (Path eats odd names)
    called, label = plain(name or base), plain(name) if name else repr(base)
    if "://" in path and not os.path.exists(path):  # noqa: PTH110
        raise InputError(
            f"an image must be a file; got the address {shown}; "
            "download it first: Covey does not use the network"
        )
    with contextlib.ExitStack() as stack:
        try:
            kind = os.stat(path).st_mode  # noqa: PTH116
            if stat.S_ISDIR(kind):
                raise InputError(f"{shown} must be an image file; got a folder; pass a file in it")
            if not (stat.S_ISREG(kind) or stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind)):
                raise InputError(f"{shown} must be an image file; got a device; pass a file")
            file = stack.enter_context(open(path, "rb"))  # noqa: PTH123
        except FileNotFoundError as error:
            raise InputError(f"{shown} must be an image file; it is not there") from error
        except (OSError, ValueError) as error:  # ValueError: a null character in the name
            why = getattr(error, "strerror", None) or str(error)
            raise InputError(
                f"{shown} must be an image file that can be read; got: {why}; "
                "check its name and its permissions"
            ) from error
        promised = promised_format(path)
        if stat.S_ISREG(kind):
            yield Given(file, called, shown, os.fstat(file.fileno()).st_size, label, promised)
        else:
            yield _spooled(file, most, called, shown, label)


def _spooled(file: Any, most: int, called: str, shown: str, label: str) -> Given:
    """Read a pipe or an open file to its end, but no more than an allowed image can take."""
    try:
        content = file.read(most + 1)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{shown} must be a binary file that can be read; got: {error}") from error
    if not isinstance(content, bytes | bytearray):
        raise InputError(
            f"{shown} must be open in binary mode; it gave {type(content).__name__}; "
            "open it with mode 'rb'"
        )
    if len(content) > most:
        raise InputError(
            f"{shown} must have at most {most:,} bytes; got more; "
            "raise max_pixels if it is an image of that size"
        )
    return Given(io.BytesIO(content), called, shown, len(content), label)


def _not_empty(given: Given) -> Given:
    if not given.n_bytes:
        raise InputError(f"{given.shown} must be an image; got 0 bytes; fetch it again")
    return given
