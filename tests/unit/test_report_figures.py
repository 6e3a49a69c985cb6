"""Axes, labels and drawings: right places, nothing over anything."""

from __future__ import annotations

import dataclasses
import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import sample

from covey.flow import Name
from covey.report import heat, palette, silhouettes
from covey.report.axes import Axis, beyond, fit_axis, round_steps, spaced
from covey.report.figures import figures
from covey.report.placement import CHIP, Box, place_tags
from covey.report.svg import Drawing, shorten, text_width, wrap

# ---------------------------------------------------------------- axes


def test_straight_axis_by_hand() -> None:
    axis = Axis(0.0, 10.0, 100.0, 200.0)
    assert axis([0, 5, 10, 99, -1]).tolist() == [100, 150, 200, 200, 100]
    assert axis.ticks(6) == [0, 2, 4, 6, 8, 10]


def test_log_axis_by_hand() -> None:
    axis = Axis(1.0, 1000.0, 0.0, 3.0, log=True)
    assert axis([1, 10, 100, 1000]) == pytest.approx([0, 1, 2, 3])
    assert axis.ticks(6) == [1, 10, 100, 1000]
    assert Axis(40.0, 300.0, 0, 1, log=True).ticks(6) == [50, 100, 200]


@pytest.mark.parametrize(
    "values",
    [
        np.array([0.0, 0.0, 3.0, 900.0]),
        np.array([-50.0, 0.0, 2.0, 800.0]),
        np.array([1e-12, 1e12]),
        np.array([0.0, 1e-300]),
    ],
)
def test_log_axis_has_a_place_for_zero_and_below(values: np.ndarray) -> None:
    axis = fit_axis(values, 0.0, 100.0, log=True)
    places = axis(values)
    assert np.isfinite(places).all() and (np.diff(places[np.argsort(values)]) >= 0).all()
    ticks = axis.ticks(6)
    assert 2 <= len(ticks) <= 8 and ticks == sorted(ticks)


@pytest.mark.parametrize(
    "values",
    [[5.0] * 9, [0.0, 0.0], [], [np.nan, 1.0, np.inf], [1e9, 1e9 + 1e-3], [1e308, 9e307], [-4, 4]],
)
def test_any_values_get_an_axis(values: list[float]) -> None:
    array = np.array(values, dtype=float)
    axis = fit_axis(array, 10.0, 90.0)
    assert axis.low < axis.high
    places = axis(array[np.isfinite(array)])
    assert ((places >= 10.0) & (places <= 90.0)).all()
    assert len(axis.ticks(5)) >= 1


def test_far_values_do_not_flatten_the_rest() -> None:
    values = np.append(np.linspace(0, 10, 1000), 1e6)
    axis = fit_axis(values, 0, 1)
    assert axis.high < 20
    assert beyond(axis, values).sum() == 1


def test_round_steps() -> None:
    assert round_steps(0.0, 1.0, 5) == [0, 0.25, 0.5, 0.75, 1]
    assert round_steps(-130.0, 640.0, 5) == [0, 200, 400, 600]
    assert round_steps(3.0, 3.0, 5) == [3.0]


def test_spaced_labels_do_not_touch() -> None:
    assert spaced([0, 10, 40, 45, 90], [20] * 5) == [0, 2, 4]


# ---------------------------------------------------------------- text


def test_text_is_measured_shortened_and_wrapped() -> None:
    assert text_width("VIP champions", 12) == pytest.approx(85, abs=4)  # 80.5 in Arial
    assert text_width("顧客", 12) > text_width("ab", 12)
    assert shorten("Big-basket occasional", 60).endswith("…")
    assert text_width(shorten("Big-basket occasional", 60)) <= 60
    assert shorten("VIP", 60) == "VIP"
    lines = wrap("Frequent bargain hunters of the north", 80, 2)
    assert len(lines) == 2 and all(text_width(line) <= 80 for line in lines)
    assert wrap("", 80, 2) == [""]


def test_drawing_escapes_text() -> None:
    drawing = Drawing(10, 10)
    drawing.text(1, 1, "<b>&")
    picture = ET.fromstring(drawing.finish("fig", 'say "<hi>"'))
    assert picture[0].text == "<b>&" and picture.get("aria-label") == 'say "<hi>"'


# ---------------------------------------------------------------- labels


@pytest.mark.parametrize("k", [1, 2, 5, 9, 15])
@pytest.mark.parametrize("spread", [300.0, 60.0, 1.0])
def test_labels_never_cover_one_another(k: int, spread: float, rng: np.random.Generator) -> None:
    frame = Box(50, 30, 530, 380)
    anchors = np.clip(np.array([290, 205]) + rng.normal(size=(k, 2)) * spread, 0, 600)
    names = [f"segment of some kind {i}" for i in range(k)]
    tags = place_tags(anchors, names, frame, rng.uniform(50, 380, (200, 2)))
    boxes = []
    for tag in tags:
        x, y = tag.chip
        boxes.append(Box(x - CHIP, y - CHIP, x + CHIP, y + CHIP))
        if tag.text:
            left, base = tag.place
            boxes.append(Box(left, base - 10, left + text_width(tag.text, bold=True), base + 3))
    assert len(tags) == k
    assert all(box.within(frame) for box in boxes)
    assert not any(a.meets(b, 0) for a, b in itertools.combinations(boxes, 2))


def test_no_two_names_are_cut_to_one() -> None:
    names = [f"a very long name that differs only at the end {i}" for i in range(3)]
    anchors = np.array([[100.0, 100.0], [300.0, 200.0], [200.0, 300.0]])
    tags = place_tags(anchors, names, Box(0, 0, 540, 400), np.zeros((0, 2)), room=120)
    assert [tag.text for tag in tags] == ["", "", ""]


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize(("k", "d"), [(5, 0), (1, 1), (2, 1), (15, 40)])
def test_pictures_are_well_formed_and_inside_their_frame(k: int, d: int) -> None:
    drawn = figures(sample.plain(k, d, missing=True) if d else sample.sample())
    for figure in drawn:
        for svg in (figure.wide, figure.narrow):
            picture = ET.fromstring(svg)
            _, _, width, height = map(float, str(picture.get("viewBox")).split())
            for text in picture.iter("text"):
                size = 11.0 if "soft" in str(text.get("class")) else 12.0
                words = text.text or ""
                x, wide = float(str(text.get("x"))), text_width(words, size) / 1.06
                start = {"middle": x - wide / 2, "end": x - wide}.get(
                    str(text.get("text-anchor")), x
                )
                assert start >= -4 and start + wide <= width + 6, (figure.key, words)
                assert 0 <= float(str(text.get("y"))) <= height
            assert "nan" not in svg.replace("finance", "") and "inf" not in svg
            assert not re.search(r"fill=|stroke=|#[0-9a-f]{6}", svg)  # colors are the page's


def test_which_pictures_there_are() -> None:
    keys = [figure.key for figure in figures(sample.sample())]
    assert keys == ["features", "plane", "heat", "sizes", "silhouettes", "sweep"]
    assert [figure.key for figure in figures(sample.plain(1, 1))] == ["features", "sweep"]
    tall = {figure.key: figure.tall for figure in figures(sample.plain(3, 30))}
    assert tall["heat"] and not tall["sweep"]


def test_captions_count_what_is_drawn() -> None:
    first = figures(sample.sample())[0]
    assert first.caption == "2,000 of 6,000 customers on the two features that matter most."
    assert first.title == "Recency days against total spend"
    explanation = sample.plain(2, 2)
    points = explanation.map.points.copy()
    points[0] = 1e9
    changed = dataclasses.replace(explanation.map, points=points)
    caption = figures(dataclasses.replace(explanation, map=changed))[0].caption
    assert "1 lie beyond" in caption or "1 lies beyond" in caption


def test_long_names_are_cut_not_spilled() -> None:
    explanation = sample.plain(3, 3)
    segments = tuple(
        dataclasses.replace(s, name=Name(f"{s.number} " + "very long name " * 12, "", ""))
        for s in explanation.segments
    )
    for figure in figures(dataclasses.replace(explanation, segments=segments)):
        texts = [t.text or "" for t in ET.fromstring(figure.narrow).iter("text")]
        assert all(text_width(text) < 345 for text in texts)


def test_heat_steps_by_hand() -> None:
    values = [-2.4, -1.3, -0.8, -0.3, 0.1, 0.3, 0.75, 1.25, 2.0, float("nan")]
    steps = ["d-4", "d-3", "d-2", "d-1", "d0", "d1", "d2", "d3", "d4", "dn"]
    assert [heat.step(value) for value in values] == steps


def test_silhouettes_find_their_segments() -> None:
    explanation = sample.sample()
    widths, numbers = silhouettes.row_silhouettes(explanation)
    assert len(widths) == len(explanation.map.rows)  # the rows whose segment the map tells
    labels = np.concatenate([np.full(s.n_rows, s.number) for s in explanation.segments])
    told = dataclasses.replace(explanation.sweep, row_numbers=labels)
    widths, numbers = silhouettes.row_silhouettes(dataclasses.replace(explanation, sweep=told))
    assert len(widths) == explanation.n_rows
    first = explanation.segments[0]
    assert widths[numbers == 1].mean() == pytest.approx(first.silhouette, abs=1e-4)


# ---------------------------------------------------------------- colors

#: how the two common kinds of color-blindness see linear RGB (Machado and others 2009, full)
DEUTAN = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
          [-0.011820, 0.042940, 0.968881]]  # fmt: skip
PROTAN = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
          [-0.003882, -0.048116, 1.051998]]  # fmt: skip
TO_CONE = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
           [0.0883024619, 0.2817188376, 0.6299787005]]  # fmt: skip
TO_LAB = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
          [0.0259040371, 0.7827717662, -0.8086757660]]  # fmt: skip


def perceived(colors: tuple[str, ...], eye: list[list[float]]) -> np.ndarray:
    """Return OKLab coordinates of colors as an eye sees them."""
    rgb = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in colors])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(eye), 0, 1)
    return np.cbrt(seen @ np.transpose(TO_CONE)) @ np.transpose(TO_LAB)


def least_distance(colors: tuple[str, ...], eye: list[list[float]]) -> float:
    seen = perceived(colors, eye)
    return min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))


@pytest.mark.parametrize("colors", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_segment_colors_can_be_told_apart(colors: tuple[str, ...]) -> None:
    for eye, seven in ((np.eye(3).tolist(), 0.09), (DEUTAN, 0.055), (PROTAN, 0.055)):
        assert least_distance(colors[:7], eye) >= seven
        assert least_distance(colors, eye) >= 0.03
    assert len(set(colors)) == 15


def test_colors_stand_out_from_the_page() -> None:
    for scheme in palette.variables().values():
        for i in range(1, 16):
            assert palette.contrast(scheme[f"s{i}"], scheme["bg"]) >= 3
            assert palette.contrast(scheme[f"s{i}"], scheme[f"t{i}"]) >= 4.5
        for level in range(-4, 5):
            assert palette.contrast(scheme[f"d{level}"], scheme[f"e{level}"]) >= 4.5
        for text, ground in itertools.product(("ink", "soft", "accent"), ("bg", "raised")):
            assert palette.contrast(scheme[text], scheme[ground]) >= 4.5
        for text in ("ink", "warn"):
            assert palette.contrast(scheme[text], scheme["warn-bg"]) >= 4.5
        assert palette.contrast(scheme["ink"], scheme["band"]) >= 4.5


def test_contrast_by_hand() -> None:
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_single_feature_is_drawn_in_lanes_under_its_own_name() -> None:
    explanation = sample.sample()
    axes = dataclasses.replace(explanation.map, axes=("total_spend", ""))
    first = figures(dataclasses.replace(explanation, map=axes))[0]
    assert first.title == "Total spend"
    assert "lane" in first.caption
    assert "two features" not in first.caption
    assert "Strips of" in first.wide
    assert "↑" not in first.wide  # there is no second axis


def test_ellipses_stay_within_the_axes() -> None:
    explanation = sample.plain(1, 3)
    wide = dataclasses.replace(explanation.map, pca_ellipses=np.array([[9.0, 30.0, 0.3]]))
    plane = figures(dataclasses.replace(explanation, map=wide))[1].wide
    found = re.search(r'<ellipse[^>]*cy="([\d.]+)"[^>]*ry="([\d.]+)"', plane)
    box = re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', plane)
    assert found is not None
    assert box is not None
    up = float(found[2]) * np.cos(0.3)
    assert up > 50
    assert float(found[1]) + up <= float(box[1]) - 44


def test_of_many_segments_the_maps_have_numbers_and_the_legend_names() -> None:
    assert 'class="tag"' in figures(sample.plain(5, 3))[1].wide
    assert 'class="tag"' not in figures(sample.plain(15, 3))[1].wide
