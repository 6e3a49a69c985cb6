"""Data frames, columns and matrices in memory → Table, by NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.errors import InputError
from covey.features.raw import Table, connect, fill, seal
from covey.features.reading.names import refuse_too_many, unique_names
from covey.features.scannable import as_text, scannable
from covey.flow import CleaningStep, Source

_Column = tuple[NDArray[Any], NDArray[np.bool_]]


def read_frame(frame: Any, decimal: str | None = None) -> Table:
    """Read a data frame: pandas, Polars, PyArrow or anything narwhals accepts.

    Nothing is needed beside the library the frame comes from. A pandas index is not read;
    categories become text; times with a time zone are given in UTC, decimals as float64,
    durations in days, lists and records as text. Every row is kept, in its order.

    Parameters
    ----------
    frame : data frame, mapping of name to values, or ndarray (n, d)
        The columns of an ndarray are named x1 … xd.
    decimal : {".", ","}, optional
        Decimal sign of numbers written as text.

    Raises
    ------
    InputError
        It is none of these, has no rows or no columns, or columns of different lengths.
    """
    if isinstance(frame, Mapping):
        return _finish(list(frame), [_listed(v) for v in frame.values()], "columns", None, decimal)
    if isinstance(frame, np.ndarray):
        return _read_matrix(frame, decimal)
    import narwhals as nw

    given = _plain_names(frame)
    native = nw.from_native(given[1], pass_through=True)
    if isinstance(native, nw.LazyFrame):
        native = native.collect()
    if not isinstance(native, nw.DataFrame):
        raise InputError(
            "a table must be a path, a PostgreSQL URL, a data frame (pandas, Polars, PyArrow), a "
            f"dict of columns or a 2-D array; got {type(frame).__module__}.{type(frame).__name__}"
        )
    backend = native.implementation.name.lower()
    names = given[0] or native.columns
    columns = [_column(native[name], nw) for name in native.columns]
    words = {"pandas": "pandas", "polars": "Polars", "pyarrow": "PyArrow"}
    kept = backend if backend in words else None
    return _finish(names, columns, words.get(backend, backend), kept, decimal)


def _finish(
    given: list[Any],
    columns: list[_Column],
    format_name: str,
    backend: str | None,
    decimal: str | None,
) -> Table:
    lengths = {len(array) for array, _ in columns}
    if len(lengths) > 1:
        shown = ", ".join(f"{n}: {len(c[0]):,}" for n, c in zip(given[:6], columns, strict=False))
        raise InputError(f"columns must have the same number of values; got {shown}")
    n_rows = lengths.pop() if lengths else 0
    if not columns or not n_rows:
        raise InputError(
            f"the data frame must have rows and columns; got {n_rows:,} rows and "
            f"{len(columns):,} columns"
        )
    refuse_too_many(len(columns), "the data frame")
    names, renamed = unique_names(given)
    con = connect()
    fill(con, "data", names, columns)
    seal(con)
    read = CleaningStep("rows read", "read", n_rows, n_left=n_rows)
    source = Source("data frame", format_name, n_rows, len(names))
    return Table(con, "data", names, source, (read, *renamed), decimal, backend)


def _read_matrix(matrix: NDArray[Any], decimal: str | None) -> Table:
    if matrix.dtype.names:
        named = [scannable(matrix[name]) for name in matrix.dtype.names]
        return _finish(list(matrix.dtype.names), named, "NumPy", None, decimal)
    if matrix.ndim != 2:
        raise InputError(
            f"an array must have two dimensions (rows, columns); got shape {matrix.shape}; "
            "for one feature pass X.reshape(-1, 1)"
        )
    refuse_too_many(matrix.shape[1], "the array")
    names = [f"x{j}" for j in range(1, matrix.shape[1] + 1)]
    columns = [scannable(np.ascontiguousarray(matrix[:, j])) for j in range(matrix.shape[1])]
    return _finish(names, columns, "NumPy", None, decimal)


def _listed(values: Any) -> _Column:
    if isinstance(values, str | bytes) or not hasattr(values, "__len__"):
        raise InputError(
            f"each column of a dict must be a list or an array of values; got {values!r}"
        )
    if isinstance(values, np.ndarray) and values.ndim != 1:
        raise InputError(f"each column must have one dimension; got shape {values.shape}")
    return scannable(values if isinstance(values, np.ndarray) else list(values))


def _plain_names(frame: Any) -> tuple[list[Any] | None, Any]:
    """Give the columns of a pandas frame plain unique names, as narwhals needs them."""
    is_pandas = type(frame).__module__.partition(".")[0] == "pandas"
    if not is_pandas or not hasattr(frame, "set_axis") or getattr(frame, "ndim", 0) != 2:
        return None, frame
    given = [
        " ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else name
        for name in frame.columns
    ]
    return given, frame.set_axis([f"c{j}" for j in range(len(given))], axis=1)


def _column(series: Any, nw: Any) -> _Column:
    """Return one column of a narwhals frame as NumPy gives it to DuckDB."""
    kind = series.dtype
    missing = series.is_null().to_numpy().astype(bool)
    if kind.is_integer() or kind == nw.Boolean:
        plain = (
            series if not missing.any() else series.fill_null(False if kind == nw.Boolean else 0)
        )
        array = plain.to_numpy()
        if array.dtype.kind in "biu":
            return array, missing
        return scannable(array.tolist())  # a 128-bit integer, or a library of its own kind
    if kind.is_float() or kind.is_decimal():
        array, absent = scannable(series.cast(nw.Float64).to_numpy())
        return array, absent | missing
    if kind == nw.Datetime and kind.time_zone:
        series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if kind == nw.Datetime or kind == nw.Duration:
        array = series.to_numpy()
        if array.dtype.kind in "mM":
            return scannable(array)
    values = series.to_list()
    if kind in (nw.String, nw.Categorical, nw.Enum):
        # numbers that are categories come as 10.0 where one of them is missing
        texts = ["" if gap else as_text(v) for v, gap in zip(values, missing, strict=True)]
        return np.array(texts, dtype=object), missing
    if kind in (nw.List, nw.Array, nw.Struct):
        values = [None if value is None else as_text(value) for value in values]
    return scannable(values)
