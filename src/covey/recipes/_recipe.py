"""The contract of an application: one file in this folder, one frozen dataclass.

::

    raw ──prepare()──▶ Features ──fit()──▶ Run ──explain()──▶ facts ──result()──▶ Result

The fields of the dataclass are the options, made by ``options.option``: from them come the
checks, the flags of the command, its help and the pages of the documentation. A recipe gets
plain data and gives plain data; it never sees the command line, a session or a file that it
writes. To add one, write a file with a subclass of ``Recipe``; ``registry`` finds it. (The first
step is drawn as *features* elsewhere; here it is ``prepare``, because ``features`` is an option.)

This module and every recipe must be cheap to import: NumPy and all that needs it is imported
inside the methods, so that ``covey --help`` answers at once.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from covey.errors import OptionTypeError, nearest
from covey.options import READING, Option, option

if TYPE_CHECKING:
    from covey.features.raw import Table
    from covey.flow import Features, Run

#: called with a stage in words and the share of it that is done, 0 … 1
OnProgress = Callable[[str, float], None]


def unheard(stage: str, share: float) -> None:
    """Take note of progress that nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Recipe(ABC):
    """An application: what it needs, how raw input becomes Features, what it explains."""

    name: ClassVar[str]  # its command: `covey NAME`
    heading: ClassVar[str]  # as a title over what it gives
    input: ClassVar[str]  # what raw input it needs, in a few words
    summary: ClassVar[str]  # one sentence: what goes in, what comes out
    examples: ClassVar[tuple[str, ...]]  # command lines for its help
    outputs: ClassVar[tuple[str, ...]]  # names of the files that a result gives by default
    folder: ClassVar[str] = ""  # default folder of its files: the name of the source, a dash, this

    @abstractmethod
    def prepare(self, raw: Any) -> Features:
        """Turn raw input (a path, a data frame, a mapping of columns, a Table) into Features."""

    @abstractmethod
    def fit(self, features: Features, on_progress: OnProgress = unheard) -> Run:
        """Run k-means on the features, for a given K or for several."""

    @abstractmethod
    def explain(self, features: Features, run: Run, on_progress: OnProgress = unheard) -> Any:
        """Say what was found, in the reader's terms: the facts of this kind of recipe."""

    @abstractmethod
    def result(self, features: Features, run: Run, facts: Any, raw: Any) -> Any:
        """Put together what ``run`` gives: an object with ``files()`` and ``write(folder)``."""

    @classmethod
    @abstractmethod
    def example(cls) -> Mapping[str, Any]:
        """Return a tiny input, as columns or other arrays by name."""

    def run(self, raw: Any, on_progress: OnProgress = unheard) -> Any:
        """Go all the way from raw input to a result.

        Raises
        ------
        OptionError
            An option has a value it cannot have.
        InputError
            The input cannot be used.
        """
        self.check()
        on_progress("Reading", 0.0)
        features = self.prepare(raw)
        run = self.fit(features, on_progress)
        return self.result(features, run, self.explain(features, run, on_progress), raw)

    def check(self) -> None:
        """Raise OptionError for the first option that has a value it cannot have."""
        for name, entry in self.options().items():
            entry.check(getattr(self, name))

    def values(self) -> dict[str, Any]:
        """Return every option and its value."""
        return {name: getattr(self, name) for name in self.options()}

    @classmethod
    def options(cls) -> dict[str, Option]:
        """Return the options by name, in the order of the fields."""
        return {field.name: field.metadata["option"] for field in dataclasses.fields(cls)}

    @classmethod
    def of(cls, **values: Any) -> Any:
        """Make the recipe from options by name; an unknown name gets the nearest known one.

        Raises
        ------
        OptionTypeError
            There is no option of that name.
        """
        known = cls.options()
        for name in values:
            if name not in known:
                raise OptionTypeError(
                    f"{cls.name} must be given options that it has; got {name}="
                    f"{values[name]!r}.{nearest(name, known)}"
                )
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class TableRecipe(Recipe, ABC):
    """A recipe whose raw input is a table; its fields say how to read one."""

    format: str | None = option(READING, "format")
    delimiter: str | None = option(READING, "delimiter")
    encoding: str | None = option(READING, "encoding")
    decimal: str | None = option(READING, "decimal")
    header: str = option(READING, "header")
    sheet: str | None = option(READING, "sheet")
    table: str | None = option(READING, "table")
    query: str | None = option(READING, "query")

    def read(self, raw: Any) -> Table:
        """Return the raw input as a Table; one that is a Table already stays as it is."""
        from covey.features.raw import Table
        from covey.features.reading import read_table

        if isinstance(raw, Table):
            return raw
        return read_table(raw, **{name: getattr(self, name) for name in READING})

    def result(self, features: Features, run: Run, facts: Any, raw: Any) -> Any:
        """Return segments, as frames of the kind given."""
        from covey.recipes._result import Result

        return Result(features, run, facts, raw)


def registry() -> dict[str, type[Recipe]]:
    """Return every recipe of this folder by its name."""
    import covey.recipes as package

    found: dict[str, type[Recipe]] = {}
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for value in vars(module).values():
            ours = isinstance(value, type) and value.__module__ == module.__name__
            if ours and issubclass(value, Recipe):
                found[value.name] = value
    return dict(sorted(found.items()))
