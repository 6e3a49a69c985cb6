"""Parquet → Table."""

from __future__ import annotations

from covey.errors import InputError
from covey.features.raw import Table, connect, literal
from covey.features.reading.plain import take_in
from covey.features.reading.spool import Spooled


def read_parquet(spooled: Spooled) -> Table:
    """Read a Parquet file; columns keep their types.

    Raises
    ------
    InputError
        The file is damaged, cut off, or has no rows.
    """
    import duckdb

    rows = f"read_parquet({literal(str(spooled.path))}, hive_partitioning = false)"
    try:
        return take_in(connect(), rows, spooled.name, "Parquet")
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0].replace(str(spooled.path), spooled.name)
        raise InputError(
            f"{spooled.name} must be a whole Parquet file; it is damaged or cut off: {first}; "
            "fetch or write it again"
        ) from error
