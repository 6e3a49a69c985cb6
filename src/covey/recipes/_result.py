"""What a recipe gives: the facts, the files, and frames of the kind that was given."""

from __future__ import annotations

import functools
import html
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from covey.files import write_files
from covey.flow import Assignment, Explanation, Features, Report, Run
from covey.frames import in_kind
from covey.model import Model, assignment_columns

MODEL_FILE = "model.covey"


@dataclass(frozen=True, repr=False, eq=False)
class Result:
    """Segments found: what the command writes, and the same as frames and facts."""

    features: Features
    run: Run
    explanation: Explanation
    raw: Any = field(default=None)  # the input as it was given; its kind is the kind of frames

    @functools.cached_property
    def model(self) -> Model:
        """The model that puts new rows into these segments."""
        return Model.from_facts(self.features, self.run, self.explanation)

    @functools.cached_property
    def assignment(self) -> Assignment:
        """Which segment each row belongs to, and how well it fits."""
        return self.model.place(self.features)

    @functools.cached_property
    def report(self) -> Report:
        """The files of the report, rendered once."""
        from covey.report.bundle import render

        return render(self.explanation, self.assignment)

    def files(self) -> dict[str, bytes]:
        """Return every file that the command writes: name to content."""
        return {**self.report.files, MODEL_FILE: self.model.to_bytes()}

    def write(self, folder: str | os.PathLike[str], force: bool = False) -> Path:
        """Write every file into a folder, all of them or none, and return the folder.

        Raises
        ------
        OutputError
            A file is there already and ``force`` is false, or the folder cannot be written.
        """
        write_files(folder, self.files(), force)
        return Path(folder)

    @property
    def segments(self) -> Any:
        """One row for each input row: id, segment, name, distance, fit, note."""
        columns = assignment_columns(self.assignment)
        return in_kind(columns, self.raw, rows_of=True, id_name=self.assignment.id_name)

    @property
    def profile(self) -> Any:
        """One row for each segment: number, name, size, revenue, mean of each feature."""
        return in_kind(profile_columns(self.explanation), self.raw)

    def __repr__(self) -> str:
        from covey.report.summary import render_text

        return render_text(self.explanation)

    def _repr_html_(self) -> str:
        """Show the segments as a table in a notebook."""
        head = "".join(
            f"<th>{html.escape(text)}</th>"
            for text in ("", "segment", self.explanation.row_noun[1], "revenue", "what to do")
        )
        rows = []
        for segment in self.explanation.segments:
            worth = segment.revenue_share
            cells = (
                str(segment.number),
                segment.name.text,
                f"{segment.n_rows:,} ({segment.share:.0%})",
                "" if worth is None else f"{worth:.0%}",
                segment.name.action,
            )
            rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells))
        verdict = html.escape(self.explanation.quality.verdict)
        return f"<table><thead><tr>{head}</thead><tbody>{''.join(rows)}</tbody></table><p>{verdict}"


def profile_columns(explanation: Explanation) -> dict[str, Any]:
    """Return the profile as columns: one row for each segment, the means in the reader's units."""
    import numpy as np

    segments = explanation.segments
    columns: dict[str, Any] = {
        "segment": np.array([segment.number for segment in segments]),
        "name": np.array([segment.name.text for segment in segments], dtype=object),
        "n": np.array([segment.n_rows for segment in segments]),
        "share": np.array([segment.share for segment in segments]),
    }
    if all(segment.revenue is not None for segment in segments):
        columns["revenue"] = np.array([segment.revenue for segment in segments], dtype=float)
        shares = [segment.revenue_share for segment in segments]
        columns["revenue_share"] = np.array(shares, dtype=float)
    for measure in explanation.population:
        own = [
            next((m for m in segment.measures if m.name == measure.name), None)
            for segment in segments
        ]
        for figure in ("mean", "median", "lift"):
            columns[f"{measure.name} {figure}"] = np.array(
                [np.nan if m is None else getattr(m, figure) for m in own], dtype=float
            )
    columns["action"] = np.array([segment.name.action for segment in segments], dtype=object)
    return columns
