"""Numbers as people read them: few digits, thousands apart, units in place, "–" for unknown.

No digit is shown that does not help: three significant digits for what was measured, all
digits for what was counted. A no-break space ties a number to its unit, and the minus is a
true minus; ``plain`` turns both back for a place that needs ASCII-like text.
"""

from __future__ import annotations

import itertools
import math
import re

MISSING = "–"
_SPACE = "\u00a0"  # no-break space between a number and its unit
_MINUS = "\u2212"
_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"))
_SHORT_SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_CURRENCY = re.compile(r"[A-Z]{0,3}[$£€¥₹₽₩₺₴₫₦₱฿₪]\Z")
_SINGULAR = frozenset(
    ("days", "weeks", "months", "years", "hours", "minutes", "seconds", "orders", "items", "lines")
)
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(value: float | None) -> str:
    """Show a measured number with about three significant digits.

    ``1204.4`` is ``1,204``; ``12.34`` is ``12.3``; ``2_345_678`` is ``2.35 M``; NaN is ``–``.
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else _MINUS + "∞"
    sign = _MINUS if value < 0 else ""
    size = abs(float(value))
    if size == 0:
        return "0"
    if size >= 1e15 or size < 1e-4:
        return sign + _scientific(size)
    for scale, word in _SCALES:
        if size >= scale * 0.9995:
            return f"{sign}{_digits(size / scale)}{_SPACE}{word}"
    return sign + _digits(size)


def count(value: int) -> str:
    """Show a count in full, thousands apart."""
    return f"{int(value):,}".replace("-", _MINUS)


def share(value: float | None) -> str:
    """Show a share 0 … 1 in percent; only what is really all or nothing is 100 % or 0 %."""
    if value is None or math.isnan(value):
        return MISSING
    percent = 100 * value
    if 0 < percent < 0.1:
        text = "<0.1"
    elif 99.9 < percent < 100:
        text = ">99.9"
    elif percent < 9.95:
        text = _trim(f"{percent:.1f}")
    elif 99.5 <= percent < 100:
        text = f"{percent:.1f}"
    else:
        text = f"{percent:.0f}"
    return f"{text}{_SPACE}%".replace("-", _MINUS)


def lift(value: float) -> str:
    """Show a ratio to the population: ``2.3×``."""
    if math.isnan(value):
        return MISSING
    if 0 < value < 0.01:
        return "<0.01×"
    text = number(value) if abs(value) >= 0.995 else _trim(f"{value:.2f}")
    return f"{text.replace('-', _MINUS)}×"


def signed(value: float, digits: int = 1) -> str:
    """Show a signed number with fixed decimals: ``+1.3``, ``−0.4``, ``0.0``."""
    if math.isnan(value):
        return MISSING
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", _MINUS)


def fixed(value: float, digits: int = 2) -> str:
    """Show a score with fixed decimals: ``0.43``."""
    if math.isnan(value):
        return MISSING
    # "z": what rounds to 0 has no minus
    return f"{value:z.{digits}f}".replace("-", _MINUS)


def quantity(value: float | None, unit: str = "", name: str = "", places: int | None = None) -> str:
    """Show a number with its unit: ``£1,204``, ``6 days``, ``34 %``.

    A unit that the column's name already tells (``recency_days``) is not said again. A column
    whose name says that it holds calendar years is shown without a thousands mark.
    """
    if value is None or math.isnan(value):
        return MISSING
    if not unit and is_year(value, name):
        return f"{value:.0f}"
    text = number(value) if places is None else f"{value:,.{places}f}".replace("-", _MINUS)
    if not unit or tells(name, unit):
        return text
    if _CURRENCY.match(unit):
        return f"{_MINUS}{unit}{text[1:]}" if text.startswith(_MINUS) else unit + text
    if text == "1" and unit in _SINGULAR:
        unit = unit[:-1]
    return f"{text}{_SPACE}{unit}"


def span(low: float, high: float, unit: str = "", name: str = "") -> str:
    """Show a range, a unit that follows its number only once: ``21 … 30 orders``."""
    if math.isnan(low) or math.isnan(high):
        return MISSING
    places = places_apart(low, high)
    return f"{bare(low, unit, name, places)} … {quantity(high, unit, name, places)}"


def bare(value: float, unit: str = "", name: str = "", places: int | None = None) -> str:
    """Show a number beside one that has the unit: only a currency mark or % is repeated."""
    return quantity(value, unit if unit == "%" or _CURRENCY.match(unit) else "", name, places)


def places_apart(one: float, other: float) -> int | None:
    """Return the decimals that tell two numbers apart; None where three digits each do.

    Numbers may be large and differ little: of ``1_000_000_003`` and ``1_000_000_005``, three
    digits would say the same.
    """
    if not (math.isfinite(one) and math.isfinite(other)) or number(one) != number(other):
        return None
    gap, size = abs(one - other), max(abs(one), abs(other))
    if gap <= 1e-12 * size or size >= 1e15 or gap < 1e-6:
        return None  # what differs is the rounding, or too long to be read
    return max(0, -math.floor(math.log10(gap)))


def together(here: float, everyone: float, unit: str = "", name: str = "") -> tuple[str, str]:
    """Show a segment's figure and everyone's, with as many digits as tell them apart."""
    places = places_apart(here, everyone)
    return quantity(here, unit, name, places), quantity(everyone, unit, name, places)


def tells(name: str, unit: str) -> bool:
    """Tell whether a column's name says its unit; a currency mark is short and stays."""
    if _CURRENCY.match(unit):
        return False
    return unit.casefold() in re.split(r"[\s_()\[\],/.-]+", name.casefold())


def is_year(value: float, name: str) -> bool:
    """Tell whether a value of a column of this name is a calendar year."""
    return 1500 <= value <= 2200 and re.search(r"(?i)(^|[^a-z])year([^a-z]|$)", name) is not None


def short(value: float, unit: str = "") -> str:
    """Show a round number for an axis: ``12k``, ``£1.5M``, ``0.05``."""
    sign = _MINUS if value < 0 else ""
    size = abs(float(value))
    text = ""
    for scale, letter in _SHORT_SCALES:
        if size >= scale * (10 if letter == "k" else 1):
            text = f"{_trim(f'{size / scale:.4g}')}{letter}" if size < 1e15 else ""
            break
    if not text:
        text = _scientific(size) if size and not 1e-4 <= size < 1e15 else _trim(f"{size:,.10g}")
    if _CURRENCY.match(unit):
        return sign + unit + text
    return f"{sign}{text}%" if unit == "%" else sign + text


def tick_texts(values: list[float], unit: str = "") -> list[str]:
    """Show the ticks of an axis: short, but in full where short ones would be the same."""
    texts = [short(value, unit) for value in values]
    if len(set(texts)) == len(texts):
        return texts
    gap = min(abs(b - a) for a, b in itertools.pairwise(sorted(values)))
    places = min(max(0, math.ceil(-math.log10(gap) - 1e-9)), 6) if gap else 0
    return [f"{value:,.{places}f}".replace("-", _MINUS) for value in values]


def plain(text: str) -> str:
    """Turn no-break spaces into spaces, for a terminal."""
    return text.replace(_SPACE, " ")


def _digits(size: float) -> str:
    """Format 1e-4 <= size < 1e6 with about three significant digits."""
    if size >= 99.95:
        return f"{size:,.0f}"
    if size >= 9.995:
        return _trim(f"{size:.1f}")
    if size >= 0.9995:
        return _trim(f"{size:.2f}")
    places = 1 - math.floor(math.log10(size))
    return _trim(f"{size:.{places}f}")


def _scientific(size: float) -> str:
    mantissa, _, exponent = f"{size:.1e}".partition("e")
    return f"{_trim(mantissa)}{_SPACE}×{_SPACE}10{str(int(exponent)).translate(_RAISED)}"


def _trim(text: str) -> str:
    if "." not in text or "e" in text:
        return text
    return text.rstrip("0").rstrip(".")
