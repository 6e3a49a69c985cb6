"""Measure Covey beside its peers: ``make bench``, or for a part of it

    python -m benchmarks --only photo,blobs            # workloads whose name starts so
    python -m benchmarks --peers scikit-learn --only photo --threads 1 --cpu
    python -m benchmarks --quick                       # does everything run? writes nothing
    python -m benchmarks --page                        # the page anew from the CSV files

On a busy machine threads fight and wall time lies: where others took more than a tenth of the
cores, nothing is written; ``--threads 1 --cpu`` is less disturbed.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks import machine, page, results
from benchmarks.busy import BUSY
from benchmarks.figures import OURS, cost, verdicts
from benchmarks.peers import PEERS
from benchmarks.results import Results, Row
from benchmarks.turns import Rules, measure
from benchmarks.workloads import WORKLOADS, Workload, chosen

QUICK = 20  # the part of the rows that --quick takes


def parsed() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("--only", default="", help="workloads whose name starts so; several by commas")
    add("--dtype", choices=("float32", "float64"), help="this one only")
    add("--peers", default="", help="these beside Covey, by name and commas; all else")
    add("--repeats", type=int, default=Rules.repeats, help="runs of each, at most")
    add("--budget", type=float, default=Rules.budget, help="seconds of a peer on a workload")
    add("--threads", type=int, help="bound every peer; all cores else")
    add("--cpu", action="store_true", help="compare CPU time, not wall time")
    add("--quick", action="store_true", help="few rows, one run: does everything run?")
    add("--page", action="store_true", help="write the page anew, measure nothing")
    add("--list", action="store_true", help="name the workloads and the peers")
    add("--out", type=Path, help="write the CSV there, however busy the machine was")
    return parser.parse_args()


def main() -> None:
    """Do what the arguments ask."""
    arguments = parsed()
    if arguments.list:
        print(*(load.name for load in WORKLOADS), "", *PEERS, sep="\n")
        return
    if arguments.page:
        page.write(results.FOLDER)
        return
    loads, peers = chosen(arguments.only), arguments.peers.split(",") if arguments.peers else []
    if not loads or not set(peers) <= set(PEERS):
        sys.exit(f"no such workload or peer: {arguments.only} {peers}; see --list")
    clock = "cpu" if arguments.cpu else "wall"
    rules = Rules(arguments.repeats, arguments.budget, threads=arguments.threads, clock=clock)
    if arguments.cpu:  # the machine may be busy, and a run last however long
        rules = replace(rules, limit=10 * rules.limit)
    if arguments.quick:
        loads, rules = [load.smaller(QUICK) for load in loads], replace(rules, repeats=1)
    told = machine.line(arguments.threads, clock)
    print(f"{told}\nroofline …", flush=True)
    roof = machine.measured(arguments.threads, clock)
    print(f"{roof}\n", flush=True)
    rows: list[Row] = []
    for found in _measured(loads, peers, rules, arguments.dtype):
        rows += found
        if arguments.out:  # what there is so far, should the run be ended
            results.write(arguments.out, Results(told, roof, tuple(rows)))
    shares = [row.foreign for row in rows if row.foreign is not None]
    busy = median([share for share in shares if not math.isnan(share)] or [0.0])
    print(f"others took {busy:.0%} of the cores")
    whole = not (peers or arguments.quick or arguments.cpu or arguments.threads)
    _keep(Results(told, roof, tuple(rows)), arguments, busy, whole)


def _measured(
    loads: list[Workload], peers: list[str], rules: Rules, dtype: str | None
) -> Iterator[list[Row]]:
    """Measure each workload in each dtype, and tell how it went as it goes."""
    commit = machine.commit()
    for load in loads:
        for kind in load.dtypes:
            if dtype not in (None, kind):
                continue
            print(f"{load.name}, {kind}", flush=True)
            names = [OURS, *(name for name in load.peers if not peers or name in peers)]
            start = time.monotonic()
            found = measure(load, kind, names, rules, lambda text: print(f"    {text}", flush=True))
            _tell(load, kind, found)
            print(f"  ({time.monotonic() - start:.0f} s)", flush=True)
            yield [replace(row, commit=commit) for row in found]


def _tell(load: Workload, dtype: str, rows: list[Row]) -> None:
    """Print the figures, and each beside its bar."""
    by_peer = {row.peer: row for row in rows}
    ours = by_peer[OURS]
    for row in rows:
        if row.seconds is None:
            print(f"  {row.peer:22} {row.status}")
            continue
        times = cost(load, row) / cost(load, ours) if ours.seconds else math.nan
        marginal = "" if row.ms_marginal is None else f"{row.ms_marginal:9.3f} marginal"
        better = (row.result or 0) / (ours.result or math.nan)
        print(
            f"  {row.peer:22} {1e3 * cost(load, row):10.3f} ms {marginal:18} {times:7.2f}×  "
            f"result {better:.7f}  {row.extra_mib:7.1f} MiB  {row.cores:.2f} cores  "
            f"{row.runs} runs  {row.method}" + ("" if row.share is None else f" {row.share:.3f}")
        )
    for verdict in verdicts(load, dtype, by_peer):
        told = f"{verdict.ratio:.2f}× ({verdict.opponent})" if verdict.opponent else "no opponent"
        mark = "met" if verdict.met else "NOT met" if verdict.opponent else ""
        print(f"  bar: ≥ {verdict.bar.ratio:g}× {verdict.bar.against}: {told} {mark}")


def _keep(found: Results, arguments: argparse.Namespace, busy: float, whole: bool) -> None:
    """Write the results where they can be believed, and say why where not."""
    if arguments.out:
        return
    if not whole:
        print("a part of the peers, or not as usual: nothing was written")
        return
    if busy > BUSY:
        sys.exit("the machine was busy with other things: nothing was written; see --out")
    if arguments.only or arguments.dtype:
        old = results.read(results.SUITE) if results.SUITE.exists() else None
        if old is None or old.machine != found.machine:
            print("another machine or other versions than in the file: nothing was written")
            return
        found = results.merged(old, found.rows)
    results.write(results.SUITE, found)
    page.write(results.FOLDER)


if __name__ == "__main__":
    main()
