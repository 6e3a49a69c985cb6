"""Every example runs as it stands and says what it promises."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

SAID = {
    "segment_customers.py": ["VIP champions", "told by", "report: "],
    "score_new_rows.py": ["Covey model: 6 segments", "fits no segment: ['C000001'"],
    "kinds_of_kmeans.py": [
        "bisecting: 8 leaves",
        "spherical: topics found",
        "constrained: sizes [40, 40, 40]",
        "trimmed: 12 rows left out, the broken ones: True",
        "missing: groups found",
    ],
    "compress_an_image.py": [
        "32 colors",
        "dithered at 0.50",
        "before and after: ",
        "quality 90 takes ",
        "#",
    ],
    "kmeans_drop_in.py": ["rows in each cluster:", "centers from a stream: (4, 5)"],
}


def test_every_example_is_tested() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SAID)


@pytest.mark.parametrize("name", SAID)
def test_example_runs(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = [] if "kmeans" in name else [str(tmp_path)]
    monkeypatch.setattr(sys, "argv", [name, *folder])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    told = capsys.readouterr().out
    for words in SAID[name]:
        assert words in told
