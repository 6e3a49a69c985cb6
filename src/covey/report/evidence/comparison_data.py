"""``report.json`` and ``labels.csv`` of a comparison.

``report.json`` follows ``covey.evidence.Comparison`` field by field, without what is one entry a
row (that is in ``labels.csv``), what pictures are drawn from, and seconds and bytes, which differ
from run to run. Numbers have at most 10 significant digits; what is undefined is ``null``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from covey.evidence import Clustering, Comparison
from covey.report.plain_json import as_json
from covey.report.tables import cell

SCHEMA = "covey.comparison/1"
#: of a true label, a name, or a code: more of them are not listed
_MOST_NAMES = 100


def json_of(facts: Comparison) -> bytes:
    """Return the facts as JSON."""
    about = facts.about
    document = {
        "schema": SCHEMA,
        "title": about.title,
        "source": asdict(about.source),
        "n_rows": about.n_rows,
        "features": [asdict(feature) for feature in about.features],
        "suits": facts.suits,
        "suits_k": facts.suits_k,
        "headline": facts.headline,
        "text": list(facts.text),
        "k": facts.k,
        "k_reason": facts.k_reason,
        "methods": [_method(one) for one in facts.clusterings],
        "agreement": {
            one.key: dict(zip([c.key for c in facts.clusterings], row, strict=True))
            for one, row in zip(facts.clusterings, facts.agreement.tolist(), strict=True)
        },
        "truth": facts.truth,
        "truth_names": dict(list(facts.truth_names.items())[:_MOST_NAMES]),
        "n_silhouette_rows": facts.n_scored,
        "n_density_rows": facts.n_density,
        "findings": [asdict(finding) for finding in facts.findings],
        "decisions": [asdict(decision) for decision in about.decisions],
        "cautions": [asdict(caution) for caution in about.cautions],
        "options": dict(about.options),
        "versions": dict(about.versions),
    }
    return as_json(document)


def labels_csv(facts: Comparison) -> bytes:
    """Return one line a row: its id, the true label if there is one, its cluster by each method.

    A cluster has the number that it has on the page; 0 is noise; a method that did not run has
    empty cells.
    """
    n = facts.about.n_rows
    name = facts.id_name or "row"
    ids = [str(i) for i in range(1, n + 1)] if facts.ids is None else _texts(facts.ids.tolist())
    columns, header = [ids], [cell(name)]
    if facts.truth_numbers is not None:
        names = {number: cell(text) for number, text in facts.truth_names.items()}
        columns.append([names.get(number, "") for number in facts.truth_numbers.tolist()])
        header.append("truth")
    for one in facts.clusterings:
        header.append(one.key)
        columns.append([""] * n if one.labels is None else list(map(str, one.labels.tolist())))
    taken = name.casefold()
    header[1:] = [f"{own}_" if own == taken else own for own in header[1:]]
    lines = [",".join(row) for row in zip(*columns, strict=True)]
    return "\n".join([",".join(header), *lines, ""]).encode("utf-8", "replace")


def _texts(ids: list[Any]) -> list[str]:
    return [cell(str(one)) for one in ids]


def _method(one: Clustering) -> dict[str, Any]:
    told = {
        name: getattr(one, name)
        for name in ("key", "name", "kind", "seeks", "settings", "n_clusters", "numbers", "sizes",
                     "noise", "silhouette", "density", "truth", "n_used", "note")
    }  # fmt: skip
    details = {key: value for key, value in one.details.items() if key not in ("branches", "curve")}
    return {**told, "ran": one.labels is not None, "details": details}
