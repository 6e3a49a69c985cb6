"""A peer's process, seen from outside: start it, ask it, hold it still while others run."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

#: settings for other processors that slow BLAS: removed for all peers, Covey too
SLOWING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "COVEY_NUM_THREADS")


class PeerLostError(Exception):
    """The process died, or took too long and was ended; the message says which."""


def environment(threads: int | None) -> dict[str, str]:
    """Return the environment that every peer gets."""
    env = {name: value for name, value in os.environ.items() if name not in SLOWING}
    if threads:
        env |= dict.fromkeys(THREADS, str(threads))
    return env


class PeerProcess:
    """One worker. Between orders it stands still, so that threads that spin disturb nobody."""

    def __init__(self, threads: int | None, log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker"], cwd=ROOT, env=environment(threads),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
        )  # fmt: skip

    def order(self, **order: Any) -> None:
        """Send an order without waiting for the answer."""
        self._signal("SIGCONT")
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise PeerLostError(self._end()) from None

    def answer(self, seconds: float) -> dict[str, Any]:
        """Wait for the answer, then hold the process still.

        Raises
        ------
        PeerLostError
            When it died, or did not answer in time; it is ended then.
        """
        assert self._process.stdout is not None
        start = time.monotonic()
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        if not ready:
            self._process.kill()
            self._process.wait()
            raise PeerLostError(f"over {seconds:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise PeerLostError(self._end())
        self._signal("SIGSTOP")
        return {**json.loads(line), "waited": time.monotonic() - start}

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue  # what it was sent last was never read
        self._log.close()

    def _signal(self, name: str) -> None:
        if hasattr(signal, name) and self._process.poll() is None:  # not on Windows
            self._process.send_signal(getattr(signal, name))

    def _end(self) -> str:
        code = self._process.wait()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"died: {how}"
