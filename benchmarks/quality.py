"""Is Covey's default as good as ten starts of scikit-learn, in less time than one?

    python -m benchmarks.quality                      # all sets, five seeds
    python -m benchmarks.quality --only iris,s1 --with n_init=10

For each data set and seed: Covey with its defaults, scikit-learn with ``n_init=10`` and with one
start, in turn. Inertia of all by one function, in double, from the centers returned.
"""

from __future__ import annotations

import argparse
import ast
import csv
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from statistics import median
from typing import Any

import numpy as np
import threadpoolctl
from sklearn.cluster import KMeans as TheirKMeans

import covey
from benchmarks import machine, page
from benchmarks.inertia import inertia
from benchmarks.quality_sets import real_folder, sets
from benchmarks.results import FOLDER, QUALITY
from covey.engine import passes

SLACK = 1e-9  # relative: what rounding can add to the same result
LONG = 6.0  # seconds of ten starts, beyond which three seeds must do


@dataclass(frozen=True)
class Compared:
    """One data set and K, over several seeds."""

    name: str
    n: int
    d: int
    k: int
    seeds: int
    not_above: int  # seeds where Covey's inertia is at most that of ten starts
    median_ratio: float  # Covey's inertia over that of ten starts
    worst_ratio: float
    to_best_seen: float  # Covey's median inertia over the least that any run found
    covey_ms: float
    one_start_ms: float
    ten_starts_ms: float


Fit = Callable[[Any, int, int], np.ndarray]


def _fits(options: dict[str, Any]) -> dict[str, Fit]:
    def by(kmeans: Any, **given: Any) -> Fit:
        return lambda X, k, seed: kmeans(k, random_state=seed, **given).fit(X).cluster_centers_

    return {
        "covey": by(covey.KMeans, **options),
        "one": by(TheirKMeans, n_init=1),
        "ten": by(TheirKMeans, n_init=10),
    }


def compare(
    name: str, k: int, X: Any, *, seeds: int, options: dict[str, Any], clock: Callable[[], float]
) -> Compared:
    """Run all three on each seed; the first turn is run twice, its first time only to warm up."""
    fits = _fits(options)
    took: dict[str, list[float]] = {who: [] for who in fits}
    found: dict[str, list[float]] = {who: [] for who in fits}
    for fit in fits.values():
        fit(X[: 4 * k], k, 0)
    done = 0
    while done < seeds and not (done >= 3 and took["ten"][0] > LONG):
        for who, fit in fits.items():
            start = clock()
            centers = fit(X, k, done)
            took[who].append(clock() - start)
            found[who].append(inertia(X, centers))
        done += 1
    return summary((name, *X.shape, k), found, took)


def summary(
    case: tuple[str, int, int, int], found: dict[str, list[float]], took: dict[str, list[float]]
) -> Compared:
    """Fold the seeds of one case: ``found`` are inertias, ``took`` seconds, by who."""
    ratios = [ours / theirs for ours, theirs in zip(found["covey"], found["ten"], strict=True)]
    least = min(min(values) for values in found.values())
    name, n, d, k = case
    return Compared(
        name, n, d, k,
        seeds=len(ratios),
        not_above=sum(ratio <= 1 + SLACK for ratio in ratios),
        median_ratio=median(ratios),
        worst_ratio=max(ratios),
        to_best_seen=median(found["covey"]) / least,
        covey_ms=1e3 * median(took["covey"]),
        one_start_ms=1e3 * median(took["one"]),
        ten_starts_ms=1e3 * median(took["ten"]),
    )  # fmt: skip


def main() -> None:
    """Compare on each set and write what came of it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--only", default="", help="sets whose name starts so; several by commas")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, help="bound both; all cores else")
    parser.add_argument("--cpu", action="store_true", help="compare CPU time, not wall time")
    parser.add_argument("--with", dest="options", nargs="*", default=[], metavar="NAME=VALUE",
                        help="other parameters of covey.KMeans than its defaults")  # fmt: skip
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.threads:
        passes.set_threads(arguments.threads)
        threadpoolctl.threadpool_limits(arguments.threads)
    clock = time.process_time if arguments.cpu else time.perf_counter
    options = dict(_option(text) for text in arguments.options)
    rows = []
    for name, k, X in sets():
        if name.startswith(tuple(arguments.only.split(","))):
            row = compare(name, k, X, seeds=arguments.seeds, options=options, clock=clock)
            rows.append(row)
            told = f"{row.not_above}/{row.seeds} not above, worst {row.worst_ratio:.6f}"
            times = f"{row.covey_ms:.1f} ms against {row.one_start_ms:.1f} of one start"
            print(f"{name:18} k={k:<4} {told}, median {row.median_ratio:.6f}, {times}", flush=True)
    good, quick = sum(r.not_above for r in rows), sum(r.covey_ms < r.one_start_ms for r in rows)
    seeds = sum(r.seeds for r in rows)
    print(f"{good} of {seeds} runs not above; {quick} of {len(rows)} sets in less time")
    if real_folder() is None:
        print("COVEY_DATA does not name the folder of the real sets: they were left out")
    if arguments.only or options or real_folder() is None:
        print("a part of the sets, or not the defaults: nothing was written")
        return
    write(machine.line(arguments.threads, "cpu" if arguments.cpu else "wall"), rows)
    page.write(FOLDER)


def _option(text: str) -> tuple[str, Any]:
    """Read ``n_init=10`` or ``quality=best``."""
    name, _, value = text.partition("=")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def write(told: str, rows: list[Compared]) -> None:
    """Write the CSV: the machine's line, then a row for each set and K."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with QUALITY.open("w", newline="", encoding="utf-8") as file:
        file.write(f"# {told}; commit {machine.commit()}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Compared)])
        for row in rows:
            values = asdict(row).values()
            writer.writerow([f"{v:.7g}" if isinstance(v, float) else v for v in values])


if __name__ == "__main__":
    main()
