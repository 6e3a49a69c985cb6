"""Facts as JSON: nouns, arrays and numbers become what every program can read."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any


def plain(value: Any, without: Collection[tuple[type, str]] = ()) -> Any:
    """Return a value as plain JSON types: dict, list, str, int, float, bool, None.

    Numbers have at most 10 significant digits; what is unknown or infinite is None. Of a dataclass
    every field is kept in its order, save those that ``without`` names: (class, field).
    """
    if value is None or isinstance(value, str | bool):
        return value
    if dataclasses.is_dataclass(value):
        return {
            field.name: plain(getattr(value, field.name), without)
            for field in dataclasses.fields(value)
            if (type(value), field.name) not in without
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item, without) for key, item in value.items()}
    if hasattr(value, "tolist"):  # numpy arrays and scalars
        return plain(value.tolist(), without)
    if isinstance(value, float):
        return float(f"{value:.10g}") if math.isfinite(value) else None
    if isinstance(value, int):
        return value
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(item, without) for item in value]
    return str(value)


def as_json(document: Any, indent: int = 2) -> bytes:
    """Write a document; the same facts give the same bytes."""
    text = json.dumps(plain(document), ensure_ascii=False, indent=indent, allow_nan=False)
    return (text + "\n").encode("utf-8", "replace")
