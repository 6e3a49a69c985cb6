"""Page, data and summary of how many groups, byte for byte; ``make golden`` writes them anew.

Pictures are left out; ``test_k_report`` holds what they show.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import k_sample
import pytest

from covey.report.evidence import choose_k

HERE = Path(__file__).parent


def without_pictures(page: bytes) -> bytes:
    text = re.sub(r"<svg .*?</svg>", "<svg/>", page.decode(), flags=re.S)
    return re.sub(r"<style>.*?</style>", "<style/>", text, flags=re.S).encode()


RENDERED = {
    "groups.html": lambda: without_pictures(choose_k.files(k_sample.limited())["report.html"]),
    "groups.txt": lambda: choose_k.summary(k_sample.limited(), width=88).encode(),
    "groups.json": lambda: choose_k.files(k_sample.clear())["report.json"],
    "groups.csv": lambda: choose_k.files(k_sample.none())["scores.csv"],
    "groups_none.txt": lambda: choose_k.summary(k_sample.none(), width=88).encode(),
    "groups_two.html": lambda: without_pictures(choose_k.files(k_sample.two())["report.html"]),
    "groups_two.txt": lambda: choose_k.summary(k_sample.two(), width=88).encode(),
    "groups_two.csv": lambda: choose_k.files(k_sample.two())["scores.csv"],
}


@pytest.mark.parametrize("name", RENDERED)
def test_how_many_groups_is_told_as_it_was(name: str) -> None:
    place = HERE / name
    found = RENDERED[name]()
    if os.environ.get("COVEY_GOLDEN") == "write":
        place.write_bytes(found)
    assert place.exists(), f"{name} is missing; run `make golden` and look at it"
    assert found == place.read_bytes(), (
        f"{name} has changed; if that is meant, run `make golden` and look at the difference"
    )
