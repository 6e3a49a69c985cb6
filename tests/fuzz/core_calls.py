"""Call every function of the native core with what it must refuse, or must survive.

The functions and what each takes are read from the core itself, so that a new binding is fuzzed
from its first day. For each overload a call that is accepted is found by *repair*: the core says
what must hold (``length of labels: must be 13; got 29``), sizes start as different primes, and so
the message tells which array to change. From that call, one or two arguments at a time are made
wrong. Each call must raise a plain Python exception or return; a crash ends this process, which
``test_core_calls.py`` runs as a child and ``make fuzz`` runs under AddressSanitizer. Guard bytes
lie around every array; what a function may only read must stay as it was; an accepted call must
give the same bytes again, on any number of threads.

    python tests/fuzz/core_calls.py [--seed N] [--rounds N] [--seconds S] [--exact] [--only NAME]
"""

from __future__ import annotations

import argparse
import faulthandler
import itertools
import re
import signal
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from covey import _core as core

#: set for the whole process, not by arguments that point anywhere
SETTINGS = {"set_threads", "use_instruction_set"}

#: what a refusal may be
REFUSALS = (TypeError, ValueError, MemoryError, OverflowError)

MOST = 100_000  # values of an array
SECONDS = 3.0  # that a call may take
GUARD = 64  # bytes on both sides of an array
EXACT = "--exact" in sys.argv  # no guards: for AddressSanitizer, which sees reads beyond as well
PRIMES = [
    11,
    13,
    17,
    19,
    23,
    29,
    31,
    37,
    41,
    43,
    47,
    53,
    59,
    61,
    67,
    71,
    73,
    79,
    83,
    89,
    97,
    101,
    103,
    107,
]
WIDE = [0, -1, 1, 2, 7, 2**31 - 1, -(2**31), 2**31, 2**40, 2**62, -(2**63), 2**63 - 1]
ODD = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-320, 1e300, -1e300, 1e30]


class Failure(Exception):
    """The core did what it must not."""


@dataclass(frozen=True)
class Arg:
    """What one argument of an overload is."""

    kind: str  # "array", or the name of a type
    dtype: str = ""
    n_dims: int = 0
    writable: bool = False
    optional: bool = False


def parse(signature: str) -> list[Arg]:
    """Return the arguments that a signature as nanobind writes it takes."""
    inside = signature[signature.index("(") + 1 : signature.rindex(")")]
    found = []
    for text in re.findall(r"arg\d*: (.*?)(?=, arg\d+:|, /|$)", inside):
        optional = "None" in text
        if match := re.search(r"dtype=(\w+), shape=\(([^)]*)\)", text):
            n_dims = match[2].count("*")
            writable = "writable=False" not in text
            found.append(Arg("array", match[1], n_dims, writable, optional))
        else:
            found.append(Arg(text.split(" |")[0].split(".")[-1], optional=optional))
    return found


def overloads(only: str = "") -> list[tuple[str, list[Arg]]]:
    """Return every overload of every function of the core."""
    every = []
    for name in dir(core):
        for signature, *_ in getattr(getattr(core, name), "__nb_signature__", ()) or ():
            if only in name and "arg" in signature:
                every.append((name, parse(signature)))
    return every


def guarded(values: np.ndarray, shift: int = 0) -> np.ndarray:
    """Return a copy of an array with guard bytes on both sides, which ``unhurt`` looks at."""
    values = np.ascontiguousarray(values)
    if EXACT and not shift:
        return values.copy()
    room = np.full(values.nbytes + 2 * GUARD + shift, 0xA5, np.uint8)
    copy = np.frombuffer(room, values.dtype, values.size, GUARD + shift).reshape(values.shape)
    copy[...] = values
    return copy


def unhurt(array: np.ndarray) -> bool:
    """Tell whether nothing was written around an array that ``guarded`` made."""
    room = array
    while isinstance(room.base, np.ndarray):
        room = room.base
    before = array.ctypes.data - room.ctypes.data
    if room.dtype != np.uint8 or before < GUARD:  # bytes of a caller's own
        return True
    return bool((room[:GUARD] == 0xA5).all() and (room[room.size - GUARD :] == 0xA5).all())


class Caller:
    """Makes, repairs and spoils the arguments of one overload."""

    def __init__(self, name: str, args: list[Arg], rng: np.random.Generator) -> None:
        self.name, self.args, self.rng = name, args, rng
        self.function = getattr(core, name)

    # ------------------------------------------------------------ a call that is accepted

    def first_guess(self) -> list[Any]:
        """Return sizes and numbers that are all different, or numbers that are small."""
        sizes = iter(self.rng.permutation(PRIMES).tolist())
        values = itertools.count(1000) if self.rng.random() < 0.4 else itertools.repeat(0)
        return [self._guess(arg, sizes, values) for arg in self.args]

    def _guess(self, arg: Arg, sizes: Any, values: Any) -> Any:
        if arg.kind == "array":
            shape = tuple(next(sizes) for _ in range(arg.n_dims))
            if arg.dtype.startswith("float"):
                return self.rng.normal(size=shape).astype(arg.dtype)
            if arg.dtype == "bool":
                return self.rng.random(shape) < 0.5
            start = next(values)
            if start == 0 and self.rng.random() < 0.5:  # places, one after the other
                return np.arange(np.prod(shape)).reshape(shape).astype(arg.dtype)
            return np.full(shape, np.array(start).astype(arg.dtype))
        if arg.kind.startswith("Rows_"):
            return self._rows(arg.kind, next(sizes), next(sizes))
        if arg.kind.startswith("tuple[int"):
            return 0, 10**6  # bounds that hold for any number of rows
        small = int(self.rng.integers(4))
        plain = {"int": next(values) or small, "float": 1.0, "bool": False, "str": "baseline"}
        if arg.kind not in plain:
            raise Failure(f"{self.name} takes a {arg.kind}: teach core_calls.py to make one")
        return plain[arg.kind]

    def _rows(self, kind: str, n: int, d: int) -> Any:
        _, value, index = kind.split("_")
        types = {"f32": "float32", "f64": "float64", "i32": "int32", "i64": "int64"}
        dense = self.rng.normal(size=(n, d)) * (self.rng.random((n, d)) < 0.4)
        columns = [np.flatnonzero(row) for row in dense]
        indptr = np.concatenate([[0], np.cumsum([len(each) for each in columns])])
        return core.checked_rows(
            dense[dense != 0].astype(types[value]),
            np.concatenate(columns).astype(types[index]), indptr.astype(types[index]), d,
        )  # fmt: skip

    def accepted(self) -> list[Any] | None:
        """Return arguments that the function takes, or None where repair does not find any."""
        for _ in range(300):
            given = self.first_guess()
            for _ in range(60):
                try:
                    self.function(*[_copy(each) for each in given])
                except ValueError as error:
                    if not self._repair(given, str(error)):
                        break
                except (TypeError, MemoryError, OverflowError):
                    break
                else:
                    return given
        return None

    def _repair(self, given: list[Any], message: str) -> bool:
        """Change what the message complains of; False where it does not say what that is."""
        match = re.search(r"must be (-?\d+); got (-?\d+)", message)
        if not match:
            return False
        wanted, got = int(match[1]), int(match[2])
        if "below" in message and self.rng.random() < 0.8:
            wanted = int(self.rng.integers(wanted)) if wanted > 0 else 0
        ways = list(self._ways(given, wanted, got))
        if not ways:
            return False
        i, value = ways[self.rng.integers(len(ways))]
        given[i] = value
        return True

    def _ways(self, given: list[Any], wanted: int, got: int) -> Any:
        """Yield (argument, its new value) for all that could have been ``got``."""
        for i, each in enumerate(given):
            if type(each) is int and each == got:
                yield i, wanted
            if not isinstance(each, np.ndarray):
                continue
            if each.dtype.kind == "i" and (each == got).any():
                yield i, np.where(each == got, wanted, each).astype(each.dtype)
                places = np.flatnonzero(each == got)
                for place in (places[0], places[-1]):
                    changed = each.copy()
                    changed.flat[place] = wanted
                    yield i, changed
            for axis, size in enumerate(each.shape):
                if size == got and 0 <= wanted * each.size <= MOST * size:
                    yield i, self._resized(each, axis, wanted)
            if each.ndim == 2 and each.size == got and 0 <= wanted <= MOST:
                for axis, size in enumerate(each.shape):
                    if size and wanted % size == 0:
                        yield i, self._resized(each, 1 - axis, wanted // size)
                for size in {d for a in given if isinstance(a, np.ndarray) for d in a.shape if d}:
                    if wanted % size == 0:
                        yield i, np.resize(each, (size, wanted // size))

    def _resized(self, array: np.ndarray, axis: int, size: int) -> np.ndarray:
        shape = [size if a == axis else each for a, each in enumerate(array.shape)]
        return np.resize(array, shape)

    # ------------------------------------------------------------ calls that are not

    def spoilt(self, given: list[Any]) -> list[Any]:
        """Return the arguments with one or two made wrong."""
        given = [_copy(each) for each in given]
        for i in self.rng.permutation(len(given))[: self.rng.integers(1, 3)]:
            given[i] = self._spoil(given[i], self.args[i], given)
        return given

    def _spoil(self, value: Any, arg: Arg, given: list[Any]) -> Any:
        if isinstance(value, np.ndarray):
            return self._spoil_array(value, arg, given)
        if arg.kind == "float":
            return float(self.rng.choice(ODD))
        if isinstance(value, tuple):
            value = tuple(int(self.rng.choice(WIDE)) for _ in value)
            return value[: self.rng.integers(1, len(value) + 2)]
        choices: list[Any] = [None, "x", 1.5, [], object(), *WIDE, 2**64]
        return choices[self.rng.integers(len(choices))]

    def _spoil_array(self, x: np.ndarray, arg: Arg, given: list[Any]) -> Any:
        rng, axis = self.rng, int(self.rng.integers(max(1, x.ndim)))
        other = [a for a in given if isinstance(a, np.ndarray) and a.dtype == x.dtype]
        ways = {
            "shorter": lambda: x.take(np.arange(max(0, x.shape[axis] - 1)), axis),
            "longer": lambda: np.concatenate([x, x], axis),
            "empty": lambda: x.take([], axis),
            "none at all": lambda: x[:0],
            "other order": lambda: np.asfortranarray(x),
            "strided": lambda: np.repeat(x, 2, axis)[tuple(
                slice(None, None, 2 if a == axis else 1) for a in range(x.ndim))],
            "backwards": lambda: x[::-1],
            "one dimension more": lambda: x[None],
            "flat": lambda: x.ravel(),
            "scalar": lambda: np.array(x.sum(), x.dtype),
            "broadcast": lambda: np.broadcast_to(x.ravel()[:1], x.shape) if x.size else x,
            "other dtype": lambda: x.astype(rng.choice(
                ["float16", "float32", "float64", "int8", "int32", "int64", "uint32", "bool",
                 "complex64", "object"])),
            "other byte order": lambda: x.astype(x.dtype.newbyteorder()),
            "unaligned": lambda: guarded(x, shift=1),
            "read-only": lambda: _read_only(x),
            "overlapping": lambda: other[rng.integers(len(other))],
            "none": lambda: None,
            "list": lambda: x.tolist(),
            "text": lambda: "rows",
            "values": lambda: self._odd_values(x),
            "one value": lambda: self._odd_values(x, one=True),
        }  # fmt: skip
        with np.errstate(all="ignore"):
            return ways[rng.choice(list(ways))]()

    def _odd_values(self, x: np.ndarray, one: bool = False) -> np.ndarray:
        x = guarded(x)
        if not x.size or x.dtype.kind not in "if":
            return x
        if x.dtype.kind == "i":
            limits = np.iinfo(x.dtype)
            choice = np.array([v for v in WIDE if limits.min <= v <= limits.max], x.dtype)
        else:
            choice = np.array(ODD).astype(x.dtype)
        if one:
            x.reshape(-1)[self.rng.integers(x.size)] = self.rng.choice(choice)
        else:
            x[...] = self.rng.choice(choice, size=x.shape)
        return x

    # ------------------------------------------------------------ what must hold of any call

    def call(self, given: list[Any]) -> tuple[Any, ...] | None:
        """Call; return the result and all arrays as bytes, or None where it was refused."""
        before = [each.tobytes() if isinstance(each, np.ndarray) else b"" for each in given]
        refused = False
        try:
            result = stoppable(self.function, given)
        except Stopped:
            return ()
        except REFUSALS:
            refused, result = True, None
        for arg, each, was in zip(self.args, given, before, strict=True):
            if not isinstance(each, np.ndarray):
                continue
            if not unhurt(each):
                raise Failure("wrote beyond an array")
            shared = sum(isinstance(a, np.ndarray) and np.shares_memory(a, each) for a in given)
            kept = not arg.writable and shared == 1 and each.dtype != object
            if kept and each.tobytes() != was:
                raise Failure(f"changed {arg}")
        if refused:
            return None
        arrays = [each.tobytes() for each in given if isinstance(each, np.ndarray)]
        return repr(result) if not hasattr(result, "__nb_signature__") else "", *arrays


def _copy(value: Any) -> Any:
    return guarded(value) if isinstance(value, np.ndarray) else value


def _read_only(x: np.ndarray) -> np.ndarray:
    x = guarded(x)
    x.flags.writeable = False
    return x


class Stopped(Exception):
    """A call was stopped: it was asked for more work than there is time, 2⁶² rounds for one."""


def stop(*_: Any) -> None:
    raise Stopped


def stoppable(call: Any, given: list[Any]) -> Any:
    """Call, for at most ``SECONDS``; a pass that does not heed the signal holds up this process."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return call(*given)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def fuzz(name: str, args: list[Arg], rng: np.random.Generator, n_rounds: int) -> dict[str, int]:
    """Fuzz one overload; return how many calls were accepted and refused."""
    caller = Caller(name, args, rng)
    count = {"solved": 0, "accepted": 0, "refused": 0}
    given = None if name in SETTINGS else caller.accepted()
    if given is not None and name != "checked_rows":
        core.set_threads(1)
        once = caller.call([_copy(each) for each in given])
        core.set_threads(3)
        again = caller.call([_copy(each) for each in given])
        if () not in (once, again) and (once != again or once is None):  # (): was stopped
            raise Failure("another number of threads gave other bytes")
    count["solved"] = int(given is not None or name in SETTINGS)
    for _ in range(n_rounds):
        start = caller.first_guess() if given is None else given
        wrong = caller.spoilt(start)
        outcome = caller.call(wrong)
        count["refused" if outcome is None else "accepted"] += 1
        core.set_threads(2)
    core.use_instruction_set("auto")
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=100, help="spoilt calls of each overload")
    parser.add_argument("--seconds", type=float, default=0, help="go on with other seeds so long")
    parser.add_argument("--exact", action="store_true", help="no guard bytes: for sanitizers")
    parser.add_argument("--only", default="", help="functions whose names contain this")
    options = parser.parse_args()
    faulthandler.enable()
    signal.signal(signal.SIGALRM, stop)
    until, seed = time.monotonic() + options.seconds, options.seed
    while True:
        for i, (name, args) in enumerate(overloads(options.only)):
            print(f"seed {seed}: {name}, overload {i}", file=sys.stderr, flush=True)
            count = fuzz(name, args, np.random.default_rng([seed, i]), options.rounds)
            print(name, i, *count.values(), flush=True)
        seed += 1
        if time.monotonic() >= until:
            break


if __name__ == "__main__":
    main()
