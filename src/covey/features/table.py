"""A table of rows → Features: recognise the columns, choose among them, make them comparable."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import InputError
from covey.features import fitting, oddities, roles
from covey.features.choice import LEVELS, Choice, Wishes, choose, flag, refuse_nothing_left
from covey.features.columns import Column, recognise
from covey.features.preparation import Rule, TablePreparation, Telling
from covey.features.raw import quote
from covey.features.spelling import text_sql
from covey.features.values import Reading, read
from covey.flow import Features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.features.invoices import InvoiceColumns
    from covey.features.raw import Table


def table_features(
    table: Table,
    *,
    features: Sequence[str] | None = None,
    drop: Sequence[str] | None = None,
    id: str | None = None,  # noqa: A002 (the option is called so)
    scale: str = "auto",
    log: Sequence[str] | None = None,
    missing: str = "auto",
    categories: str = "describe",
    where: str | None = None,
    invoices: InvoiceColumns | None = None,
) -> Features:
    """Turn a table into Features.

    Parameters
    ----------
    table : Table
        Rows as they were read.
    features, drop, id, scale, log, missing, categories, where
        See ``options.SEGMENT``.
    invoices : InvoiceColumns, optional
        The columns of the invoice lines that the rows were made of by
        ``customers_from_invoices``; kept, so that new invoice lines are treated in the same way.

    Returns
    -------
    Features
        With the decision taken for every column of the table.

    Raises
    ------
    ColumnError
        A column asked for is not there, or not of the kind that is needed.
    InputError
        There are fewer than two rows, or no column is left to cluster on.
    """
    if where is not None:
        table = table.where(where)
    if table.n_rows < 2:
        rows = "1 row" if table.n_rows else "no row"
        raise InputError(f"{table.source.name} must have at least 2 rows; got {rows}")
    id_asked = id is not None
    if invoices is not None and id is None:
        id = invoices.customer  # noqa: A001
    wishes = Wishes(
        tuple(features) if features is not None else None, tuple(drop or ()), id, scale,
        tuple(log) if log is not None else None, missing, categories,
    )  # fmt: skip
    choice = choose(table, recognise(table), wishes)
    if table.how_made:
        from covey.features.derived import with_how_made

        choice = with_how_made(choice, table.how_made, id_asked)
    refuse_nothing_left(choice, table.source.name)
    return _Fit(table, choice, wishes, invoices).features()


class _Fit:
    """Fit a preparation: read the chosen columns, learn fills and scalings, build Features."""

    def __init__(
        self, table: Table, choice: Choice, wishes: Wishes, invoices: InvoiceColumns | None
    ) -> None:
        self.table, self.choice, self.wishes = table, choice, wishes
        self.invoices = invoices
        self.decisions = dict(choice.decisions)
        self.units = {c.name: c.unit or roles.unit_of(c.name) for c in choice.clustered}
        self.units |= {c.name: c.unit or roles.unit_of(c.name) for c in choice.described}
        if invoices is not None:
            self.units |= invoices.units()

    def features(self) -> Features:
        pairs = [pair for c in self.choice.clustered for pair in self._readings(c)]
        tellings = [self._telling(c) for c in self.choice.described]
        readings = [reading for _, reading in pairs] + [t.reading for t in tellings]
        readings, values = self._read_with_references(readings)
        d = len(pairs)
        tellings = [
            dataclasses.replace(t, reading=r) for t, r in zip(tellings, readings[d:], strict=True)
        ]
        names = [name for name, _ in pairs]
        raw = [_finite(r.numbers(v)) for r, v in zip(readings[:d], values[:d], strict=True)]
        rows = self._rows(raw)
        raw = [column[rows] for column in raw]
        units = [self._unit(reading) for reading in readings[:d]]
        fitted = fitting.fit(names, readings[:d], raw, units, self.wishes)
        self._tell(fitted)
        rules = list(fitted.rules)
        kept = self._without_copies(rules, raw)
        chosen = [rules[j] for j in kept]
        preparation = TablePreparation(
            tuple(chosen),
            tuple(tellings),
            self.choice.id.name if self.choice.id else None,
            self.wishes.missing == "drop",
            self.invoices.to_dict() if self.invoices else {},
        )
        made = preparation.build(self.table, [values[j] for j in kept] + values[d:])
        return dataclasses.replace(
            made,
            decisions=(
                *self.table.made_of,
                *(self.decisions[name] for name in self.table.columns),
            ),
            cautions=(
                *self.table.cautions,
                *self.choice.cautions,
                *made.cautions,
                *oddities.find(self.table, made, self.choice),
            ),
        )

    # ------------------------------------------------------------ reading

    def _readings(self, column: Column) -> list[tuple[str, Reading]]:
        """Name the features that a column gives, and how each is read."""
        if column.kind == "date":
            reading = Reading(column.name, "date", form=column.form)
            return [(f"days since {column.name}", reading)]
        if column.kind == "boolean":
            return [(column.name, Reading(column.name, "boolean", form=column.form))]
        if column.kind == "category":
            levels = self._levels(column)
            return [
                (
                    f"{column.name} = {level}",
                    Reading(column.name, "level", levels=levels, level=level),
                )
                for level in levels
            ]
        return [(column.name, Reading(column.name, "number", decimal=column.decimal))]

    def _telling(self, column: Column) -> Telling:
        unit, role = self.units[column.name], roles.role_of(column.name)
        if column.kind == "date":
            reading = Reading(column.name, "date", form=column.form)
            return Telling(f"days since {column.name}", "number", reading, "days", role)
        if column.kind == "boolean":
            reading = Reading(column.name, "boolean", form=column.form)
            return Telling(column.name, "category", reading)
        coded = column.kind != "category" and "names and not" in self.decisions[column.name].why
        if column.kind == "category" or coded:
            reading = Reading(column.name, "category", levels=self._levels(column))
            return Telling(column.name, "category", reading)
        reading = Reading(column.name, "number", decimal=column.decimal)
        return Telling(column.name, "number", reading, unit, role)

    def _unit(self, reading: Reading) -> str:
        if reading.kind == "date":
            return "days"
        return self.units[reading.column] if reading.kind == "number" else ""

    def _levels(self, column: Column) -> tuple[str, ...]:
        """Return the most frequent levels; with "other" last where there are more."""
        text = text_sql(quote(column.name), column.type)
        found = self.table.con.execute(
            f"SELECT {text} AS level FROM {quote(self.table.name)} WHERE level IS NOT NULL "
            f"GROUP BY level ORDER BY count(*) DESC, level LIMIT {LEVELS + 1}"
        ).fetchall()
        levels = tuple(row[0] for row in found)
        if len(levels) > LEVELS:
            levels = (*(v for v in levels[:LEVELS] if v != "other"), "other")
        return levels

    def _read_with_references(
        self, readings: list[Reading]
    ) -> tuple[list[Reading], list[NDArray[Any]]]:
        """Read the columns; dates count from the latest one of their column."""
        values = read(self.table, readings)
        settled = []
        for reading, given in zip(readings, values, strict=True):
            if reading.kind == "date":
                days = given[~np.isnat(given)].astype("datetime64[us]")
                text = str(days.max()) if len(days) else "1970-01-01"
                reading = dataclasses.replace(
                    reading, reference=text.removesuffix(".000000").removesuffix("T00:00:00")
                )
            settled.append(reading)
        return settled, values

    def _rows(self, raw: list[NDArray[Any]]) -> NDArray[Any]:
        """Tell which rows the rules are learned from: those that ``build`` will keep."""
        missing = np.isnan(np.column_stack(raw))
        gone = np.any if self.wishes.missing == "drop" else np.all
        dropped = np.asarray(gone(missing, axis=1))
        if dropped.all():  # nothing to learn from: build says so
            return np.ones(len(dropped), dtype=bool)
        return ~dropped

    # ------------------------------------------------------------ what was learned

    def _without_copies(self, rules: list[Rule], raw: list[NDArray[Any]]) -> list[int]:
        """Leave out features that repeat an earlier one, unless asked for by name."""
        if self.wishes.features is not None:
            return list(range(len(rules)))
        numbers = [j for j, rule in enumerate(rules) if rule.reading.kind in ("number", "date")]
        copies = fitting.copies([rules[j] for j in numbers], [raw[j] for j in numbers])
        dropped = set()
        for late, (early, why) in copies.items():
            column = rules[numbers[late]].reading.column
            kept = rules[numbers[early]].reading.column
            dropped.add(numbers[late])
            self.decisions[column] = dataclasses.replace(
                self.decisions[column],
                action="left out",
                why=f"{why} {rules[numbers[early]].feature.name}",
                overrule=f"{flag('--features …,', column)} or {flag('--drop', kept)}",
            )
        return [j for j in range(len(rules)) if j not in dropped]

    def _tell(self, fitted: fitting.Fitted) -> None:
        """Write into the decision of each column how its feature was made."""
        for rule, words in zip(fitted.rules, fitted.words, strict=True):
            decision = self.decisions[rule.reading.column]
            details = {**decision.details, "feature": rule.feature.name, **words}
            if rule.feature.unit:
                details["unit"] = rule.feature.unit
            if rule.feature.role:
                details["role"] = rule.feature.role
            if rule.reading.kind == "level":
                details["feature"] = "one of yes and no for each category"
            self.decisions[rule.reading.column] = dataclasses.replace(decision, details=details)


def _finite(values: NDArray[Any]) -> NDArray[Any]:
    """Return values with NaN for the infinite ones; ``build`` counts them."""
    return np.where(np.isinf(values), np.nan, values)
