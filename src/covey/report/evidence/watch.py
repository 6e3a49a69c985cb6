"""What ``covey watch`` writes and prints: the page, its data, its stills and its animation."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from covey.evidence import Watched, WatchedRun
from covey.report.evidence import watch_stills as stills
from covey.report.evidence import watch_words as words
from covey.report.evidence.leaf import render_leaf
from covey.report.evidence.watch_animation import animation
from covey.report.evidence.watch_data import json_of, script_data
from covey.report.evidence.watch_scene import Scene, scene
from covey.report.figures import NARROW, WIDE
from covey.report.numbers import count, number
from covey.report.terminal import Page

_FLAT = 450.0  # a lower picture leaves no room beside it
_TEMPLATES = Path(__file__).parents[1] / "templates"


def files(facts: Watched) -> dict[str, bytes]:
    """Return what the command writes: name to content; the animation only where Pillow is."""
    view = scene(facts)
    found = {
        "report.html": page(facts, view),
        "report.json": json_of(facts),
        "start.svg": stills.start_picture(facts, view).encode(),
        "steps.svg": stills.steps_picture(facts, view).encode(),
    }
    if _can_animate():
        found["animation.gif"] = animation(facts, view)
    return found


def _can_animate() -> bool:
    return find_spec("PIL") is not None


def summary(facts: Watched, width: int = 100, color: bool = False) -> str:
    """Return the summary for a terminal."""
    told = Page(max(width, 40), color)
    told.line(facts.about.title, bold=True)
    told.block(words.lead(facts))
    told.gap()
    told.line(f"{'start':18}{'steps':>6}{'WCSS, from':>14}{'to':>12}   rows in each cluster", True)
    for run in facts.runs:
        told.line(_line(run))
    told.gap()
    for text in (words.comparison(facts), words.odds(facts)):
        if text:
            told.block(text)
    if not _can_animate():
        told.gap()
        told.block(
            "No animation.gif: it is drawn by Pillow, which is not installed; run: python -m pip "
            "install 'covey[images]'. The page plays without it."
        )
    return told.text()


def _line(run: WatchedRun) -> str:
    sizes = ", ".join(count(int(size)) for size in run.sizes[:8])
    more = f", … ({len(run.sizes) - 8} more)" if len(run.sizes) > 8 else ""
    first, last = number(float(run.inertia[0])), number(float(run.inertia[-1]))
    return f"{words.SHORT[run.key]:18}{len(run.inertia):>6}{first:>14}{last:>12}   {sizes}{more}"


# ---------------------------------------------------------------- the page


def page(facts: Watched, view: Scene) -> bytes:
    """Render the page: it plays by a script of its own, and shows its stills without."""
    from markupsafe import Markup

    script = (_TEMPLATES / "watch.js").read_text(encoding="utf-8")
    own = (_TEMPLATES / "watch.css").read_text(encoding="utf-8")
    run, both = facts.runs[:1], facts.runs
    chosen = stills.told_shots(facts.runs[0])
    few = chosen if len(chosen) < 6 else [*chosen[:4], chosen[-1]]
    return render_leaf(
        "watch.html.j2",
        facts.about,
        more_style=stills.picture_style() + own,
        script=Markup(script),  # noqa: S704 — our own script, no data in it
        script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii"),
        data=Markup(script_data(facts, view)),  # noqa: S704 — JSON, no "<" in it
        x=facts,
        ratio=f"1000 / {view.height:g}",
        flat=view.height < _FLAT,
        lead=words.lead(facts),
        lesson=words.LESSON,
        wcss=words.WCSS,
        chosen_why="" if facts.k_reason == "given" else facts.k_reason,
        plane=words.plane_text(facts),
        thinned=words.thinned_text(facts),
        comparison=words.comparison(facts),
        odds=words.odds(facts),
        players=_players(facts),
        curves=[_svgs(_curves(facts, run)), _svgs(_curves(facts, both))],
        strips=_svgs(
            (
                stills.strip(facts, view, facts.runs[0], chosen, 4, "fig wide"),
                stills.strip(facts, view, facts.runs[0], few, 1, "fig narrow"),
            )
        ),
    )


def _players(facts: Watched) -> list[dict[str, Any]]:
    names = [words.NAMES[run.key] for run in facts.runs]
    return [
        {"key": "one", "runs": [0], "names": [""], "chart": 0},
        {"key": "two", "runs": [0, 1], "names": names, "chart": 1},
    ]


def _curves(facts: Watched, runs: tuple[WatchedRun, ...]) -> tuple[str, str]:
    return (
        stills.wcss_curve(facts, runs, WIDE, "fig wide"),
        stills.wcss_curve(facts, runs, NARROW, "fig narrow"),
    )


def _svgs(drawn: tuple[str, str]) -> tuple[Any, Any]:
    from markupsafe import Markup

    return Markup(drawn[0]), Markup(drawn[1])  # noqa: S704 — drawings, their texts escaped
