"""What the segments are called and in which order they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from covey.errors import OptionError, nearest
from covey.explain import naming, profile, roles
from covey.explain.naming import Population
from covey.flow import Name


def call(
    population: Population,
    *,
    buying: bool,
    entries: Sequence[Any],
    names: Sequence[str] | None = None,
    order_by: str | None = None,
    labels: Sequence[str] | None = None,
) -> tuple[list[Name], list[int]]:
    """Return the name of each label, and the labels in display order.

    Parameters
    ----------
    population : Population
        Its ``measures`` are those of the k segments.
    buying : bool
        The table is about buying: names come from the playbook, and order from revenue.
    entries : entries of the playbook
    names, order_by
        See ``explain_segments``.
    labels : k texts, optional
        What the labels are called where they were given: kept as they are and in their order; a
        mere number is followed by what sets its rows apart.

    Raises
    ------
    OptionError
        The number of names is not k, or ``order_by`` is neither a column of numbers nor a role.
    """
    if labels is not None:
        return _as_given(population, labels), list(range(len(labels)))
    ordered, by = _ordered(population, buying, names is not None, order_by)
    if names is not None:
        return naming.names_given(names, ordered, by), ordered
    if buying and len(ordered) > 1:
        return naming.names_from_playbook(population, entries), ordered
    return naming.names_from_figures(population), ordered


def _as_given(population: Population, labels: Sequence[str]) -> list[Name]:
    described = naming.names_from_figures(population)
    return [
        replace(name, text=f"{label}: {name.text}" if label.lstrip("-").isdecimal() else label)
        for label, name in zip(labels, described, strict=True)
    ]


def _ordered(
    population: Population, buying: bool, named: bool, order_by: str | None
) -> tuple[list[int], str]:
    """Return the labels in display order, and what orders them in words."""
    k, noun = len(population.measures), population.noun
    sizes = np.bincount(population.labels, minlength=k)
    if order_by is None and named and "spend" in population.roles:
        order_by = "spend"
    if order_by is not None:
        by, key = _key_of(population, order_by)
        return [int(label) for label in np.lexsort((np.arange(k), key))], by
    if named:
        ascending = np.lexsort((np.arange(k), sizes))
        return [int(label) for label in ascending], f"the number of {noun}"
    worth = roles.revenue(population.roles.get("spend"), population.labels, k)
    key = np.array([share for _, share in worth]) if buying and worth else sizes
    return [int(label) for label in np.lexsort((np.arange(k), -sizes, -key))], ""


def _key_of(population: Population, wanted: str) -> tuple[str, NDArray[np.float64]]:
    """Return the mean of a column or role for each label, and what it is in words."""
    by_name = {column.name.casefold(): column for column in population.columns}
    column = by_name.get(wanted.casefold())
    if column is None and wanted.casefold() in population.roles:
        role = population.roles[wanted.casefold()]
        column = profile.Column(role.label, role.values, role.unit, role.name)
    if column is None:
        known = [*(column.name for column in population.columns), *population.roles]
        raise OptionError(
            f"order_by must be a column of numbers or a role; got {wanted!r}."
            f"{nearest(wanted, known)} Known here: {', '.join(known)}"
        )
    k = len(population.measures)
    table = profile.measure([column], population.labels, k)
    means = np.array([row[0].mean for row in table[:k]])
    return f"mean {column.name}", np.where(np.isfinite(means), means, -np.inf)
