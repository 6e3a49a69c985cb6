"""Features made by hand, for tests of whatever comes after the table is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.flow import Described, Feature, Features, Source


@dataclass(frozen=True)
class PlainPreparation:
    """Standardise; the smallest honest Preparation."""

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]

    def apply(self, table: Any) -> Features:
        """Refuse: a hand-made table has no columns to look for."""
        raise NotImplementedError("hand-made features take no new rows")

    def undo(self, X: NDArray[Any]) -> NDArray[Any]:
        """Return rows of X (m, d) in the units they were given in."""
        return X * self.sd + self.mean

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {"mean": self.mean.tolist(), "sd": self.sd.tolist()}


def hand_made(
    raw: Sequence[Sequence[float]] | NDArray[Any],
    names: Sequence[str] | None = None,
    *,
    roles: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    described: Sequence[Described] = (),
    ids: Sequence[Any] | None = None,
    id_name: str = "row",
    scale: bool = True,
) -> Features:
    """Make Features of plain numbers: missing values become the median, columns standardised.

    Parameters
    ----------
    raw : (n, d)
        NaN where a value is missing.
    names : d names, optional
        ``a``, ``b``, ``c`` … else.
    roles, units : mappings of a name to its role or unit
    scale : bool
        False leaves X as it was given.
    """
    table = np.ascontiguousarray(raw, dtype=np.float64)
    d = table.shape[1]
    called = list(names or [chr(ord("a") + j) for j in range(d)])
    top = np.maximum(np.nanmax(np.abs(table), axis=0), 1.0)
    filled = np.where(np.isnan(table), np.nanmedian(table / top, axis=0) * top, table)
    if scale:
        mean = (filled / top).mean(axis=0) * top
        sd = (filled / top).std(axis=0) * top
        sd[sd == 0] = 1.0
    else:
        mean, sd = np.zeros(d), np.ones(d)
    columns = tuple(
        Feature(
            name,
            name,
            unit=(units or {}).get(name, ""),
            role=(roles or {}).get(name, ""),
            transform="standardised" if scale else "",
            whole=bool((filled[:, j] == np.round(filled[:, j])).all()),
            n_missing=int(np.isnan(table[:, j]).sum()),
        )
        for j, name in enumerate(called)
    )
    return Features(
        X=np.ascontiguousarray(filled / sd - mean / sd),
        raw=table,
        columns=columns,
        preparation=PlainPreparation(mean, sd),
        source=Source("by hand", "arrays", len(table), d),
        ids=None if ids is None else np.array(list(ids), dtype=object),
        id_name=id_name,
        described=tuple(described),
    )
