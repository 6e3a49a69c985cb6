"""The page, the pictures, the data and the summary of how many groups: what they show are facts."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import k_sample
import numpy as np
import pytest

from covey.evidence import KChoice
from covey.explain import jaccard
from covey.report.evidence import choose_k, k_sheet, k_silhouettes, k_sizes, k_words
from covey.report.evidence.k_panels import STEPS, level_of, panels

WIDTHS = (k_sheet.WIDE, k_sheet.NARROW)


def shapes(svg: str, kind: str) -> list[dict[str, float]]:
    """Return the places of the shapes of a class."""
    return [
        {key: float(value) for key, value in one.attrib.items() if key != "class"}
        for one in ET.fromstring(svg).iter()
        if one.attrib.get("class", "") == kind
    ]


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(svg).iter("text")]


def sheet(choice: KChoice, width: float = k_sheet.WIDE) -> str:
    return k_sheet.criteria_sheet(choice, width, "fig")


def page(facts) -> str:
    return choose_k.files(facts)["report.html"].decode()


def table(html: str, name: str) -> list[list[str]]:
    """Return the cells of the table bodies of a name."""
    found = []
    for body in re.findall(rf'data-test="{name}">.*?<tbody>(.*?)</tbody>', html, re.S):
        for row in re.findall(r"<tr.*?</tr>", body, re.S):
            cells = re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)
            found.append([re.sub(r"<.*?>", "", cell).replace("\u00a0", " ") for cell in cells])
    return found


# ---------------------------------------------------------------- the sheet


@pytest.mark.parametrize("width", WIDTHS)
def test_each_criterion_marks_its_own_k_and_agreement_is_in_the_band(width):
    choice = k_sample.clear()
    svg = sheet(choice, width)
    (band,) = shapes(svg, "band")
    agreeing, apart = shapes(svg, "knot now"), shapes(svg, "other")
    assert len(agreeing) == 6
    assert len(apart) == 1
    middle = band["x"] + band["width"] / 2
    for dot in agreeing:
        assert dot["cx"] == pytest.approx(middle, abs=0.11)
        assert band["y"] < dot["cy"] < band["y"] + band["height"]
    assert apart[0]["cx"] > band["x"] + band["width"]
    assert [dot["cx"] for dot in shapes(svg, "elbow")] == pytest.approx([middle], abs=0.11)


def test_a_rival_criterion_stands_at_its_own_k():
    svg = sheet(k_sample.clear())
    places = {text: one for one in ET.fromstring(svg).iter("text") if (text := one.text or "")}
    (ring,) = shapes(svg, "other")
    assert ring["cx"] == pytest.approx(float(places["5"].attrib["x"]), abs=0.11)
    assert "K = 5 ✗" in places
    assert "by eye, subjective" in places


@pytest.mark.parametrize("width", WIDTHS)
def test_without_a_natural_k_there_is_no_band_and_no_forced_elbow(width):
    svg = sheet(k_sample.none(), width)
    assert shapes(svg, "band") == shapes(svg, "asked") == shapes(svg, "elbow") == []
    assert "no natural K" in texts(svg)
    assert any("no sharp elbow" in text for text in texts(svg))
    assert any("names none ✗" in text for text in texts(svg))


def test_limits_are_a_second_band():
    svg = sheet(k_sample.limited())
    (band,), (asked,) = shapes(svg, "band"), shapes(svg, "asked")
    assert asked["x"] < band["x"]
    assert "K = 3 as limited" in texts(svg)


def test_up_is_better_in_every_panel_but_the_first():
    found = {panel.key: panel for panel in panels(k_sample.clear())}
    for key, panel in found.items():
        axis = k_sheet._axis(panel, (0.0, 100.0))
        by_k = {k: float(axis(value)) for k, value, _ in panel.curves[0].points}
        least = min(by_k, key=lambda k: by_k[k])
        assert least == {"wcss": 1}.get(key, 4), key


def test_values_stand_where_they_are():
    (silhouette,) = [panel for panel in panels(k_sample.clear()) if panel.key == "silhouette"]
    axis = k_sheet._axis(silhouette, (0.0, 100.0))
    by_k = {k: float(axis(value)) for k, value, _ in silhouette.curves[0].points}
    one = {score.k: score.silhouette for score in k_sample.clear().scores}
    assert (by_k[2] - by_k[4]) / (by_k[3] - by_k[4]) == pytest.approx(
        (one[4] - one[2]) / (one[4] - one[3])
    )


def test_what_differs_by_little_looks_flat():
    scores = tuple(
        replace(one, silhouette=0.40 + 0.001 * one.k, cloud=0.40) if one.k > 1 else one
        for one in k_sample.none().scores
    )
    (panel,) = [p for p in panels(replace(k_sample.none(), scores=scores)) if p.key == "silhouette"]
    axis = k_sheet._axis(panel, (0.0, 100.0))
    assert float(np.ptp(axis([0.402, 0.408]))) < 5


def test_errors_are_drawn_where_there_are_some():
    bars = shapes(sheet(k_sample.clear()), "error")
    assert len(bars) == 2 * 8, "of both gaps, at each K; these silhouettes are exact"
    assert len(shapes(sheet(k_sample.many()), "error")) == 2 * 40 + 39


def test_lines_break_where_k_were_not_tried():
    choice = k_sample.clear()
    some = replace(choice, scores=tuple(one for one in choice.scores if one.k in (1, 3, 4, 5)))
    paths = [
        one.attrib["d"]
        for one in ET.fromstring(sheet(some)).iter("path")
        if one.attrib["class"] == "curve"
    ]
    wcss = paths[:2]
    assert [d.count("L") for d in wcss] == [0, 2], "K=1 alone, then 3, 4, 5"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["clear", "limited", "none", "many"])
def test_nothing_leaves_the_picture(name, width):
    svg = sheet(getattr(k_sample, name)(), width)
    box = [float(x) for x in ET.fromstring(svg).attrib["viewBox"].split()]
    for kind in ("knot", "knot now", "other", "elbow"):
        for dot in shapes(svg, kind):
            assert 0 < dot["cx"] < box[2]
            assert 0 < dot["cy"] < box[3]


def test_numbers_of_k_do_not_touch():
    svg = sheet(k_sample.many(), k_sheet.NARROW)
    foot = float(ET.fromstring(svg).attrib["viewBox"].split()[3]) - 24
    places = sorted(
        float(one.attrib["x"])
        for one in ET.fromstring(svg).iter("text")
        if (one.text or "").isdigit() and abs(float(one.attrib["y"]) - foot) < 1
    )
    assert min(np.diff(places)) >= 14
    assert "35" in texts(svg)


@pytest.mark.parametrize("value", [0.0, 0.599, 0.6, 0.7499, 0.75, 0.85, 0.8501, 1.0])
def test_words_of_stability_are_those_of_the_verdict(value):
    assert level_of(value) == jaccard.in_words(value)
    assert STEPS == (jaccard.DOUBTFUL, jaccard.STABLE, jaccard.HIGHLY_STABLE)
    assert level_of(math.nan) == ""


# ---------------------------------------------------------------- the other pictures


def test_silhouettes_first_of_the_k_to_use_and_its_neighbors():
    assert k_silhouettes.featured(k_sample.clear()) == [3, 4, 5]
    assert k_silhouettes.featured(k_sample.limited()) == [2, 3, 4]
    assert k_silhouettes.featured(k_sample.none()) == [2, 3, 4], "the best, where none is natural"
    assert k_silhouettes.featured(k_sample.single()) == []
    assert k_silhouettes.others(k_sample.clear()) == [2, 6, 7, 8]


def test_silhouettes_show_what_is_below_zero():
    choice = k_sample.none()
    low = k_silhouettes.lowest(choice, [8])
    svg = k_silhouettes.silhouettes_of(choice, 8, low)
    (zero,) = shapes(svg, "zero")
    edges = re.findall(r'class="area" d="M(.*?)Z"', svg)
    assert len(edges) == 8
    places = [float(pair.split()[0]) for edge in edges for pair in edge.split("L")]
    assert min(places) < zero["x1"] < max(places)
    share = float((choice.row_silhouettes[8] < 0).mean())
    assert k_silhouettes.negative(choice, 8) == share > 0.2
    assert low <= choice.row_silhouettes[8].min()


def test_means_of_groups():
    choice = k_sample.clear()
    means = k_silhouettes.of_groups(choice, 4)
    for number, mean in enumerate(means, 1):
        rows = choice.row_numbers[4] == number
        assert mean == pytest.approx(choice.row_silhouettes[4][rows].mean())


def test_bars_have_the_sizes_of_the_groups():
    choice = k_sample.clear()
    svg = k_sizes.size_bars(choice, 540, "fig")
    colored = [one["width"] for one in shapes(svg, "fill")]
    sizes = next(one.sizes for one in choice.scores if one.k == 4)
    assert [(width + 1.5) / (540 - 74 - 34) for width in colored] == pytest.approx(
        [size / 400 for size in sizes], abs=2e-3
    )
    assert len(shapes(svg, "quiet")) == sum(one.k for one in choice.scores if one.k != 4)


# ---------------------------------------------------------------- figures on the page and in files


def test_every_figure_of_the_table_is_a_fact():
    choice = k_sample.clear()
    rows = table(page(choice), "figures")
    assert len(rows) == len(choice.scores)
    for cells, one in zip(rows, choice.scores, strict=True):
        shown = [float(re.sub(r"[ %,]|±.*", "", cell)) if cell != "–" else None for cell in cells]
        facts = (
            one.k, one.inertia, 100 * (1 - one.explained), one.silhouette, one.cloud,
            one.calinski_harabasz, one.davies_bouldin, one.bic, one.gap, one.gap_pca,
            one.stability, one.sizes[-1], one.sizes[0],
        )  # fmt: skip
        for cell, value, fact in zip(cells, shown, facts, strict=True):
            if value is None:
                assert math.isnan(fact)
            else:
                half = 0.5 if "%" in cell else 0.005  # of the last digit shown
                assert value == pytest.approx(fact, rel=0.005, abs=half)
        assert f"± {one.gap_error:.3f}" in cells[8]


def test_groups_and_votes_on_the_page_are_the_facts():
    choice = k_sample.limited()
    html = page(choice)
    own = next(one for one in choice.scores if one.k == 3)
    for cells, size, steady, mean in zip(
        table(html, "groups"), own.sizes, own.cluster_stability,
        k_silhouettes.of_groups(choice, 3), strict=True,
    ):  # fmt: skip
        assert cells[1] == str(size)
        assert cells[3] == f"{mean:.2f}"
        assert cells[4] == f"{steady:.2f} {level_of(steady)}"
    rows = table(html, "votes")
    assert len(rows) == len(choice.verdict.votes)
    for cells, vote in zip(rows, choice.verdict.votes, strict=True):
        assert cells[1] == f"K = {vote.k}"
        assert cells[2] == ("✓ yes" if vote.agrees else "✗ no")
        assert cells[3] == vote.says.replace("<", "&lt;").replace(">", "&gt;")
    assert choice.verdict.cost in html


def test_scores_csv_has_every_figure():
    choice = k_sample.none()
    rows = list(csv.DictReader(io.StringIO(choose_k.files(choice)["scores.csv"].decode())))
    assert [row["k"] for row in rows] == [str(one.k) for one in choice.scores]
    for row, one in zip(rows, choice.scores, strict=True):
        for field in dataclasses.fields(one):
            if field.name in ("cluster_stability", "sizes"):
                continue
            fact = getattr(one, field.name)
            assert (row[field.name] == "") == math.isnan(fact)
            if row[field.name]:
                assert float(row[field.name]) == pytest.approx(fact, rel=1e-9)
        assert int(row["smallest"]) == min(one.sizes)
        assert float(row["least_stability"]) == min(one.cluster_stability)
    assert {row["verdict"] for row in rows} == {""}
    limited = choose_k.files(k_sample.limited())["scores.csv"].decode().splitlines()
    assert [line.rsplit(",", 1)[1] for line in limited[3:5]] == ["use", "natural"]


def test_json_has_every_fact_but_rows():
    choice = k_sample.clear()
    found = json.loads(choose_k.files(choice)["report.json"])
    assert found["schema"] == "covey.how-many/1"
    assert found["verdict"]["votes"][6]["k"] == 5
    for told, one in zip(found["scores"], choice.scores, strict=True):
        for field in dataclasses.fields(one):
            fact, value = getattr(one, field.name), told[field.name]
            if isinstance(fact, tuple):
                assert tuple(value) == fact
            elif value is None:
                assert math.isnan(fact)
            else:
                assert value == pytest.approx(fact)
    assert not {"labels", "row_silhouettes", "rows"} & set(found)


def test_two_preparations_are_never_ranked():
    facts = k_sample.two()
    html = page(facts)
    assert "Not ranked" in html
    assert ">0.37<" in html
    assert [row[0] for row in table(html, "figures")] == [str(k) for k in range(1, 9)] * 2
    assert html.count("within this column only") == 2
    found = json.loads(choose_k.files(facts)["report.json"])
    assert found["ranked"] is False
    assert "verdict" not in found
    assert set(found["choices"]) == {"none", "standard"}
    assert found["carried"]["none"]["proline"] == 0.9971
    assert "<wine>" not in html
    assert "99.7" in html


def test_where_one_preparation_is_not_divided_nothing_is_compared():
    facts = replace(k_sample.two(), choices={"none": k_sample.none(), "standard": k_sample.clear()})
    html = page(facts)
    assert "0.37" not in html
    assert "nothing to compare: with scale none" in html


def test_nothing_to_divide_has_a_page_all_the_same():
    files = choose_k.files(k_sample.single())
    assert b'data-test="sheet"' not in files["report.html"]
    assert "There is one group." in choose_k.summary(k_sample.single())


def test_same_facts_same_bytes():
    assert choose_k.files(k_sample.clear()) == choose_k.files(k_sample.clear())


# ---------------------------------------------------------------- words


def test_headline_says_how_many_how_sure_and_who_agrees():
    assert k_words.headline(k_sample.clear()) == (
        "4 groups; the evidence is strong: 6 of 7 criteria agree."
    )
    assert k_words.headline(k_sample.limited()).endswith("Within the limits, use K=3.")
    none = k_words.headline(k_sample.none())
    assert none.startswith("No number of groups stands out. 5 of 7 criteria name K=1")
    fixed = replace(k_sample.none().verdict, k=4, limits="K=4 fixed by purpose")
    purpose = replace(k_sample.none(), verdict=fixed)
    assert k_words.headline(purpose).endswith("K=4 is fixed by purpose.")
    told = replace(fixed, overruled="5 of 7 criteria name K=4, but …", k=1, limits="")
    headline = k_words.headline(replace(k_sample.none(), verdict=told))
    assert headline == "No number of groups stands out. 5 of 7 criteria name K=4, but …"
    assert "criteria" not in k_words.headline(k_sample.single())


def test_badge_says_what_limits_make_of_k():
    assert k_words.badge(k_sample.clear()) == "K = 4"
    assert k_words.badge(k_sample.limited()) == "K = 4 → 3 within limits"
    assert k_words.badge(k_sample.none()) == "No natural K"


def test_next_command_prepares_the_table_in_the_same_way():
    commands = [command for command, _ in k_words.next_steps(k_sample.limited())]
    assert commands[0] == (
        "covey cluster 'harbour customers.csv' --features age,total_spend --scale standard -k 3"
    )
    assert [command.split()[1] for command, _ in k_words.next_steps(k_sample.none())] == [
        "cluster", "compare", "diagnose",
    ]  # fmt: skip
    frame = replace(k_sample.clear(), about=k_sample.about("data frame"))
    assert k_words.next_steps(frame)[0][0].startswith("covey cluster FILE ")


def test_summary_marks_the_k_of_the_verdict():
    text = choose_k.summary(k_sample.limited())
    assert re.search(r"^ → +4 ", text, re.M)
    assert re.search(r"^ > +3 ", text, re.M)
    assert "✗ stability:" in text
    lines = choose_k.summary(k_sample.none()).splitlines()
    assert lines[1].startswith("No natural K: no number of groups stands out.")
    assert not any(line.startswith((" →", " >")) for line in lines)


def test_summary_of_many_k_lists_those_that_matter():
    text = choose_k.summary(k_sample.many())
    told = [int(k) for k in re.findall(r"^ [ →] +(\d+) +[<\d]", text, re.M)]
    assert 35 in told and 1 in told and len(told) == 16
    assert "24 more K are in scores.csv" in text


def test_summary_fits_the_width():
    for facts in (k_sample.clear(), k_sample.many(), k_sample.two()):
        lines = choose_k.summary(facts, width=88).splitlines()
        assert max(len(line) for line in lines if not line.startswith("    covey")) <= 88
