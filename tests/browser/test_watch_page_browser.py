"""The page of k-means at work in Chromium: it plays, steps, obeys keys; without script, stills."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import covey

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).parent / "shots"
WIDTHS = {"desk": 1280, "tablet": 768, "phone": 390}
EVIL = "</script><img src=x onerror=document.title='owned'>"

OVERFLOW = """() => [...document.querySelectorAll('body *')].filter(n =>
  !n.closest('.scroll, svg') && n.getClientRects().length &&
  n.getBoundingClientRect().right > innerWidth + 1).map(n => n.outerHTML.slice(0, 90))"""

#: how many different colors the first picture has: a blank one has one
COLORS = """() => {
  const canvas = document.querySelector('canvas');
  const bytes = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(new Uint32Array(bytes.buffer)).size;
}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write pages of several shapes: name to file."""
    rng = np.random.default_rng(3)
    middles = rng.uniform(0, 100, (6, 2))
    X = np.concatenate([middle + rng.normal(size=(40, 2)) * 4 for middle in middles])
    tables = {
        "plane": ({"age": X[:, 0], "income": X[:, 1]}, 6),
        "shadow": ({f"f{j}": rng.normal(size=90) for j in range(5)}, 3),
        "line": ({EVIL: X[:, 0]}, 3),
        "one": ({"age": X[:9, 0], "income": X[:9, 1]}, 1),
    }
    folder = tmp_path_factory.mktemp("watched")
    found = {}
    for name, (table, k) in tables.items():
        found[name] = folder / f"{name}.html"
        found[name].write_bytes(covey.trace(table, k=k).files()["report.html"])
    return found


@pytest.mark.parametrize(
    ("size", "scheme"),
    [("desk", "light"), ("desk", "dark"), ("tablet", "light"), ("phone", "light")],
)
@pytest.mark.parametrize("name", ["plane", "shadow", "line", "one"])
def test_page_is_quiet_and_whole(
    visit: Callable[..., Any], pages: dict[str, Path], name: str, size: str, scheme: str
) -> None:
    with visit(pages[name], width=WIDTHS[size], scheme=scheme) as seen:
        for button in seen.page.locator("[data-do=next]").all():
            button.click()
        assert seen.page.evaluate(COLORS) > 20
        assert seen.page.evaluate(OVERFLOW) == []
        SHOTS.mkdir(exist_ok=True)
        place = SHOTS / f"watch-{name}-{size}-{scheme}.png"
        seen.page.screenshot(path=place, full_page=True)
        assert seen.page.title() != "owned"
        assert seen.complaints == []
        assert seen.requests == []


def shown(page: Any, player: int = 0) -> tuple[str, int]:
    """Return the title of the shot that a player shows, and its number."""
    root = page.locator("[data-player]").nth(player)
    return root.locator("[data-title]").first.inner_text(), int(root.locator("input").input_value())


def wait_for_a_step(page: Any) -> None:
    """Wait until the first player has gone on; the page's policy forbids waiting for a script."""
    for _ in range(100):
        if shown(page)[1] >= 1:
            return
        page.wait_for_timeout(100)
    pytest.fail("nothing plays")


def test_buttons_step_and_stop_at_the_ends(
    visit: Callable[..., Any], pages: dict[str, Path]
) -> None:
    with visit(pages["plane"]) as seen:
        page = seen.page
        root = page.locator("[data-player]").first
        assert shown(page) == ("The start", 0)
        root.locator("[data-do=back]").click()
        assert shown(page) == ("The start", 0)
        before = page.evaluate("document.querySelector('canvas').toDataURL()")
        root.locator("[data-do=next]").click()
        assert shown(page) == ("Step 1: rows join", 1)
        assert "takes its color" in root.locator("[data-text]").inner_text()
        assert page.evaluate("document.querySelector('canvas').toDataURL()") != before
        root.locator("[data-do=next]").click()
        assert shown(page) == ("Step 1: centers move", 2)
        last = int(root.locator("input").get_attribute("max"))
        for _ in range(last):
            root.locator("[data-do=next]").click()
        title, at = shown(page)
        assert at == last
        assert title.endswith("the end")
        root.locator("[data-do=first]").click()
        assert shown(page) == ("The start", 0)


def test_it_plays_and_pauses(visit: Callable[..., Any], pages: dict[str, Path]) -> None:
    with visit(pages["plane"]) as seen:
        page = seen.page
        page.get_by_role("button", name="Play").first.click()
        wait_for_a_step(page)
        page.get_by_role("button", name="Pause").first.click()
        at = shown(page)
        page.wait_for_timeout(400)
        assert shown(page) == at
        assert seen.complaints == []


def test_keys(visit: Callable[..., Any], pages: dict[str, Path]) -> None:
    with visit(pages["plane"]) as seen:
        page = seen.page
        page.locator("h2#watch").scroll_into_view_if_needed()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        assert shown(page)[1] == 1
        scrolled = page.evaluate("scrollY")
        page.keyboard.press(" ")
        assert page.get_by_role("button", name="Pause").count() == 1
        page.keyboard.press(" ")
        assert page.get_by_role("button", name="Pause").count() == 0
        assert page.evaluate("scrollY") == scrolled
        slider = page.get_by_role("slider").first
        slider.focus()
        page.keyboard.press("ArrowRight")
        assert shown(page)[1] == 2
        assert slider.get_attribute("aria-valuetext") == "Step 1: centers move"


def test_both_runs_go_in_step(visit: Callable[..., Any], pages: dict[str, Path]) -> None:
    with visit(pages["plane"]) as seen:
        root = seen.page.locator("[data-player]").nth(1)
        root.locator("[data-do=next]").click()
        assert root.locator("[data-title]").all_inner_texts() == ["Step 1: rows join"] * 2
        last = int(root.locator("input").get_attribute("max"))
        for _ in range(last):
            root.locator("[data-do=next]").click()
        assert all(
            one.endswith("the end") for one in root.locator("[data-title]").all_inner_texts()
        )
        marks = seen.page.locator("[data-chart] svg.wide .at")
        assert marks.count() == 2
        dots = seen.page.locator("[data-chart] svg.wide .dot1, [data-chart] svg.wide .dot2")
        ends = sorted(round(float(one.get_attribute("cy"))) for one in dots.all())
        assert sorted(round(float(one.get_attribute("cy"))) for one in marks.all()) == ends


def test_where_less_motion_is_wished_nothing_glides(browser: Any, pages: dict[str, Path]) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(pages["plane"].as_uri())
    page.get_by_role("button", name="Play").first.click()
    wait_for_a_step(page)
    one = page.evaluate("document.querySelector('canvas').toDataURL()")
    page.wait_for_timeout(120)
    assert shown(page)[1] == 1
    assert page.evaluate("document.querySelector('canvas').toDataURL()") == one
    context.close()


def test_without_script_the_stills_stand(browser: Any, pages: dict[str, Path]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["plane"].as_uri())
    assert page.locator("[data-player]").first.is_hidden()
    assert page.locator("[data-test=stills] svg.wide").is_visible()
    assert page.locator("noscript").is_visible()
    context.close()
