"""The page and the other renderings: complete, inert, the same every time."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
import sample

from covey.flow import Decision, Exemplar, Explanation, Name
from covey.report.bundle import render
from covey.report.data import SCHEMA, render_json
from covey.report.page import breakable, cropped, isolated, render_html
from covey.report.summary import render_text
from covey.report.svg import Drawing
from covey.report.terminal import screen_width
from covey.report.words import gauges, headline, sentence, telling

NB = "\u00a0%"  # no-break space, as between a number and its sign
EVIL = "<script>alert(1)</script>\"'&"


def poisoned() -> Explanation:
    """Put hostile text wherever data can put text."""
    explanation = sample.sample(title=EVIL)
    segments = tuple(
        dataclasses.replace(
            segment,
            name=Name(f"{EVIL}{segment.number}", EVIL, EVIL, EVIL),
            measures=tuple(dataclasses.replace(m, name=EVIL, unit=EVIL) for m in segment.measures),
            levels=tuple(
                dataclasses.replace(one, column=EVIL, value=EVIL) for one in segment.levels
            ),
            rule=dataclasses.replace(segment.rule, text=EVIL),
            exemplars=(Exemplar(EVIL, (1.0, 2.0, 3.0, 4.0), 0.5, EVIL),),
        )
        for segment in explanation.segments
    )
    features = tuple(dataclasses.replace(f, name=EVIL, unit=EVIL) for f in explanation.features)
    return dataclasses.replace(
        explanation,
        segments=segments,
        features=features,
        unusual=(Exemplar(EVIL, (1.0, 2.0, 3.0, 4.0), 0.5, EVIL),),
        source=dataclasses.replace(explanation.source, name=EVIL, details={EVIL: EVIL}),
        map=dataclasses.replace(explanation.map, axes=(EVIL, f"{EVIL}2")),
        decisions=tuple(
            dataclasses.replace(one, column=EVIL, why=EVIL, overrule=EVIL, details={EVIL: EVIL})
            for one in explanation.decisions
        ),
        cleaning=tuple(
            dataclasses.replace(one, rule=EVIL, why=EVIL) for one in explanation.cleaning
        ),
        cautions=tuple(
            dataclasses.replace(one, topic=EVIL, text=EVIL) for one in explanation.cautions
        ),
        method=dataclasses.replace(explanation.method, options={EVIL: EVIL}, versions={EVIL: EVIL}),
        quality=dataclasses.replace(explanation.quality, verdict=EVIL, baseline=EVIL),
        sweep=dataclasses.replace(explanation.sweep, reason=EVIL),
        row_noun=(EVIL, EVIL),
    )


class Reader(HTMLParser):
    """Collect what matters of a page: elements, attributes, text; check that tags pair up."""

    VOID = frozenset({"meta", "br", "wbr", "line", "rect", "circle", "ellipse", "path"})

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode("utf-8"))
    assert not reader.open
    return reader


def test_same_input_same_bytes() -> None:
    explanation, again = sample.sample(), sample.sample()
    first = render(explanation, sample.assignment(explanation)).files
    second = render(again, sample.assignment(again)).files
    assert list(first) == ["report.html", "report.json", "profile.csv", "segments.csv"]
    assert first == second


def test_hostile_names_are_inert() -> None:
    page = read(render_html(poisoned()))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "img", "link", "form", "base"}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
    assert "".join(page.text).count("alert(1)") > 20


def test_page_asks_for_nothing() -> None:
    page = read(render_html(sample.sample()))
    policies = [
        attributes["content"]
        for tag, attributes in page.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies and "default-src 'none'" in str(policies[0])
    assert "script-src" not in str(policies[0])
    for tag, attributes in page.elements:
        assert "src" not in attributes and "xlink:href" not in attributes
        if "href" in attributes:
            assert tag == "a" and str(attributes["href"]).startswith("#")
    style = "".join(page.text)
    assert "url(" not in style and "@import" not in style


def test_anchors_lead_somewhere_and_ids_are_unique() -> None:
    page = read(render_html(sample.plain(12, 5)))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        if "href" in attributes:
            assert str(attributes["href"])[1:] in ids


def test_page_is_accessible() -> None:
    page = read(render_html(sample.sample()))
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(headings))
    for tag, attributes in page.elements:
        if tag == "svg":
            assert attributes["role"] == "img" and len(str(attributes["aria-label"])) > 20
        if tag == "th":
            assert attributes.get("scope") in {"row", "col"}
    tags = [tag for tag, _ in page.elements]
    assert tags.count("figure") == tags.count("figcaption") == 6


@pytest.mark.parametrize(
    ("k", "d"), [(1, 1), (1, 4), (2, 1), (2, 2), (3, 40), (10, 6), (15, 3), (15, 40), (18, 2)]
)
def test_every_shape_of_result_renders(k: int, d: int) -> None:
    explanation = sample.plain(k, d, missing=d == 2, cautions=k != 2)
    files = render(explanation, sample.assignment(explanation)).files
    page = files["report.html"].decode()
    assert page.count('data-test="card"') == page.count('data-test="detail"') == k
    assert "nan" not in re.sub(r"<style>.*?</style>|finan|nanc", "", page, flags=re.S)
    assert ("cautions" in page) and (('data-test="no-cautions"' in page) == (k == 2))
    assert json.loads(files["report.json"])["schema"] == SCHEMA
    assert len(files["report.html"]) < 1_500_000
    read(files["report.html"])


def test_page_without_revenue_says_nothing_of_it() -> None:
    text = "".join(read(render_html(sample.plain(3, 3))).text)
    assert "of revenue" not in text and "what to do" not in text.casefold()


def test_odd_text_survives() -> None:
    explanation = sample.plain(2, 2, title="顧客セグメント · عملاء · 🛒 \ud800")
    first = dataclasses.replace(
        explanation.segments[0], name=Name("عملاء دائمون جداً", "", ""), exemplars=()
    )
    explanation = dataclasses.replace(explanation, segments=(first, *explanation.segments[1:]))
    page = render_html(explanation).decode("utf-8")
    assert "顧客セグメント · عملاء · 🛒" in page and "<bdi>عملاء دائمون جداً</bdi>" in page
    assert "\u2068عملاء" in page  # right-to-left text in a picture keeps to itself


def test_names_break_where_words_meet() -> None:
    assert str(breakable("NumStorePurchases")) == "Num<wbr>Store<wbr>Purchases"
    assert str(breakable("a_b<i>")) == "a_<wbr>b&lt;i&gt;"


# ---------------------------------------------------------------- JSON


def test_json_tells_everything_but_the_points() -> None:
    explanation = sample.sample()
    found = json.loads(render_json(explanation))
    names = [field.name for field in dataclasses.fields(explanation)]
    assert list(found) == ["schema", *names]
    segment = found["segments"][0]
    assert [f.name for f in dataclasses.fields(explanation.segments[0])] == list(segment)
    assert set(segment["center"]) == set(segment["exemplars"][0]["values"])
    assert segment["rule"]["clauses"][0][0] == {
        "name": "total_spend",
        "sign": "≥",
        "value": 1793.44,
    }
    assert found["heat"]["1"]["total_spend"] == pytest.approx(2.62401)
    assert "points" not in found["map"] and "row_silhouettes" not in found["sweep"]


def test_json_has_null_for_what_is_unknown() -> None:
    explanation = sample.plain(1, 2)
    content = render_json(explanation)
    assert b"NaN" not in content and b"Infinity" not in content
    assert json.loads(content)["quality"]["silhouette"] is None


def test_json_keeps_unicode_and_numpy_scalars() -> None:
    explanation = sample.plain(2, 2, title="Grüße")
    method = dataclasses.replace(
        explanation.method, options={"k": np.int64(3), "log": ("a",), "x": np.float32(0.1)}
    )
    content = render_json(dataclasses.replace(explanation, method=method))
    found = json.loads(content)
    assert "Grüße".encode() in content
    assert found["method"]["options"]["k"] == 3 and found["method"]["options"]["log"] == ["a"]


# ---------------------------------------------------------------- terminal


@pytest.mark.parametrize("width", [40, 72, 100])
def test_summary_fits_the_terminal(width: int) -> None:
    for explanation in (sample.sample(), sample.plain(15, 4), sample.plain(1, 1)):
        text = render_text(explanation, width=width)
        longest = max(text.splitlines(), key=screen_width)
        assert screen_width(longest) <= width or " " not in longest.strip()
        assert text.endswith("\n") and not text.endswith("\n\n") and "\x1b" not in text


def test_summary_answers_the_questions() -> None:
    text = render_text(sample.sample(), width=1000)
    assert "9 % of customers bring 40 % of revenue: VIP champions." in text
    assert "540 customers (9 %), £1.65 M revenue (40 %)" in text
    assert "Do: Give early access" in text and "How sure: Clear" in text
    assert "Know before you act" in text
    assert "revenue" not in render_text(sample.plain(3, 3))


def test_summary_keeps_control_characters_from_the_terminal() -> None:
    explanation = sample.plain(2, 2, title="a\x1b[31mred\x9b2J\x07 b\nc")
    text = render_text(explanation)
    assert "\x1b" not in text and "\x9b" not in text and "\x07" not in text
    assert text.splitlines()[0] == "a[31mred2J b c"


def test_summary_in_color_says_the_same() -> None:
    explanation = sample.sample()
    colored = render_text(explanation, color=True)
    assert "\x1b[1m" in colored
    assert re.sub(r"\x1b\[\d*m", "", colored) == render_text(explanation)


def test_wide_letters_count_twice() -> None:
    assert screen_width("顧客ab") == 6
    assert screen_width("e\u0301") == 1


def test_rendering_needs_no_heavy_library() -> None:
    code = (
        "import sys; from covey.report import bundle, summary, page; page.environment();"
        "print(','.join(sorted({'matplotlib', 'pandas', 'sklearn', 'scipy', 'rich'} "
        "& set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# ---------------------------------------------------------------- sentences


def test_headline_says_what_matters() -> None:
    shop = sample.sample()
    assert headline(shop).startswith("9 % of customers bring 40 % of revenue".replace(" %", NB))
    assert headline(sample.plain(1, 1)) == "All 150 rows form one segment."
    assert headline(sample.plain(3, 2)).startswith("3 segments of 330 rows. The largest")
    even = tuple(dataclasses.replace(s, revenue_share=s.share) for s in shop.segments)
    text = headline(dataclasses.replace(shop, segments=even))
    assert text.startswith("Revenue follows numbers: 30")


def test_nobody_and_one_are_said_as_people_do() -> None:
    shop = sample.sample()
    quality = dataclasses.replace(shop.quality, n_poor=1, n_between=0)
    found = {g.key: g for g in gauges(dataclasses.replace(shop, quality=quality))}
    assert found["between"].words == "No customer is nearly as close to a second segment."
    assert found["poor"].words.startswith("customer, <0.1".replace(" %", NB))
    assert ", is unlike" in found["poor"].words


def test_telling_facts_come_strongest_first() -> None:
    facts = telling(sample.sample().segments[0])
    assert [fact.what for fact in facts] == ["total spend", "purchase freq", "recency days"]
    assert (facts[0].here, facts[0].everyone, facts[0].direction) == ("£2,770", "£370", "above")
    assert (facts[2].here, facts[2].direction) == ("11", "below")


def test_sentences_start_and_end_well() -> None:
    assert sentence("every value is different") == "Every value is different."
    assert sentence("MntWines is high.") == "MntWines is high."
    assert sentence("total_spend leads") == "total_spend leads."


def test_what_all_columns_share_is_one_clean_sentence() -> None:
    explanation = sample.sample()
    details = {
        "transform": "standardised",
        "scale": "standardised: the features do not share one unit and spread",
    }
    decisions = tuple(
        Decision(name, "number", "clustered on", "a number", f"--drop {name}", details)
        for name in ("age", "score")
    )
    page = render_html(dataclasses.replace(explanation, decisions=decisions)).decode()
    said = re.search(r"how to overrule that\.([^<]*)</p>", page)
    assert said is not None
    assert said[1].split(". ") == [
        " Features are standardised, for the features do not share one unit and spread."
    ]


def test_right_to_left_names_do_not_turn_a_rule() -> None:
    assert isolated("גיל הלקוח < 30 and <b> ≥ 2") == (
        '<bdi dir="ltr"><bdi>גיל הלקוח</bdi> &lt; 30 and &lt;b&gt; ≥ 2</bdi>'
    )
    drawing = Drawing(100, 20)
    drawing.text(0, 0, "גיל, years →")
    assert ">\u2068גיל\u2069, years →<" in drawing.finish("fig", "")


def test_long_names_are_cut_and_kept_in_the_tooltip() -> None:
    name = "a" * 50
    assert cropped(name) == f'<span title="{name}">{"a" * 39}…</span>'
    assert cropped("a" * 40) == "a" * 40
    assert "<script>" not in cropped("<script>" * 9)
