"""Measure Covey's verdicts on generated and real sets with their truth, beside other ways

    python -m benchmarks.verdicts                      # seeds 0, 11, 12, 13, 14: prints
    python -m benchmarks.verdicts --seeds 1,2,3        # those that the rules were tuned on
    python -m benchmarks.verdicts --parts alarms,real  # of "choosing", "alarms" and "real"
    python -m benchmarks.verdicts --write              # and writes results/verdicts*

Needs kneed. Real sets are read from the folder that COVEY_DATA names and left out without it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.verdicts import alarms, choosing, real

FOLDER = Path(__file__).parents[1] / "results"
#: seeds that nothing was tuned on
HELD_OUT = "0,11,12,13,14"

#: (text of the page, text of the CSV file, whether all bars are met)
Measured = tuple[str, str, bool]


def _choosing(seeds: Sequence[int]) -> Measured:
    rows = list(choosing.measure(seeds, print))
    return choosing.page(rows), choosing.to_csv(rows), all(choosing.bars(rows).values())


def _alarms(seeds: Sequence[int]) -> Measured:
    rows = [row for seed in seeds for row in alarms.measure(seed, choose=False)]
    return alarms.page(rows), alarms.table(rows), all(alarms.bars(rows).values())


def _real(_seeds: Sequence[int]) -> Measured:
    rows = list(real.measure())
    return real.page(rows), alarms.table(rows), True


#: name of a part -> what measures it
PARTS: dict[str, Callable[[Sequence[int]], Measured]] = {
    "choosing": _choosing, "alarms": _alarms, "real": _real,
}  # fmt: skip
#: and its files
FILES = {"choosing": "verdicts", "alarms": "verdicts_alarms", "real": "verdicts_real"}


def main() -> int:
    """Do what the arguments ask; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.verdicts", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--seeds", default=HELD_OUT, help="by commas")
    parser.add_argument("--parts", default=",".join(PARTS), help="by commas")
    parser.add_argument("--write", action="store_true", help="write the pages and the CSV files")
    asked = parser.parse_args()
    seeds = [int(seed) for seed in asked.seeds.split(",")]
    met = True
    for part in asked.parts.split(","):
        text, rows, well = PARTS[part](seeds)
        print(text)
        met = met and well
        if asked.write:
            title = "# Verdicts\n\n" if part == "choosing" else ""
            FOLDER.joinpath(f"{FILES[part]}.md").write_text(title + text, encoding="utf-8")
            FOLDER.joinpath(f"{FILES[part]}.csv").write_text(rows, encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
