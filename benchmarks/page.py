"""The results as a page: ``results/README.md`` and its picture, from the CSV files alone."""

from __future__ import annotations

import math
from pathlib import Path

from benchmarks import picture, results
from benchmarks.figures import (
    OURS,
    Verdict,
    allowed_mib,
    cost,
    floor,
    is_comparable,
    table,
    verdicts,
)
from benchmarks.machine import Roofline
from benchmarks.quality_page import quality_section
from benchmarks.results import Results, Row
from benchmarks.workloads import WORKLOADS, Workload

LOADS = {load.name: load for load in WORKLOADS}
HEAD = """# Results

Written by `make bench` from `suite.csv` and `quality.csv`; [how to read them](../README.md).

"""
BARS = """
## Beside the bars

Time is of one iteration (the whole fit shared out) where the start is fixed, else of the whole fit.
*Floor* is what a dense pass needs at least on this machine. ✓ is a bar met at equal inertia;
*inertia* is Covey's over the least of the exact peers'; *memory* is the peak beside X, and what is
allowed; *computed* is the share of distances that Covey did not skip.

"""


def write(folder: Path) -> None:
    """Write the page and the picture into the folder of the CSV files."""
    suite, quality = folder / results.SUITE.name, folder / results.QUALITY.name
    parts = [HEAD]
    if suite.exists():
        found = results.read(suite)
        (folder / "suite.svg").write_text(picture.draw(found.rows), encoding="utf-8")
        parts.append(suite_section(found))
    if quality.exists():
        parts.append(quality_section(quality.read_text(encoding="utf-8")))
    (folder / "README.md").write_text("".join(parts), encoding="utf-8")


def suite_section(found: Results) -> str:
    """Return the part of the page that ``suite.csv`` makes."""
    lines = table(found.rows)
    judged = [
        verdict
        for (name, dtype), peers in lines.items()
        for verdict in verdicts(LOADS[name], dtype, peers)
        if verdict.opponent
    ]
    met = sum(verdict.met for verdict in judged)
    commits = ", ".join(sorted({row.commit for row in found.rows if row.commit}))
    text = [
        f"**{met} of {len(judged)} bars are met.**\n\n",
        "![Times of the peers as multiples of Covey's](suite.svg)\n\n",
        f"Machine: {found.machine}. Commit {commits}.\n\n",
        f"Roofline, all cores: {_roof(found.roofline)}.\n",
        BARS,
        "| workload | dtype | Covey | floor | bars | inertia | memory, MiB | computed |\n",
        "|---|---|---:|---:|---|---:|---:|---:|\n",
    ]
    for (name, dtype), peers in lines.items():
        text.append(_bar_line(LOADS[name], dtype, peers, found.roofline))
    text.append("\n## Every peer\n")
    for (name, dtype), peers in lines.items():
        text.append(_peer_table(LOADS[name], dtype, peers))
    return "".join(text)


def _roof(roof: Roofline) -> str:
    return (
        f"reads {roof.read_gb_s:.1f} GB/s, triad {roof.triad_gb_s:.1f} GB/s, products "
        f"{roof.float32_gflop_s:.0f} GFLOP/s in float32 and {roof.float64_gflop_s:.0f} in float64"
    )


def _bar_line(load: Workload, dtype: str, peers: dict[str, Row], roof: Roofline) -> str:
    head = f"| {load.name} | {dtype} |"
    ours = peers.get(OURS)
    if ours is None or ours.seconds is None:
        status = ours.status if ours else "not measured"
        return f"{head} {status} | | | | | |\n"
    least = floor(load, ours, roof)
    told = "<br>".join(_verdict(verdict) for verdict in verdicts(load, dtype, peers))
    share = "" if ours.share is None else f"{ours.share:.1%}"
    room, extra = allowed_mib(load, ours), ours.extra_mib or 0.0
    memory = f"{'✓' if extra <= room else '✗'} {extra:.1f} of {room:.1f}"
    computed = f"{share} {ours.method}".strip()
    inertia = _relative(load, ours, peers)
    floor_text = "" if least is None else _duration(least)
    time = _duration(cost(load, ours))
    return f"{head} {time} | {floor_text} | {told} | {inertia} | {memory} | {computed} |\n"


def _verdict(verdict: Verdict) -> str:
    bar = f"≥ {verdict.bar.ratio:g}× {verdict.bar.against}"
    if not verdict.opponent:
        return f"— ({bar}: nothing to compare)"
    mark = "✓" if verdict.met else "✗"
    who = "" if verdict.opponent == verdict.bar.against else f", {verdict.opponent}"
    worse = "" if verdict.equal else "; not at equal inertia"
    return f"{mark} **{verdict.ratio:.3g}×** ({bar}{who}{worse})"


def _relative(load: Workload, row: Row, peers: dict[str, Row]) -> str:
    """Return a row's inertia over the least of the comparable ones; a silhouette as it is."""
    if row.result is None:
        return ""
    if load.task == "silhouette":
        return f"{row.result:.6f}"
    able = [r.result for r in peers.values() if r.result and is_comparable(load, r, peers)]
    return f"{row.result / min(able):.6f}" if able else ""


def _peer_table(load: Workload, dtype: str, peers: dict[str, Row]) -> str:
    ours = peers.get(OURS)
    base = cost(load, ours) if ours is not None else math.nan
    text = [
        f"\n<details><summary>{load.name}, {dtype}: {_what(load)}</summary>\n\n",
        "| peer | time | × Covey | marginal | inertia | memory, MiB | cores | runs | |\n",
        "|---|---:|---:|---:|---:|---:|---:|---:|---|\n",
    ]
    for name, row in peers.items():
        if row.seconds is None:
            text.append(f"| {name} | | | | | | | | {row.status.replace('|', '/')} |\n")
            continue
        marginal = "" if row.ms_marginal is None else _duration(row.ms_marginal / 1e3)
        note = "" if is_comparable(load, row, peers) else "not exact, or more inertia"
        text.append(
            f"| {name} | {_duration(cost(load, row))} | {cost(load, row) / base:.2f} | {marginal} "
            f"| {_relative(load, row, peers)} | {row.extra_mib or 0:.1f} | {row.cores or 0:.2f} "
            f"| {row.runs} | {note} |\n"
        )
    return "".join([*text, "\n</details>\n"])


def _what(load: Workload) -> str:
    ks = f"k={load.k}" if len(load.ks) == 1 else f"k={load.ks[0]} … {load.k}"
    shape = f"{load.n:,} rows, {ks}"
    return {
        "iterate": f"{shape}, {load.n_iter} iterations from given centers",
        "fit": f"{shape}, whole fit, n_init={load.n_init}",
        "sweep": f"{shape}, n_init={load.n_init}",
        "seed": f"{shape}, first centers only",
        "silhouette": f"{shape}, exact silhouette",
        "optimum": f"{shape}, the optimum",
    }[load.task]


def _duration(seconds: float) -> str:
    """Write a time with three digits, in the unit that suits it."""
    if math.isnan(seconds):
        return ""
    if seconds >= 1:
        return f"{seconds:.3g} s"
    return f"{1e3 * seconds:.3g} ms"
