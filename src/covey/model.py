"""The model: what is needed to put new rows into the segments found, and nothing else."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import ModelError
from covey.features.preparation import TablePreparation
from covey.features.raw import Table
from covey.files import write_file
from covey.flow import Assignment, Explanation, Feature, Features, Name, Rule, Run
from covey.frames import in_kind
from covey.modelfile import pack, unpack

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, repr=False)
class Model:
    """Segments that new rows can be put into: k of them on d features, in display order."""

    preparation: TablePreparation
    centers: NDArray[np.float64]  # (k, d) in prepared units
    limits: NDArray[np.float64]  # (k,) a row farther than this from its center fits no segment
    names: tuple[Name, ...]  # k of them: text, action, why
    rules: tuple[Rule, ...]  # k of them
    title: str
    seed: int
    versions: Mapping[str, str]  # of the libraries that made it

    @classmethod
    def from_facts(cls, features: Features, run: Run, explanation: Explanation) -> Model:
        """Keep of a segmentation what scoring needs.

        Parameters
        ----------
        features : Features
            Its preparation is kept, its rows are not.
        run : Run
        explanation : Explanation
            Its segments give the order, the names, the rules and the limits.
        """
        segments = explanation.segments
        order = [segment.label for segment in segments]
        return cls(
            features.preparation,  # type: ignore[arg-type] # a table's recipe made it
            np.ascontiguousarray(run.centers[order], dtype=np.float64),
            np.array([segment.limit for segment in segments], dtype=np.float64),
            tuple(segment.name for segment in segments),
            tuple(segment.rule for segment in segments),
            explanation.title,
            explanation.method.seed,
            dict(explanation.method.versions),
        )

    @property
    def features(self) -> tuple[Feature, ...]:
        """The d features that a row needs, as the reader knows them."""
        return tuple(rule.feature for rule in self.preparation.rules)

    def assign(self, data: Any, **reading: Any) -> Assignment:
        """Say which segment each row belongs to, and how well it fits.

        Parameters
        ----------
        data : path, data frame, Table or mapping of columns
            New rows with the columns that the model was made from; others are ignored.
        **reading
            Options that say how to read a file: ``delimiter``, ``sheet``, ``query`` …

        Raises
        ------
        ColumnError
            A column that the model needs is not there.
        InputError
            The data cannot be read, or have no rows.
        """
        return self.place(self.prepare(data, **reading))

    def prepare(self, data: Any, **reading: Any) -> Features:
        """Read and prepare new rows as those of the training were; see ``assign``."""
        from covey.features.reading import read_table

        table = data if isinstance(data, Table) else read_table(data, **reading)
        return self.preparation.apply(table)

    def place(self, features: Features) -> Assignment:
        """Put rows that are prepared already into the segments; see ``assign``."""
        from covey.explain.fit import assign

        names = [name.text for name in self.names]
        ids, id_name = features.ids, features.id_name
        placed = assign(features.X, self.centers, names, self.limits, ids, id_name)
        return dataclasses.replace(placed, note=_with_missing(placed.note, features))

    def predict(self, data: Any, **reading: Any) -> Any:
        """Say which segment each row belongs to, as a data frame of the kind that was given.

        Parameters
        ----------
        data, **reading
            See ``assign``.

        Returns
        -------
        frame
            One row for each row of the data: the id, ``segment`` (1 … k), ``name``,
            ``distance``, ``fit`` (0 on the border, 1 at the center), ``second`` (number of the
            next nearest segment, 0 where there is one only) and ``note``. A pandas,
            Polars or PyArrow frame for such a frame, a dict of arrays otherwise.
        """
        assignment = self.assign(data, **reading)
        columns = assignment_columns(assignment)
        return in_kind(columns, data, rows_of=True, id_name=assignment.id_name)

    def to_bytes(self) -> bytes:
        """Return the content of the model file; the same model gives the same bytes."""
        facts = {
            "preparation": self.preparation.to_dict(),
            "names": [dataclasses.asdict(name) for name in self.names],
            "rules": [dataclasses.asdict(rule) for rule in self.rules],
            "title": self.title,
            "seed": self.seed,
            "versions": dict(self.versions),
        }
        return pack(facts, {"centers": self.centers, "limits": self.limits})

    @classmethod
    def from_bytes(cls, content: bytes, name: str = "the model") -> Model:
        """Return the model from the content of its file; see ``load``."""
        facts, arrays = unpack(content, name)
        try:
            model = cls(
                TablePreparation.from_dict(facts["preparation"]),
                arrays["centers"],
                arrays["limits"],
                tuple(Name(**entry) for entry in facts["names"]),
                tuple(_rule(entry) for entry in facts["rules"]),
                str(facts["title"]),
                int(facts["seed"]),
                {str(key): str(value) for key, value in facts["versions"].items()},
            )
        except ModelError as error:  # the preparation does not know the name of the file
            raise ModelError(f"{name!r} must hold a complete Covey model: {error}") from error
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise ModelError(
                f"{name!r} must hold a complete Covey model; got facts that do not fit together "
                f"({type(error).__name__}: {error}); make it anew with covey segment"
            ) from error
        model._check_shapes(name)
        return model

    def _check_shapes(self, name: str) -> None:
        """Raise ModelError unless all parts speak of the same k segments and d features."""
        k, d = len(self.names), len(self.features)
        wrong = ""
        if self.centers.shape != (k, d) or k == 0 or d == 0:
            wrong = f"centers of shape {self.centers.shape} for {k} names and {d} features"
        elif self.limits.shape != (k,) or len(self.rules) != k:
            wrong = f"{self.limits.size} limits and {len(self.rules)} rules for {k} segments"
        elif not np.isfinite(self.centers).all():
            wrong = "centers that are not finite numbers"
        elif not (self.limits >= 0).all():
            wrong = "limits that are not distances"
        if wrong:
            raise ModelError(
                f"{name!r} must hold finite centers, one for each segment; got {wrong}; "
                "make it anew with covey segment"
            )

    def save(self, path: str | os.PathLike[str], force: bool = False) -> None:
        """Write the model file; an existing file is replaced only when ``force`` is true."""
        write_file(path, self.to_bytes(), force)

    def __repr__(self) -> str:
        names = "\n".join(f"  {n}. {name.text}" for n, name in enumerate(self.names, start=1))
        features = ", ".join(feature.name for feature in self.features)
        return f"Covey model: {len(self.names)} segments on {features}\n{names}"


def _with_missing(notes: NDArray[Any], features: Features) -> NDArray[Any]:
    """Say in the notes (n,) which values of a row were missing, for it was placed without."""
    n_made = Counter(feature.column for feature in features.columns)
    names: dict[str, NDArray[Any]] = {}
    for feature, values in zip(features.columns, features.raw.T, strict=True):
        # the features made of one category are missing together: its column is said once
        name = feature.column if n_made[feature.column] > 1 else feature.name
        names[name] = names.get(name, False) | np.isnan(values)
    told = notes.copy()
    for name, missing in names.items():
        for row in np.flatnonzero(missing):
            told[row] = f"{told[row]}; {name} missing" if told[row] else f"{name} missing"
    return told


def _rule(entry: Mapping[str, Any]) -> Rule:
    """Return a rule from its JSON form, lists as tuples again."""
    clauses = tuple(
        tuple((str(column), str(sign), float(value)) for column, sign, value in clause)
        for clause in entry["clauses"]
    )
    return Rule(entry["text"], float(entry["precision"]), float(entry["recall"]), clauses)


def assignment_columns(assignment: Assignment) -> dict[str, NDArray[Any]]:
    """Return an assignment as named columns, the id first."""
    names = ("segment", "name", "distance", "fit", "second", "note")
    # an id column that carries one of our own names keeps it, and ours steps aside
    taken = assignment.id_name.casefold()
    columns = {assignment.id_name: assignment.ids}
    parts = (assignment.number, assignment.name, assignment.distance, assignment.fit)
    for name, values in zip(names, (*parts, assignment.second, assignment.note), strict=True):
        columns[f"{name}_" if name == taken else name] = values
    return columns


def load(path: str | os.PathLike[str]) -> Model:
    """Read a model file that ``covey segment`` or ``Model.save`` has written.

    Nothing in the file is ever run: it is JSON and plain arrays, checked against a hash.

    Parameters
    ----------
    path : path

    Raises
    ------
    ModelError
        There is no such file, or it is damaged, foreign, or written by a newer version.
    """
    from covey.modelfile import read_bounded

    return Model.from_bytes(read_bounded(path), str(path))
