"""What is told and drawn of k-means at work: words, places, regions, files."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import covey
from covey.report.evidence import watch as report
from covey.report.evidence import watch_words as words
from covey.report.evidence.watch_animation import _legible
from covey.report.evidence.watch_scene import WIDTH, regions, scene, shots


@pytest.fixture(scope="module")
def told() -> Any:
    """Watch nine groups, on which a random start gets stuck."""
    rng = np.random.default_rng(3)
    middles = rng.uniform(0, 100, (9, 2))
    X = np.concatenate([middle + rng.normal(size=(30, 2)) * 2 for middle in middles])
    return covey.trace({"<i>age</i>": X[:, 0], "income": X[:, 1]}, k=9)


def test_every_shot_has_its_words(told: Any) -> None:
    facts = told.facts
    for run in facts.runs:
        found = shots(run)
        assert [shot.phase for shot in found[:3]] == ["start", "join", "move"]
        assert [shot.phase for shot in found].count("end") == 1
        assert found[-1].phase == "end"
        assert len(found) == 2 * len(run.steps)
        falling = [shot.inertia for shot in found[1:]]
        assert all(after <= before * (1 + 1e-12) for before, after in pairwise(falling))
        for shot in found:
            assert words.title(run, shot)
            assert words.text(facts, run, shot).endswith(".")
    run = facts.runs[0]
    step2 = next(shot for shot in shots(run) if shot.phase == "join" and shot.kept == 1)
    changed = int(run.changed[1])
    told_rows = "one row of 270 changes" if changed == 1 else f"{changed} rows of 270 change"
    assert told_rows in words.text(facts, run, step2)
    assert "no row changes" in words.text(facts, run, shots(run)[-1]).lower()


def test_a_start_that_gets_stuck_is_told(told: Any) -> None:
    facts = told.facts
    assert words.above(facts.runs[1], facts.best) > 0.01
    assert "got stuck" in words.comparison(facts)
    stuck = words.n_worse(facts.runs[1], facts.best)
    assert stuck == (facts.runs[1].ends > 1.01 * facts.best).sum() > 0
    assert f"of 20 starts by random rows, {stuck} ended" in words.odds(facts)


def test_where_all_starts_end_alike_that_is_told() -> None:
    facts = covey.trace({"a": [1.0, 2, 3, 101, 102, 103]}, k=2).facts
    assert "Both starts end alike" in words.comparison(facts)
    assert "none ended more than 1 % above" in words.odds(facts).replace("\u00a0", " ")


def test_regions_hold_their_centers_and_fill_the_picture() -> None:
    centers = np.random.default_rng(0).uniform([0, 0], [WIDTH, 700], (40, 2))
    found = regions(centers, 700.0)
    areas = [_area(corners) for corners in found]
    assert sum(areas) == pytest.approx(700 * WIDTH, rel=1e-9)
    for i, corners in enumerate(found):
        middle = np.mean(corners, axis=0)
        assert int(((centers - middle) ** 2).sum(axis=1).argmin()) == i


def test_regions_of_centers_outside_and_of_equal_ones() -> None:
    assert _area(regions(np.array([[500.0, 350.0]]), 700.0)[0]) == 700 * WIDTH
    inside, outside = regions(np.array([[500.0, 300.0], [5000.0, 300.0]]), 700.0)
    assert (_area(inside), outside) == (700 * WIDTH, [])
    assert len(regions(np.array([[5.0, 5.0]] * 3), 700.0)) == 3


def _area(corners: list[tuple[float, float]]) -> float:
    x, y = np.array(corners).T
    return float(abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2)


def test_distances_are_equal_across_and_up(told: Any) -> None:
    facts = told.facts
    view = scene(facts)
    inner = np.ptp(facts.plane.points[:20], axis=0)
    drawn = np.ptp(view.points[:20], axis=0)
    assert drawn[0] / inner[0] == pytest.approx(drawn[1] / inner[1], rel=1e-6)


def test_ticks_stand_at_their_values(told: Any) -> None:
    facts = told.facts
    view = scene(facts)
    x = told.facts.scales[0]
    row = facts.plane.rows[0]
    value = np.interp(facts.plane.points[0, 0], x[:, 0], x[:, 1])
    ticks = [(place, float(text.replace("−", "-"))) for place, text in view.ticks[0]]
    places, values = zip(*ticks, strict=True)
    assert len(ticks) >= 3
    slope, offset = np.polyfit(places, values, 1)
    assert slope * view.points[0, 0] + offset == pytest.approx(value, abs=0.2)
    assert row == 0


def test_files(told: Any) -> None:
    pytest.importorskip("PIL.Image")
    files = told.files()
    assert sorted(files) == [
        "animation.gif", "report.html", "report.json", "start.svg", "steps.svg",
    ]  # fmt: skip
    assert told.files() == files, "the same bytes each time"
    document = json.loads(files["report.json"])
    assert document["schema"] == "covey.watched/1"
    assert document["runs"][0]["sizes"] == told.facts.runs[0].sizes.tolist()
    for name in ("start.svg", "steps.svg"):
        root = ET.fromstring(files[name])
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert float(root.attrib["width"]) > 300
    page = files["report.html"].decode()
    assert "<i>age</i>" not in page
    assert "<noscript>" in page
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert data is not None
    drawn = json.loads(data[1])
    assert drawn["titles"][0] == "<i>age</i>"
    assert len(drawn["runs"][0]["joined"][0]) == len(told.facts.plane.rows)


def test_what_the_script_draws_are_the_facts(told: Any) -> None:
    facts = told.facts
    page = report.page(facts, scene(facts)).decode()
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert data is not None
    for run, drawn in zip(facts.runs, json.loads(data[1])["runs"], strict=True):
        labels = list(drawn["joined"][0])
        for pairs, own in zip([[], *drawn["joined"][1:]], run.labels, strict=True):
            for row, number in zip(pairs[::2], pairs[1::2], strict=True):
                labels[row] = number
            assert labels == own.tolist()


def test_animation(told: Any) -> None:
    image = pytest.importorskip("PIL.Image")
    with image.open(io.BytesIO(told.files()["animation.gif"])) as moving:
        assert moving.n_frames > len(shots(told.facts.runs[0])), "centers glide between"
        assert moving.info["loop"] == 0
        first = np.asarray(moving.convert("RGB"))
        moving.seek(moving.n_frames - 1)
        last = np.asarray(moving.convert("RGB"))
    assert first.shape == last.shape
    assert (first != last).any()


def test_without_pillow_all_but_the_animation_is_written(
    told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "find_spec", lambda _name: None)
    assert sorted(told.files()) == ["report.html", "report.json", "start.svg", "steps.svg"]
    assert "No animation.gif" in str(told)
    assert "covey[images]" in str(told)


def test_letters_of_the_animation() -> None:
    assert _legible("5.3\u00a0×\u00a010⁻⁶ and −2\u00a0M") == "5.3e-6 and -2 M"


def test_summary_says_how_it_went(told: Any) -> None:
    text = str(told)
    assert re.search(r"9 centers found their places in \d+ steps", text)
    assert re.search(r"^random rows +\d+ ", text, re.M)


def test_the_same_wcss_with_other_groups_is_not_called_one_solution(told: Any) -> None:
    facts, one = told.facts, told.facts.runs[0]
    settled = np.full_like(one.inertia, facts.best)
    even, uneven = (
        dataclasses.replace(one, sizes=np.array(sizes), inertia=settled)
        for sizes in ((135, 135), (50, 220))
    )
    other = words.comparison(dataclasses.replace(facts, runs=(even, uneven)))
    assert "not with the same groups" in other
    assert "one solution" in words.comparison(dataclasses.replace(facts, runs=(even, even)))
