"""Figures on disk: a small CSV behind lines that say on what they were measured."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from benchmarks.machine import Roofline

FOLDER = Path(__file__).parent / "results"
SUITE, QUALITY = FOLDER / "suite.csv", FOLDER / "quality.csv"


@dataclass(frozen=True)
class Row:
    """What one peer did on one workload; medians of its runs."""

    workload: str
    dtype: str
    peer: str
    seconds: float | None = None  # of a whole fit, sweep, seeding or score
    n_iter: int = 0
    ms_marginal: float | None = None  # an iteration more or less, without what a fit does once
    result: float | None = None  # inertia by one function in double; the silhouette
    extra_mib: float | None = None  # memory at the peak over what was held with X loaded
    x_mib: float | None = None
    cores: float | None = None  # CPU time over wall time
    foreign: float | None = None  # share of all cores that others took meanwhile
    runs: int = 0
    share: float | None = None  # of all distances, those computed (Covey tells)
    method: str = ""
    status: str = ""  # why there are no figures: missing, failed, died, over … s
    commit: str = ""


@dataclass(frozen=True)
class Results:
    """A file of them."""

    machine: str
    roofline: Roofline
    rows: tuple[Row, ...]


#: digits kept of a number; a result keeps what tells two inertias apart
DIGITS = {"result": 12}


def write(path: Path, results: Results) -> None:
    """Write the machine's line, the roofline and the rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(f"# {results.machine}\n")
        roof = " ".join(f"{name}={value:.4g}" for name, value in asdict(results.roofline).items())
        file.write(f"# {roof}\n")
        writer = csv.writer(file, lineterminator="\n")
        names = [field.name for field in fields(Row)]
        writer.writerow(names)
        for row in results.rows:
            writer.writerow([_text(name, getattr(row, name)) for name in names])


def read(path: Path) -> Results:
    """Read what ``write`` wrote.

    Raises
    ------
    ValueError
        When the file has other columns than this version writes.
    """
    with path.open(newline="", encoding="utf-8") as file:
        machine = file.readline().removeprefix("# ").rstrip("\n")
        parts = (word.split("=") for word in file.readline().removeprefix("# ").split())
        roof = Roofline(**{name: float(value) for name, value in parts})
        reader = csv.DictReader(file)
        if reader.fieldnames != [field.name for field in fields(Row)]:
            raise ValueError(f"{path.name} must have the columns of Row; measure it anew")
        return Results(machine, roof, tuple(_row(cells) for cells in reader))


def merged(old: Results, new: Sequence[Row]) -> Results:
    """Return the old rows with those of the workloads measured anew in their place."""
    anew = {(row.workload, row.dtype) for row in new}
    kept = [row for row in old.rows if (row.workload, row.dtype) not in anew]
    return Results(old.machine, old.roofline, (*kept, *new))


def _text(name: str, value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.{DIGITS.get(name, 5)}g}" if isinstance(value, float) else str(value)


def _row(cells: dict[str, str]) -> Row:
    values: dict[str, Any] = {}
    for field in fields(Row):
        text = cells[field.name]
        if field.type == "int":
            values[field.name] = int(text)
        elif field.type == "str":
            values[field.name] = text
        else:
            values[field.name] = float(text) if text else None
    return Row(**values)
