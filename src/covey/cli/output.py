"""Writing to standard output: whole or with an error that says why."""

from __future__ import annotations

import errno
import sys

import click

from covey.errors import OutputError


def say(content: str | bytes) -> None:
    """Write text or bytes to standard output.

    Raises
    ------
    OutputError
        It cannot be written: the disk is full, the terminal is gone.
    BrokenPipeError
        The reader went away; the command line ends quietly.
    """
    try:
        if isinstance(content, str):
            click.echo(content)
        else:
            _write(content)
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise BrokenPipeError from error
        raise OutputError(
            f"standard output must be writable; got: {error.strerror}; write a file with -o"
        ) from error


def _write(content: bytes) -> None:
    """Write all the bytes: unbuffered output (PYTHONUNBUFFERED) may take only some at a time."""
    stream = sys.stdout.buffer
    sys.stdout.flush()
    left = memoryview(content)
    while left:
        left = left[stream.write(left) or 0 :]
    stream.flush()
