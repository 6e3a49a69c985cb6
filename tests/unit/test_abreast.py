"""Short tasks side by side."""

from __future__ import annotations

import threading
import time

import pytest

from covey.engine import passes
from covey.engine.abreast import abreast


@pytest.fixture(autouse=True)
def as_before():
    yield
    passes.set_threads(None)


@pytest.mark.parametrize("n_threads", [1, 2, 3, 8])
def test_results_come_in_the_order_given(n_threads: int) -> None:
    passes.set_threads(n_threads)

    def task(i: int) -> int:
        time.sleep(0.001 * (5 - i))
        return i * i

    assert abreast(task, [0, 1, 2, 3, 4]) == [0, 1, 4, 9, 16]
    assert abreast(task, []) == []


def test_each_thread_works_alone_and_has_all_again_after() -> None:
    passes.set_threads(4)
    meet = threading.Barrier(4)

    def task(_: int) -> tuple[int, int]:
        meet.wait(10)  # all four are under way
        return threading.get_ident(), passes.get_threads()

    found = abreast(task, range(4))
    assert len({thread for thread, _ in found}) == 4
    assert {n for _, n in found} == {1}
    assert passes.get_threads() == 4


@pytest.mark.parametrize("n_threads", [1, 3])
def test_what_a_task_raises_comes_out_and_ends_the_others(n_threads: int) -> None:
    passes.set_threads(n_threads)
    begun = []

    def task(i: int) -> None:
        begun.append(i)
        if i == 2:
            raise ValueError("two")
        time.sleep(0.01)

    with pytest.raises(ValueError, match="two"):
        abreast(task, range(1000))
    assert len(begun) < 50
    assert passes.get_threads() == n_threads
