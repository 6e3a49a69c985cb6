"""The sample's report byte for byte; ``make golden`` writes the files anew.

Pictures are left out: the last bit of a logarithm may differ between machines and move a dot.
``test_report_page`` holds that they are the same each time on one machine.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import sample

from covey.report.data import render_json
from covey.report.page import render_html
from covey.report.summary import render_text
from covey.report.tables import profile_csv

HERE = Path(__file__).parent


def without_pictures(page: bytes) -> bytes:
    text = re.sub(r"<svg .*?</svg>", "<svg/>", page.decode(), flags=re.S)
    return re.sub(r"<style>.*?</style>", "<style/>", text, flags=re.S).encode()


RENDERED = {
    "shop.txt": lambda: render_text(sample.sample(), width=88).encode(),
    "shop.json": lambda: render_json(sample.sample()),
    "shop.csv": lambda: profile_csv(sample.sample()),
    "shop.html": lambda: without_pictures(render_html(sample.sample())),
    "plain.txt": lambda: render_text(sample.plain(3, 2), width=88).encode(),
}


@pytest.mark.parametrize("name", RENDERED)
def test_report_is_as_it_was(name: str) -> None:
    place = HERE / name
    found = RENDERED[name]()
    if os.environ.get("COVEY_GOLDEN") == "write":
        place.write_bytes(found)
    assert place.exists(), f"{name} is missing; run `make golden` and look at it"
    assert found == place.read_bytes(), (
        f"{name} has changed; if that is meant, run `make golden` and look at the difference"
    )
