"""``report.json``: every fact of an Explanation, for the next program.

The document follows the nouns of ``covey.flow`` field by field, in their order, under their
names; the comments there say what each means and in which unit. Differences:

=====================  =========================================================================
``schema``             ``"covey.segments/1"``; the number rises when a field changes its meaning
``row_noun``           ``{"singular", "plural"}``
``rule.clauses``       a list (or) of lists (and) of ``{"name", "sign", "value"}``
``exemplars``, …       ``values`` and ``center`` are objects: feature name → number
``heat``               ``{segment number: {feature name: difference in standard deviations}}``
``sweep``              without the silhouette of each row (``n_silhouette_rows`` counts them;
                       each segment carries its own mean)
``map``                axes, loadings, centers and ellipses, without the points
=====================  =========================================================================

Numbers have at most 10 significant digits; what is unknown or infinite is ``null``. Keys keep
their order, and text is UTF-8 as it is, so the same Explanation gives the same bytes.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from covey.flow import Explanation, Map, Sweep
from covey.report.plain_json import as_json, plain

SCHEMA = "covey.segments/1"

#: one entry a row: in segments.csv, or only for a picture
BULKY = {
    *((Sweep, name) for name in ("rows", "row_silhouettes", "row_numbers")),
    *((Map, name) for name in ("rows", "labels", "points", "pca")),
}


def render_json(explanation: Explanation) -> bytes:
    """Write the whole explanation as JSON; see the head of this file for its structure."""
    return as_json(document(explanation))


def document(explanation: Explanation) -> dict[str, Any]:
    """Return the document as plain JSON types: dict, list, str, int, float, bool, None."""
    names = [feature.name for feature in explanation.features]
    result: dict[str, Any] = {"schema": SCHEMA}
    for field in dataclasses.fields(explanation):
        result[field.name] = plain(getattr(explanation, field.name), BULKY)
    singular, plural = explanation.row_noun
    result["row_noun"] = {"singular": singular, "plural": plural}
    for segment in result["segments"]:
        segment["center"] = dict(zip(names, segment["center"], strict=False))
        segment["rule"]["clauses"] = [
            [{"name": name, "sign": sign, "value": value} for name, sign, value in clause]
            for clause in segment["rule"]["clauses"]
        ]
        _name_values(segment["exemplars"], names)
    _name_values(result["unusual"], names)
    result["heat"] = {
        str(segment["number"]): dict(zip(names, row, strict=False))
        for segment, row in zip(result["segments"], result["heat"], strict=True)
    }
    result["sweep"]["n_silhouette_rows"] = len(explanation.sweep.rows)
    result["map"]["pca_loadings"] = [
        dict(zip(names, row, strict=False)) for row in result["map"]["pca_loadings"]
    ]
    return result


def _name_values(exemplars: list[dict[str, Any]], names: list[str]) -> None:
    for exemplar in exemplars:
        exemplar["values"] = dict(zip(names, exemplar["values"], strict=False))
