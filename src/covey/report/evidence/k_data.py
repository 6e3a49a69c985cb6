"""``report.json`` and ``scores.csv`` of how many groups.

``report.json`` follows ``covey.evidence.KChoice`` (``Preparations`` for two scalings, each of its
``choices`` by name) field by field, without what is one entry a row: ``covey cluster`` gives
labels. ``scores.csv`` has one line a K. Numbers have at most 10 significant digits; what is not
defined is ``null``, in CSV empty.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import asdict
from typing import Any

from covey.evidence import About, KChoice, KFacts, Preparations
from covey.report.evidence.k_panels import least_stable
from covey.report.plain_json import as_json

SCHEMA = "covey.how-many/1"
#: figures of ``KFacts``, in the order of the columns
FIGURES = (
    "inertia", "explained", "silhouette", "silhouette_error", "cloud", "calinski_harabasz",
    "davies_bouldin", "bic", "gap", "gap_error", "gap_pca", "gap_pca_error", "stability",
)  # fmt: skip
_COLUMNS = ("k", *FIGURES, "least_stability", "smallest", "largest", "votes", "verdict")


def json_of(facts: KChoice | Preparations) -> bytes:
    """Return the facts as JSON."""
    document: dict[str, Any] = {"schema": SCHEMA, **_about(facts.about)}
    if isinstance(facts, Preparations):
        document |= {
            "ranked": False,
            "text": facts.text,
            "agreement": facts.agreement,
            "carried": facts.carried,
            "choices": {name: _choice(one) for name, one in facts.choices.items()},
        }
    else:
        document |= _choice(facts)
    return as_json(document)


def _about(about: About) -> dict[str, Any]:
    return {
        "title": about.title,
        "source": asdict(about.source),
        "n_rows": about.n_rows,
        "features": [asdict(feature) for feature in about.features],
        "decisions": [asdict(decision) for decision in about.decisions],
        "cautions": [asdict(caution) for caution in about.cautions],
        "options": dict(about.options),
        "versions": dict(about.versions),
    }


def _choice(choice: KChoice) -> dict[str, Any]:
    return {
        "verdict": asdict(choice.verdict),
        "scores": [asdict(one) for one in choice.scores],
        "n_silhouette_rows": len(choice.rows),
        "n_references": choice.n_references,
        "n_bootstraps": choice.n_bootstraps,
        "n_resampled": choice.n_resampled,
        "findings": [asdict(finding) for finding in choice.findings],
    }


def scores_csv(facts: KChoice | Preparations) -> bytes:
    """Return one line a K, of each preparation.

    ``votes`` counts the criteria that name the K; ``verdict`` is "natural" for the K that the data
    have, "use" for the one that limits or a purpose make of it.
    """
    several = isinstance(facts, Preparations)
    choices = facts.choices if several else {"": facts}
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["scale", *_COLUMNS] if several else _COLUMNS)
    for scale, choice in choices.items():
        for one in choice.scores:
            out.writerow([scale, *_line(choice, one)] if several else _line(choice, one))
    return text.getvalue().encode()


def _line(choice: KChoice, one: KFacts) -> list[Any]:
    figures = [getattr(one, name) for name in FIGURES] + [least_stable(one)]
    told = [f"{value:.10g}" if math.isfinite(value) else "" for value in figures]
    votes = sum(vote.k == one.k for vote in choice.verdict.votes)
    return [one.k, *told, one.sizes[-1], one.sizes[0], votes, marked(choice, one.k)]


def marked(choice: KChoice, k: int) -> str:
    """Return what the verdict makes of a K: "natural", "use" or ""."""
    verdict = choice.verdict
    if k == verdict.natural:
        return "natural"
    return "use" if k == verdict.k and (verdict.natural or k > 1) else ""
