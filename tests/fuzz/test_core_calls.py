"""No call of the native core crashes it: a short run of the fuzzer, the same each time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("core_calls.py")

#: functions for which the fuzzer finds no accepted call by itself; each has its reason
UNSOLVED: dict[str, str] = {}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(HARNESS), *arguments], capture_output=True, text=True, timeout=280
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the harness bounds its time by SIGALRM")
def test_no_call_crashes_or_writes_where_it_must_not() -> None:
    done = run("--rounds", "40")
    tail = "\n".join(done.stderr.splitlines()[-25:])
    assert done.returncode == 0, tail
    lines = [line.split() for line in done.stdout.splitlines()]
    assert {"checked_rows", "lloyd", "nearest", "silhouettes"} <= {line[0] for line in lines}
    for name, overload, solved, accepted, refused in lines:
        assert int(solved) == (name not in UNSOLVED), f"{name}, overload {overload}"
        assert int(accepted) + int(refused) == 40
    assert sum(int(line[3]) for line in lines) > 0.03 * 40 * len(lines)  # not all are refused
    assert sum(int(line[4]) for line in lines) > 0.3 * 40 * len(lines)


@pytest.mark.skipif(sys.platform == "win32", reason="the harness bounds its time by SIGALRM")
def test_the_fuzzer_sees_what_is_wrong() -> None:
    """A core that writes beyond its array, or into what it may only read, is found out."""
    code = f"""
import sys; sys.path.insert(0, {str(HARNESS.parent)!r})
import ctypes, numpy as np, core_calls
class Core:
    @staticmethod
    def broken(x, beyond):
        ctypes.memset(x.ctypes.data + (x.nbytes if beyond else 0), 7, 1)
core_calls.core = Core
x = core_calls.guarded(np.zeros(3))
arg = core_calls.Arg("array", "float64", 1), core_calls.Arg("int")
caller = core_calls.Caller("broken", list(arg), np.random.default_rng(0))
for beyond, message in ((1, "wrote beyond"), (0, "changed")):
    try:
        caller.call([core_calls.guarded(np.zeros(3)), beyond])
    except core_calls.Failure as error:
        assert message in str(error), error
    else:
        raise SystemExit("not found out")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
