"""Short tasks side by side: a Python thread each, and no more threads in their passes.

A pass over few rows is over before the threads of the core have met. Tasks that need nothing of
one another, such as the seedings of several starts, need not meet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from covey.engine import passes

A = TypeVar("A")
B = TypeVar("B")


def abreast(task: Callable[[A], B], given: Sequence[A]) -> list[B]:
    """Return ``[task(each) for each in given]``, worked off by as many threads as a pass may use.

    Parameters
    ----------
    task : callable
        Gives the same whichever thread calls it, and is over soon: an exception in the calling
        thread, such as Ctrl-C, waits for what the others have begun.
    given : sequence

    Raises
    ------
    BaseException
        The first that a task raised; tasks not yet begun are left out.
    """
    n_threads = min(passes.get_threads(), len(given))
    if n_threads < 2:
        return [task(each) for each in given]
    results: dict[int, B] = {}
    errors: list[BaseException] = []
    waiting = iter(range(len(given)))  # each next() is one step: threads may share it

    def work() -> None:
        passes.set_alone(True)
        try:
            for at in waiting:
                if errors:
                    break
                results[at] = task(given[at])
        except BaseException as error:
            errors.append(error)
        finally:
            passes.set_alone(False)

    helpers = [threading.Thread(target=work, daemon=True) for _ in range(n_threads - 1)]
    for helper in helpers:
        helper.start()
    work()
    for helper in helpers:
        helper.join()
    if errors:
        raise errors[0]
    return [results[at] for at in range(len(given))]
