"""What ``covey compare`` writes and prints."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from covey.evidence import Clustering, Comparison, Finding
from covey.report.evidence import comparison_data, dendrogram, findings, settings_curves
from covey.report.evidence.leaf import render_leaf
from covey.report.evidence.small_maps import small_map
from covey.report.figures import NARROW, WIDE, Figure
from covey.report.numbers import count, fixed, number, share
from covey.report.svg import segment_class
from covey.report.terminal import Page
from covey.report.words import readable, sentence

#: sizes of clusters that are listed; clusters with a place in the legend
_MOST_SIZES, _MOST_LEGEND = 6, 15
_TREES = ("ward", "average", "single")

GLOSSARY = (
    (
        "Silhouette",
        "How much nearer rows are to their own cluster than to the next, −1 … 1, of the rows that "
        "are not noise. It prefers round, compact clusters far apart: of long or bent ones it "
        "says little, and a method that calls many rows noise looks better than it is.",
    ),
    (
        "Density score (DBCV)",
        "Whether clusters are denser inside than the ground between them, −1 … 1. Any shape may "
        "have a high one, and noise counts against it. It prefers clusters with clear gaps: of "
        "groups that overlap it says little, however real.",
    ),
    (
        "Agreement",
        "The adjusted Rand index: over all pairs of rows, how often two methods both put them "
        "together or both apart, beyond chance. 1: the same clusters; 0: no more alike than "
        "chance. Noise counts as a cluster of its own.",
    ),
    (
        "BIC",
        "How well a mixture explains the rows, less a price for each of its parameters. It counts "
        "groups that overlap too, if they are shaped like bells.",
    ),
    (
        "Noise",
        "Rows in no cluster. Methods that follow density need not put every row into one.",
    ),
)


def files(facts: Comparison) -> dict[str, bytes]:
    """Return what the command writes: name to content."""
    return {
        "report.html": _page(facts),
        "report.json": comparison_data.json_of(facts),
        "labels.csv": comparison_data.labels_csv(facts),
    }


def summary(facts: Comparison, width: int = 100, color: bool = False) -> str:
    """Return the summary for a terminal; seconds and memory are in it and in no file."""
    page = Page(max(width, 40), color)
    page.line(facts.about.title, bold=True)
    page.block(facts.headline)
    for text in facts.text:
        page.block(text, indent=2)
    page.gap()
    truth = "  truth" if facts.truth else ""
    page.line(f"{'':22}clusters  noise  silhouette  density{truth}     time   memory", bold=True)
    for one in facts.clusterings:
        page.line(_line(one, bool(facts.truth)))
    notes = _notes(facts)
    if notes:
        page.gap()
    for names, note in notes:
        page.block(f"{names}: {note}", indent=2, bullet="- ")
    findings.tell(page, _findings(facts), brief=True)
    if facts.about.cautions:
        page.gap()
        page.line("About the data", bold=True)
        for caution in facts.about.cautions:
            page.block(caution.text, indent=2, bullet="- ")
    return page.text()


def _notes(facts: Comparison) -> list[tuple[str, str]]:
    """Return what to know of methods, once for all of which the same is to be known."""
    by_note: dict[str, list[str]] = {}
    for one in facts.clusterings:
        if one.note:
            by_note.setdefault(sentence(one.note), []).append(one.name)
    return [("; ".join(names), note) for note, names in by_note.items()]


def _line(one: Clustering, truth: bool) -> str:
    if one.labels is None:
        return f"{one.name:22}{'did not run':>10}"
    told = f"{fixed(one.truth):>7}" if truth else ""
    seconds = f"{one.seconds:.2f} s" if math.isfinite(one.seconds) else "–"
    memory = f"{one.memory / 1e6:,.0f} MB" if math.isfinite(one.memory) else "–"
    noise = share(one.noise).replace("\u00a0", " ") if one.noise else "–"
    return (
        f"{one.name:22}{one.n_clusters:>8}{noise:>7}{fixed(one.silhouette):>12}"
        f"{fixed(one.density):>9}{told}{seconds:>9}{memory:>9}"
    )


# ---------------------------------------------------------------- the page


def _page(facts: Comparison) -> bytes:
    return render_leaf(
        "compare.html.j2",
        facts.about,
        more_style=findings.style() + _style(),
        x=facts,
        truth=readable(facts.truth),
        panels=_panels(facts),
        legend=_legend(facts),
        plane=_plane_words(facts),
        rows_of=[_row(one, facts) for one in facts.clusterings],
        heat=_heat(facts),
        figures=_figures(facts),
        membership=_membership(facts),
        glossary=GLOSSARY,
        scored=_scored(facts),
        notes=_notes(facts),
        findings=_findings(facts),
        counted=sentence(findings.counted(_findings(facts))),
        **findings.shown(),
    )


def _findings(facts: Comparison) -> list[Finding]:
    """Return what speaks against K-Means; what is only good to know is in the data."""
    return [one for one in facts.findings if one.level in ("alarm", "caution")]


@functools.cache
def _style() -> str:
    folder = Path(__file__).parents[1] / "templates"
    return (folder / "compare.css").read_text(encoding="utf-8")


def _panels(facts: Comparison) -> list[dict[str, Any]]:
    from markupsafe import Markup

    found = []
    if facts.truth_numbers is not None:
        n = len(facts.truth_names)
        said = f"The true labels: {n} groups."
        found.append(
            {
                "name": "The truth",
                "below": f"{count(n)} group{'' if n == 1 else 's'} in {readable(facts.truth)}",
                "figure": small_map(facts, facts.truth_numbers, said),
                "suits": False,
            }
        )
    for one in facts.clusterings:
        if one.labels is None:
            continue
        below = f"{count(one.n_clusters)} cluster{'' if one.n_clusters == 1 else 's'}"
        if one.noise:
            below += f", {share(one.noise)} noise"
        if facts.truth and math.isfinite(one.truth):
            below += f"; truth {fixed(one.truth)}"
        figure = small_map(facts, one.labels, f"{one.name}: {below}.")
        found.append(
            {"name": one.name, "below": below, "figure": figure, "suits": _suits(one, facts)}
        )
    for panel in found:
        panel["figure"] = tuple(Markup(svg) for svg in panel["figure"])  # noqa: S704 — svg escapes
    return found


def _legend(facts: Comparison) -> list[tuple[int, str]]:
    """Return the numbers in the pictures, with the true label of each where there is one."""
    shown = {number for one in facts.clusterings for number in one.numbers}
    numbers = sorted(shown | set(facts.truth_names))[:_MOST_LEGEND]
    return [(number, facts.truth_names.get(number, "")) for number in numbers]


def _plane_words(facts: Comparison) -> str:
    across, up = (readable(name) for name in facts.plane.axes)
    n = len(facts.plane.rows)
    which = "All rows" if n == facts.about.n_rows else f"{count(n)} rows drawn at random"
    if not up:
        return f"{which} by {across}; height means nothing."
    if facts.plane.explained < 1:
        return (
            f"{which} on the plane of the first two principal components, which hold "
            f"{share(facts.plane.explained)} of the variation; what is apart in other directions "
            "lies over one another here."
        )
    return f"{which}: {across} across, {up} up, as prepared."


def _suits(one: Clustering, facts: Comparison) -> bool:
    """Tell whether a method suits as it ran, with the groups that it found."""
    return one.name == facts.suits and one.n_clusters == facts.suits_k


def _row(one: Clustering, facts: Comparison) -> dict[str, Any]:
    sizes = [count(size) for size in one.sizes[:_MOST_SIZES]]
    more = len(one.sizes) - len(sizes)
    return {
        "one": one,
        "ran": one.labels is not None,
        "suits": _suits(one, facts),
        "sizes": [
            (segment_class(number), size) for number, size in zip(one.numbers, sizes, strict=False)
        ],
        "more": f"and {more} more" if more > 0 else "",
        "noise": share(one.noise) if one.noise else "–",
        "sample": one.n_used < facts.about.n_rows and one.labels is not None,
        "note": sentence(one.note) if one.note else "",
    }


def _heat(facts: Comparison) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the rows of the table of agreement: (name, [(text, class of the cell)])."""
    found = []
    for one, values in zip(facts.clusterings, facts.agreement.tolist(), strict=True):
        cells = [(fixed(value), f"a{_level(value)}") for value in values]
        found.append((one.name, cells))
    return found


def _level(value: float) -> int:
    return 0 if math.isnan(value) else int(np.searchsorted([0.2, 0.5, 0.75, 0.9], value, "right"))


def _figures(facts: Comparison) -> list[tuple[Figure, tuple[Any, Any]]]:
    from markupsafe import Markup

    by_key = {one.key: one for one in facts.clusterings if one.labels is not None}
    found = []
    for key in _TREES:
        if key in by_key and len(by_key[key].details.get("branches", ())):
            one = by_key[key]
            title = f"{one.name}: the tree and its cut"
            caption = f"{sentence(one.settings)} Colors are those of the clusters below the cut."
            said = f"Dendrogram of {one.name}: {one.n_clusters} clusters below the cut."
            found.append(_figure(one, key, title, caption, said, dendrogram.dendrogram))
    if "dbscan" in by_key and "curve" in by_key["dbscan"].details:
        one = by_key["dbscan"]
        caption = (
            "Where the curve turns up, rows begin to lie alone: DBSCAN's radius is taken there, at "
            "the knee of the upper half, and never so large that more than 90 % of the rows are "
            "dense."
        )
        said = f"Curve of k-distances; the radius chosen is {number(one.details['radius'])}."
        draw = settings_curves.distance_curve
        found.append(_figure(one, "radius", "DBSCAN: its radius", caption, said, draw))
    if "mixture" in by_key and _has_bic(by_key["mixture"]):
        one = by_key["mixture"]
        caption = f"{sentence(one.settings)} The least BIC says how many bells the rows are worth."
        said = settings_curves.bic_words(one.details)
        draw = settings_curves.bic_curves
        found.append(_figure(one, "bic", "Gaussian mixture: how many", caption, said, draw))
    return [(figure, (Markup(figure.wide), Markup(figure.narrow))) for figure in found]  # noqa: S704


def _has_bic(one: Clustering) -> bool:
    """Tell whether several numbers of components were tried."""
    points = [point for curve in one.details.get("bic", {}).values() for point in curve]
    return len({k for k, _ in points}) > 1


def _figure(
    one: Clustering, key: str, title: str, caption: str, said: str, draw: Callable[..., str]
) -> Figure:
    wide = draw(one.details, WIDE, "fig wide", said)
    return Figure(key, title, caption, wide, draw(one.details, NARROW, "fig narrow", said))


def _membership(facts: Comparison) -> str:
    one = next((c for c in facts.clusterings if c.key == "mixture" and c.labels is not None), None)
    if one is None or one.n_clusters < 2:
        return ""
    unsure = float(one.details["unsure"])
    return (
        "A Gaussian mixture does not only label: it gives each row a probability for each of its "
        f"{one.n_clusters} groups. Here {share(unsure)} of the rows belong to their group with "
        "less than 90 %; they lie where groups overlap, and any hard label for them is a guess."
    )


def _scored(facts: Comparison) -> str:
    n, parts = facts.about.n_rows, []
    if facts.n_scored < n:
        parts.append(f"silhouettes are of {count(facts.n_scored)} rows, each against all")
    if facts.n_density < n:
        parts.append(f"density scores are of {count(facts.n_density)} rows")
    return sentence(" and ".join(parts) + ", drawn at random") if parts else ""
