"""The one door to optional libraries: import it, or say which extra brings it."""

from __future__ import annotations

import importlib
from types import ModuleType

from covey.errors import MissingExtraError

#: library -> the extra of this package that installs it
EXTRAS = {
    "python_calamine": "excel",
    "adbc_driver_postgresql": "postgres",
    "PIL": "images",
    "oxipng": "images",
}


def require(library: str, purpose: str) -> ModuleType:
    """Import an optional library, or raise an error that says how to get it.

    Parameters
    ----------
    library : str
        Dotted name to import, such as ``"adbc_driver_postgresql.dbapi"``.
    purpose : str
        What needs it, as the start of a sentence: ``"Reading an Excel file"``.
    """
    try:
        return importlib.import_module(library)
    except ImportError as missing:
        root = library.partition(".")[0]
        what = f"covey[{EXTRAS[root]}]" if root in EXTRAS else root
        raise MissingExtraError(
            f"{purpose} needs the library {root!r}, which is not installed; "
            f"run: python -m pip install '{what}'"
        ) from missing
