"""TablePreparation: how a table becomes X, fixed when fitted, applied unchanged to new rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from covey.errors import ColumnError, InputError, nearest
from covey.features.asking import ask
from covey.features.raw import quote
from covey.features.scaling import Scaling
from covey.features.spelling import text_sql
from covey.features.values import Reading, read
from covey.flow import Caution, CleaningStep, Described, Feature, Features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.features.raw import Table


@dataclass(frozen=True)
class Rule:
    """How one feature is made: read, fill, log, standardise."""

    feature: Feature
    reading: Reading
    fill: float  # for missing values, in the reader's unit
    scaling: Scaling


@dataclass(frozen=True)
class Telling:
    """How one described column is read."""

    name: str
    kind: str  # "number" or "category"
    reading: Reading
    unit: str = ""
    role: str = ""


@dataclass(frozen=True)
class TablePreparation:
    """How a table becomes X.

    Plain facts only, no training rows, so that a model file can carry it.
    """

    rules: tuple[Rule, ...]
    described: tuple[Telling, ...] = ()
    id_column: str | None = None
    drop_incomplete: bool = False  # leave out rows with any missing value, instead of filling
    invoices: Mapping[str, Any] = field(default_factory=dict)  # rows are made from invoice lines

    def apply(self, table: Table) -> Features:
        """Prepare new rows in the same way.

        Parameters
        ----------
        table : Table
            Columns may stand in any order; those not needed are ignored. Where the rows fitted on
            were made of invoice lines, the table may hold invoice lines too.

        Raises
        ------
        ColumnError
            A column is missing; the message names it.
        InputError
            No row has a value in any of the features.
        """
        table = self._from_lines(table)
        self._refuse_missing(table)
        tellings = [t for t in self.described if t.reading.column in table.columns]
        readings = [rule.reading for rule in self.rules] + [t.reading for t in tellings]
        cautions = [*table.cautions, *_misfits(self, table)]
        return self.build(table, read(table, readings), tellings, cautions)

    def build(
        self,
        table: Table,
        values: Sequence[NDArray[Any]],
        tellings: Sequence[Telling] | None = None,
        cautions: Sequence[Caution] = (),
    ) -> Features:
        """Make Features of values that were read; see ``apply``.

        Parameters
        ----------
        values : sequence of (n,) arrays
            What ``values.read`` gave for the rules, then for the tellings.
        """
        tellings = self.described if tellings is None else tellings
        d = len(self.rules)
        n = len(values[0]) if values else 0
        raw = np.empty((n, d), order="F")
        for j, rule in enumerate(self.rules):
            raw[:, j] = rule.reading.numbers(values[j])
        n_infinite = [int(np.isinf(raw[:, j]).sum()) for j in range(d)]
        raw[np.isinf(raw)] = np.nan
        keep, steps = self._keep(raw, table)
        raw = raw[keep]
        described = []
        for telling, given in zip(tellings, values[d:], strict=True):
            told = (
                telling.reading.numbers(given)
                if telling.kind == "number"
                else telling.reading.told(given)
            )
            described.append(
                Described(telling.name, telling.kind, told[keep], telling.unit, telling.role)
            )
        return Features(
            X=self.prepare(raw),
            raw=np.ascontiguousarray(raw),
            columns=tuple(
                dataclasses.replace(rule.feature, n_missing=int(np.isnan(raw[:, j]).sum()))
                for j, rule in enumerate(self.rules)
            ),
            preparation=self,
            source=table.source,
            ids=self._ids(table, n, keep),
            id_name=self.id_column
            if self.id_column is not None and self.id_column in table.columns
            else "row",
            described=tuple(described),
            cleaning=(*table.cleaning, *steps),
            cautions=(*cautions, *self._infinities(n_infinite), *self._below_zero(raw)),
        )

    def prepare(self, raw: NDArray[Any]) -> NDArray[Any]:
        """Return X (n, d) float64, C order, for raw values (n, d) with NaN where missing."""
        X = np.empty(raw.shape)
        for j, rule in enumerate(self.rules):
            column = raw[:, j]
            filled = np.where(np.isnan(column), rule.fill, column)
            X[:, j] = rule.scaling.apply(filled)
        if not np.isfinite(X).all() or (X.size and np.abs(X).max() > 1e150):
            j = int(np.nanargmax(np.where(np.isfinite(X), np.abs(X), np.inf).max(axis=0)))
            raise InputError(
                f"prepared values must be at most 1e150, for their squares are added; "
                f"got a larger one in {self.rules[j].feature.name!r}; "
                "use --scale standard, or --drop the column"
            )
        return X

    def undo(self, X: NDArray[Any]) -> NDArray[Any]:
        """Return rows of X (m, d) in the reader's units (m, d)."""
        X = np.asarray(X, dtype=np.float64)
        raw = np.empty(X.shape)
        for j, rule in enumerate(self.rules):
            raw[:, j] = rule.scaling.undo(X[:, j])
        return raw

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        from covey.features.preparation_json import to_dict

        return to_dict(self)

    @classmethod
    def from_dict(cls, plain: Any) -> TablePreparation:
        """Make it from what ``to_dict`` returned; raises ModelError for anything else."""
        from covey.features.preparation_json import from_dict

        return from_dict(plain)

    # ------------------------------------------------------------ steps of apply

    def _from_lines(self, table: Table) -> Table:
        """Turn invoice lines into customers where the rows fitted on were made so."""
        if not self.invoices:
            return table
        needed = {rule.reading.column for rule in self.rules}
        if needed <= set(table.columns):
            return table
        from covey.features.customers import customers_again

        return customers_again(table, self.invoices)

    def _refuse_missing(self, table: Table) -> None:
        lacking = []
        for rule in self.rules:
            name = rule.reading.column
            if name not in table.columns and name not in lacking:
                lacking.append(name)
        if not lacking:
            return
        others = [name for name in table.columns if name not in {*lacking}]
        told = ", ".join(repr(name) for name in lacking[:10])
        more = f" and {len(lacking) - 10} more" if len(lacking) > 10 else ""
        columns = "columns" if len(lacking) > 1 else "column"
        raise ColumnError(
            f"{table.source.name} must have every column that the model was fitted on; "
            f"it lacks the {columns} {told}{more}.{nearest(lacking[0], others)}"
        )

    def _keep(self, raw: NDArray[Any], table: Table) -> tuple[NDArray[Any], list[CleaningStep]]:
        """Tell which rows stay: those with a value, or with all of them."""
        missing = np.isnan(raw)
        empty = missing.all(axis=1) if raw.shape[1] else np.zeros(len(raw), dtype=bool)
        steps = []
        left = len(raw) - int(empty.sum())
        if empty.any():
            rule = "rows without a value in any feature"
            steps.append(CleaningStep(rule, "removed", int(empty.sum()), "", left))
        keep: NDArray[Any] = np.logical_not(empty)
        if self.drop_incomplete:
            incomplete = missing.any(axis=1) & keep
            left -= int(incomplete.sum())
            rule = "rows with a missing value"
            steps.append(
                CleaningStep(rule, "removed", int(incomplete.sum()), "--missing drop", left)
            )
            keep = keep & ~incomplete
        if not left:
            raise InputError(
                f"{table.source.name} must have rows with values in the features; "
                f"got {len(raw):,} rows, none with {'all' if self.drop_incomplete else 'any'} "
                f"of {', '.join(rule.feature.name for rule in self.rules[:10])}"
            )
        steps.append(CleaningStep("rows prepared", "kept", left, "", left))
        return keep, steps

    def _ids(self, table: Table, n: int, keep: NDArray[Any]) -> NDArray[Any] | None:
        """Return the names of the rows as they are written; else their numbers, if some left."""
        numbers = np.arange(1, n + 1) if table.rows is None else table.rows
        if self.id_column is not None and self.id_column in table.columns:
            column, kind = quote(self.id_column), table.types()[self.id_column]
            text = table.arrays(id=f"CAST({text_sql(column, kind)} AS VARCHAR)")["id"]
            return written(text, numbers)[keep]
        return None if keep.all() and table.rows is None else numbers[keep].astype(object)

    def _infinities(self, counts: Sequence[int]) -> list[Caution]:
        return [
            Caution(
                "infinite-values",
                f"{rule.feature.name}: {n:,} infinite "
                f"{'value counts' if n == 1 else 'values count'} as missing.",
            )
            for rule, n in zip(self.rules, counts, strict=True)
            if n
        ]

    def _below_zero(self, raw: NDArray[Any]) -> list[Caution]:
        found = []
        for j, rule in enumerate(self.rules):
            n = int((raw[:, j] < 0).sum()) if rule.scaling.log else 0
            if n:
                values = "value below zero counts" if n == 1 else "values below zero count"
                text = f"{rule.feature.name}: {n:,} {values} as zero under the log."
                found.append(Caution("below-zero", text))
        return found


def written(texts: NDArray[Any], numbers: NDArray[Any]) -> NDArray[Any]:
    """Return ids as text: ``17850.0`` as ``17850`` where all are whole, missing as ``row 7``."""
    present = [text for text in texts if text is not None]
    if any(text.endswith(".0") for text in present) and all(
        text.removesuffix(".0").lstrip("+-").isdigit() for text in present
    ):
        texts = np.array([t if t is None else t.removesuffix(".0") for t in texts], dtype=object)
    return np.array(
        [f"row {i}" if text is None else text for i, text in zip(numbers, texts, strict=True)],
        dtype=object,
    )


def _misfits(preparation: TablePreparation, table: Table) -> list[Caution]:
    """Count values of new rows that cannot be read as they were when fitted, and new levels."""
    types = table.types()
    asked: dict[str, str] = {}
    readings = {rule.feature.name: rule.reading for rule in preparation.rules}
    readings |= {t.name: t.reading for t in preparation.described if t.name in table.columns}
    for name, reading in readings.items():
        column, kind = quote(reading.column), types[reading.column]
        if reading.kind in ("level", "category"):
            known = ", ".join("'" + v.replace("'", "''") + "'" for v in reading.levels) or "NULL"
            text = text_sql(column, kind)
            # with "other" among the levels, a value not told apart is nothing new
            new = "NULL" if "other" in reading.levels else f"{text} NOT IN ({known})"
            asked[name] = f"count(*) FILTER ({new})"
        else:
            text = text_sql(column, kind, vague=True)
            value = reading.sql(kind, table.decimal)
            asked[name] = f"count(*) FILTER ({text} IS NOT NULL AND {value} IS NULL)"
    found = ask(table, asked) if asked else {}
    cautions = []
    for name, n in found.items():
        reading = readings[name]
        if n and reading.kind in ("level", "category"):
            values = "value is" if n == 1 else "values are"
            text = f"{reading.column}: {n:,} {values} of a category that was not there when fitted."
            cautions.append(Caution("new-category", text))
        elif n:
            values = (
                "value cannot be read and counts" if n == 1 else "values cannot be read and count"
            )
            text = f"{name}: {n:,} {values} as missing."
            cautions.append(Caution("unread-values", text))
    return list(dict.fromkeys(cautions))
