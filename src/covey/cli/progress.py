"""Progress on stderr, for what takes more than a second, and only where a person watches."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from covey.recipes._recipe import OnProgress, unheard

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds before anything is shown


@contextlib.contextmanager
def progress(quiet: bool) -> Iterator[OnProgress]:
    """Give a callback that shows stages; nothing is shown when quiet or stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield unheard
        return
    bar = _Bar()
    timer = threading.Timer(PATIENCE, bar.show)
    timer.daemon = True
    timer.start()
    try:
        yield bar.hear
    finally:
        timer.cancel()
        bar.close()


class _Bar:
    """The latest stage, and a bar once it is time to show one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stage, self._share = "Reading", 0.0
        self._progress: Progress | None = None
        self._closed = False

    def hear(self, stage: str, share: float) -> None:
        """Take in a stage and its share done, 0 … 1; 0 means that nobody knows."""
        with self._lock:
            self._stage, self._share = stage, share
            self._draw()

    def show(self) -> None:
        """Start to draw: called on the timer's thread."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._closed:
                return
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._progress.add_task(self._stage, total=None)
            self._progress.start()
            self._draw()

    def close(self) -> None:
        """Take the bar away."""
        with self._lock:
            self._closed = True
            if self._progress is not None:
                self._progress.stop()

    def _draw(self) -> None:
        if self._progress is not None:
            total = 1.0 if self._share > 0 else None
            self._progress.update(
                self._progress.task_ids[0],
                description=self._stage,
                completed=self._share,
                total=total,
            )
