"""How much memory this process holds, and held at most since a moment."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident() -> int:
    """Return the bytes held now."""
    return _status("VmRSS") or _highest()


def forget_peak() -> None:
    """Let ``peak`` count from now, where the system can (Linux)."""
    if CLEAR.exists():
        CLEAR.write_text("5")


def peak() -> int:
    """Return the bytes held at most since ``forget_peak``; since the start, elsewhere."""
    return _status("VmHWM") or _highest()


def _status(name: str) -> int:
    if not STATUS.exists():
        return 0
    lines = STATUS.read_text(encoding="utf-8").splitlines()
    found = next((line for line in lines if line.startswith(f"{name}:")), f"{name}: 0")
    return int(found.split()[1]) * 1024


def _highest() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
