"""What a value must be: rules that check it, say so in words, and give bad values for tests."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import Any


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


Rule = Number | Flag | Choice | Text | Texts | Other
