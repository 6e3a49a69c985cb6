"""Labels that come with the rows: a column of the table, or an array beside it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import InputError
from covey.features.choice import refuse_unknown
from covey.features.raw import quote
from covey.features.spelling import text_sql

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.features.raw import Table
    from covey.flow import Features


def labels_of(table: Table, given: Any, called: str, n_read: int) -> NDArray[np.object_]:
    """Return the label of each row as text, None where there is none.

    Parameters
    ----------
    table : Table
        The rows, or those of them that a condition has chosen.
    given : str or array-like
        The name of a column, or one label for each row that was read.
    called : str
        The option that they were given as, for messages: "truth".
    n_read : int
        Rows that were read, before any were chosen.

    Raises
    ------
    ColumnError
        There is no column of that name.
    InputError
        There is not one label for each row.
    """
    if isinstance(given, str):
        refuse_unknown([given], table.columns, f"--{called}", table.source.name)
        text = text_sql(quote(given), table.types()[given])
        return table.arrays(label=f"CAST({text} AS VARCHAR)")["label"]
    found = np.asarray(given)
    if found.shape != (n_read,):
        raise InputError(
            f"{called} must be one label for each of the {n_read:,} rows; got an array of shape "
            f"{found.shape}; pass {n_read:,} labels or the name of a column"
        )
    texts = np.array(
        [None if one is None or one != one else str(one) for one in found.tolist()], dtype=object
    )
    return texts if table.rows is None else texts[table.rows - 1]


def labels_kept(features: Features, table: Table, labels: NDArray[np.object_]) -> NDArray[Any]:
    """Return the labels of the rows that were kept when the table was prepared."""
    if len(features.X) == table.n_rows:
        return labels
    numbered = dataclasses.replace(table, rows=np.arange(1, table.n_rows + 1))
    prepared: Any = features.preparation  # a table's
    plain = dataclasses.replace(prepared, id_column=None, described=())
    return labels[plain.apply(numbered).ids.astype(np.int64) - 1]
