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
from covey.explain import alarm, exemplars, fit, naming, profile, quality, roles, rules
from covey.explain.calling import call
from covey.explain.choose_k import OnProgress
from covey.explain.importance import importance
from covey.explain.picture import picture
from covey.explain.playbook import load_playbook
from covey.explain.threshold_tree import threshold_tree
from covey.explain.wording import exact, listing, with_unit
from covey.flow import (
    Caution,
    Explanation,
    Features,
    Measure,
    Method,
    Name,
    Quality,
    Run,
    Segment,
    Sweep,
    Tree,
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

    @property
    def population(self) -> naming.Population:
        """What names are made of."""
        return naming.Population(
            self.columns, self.labels, self.measures[: self.k], self.roles, self.noun[1]
        )


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
    labels: Sequence[str] | None = None,
    buying: bool | None = None,
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
    labels : k texts, optional
        What the labels are called where they were given rather than found; see ``call``.
    buying : bool, optional
        Whether the table is about buying; its columns tell when not given.

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
    facts = _facts(features, run, buying)
    called, ordered = call(
        facts.population,
        buying=facts.buying,
        entries=entries,
        names=names,
        order_by=order_by,
        labels=labels,
    )
    tell("Rules", 0.2)
    told, fidelity = rules.tell_rules(facts.filled, features.columns, facts.labels, facts.k)
    segments = _segments(facts, called, ordered, told, run.sweep)
    judged = _judge(facts, rng, fidelity, on_progress)
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
        importance=importance(features.X, facts.labels, facts.k, features.names),
        tree=_tree(facts, ordered),
        decisions=features.decisions,
        cleaning=features.cleaning,
        cautions=(*features.cautions, *_cautions(facts, judged, run.sweep, called, rng)),
        method=_method(run, options, seed, n_init),
        buying=facts.buying,
    )


def _judge(
    facts: _Facts, rng: np.random.Generator, fidelity: float, on_progress: OnProgress | None
) -> Quality:
    margin = fit.fit_of(facts.distance, facts.second)
    assert facts.run.sweep is not None
    return quality.judge(
        facts.features,
        facts.k,
        facts.run.sweep,
        rng=rng,
        n_poor=int(np.count_nonzero(facts.distance > facts.limits[facts.labels])),
        n_between=int(np.count_nonzero(margin < fit.BETWEEN)) if facts.k > 1 else 0,
        rule_fidelity=fidelity,
        refit=bool((facts.distance <= facts.second).all()),
        on_progress=on_progress,
    )


def _numbered(sweep: Sweep, labels: NDArray[np.int32], ordered: list[int]) -> Sweep:
    """Tell the number of the segment of each row whose silhouette is known, for the picture."""
    number = np.empty(len(ordered), dtype=np.int32)
    number[ordered] = np.arange(1, len(ordered) + 1)
    return replace(sweep, row_numbers=number[labels[sweep.rows]])


def _unheard(text: str, share: float) -> None:
    """Take note of progress that nobody watches."""


def _facts(features: Features, run: Run, buying: bool | None) -> _Facts:
    """Measure once what several parts need."""
    k = len(run.centers)
    columns = profile.columns_of(features)
    labels, distance, second, _ = fit.own_and_next(features.X, run.centers, run.labels)
    found = roles.roles_of(features)
    buying = roles.is_buying(found) if buying is None else buying
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


def _tree(facts: _Facts, ordered: Sequence[int]) -> Tree:
    """Grow the threshold tree, and measure what it costs beside the segments themselves."""
    number = np.empty(facts.k, dtype=np.int64)
    number[list(ordered)] = np.arange(1, facts.k + 1)
    features = facts.features
    centers = features.preparation.undo(facts.run.centers)
    tree, placed = threshold_tree(
        facts.filled, features.columns, centers, facts.labels, number.tolist()
    )
    left = [1 - quality.explained_share(features.X, one, facts.k) for one in (placed, facts.labels)]
    return replace(tree, price=left[0] / left[1] if left[1] > 0 else 1.0)


def _cautions(
    facts: _Facts, judged: Any, sweep: Sweep, called: Sequence[Name], rng: np.random.Generator
) -> list[Caution]:
    shape = quality.Shape(
        names=[name.text for name in called],
        sizes=np.bincount(facts.labels, minlength=facts.k),
        labels=facts.labels,
        noun=facts.noun,
    )
    found = quality.cautions(facts.features, judged, sweep, shape)
    found += _alarm(facts, shape.names, {one.topic for one in found}, rng)
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


#: what the alarm says again of what is said already, by topic
_SAID_BY = {"one-blob": "weak-separation", "other-k": "two-groups", "degenerate": "tiny-segment"}


def _alarm(
    facts: _Facts, names: Sequence[str], said: set[str], rng: np.random.Generator
) -> list[Caution]:
    """Return what speaks against k-means, where it is not said already."""
    found = alarm.findings(
        facts.features.X, facts.labels, facts.k, rng=rng, names=facts.features.names,
        raw=facts.filled, called=names,
    )  # fmt: skip
    return [
        Caution(one.topic, f"{one.seen} {one.why} {one.todo}")
        for one in found
        if one.level in ("alarm", "caution") and _SAID_BY.get(one.topic) not in said
    ]


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
