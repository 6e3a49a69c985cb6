"""What ``covey choose-k`` writes and prints."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import Any

from covey.evidence import KChoice, KFacts, Preparations
from covey.report.evidence import findings, k_data, k_sheet, k_silhouettes, k_sizes, k_summary
from covey.report.evidence import k_words as words
from covey.report.evidence.k_panels import STEPS, level_of
from covey.report.evidence.leaf import render_leaf
from covey.report.figures import NARROW, WIDE
from covey.report.numbers import MISSING, count, fixed, number, share
from covey.report.svg import segment_class

summary = k_summary.summary
#: features whose share of the distance is drawn
_MOST_FEATURES = 8


def files(facts: KChoice | Preparations) -> dict[str, bytes]:
    """Return what the command writes: name to content."""
    page = _two(facts) if isinstance(facts, Preparations) else _one(facts)
    return {
        "report.html": page,
        "report.json": k_data.json_of(facts),
        "scores.csv": k_data.scores_csv(facts),
    }


# ---------------------------------------------------------------- one preparation


def _one(choice: KChoice) -> bytes:
    sheet = _drawn(
        k_sheet.criteria_sheet(choice, k_sheet.WIDE, "fig wide"),
        k_sheet.criteria_sheet(choice, k_sheet.NARROW, "fig narrow"),
    )
    sizes = _drawn(
        k_sizes.size_bars(choice, WIDE, "fig wide"), k_sizes.size_bars(choice, NARROW, "fig narrow")
    )
    first, more = k_silhouettes.featured(choice), k_silhouettes.others(choice)
    return render_leaf(
        "choose_k.html.j2",
        choice.about,
        more_style=findings.style() + _style(),
        **_told(choice),
        **findings.shown(),
        sheet=sheet if len(choice.scores) > 1 else (),
        sizes=sizes if len(choice.scores) > 1 else (),
        first=_plots(choice, first),
        more=_plots(choice, more),
        groups=_groups(choice),
        steps=words.next_steps(choice),
        glossary=words.GLOSSARY,
        heads=HEADS,
    )


def _told(choice: KChoice) -> dict[str, Any]:
    """Return what the page says of one preparation, beside its pictures."""
    return {
        "x": choice,
        "headline": words.headline(choice),
        "badge": words.badge(choice),
        "alarm": words.alarm(choice),
        "near": words.hardly_worse(choice),
        "looked_at": words.looked_at(choice),
        "rows_of": [_row(choice, one) for one in choice.scores],
    }


def _drawn(*drawings: str) -> tuple[Any, ...]:
    from markupsafe import Markup

    return tuple(Markup(drawing) for drawing in drawings)  # noqa: S704 — ``svg`` has escaped it


@functools.cache
def _style() -> str:
    folder = Path(__file__).parents[1] / "templates"
    return (folder / "choose_k.css").read_text(encoding="utf-8")


def _plots(choice: KChoice, ks: list[int]) -> list[dict[str, Any]]:
    """Return plots on one axis, to be compared."""
    low = k_silhouettes.lowest(choice, ks)
    return [_plot(choice, k, low) for k in ks]


def _plot(choice: KChoice, k: int, low: float) -> dict[str, Any]:
    share_below = k_silhouettes.negative(choice, k)
    below = f"{share(share_below)} of rows below 0" if share_below else "no row below 0"
    own = next(one for one in choice.scores if one.k == k)
    worst = min((one for one in k_silhouettes.of_groups(choice, k) if one == one), default=math.nan)
    return {
        "k": k,
        "verdict": k_data.marked(choice, k),
        "below": f"mean {fixed(own.silhouette)}, worst group {fixed(worst)}, {below}",
        "drawn": _drawn(k_silhouettes.silhouettes_of(choice, k, low)),
    }


def _groups(choice: KChoice) -> list[dict[str, Any]]:
    """Return a line for each group at the K to use."""
    k = choice.verdict.k
    own = next(one for one in choice.scores if one.k == k)
    if k < 2 or len(own.cluster_stability) != k:
        return []
    means = k_silhouettes.of_groups(choice, k) if k in choice.row_silhouettes else [math.nan] * k
    total = max(sum(own.sizes), 1)
    return [
        {
            "number": number_,
            "color": segment_class(number_),
            "size": count(size),
            "share": share(size / total),
            "silhouette": fixed(mean),
            "stability": fixed(steady),
            "width": f"{100 * min(max(steady, 0), 1):.1f}" if steady == steady else "0",
            "level": level_of(steady) or MISSING,
            "weak": steady < STEPS[1],
        }
        for number_, (size, mean, steady) in enumerate(
            zip(own.sizes, means, own.cluster_stability, strict=True), 1
        )
    ]


def _row(choice: KChoice, one: KFacts) -> dict[str, Any]:
    """Format the figures of one K."""
    error = f" ± {fixed(one.silhouette_error, 3)}" if one.silhouette_error > 0 else ""
    return {
        "k": one.k,
        "verdict": k_data.marked(choice, one.k),
        "cells": (
            number(one.inertia),
            share(1 - one.explained),
            fixed(one.silhouette, 3) + error,
            fixed(one.cloud, 3),
            number(one.calinski_harabasz),
            fixed(one.davies_bouldin, 3),
            number(one.bic),
            _with_error(one.gap, one.gap_error),
            _with_error(one.gap_pca, one.gap_pca_error),
            fixed(one.stability),
            count(one.sizes[-1]),
            count(one.sizes[0]),
        ),
    }


#: heads of the cells of a row
HEADS = (
    "WCSS", "WCSS left", "Silhouette", "Without groups", "Calinski–Harabasz", "Davies–Bouldin",
    "BIC", "Gap, uniform", "Gap, axes", "Stability", "Smallest", "Largest",
)  # fmt: skip


def _with_error(value: float, error: float) -> str:
    return f"{fixed(value, 3)} ± {fixed(error, 3)}" if math.isfinite(value) else MISSING


# ---------------------------------------------------------------- two, side by side


def _two(facts: Preparations) -> bytes:
    alone = words.not_divided(facts)
    return render_leaf(
        "preparations.html.j2",
        facts.about,
        more_style=_style(),
        x=facts,
        sides=[_side(facts, name) for name in facts.choices],
        agreement=MISSING if alone else fixed(facts.agreement),
        agreement_words=words.agreement(facts),
        glossary=words.GLOSSARY,
        heads=HEADS,
    )


def _side(facts: Preparations, name: str) -> dict[str, Any]:
    choice = facts.choices[name]
    shares = sorted(facts.carried[name].items(), key=lambda pair: (-pair[1], pair[0]))
    rest = sum(part for _, part in shares[_MOST_FEATURES:])
    sheet = k_sheet.criteria_sheet(choice, k_sheet.NARROW, "fig")
    return {
        **_told(choice),
        "name": name,
        "carried": shares[:_MOST_FEATURES],
        "rest": (len(shares) - _MOST_FEATURES, rest) if rest else None,
        "sheet": _drawn(sheet)[0] if len(choice.scores) > 1 else "",
    }
