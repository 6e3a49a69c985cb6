"""What was worked out before, on disk: files named by a hash of all that it depends on."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.images.made import Made

#: raised by one when what is kept would no longer be what is worked out
FORM = 1


def folder() -> Path:
    """Return where things are kept: ``COVEY_BENCH_CACHE``, or the user's cache folder."""
    named = os.environ.get("COVEY_BENCH_CACHE")
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(named) if named else root / "covey-bench-images"


def key(*parts: Any) -> str:
    """Return a name for arrays, strings and numbers."""
    total = hashlib.blake2b(str(FORM).encode(), digest_size=16)
    for part in parts:
        if isinstance(part, np.ndarray):
            total.update(f"{part.dtype}{part.shape}".encode())
            total.update(part.tobytes())
        else:
            total.update(f"|{part!r}|".encode())
    return total.hexdigest()


def _path(name: str, suffix: str) -> Path:
    return folder() / name[:2] / f"{name[2:]}{suffix}"


def _put(path: Path, content: bytes) -> None:
    """Write under another name first: processes may do the same at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def number(name: str) -> float | None:
    """Return a number kept, or None."""
    path = _path(name, ".json")
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def put_number(name: str, value: float) -> None:
    """Keep a number."""
    _put(_path(name, ".json"), json.dumps(value).encode())


def made(name: str) -> Made | None:
    """Return what a peer made before, or None."""
    path = _path(name, ".npz")
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as kept:
        return Made(kept["palette"], kept["indices"], float(kept["seconds"]))


def put_made(name: str, value: Made) -> None:
    """Keep what a peer made."""
    from io import BytesIO

    content = BytesIO()
    seconds = np.array(value.seconds)
    np.savez_compressed(content, palette=value.palette, indices=value.indices, seconds=seconds)
    _put(_path(name, ".npz"), content.getvalue())
