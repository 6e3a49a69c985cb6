"""How much of the machine other processes took while something was measured."""

from __future__ import annotations

import os
import time
from pathlib import Path

STAT = Path("/proc/stat")
BUSY = 0.10  # of all cores: beyond it figures are not worth keeping


class Foreign:
    """A look at the machine's clocks; ``share`` is a second one."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._busy = _busy_seconds()

    def share(self, own: float) -> float:
        """Return the share of all cores that others took since, ``own`` CPU seconds being ours.

        NaN where the system does not tell (not Linux), or too little time has passed for its
        clock, which ticks in hundredths of a second.
        """
        wall = time.perf_counter() - self._wall
        busy = _busy_seconds()
        if busy is None or self._busy is None or wall < 0.1:
            return float("nan")
        return max(0.0, busy - self._busy - own) / (wall * (os.cpu_count() or 1))


def _busy_seconds() -> float | None:
    """Return the seconds that all cores worked since the start: user, nice, system, irq, stolen."""
    if not STAT.exists():
        return None
    user, nice, system, _idle, _wait, *rest = (
        int(word) for word in STAT.read_text(encoding="utf-8").splitlines()[0].split()[1:9]
    )
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")
