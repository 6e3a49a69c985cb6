"""The data sets on which quality is compared, each with its numbers of clusters.

Real ones are read from the folder that COVEY_DATA names (left out without it) and from
scikit-learn's package; generated ones are those of the speed suite with fewer rows.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import make

#: files below 13_kmeans_benchmarks, and the K to try
FILES = {
    "uef/s1.txt": (15,), "uef/s2.txt": (15,), "uef/a1.txt": (20,), "uef/a2.txt": (35,),
    "uef/unbalance.txt": (8,), "uef/dim32.txt": (16,), "uef/dim064.txt.gz": (16,),
    "uef/birch1.txt.gz": (100,), "uef/thyroid.txt": (3, 10), "tsplib/u1060.tsp": (10, 20, 50),
    "tsplib/pr2392.tsp": (10, 20, 50), "mssc/ruspini.txt": (4, 5, 10), "mssc/seeds.txt": (2, 3, 10),
    "breathing/Cloud.csv.gz": (10, 25, 50, 100), "shapes/other_chameleon_t4_8k.data.gz": (6, 20),
    "shapes/sipu_aggregation.data.gz": (7, 20),
}  # fmt: skip
BUILT_IN = {"iris": (3, 6, 10), "wine": (3, 5, 10), "breast_cancer": (2, 5, 10), "digits": (10, 50)}
#: generated: rows and K
GENERATED = {
    "photo": (20_000, (16, 64)), "customers": (10_000, (4, 8)), "normal": (20_000, (8, 30)),
    "blobs": (20_000, (50,)), "mixture": (5_000, (50,)), "low-rank": (3_000, (10, 30)),
    "words": (2_000, (20,)), "prices": (20_000, (10,)),
}  # fmt: skip


def real_folder() -> Path | None:
    """Return the folder of the real sets, None where there is none."""
    place = Path(os.environ.get("COVEY_DATA", ""), "13_kmeans_benchmarks")
    return place if place.is_dir() else None


def sets() -> Iterator[tuple[str, int, Any]]:
    """Yield name, k and X (float64, or CSR)."""
    for name, ks in BUILT_IN.items():
        import sklearn.datasets

        X = getattr(sklearn.datasets, f"load_{name}")().data
        yield from ((name, k, np.ascontiguousarray(X, dtype=np.float64)) for k in ks)
    place = real_folder()
    if place is not None:
        for name, ks in FILES.items():
            X = read_points(place / name)
            yield from ((Path(name).name.partition(".")[0], k, X) for k in ks)
    for name, (n, ks) in GENERATED.items():
        X = make(name, n, ks[0], "float64").X
        yield from ((f"{name} {n}", k, X) for k in ks)


def read_points(path: Path) -> np.ndarray:
    """Read rows of numbers: text, CSV, or the coordinates of a TSPLIB file; (n, d) float64."""
    if path.suffix == ".tsp":
        words = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        points = [row[1:] for row in words if len(row) == 3 and row[0].isdigit()]
        return np.array(points, dtype=np.float64)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        lines = [line.replace(",", " ") for line in file if line.strip()]
    said = lines[0].split()[0] == str(len(lines) - 1)  # "n d" before the rows
    return np.loadtxt(lines[said:], ndmin=2)
