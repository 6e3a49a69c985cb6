"""The benchmark of verdicts: bars and tables of made-up rows, and how real sets are read."""

from __future__ import annotations

import gzip
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.verdicts import alarms, real

ROW = alarms.Row(1, "moons", "moons", "true K", 2, 0.3, 0.3, "DBSCAN", 1.0, "not-round", "", 90.0)


def test_what_is_asked_of_the_alarm():
    assert ROW.must_ring and not ROW.must_not
    assert not replace(ROW, best=0.49).must_ring
    assert replace(ROW, kmeans=0.95, kmeans_true=0.95).must_not
    assert replace(ROW, other="", best=float("nan")).must_not


def test_bars():
    quiet = replace(ROW, kmeans=1.0, kmeans_true=1.0, alarms="")
    assert alarms.bars([ROW, quiet]) == {"rings": True, "quiet": True}
    assert not alarms.bars([replace(ROW, alarms=""), quiet])["rings"]
    assert not alarms.bars([ROW, replace(quiet, alarms="not-round")])["quiet"]
    # only the true K counts
    other = replace(ROW, alarms="", at="Covey's K")
    assert alarms.bars([ROW, other])["rings"]


def test_page_names_what_is_wrong_and_table_has_every_row():
    rows = [ROW, replace(ROW, name="rings", alarms="")]
    page = alarms.page(rows)
    assert "rings" in page.partition("Wrong:")[2]
    assert "moons" not in page
    assert len(alarms.table(rows).splitlines()) == 3


def test_real_sets_are_read_with_their_truth(tmp_path, monkeypatch):
    shapes = tmp_path / "13_kmeans_benchmarks" / "shapes"
    shapes.mkdir(parents=True)
    rows = "".join(f"{x},0.5,b{x % 2}\n" for x in range(6))
    (shapes / "ring.arff").write_text(f"% said\n@RELATION r\n@DATA\n{rows}")
    for ending, text in (("data", "5 2\n3 4\n"), ("labels0", "1\n0\n")):
        with gzip.open(shapes / f"two.{ending}.gz", "wt") as file:
            file.write(text)
    monkeypatch.setattr(real, "ROUND", ())
    found = {name: (X, truth) for name, X, truth in real.sets(shapes.parent)}
    assert found["ring"][0].shape == (6, 2)
    assert found["ring"][1].tolist() == [0, 1] * 3
    assert found["two"][1].tolist() == [0, -1]  # 0 is noise
    np.testing.assert_array_equal(found["two"][0], [[5, 2], [3, 4]])


def test_nothing_real_without_a_folder(monkeypatch):
    said: list[str] = []
    monkeypatch.setenv("COVEY_DATA", "")
    monkeypatch.chdir("/")
    assert list(real.measure(said.append)) == []
    assert "COVEY_DATA" in said[0]


@pytest.mark.parametrize(("kmeans", "asked"), [(0.5, "ring"), (0.85, ""), (0.95, "be quiet")])
def test_what_is_asked_on_a_real_set(kmeans, asked):
    row = real.Row("x", "raw", 10, 2, 2, kmeans, "Ward", 1.0, 5, "not-round", "")
    assert row.asked == asked
    assert asked in real.page([row])
