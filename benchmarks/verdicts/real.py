"""The alarm on real and published sets: where it rings, and how k-means and others do there.

Read from the folder that COVEY_DATA names; nothing is measured without it.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.quality_sets import read_points, real_folder
from benchmarks.verdicts.alarms import BETTER, GOOD
from benchmarks.verdicts.others import of_others

#: sets of round groups, below uef/
ROUND = ("s1", "s2", "a1", "a2", "unbalance", "dim32", "dim064", "iris", "wine", "thyroid")
#: rows that the other methods see: some take the square of their number in time and memory
MOST_ROWS = 2_000
#: draws of the alarm on each set
N_DRAWS = 5


@dataclass(frozen=True)
class Row:
    """The alarm on one set, at the true K."""

    name: str
    scale: str  # "raw" or "standard"
    n: int
    d: int
    k: int
    kmeans: float  # adjusted Rand index with the truth
    other: str  # the best other method
    best: float  # and its index
    rang: int  # of N_DRAWS draws
    alarms: str  # topics of any draw
    cautions: str

    @property
    def asked(self) -> str:
        """What the alarm should do: "ring", "be quiet", or "" where either is fine."""
        if self.best - self.kmeans >= BETTER:
            return "ring"
        return "be quiet" if self.kmeans >= GOOD else ""


def measure(tell: Callable[[str], None] = print) -> Iterator[Row]:
    """Yield a row for each set, raw and standardised; none where there is no folder."""
    place = real_folder()
    if place is None:
        tell("COVEY_DATA names no folder of real sets: left out")
        return
    for name, X, truth in sets(place):
        for scale in ("raw", "standard"):
            yield _row(name, scale, X if scale == "raw" else _standard(X), truth)


def sets(place: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield name, rows (n, d) and true labels (n,), −1 for noise."""
    for path in sorted((place / "shapes").iterdir()):
        if path.suffix == ".arff":
            yield path.stem, *_arff(path)
        elif path.name.endswith(".data.gz"):
            name = path.name.removesuffix(".data.gz")
            with gzip.open(path.with_name(f"{name}.labels0.gz"), "rt") as file:
                labels = np.loadtxt(file, dtype=np.int64) - 1
            yield name, read_points(path), labels
    for name in ROUND:
        path = place / "uef" / f"{name}.txt"
        path = path if path.exists() else path.with_name(f"{name}.txt.gz")
        X = read_points(path)
        labels = place / "uef" / f"{name}.labels.txt"
        if labels.exists():
            yield name, X, np.loadtxt(labels, dtype=np.int64) - 1
        else:  # the sets of many dimensions list 16 groups of one size one after the other
            yield name, X, np.arange(len(X)) * 16 // len(X)


def _arff(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read rows whose last column is the class."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    start = next(i for i, line in enumerate(lines) if line.lower() == "@data") + 1
    rows = [line.split(",") for line in lines[start:] if line and not line.startswith("%")]
    labels = np.unique([row[-1] for row in rows], return_inverse=True)[1]
    return np.array([row[:-1] for row in rows], dtype=np.float64), labels


def _standard(X: np.ndarray) -> np.ndarray:
    return (X - X.mean(axis=0)) / X.std(axis=0)


def _row(name: str, scale: str, X: np.ndarray, truth: np.ndarray) -> Row:
    from covey.engine.best import fit_best
    from covey.explain.alarm import findings
    from covey.explain.stability import adjusted_rand

    X, known = np.ascontiguousarray(X), truth >= 0
    k = len(np.unique(truth[known]))
    labels = fit_best(X, k, rng=np.random.default_rng(0), n_init=8).labels
    part = np.arange(len(X))
    if len(X) > MOST_ROWS:
        part = np.random.default_rng(0).choice(len(X), MOST_ROWS, replace=False)
    others = of_others(X[part], truth[part], k)
    other = max(others, key=lambda one: others[one])
    draws = [findings(X, labels, k, rng=np.random.default_rng(i)) for i in range(N_DRAWS)]
    topics = {
        level: " ".join(sorted({one.topic for found in draws for one in found
                                if one.level == level}))
        for level in ("alarm", "caution")
    }  # fmt: skip
    rang = sum(any(one.level == "alarm" for one in found) for found in draws)
    return Row(
        name, scale, len(X), X.shape[1], k,
        adjusted_rand(truth[known], labels[known].astype(np.int64)),
        other, others[other], rang, topics["alarm"], topics["caution"],
    )  # fmt: skip


def page(rows: Sequence[Row]) -> str:
    """Return the Markdown part."""
    lines = [
        "## The alarm on real and published sets",
        "",
        f"At the true K. It should ring where another method's adjusted Rand index is {BETTER} or "
        f"more above k-means', and be quiet where k-means' is {GOOD} or more. Beyond 1,000 rows "
        f"it looks at a sample: it rang in so many of {N_DRAWS} draws. Other methods see at most "
        f"{MOST_ROWS:,} rows.",
        "",
        "| set | scale | rows | d | K | k-means | best other | | should | rang | alarms | cautions |",  # noqa: E501
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.name} | {r.scale} | {r.n:,} | {r.d} | {r.k} | {r.kmeans:.2f} | {r.best:.2f} | "
        f"{r.other} | {r.asked} | {r.rang} of {N_DRAWS} | {r.alarms} | {r.cautions} |"
        for r in rows
    ]
    return "\n".join([*lines, ""])
