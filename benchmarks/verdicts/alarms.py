"""Does the alarm ring where k-means is the wrong tool, and only there?

A set must ring when another method's adjusted Rand index is 0.2 or more above that of k-means, at
the true number of groups, and must be quiet when k-means' is 0.9 or more. Sets without groups must
ring never. Between, nothing is asked.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any

import numpy as np

from benchmarks.verdicts.others import of_others
from benchmarks.verdicts.sets import Truth, suite

#: how much better another method must be, and how good k-means, for the alarm to be right or wrong
BETTER, GOOD = 0.2, 0.9
#: bars: shares of the sets that must ring and do, and that must not and do
RINGS, FALSE = 0.95, 0.05


@dataclass(frozen=True)
class Row:
    """The alarm on one set, at one K."""

    seed: int
    name: str
    family: str
    at: str  # "true K" or "Covey's K"
    k: int
    kmeans: float  # adjusted Rand index of k-means at this K
    kmeans_true: float  # and at the true one
    other: str  # the best other method at the true K
    best: float  # its index
    alarms: str  # topics of level alarm
    cautions: str
    ms: float  # of the alarm

    @property
    def structureless(self) -> bool:
        """Whether there are no groups in the set."""
        return self.other == ""

    @property
    def must_ring(self) -> bool:
        """Whether another method is much better, both at this K and at the true one."""
        return self.best - max(self.kmeans, self.kmeans_true) >= BETTER

    @property
    def must_not(self) -> bool:
        """Whether k-means is good, or there is nothing to find."""
        return self.structureless or self.kmeans >= GOOD


def measure(seed: int, *, choose: bool = True) -> list[Row]:
    """Return the alarm on every set of a seed: at the true K and at the K that Covey chooses."""
    return [row for one in suite(seed) for row in measure_set(one, seed, choose=choose)]


def measure_set(one: Truth, seed: int, *, choose: bool = True) -> list[Row]:
    """Return the alarm on one set; without groups in it K=3 stands for the true one."""
    from covey.engine.best import fit_best
    from covey.explain.choose_k import sweep

    X = np.ascontiguousarray(one.X)
    other, best = ("", float("nan")) if one.structureless else _best_other(seed, one.name)
    k = one.k or 3
    runs = {"true K": (k, fit_best(X, k, rng=np.random.default_rng(0), n_init=8).labels)}
    if choose:
        run = sweep(X, given=None, rng=np.random.default_rng(0))
        runs["Covey's K"] = (len(run.centers), run.labels)
    true = _index(one, runs["true K"][1])
    return [_row(one, seed, at, k, labels, (true, other, best)) for at, (k, labels) in runs.items()]


def _row(
    one: Truth, seed: int, at: str, k: int, labels: np.ndarray, known: tuple[float, str, float]
) -> Row:
    from covey.explain.alarm import findings

    start = time.perf_counter()
    X = np.ascontiguousarray(one.X)
    found = findings(X, labels, k, rng=np.random.default_rng(0))
    taken = 1000 * (time.perf_counter() - start)
    topics = {level: " ".join(f.topic for f in found if f.level == level)
              for level in ("alarm", "caution")}  # fmt: skip
    true, other, best = known
    return Row(seed, one.name, one.family, at, k, _index(one, labels), true, other, best,
               topics["alarm"], topics["caution"], taken)  # fmt: skip


def _index(one: Truth, labels: np.ndarray) -> float:
    """Return the index with the truth; its rows of noise are left out."""
    from covey.explain.stability import adjusted_rand

    known = one.labels >= 0
    return adjusted_rand(one.labels[known], labels[known].astype(np.int64))


def _best_other(seed: int, name: str) -> tuple[str, float]:
    return max(_others(seed)[name].items(), key=lambda pair: pair[1])


@cache
def _others(seed: int) -> dict[str, dict[str, float]]:
    """Return the index of every other method on every set with groups, measured once."""
    return {one.name: of_others(one.X, one.labels, one.k) for one in suite(seed) if one.k}


# ---------------------------------------------------------------- told


def table(rows: Sequence[Any]) -> str:
    """Return rows, all of one dataclass, as CSV."""
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(rows[0])], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {k: f"{v:.3f}" if isinstance(v, float) else v for k, v in asdict(row).items()}
        )
    return out.getvalue()


def bars(rows: Sequence[Row]) -> dict[str, bool]:
    """Return whether each bar is met, at the true K."""
    at_true = [row for row in rows if row.at == "true K"]
    ring = [bool(row.alarms) for row in at_true if row.must_ring]
    false = [bool(row.alarms) for row in at_true if row.must_not]
    return {
        "rings": sum(ring) >= RINGS * len(ring),
        "quiet": sum(false) <= FALSE * len(false),
    }


def page(rows: Sequence[Row]) -> str:
    """Return the Markdown part: shares beside the bars, then every set that fails."""
    lines = [
        "## The alarm",
        "",
        f"It must ring (at least {RINGS:.0%}) where another method's adjusted Rand index is "
        f"{BETTER} or more above k-means', and at most {FALSE:.0%} may ring where k-means' is "
        f"{GOOD} or more, or where there are no groups at all.",
        "",
        "| K | seeds | must ring | do | must not | do all the same | median ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for at in dict.fromkeys(row.at for row in rows):
        lines += [
            _line(at, seeds, [row for row in rows if row.at == at and row.seed in seeds])
            for seeds in _seed_groups(rows)
        ]
    wrong = [row for row in rows if row.must_ring != bool(row.alarms)
             and (row.must_ring or row.must_not)]  # fmt: skip
    if wrong:
        lines += ["", "Wrong:", ""]
    for row in wrong:
        said = f"rang: {row.alarms}" if row.alarms else "was quiet"
        lines.append(
            f"- seed {row.seed}, {row.name}, {row.at} ({row.k}): k-means {row.kmeans:.2f}, "
            f"{row.other or 'no groups'} {row.best:.2f}; {said}"
        )
    return "\n".join([*lines, ""])


def _seed_groups(rows: Sequence[Row]) -> list[tuple[int, ...]]:
    """Return the seeds tuned on, the one reported first, and those held out."""
    seeds = sorted({row.seed for row in rows})
    tuned, held = [s for s in seeds if s in (1, 2, 3)], [s for s in seeds if s > 3]
    groups = [[s for s in seeds if s == 0], tuned, held]
    return [tuple(group) for group in groups if group]


def _line(at: str, seeds: tuple[int, ...], rows: Sequence[Row]) -> str:
    ring, quiet = [r for r in rows if r.must_ring], [r for r in rows if r.must_not]
    rung, false = sum(bool(r.alarms) for r in ring), sum(bool(r.alarms) for r in quiet)
    told = ", ".join(map(str, seeds))
    return (
        f"| {at} | {told} | {len(ring)} | {rung} ({rung / max(len(ring), 1):.1%}) | {len(quiet)} | "
        f"{false} ({false / max(len(quiet), 1):.1%}) | {np.median([r.ms for r in rows]):.0f} |"
    )
