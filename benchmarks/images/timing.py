"""How long methods take from pixels in memory to indices: runs in turn, medians, nothing kept."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from numpy.typing import NDArray

from benchmarks import machine
from benchmarks.busy import BUSY, Foreign
from benchmarks.images import pictures, rows
from benchmarks.images.bars import DITHERED, LIQ, LIQ_DITHERED, LOOK, SLOW_K, SRGB, TIMED_KS
from benchmarks.images.figures import Who
from benchmarks.images.libraries import SKLEARN
from benchmarks.images.made import Unable
from benchmarks.images.methods import METHODS, installed, peer, version
from benchmarks.images.rows import Time

RUNS, RUNS_LARGE = 5, 3
BUDGET = 4.0  # seconds of a method on a picture; two runs at least
REST = 0.05  # seconds between runs: threads of OpenMP and BLAS spin that long for more work
SMALL = (LOOK, LIQ, DITHERED, LIQ_DITHERED, SRGB, Who("Pillow k-means"), Who(f"{SKLEARN} sample"))
LARGE = (LOOK, LIQ, DITHERED, LIQ_DITHERED)
SLOW = Who(SKLEARN)  # runs once, after the others


@dataclass
class Runner:
    """A method in the game."""

    who: Who
    seconds: list[float] = field(default_factory=list)
    cores: list[float] = field(default_factory=list)
    foreign: list[float] = field(default_factory=list)
    status: str = ""

    def run(self, pixels: NDArray[Any], k: int) -> None:
        """Run once."""
        time.sleep(REST)
        foreign, cpu, wall = Foreign(), time.process_time(), time.perf_counter()
        try:
            made = peer(self.who.method, pixels, k, self.who.dither, cached=False)
        except Unable as why:
            self.status = str(why)
            return
        except Exception as error:  # told, and the others are timed
            self.status = f"failed: {type(error).__name__}: {error}"
            return
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        self.seconds.append(made.seconds)
        self.cores.append(cpu / wall)
        share = foreign.share(cpu)
        self.foreign += [share] if share == share else []

    def time(self, picture: str, megapixels: float, k: int) -> Time:
        """Return the medians; the first of several runs warmed up."""
        drop = 1 if len(self.seconds) > 1 else 0
        head = (picture, megapixels, self.who.method, k, self.who.dither)
        if self.status:
            return Time(*head, status=self.status)
        seconds = self.seconds[drop:]
        return Time(
            *head,
            seconds=median(seconds),
            cores=median(self.cores[drop:]),
            runs=len(seconds),
            foreign=median(self.foreign) if self.foreign else None,
        )


def timed(
    picture: str, pixels: NDArray[Any], entries: Sequence[Who], k: int, runs: int
) -> list[Time]:
    """Return the times of some methods on one picture, a different one first in each turn."""
    runners = [Runner(who) for who in entries]
    for turn in range(runs + 1 if runs > 1 else 1):
        shift = turn % len(runners)
        for runner in runners[shift:] + runners[:shift]:
            if not runner.status and (turn < 2 or sum(runner.seconds) < BUDGET):
                runner.run(pixels, k)
    megapixels = pixels.shape[0] * pixels.shape[1] / 1e6
    return [runner.time(picture, megapixels, k) for runner in runners]


def measure(methods: Sequence[str], quick: bool) -> list[Time]:
    """Time the photos, and 24 megapixels; some methods or all."""
    wanted = [who for who in SMALL if not methods or who.method in methods]
    others = [name for name in methods if name not in METHODS]
    wanted += [Who(name) for name in others]
    slow = [SLOW] if not methods or SLOW.method in methods else []
    found: list[Time] = []
    for name in pictures.names("photo")[-1:] if quick else pictures.names("photo"):
        pixels = pictures.load(name).pixels
        for k in TIMED_KS:
            found += _told(timed(name, pixels, wanted, k, 1 if quick else RUNS))
            found += _told(timed(name, pixels, slow, k, 1)) if slow and not quick else []
    if quick:
        return found
    pixels = pictures.large()
    for k in TIMED_KS:
        some = [who for who in wanted if who in LARGE or who.method in others]
        found += _told(timed("24 megapixels", pixels, some, k, RUNS_LARGE))
    return found + (_told(timed("24 megapixels", pixels, slow, SLOW_K, 1)) if slow else [])


def _told(times: list[Time]) -> list[Time]:
    for one in times:
        what = one.status or f"{one.seconds:8.4f} s  {one.cores:.2f} cores"
        print(f"{one.picture:14} K={one.k:<3} {one.method:20} {one.dither:4.2f} {what}", flush=True)
    return times


def main(methods: Sequence[str], quick: bool, write: bool = False) -> None:
    """Time, and write where all was timed on a quiet machine."""
    found = measure(methods, quick)
    shares = [one.foreign for one in found if one.foreign is not None]
    busy = median(shares) if shares else 0.0
    print(f"others took {busy:.0%} of the cores")
    if quick or (methods and not write):
        print("a part: nothing was written")
    elif busy > BUSY:
        sys.exit("the machine was busy with other things: no times were written")
    else:
        machine = machine_line()
        if methods:
            machine, found = rows.joined(rows.TIMES, machine, found, Time)
        rows.write(rows.TIMES, machine, found, Time)


def machine_line() -> str:
    """Say the processor, the cores, the versions and the commit in one line."""
    head = machine.line(None, "wall").partition(";")[0]
    versions = {what.package or what.program: version(what) for what in METHODS.values()}
    judges = ("pyoxipng", "ssimulacra2", "scikit-image")
    versions |= {name: installed(name) for name in judges}
    told = ", ".join(f"{name} {number}" for name, number in versions.items())
    return f"{head}; {told}, Python {platform.python_version()}; commit {machine.commit()}"
