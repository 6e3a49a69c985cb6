"""What recipes that look for evidence have in common: a table prepared, and facts told."""

from __future__ import annotations

import os
from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from covey.evidence_options import COMMON, PREPARING
from covey.options import option
from covey.recipes._recipe import TableRecipe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from covey.evidence import About
    from covey.flow import Features

#: what labels are called that come as an array and not as a column
GIVEN = "the labels given"


@dataclass(frozen=True, kw_only=True)
class EvidenceRecipe(TableRecipe, ABC):
    """A recipe whose input is any table of numbers, prepared as asked for."""

    features: Sequence[str] | None = option(PREPARING, "features")
    drop: Sequence[str] | None = option(PREPARING, "drop")
    id: str | None = option(PREPARING, "id")
    scale: str = option(PREPARING, "scale")
    log: Sequence[str] | None = option(PREPARING, "log")
    missing: str = option(PREPARING, "missing")
    categories: str = option(PREPARING, "categories")
    where: str | None = option(PREPARING, "where")
    seed: int = option(COMMON, "seed")
    title: str | None = option(COMMON, "title")

    def prepare(self, raw: Any) -> Features:
        """Read the table and decide about each column."""
        return self.prepared(raw)

    def prepared(self, raw: Any, **instead: Any) -> Features:
        """Read and prepare the table, with some of the options replaced."""
        from covey.features.table import table_features

        given = {name: getattr(self, name) for name in PREPARING}
        return table_features(self.read(raw), **{**given, **instead})

    def prepared_beside(
        self, raw: Any, given: Any, called: str
    ) -> tuple[Features, NDArray[np.object_]]:
        """Prepare the table without a column of labels, and return these of the rows kept, too.

        ``given`` is the name of the column, or an array with a label for each row read; ``called``
        the option it was given as.
        """
        from covey.features.labels import labels_kept, labels_of

        table = self.read(raw)
        n_read = table.n_rows
        table = table.where(self.where) if self.where else table
        labels = labels_of(table, given, called, n_read)
        drop = (*(self.drop or ()), given) if isinstance(given, str) else self.drop
        features = self.prepared(table, drop=drop, where=None)
        return features, labels_kept(features, table, labels)

    def about(self, features: Features, heading: str) -> About:
        """Return what was looked at, for the head and the foot of the page."""
        import platform

        import numpy as np

        import covey
        from covey.evidence import About

        return About(
            title=self.title
            or f"{heading}{'' if heading[-1] == '?' else ':'} {features.source.name}",
            source=features.source,
            n_rows=len(features.X),
            features=features.columns,
            decisions=features.decisions,
            cautions=features.cautions,
            options=self.values(),
            versions={
                "covey": covey.__version__,
                "python": platform.python_version(),
                "numpy": np.__version__,
            },
        )

    def streams(self, count: int) -> list[np.random.Generator]:
        """Return independent random streams."""
        from covey.random import children, generator

        return children(generator(self.seed), count)


@dataclass(frozen=True, repr=False, eq=False)
class Told:
    """Facts told: what the command writes, the summary it prints, and the facts themselves."""

    facts: Any
    render: Callable[[Any], Mapping[str, bytes]]  # facts -> name of a file -> its content
    summarise: Callable[[Any], str]

    def files(self) -> dict[str, bytes]:
        """Return every file that the command writes: name to content."""
        return dict(self.render(self.facts))

    def write(self, folder: str | os.PathLike[str], force: bool = False) -> Path:
        """Write every file into a folder, all of them or none, and return the folder.

        Raises
        ------
        OutputError
            A file is there already and ``force`` is false, or the folder cannot be written.
        """
        from covey.files import write_files

        write_files(folder, self.files(), force)
        return Path(folder)

    def __repr__(self) -> str:
        return self.summarise(self.facts)
