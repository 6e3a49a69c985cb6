"""Is the number of groups found, and is "none" said where there is none?

Covey's verdict beside the naive ways on the same sweeps: the K of the largest silhouette, the elbow
by kneed, and the gap statistic alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from benchmarks.verdicts.sets import Truth, suite
from covey.explain.gap import first_within_error, gaps
from covey.explain.k_choice import Asked, search
from covey.explain.several_k import SeveralK
from covey.random import children, generator

#: the naive ways look at K = 1 … 20, which has every true K of the suite
LAST = 20
#: bars: shares of round sets whose K is found, of structureless ones and of round ones called so
RIGHT, NONE, NONE_OF_ROUND = 0.90, 0.90, 0.05

WAYS = {"covey": "Covey", "silhouette": "largest silhouette", "elbow": "elbow (kneed)",
        "gap": "gap alone"}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What each way says of one set; 0: no natural K."""

    seed: int
    name: str
    family: str
    n: int
    d: int
    kind: str  # "round", "structureless" or "shapes"
    k: int  # true; 0: none
    covey: int
    silhouette: int
    elbow: int
    gap: int


def measure(
    seeds: Sequence[int], say: Callable[[str], object] = lambda _line: None
) -> Iterator[Row]:
    """Look at every set of the suite of each seed."""
    for seed in seeds:
        for truth in suite(seed):
            row = _row(seed, truth)
            if row.kind != "shapes" and row.covey != row.k:
                say(f"seed {seed}, {row.name}: K={row.covey or 'none'}, not {row.k or 'none'}")
            yield row


def _row(seed: int, truth: Truth) -> Row:
    X = np.ascontiguousarray(truth.X)
    kind = "round" if truth.round else "structureless" if truth.structureless else "shapes"
    searching, fitting, drawing = children(generator(0), 3)
    natural = search(X, Asked(), rng=searching)[2]
    several = SeveralK(X, rng=fitting, n_init=4)
    several.fit(range(1, LAST + 1))
    facts = several.facts()
    best = max(facts[1:], key=lambda one: one.silhouette).k
    inertia = {one.k: one.inertia for one in facts}
    found = first_within_error(gaps(X, inertia, rng=drawing, n_references=10))
    return Row(
        seed, truth.name, truth.family, len(X), X.shape[1], kind, truth.k or 0,
        covey=natural.k if natural is not None and natural.found else 0,
        silhouette=best,
        elbow=_knee(inertia),
        gap=0 if found in (1, None) else found or 0,
    )  # fmt: skip


def _knee(inertia: dict[int, float]) -> int:
    from kneed import KneeLocator

    found = KneeLocator(
        list(inertia), list(inertia.values()), curve="convex", direction="decreasing"
    ).elbow
    return int(found) if found else 0


# ---------------------------------------------------------------- told


def share_right(rows: Sequence[Row], way: str, kind: str) -> float:
    """Return the share of the sets of a kind whose K a way finds; "none" is 0."""
    own = [row for row in rows if row.kind == kind]
    return float(np.mean([getattr(row, way) == row.k for row in own])) if own else float("nan")


def share_none(rows: Sequence[Row], way: str, kind: str) -> float:
    """Return the share of the sets of a kind of which a way says that no K is natural."""
    own = [row for row in rows if row.kind == kind]
    return float(np.mean([getattr(row, way) == 0 for row in own])) if own else float("nan")


def bars(rows: Sequence[Row]) -> dict[str, bool]:
    """Return what must hold, and whether it does."""
    return {
        f"the right K in {RIGHT:.0%} of the round sets": share_right(rows, "covey", "round")
        >= RIGHT,
        f"no natural K in {NONE:.0%} of the structureless": share_none(
            rows, "covey", "structureless"
        )
        >= NONE,
        f"no natural K in at most {NONE_OF_ROUND:.0%} of the round": share_none(
            rows, "covey", "round"
        )
        <= NONE_OF_ROUND,
    }


def table(rows: Sequence[Row]) -> str:
    """Return Markdown tables: all of a kind, and each family."""
    lines = [
        "| | " + " | ".join(WAYS.values()) + " |", "|---|" + "---:|" * len(WAYS),
        _line("right K, round sets", lambda way: share_right(rows, way, "round")),
        _line("no natural K, structureless",
              lambda way: share_none(rows, way, "structureless")),
        _line("no natural K, round sets", lambda way: share_none(rows, way, "round")),
        "", "| family | sets | " + " | ".join(WAYS.values()) + " |",
        "|---|---:|" + "---:|" * len(WAYS),
    ]  # fmt: skip
    for family in dict.fromkeys(row.family for row in rows):
        own = [row for row in rows if row.family == family]
        kind = own[0].kind
        if kind == "shapes":
            told = [f"{share_none(own, way, kind):.0%} none" for way in WAYS]
        else:
            told = [f"{share_right(own, way, kind):.0%}" for way in WAYS]
        lines.append(f"| {family} | {len(own)} | " + " | ".join(told) + " |")
    return "\n".join(lines) + "\n"


def _line(name: str, value: Callable[[str], float]) -> str:
    return f"| {name} | " + " | ".join(f"{value(way):.1%}" for way in WAYS) + " |"


def page(rows: Sequence[Row]) -> str:
    """Return the part of the page that is about choosing K."""
    seeds = ", ".join(str(seed) for seed in dict.fromkeys(row.seed for row in rows))
    held = "\n".join(f"- {'held' if ok else 'MISSED'}: {what}" for what, ok in bars(rows).items())
    missed = [row for row in rows if row.kind != "shapes" and row.covey != row.k]
    told = "".join(
        f"- seed {row.seed}, {row.name}: {row.covey or 'none'} rather than {row.k or 'none'}\n"
        for row in missed
    )
    return (
        f"## How many groups\n\n{len(rows)} generated sets, seeds {seeds}. The rule was tuned on "
        "seeds 1, 2 and 3 alone. Naive ways look at K = 1 … 20; Covey goes from 10 to at most 50 "
        "by itself. Of other shapes (stretched, moons, rings …) no K is asked for: the share of "
        f"'none' is told.\n\n{held}\n\n{table(rows)}\n"
        f"Where Covey is wrong:\n\n{told or '- nowhere'}\n"
    )


def to_csv(rows: Sequence[Row]) -> str:
    """Return the rows as CSV."""
    text = io.StringIO()
    out = csv.DictWriter(text, [field.name for field in fields(Row)], lineterminator="\n")
    out.writeheader()
    out.writerows(asdict(row) for row in rows)
    return text.getvalue()
