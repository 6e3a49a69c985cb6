"""PostgreSQL → Table, by URL and query or table, read-only (extra ``postgres``)."""

from __future__ import annotations

import dataclasses
import re
import uuid
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from covey.errors import InputError, OptionError, nearest
from covey.extras import require
from covey.features.raw import Table
from covey.features.raw import quote as quote_name
from covey.features.reading.frames import read_frame
from covey.flow import Source

_SECONDS = 10  # to wait for a server that does not answer


def read_postgres(url: str, query: str | None, table: str | None) -> Table:
    """Read the rows of a query, or of a table, from a PostgreSQL server.

    Every transaction is read-only. The password is never part of a message or of the name.

    Parameters
    ----------
    url : str
        ``postgresql://user:password@host:port/database``.
    query, table : str
        One of the two.

    Raises
    ------
    OptionError
        Neither or both of query and table.
    InputError
        The server is not there, refuses the user, or the query fails.
    MissingExtraError
        The driver is not installed.
    """
    name = _name(url)
    if (query is None) == (table is None):
        got = "neither" if query is None else "both"
        raise OptionError(
            f"reading {name} needs --query 'SELECT …' or --table NAME, one of the two; got {got}"
        )
    dbapi: Any = require("adbc_driver_postgresql.dbapi", "Reading from PostgreSQL")
    require("pyarrow", "Reading from PostgreSQL")
    try:
        connection = dbapi.connect(_read_only(url))
    except Exception as error:  # the driver raises several kinds, all with libpq's text
        raise InputError(
            f"a PostgreSQL server must answer at {name}; got: {_said(error, url)}; "
            "check host, port, user and password, and that the server is running"
        ) from error
    try:
        with connection.cursor() as cursor:
            sql = query if query is not None else _all_rows(cursor, str(table), name)
            try:
                cursor.execute(sql)
                rows = cursor.fetch_arrow_table()
            except Exception as error:
                raise InputError(
                    f"the query must run on {name}; got {sql!r}, and the server says: "
                    f"{_said(error, url)}"
                ) from error
    finally:
        connection.close()
    if not rows.num_columns:
        raise OptionError(f"query must be one SELECT on {name}; got {sql!r}")
    if not rows.num_rows:
        shown = ", ".join(rows.column_names[:8])
        raise InputError(f"{name} must give rows; {sql!r} gave the columns {shown} and no rows")
    read = read_frame(_plain(rows))
    source = Source(name, "PostgreSQL", rows.num_rows, rows.num_columns, {"query": sql})
    return dataclasses.replace(read, source=source, frame_backend=None)


def _name(url: str) -> str:
    """Return the URL without user, password and parameters."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        host = parts.hostname or "localhost"
    except ValueError as error:
        raise InputError(
            "a PostgreSQL URL must be postgresql://user:password@host:port/database, with a "
            "number as port and odd characters of the password written as %XX"
        ) from error
    return f"postgresql://{f'[{host}]' if ':' in host else host}{port}{parts.path}"


def _read_only(url: str) -> str:
    """Return the URL with read-only transactions and a bound on the time to connect."""
    parts = urlsplit(url)
    given = parse_qsl(parts.query, keep_blank_values=True)
    options = " ".join(value for key, value in given if key == "options")
    kept = [(key, value) for key, value in given if key != "options"]
    if not any(key == "connect_timeout" for key, _ in kept):
        kept.append(("connect_timeout", str(_SECONDS)))
    kept.append(("options", f"{options} -c default_transaction_read_only=on".strip()))
    return urlunsplit(parts._replace(query=urlencode(kept, quote_via=quote)))


def _said(error: Exception, url: str) -> str:
    """Return the first telling line of a driver's message, without the password."""
    text = str(error)
    password = urlsplit(url).password
    for secret in {password, unquote(password)} if password else ():
        text = text.replace(secret, "•••")
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"ERROR:|FATAL:|failed:|could not", line)]
    line = (telling or lines or [type(error).__name__])[0]
    return re.sub(r"^.*?(?=ERROR:|FATAL:|connection to server|could not)", "", line)


def _all_rows(cursor: Any, table: str, name: str) -> str:
    """Return the query for a whole table, which must be there."""
    cursor.execute(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY 1, 2"
    )
    found = cursor.fetchall()
    there = {f"{schema}.{one}": (schema, one) for schema, one in found}
    there |= {one: (schema, one) for schema, one in reversed(found) if schema == "public"}
    if table not in there:
        shown = ", ".join(one if schema == "public" else f"{schema}.{one}" for schema, one in found)
        raise OptionError(
            f"table must be one of those of {name} ({shown[:300] or 'none'}); got {table!r}."
            f"{nearest(table, there)}"
        )
    return f"SELECT * FROM {'.'.join(map(quote_name, there[table]))}"


def _plain(rows: Any) -> Any:
    """Give the types that Arrow does not have their plain form: NUMERIC arrives as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for field, column in zip(rows.schema, rows.columns, strict=True):
        said = str(field.type) + str(field.metadata or "")
        if isinstance(field.type, pa.BaseExtensionType):
            column = column.combine_chunks().storage if column.num_chunks else column
        if "numeric" in said and pa.types.is_string(column.type):
            column = pc.cast(column, pa.float64())
        if pa.types.is_fixed_size_binary(column.type) and column.type.byte_width == 16:
            column = pa.array([v and str(uuid.UUID(bytes=v)) for v in column.to_pylist()])
        if pa.types.is_interval(column.type):
            column = pa.array([None if v is None else _days(v) for v in column.to_pylist()])
        columns.append(column)
    return pa.table(columns, names=rows.column_names)


def _days(span: Any) -> float:
    """Return an interval in days; a month counts as 30, as it does for PostgreSQL itself."""
    months, days, nanoseconds = span
    return 30.0 * months + days + nanoseconds / 86_400e9
