"""The page and the picture that the results become."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import page, picture, results
from benchmarks.figures import OURS
from benchmarks.machine import Roofline
from benchmarks.quality_page import quality_section
from benchmarks.results import Results, Row

ROOF = Roofline(40.0, 20.0, 200.0, 100.0)
OURS_ROW = Row(
    "photo k=16", "float32", OURS, 0.045, 45, 0.9, 1000.0, 2.0, 3.1, 1.9, 0.0, 5, 0.25, "dense"
)
ROWS = (
    OURS_ROW,
    replace(OURS_ROW, peer="scikit-learn", seconds=0.63, share=None, method=""),
    replace(OURS_ROW, peer="faiss", seconds=0.09),
    replace(OURS_ROW, peer="scikit-learn Elkan", seconds=0.03, result=1010.0),
    Row("photo k=16", "float32", "scikit-learn-intelex", status="missing: a | b"),
    Row("blobs k=50", "float64", OURS, status="died: SIGSEGV"),
)
QUALITY = """# a machine; commit abc
name,n,d,k,seeds,not_above,median_ratio,worst_ratio,to_best_seen,covey_ms,one_start_ms,ten_starts_ms
iris,150,4,3,5,5,1,1,1,1.5,2,20
photo 20000,20000,3,16,5,3,0.99,1.02,1.01,30,20,200
"""


def text() -> str:
    return page.suite_section(Results("a machine", ROOF, ROWS))


def test_each_bar_stands_beside_its_figure() -> None:
    told = text()
    assert "**1 of 2 bars are met.**" in told
    line = next(line for line in told.splitlines() if line.startswith("| photo k=16 |"))
    assert "✓ **14×** (≥ 12× scikit-learn)" in line
    assert "✗ **2×** (≥ 3× best exact, faiss)" in line
    assert "| 1 ms | 0.13 ms |" in line  # Covey's iteration and the floor
    assert "✓ 2.0 of 3.1" in line
    assert "25.0% dense" in line


def test_what_failed_or_is_missing_is_said() -> None:
    told = text()
    assert "| blobs k=50 | float64 | died: SIGSEGV |" in told
    assert "| scikit-learn-intelex | | | | | | | | missing: a / b |" in told
    elkan = next(line for line in told.splitlines() if line.startswith("| scikit-learn Elkan"))
    assert "1.010000" in elkan
    assert "not exact, or more inertia" in elkan


def test_every_row_of_a_table_has_the_columns_of_its_head() -> None:
    width = 0
    for line in [*text().splitlines(), *quality_section(QUALITY).splitlines()]:
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert line.count("|") == width, line


def test_the_quality_counts_runs_and_sets() -> None:
    told = quality_section(QUALITY)
    assert "In 8 of 10 runs" in told
    assert "on 1 of 2 sets" in told
    assert "| ✗ 3/5 |" in told


def test_the_picture_is_a_drawing_with_every_peer() -> None:
    root = ET.fromstring(picture.draw(ROWS))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    space = {"s": "http://www.w3.org/2000/svg"}
    words = [node.text for node in root.iterfind(".//s:text", space)]
    assert "photo k=16" in words
    assert "no figure of Covey" in words
    drawn = [node.get("class") for node in root.iterfind(".//s:circle", space)]
    assert len(drawn) == len(picture.LEGEND) + 3
    assert picture.draw(ROWS) == picture.draw(ROWS)


def test_the_page_is_written_beside_its_files(tmp_path: Path) -> None:
    page.write(tmp_path)
    assert "make bench" in (tmp_path / "README.md").read_text(encoding="utf-8")
    results.write(tmp_path / "suite.csv", Results("a machine", ROOF, ROWS))
    (tmp_path / "quality.csv").write_text(QUALITY, encoding="utf-8")
    page.write(tmp_path)
    told = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "](suite.svg)" in told
    assert "## Quality" in told
    assert (tmp_path / "suite.svg").stat().st_size > 1000


def test_the_committed_page_is_that_of_the_committed_figures(tmp_path: Path) -> None:
    if not results.SUITE.exists():
        pytest.skip("nothing measured is committed")
    for path in (results.SUITE, results.QUALITY):
        if path.exists():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    page.write(tmp_path)
    for name in ("README.md", "suite.svg"):
        assert (tmp_path / name).read_bytes() == (results.FOLDER / name).read_bytes()
