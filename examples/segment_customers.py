"""Find the segments of a table of customers, look at them, write the report."""

from __future__ import annotations

import sys
from pathlib import Path

import covey
from covey.recipes.customers import customers


def main(folder: Path) -> None:
    columns, _ = customers(2000, seed=0)
    result = covey.segment(columns)

    print(result)  # who they are, how many, what they are worth, what to do
    for segment in result.explanation.segments:
        print(f"{segment.name.text}: {segment.share:.0%} of the rows, told by {segment.rule.text}")

    print(result.segments)  # customer → segment; a data frame where one was given
    result.write(folder / "segments", force=True)
    print(f"report: {folder / 'segments' / 'report.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
