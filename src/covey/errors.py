"""Every exception and warning that Covey raises on purpose.

::

    CoveyError                      never raised itself; catch it to catch all
    ├── OptionError (ValueError)    an option has a value it cannot have           exit 2
    │   └── OptionTypeError (TypeError)
    ├── InputError (ValueError)     the data given cannot be used                  exit 3
    │   └── ColumnError             a column is not there, or not of its kind
    ├── OutputError (ValueError)    a result cannot be written where it was asked  exit 4
    ├── ModelError (ValueError)     a model file is damaged, foreign or too new    exit 5
    ├── MissingExtraError (ImportError)  an optional library is not installed      exit 6
    ├── UnreachedError (ValueError) no result is as good or small as was asked     exit 7
    └── SomeFailedError             of several inputs, some could not be used       exit 8

A message says what must hold, what was got, and what to do. The command line prints the
message alone and ends with the exit code; a traceback means a defect of Covey (exit 1).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CoveyError(Exception):
    """Base of every error that Covey raises on purpose."""

    exit_code = 1


class OptionError(CoveyError, ValueError):
    """An option has a value that it cannot have."""

    exit_code = 2


class OptionTypeError(OptionError, TypeError):
    """An option has a value of a type that it cannot have."""


class InputError(CoveyError, ValueError):
    """The data given cannot be used."""

    exit_code = 3


class ColumnError(InputError):
    """A column is not there, or not of the kind that is needed."""


class OutputError(CoveyError, ValueError):
    """A result cannot be written where it was asked for."""

    exit_code = 4


class ModelError(CoveyError, ValueError):
    """A model file is damaged, foreign, or written by a newer version."""

    exit_code = 5


class MissingExtraError(CoveyError, ImportError):
    """An optional library is not installed."""

    exit_code = 6


class UnreachedError(CoveyError, ValueError):
    """No result is as good, or as small, as was asked for; nothing was written."""

    exit_code = 7


class SomeFailedError(CoveyError):
    """Of several inputs, some could not be used; the others were done."""

    exit_code = 8


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the nearest known name, or the empty string."""
    known = list(known)
    folded = {other.casefold(): other for other in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f" Did you mean {folded[close[0]]!r}?" if close else ""
