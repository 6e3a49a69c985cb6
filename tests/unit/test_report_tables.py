"""The CSV files: right cells, no formula, and fast."""

from __future__ import annotations

import csv
import dataclasses
import io
import time

import numpy as np
import pytest
import sample

from covey.flow import Assignment, Level, Name
from covey.report.tables import PROFILE_HEADER, cell, profile_csv, segments_csv


def assigned(rows: object, names: list[str], **changes: object) -> Assignment:
    n = len(names)
    facts = {
        "ids": np.array(rows, dtype=object),
        "id_name": "customer",
        "number": np.arange(1, n + 1),
        "name": np.array(names, dtype=object),
        "distance": np.full(n, 1.25),
        "fit": np.full(n, 0.5),
        "second": np.roll(np.arange(1, n + 1), -1),
        "note": np.full(n, "", dtype=object),
    }
    return Assignment(**(facts | changes))  # type: ignore[arg-type]


def read(content: bytes) -> list[list[str]]:
    assert b"\r" not in content.replace(b'"\r', b"") or b'"' in content
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", '"\'\rx"'),
        ("＝1+1", "'＝1+1"),
        ("-5", "-5"),
        ("-12.50", "-12.50"),
        ("-5\n=1", '"\'-5\n=1"'),
        ("a,b", '"a,b"'),
        ('say "hi"', '"say ""hi"""'),
        ('=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'),
        ("two\nlines", '"two\nlines"'),
    ],
)
def test_cell_is_quoted_and_never_a_formula(text: str, written: str) -> None:
    assert cell(text) == written


def test_segments_by_hand() -> None:
    found = segments_csv(assigned(["a1", "=x", "b,c"], ["VIP", "@home", "say, so"]))
    assert found.decode() == (
        "customer,segment,name,distance,fit,second,note\n"
        "a1,1,VIP,1.25,0.5000,2,\n"
        "'=x,2,'@home,1.25,0.5000,3,\n"
        '"b,c",3,"say, so",1.25,0.5000,1,\n'
    )


def test_header_is_guarded_and_unique() -> None:
    rows = read(segments_csv(assigned(["1"], ["a"], id_name="=cmd()")))
    assert rows[0][0] == "'=cmd()"
    rows = read(segments_csv(assigned(["1"], ["a"], id_name="Name")))
    assert rows[0] == ["Name", "segment", "name_", "distance", "fit", "second", "note"]


def test_ids_keep_their_digits() -> None:
    def of(ids: np.ndarray) -> list[str]:
        return [
            row[0] for row in read(segments_csv(assigned(ids.tolist(), ["a", "b"], ids=ids)))[1:]
        ]

    assert of(np.array([-3, 2**62])) == ["-3", str(2**62)]
    assert of(np.array([12345.0, 0.5])) == ["12345", "0.5"]
    assert of(np.array([None, "007"], dtype=object)) == ["", "007"]
    assert of(np.array(["two\nlines", "ok"], dtype=object)) == ["two\nlines", "ok"]


def test_unknown_distance_is_an_empty_cell() -> None:
    found = assigned(["nan", "b"], ["nan", "x"], distance=np.array([np.nan, 2.0]))
    assert read(segments_csv(found))[1] == ["nan", "1", "nan", "", "0.5000", "2", ""]


def test_fifty_thousand_rows_take_a_blink() -> None:
    n = 50_000
    names = ["VIP champions", "Core regulars, all", "=odd"]
    which = np.arange(n) % 3
    found = Assignment(
        np.array([f"C{i}" for i in range(n)], dtype=object), "id", which + 1,
        np.array(names, dtype=object)[which], np.linspace(0, 9, n), np.linspace(0, 1, n),
        which + 1, np.full(n, "", dtype=object),
    )  # fmt: skip
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        content = segments_csv(found)
        best = min(best, time.perf_counter() - start)
    assert content.count(b"\n") == n + 1
    assert best < 0.6  # 0.05 s on a quiet machine; 0.15 s is the promise


def test_profile_has_a_line_for_each_segment_and_measure() -> None:
    explanation = sample.sample()
    rows = read(profile_csv(explanation))
    assert rows[0] == PROFILE_HEADER.split(",")
    assert all(len(row) == len(rows[0]) for row in rows)
    first = dict(zip(rows[0], rows[1], strict=True))
    top = explanation.segments[0].measures[0]
    assert (first["name"], first["measure"], first["unit"]) == ("VIP champions", top.name, "£")
    assert float(first["mean"]) == pytest.approx(top.mean)
    assert float(first["revenue_share"]) == pytest.approx(explanation.segments[0].revenue_share)
    everyone = [row for row in rows if row[1] == "everyone"]
    assert len(everyone) == len(explanation.population)


def test_profile_guards_names_and_leaves_numbers_alone() -> None:
    explanation = sample.plain(2, 2)
    segment = explanation.segments[0]
    measure = dataclasses.replace(segment.measures[0], name="=evil", mean=-5.5, lift=float("nan"))
    segment = dataclasses.replace(
        segment,
        name=Name("@boss", "", ""),
        measures=(measure,),
        levels=(Level("-1+1", "x", 0.5, 0.25, 2.0),),
    )
    rows = read(profile_csv(dataclasses.replace(explanation, segments=(segment,))))
    line = dict(zip(rows[0], rows[1], strict=True))
    assert (line["name"], line["measure"]) == ("'@boss", "'=evil")
    assert (line["mean"], line["lift"], line["revenue"]) == ("-5.5", "", "")
    assert rows[2][7] == "'-1+1 = x"
