"""Columns given back in the kind of frame that was given: pandas, Polars, PyArrow or a dict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHOWN = 8  # rows of Columns that its repr shows
WIDEST = 32  # characters of a cell that it shows


class Columns(dict[str, Any]):
    """Named columns of one length: a dict of NumPy arrays that prints as a table."""

    def __repr__(self) -> str:
        n_rows = len(next(iter(self.values()), ()))
        lists = [
            [name, *(_shown(value) for value in values[:SHOWN])] for name, values in self.items()
        ]
        widths = [max(map(len, cells)) for cells in lists]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in zip(*lists, strict=True)
        ]
        if n_rows > SHOWN:
            lines.append(f"… {n_rows:,} rows")
        return "\n".join(lines)


def in_kind(
    columns: Mapping[str, NDArray[Any]], like: Any, rows_of: bool = False, id_name: str = ""
) -> Any:
    """Return columns as the kind of data frame that ``like`` is.

    Parameters
    ----------
    columns : mapping of name to (n,) array
    like : object
        A pandas, Polars (eager or lazy) or PyArrow frame gives the same kind (eager); anything
        else gives ``Columns``.
    rows_of : bool
        The rows are those of ``like``, so a pandas frame keeps its index.
    id_name : str
        The column that names the rows. Identifiers travel as text; here they take the type of
        the column of that name in ``like``, so that the two can be joined.
    """
    root = type(like).__module__.partition(".")[0]
    name = type(like).__name__
    if root == "pandas" and name == "DataFrame":
        import pandas as pd

        keep = rows_of and len(like) == len(next(iter(columns.values()), ()))
        frame = pd.DataFrame(dict(columns), index=like.index if keep else None)
        return _pandas_ids(frame.infer_objects(), like, id_name)
    if root == "polars" and name in ("DataFrame", "LazyFrame"):
        import polars as pl

        frame = pl.DataFrame({key: _listed(values) for key, values in columns.items()})
        return _polars_ids(frame, like, id_name)
    if root == "pyarrow" and name in ("Table", "RecordBatch"):
        import pyarrow as pa

        table = pa.table({key: _listed(values) for key, values in columns.items()})
        return _arrow_ids(table, like, id_name)
    return Columns(_plain_ids(columns, like, id_name))


def _pandas_ids(frame: Any, like: Any, id_name: str) -> Any:
    if id_name not in frame or list(like.columns).count(id_name) != 1:
        return frame
    wanted = like[id_name].dtype
    if hasattr(wanted, "categories"):  # text that is none of them would be lost without a word
        return frame
    try:
        return frame.assign(**{id_name: frame[id_name].astype(wanted)})
    except (TypeError, ValueError, OverflowError):  # "row 7" stands for a missing identifier
        return frame


def _polars_ids(frame: Any, like: Any, id_name: str) -> Any:
    import polars as pl

    wanted = like.collect_schema().get(id_name) if id_name in frame.columns else None
    if wanted is None:
        return frame
    try:
        return frame.with_columns(pl.col(id_name).cast(wanted))
    except pl.exceptions.PolarsError:
        return frame


def _arrow_ids(table: Any, like: Any, id_name: str) -> Any:
    import pyarrow as pa

    if id_name not in table.column_names or like.schema.names.count(id_name) != 1:
        return table
    at = table.column_names.index(id_name)
    try:
        typed = table.column(at).cast(like.schema.field(id_name).type)
    except pa.ArrowException:
        return table
    return table.set_column(at, id_name, typed)


def _plain_ids(
    columns: Mapping[str, NDArray[Any]], like: Any, id_name: str
) -> Mapping[str, NDArray[Any]]:
    if not isinstance(like, Mapping) or id_name not in like or id_name not in columns:
        return columns
    import numpy as np

    wanted = np.asarray(like[id_name]).dtype
    if wanted.kind not in "iuf":
        return columns
    try:
        typed = columns[id_name].astype(wanted)
    except (TypeError, ValueError, OverflowError):
        return columns
    return {**columns, id_name: typed}


def is_frame(data: Any) -> bool:
    """Tell whether the data are a frame of which ``in_kind`` knows the kind."""
    return not isinstance(in_kind({}, data), Columns)


def _listed(values: NDArray[Any]) -> Any:
    """Objects and text as a list, so that the library finds the type; numbers as they are."""
    return values.tolist() if values.dtype.kind in "OU" else values


def _shown(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
