"""Facts about the data that a reader must know: outliers, sentinels, repeated rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from covey.features.raw import quote
from covey.flow import Caution, Features

if TYPE_CHECKING:
    from covey.features.choice import Choice
    from covey.features.raw import Table

#: standardised value from which one row pulls a center on its own
FAR = 8.0
#: numbers that people write for "no value"
SENTINELS = (-1.0, -9.0, -99.0, -100.0, -200.0, -900.0, -990.0, -999.0, -9999.0, -99999.0, 99.0,
             999.0, 9999.0, 99999.0, 999999.0)  # fmt: skip
#: repeated rows say something only when there are this many columns to agree in
TELLING = 4
#: columns beyond which rows are not compared: they hardly repeat, and it costs too much
WIDE = 500


def find(table: Table, features: Features, choice: Choice) -> list[Caution]:
    """Return cautions about outliers, sentinel values and repeated rows."""
    return [*_outliers(features), *_sentinels(features), *_repeats(table, choice)]


def _outliers(features: Features) -> list[Caution]:
    X, told = features.X, []
    for j, column in enumerate(features.columns):
        if "standardised" not in column.transform:
            continue
        far = np.abs(X[:, j]) > FAR
        n = int(far.sum())
        if n:
            row = int(np.abs(X[:, j]).argmax())
            rows = "row" if n == 1 else "rows"
            told.append(f"{column.name} ({n:,} {rows}, farthest {features.raw[row, j]:,.6g})")
    if not told:
        return []
    more = f" and {len(told) - 6} more features" if len(told) > 6 else ""
    text = (
        f"Some values lie more than {FAR:g} standard deviations from the mean and can pull a "
        f"center or make a segment of their own: {', '.join(told[:6])}{more}."
    )
    return [Caution("outliers", text)]


def _sentinels(features: Features) -> list[Caution]:
    """Find values far from all others, repeated, and known to stand for "no value"."""
    found: dict[float, list[str]] = {}
    blatant: set[float] = set()
    for j, column in enumerate(features.columns):
        values = features.raw[:, j]
        values = values[~np.isnan(values)]
        if not len(values):
            continue
        for edge in (values.min(), values.max()):
            n = int((values == edge).sum())
            if edge not in SENTINELS or n < max(5, 0.002 * len(values)):
                continue
            rest = values[values != edge]
            if not len(rest) or (edge < 0 and rest.min() < edge / 2):
                continue
            gap = float(np.abs(rest - edge).min())
            found.setdefault(float(edge), []).append(f"{column.name} ({n:,})")
            if gap > 3 * rest.std() and gap > 0:
                blatant.add(float(edge))
    cautions = []
    for value in sorted(blatant):
        columns = found[value]
        more = f" and {len(columns) - 8} more" if len(columns) > 8 else ""
        text = (
            f"{value:g} stands far from all other values and repeats in {', '.join(columns[:8])}"
            f"{more}: it probably means that there is no value. It was taken as a number; keep "
            f"such rows out with --where, or blank the value."
        )
        cautions.append(Caution("sentinel", text))
    return cautions


def _repeats(table: Table, choice: Choice) -> list[Caution]:
    """Count rows that are equal to an earlier row in everything but the identifier."""
    row_id = choice.id.name if choice.id else None
    columns = [name for name in table.columns if name != row_id]
    if not TELLING <= len(columns) <= WIDE:
        return []
    listed = ", ".join(quote(name) for name in columns)
    some = " OR ".join(f"{quote(name)} IS NOT NULL" for name in columns)  # blank rows are no rows
    rows = f"FROM {quote(table.name)} WHERE {some}"
    found = table.con.execute(
        f"SELECT (SELECT count(*) {rows}), count(*) FROM (SELECT DISTINCT {listed} {rows})"
    ).fetchone()
    assert found is not None  # an aggregate always gives one row
    n = found[0] - found[1]
    if not n:
        return []
    beside = f" in every column but {row_id}" if row_id else ""
    text = (
        f"{n:,} of {table.n_rows:,} rows are equal to another row{beside}. "
        "They are kept; make the rows unique first if they are mistakes."
    )
    return [Caution("repeated-rows", text)]
