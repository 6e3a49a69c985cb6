"""Numbers and lists in words, for the sentences that facts carry."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal

#: units written before the number, without a space
_BEFORE = {"£", "$", "€", "¥", "₹", "US$", "A$", "C$"}


def number(value: float, unit: str = "", whole: bool = False) -> str:
    """Return a number a person can read, with its unit.

    About three significant digits are kept below 1,000 and whole numbers above; NaN and
    infinities, which are no numbers, become ``"unknown"``.

    >>> number(1203.6, "£"), number(6.0, "days"), number(0.1234), number(float("nan"))
    ('£1,204', '6 days', '0.123', 'unknown')
    """
    if not math.isfinite(value):
        return "unknown"
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        text = f"{value:.3g}"
    elif size >= 100 or (whole and value == int(value)):
        text = f"{value:,.0f}"
    elif size >= 1:
        text = f"{value:.{1 if size >= 10 else 2}f}".rstrip("0").rstrip(".")
    else:
        text = f"{value:.3g}" if size else "0"
    return with_unit("0" if text == "-0" else text, unit)


def with_unit(text: str, unit: str) -> str:
    """Put a unit where it belongs: ``£12``, ``12 days``, ``−£3``."""
    if not unit:
        return text
    if unit in _BEFORE:
        return f"-{unit}{text[1:]}" if text.startswith("-") else f"{unit}{text}"
    return f"{text} {'day' if unit == 'days' and text == '1' else unit}"


def unsaid(unit: str, name: str) -> str:
    """Return a unit, or nothing where the column's name says it: ``Annual Income (k$)``.

    >>> unsaid("k$", "Annual Income (k$)"), unsaid("days", "recency_days"), unsaid("£", "spend")
    ('', '', '£')
    """
    words = re.split(r"[\s_()\[\],/.-]+", name.casefold())
    return "" if unit not in _BEFORE and unit.casefold() in words else unit


def exact(value: float) -> str:
    """Return every digit of a number, grouped by thousands; reading it back gives the number.

    >>> exact(1200.0), exact(0.25), exact(1e300)
    ('1,200', '0.25', '1e+300')
    """
    if value == 0:
        return "0"
    if not 1e-6 <= abs(value) < 1e15:
        return repr(float(value))
    text = f"{Decimal(repr(float(value))):,f}"
    return text.removesuffix(".0")


def percent(share: float) -> str:
    """Return a share 0 … 1 in percent; small ones keep a decimal, none is rounded to 0 or 100.

    >>> percent(0.934), percent(0.0042), percent(0.9999), percent(1.0)
    ('93 %', '0.4 %', '99.9 %', '100 %')
    """
    if not math.isfinite(share):
        return "unknown"
    value = 100 * share
    if 0 < value < 0.1:
        return "under 0.1 %"
    if 99.5 <= value < 100:
        return f"{min(round(value, 1), 99.9):.1f} %"
    return f"{value:.1f} %" if 0 < value < 0.95 else f"{value:.0f} %"


def decimals(value: float, digits: int = 2) -> str:
    """Return a score with fixed decimals; the minus is a minus, and 0 has none.

    >>> decimals(0.4321), decimals(-0.16), decimals(-0.001)
    ('0.43', '−0.16', '0.00')
    """
    return f"{value:z,.{digits}f}".replace("-", "−")


def listing(names: Sequence[str], most: int = 3) -> str:
    """Join names as a person would: ``a, b and c``; ``a, b and 4 more`` when there are many."""
    names = list(names)
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def plain(name: str) -> str:
    """Return a column name as words: no underscores, no unit in brackets at the end.

    Capitals go from ordinary words, and stay in ``MntWines``, ``RFM`` or ``X2``.

    >>> plain("Annual Income (k$)"), plain("total_spend"), plain("NumDealsPurchases")
    ('annual income', 'total spend', 'NumDealsPurchases')
    """
    words = name.replace("_", " ").strip()
    if words.endswith((")", "]")):
        bracket = max(words.rfind("("), words.rfind("["))
        if bracket > 0:
            words = words[:bracket].strip()
    lower = [word.lower() if word.istitle() and word.isalpha() else word for word in words.split()]
    return " ".join(lower) or name
