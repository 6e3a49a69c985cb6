"""Figures on disk: a CSV behind a line that says on what they were measured."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.results import FOLDER

IMAGES, TIMES = FOLDER / "images.csv", FOLDER / "images_times.csv"


@dataclass(frozen=True)
class Row:
    """What one method made of one picture."""

    picture: str
    kind: str  # photo, flat or alpha
    method: str
    k: int  # colors asked for
    dither: float  # strength, 0 … 1
    colors: float | None = None  # colors used
    bytes: float | None = None  # of the PNG, by one optimizer
    psnr: float | None = None
    ssim: float | None = None
    ciede2000: float | None = None
    ssimulacra2: float | None = None
    butteraugli: float | None = None
    cast: float | None = None  # largest mean CIEDE2000 of an area of one color
    distinct: int = 0  # colors of the picture itself
    status: str = ""  # why there are no figures


@dataclass(frozen=True)
class Time:
    """How long one method took for one picture: the median of runs in turn."""

    picture: str
    megapixels: float
    method: str
    k: int
    dither: float
    seconds: float | None = None  # pixels in memory to indices
    cores: float | None = None  # CPU time over wall time
    runs: int = 0
    foreign: float | None = None  # share of all cores that others took meanwhile
    status: str = ""


Kind = TypeVar("Kind", Row, Time)


def write(path: Path, machine: str, rows: Sequence[Row] | Sequence[Time], kind: type) -> None:
    """Write the machine's line and the rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(f"# {machine}\n")
        writer = csv.writer(file, lineterminator="\n")
        names = [field.name for field in fields(kind)]
        writer.writerow(names)
        writer.writerows([_text(getattr(row, name)) for name in names] for row in rows)


def read(path: Path, kind: type[Kind]) -> tuple[str, list[Kind]]:
    """Read what ``write`` wrote: the machine's line, and the rows.

    Raises
    ------
    ValueError
        When the file has other columns than this version writes.
    """
    with path.open(newline="", encoding="utf-8") as file:
        machine = file.readline().removeprefix("# ").rstrip("\n")
        reader = csv.DictReader(file)
        if reader.fieldnames != [field.name for field in fields(kind)]:
            raise ValueError(f"{path.name} must have the columns of {kind.__name__}; measure anew")
        return machine, [kind(**_values(cells, kind)) for cells in reader]


def joined(
    path: Path, machine: str, found: Sequence[Kind], kind: type[Kind]
) -> tuple[str, list[Kind]]:
    """Put a part in the place of its rows in a file; the machine's line tells both runs."""
    if not path.exists():
        return machine, list(found)
    before, kept = read(path, kind)
    new = {(row.picture, row.method, row.k, row.dither): row for row in found}
    methods = ", ".join(dict.fromkeys(row.method for row in found))
    rows = [new.pop((row.picture, row.method, row.k, row.dither), row) for row in kept]
    commit = machine.rpartition("commit ")[2]
    return f"{before}; {methods} at commit {commit}", rows + list(new.values())


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _values(cells: dict[str, str], kind: type) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields(kind):
        text = cells[field.name]
        if field.type == "str":
            values[field.name] = text
        elif field.type == "int":
            values[field.name] = int(text)
        else:
            values[field.name] = float(text) if text else None
    return values
