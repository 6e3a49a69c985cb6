"""The pictures of a report, in their order, each drawn for a desk and for a phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from covey.flow import Explanation
from covey.report import bars, elbow, heat, scatter, silhouettes
from covey.report.numbers import count, share
from covey.report.words import readable, sentence

WIDE, NARROW = 540.0, 340.0  # widths that the drawings are made for, pixels
_TALL = 16  # features


@dataclass(frozen=True)
class Figure:
    """One picture; both drawings are complete SVG elements."""

    key: str
    title: str
    caption: str
    wide: str
    narrow: str
    tall: bool = False  # so tall that two others fit beside it


def figures(explanation: Explanation) -> list[Figure]:
    """Draw every picture for which there are facts. Takes about 60 ms."""
    several = len(explanation.segments) > 1
    found = [_features(explanation)]
    if len(explanation.features) > 1:
        found.append(_plane(explanation))
    if several:
        found += [_heat(explanation), _sizes(explanation)]
    if several and len(silhouettes.row_silhouettes(explanation)[0]):
        found.append(_silhouettes(explanation))
    if explanation.sweep.scores:
        found.append(_sweep(explanation))
    return found


def _figure(
    explanation: Explanation,
    key: str,
    title: str,
    caption: str,
    draw: Callable[[Explanation, float, str], str],
) -> Figure:
    wide, narrow = draw(explanation, WIDE, "fig wide"), draw(explanation, NARROW, "fig narrow")
    return Figure(key, title, caption, wide, narrow)


def _features(explanation: Explanation) -> Figure:
    across, up = (_cropped(readable(name)) for name in explanation.map.axes)
    drawn, noun = len(explanation.map.rows), explanation.row_noun[1]
    sampled = "" if drawn >= explanation.n_rows else f" of {count(explanation.n_rows)}"
    single = scatter.is_single(explanation)
    on = f"by {across}" if single else "on the two features that matter most"
    caption = f"{count(min(drawn, 2000))}{sampled} {noun} {on}."
    if single:
        caption += " Each segment has its own lane; height within a lane means nothing."
    outside = scatter.n_beyond(explanation)
    if outside:
        caption += f" {count(outside)} lie beyond the picture and are drawn at its edge."
    title = sentence(across if single else f"{up} against {across}").removesuffix(".")
    return _figure(explanation, "features", title, caption, scatter.features_map)


def _cropped(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39].rstrip()}…"


def _plane(explanation: Explanation) -> Figure:
    held = share(sum(explanation.map.pca_explained))
    caption = (
        f"All {len(explanation.features)} features flattened onto the two directions of most "
        f"variation, which hold {held} of it. "
        "Each ellipse holds 80 % of its segment; where ellipses overlap, segments do."
    )
    return _figure(explanation, "plane", "Everything at once", caption, scatter.plane_map)


def _heat(explanation: Explanation) -> Figure:
    caption = (
        f"How far the mean of each segment lies from the mean of all {explanation.row_noun[1]}, "
        "in standard deviations. Features that tell most apart come first."
    )
    figure = _figure(explanation, "heat", "What sets each segment apart", caption, heat.heat_map)
    return replace(figure, tall=len(explanation.features) > _TALL)


def _sizes(explanation: Explanation) -> Figure:
    noun = explanation.row_noun[1]
    if explanation.segments[0].revenue_share is None:
        title, caption = "How large they are", f"Share of all {noun}."
    else:
        title = "How many, and what they are worth"
        caption = f"Share of {noun} (grey) beside share of revenue (color)."
    return _figure(explanation, "sizes", title, caption, bars.size_bars)


def _silhouettes(explanation: Explanation) -> Figure:
    caption = (
        "1: much nearer to its own segment than to the next; 0: on the border; "
        "below 0: nearer to another. Wide, even bands are distinct segments."
    )
    draw = silhouettes.silhouette_plot
    return _figure(explanation, "silhouettes", "How distinct each segment is", caption, draw)


def _sweep(explanation: Explanation) -> Figure:
    sweep = explanation.sweep
    how = "K was given. " if sweep.given and "given" not in sweep.reason else ""
    title = "Why this number of segments"
    return _figure(explanation, "sweep", title, how + sweep.reason, elbow.k_sweep)
