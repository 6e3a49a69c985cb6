"""What a value must be: rules that check it, say so in words, and give bad values for tests."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_HEX = re.compile(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_SPAN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(?:\s*[-–]\s*([0-9]{1,9}(?:\.[0-9]{1,9})?))?")
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([kmg]?)(i?)b?", re.IGNORECASE)


@dataclass(frozen=True)
class Number:
    """An integer (``whole``) or a real number, between two bounds."""

    whole: bool = True
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False  # the low bound itself is not allowed
    open_high: bool = False

    def says(self) -> str:
        """Put the rule in words."""
        kind = "an integer" if self.whole else "a number"
        parts = []
        if self.low > -math.inf:
            parts.append(f"{'>' if self.open_low else '>='} {self.low:g}")
        if self.high < math.inf:
            parts.append(f"{'<' if self.open_high else '<='} {self.high:g}")
        return " ".join([kind, " and ".join(parts)]).strip()

    def type_ok(self, value: Any) -> bool:
        """Tell whether the value has the type that the rule needs."""
        if isinstance(value, bool) or type(value).__name__ == "bool_":
            return False
        return isinstance(value, numbers.Integral if self.whole else numbers.Real)

    def value_ok(self, value: Any) -> bool:
        """Tell whether a value of the right type lies between the bounds."""
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return bool(above and below)  # NaN fails both

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        below = () if self.low == -math.inf else (self.low if self.open_low else self.low - 1,)
        below = tuple(int(v) if self.whole else v for v in below)
        above = () if self.high == math.inf else (self.high if self.open_high else self.high + 1,)
        return (*below, *above, "three", 1.5 if self.whole else math.nan)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def says(self) -> str:
        """Put the rule in words."""
        return "True or False"

    def type_ok(self, value: Any) -> bool:
        """Tell whether the value is a boolean."""
        return isinstance(value, bool) or type(value).__name__ == "bool"

    def value_ok(self, value: Any) -> bool:
        """Accept both."""
        return True

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        return ("yes", 2, 0.5)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def says(self) -> str:
        """Put the rule in words."""
        return "one of " + ", ".join(repr(word) for word in self.words)

    def type_ok(self, value: Any) -> bool:
        """Tell whether the value is text."""
        return isinstance(value, str)

    def value_ok(self, value: Any) -> bool:
        """Tell whether the value is one of the words."""
        return value in self.words

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        return ("no-such-choice", 3.5)


@dataclass(frozen=True)
class Text:
    """Any text that is not blank."""

    def says(self) -> str:
        """Put the rule in words."""
        return "text that is not blank"

    def type_ok(self, value: Any) -> bool:
        """Tell whether the value is text."""
        return isinstance(value, str)

    def value_ok(self, value: Any) -> bool:
        """Tell whether anything is in it."""
        return bool(value.strip())

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        return ("", 7)


@dataclass(frozen=True)
class Texts:
    """A list of names; on the command line, separated by commas."""

    def says(self) -> str:
        """Put the rule in words."""
        return "a list of names, each given once"

    def type_ok(self, value: Any) -> bool:
        """Tell whether the value is a list of texts."""
        return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)

    def value_ok(self, value: Any) -> bool:
        """Tell whether no name is blank or given twice."""
        return all(item.strip() for item in value) and len(set(value)) == len(value)

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        return ((1, 2), ("a", "a"), ("",), 7)


@dataclass(frozen=True)
class Other:
    """A value that only the code using it can judge (an array, a callable), but never text."""

    words: str

    def says(self) -> str:
        """Put the rule in words."""
        return self.words

    def type_ok(self, value: Any) -> bool:
        """Refuse text; leave the rest to the code that uses it."""
        return not isinstance(value, str)

    def value_ok(self, value: Any) -> bool:
        """Leave the judgement to the code that uses it."""
        return True

    def bad_values(self) -> tuple[Any, ...]:
        """Return text: what else is bad is tested where the value is used."""
        return ("no-such-value",)


@dataclass(frozen=True)
class Colors(Texts):
    """A list of colors as hexadecimal digits; on the command line, separated by commas."""

    def says(self) -> str:
        """Put the rule in words."""
        return "a list of colors such as '#1e90ff' or '#00000080', each given once"

    def value_ok(self, value: Any) -> bool:
        """Tell whether each is a color of 3, 4, 6 or 8 digits, given once."""
        return len(value) > 0 and super().value_ok(value) and all(map(_HEX.fullmatch, value))

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        return (("#12345",), ("blue",), ("#fff", "#fff"), (), 7)


@dataclass(frozen=True)
class Numbers:
    """A list of integers between two bounds; on the command line, separated by commas."""

    low: int
    high: int

    def says(self) -> str:
        """Put the rule in words."""
        return f"a list of integers >= {self.low} and <= {self.high}, each given once"

    def type_ok(self, value: Any) -> bool:
        """Tell whether the value is a list of integers."""
        return isinstance(value, list | tuple) and all(map(Number().type_ok, value))

    def value_ok(self, value: Any) -> bool:
        """Tell whether there are some, all between the bounds and none given twice."""
        within = all(self.low <= item <= self.high for item in value)
        return within and 0 < len(value) == len(set(value))

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        return ((self.low - 1,), (self.high + 1,), (self.low, self.low), (), "four")


@dataclass(frozen=True)
class Range:
    """A span ``"60-80"`` or ``(60, 80)``, or one number, which stands for both of its ends."""

    low: float
    high: float

    def says(self) -> str:
        """Put the rule in words."""
        return f"a number or a span such as '60-80', from {self.low:g} to {self.high:g}"

    def type_ok(self, value: Any) -> bool:
        """Tell whether the value is a number, two of them, or text."""
        number = Number(whole=False)
        if isinstance(value, list | tuple):
            return len(value) == 2 and all(map(number.type_ok, value))
        return isinstance(value, str) or number.type_ok(value)

    def value_ok(self, value: Any) -> bool:
        """Tell whether the ends are in order and between the bounds."""
        ends = span(value)
        return ends is not None and self.low <= ends[0] <= ends[1] <= self.high

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        above, below = self.high + 1, self.low - 1
        return ("80-60", (80, 60), (60,), ("60", "80"), "good", "-", above, below, math.nan)


@dataclass(frozen=True)
class Size:
    """A number of bytes: an integer, or text with a unit."""

    def says(self) -> str:
        """Put the rule in words."""
        return "a number of bytes such as 50000, '50kB', '1.5MB' or '48KiB'"

    def type_ok(self, value: Any) -> bool:
        """Tell whether the value is an integer or text."""
        return isinstance(value, str) or Number().type_ok(value)

    def value_ok(self, value: Any) -> bool:
        """Tell whether it is at least one byte."""
        return (n_bytes(value) or 0) >= 1

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        return (0, -1, "0kB", "50 parsecs", "kB")


def span(value: str | float | Sequence[float]) -> tuple[float, float] | None:
    """Return the ends of ``"60-80"``, ``(60, 80)``, ``"80"`` or 80; None when it is no span."""
    if isinstance(value, str):
        found = _SPAN.fullmatch(value.strip())
        return (float(found[1]), float(found[2] or found[1])) if found else None
    low, high = value if isinstance(value, Sequence) else (value, value)
    return float(low), float(high)


def n_bytes(value: str | int) -> int | None:
    """Return the bytes that ``"1.5MB"`` or a number stands for; None when it is no size."""
    if not isinstance(value, str):
        return int(value)
    found = _SIZE.fullmatch(value.strip())
    if not found:
        return None
    prefix, binary = found[2].lower(), bool(found[3])
    return int(float(found[1]) * (1024 if binary else 1000) ** " kmg".index(prefix or " "))


Rule = Number | Flag | Choice | Text | Texts | Colors | Numbers | Range | Size | Other
