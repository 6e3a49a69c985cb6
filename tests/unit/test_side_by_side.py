"""Processes side by side: every result comes, whatever becomes of one of them."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import time
from pathlib import Path

import pytest

from covey.cli.images.side_by_side import ProcessEnded, side_by_side

DIES = "__import__('os')._exit(3)"


def test_results_and_errors_come_back() -> None:
    found = dict(side_by_side(math.sqrt, [4.0, 9.0, -1.0, 16.0], 2))
    assert sorted(found) == [0, 1, 2, 3]
    assert (found[0], found[1], found[3]) == (2.0, 3.0, 4.0)
    assert isinstance(found[2], ValueError)
    assert "Traceback" in found[2].__notes__[0]
    assert multiprocessing.active_children() == []
    assert list(side_by_side(math.sqrt, [], 0)) == []


def test_a_process_that_dies_takes_no_other_item_with_it() -> None:
    found = dict(side_by_side(eval, ["1 + 1", DIES, "2 + 2", DIES], 1))
    assert (found[0], found[2]) == (2, 4)
    assert isinstance(found[1], ProcessEnded)
    assert "exit code 3" in str(found[3])


def test_an_error_that_does_not_travel_is_told() -> None:
    odd = "(_ for _ in ()).throw(type('Odd', (Exception,), {})('x'))"
    ((_, error),) = side_by_side(eval, [odd], 1)
    assert isinstance(error, RuntimeError)
    assert str(error) == "Odd: x"


def test_closing_ends_what_is_under_way() -> None:
    started = time.monotonic()
    with contextlib.closing(side_by_side(eval, ["__import__('time').sleep(300)", "1"], 2)) as each:
        assert next(each) == (1, 1)
    assert multiprocessing.active_children() == []
    assert time.monotonic() - started < 150


def test_nothing_is_imported_from_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "multiprocessing.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    assert list(side_by_side(math.sqrt, [4.0], 1)) == [(0, 2.0)]
