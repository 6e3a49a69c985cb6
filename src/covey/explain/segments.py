"""Features and a Run become an Explanation: everything there is to say about the segments."""

from __future__ import annotations

import math
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import covey
from covey.errors import OptionError, nearest
from covey.explain import exemplars, fit, naming, profile, quality, roles, rules
from covey.explain.choose_k import OnProgress
from covey.explain.picture import picture
from covey.explain.playbook import load_playbook
from covey.explain.wording import exact, listing, with_unit
from covey.flow import (
    Caution,
    Explanation,
    Features,
    Measure,
    Method,
    Name,
    Run,
    Segment,
    Sweep,
)

Doubles = NDArray[np.float64]

_CUSTOMER_WORDS = ("cust", "client", "shopper", "buyer", "member", "guest")


@dataclass(frozen=True)
class _Facts:
    """What several parts of the explanation need; made once."""

    features: Features
    run: Run
    k: int
    labels: NDArray[np.int32]
    filled: Doubles  # (n, d) reader's units, missing values filled
    distance: Doubles  # (n,) to the own center
    second: Doubles  # (n,) to the next center
    limits: Doubles  # (k,)
    columns: tuple[profile.Column, ...]
    measures: list[list[Measure]]  # [label][column], the population last
    roles: Mapping[str, roles.Role]
    buying: bool
    noun: tuple[str, str]


def explain_segments(
    features: Features,
    run: Run,
    *,
    rng: np.random.Generator,
    names: Sequence[str] | None = None,
    order_by: str | None = None,
    playbook: str | os.PathLike[str] | None = None,
    title: str | None = "",
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    n_init: int = 4,
    on_progress: OnProgress | None = None,
) -> Explanation:
    """Say everything about the segments of a run: who, how many, what they are worth, how sure.

    Parameters
    ----------
    features : Features
    run : Run
        Of ``choose_k.sweep``: with ``sweep`` set.
    rng : numpy Generator
        For the refits of the stability.
    names : k names, optional
        Given to the segments in ascending order of ``order_by``, else of spend, else of size.
    order_by : str, optional
        Column or role whose mean orders the segments, smallest first. Without it they come by
        revenue, else by size, largest first.
    playbook : path, optional
        TOML file of names and actions; the built-in one else.
    options, seed, n_init
        What was asked for, to be told in ``Method``.

    Raises
    ------
    OptionError
        The number of names is not K, or ``order_by`` is neither a column of numbers nor a role.
    InputError
        The playbook cannot be used.
    """
    if run.sweep is None:
        raise ValueError("explain_segments needs the run of choose_k.sweep, which has its sweep")
    tell = on_progress or _unheard
    entries = load_playbook(playbook)
    tell("Profiles", 0.0)
    facts = _facts(features, run)
    called, ordered = _call(facts, entries, names, order_by)
    tell("Rules", 0.2)
    told, fidelity = rules.tell_rules(facts.filled, features.columns, facts.labels, facts.k)
    segments = _segments(facts, called, ordered, told, run.sweep)
    margin = fit.fit_of(facts.distance, facts.second)
    judged = quality.judge(
        features,
        facts.k,
        run.sweep,
        rng=rng,
        n_poor=int(np.count_nonzero(facts.distance > facts.limits[facts.labels])),
        n_between=int(np.count_nonzero(margin < fit.BETWEEN)) if facts.k > 1 else 0,
        rule_fidelity=fidelity,
        on_progress=on_progress,
    )
    tell("Pictures", 0.9)
    return Explanation(
        title=title or f"Segments of {features.source.name}",
        source=features.source,
        n_rows=len(features.X),
        row_noun=facts.noun,
        features=features.columns,
        segments=segments,
        population=tuple(facts.measures[facts.k]),
        unusual=exemplars.unusual(
            features, run.centers, facts.labels, facts.distance, facts.limits
        ),
        quality=judged,
        sweep=_numbered(run.sweep, facts.labels, ordered),
        map=picture(features, facts.filled, np.array(ordered), facts.labels, run.centers),
        heat=_heat(facts, ordered),
        decisions=features.decisions,
        cleaning=features.cleaning,
        cautions=(*features.cautions, *_cautions(facts, judged, run.sweep, called)),
        method=_method(run, options, seed, n_init),
        buying=facts.buying,
    )


def _numbered(sweep: Sweep, labels: NDArray[np.int32], ordered: list[int]) -> Sweep:
    """Tell the number of the segment of each row whose silhouette is known, for the picture."""
    number = np.empty(len(ordered), dtype=np.int32)
    number[ordered] = np.arange(1, len(ordered) + 1)
    return replace(sweep, row_numbers=number[labels[sweep.rows]])


def _unheard(text: str, share: float) -> None:
    """Take note of progress that nobody watches."""


def _facts(features: Features, run: Run) -> _Facts:
    """Measure once what several parts need."""
    k = len(run.centers)
    columns = profile.columns_of(features)
    labels, distance, second, _ = fit.nearest_two(features.X, run.centers)
    found = roles.roles_of(features)
    buying = roles.is_buying(found)
    words = features.id_name.casefold()
    of_customers = buying or any(word in words for word in _CUSTOMER_WORDS)
    return _Facts(
        features=features,
        run=run,
        k=k,
        labels=labels,
        filled=rules.fill(features),
        distance=distance,
        second=second,
        limits=fit.limits(distance, labels, k),
        columns=columns,
        measures=profile.measure(columns, labels, k),
        roles=found,
        buying=buying,
        noun=("customer", "customers") if of_customers else ("row", "rows"),
    )


# ---------------------------------------------------------------- names and order


def _call(
    facts: _Facts, entries: Sequence[Any], names: Sequence[str] | None, order_by: str | None
) -> tuple[list[Name], list[int]]:
    """Return the name of each label, and the labels in display order."""
    sizes = np.bincount(facts.labels, minlength=facts.k)
    if order_by is not None:
        by, key = _key_of(facts, order_by)
        ordered = [int(label) for label in np.lexsort((np.arange(facts.k), key))]
    elif names is not None and "spend" in facts.roles:
        by, key = _key_of(facts, "spend")
        ordered = [int(label) for label in np.lexsort((np.arange(facts.k), key))]
    elif names is not None:
        by = f"the number of {facts.noun[1]}"
        ordered = [int(label) for label in np.lexsort((np.arange(facts.k), sizes))]
    else:
        worth = roles.revenue(facts.roles.get("spend"), facts.labels, facts.k)
        key = np.array([share for _, share in worth]) if facts.buying and worth else sizes
        by = ""
        ordered = [int(label) for label in np.lexsort((np.arange(facts.k), -sizes, -key))]
    if names is not None:
        return naming.names_given(names, ordered, by), ordered
    population = naming.Population(
        facts.columns, facts.labels, facts.measures[: facts.k], facts.roles, facts.noun[1]
    )
    if facts.buying and facts.k > 1:
        return naming.names_from_playbook(population, entries), ordered
    return naming.names_from_figures(population), ordered


def _key_of(facts: _Facts, wanted: str) -> tuple[str, Doubles]:
    """Return the mean of a column or role for each label, and what it is in words."""
    by_name = {column.name.casefold(): column for column in facts.columns}
    column = by_name.get(wanted.casefold())
    if column is None and wanted.casefold() in facts.roles:
        role = facts.roles[wanted.casefold()]
        column = profile.Column(role.label, role.values, role.unit, role.name)
    if column is None:
        known = [*(column.name for column in facts.columns), *facts.roles]
        raise OptionError(
            f"order_by must be a column of numbers or a role; got {wanted!r}."
            f"{nearest(wanted, known)} Known here: {', '.join(known)}"
        )
    table = profile.measure([column], facts.labels, facts.k)
    means = np.array([row[0].mean for row in table[: facts.k]])
    return f"mean {column.name}", np.where(np.isfinite(means), means, -np.inf)


# ---------------------------------------------------------------- segments


def _segments(
    facts: _Facts,
    called: Sequence[Name],
    ordered: Sequence[int],
    told: Sequence[Any],
    sweep: Sweep,
) -> tuple[Segment, ...]:
    """Put together what is known of each segment, in display order."""
    features, k = facts.features, facts.k
    n = len(facts.labels)
    undone = features.preparation.undo(facts.run.centers)
    worth = roles.revenue(facts.roles.get("spend"), facts.labels, k)
    levels = profile.stand_out(features, facts.labels, k)
    scored = facts.labels[sweep.rows]
    result = []
    for number, label in enumerate(ordered, 1):
        rows = np.flatnonzero(facts.labels == label)
        own = facts.distance[rows]
        marks = sweep.row_silhouettes[scored == label]
        result.append(
            Segment(
                number=number,
                label=label,
                name=called[label],
                n_rows=len(rows),
                share=len(rows) / n,
                revenue=worth[label][0] if worth else None,
                revenue_share=worth[label][1] if worth else None,
                center=tuple(float(value) for value in undone[label]),
                measures=profile.apart_first(facts.measures[label]),
                levels=levels[label],
                rule=told[label],
                exemplars=exemplars.typical(features, facts.distance, rows),
                silhouette=float(marks.mean()) if len(marks) else math.nan,
                spread=float(np.sqrt(np.mean(own**2))) if len(own) else 0.0,
                limit=float(facts.limits[label]),
                n_poor=int(np.count_nonzero(own > facts.limits[label])),
            )
        )
    return tuple(result)


def _heat(facts: _Facts, ordered: Sequence[int]) -> Doubles:
    """Return (k, d): how many standard deviations each mean is from the population's."""
    d = len(facts.features.columns)
    heat = [[one.difference for one in facts.measures[label][:d]] for label in ordered]
    return np.array(heat, dtype=np.float64).reshape(facts.k, d)


def _cautions(facts: _Facts, judged: Any, sweep: Sweep, called: Sequence[Name]) -> list[Caution]:
    shape = quality.Shape(
        names=[name.text for name in called],
        sizes=np.bincount(facts.labels, minlength=facts.k),
        labels=facts.labels,
        noun=facts.noun,
    )
    found = quality.cautions(facts.features, judged, sweep, shape)
    missing = ~np.isfinite(facts.features.raw).all(axis=0)
    if missing.any() and facts.k > 1:
        words = []
        for j in np.flatnonzero(missing):
            column = facts.features.columns[j]
            row = int(np.flatnonzero(~np.isfinite(facts.features.raw[:, j]))[0])
            value = exact(float(f"{facts.filled[row, j]:.6g}"))
            words.append(f"{column.name} as {with_unit(value, column.unit)}")
        text = f"Where a value is missing, the rules and the segments take {listing(words, 6)}."
        found.append(Caution("missing-values", text))
    return found


def _method(run: Run, options: Mapping[str, Any] | None, seed: int, n_init: int) -> Method:
    versions = {
        "covey": covey.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
    if "duckdb" in sys.modules:
        versions["duckdb"] = sys.modules["duckdb"].__version__
    return Method(
        options=dict(options or {}),
        seed=seed,
        n_init=n_init,
        n_iter=run.n_iter,
        inertia=run.inertia,
        engine=f"{run.method} Lloyd, {run.centers.dtype}",
        versions=versions,
    )
