"""Measure Covey's verdicts on generated sets with their truth, beside the naive ways

    python -m benchmarks.verdicts                      # seeds 0, 11, 12, 13, 14: prints
    python -m benchmarks.verdicts --seeds 1,2,3        # those that the rule was tuned on
    python -m benchmarks.verdicts --write              # and writes results/verdicts*

Needs kneed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.verdicts import choosing

FOLDER = Path(__file__).parents[1] / "results"
#: seeds that nothing was tuned on
HELD_OUT = "0,11,12,13,14"


def main() -> int:
    """Do what the arguments ask; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.verdicts", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--seeds", default=HELD_OUT, help="by commas")
    parser.add_argument("--write", action="store_true", help="write the page and the CSV file")
    asked = parser.parse_args()
    seeds = [int(seed) for seed in asked.seeds.split(",")]
    rows = list(choosing.measure(seeds, print))
    text = choosing.page(rows)
    print(text)
    if asked.write:
        FOLDER.joinpath("verdicts.md").write_text(f"# Verdicts\n\n{text}", encoding="utf-8")
        FOLDER.joinpath("verdicts.csv").write_text(choosing.to_csv(rows), encoding="utf-8")
    return 0 if all(choosing.bars(rows).values()) else 1


if __name__ == "__main__":
    sys.exit(main())
