"""How numbers, dates and yes/no are written in text, and the SQL that reads them.

Every function takes a quoted SQL column and its DuckDB type and gives an SQL expression, so that
fitting and scoring read values by the same words. What cannot be read is NULL.
"""

from __future__ import annotations

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
    ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("1", "0"), ("1.0", "0.0"),
    ("oui", "non"), ("vrai", "faux"), ("ja", "nein"), ("wahr", "falsch"), ("si", "no"),
    ("sí", "no"), ("sim", "não"), ("ja", "nee"), ("on", "off"),
)  # fmt: skip

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
)  # fmt: skip
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


def _words(words: tuple[str, ...]) -> str:
    return "(" + ", ".join(literal(word) for word in words) + ")"


_SPACES = r"[ \x{00a0}\x{2009}\x{202f}]"
_EDGES = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8201) || chr(8239)"
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
    trimmed = f"trim(CAST({column} AS VARCHAR), {_EDGES})"
    missing = _words(MISSING + VAGUE if vague else MISSING)
    return f"CASE WHEN lower({trimmed}) NOT IN {missing} THEN {trimmed} END"


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


def number_pattern(decimal: str) -> str:
    """Regular expression of a number in text; group 1 is the number without sign and unit."""
    unit = rf"(?i:{_UNITS})"
    minus, space = "[-+−]", f"{_SPACES}*"
    return (
        rf"^\(?{minus}?{space}(?:{unit})?{space}{minus}?{space}({_Sign.of(decimal).number})"
        rf"{space}(?:{unit})?{minus}?\)?$"
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
    spelled = (
        f"list_transform([{text_sql(column, kind, vague=True)}], "
        f"lambda t: CASE WHEN {negative} THEN -{value} ELSE {value} END)[1]"
    )
    if decimal == ",":
        return spelled
    # most columns are plain numbers: the patterns are paid for only where that fails
    return f"COALESCE(TRY_CAST({column} AS DOUBLE), {spelled})"


def _sql(pattern: str) -> str:
    return pattern.replace("'", "''")


def unit_sql(column: str, kind: str) -> str:
    """Read the unit written beside a number, in lower case; NULL where there is none."""
    text = text_sql(column, kind, vague=True)
    return f"nullif(lower(regexp_extract({text}, '(?i)({_sql(_UNITS)})', 1)), '')"


def date_sql(column: str, kind: str, form: str | None) -> str:
    """Read a date or time as TIMESTAMP (UTC); ``form`` is one of DATE_FORMATS for text."""
    if is_date(kind):
        return f"CAST({column} AS TIMESTAMP)"
    if form is None or not (is_text(kind) or is_numeric(kind)):
        return "CAST(NULL AS TIMESTAMP)"
    text = text_sql(column, kind, vague=True)
    text = f"regexp_replace({text}, '(\\d)T(\\d)', '\\1 \\2')"
    text = (
        f"regexp_replace({text}, ' ?(Z|UTC|GMT|[+-]\\d\\d:?\\d\\d)$', '')"
        if ("%Y-" in form or form == "%Y%m%d")
        else text
    )
    if "%b" in form or "%B" in form:
        text = f"replace({text}, ',', '')"
    forms = "[" + ", ".join(literal(form + time) for time in _TIMES) + "]"
    # %Y also reads "18" as the year 18
    return (
        f"list_transform([try_strptime({text}, {forms})], "
        "lambda t: CASE WHEN year(t) >= 1000 THEN t END)[1]"
    )


def boolean_sql(column: str, kind: str, yes: str) -> str:
    """Read a two-valued column as 1 and 0; ``yes`` is the value, in lower case, that means 1."""
    if kind == "BOOLEAN" or is_numeric(kind):
        return f"CAST({column} AS DOUBLE)"
    text = text_sql(column, kind, vague=True)
    pairs = [(one, zero) for one, zero in BOOLEANS if one == yes]
    ones, zeros = _words((yes,)), _words(tuple(zero for _, zero in pairs))
    return f"CASE WHEN lower({text}) IN {ones} THEN 1.0 WHEN lower({text}) IN {zeros} THEN 0.0 END"
