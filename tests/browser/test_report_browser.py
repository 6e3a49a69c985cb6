"""The report in Chromium: quiet, whole and legible on a desk, on a phone and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sample

from covey.report.page import render_html
from covey.report.palette import contrast

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).parent / "shots"
NAMES = ["shop", "one", "many", "pair", "real"]
WIDTHS = {"desk": 1280, "tablet": 768, "phone": 390}
LEAST_TEXT = 9.0  # pixels on the screen

#: every visible text with the size it is drawn at, scaled drawings included
TEXT_SIZES = """() => {
  const found = [];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || node.getClientRects().length === 0) continue;
    if (getComputedStyle(node).visibility === 'hidden' || node.matches('.arrow')) continue;
    let size = parseFloat(getComputedStyle(node).fontSize);
    if (node.ownerSVGElement) size *= node.ownerSVGElement.getScreenCTM().a;
    found.push([size, node.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""

#: text whose ink and ground are both known: [ink, nearest opaque ground, text]
INKS = """() => {
  const found = [];
  for (const node of document.querySelectorAll('h1,h2,h3,p,dt,dd,td,th,li,a,.chip,figcaption')) {
    if (node.closest('svg') || node.getClientRects().length === 0) continue;
    if (!node.textContent.trim()) continue;
    let ground = node;
    while (ground && /, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor)) {
      ground = ground.parentElement;
    }
    const paper = getComputedStyle(ground || document.body).backgroundColor;
    found.push([getComputedStyle(node).color, paper, node.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""

#: what sticks out of the page on the right, but for what scrolls in its own box
OVERFLOW = """() => [...document.querySelectorAll('body *')].filter(n =>
  !n.closest('.scroll') && n.getClientRects().length &&
  n.getBoundingClientRect().right > innerWidth + 1).map(n => n.outerHTML.slice(0, 90))"""

#: pictures on show: [key, width, height, texts that leave the screen]
PICTURES = """() => [...document.querySelectorAll('figure')].map(figure => {
  const shown = [...figure.querySelectorAll('svg')].filter(s => s.getClientRects().length);
  const box = shown.length === 1 ? shown[0].getBoundingClientRect() : {width: 0, height: 0};
  const out = shown.flatMap(s => [...s.querySelectorAll('text')]).filter(t => {
    const r = t.getBoundingClientRect();
    return r.left < -1 || r.right > innerWidth + 1;
  }).map(t => t.textContent);
  return [figure.id, shown.length, box.width, box.height, out];
})"""

#: labels of segments that overlap within one picture
CLASHES = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
  const tags = [...svg.querySelectorAll('.tag')].filter(t => t.getClientRects().length);
  const boxes = tags.map(t => [t.textContent, t.getBoundingClientRect()]);
  const found = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const [a, b] = [boxes[i][1], boxes[j][1]];
    const across = a.left < b.right - 2 && b.left < a.right - 2;
    if (across && a.top < b.bottom - 3 && b.top < a.bottom - 3)
      found.push(boxes[i][0] + ' / ' + boxes[j][0]);
  }
  return found;
})"""


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("desk", "light"),
        ("desk", "dark"),
        ("tablet", "light"),
        ("phone", "light"),
        ("phone", "dark"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_page_is_quiet_whole_and_legible(
    visit: Callable[..., Any], reports: dict[str, Path], name: str, size: str, scheme: str
) -> None:
    with visit(reports[name], width=WIDTHS[size], scheme=scheme) as seen:
        page = seen.page
        assert page.evaluate(OVERFLOW) == []
        scrolled = page.evaluate("document.documentElement.scrollWidth")
        assert scrolled <= WIDTHS[size]
        small = [found for found in page.evaluate(TEXT_SIZES) if found[0] < LEAST_TEXT]
        assert small == []
        for key, shown, width, height, outside in page.evaluate(PICTURES):
            assert shown == 1 and width > 250 and height > 50, key
            assert outside == [], key
        assert page.evaluate(CLASHES) == []
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}-{size}-{scheme}.png", full_page=True)
        assert seen.complaints == []
        assert seen.requests == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(
    visit: Callable[..., Any], reports: dict[str, Path], scheme: str
) -> None:
    with visit(reports["many"], scheme=scheme) as seen:
        inks = seen.page.evaluate(INKS)
    assert len(inks) > 300
    weak = {
        (ink, ground): text
        for ink, ground, text in inks
        if contrast(as_hex(ink), as_hex(ground)) < 4.5
    }
    assert weak == {}


def as_hex(color: str) -> str:
    red, green, blue = (int(part) for part in re.findall(r"\d+", color)[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def test_schemes_differ(visit: Callable[..., Any], reports: dict[str, Path]) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        with visit(reports["shop"], scheme=scheme) as seen:
            script = "getComputedStyle(document.body).backgroundColor"
            grounds.append(as_hex(seen.page.evaluate(script)))
    assert contrast(grounds[0], "#000000") > 18 and contrast(grounds[1], "#000000") < 2


def test_first_screen_answers(visit: Callable[..., Any], reports: dict[str, Path]) -> None:
    with visit(reports["shop"], height=860) as seen:
        for words in ("VIP champions", "40 % of revenue", "Give early access", "How sure?"):
            place = seen.page.get_by_text(words.replace(" %", "\u00a0%")).first.bounding_box()
            assert place and place["y"] + place["height"] < 860, words
        boxes = [card.bounding_box() for card in seen.page.locator("[data-test=card]").all()]
        assert len(boxes) == 5 and boxes[-1]["y"] + boxes[-1]["height"] < 860


def test_keyboard_reaches_what_scrolls(visit: Callable[..., Any], reports: dict[str, Path]) -> None:
    with visit(reports["shop"], width=390) as seen:
        page = seen.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#sure"
        table = page.locator(".scroll").first
        table.focus()
        before = table.evaluate("n => n.scrollLeft")
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
        assert table.evaluate("n => n.scrollLeft") > before
        first = table.locator("tbody th").first.bounding_box()
        assert first and first["x"] >= 0  # the name of the row stays in sight


def test_script_in_the_data_does_not_run(visit: Callable[..., Any], tmp_path: Path) -> None:
    evil = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
    place = tmp_path / "evil.html"
    place.write_bytes(render_html(sample.plain(2, 2, title=evil)))
    with visit(place) as seen:
        assert seen.page.title() == evil
        assert seen.requests == [] and seen.complaints == []


@pytest.mark.parametrize("name", ["shop", "many"])
def test_prints_on_paper(visit: Callable[..., Any], reports: dict[str, Path], name: str) -> None:
    with visit(reports[name], scheme="dark") as seen:
        SHOTS.mkdir(exist_ok=True)
        paper = seen.page.pdf(path=SHOTS / f"{name}.pdf", prefer_css_page_size=True)
        assert paper.startswith(b"%PDF-")
        n_pages = len(re.findall(rb"/Type\s*/Page\b", paper))
        assert 4 <= n_pages <= (12 if name == "shop" else 40)
        seen.page.emulate_media(media="print", color_scheme="dark")
        seen.page.set_viewport_size({"width": 695, "height": 1000})  # A4 within its margins
        ground = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert as_hex(ground) == "#ffffff"  # paper is light
        assert seen.page.evaluate(OVERFLOW.replace("!n.closest('.scroll') &&", "")) == []
