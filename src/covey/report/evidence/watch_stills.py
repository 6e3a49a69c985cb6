"""Stills of k-means at work: single shots, several side by side, and the curve of WCSS."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np

from covey.evidence import Watched, WatchedRun
from covey.report import palette
from covey.report.axes import Axis, round_steps, spaced
from covey.report.evidence import watch_words as words
from covey.report.evidence.watch_scene import (
    WIDTH,
    Scene,
    Shot,
    curve,
    inside,
    regions,
    shots,
)
from covey.report.numbers import number, tick_texts
from covey.report.svg import Drawing, segment_class, shorten, text_width

_TEMPLATES = Path(__file__).parents[1] / "templates"
_PANEL, _GAP, _HEAD, _FOOT = 300.0, 22.0, 26.0, 34.0
_MOST_NUMBERS = 30  # more centers than this are drawn without their numbers


def start_picture(facts: Watched, view: Scene) -> str:
    """Draw the start as a file of its own."""
    run = facts.runs[0]
    return alone(strip(facts, view, run, [shots(run)[0]], 1, "fig"))


def steps_picture(facts: Watched, view: Scene) -> str:
    """Draw the start, the first steps and the end side by side, as a file of its own."""
    run = facts.runs[0]
    return alone(strip(facts, view, run, told_shots(run), 4, "fig"))


def told_shots(run: WatchedRun) -> list[Shot]:
    """Choose at most eight shots: the start, the first steps, one on the way, the end."""
    found = shots(run)
    if len(found) <= 8:
        return found
    return [*found[:6], found[(6 + len(found) - 1) // 2 // 2 * 2], found[-1]]


def strip(
    facts: Watched, view: Scene, run: WatchedRun, chosen: list[Shot], across: int, kind: str
) -> str:
    """Draw shots of a run in rows of at most ``across``, each with its name and its WCSS."""
    scale = _PANEL / WIDTH
    tall = _HEAD + view.height * scale + _FOOT
    columns = min(across, len(chosen))
    lines = -(-len(chosen) // across)
    drawing = Drawing(columns * (_PANEL + _GAP) - _GAP, lines * tall - 8)
    for i, shot in enumerate(chosen):
        x, y = i % across * (_PANEL + _GAP), i // across * tall
        drawing.text(x, y + 15, words.title(run, shot), "strong")
        wcss = "" if np.isnan(shot.inertia) else f"WCSS {number(shot.inertia)}"
        drawing.text(x + _PANEL, y + 15, wcss, "mid", "end")
        _panel(drawing, facts, view, run, shot, (x, y + _HEAD))
        _below(drawing, view, (x, y + _HEAD + view.height * scale))
    return drawing.finish(kind, strip_alt(facts, run, chosen))


def strip_alt(facts: Watched, run: WatchedRun, chosen: list[Shot]) -> str:
    """Say in words what the shots show."""
    told = " ".join(f"{words.title(run, shot)}. {words.text(facts, run, shot)}" for shot in chosen)
    return f"K-means step by step, {words.SHORT[run.key]}. {told}"


def _panel(
    drawing: Drawing,
    facts: Watched,
    view: Scene,
    run: WatchedRun,
    shot: Shot,
    corner: tuple[float, float],
) -> None:
    scale = _PANEL / WIDTH
    moved = shot.phase == "move"
    centers = view.centers[facts.runs.index(run)]
    way, now = centers[: shot.kept + 1 + moved], centers[shot.kept + moved]

    def placed(places: np.ndarray) -> list[tuple[float, float]]:
        return [(corner[0] + x * scale, corner[1] + y * scale) for x, y in places.tolist()]

    drawing.rect(*corner, (_PANEL, view.height * scale), "ground", 6)
    if facts.true_plane:
        for j, corners in enumerate(regions(now, view.height), 1):
            drawing.open(segment_class(j))
            drawing.path(placed(np.array(corners)) if corners else [], "cell", close=True)
            drawing.close()
    if shot.phase == "start":
        drawing.dots(placed(view.points), "none")
    else:
        labels = run.labels[shot.kept]
        for j in range(1, facts.k + 1):
            drawing.open(segment_class(j))
            drawing.dots(placed(view.points[labels == j]), "join")
            drawing.close()
    for j in range(facts.k):
        drawing.open(segment_class(j + 1))
        seen = placed(inside(way[:, j], view.height))
        if len(seen) > 1:
            drawing.path(seen, "way0")
            drawing.path(seen, "way")
            drawing.circle(*seen[0], 3.2, "from")
        drawing.close()
    _disks(drawing, placed(inside(now, view.height)))


def _disks(drawing: Drawing, places: list[tuple[float, float]]) -> None:
    for j, (x, y) in enumerate(places, 1):
        drawing.open(segment_class(j))
        if len(places) > _MOST_NUMBERS:
            drawing.circle(x, y, 5, "disk")
        else:
            drawing.circle(x, y, 9.5, "disk")
            drawing.text(x, y + 3.9, str(j), "on", "middle")
        drawing.close()


def _below(drawing: Drawing, view: Scene, corner: tuple[float, float]) -> None:
    """Write round values under a panel, or what it shows across."""
    scale = _PANEL / WIDTH
    across = view.ticks[0]
    places = [corner[0] + place * scale for place, _ in across]
    widths = [text_width(text, 11) for _, text in across]
    title = shorten(f"{view.titles[0]} →", _PANEL * 0.6, 11)
    limit = corner[0] + _PANEL - text_width(title, 11) - 8
    drawing.text(corner[0] + _PANEL, corner[1] + 15, title, "soft", "end")
    for i in spaced(places, widths):
        if places[i] + widths[i] / 2 < limit and places[i] - widths[i] / 2 >= corner[0]:
            drawing.text(places[i], corner[1] + 15, across[i][1], "soft", "middle")


# ---------------------------------------------------------------- the curve


def wcss_axes(runs: tuple[WatchedRun, ...], width: float, height: float) -> tuple[Axis, Axis]:
    """Return the axes of the curve: steps across, WCSS up, the same for every run."""
    values = np.concatenate([curve(run)[1] for run in runs])
    low, high = float(values.min()), float(values.max())
    pad = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
    longest = max(len(run.inertia) for run in runs)
    left = 10 + max(text_width(text, 11) for text in tick_texts([low, high]))
    across = Axis(0.7, max(longest + 0.3, 2.0), max(left, 44.0), width - 14)
    return across, Axis(max(low - pad, 0.0) if low >= 0 else low, high + pad, height - 40, 24)


def wcss_curve(facts: Watched, runs: tuple[WatchedRun, ...], width: float, kind: str) -> str:
    """Draw WCSS after each half step, of one run or of both on one scale."""
    height = 300.0 if width > 420 else 250.0
    across, up = wcss_axes(runs, width, height)
    drawing = Drawing(width, height)
    ticks = round_steps(up.low, up.high, 5)
    for value, text in zip(ticks, tick_texts(ticks), strict=True):
        y = float(up(value))
        drawing.line(across.start, y, across.end, y, "hair")
        drawing.text(across.start - 7, y + 4, text, "soft", "end")
    steps = [s for s in round_steps(1, across.high, 12) if s == int(s) and s >= 1]
    for step in sorted({1.0, *steps}):
        drawing.text(float(across(step)), height - 22, f"{step:.0f}", "soft", "middle")
    drawing.text(across.end, height - 4, "step →", "mid", "end")
    drawing.text(2, 12, "↑ WCSS", "mid")
    for i in reversed(range(len(runs))):
        places, values = curve(runs[i])
        line = list(zip(across(places).tolist(), up(values).tolist(), strict=True))
        which = facts.runs.index(runs[i]) + 1
        drawing.path(line if len(line) > 1 else [], f"run{which}")
        drawing.circle(*line[-1], 4.0, f"dot{which}")
    if len(runs) > 1:
        _keys(drawing, facts, runs, across)
    return drawing.finish(kind, curve_alt(runs))


def _keys(drawing: Drawing, facts: Watched, runs: tuple[WatchedRun, ...], across: Axis) -> None:
    for i, run in enumerate(runs):
        which = facts.runs.index(run) + 1
        told = f"{words.SHORT[run.key]}: ends at {number(float(run.inertia[-1]))}"
        y = 24.0 + 18 * i
        room = text_width(told, bold=True)
        drawing.path(
            [(across.end - room - 34, y - 4), (across.end - room - 8, y - 4)], f"run{which}"
        )
        drawing.text(across.end, y, told, f"key{which} halo", "end")


def curve_alt(runs: tuple[WatchedRun, ...]) -> str:
    """Say in words what the curve shows."""
    told = [
        f"{words.SHORT[run.key]} from {number(float(run.inertia[0]))} to "
        f"{number(float(run.inertia[-1]))} in {len(run.inertia)} steps"
        for run in runs
    ]
    return f"WCSS falling with the steps: {'; '.join(told)}."


# ---------------------------------------------------------------- files of their own


def picture_style() -> str:
    """Return the style of these pictures, which a page has beside the sheet of all."""
    return (_TEMPLATES / "watch_picture.css").read_text(encoding="utf-8")


@cache
def _own_style() -> str:
    """Return all that a picture outside a page needs: colors of both schemes, and letters."""
    schemes = {
        name: "".join(f"--{key}:{color};" for key, color in scheme.items() if key[0] not in "de")
        for name, scheme in palette.variables().items()
    }
    classes = "".join(
        f".c{i}{{--c:var(--s{i});--on:var(--t{i})}}" for i in range(1, len(palette.LIGHT) + 1)
    )
    letters = (
        'svg{font-family:"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}'
        "text{font-size:12px;fill:var(--ink)}.soft{font-size:11px;fill:var(--soft)}"
        ".mid{fill:var(--soft)}.strong,.on{font-weight:700}.on{font-size:11px;fill:var(--on)}"
        "line,path{fill:none}.paper{fill:var(--bg)}"
    )
    dark = f"@media (prefers-color-scheme:dark){{:root{{{schemes['dark']}}}}}"
    return f":root{{{schemes['light']}}}{dark}{letters}{classes}{picture_style()}"


def alone(drawn: str) -> str:
    """Turn a drawing of a page into a file: its own style, its own paper, a margin around."""
    found = re.match(r'<svg class="\w+" viewBox="0 0 ([\d.]+) ([\d.]+)"([^>]*)>', drawn)
    assert found is not None
    width, height = float(found[1]) + 40, float(found[2]) + 36
    box = f'viewBox="-20 -18 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    paper = f'<rect class="paper" x="-20" y="-18" width="{width:g}" height="{height:g}" rx="10"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box}{found[3]}>'
    return f"{head}<style>{_own_style()}</style>{paper}{drawn[found.end() :]}\n"
