"""Processes that work side by side, each on one item at a time.

Processes and not threads: oxipng packs a picture without letting go of Python's lock, so that
threads would wait for one another and Ctrl-C for all of them. A process can be ended at any moment,
and one that dies for want of memory takes no other with it. What is called must therefore leave
nothing half done: it gives its result back, and the caller keeps it.

Each starts as a Python of its own (spawn), the same way on every system.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from covey.errors import OptionError

#: modules whose exceptions can be sent as they are; of others, what they said
TRAVELING = ("builtins", "covey.errors")

Item = TypeVar("Item")
Result = TypeVar("Result")


class ProcessEnded(Exception):  # noqa: N818 (what happened to one item, not what is raised)
    """The process ended before it gave a result: most often the system ran out of memory."""


def side_by_side(
    call: Callable[[Item], Result], items: Sequence[Item], n_jobs: int
) -> Generator[tuple[int, Result | Exception]]:
    """Call a function on each item and give the results as they are ready.

    Parameters
    ----------
    call : picklable callable
    items : sequence
        Picklable; begun in their order.
    n_jobs : int
        Processes at a time, no more than there are items.

    Yields
    ------
    i : int
        The item's place.
    result : Result or Exception
        What was returned or raised; ``ProcessEnded`` when the process died of it.

    Raises
    ------
    OptionError
        The system starts no more processes.

    Notes
    -----
    Close the iterator (``contextlib.closing``) to end the processes at once.
    """
    left, busy = deque(enumerate(items)), dict[Any, tuple[int, _Worker]]()

    def begin(worker: _Worker | None) -> None:
        """Give a worker the next item; a new one where there is none. Without items it ends."""
        if not left and worker:
            worker.end()
        elif left:
            worker = worker or _Worker(call)
            i, item = left.popleft()
            busy[worker.pipe] = i, worker
            with contextlib.suppress(OSError):  # it died: its end of the pipe tells
                worker.pipe.send(item)

    try:
        for _ in range(n_jobs):
            begin(None)
        while busy:
            for pipe in wait([*busy]):
                i, worker = busy.pop(pipe)
                result = worker.result()
                begin(None if isinstance(result, ProcessEnded) else worker)
                yield i, result
    finally:
        for _, worker in busy.values():
            worker.end()


class _Worker:
    """A process, and the pipe to it."""

    def __init__(self, call: Callable[[Any], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(call, theirs), daemon=True)
        try:
            with _undisturbed():
                self._process.start()
        except OSError as error:
            raise OptionError(
                "--jobs must be no more processes than the system starts; got: "
                f"{error.strerror or error}; lower it"
            ) from error
        finally:
            theirs.close()

    def result(self) -> Any:
        """Return what came of the item, an exception included."""
        try:
            returned, raised = self.pipe.recv()
        except (EOFError, OSError):
            self.end()
            return ProcessEnded(f"its process ended with exit code {self._process.exitcode}")
        return returned if raised is None else raised

    def end(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Start a process that hears no Ctrl-C, of which this one will tell it.

    Python is told to import nothing from the folder it is started in, where the images lie.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    masking = hasattr(signal, "pthread_sigmask")  # a mask is inherited, and loses no signal
    if masking:
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # started with the first process, it would unmask
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masking else set()
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before
        if masking:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _serve(call: Callable[[Any], Any], pipe: Connection) -> None:
    """Be the process: answer item after item until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be masked
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(_answer(call, pipe.recv()))


def _answer(call: Callable[[Any], Any], item: Any) -> tuple[Any, Exception | None]:
    try:
        return call(item), None
    except Exception as error:
        note = traceback.format_exc()  # tracebacks do not travel
        if type(error).__module__ not in TRAVELING:
            error = RuntimeError(f"{type(error).__name__}: {error}")
        error.add_note(note)
        return None, error
