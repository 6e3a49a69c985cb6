"""The before/after page in Chromium: quiet, whole, legible, and moved by mouse and keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import image_sample
import pytest

from covey.report.images.page import render_page
from covey.report.palette import contrast

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).parent / "shots"
WIDTHS = {"desk": 1280, "tablet": 768, "phone": 390}
NAMES = ["photo", "plain", "alpha", "moving", "evil", "tall"]
EVIL = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"

#: what sticks out of the page on the right, but for what scrolls in its own box
OVERFLOW = """() => [...document.querySelectorAll('body *')].filter(n =>
  !n.closest('.scroll, .view') && n.getClientRects().length &&
  n.getBoundingClientRect().right > innerWidth + 1).map(n => n.outerHTML.slice(0, 90))"""

#: [text, ink, nearest opaque ground] of what is written on a known ground
INKS = """() => {
  const found = [];
  for (const node of document.querySelectorAll(
      'h1,h2,h3,p,dt,dd,td,th,li,label,figcaption,[data-zoom],select')) {
    if (node.closest('.swatches') || node.getClientRects().length === 0) continue;
    if (!node.textContent.trim()) continue;
    let ground = node;
    while (ground && /, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor)) {
      ground = ground.parentElement;
    }
    const paper = getComputedStyle(ground || document.body).backgroundColor;
    found.push([node.textContent.trim().slice(0, 40), getComputedStyle(node).color, paper]);
  }
  return found;
}"""

#: where the line stands within the picture in sight, 0 … 1, and where both pictures are cut
STATE = """() => {
  const box = n => document.getElementById(n).getBoundingClientRect();
  const style = getComputedStyle(document.getElementById('stage'));
  const [handle, stage] = [box('handle'), box('stage')];
  const view = document.getElementById('view');
  const cut = parseFloat(style.getPropertyValue('--cut'));
  return {
    line: (handle.left + handle.width / 2 - stage.left) / stage.width,
    cut: cut / stage.width,
    meet: Math.abs(cut + parseFloat(style.getPropertyValue('--rest')) - stage.width) < 0.01,
    width: stage.width,
    scrollable: view.scrollWidth > view.clientWidth,
    rendering: getComputedStyle(document.getElementById('after')).imageRendering,
    same: JSON.stringify(box('before')) === JSON.stringify(box('after')),
  };
}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Render pages of several shapes: name to file."""
    soft = image_sample.waves(300, 450)
    wide = image_sample.facts_of([soft], ks=(4, 16), name="soft waves.png")
    facts = {
        "photo": wide,
        "plain": image_sample.sample(ks=(), given=("array", "8-bit RGB", None)),
        "alpha": image_sample.facts_of([image_sample.waves(alpha=True)], name="soft.png"),
        "moving": image_sample.moving(),
        "evil": image_sample.sample(name=EVIL),
        "tall": image_sample.facts_of([image_sample.waves(400, 60)], name="a_very_" * 20 + ".png"),
    }
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, one in facts.items():
        found[name] = folder / f"{name}.html"
        before = one.picture.frames[0].pixels
        difference = image_sample.difference(before, one.indexed.pixels(0))
        found[name].write_bytes(render_page(one, None if name == "plain" else difference))
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
        assert seen.page.evaluate(OVERFLOW) == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[size]
        broken = "() => [...document.images].filter(i => !i.complete || !i.naturalWidth).length"
        seen.page.evaluate("scrollTo(0, document.body.scrollHeight)")  # lazy pictures load
        seen.page.wait_for_function(f"({broken})() === 0")
        SHOTS.mkdir(exist_ok=True)
        place = SHOTS / f"image-{name}-{size}-{scheme}.png"
        seen.page.screenshot(path=place, full_page=True)
        assert seen.complaints == []
        assert seen.requests == []


def test_name_of_a_file_is_no_script(visit: Callable[..., Any], pages: dict[str, Path]) -> None:
    with visit(pages["evil"]) as seen:
        assert seen.page.title() == EVIL
        assert seen.page.locator("h1").inner_text() == EVIL
        assert seen.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(
    visit: Callable[..., Any], pages: dict[str, Path], scheme: str
) -> None:
    with visit(pages["photo"], scheme=scheme) as seen:
        inks = seen.page.evaluate(INKS)
    assert len(inks) > 60
    weak = [one for one in inks if contrast(as_hex(one[1]), as_hex(one[2])) < 4.5]
    assert weak == []


def as_hex(color: str) -> str:
    red, green, blue = (int(part) for part in re.findall(r"\d+", color)[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def test_keyboard_moves_the_line(visit: Callable[..., Any], pages: dict[str, Path]) -> None:
    with visit(pages["photo"]) as seen:
        page = seen.page
        assert page.evaluate(STATE)["cut"] == pytest.approx(0.5, abs=0.01)
        slider = page.get_by_role("slider", name="Left of the line before")
        slider.focus()
        for _ in range(40):
            page.keyboard.press("ArrowRight")
        state = page.evaluate(STATE)
        assert state["cut"] == pytest.approx(0.7, abs=0.01)
        assert state["line"] == pytest.approx(state["cut"], abs=0.005)
        assert state["meet"]
        page.keyboard.press("Home")
        assert page.evaluate(STATE)["cut"] == 0
        assert slider.get_attribute("aria-valuetext") == "0 % before"


def test_mouse_drags_the_line(visit: Callable[..., Any], pages: dict[str, Path]) -> None:
    with visit(pages["photo"]) as seen:
        page = seen.page
        box = page.locator("#stage").bounding_box()
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 80, steps=4)
        page.mouse.up()
        page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 80)  # released: nothing moves
        assert page.evaluate(STATE)["cut"] == pytest.approx(0.2, abs=0.01)


def test_zoom_keeps_both_pictures_in_step(
    visit: Callable[..., Any], pages: dict[str, Path]
) -> None:
    with visit(pages["photo"], width=700) as seen:
        page = seen.page
        for label, width, rendering in (
            ("100", 450, "auto"),
            ("200", 900, "pixelated"),
            ("400", 1800, "pixelated"),
        ):
            page.get_by_role("button", name=re.compile(f"^{label}.%$")).click()
            state = page.evaluate(STATE)
            assert state["width"] == width and state["rendering"] == rendering
            assert state["same"] and state["scrollable"] == (width > 652)
        page.locator("#view").evaluate("view => view.scrollTo(300, 200)")
        page.wait_for_timeout(100)
        state = page.evaluate(STATE)
        assert state["same"] and state["meet"]
        assert state["line"] == pytest.approx(state["cut"], abs=0.002)
        assert state["cut"] == pytest.approx((300 + 326) / 1800, abs=0.005)
        place = page.locator("#view").bounding_box()  # with the mouse, away from the line: pan
        page.mouse.move(place["x"] + 60, place["y"] + 60)
        page.mouse.down()
        page.mouse.move(place["x"] + 20, place["y"] + 40)
        page.mouse.up()
        assert page.locator("#view").evaluate("v => [v.scrollLeft, v.scrollTop]") == [340, 220]
        page.get_by_role("button", name="Fit").click()
        assert not page.evaluate(STATE)["scrollable"]
        assert page.locator("[aria-pressed=true]").inner_text() == "Fit"


def test_row_of_the_table_picks_the_picture(
    visit: Callable[..., Any], pages: dict[str, Path]
) -> None:
    with visit(pages["photo"]) as seen:
        page = seen.page
        made = page.locator("#after").get_attribute("src")
        button = page.get_by_role("button", name=re.compile("Show 4.colors"))
        button.focus()
        page.keyboard.press("Enter")
        assert page.locator("#after").get_attribute("src") == button.locator("img").get_attribute(
            "src"
        )
        assert "4\u00a0colors" in page.locator("#right").inner_text()
        assert page.locator("tr[aria-current]").count() == 1
        page.locator("#choice").select_option("map")
        assert page.locator("#after").get_attribute("src") == page.locator(
            "#differences"
        ).get_attribute("src")
        page.locator("#choice").select_option("result")
        assert page.locator("#after").get_attribute("src") == made


def test_colors_are_copied(visit: Callable[..., Any], pages: dict[str, Path]) -> None:
    with visit(pages["photo"]) as seen:
        page = seen.page
        swatch = page.locator("[data-copy]").nth(2)
        color = swatch.get_attribute("data-copy")
        swatch.focus()
        page.keyboard.press("Enter")
        page.wait_for_function("document.getElementById('told').textContent !== ''")
        assert page.locator("#told").inner_text() == f"Copied {color}"
        page.evaluate("document.body.appendChild(document.createElement('textarea')).focus()")
        page.keyboard.press("Control+V")
        assert page.locator("body > textarea").input_value() == color


def test_without_script_both_pictures_are_seen(
    browser: Any, pages: dict[str, Path], visit: Callable[..., Any]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["photo"].as_uri())
    before = page.locator("#before").bounding_box()
    after = page.locator("#after").bounding_box()
    assert before["y"] == after["y"] and after["x"] >= before["x"] + before["width"]
    assert not page.locator("#cut").is_visible() and not page.locator(".zoom").is_visible()
    context.close()


def test_prints_on_paper(visit: Callable[..., Any], pages: dict[str, Path]) -> None:
    with visit(pages["photo"], scheme="dark") as seen:
        page = seen.page
        SHOTS.mkdir(exist_ok=True)
        paper = page.pdf(path=SHOTS / "image-photo.pdf", prefer_css_page_size=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 5
        page.emulate_media(media="print", color_scheme="dark")
        page.set_viewport_size({"width": 695, "height": 1000})  # A4 within its margins
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert as_hex(ground) == "#ffffff"
        before = page.locator("#before").bounding_box()
        after = page.locator("#after").bounding_box()
        assert after["x"] >= before["x"] + before["width"]  # side by side, not one on the other
        assert page.evaluate(OVERFLOW.replace("!n.closest('.scroll, .view') &&", "")) == []
