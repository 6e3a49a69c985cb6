"""Draw docs/watching.gif: five groups of customers, and centers that begin in their midst.

    python docs/watching_picture.py

Its bytes depend on the version of Pillow, which draws it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import covey

#: mean age, mean income in thousands, and their spreads
GROUPS = [(25, 30, 5, 5), (45, 82, 6, 7), (36, 52, 4, 6), (60, 106, 6, 7), (64, 45, 6, 7)]


def main() -> None:
    """Write the picture beside this file."""
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(group[:2], group[2:], (90, 2)) for group in GROUPS])
    table = {"age": rows[:, 0].round(1), "income": (1000 * rows[:, 1]).round()}
    turn = 2 * np.pi * np.arange(5) / 5
    ring = np.column_stack([44 + 2 * np.cos(turn), 64_000 + 3_000 * np.sin(turn)])
    files = covey.trace(table, init=ring).files()
    (Path(__file__).parent / "watching.gif").write_bytes(files["animation.gif"])


if __name__ == "__main__":
    main()
