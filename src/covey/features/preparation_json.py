"""TablePreparation as plain JSON types, and back with every value checked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from covey.errors import ModelError
from covey.features.preparation import Rule, TablePreparation, Telling
from covey.features.scaling import Scaling
from covey.features.spelling import BLANK_IS_NO, DATE_FORMATS, MIXED_DATES
from covey.features.values import KINDS, Reading
from covey.flow import Feature


def to_dict(preparation: TablePreparation) -> dict[str, Any]:
    """Return a preparation as plain JSON types."""
    return {
        "kind": "table",
        "features": [
            {
                **dataclasses.asdict(rule.feature),
                "reading": _reading(rule.reading),
                "fill": rule.fill,
                **dataclasses.asdict(rule.scaling),
            }
            for rule in preparation.rules
        ],
        "described": [
            {
                "name": telling.name,
                "kind": telling.kind,
                "unit": telling.unit,
                "role": telling.role,
                "reading": _reading(telling.reading),
            }
            for telling in preparation.described
        ],
        "id_column": preparation.id_column,
        "drop_incomplete": preparation.drop_incomplete,
        "invoices": {
            key: dict(value) if isinstance(value, dict) else value
            for key, value in preparation.invoices.items()
        },
    }


def _reading(reading: Reading) -> dict[str, Any]:
    plain = dataclasses.asdict(reading)
    plain["levels"] = list(reading.levels)
    return plain


def from_dict(plain: Any) -> TablePreparation:
    """Make a preparation of plain JSON types.

    Raises
    ------
    ModelError
        Something is missing, of a wrong type, or has a value that it cannot have.
    """
    top = _Checked(plain, "preparation")
    if top.text("kind") != "table":
        raise ModelError(f"preparation: kind must be 'table'; got {plain['kind']!r}")
    rules = tuple(
        _rule(_Checked(item, f"features[{j}]")) for j, item in enumerate(top.items("features"))
    )
    if not rules:
        raise ModelError("preparation: features must hold at least one feature; got none")
    described = tuple(
        _telling(_Checked(item, f"described[{j}]")) for j, item in enumerate(top.items("described"))
    )
    return TablePreparation(
        rules,
        described,
        top.optional_text("id_column"),
        top.flag("drop_incomplete"),
        _invoices(top.get("invoices", lambda value: isinstance(value, dict), "an object")),
    )


def _rule(item: _Checked) -> Rule:
    feature = Feature(
        item.text("name"),
        item.text("column"),
        item.text("unit"),
        item.text("role"),
        item.text("transform"),
        item.flag("whole"),
        int(item.number("n_missing", low=0)),
    )
    scaling = Scaling(
        item.number("log", low=0.0), item.number("center"), item.number("spread", above=0.0)
    )
    return Rule(feature, _read(item), item.number("fill"), scaling)


def _telling(item: _Checked) -> Telling:
    kind = item.text("kind")
    if kind not in ("number", "category"):
        raise ModelError(f"{item.place}: kind must be 'number' or 'category'; got {kind!r}")
    return Telling(item.text("name"), kind, _read(item), item.text("unit"), item.text("role"))


def _read(item: _Checked) -> Reading:
    one = _Checked(item.plain.get("reading"), f"{item.place}.reading")
    kind, decimal, form = one.text("kind"), one.optional_text("decimal"), one.optional_text("form")
    if kind not in KINDS:
        raise ModelError(f"{one.place}: kind must be one of {KINDS}; got {kind!r}")
    if decimal not in (None, ".", ","):
        raise ModelError(f"{one.place}: decimal must be '.' or ','; got {decimal!r}")
    if form not in (None, BLANK_IS_NO, *DATE_FORMATS, *MIXED_DATES):
        raise ModelError(f"{one.place}: form must be a date format; got {form!r}")
    reference = one.text("reference")
    try:
        moment = np.datetime64(reference, "us") if reference else np.datetime64("NaT", "us")
    except ValueError:
        raise ModelError(f"{one.place}: reference must be a date; got {reference!r}") from None
    if (kind == "date") != (not np.isnat(moment)):
        raise ModelError(f"{one.place}: a date must have a reference; got {reference!r}")
    levels = one.items("levels")
    if not all(isinstance(level, str) for level in levels):
        raise ModelError(f"{one.place}: levels must be texts; got {levels!r}")
    return Reading(
        one.text("column"), kind, decimal, form, reference, tuple(levels),
        one.text("level"),
    )  # fmt: skip


def _invoices(plain: dict[str, Any]) -> dict[str, Any]:
    if not plain:
        return {}
    one = _Checked(plain, "invoices")
    columns = one.get("columns", lambda value: isinstance(value, dict), "an object")
    for role in ("invoice", "customer", "date", "quantity", "price"):
        if not isinstance(columns.get(role), str):
            raise ModelError(f"invoices: columns must name the {role}; got {columns!r}")
    unknown = set(columns) - {"invoice", "customer", "date", "quantity", "price", "product"}
    if unknown:
        raise ModelError(f"invoices: columns must name known roles; got {sorted(unknown)!r}")
    return {"columns": {str(k): str(v) for k, v in columns.items()},
            "currency": one.text("currency"), "reference": one.text("reference")}  # fmt: skip


class _Checked:
    """An object of a model file; each value is checked when it is taken out."""

    def __init__(self, plain: Any, place: str) -> None:
        if not isinstance(plain, dict):
            raise ModelError(f"{place} must be an object; got {str(plain)[:60]!r}")
        self.plain, self.place = plain, place

    def get(self, key: str, good: Callable[[Any], bool], what: str) -> Any:
        if key not in self.plain:
            raise ModelError(f"{self.place} must have {key!r}; it is missing")
        value = self.plain[key]
        if not good(value):
            raise ModelError(f"{self.place}: {key} must be {what}; got {str(value)[:60]!r}")
        return value

    def text(self, key: str) -> str:
        return self.get(key, lambda value: isinstance(value, str), "text")

    def optional_text(self, key: str) -> str | None:
        return self.get(key, lambda value: value is None or isinstance(value, str), "text or null")

    def flag(self, key: str) -> bool:
        return self.get(key, lambda value: isinstance(value, bool), "true or false")

    def items(self, key: str) -> list[Any]:
        return self.get(key, lambda value: isinstance(value, list), "a list")

    def number(self, key: str, low: float = -math.inf, above: float = -math.inf) -> float:
        def good(value: Any) -> bool:
            typed = isinstance(value, int | float) and not isinstance(value, bool)
            return typed and math.isfinite(value) and value >= low and value > above

        bound = f" > {above:g}" if above > -math.inf else f" >= {low:g}" if low > -math.inf else ""
        return float(self.get(key, good, f"a finite number{bound}"))
