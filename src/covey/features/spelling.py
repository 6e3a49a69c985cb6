"""How numbers, dates and yes/no are written in text, and the SQL that reads them.

Every function takes a quoted SQL column and its DuckDB type and gives an SQL expression, so that
fitting and scoring read values by the same words. What cannot be read is NULL.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass

#: spellings of "there is no value", in lower case
MISSING = (
    "", "na", "n/a", "n.a.", "#n/a", "nan", "null", "nil", "-", "--", "—", "–", "?", ".",
    "#null!", "#div/0!", "#value!", "\\n", "<na>", "nat",
)  # fmt: skip
#: also no value where a number or a date is expected; in a category they are a level like others
VAGUE = ("none", "unknown", "missing", "undefined", "not available", "unbekannt", "inconnu", "k.a.")

#: pairs (yes, no) of two-valued columns, in lower case
BOOLEANS = (
    ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("1", "0"),
    ("oui", "non"), ("vrai", "faux"), ("ja", "nein"), ("wahr", "falsch"), ("si", "no"),
    ("sí", "no"), ("sim", "não"), ("ja", "nee"), ("on", "off"),
)  # fmt: skip

#: what marks a row in a column that is blank in all others, and how such a column is read
MARKS = frozenset({"x", "*", "✓", "✔", "1.0", *(yes for yes, _ in BOOLEANS)})
BLANK_IS_NO = "blank is no"

CURRENCIES = {
    "£": "£", "$": "$", "€": "€", "¥": "¥", "₹": "₹", "usd": "$", "eur": "€", "gbp": "£",
    "us$": "$", "jpy": "¥", "inr": "₹", "chf": "CHF", "sek": "SEK", "nok": "NOK", "dkk": "DKK",
    "pln": "zł", "zł": "zł", "brl": "R$", "r$": "R$", "cad": "CAD", "aud": "AUD", "cny": "CNY",
    "kr": "kr", "rs": "₹", "₽": "₽", "₩": "₩",
}  # fmt: skip
MEASURES = (
    "%", "kg", "mg", "g", "lbs", "lb", "km", "cm", "mm", "m", "mi", "hours", "hrs", "hr", "h",
    "minutes", "mins", "min", "sec", "ms", "s", "days", "day", "d", "weeks", "months", "years",
    "yrs", "°c", "°f", "kwh", "kw", "w", "ml", "l", "pts", "pcs",
)  # fmt: skip

#: date written as …; each is tried with every way of writing the time
DATE_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
    "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%d-%b-%Y",
    "%d %b %Y", "%d-%B-%Y", "%d %B %Y", "%d-%b-%y", "%d %b %y", "%b %d %Y", "%B %d %Y", "%Y%m%d",
    "%Y-%m",
)  # fmt: skip
#: columns in which a spreadsheet rewrote some of the dates hold several formats of one order
MIXED_DATES = {  # two digits of the year first: %Y would read them as the years 0 … 99
    f"{word} first": tuple(
        sorted(
            (form for form in DATE_FORMATS if form.startswith(sign) and "%d" in form),
            key=str.swapcase,
        )
    )
    for word, sign in (("day", "%d"), ("month", "%m"), ("year", "%Y"))
}
_DATE_SHAPE = re.compile(
    r"(\d{1,4}|[A-Za-z]{3,9})([-/. ])\s?(\d{1,2}|[A-Za-z]{3,9})[-/. ,]\s?(\d{4}|\d{1,2})(?!\d)"
)
_TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p", " %H%M%S")

NUMERIC_TYPES = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "BIGNUM",
)  # fmt: skip


def is_numeric(kind: str) -> bool:
    """Tell whether a DuckDB type is a number."""
    return kind.partition("(")[0] in NUMERIC_TYPES


def is_date(kind: str) -> bool:
    """Tell whether a DuckDB type is a date or a timestamp."""
    return kind == "DATE" or kind.startswith("TIMESTAMP")


def is_text(kind: str) -> bool:
    """Tell whether a DuckDB type is read as text."""
    return kind == "VARCHAR" or kind.startswith("ENUM") or kind == "UUID"


def literal(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


#: between words that are looked for in one text: DuckDB makes a join of a long IN, which is slow
_BETWEEN = "\x1f"
#: bytes of the longest word for a missing value
_LONGEST = max(len(word.encode()) for word in (*MISSING, *VAGUE))


def _among(words: tuple[str, ...]) -> str:
    return literal(_BETWEEN + _BETWEEN.join(words) + _BETWEEN)


_SPACES = r"[ \x{00a0}\x{2009}\x{202f}]"
_EDGES = " \t\n\r\u00a0\u2009\u202f"
_PLAIN = string.ascii_letters + string.digits + string.punctuation
_UNITS = "|".join(
    sorted((word.replace("$", r"\$") for word in (*CURRENCIES, *MEASURES)), key=len, reverse=True)
)


def text_sql(column: str, kind: str, vague: bool = False) -> str:
    """Text of a value without the spaces around it; NULL where it says that it is missing.

    Parameters
    ----------
    column : str
        Quoted SQL column.
    kind : str
        Its DuckDB type.
    vague : bool
        Words such as "unknown" are missing too (for numbers and dates).
    """
    if kind == "BOOLEAN":
        return f"CASE WHEN {column} THEN 'yes' WHEN NOT {column} THEN 'no' END"
    if is_numeric(kind):  # 3.0 and 3 are one level
        return f"regexp_replace(CAST({column} AS VARCHAR), '\\.0+$', '')"
    text = column if kind == "VARCHAR" else f"CAST({column} AS VARCHAR)"
    trimmed = f"trim({text}, '{_EDGES}')"
    missing = _among(MISSING + VAGUE if vague else MISSING)
    sought = f"'{_BETWEEN}' || lower({trimmed}) || '{_BETWEEN}'"
    first, last = f"left({text}, 1)", f"right({text}, 1)"
    # trimming is slow: spare it values that start and end with a digit, and long plain ones
    # (conditions are written so that DuckDB plans them fast: hundreds stand in one query)
    digits = f"contains('0123456789', {first}) AND contains('0123456789', {last})"
    plain = f"contains({literal(_PLAIN)}, {first}) AND contains({literal(_PLAIN)}, {last})"
    return (
        f"CASE WHEN {digits} THEN nullif({text}, '') "
        f"WHEN strlen({text}) > {_LONGEST} AND {plain} THEN {text} "
        f"WHEN contains({missing}, {sought}) THEN NULL ELSE {trimmed} END"
    )


@dataclass(frozen=True)
class _Sign:
    """Regular expressions of numbers under one decimal sign."""

    group: str
    number: str

    @classmethod
    def of(cls, decimal: str) -> _Sign:
        other = "," if decimal == "." else r"\."
        point = r"\." if decimal == "." else ","
        group = rf"[{other}'’\x{{00a0}}\x{{2009}}\x{{202f}} ]"
        whole = rf"(?:\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}}|\d+)"
        number = rf"(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?"
        return cls(group, number)


#: signs that may stand behind the k of thousands and the M of millions
_CURRENCY_SIGN = r"[£$€¥₹]"
_SHORTENED = rf"([0-9.,]{_SPACES}?)([kKM])({_CURRENCY_SIGN}?[-−]?\)?)$"


def shortened_sql(column: str, kind: str) -> str:
    """Tell whether a number is written in thousands or millions: ``45.1k``, ``1.2M``."""
    return f"regexp_matches({text_sql(column, kind, vague=True)}, '{_SHORTENED}')"


def number_pattern(decimal: str) -> str:
    """Regular expression of a number in text; group 1 is the number without sign and unit."""
    unit = rf"(?i:{_UNITS})"
    after = rf"(?:{unit}|[kKM]{_CURRENCY_SIGN}?)"
    minus, space = "[-+−]", f"{_SPACES}*"
    return (
        rf"^\(?{minus}?{space}(?:{unit})?{space}{minus}?{space}({_Sign.of(decimal).number})"
        rf"{space}{after}?{minus}?\)?$"
    )


def number_sql(column: str, kind: str, decimal: str | None = ".") -> str:
    """Read a number as DOUBLE: plain, or with a unit, grouping, an accounting sign."""
    if kind == "BOOLEAN" or is_numeric(kind):
        return f"CAST({column} AS DOUBLE)"
    sign = _Sign.of(decimal or ".")
    bare = f"regexp_extract(t, '{_sql(number_pattern(decimal or '.'))}', 1)"
    bare = f"regexp_replace({bare}, '{_sql(sign.group)}', '', 'g')"
    if decimal == ",":
        bare = f"replace({bare}, ',', '.')"
    negative = r"regexp_matches(t, '^[^0-9]*[-−(]|[-−]\)?$')"
    value = f"TRY_CAST(nullif({bare}, '') AS DOUBLE)"
    value = (
        f"CASE regexp_extract(t, '{_SHORTENED}', 2) WHEN '' THEN {value} "
        f"WHEN 'M' THEN {value} * 1000000 ELSE {value} * 1000 END"
    )
    spelled = (
        f"list_transform([{text_sql(column, kind, vague=True)}], "
        f"lambda t: CASE WHEN {negative} THEN -({value}) ELSE {value} END)[1]"
    )
    if decimal == ",":
        return spelled
    # most columns are plain numbers: the patterns are paid for only where that fails
    return f"COALESCE({plain_sql(column)}, {spelled})"


def plain_sql(column: str) -> str:
    """Read text as DOUBLE where it is a number as a programmer writes it."""
    # the cast also takes 1_000, and so identifiers such as 2466_1649; "nan" is no number
    return (
        f"nullif(TRY_CAST(replace(CAST({column} AS VARCHAR), '_', '?') AS DOUBLE), 'NaN'::DOUBLE)"
    )


def may_be_number(samples: Sequence[str], decimal: str) -> bool:
    """Tell whether half of some texts are numbers under a decimal sign."""
    pattern = re.compile(re.sub(r"\\x\{(\w+)\}", r"\\u\1", number_pattern(decimal)))
    return 2 * sum(bool(pattern.match(text)) for text in samples) >= len(samples)


def may_be_dates(samples: Sequence[str]) -> list[str]:
    """Return the date formats that half of some texts could be written in."""
    count = dict.fromkeys(DATE_FORMATS, 0)
    for text in samples:
        found = _DATE_SHAPE.match(text)
        if not found:
            count["%Y%m%d"] += len(text) >= 8 and text[:8].isdigit()
            count["%Y-%m"] += bool(re.fullmatch(r"\d{4}-\d{2}", text))
            continue
        first, gap, second, last = found.groups()
        for form in DATE_FORMATS:
            named = "%b" in form or "%B" in form
            year_first = form.startswith("%Y")
            year = first if year_first else last
            count[form] += (
                "%d" in form
                and form[2:3] == gap[:1]
                and named == (first.isalpha() or second.isalpha())
                and form.startswith(("%b", "%B")) == first.isalpha()
                and (len(year) == 4) == ("%Y" in form)
                and (len(first) <= 2 or year_first or first.isalpha())
            )
    return [form for form in DATE_FORMATS if count[form] and 2 * count[form] >= len(samples)]


def _sql(pattern: str) -> str:
    return pattern.replace("'", "''")


def unit_sql(column: str, kind: str) -> str:
    """Read the unit written beside a number, in lower case; NULL where there is none."""
    text = text_sql(column, kind, vague=True)
    text = f"regexp_replace({text}, '{_SHORTENED}', '\\1\\3')"  # the M of 1.2M is no unit
    return f"nullif(lower(regexp_extract({text}, '(?i)({_sql(_UNITS)})', 1)), '')"


def date_sql(column: str, kind: str, form: str | None) -> str:
    """Read a date or time as TIMESTAMP (UTC).

    ``form`` is one of DATE_FORMATS or MIXED_DATES; it matters for text only.
    """
    if is_date(kind):
        return f"CASE WHEN isfinite({column}) THEN CAST({column} AS TIMESTAMP) END"
    if form is None or not (is_text(kind) or is_numeric(kind)):
        return "CAST(NULL AS TIMESTAMP)"
    text = text_sql(column, kind, vague=True)
    text = f"nullif(nullif({text}, 'infinity'), '-infinity')"  # PostgreSQL writes these
    if form.startswith(("%Y", "year")):  # 2020-12-31T10:00:00Z
        zone = "' ?(Z|UTC|GMT|[+-][0-9][0-9]:?[0-9][0-9])$'"
        text = f"regexp_replace(replace({text}, 'T', ' '), {zone}, '')"
    if "%b" in form or "%B" in form or form in MIXED_DATES:
        text = f"replace({text}, ',', '')"  # Sep 4, 2012
    several = MIXED_DATES.get(form, (form,))
    forms = "[" + ", ".join(literal(one + time) for one in several for time in _TIMES) + "]"
    # %Y also reads "18" as the year 18
    spelled = (
        f"list_transform([try_strptime({text}, {forms})], "
        "lambda t: CASE WHEN year(t) >= 1000 THEN t END)[1]"
    )
    if form != "%Y-%m-%d" or not is_text(kind):
        return spelled
    # the plain form is read fast; the cast would take PM for the name of a zone
    return (
        f"CASE WHEN {column} LIKE '____-__-__' OR {column} LIKE '____-__-__ __:__:__' "
        f"THEN TRY_CAST({column} AS TIMESTAMP) ELSE {spelled} END"
    )


def boolean_sql(column: str, kind: str, form: str | None = None) -> str:
    """Read yes and no, in any of the ways of BOOLEANS, as 1 and 0; see BLANK_IS_NO."""
    if form == BLANK_IS_NO:
        marks = ", ".join(literal(word) for word in sorted(MARKS))
        text = f"lower({text_sql(column, kind, vague=True)})"
        known = f"CASE WHEN {text} IS NULL THEN 0.0 WHEN {text} IN ({marks}) THEN 1.0 END"
        return f"COALESCE({known}, {boolean_sql(column, kind)})"
    if kind == "BOOLEAN":
        return f"CAST({column} AS DOUBLE)"
    number = f"CAST({column} AS DOUBLE)" if is_numeric(kind) else plain_sql(f"({column})")
    digit = f"CASE {number} WHEN 1 THEN 1.0 WHEN 0 THEN 0.0 END"
    if is_numeric(kind):
        return digit
    text = text_sql(column, kind, vague=True)
    ones, zeros = (
        ", ".join(literal(word) for word in sorted(set(words)))
        for words in zip(*BOOLEANS, strict=True)
    )
    word = (
        f"CASE WHEN lower({text}) IN ({ones}) THEN 1.0 WHEN lower({text}) IN ({zeros}) THEN 0.0 END"
    )
    return f"COALESCE({digit}, {word})"
