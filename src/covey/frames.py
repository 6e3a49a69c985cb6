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


def in_kind(columns: Mapping[str, NDArray[Any]], like: Any, rows_of: bool = False) -> Any:
    """Return columns as the kind of data frame that ``like`` is.

    Parameters
    ----------
    columns : mapping of name to (n,) array
    like : object
        A pandas, Polars (eager or lazy) or PyArrow frame gives the same kind (eager); anything
        else gives ``Columns``.
    rows_of : bool
        The rows are those of ``like``, so a pandas frame keeps its index.
    """
    root = type(like).__module__.partition(".")[0]
    name = type(like).__name__
    if root == "pandas" and name == "DataFrame":
        import pandas as pd

        keep = rows_of and len(like) == len(next(iter(columns.values()), ()))
        return pd.DataFrame(dict(columns), index=like.index if keep else None)
    if root == "polars" and name in ("DataFrame", "LazyFrame"):
        import polars as pl

        return pl.DataFrame({key: _listed(values) for key, values in columns.items()})
    if root == "pyarrow" and name in ("Table", "RecordBatch"):
        import pyarrow as pa

        return pa.table({key: _listed(values) for key, values in columns.items()})
    return Columns(columns)


def is_frame(data: Any) -> bool:
    """Tell whether the data are a frame of which ``in_kind`` knows the kind."""
    return not isinstance(in_kind({}, data), Columns)


def _listed(values: NDArray[Any]) -> Any:
    """Objects and text as a list, so that the library finds the type; numbers as they are."""
    return values.tolist() if values.dtype.kind in "OU" else values


def _shown(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
