"""Python values → arrays that DuckDB can scan, and a mask of the missing ones, with no guessing."""

from __future__ import annotations

import datetime as dt
import numbers
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

_INT64 = np.iinfo(np.int64)


def scannable(values: Sequence[Any] | NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return one column as an array of one type, and where it has no value.

    Parameters
    ----------
    values : sequence or ndarray, (n,)
        Numbers, booleans, dates, text, or a mixture; ``None``, NaN, NaT and pandas' NA are
        missing values.

    Returns
    -------
    array : ndarray, (n,)
        bool, an integer type, float64, ``datetime64[us]`` (UTC when the values have a time
        zone), ``datetime64[D]``, or object holding only ``str``; durations become days, a
        mixture text. What stands where a value is missing has no meaning.
    missing : ndarray of bool, (n,)
    """
    array = values if isinstance(values, np.ndarray) else _object_array(values)
    if array.dtype.kind in "biu":
        return array, np.zeros(len(array), dtype=bool)
    if array.dtype.kind == "f":
        wide = array.astype(np.float64)
        return wide, np.isnan(wide)
    if array.dtype.kind == "M":
        # a date has no time of day: DuckDB keeps the two apart, and so does the reader
        unit = "D" if np.datetime_data(array.dtype)[0] in "DWMY" else "us"
        return array.astype(f"datetime64[{unit}]"), np.isnat(array)
    if array.dtype.kind == "m":
        return array / np.timedelta64(1, "D"), np.isnat(array)
    return _from_objects(array.astype(object))


def is_missing(value: Any) -> bool:
    """Tell whether a Python value stands for no value."""
    if value is None:
        return True
    if isinstance(value, str | bytes | list | tuple | dict | set | np.ndarray):
        return False
    try:
        return bool(value != value)  # NaN and NaT differ from themselves
    except (TypeError, ValueError):
        return True  # pandas.NA refuses to be true or false


def as_text(value: Any) -> str:
    """Write a value as the reader would: whole floats without ``.0``, dates as ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.hex()
    if isinstance(value, float | np.floating) and np.isfinite(value) and value == int(value):
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value)


def _object_array(values: Sequence[Any]) -> NDArray[Any]:
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def _from_objects(array: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    missing = np.fromiter((is_missing(value) for value in array), dtype=bool, count=len(array))
    there = array[~missing]
    typed = _one_type(there)
    if typed is None:
        typed = _object_array([as_text(value) for value in there])
    out = np.zeros(len(array), dtype=typed.dtype)
    if typed.dtype == object:
        out[:] = ""
    out[~missing] = typed
    return out, missing


def _one_type(there: NDArray[Any]) -> NDArray[Any] | None:
    """Return values that are all of one plain type as an array of it; None: make them text."""
    kinds = set(map(type, there))

    def all_are(*types: type) -> bool:
        return all(issubclass(kind, types) for kind in kinds)

    if not kinds or str in kinds:
        return None
    if all_are(bool, np.bool_):
        return there.astype(bool)
    if kinds & {bool, np.bool_}:
        return None
    if all_are(numbers.Integral):
        fits = min(there) >= _INT64.min and max(there) <= _INT64.max
        return there.astype(np.int64) if fits else None
    if all_are(numbers.Real, Decimal):
        return there.astype(np.float64)
    if all_are(dt.date):
        whole_days = not any(issubclass(kind, dt.datetime) for kind in kinds)
        unit = "D" if whole_days else "us"
        return np.array([_in_utc(value) for value in there], dtype=f"datetime64[{unit}]")
    if all_are(dt.timedelta):
        return np.array([value / dt.timedelta(days=1) for value in there], dtype=np.float64)
    return None


def _in_utc(value: dt.date) -> dt.date:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value
