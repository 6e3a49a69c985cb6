"""The page of how many groups in Chromium: quiet, whole and legible on a desk and on a phone."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import k_sample
import pytest

from covey.report.evidence import choose_k
from covey.report.palette import contrast

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).parent / "shots"
WIDTHS = {"desk": 1280, "tablet": 768, "phone": 390}
EVIL = "<img src=x onerror=document.title='owned'>.csv"
NAMES = ["clear", "limited", "none", "many", "single", "two", "evil"]

#: what sticks out of the page on the right, but for what scrolls in its own box
OVERFLOW = """() => [...document.querySelectorAll('body *')].filter(n =>
  !n.closest('.scroll') && n.getClientRects().length &&
  n.getBoundingClientRect().right > innerWidth + 1).map(n => n.outerHTML.slice(0, 90))"""

#: pairs of texts of one picture in sight that lie over one another
OVERLAPS = """() => [...document.querySelectorAll('.one-sheet svg, .sides svg')].flatMap(svg => {
  const all = [...svg.querySelectorAll('text:not(.level)')].filter(n => n.getClientRects().length);
  const boxes = all.map(n => n.getBoundingClientRect());
  return all.flatMap((one, i) => all.slice(i + 1).flatMap((other, j) => {
    const [a, b] = [boxes[i], boxes[i + 1 + j]];
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const up = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return across > 1 && up > 4 ? [one.textContent + ' | ' + other.textContent] : [];
  }));
})"""

#: [text, ink, nearest opaque ground]
INKS = """() => [...document.querySelectorAll('h1,h2,h3,h4,p,b,dt,dd,td,th,li,figcaption')]
  .filter(n => n.getClientRects().length && n.textContent.trim()).map(n => {
    let ground = n;
    while (ground && /, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor))
      ground = ground.parentElement;
    return [n.textContent.trim().slice(0, 40), getComputedStyle(n).color,
      getComputedStyle(ground || document.body).backgroundColor];
  })"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Render pages of every kind: name to file."""
    folder = tmp_path_factory.mktemp("groups")
    evil = dataclasses.replace(k_sample.clear(), about=k_sample.about(EVIL))
    found = {}
    for name in NAMES:
        facts = evil if name == "evil" else getattr(k_sample, name)()
        found[name] = folder / f"{name}.html"
        found[name].write_bytes(choose_k.files(facts)["report.html"])
    return found


@pytest.mark.parametrize(
    ("size", "scheme"),
    [("desk", "light"), ("desk", "dark"), ("tablet", "light"), ("phone", "light")],
)
@pytest.mark.parametrize("name", NAMES)
def test_page_is_quiet_and_whole(
    visit: Callable[..., Any], pages: dict[str, Path], name: str, size: str, scheme: str
) -> None:
    with visit(pages[name], width=WIDTHS[size], scheme=scheme) as seen:
        page = seen.page
        for details in page.locator("details summary").all():
            details.click()
        assert page.evaluate(OVERFLOW) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[size]
        assert page.evaluate(OVERLAPS) == []
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"groups-{name}-{size}-{scheme}.png", full_page=True)
        assert page.title() != "owned"
        assert seen.complaints == []
        assert seen.requests == []


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_one_drawing_of_the_sheet_is_in_sight(
    visit: Callable[..., Any], pages: dict[str, Path], size: str
) -> None:
    with visit(pages["clear"], width=WIDTHS[size]) as seen:
        drawings = seen.page.locator(".one-sheet svg")
        assert [one.is_visible() for one in drawings.all()] == [size == "desk", size == "phone"]
        box = seen.page.locator(".one-sheet svg:visible").bounding_box()
        assert box["width"] > 0.8 * min(WIDTHS[size] - 40, 1000)


def test_the_sheet_fits_a_screen(visit: Callable[..., Any], pages: dict[str, Path]) -> None:
    with visit(pages["clear"]) as seen:
        assert seen.page.locator(".one-sheet svg:visible").bounding_box()["height"] < 900


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["limited", "none", "two"])
def test_text_stands_out_from_its_ground(
    visit: Callable[..., Any], pages: dict[str, Path], name: str, scheme: str
) -> None:
    with visit(pages[name], scheme=scheme) as seen:
        inks = seen.page.evaluate(INKS)
    assert len(inks) > 60
    assert [one for one in inks if contrast(as_hex(one[1]), as_hex(one[2])) < 4.5] == []


def as_hex(color: str) -> str:
    red, green, blue = (int(part) for part in re.findall(r"\d+", color)[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def test_prints_on_paper(visit: Callable[..., Any], pages: dict[str, Path]) -> None:
    with visit(pages["clear"], scheme="dark") as seen:
        SHOTS.mkdir(exist_ok=True)
        paper = seen.page.pdf(path=SHOTS / "groups-clear.pdf", prefer_css_page_size=True)
        assert 2 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 5
        seen.page.emulate_media(media="print", color_scheme="dark")
        seen.page.set_viewport_size({"width": 695, "height": 1000})  # A4 within its margins
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 695
        assert seen.page.locator(".one-sheet svg.wide").is_visible()
        assert not seen.page.locator(".one-sheet svg.narrow").is_visible()
