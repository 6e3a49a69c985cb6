"""``report.json`` of k-means at work, and what the page's own script draws from.

``report.json`` follows ``covey.evidence.Watched`` field by field, without the points and labels of
pictures; ``centers`` are ``[kept step][cluster][x, y]`` in the plane. Numbers have at most 10
significant digits; what is undefined is ``null``.
"""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import asdict
from typing import Any

import numpy as np

from covey.evidence import Watched, WatchedRun
from covey.report.evidence import watch_words as words
from covey.report.evidence.watch_scene import WIDTH, Scene, shots
from covey.report.evidence.watch_stills import wcss_axes
from covey.report.figures import NARROW, WIDE
from covey.report.numbers import number
from covey.report.plain_json import as_json

SCHEMA = "covey.watched/1"
_FAR = 10 * WIDTH  # centers farther out are drawn at the edge all the same


def json_of(facts: Watched) -> bytes:
    """Return the facts as JSON."""
    about = facts.about
    document = {
        "schema": SCHEMA,
        "title": about.title,
        "source": asdict(about.source),
        "n_rows": about.n_rows,
        "features": [asdict(feature) for feature in about.features],
        "k": facts.k,
        "k_reason": facts.k_reason,
        "best_inertia": facts.best,
        "axes": list(facts.plane.axes),
        "explained": facts.plane.explained,
        "n_points": len(facts.plane.rows),
        "runs": [
            {name: value for name, value in asdict(run).items() if name != "labels"}
            for run in facts.runs
        ],
        "decisions": [asdict(decision) for decision in about.decisions],
        "cautions": [asdict(caution) for caution in about.cautions],
        "options": dict(about.options),
        "versions": dict(about.versions),
    }
    return as_json(document, indent=1)


# ---------------------------------------------------------------- for the script of the page


def script_data(facts: Watched, view: Scene) -> str:
    """Return what the script draws, as JSON that can stand inside an HTML page."""
    document = {
        "width": WIDTH,
        "height": view.height,
        "k": facts.k,
        "regions": facts.true_plane,
        "points": np.round(view.points).astype(int).ravel().tolist(),
        "ticks": [[[round(place), text] for place, text in side] for side in view.ticks],
        "titles": view.titles,
        "runs": [_run(facts, view, i) for i in range(len(facts.runs))],
        "charts": [
            _places(facts.runs[:1]),
            _places(facts.runs),
        ],
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _run(facts: Watched, view: Scene, which: int) -> dict[str, Any]:
    run = facts.runs[which]
    centers = np.clip(np.round(view.centers[which]), -_FAR, _FAR).astype(int)
    labels = run.labels.astype(int)
    joined = [labels[0].tolist()]  # of the first step all, then pairs of those that change
    for before, after in itertools.pairwise(labels):
        rows = np.flatnonzero(before != after)
        joined.append(np.column_stack([rows, after[rows]]).ravel().tolist())
    return {
        "centers": centers.reshape(len(centers), -1).tolist(),
        "joined": joined,
        "shots": [
            {
                "phase": shot.phase,
                "kept": shot.kept,
                "step": shot.step,
                "wcss": None if math.isnan(shot.inertia) else shot.inertia,
                "figure": "–" if math.isnan(shot.inertia) else number(shot.inertia),
                "changed": _changed(facts, run, shot.kept) if shot.phase in ("join", "end") else "",
                "title": words.title(run, shot),
                "text": words.text(facts, run, shot),
            }
            for shot in shots(run)
        ],
    }


def _changed(facts: Watched, run: WatchedRun, kept: int) -> str:
    return words.changed_share(int(run.changed[run.steps[kept] - 1]), facts.about.n_rows)


def _places(runs: tuple[WatchedRun, ...]) -> dict[str, list[float]]:
    """Return for each drawing of the curve: start and slope across, start and slope up."""
    found = {}
    for name, width in (("wide", WIDE), ("narrow", NARROW)):
        across, up = wcss_axes(runs, width, 300.0 if width > 420 else 250.0)
        steps, values = across(np.array([1.0, 2.0])), up(np.array([up.low, up.high]))
        slope = steps[1] - steps[0]
        rise = (values[1] - values[0]) / (up.high - up.low)
        found[name] = [float(steps[0] - slope), float(slope), float(values[0]), float(rise), up.low]
    return found
