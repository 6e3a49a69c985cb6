"""``covey image`` for folders and several files: the tree, names that meet, bad files, Ctrl-C."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from covey.cli.images import many, results
from covey.cli.images.places import places_in
from covey.cli.images.side_by_side import ProcessEnded, side_by_side
from covey.cli.images.sources import Found, Source, find_sources
from covey.cli.main import cli

ENTRY = [sys.executable, "-c", "from covey.cli.main import main; main()"]


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, ["image", *map(str, words)])


def save(path: Path, seed: int = 1, side: int = 16) -> Path:
    rng = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 255, (side, side, 3), np.uint8)).save(path)
    return path


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def table(folder: Path) -> dict[str, dict[str, str]]:
    text = (folder / "results.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len({row["file"] for row in rows}) == len(rows)
    return {row["file"]: row for row in rows}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a tree ``in`` of three images, a text and a hidden file."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "in" / "b.png", 1)
    save(tmp_path / "in" / "sub" / "a.bmp", 2)
    save(tmp_path / "in" / "sub" / "deep" / "c.jpg", 3)
    (tmp_path / "in" / "notes.txt").write_text("no image")
    (tmp_path / "in" / ".hidden.png").write_bytes(b"no image")
    return tmp_path


# ---------------------------------------------------------------- what is found


def test_tree_is_walked_in_order_and_counted(here: Path) -> None:
    (here / "in" / ".git").mkdir()
    (here / "in" / "loop").symlink_to("..")
    (here / "in" / "sub" / "self").symlink_to(".")
    (here / "in" / "link.png").symlink_to("b.png")
    (here / "in" / "gone.png").symlink_to("nowhere")
    if hasattr(os, "mkfifo"):
        os.mkfifo(here / "in" / "pipe.png")  # would be waited for, for ever
    found = find_sources(["in"], None)
    below = [source.below.replace(os.sep, "/") for source in found.sources]
    assert below == ["b.png", "gone.png", "link.png", "sub/a.bmp", "sub/deep/c.jpg"]
    assert (found.n_hidden, found.n_links) == (2, 2)
    assert found.n_others == 1 + hasattr(os, "mkfifo")


def test_source_given_twice_is_done_once(here: Path) -> None:
    found = find_sources(["in/b.png", "in/../in/b.png", "in", "in/sub"], None)
    assert len(found.sources) == 3
    assert found.n_repeated == 4
    (here / "other").symlink_to("in")
    assert len(find_sources(["in", "other"], None).sources) == 3


def test_output_folder_inside_is_no_source(here: Path) -> None:
    save(here / "in" / "out" / "old.png")
    assert len(find_sources(["in"], None).sources) == 4
    assert len(find_sources(["in"], "in/out").sources) == 3
    assert len(find_sources(["in"], "in").sources) == 4


def test_names_that_meet_get_names_of_their_own() -> None:
    below = ["a.jpg", "a.png", "A.png", "b.gif", "a-jpg.gif", "c", "c.png", "d/a.jpg"]
    places, notes = places_in("out", [Source(name, name) for name in below], ".png")
    made = [place.as_posix() for place in places]
    assert made == [
        "out/a-jpg-2.png", "out/a-png.png", "out/A-png-2.png", "out/b.png", "out/a-jpg.png",
        "out/c.png", "out/c-png.png", "out/d/a.png",
    ]  # fmt: skip
    assert len({name.casefold() for name in made}) == len(made)
    assert notes == [
        "3 sources would be a.png; they are a-jpg-2.png, a-png.png, A-png-2.png",
        "2 sources would be c.png; they are c.png, c-png.png",
    ]


# ---------------------------------------------------------------- a folder


def test_folder_keeps_its_tree_and_gets_a_table(here: Path) -> None:
    before = {name: (here / "in" / name).read_bytes() for name in names(here / "in")}
    done = run("in", "-o", "out", "-k", 4)
    assert done.exit_code == 0, done.output
    assert names(here / "out") == {"b.png", "sub/a.png", "sub/deep/c.png", "results.csv"}
    assert {name: (here / "in" / name).read_bytes() for name in names(here / "in")} == before
    rows = table(here / "out")
    assert list(rows) == ["b.png", "sub/a.bmp", "sub/deep/c.jpg"]
    row = rows["sub/a.bmp"]
    assert row["status"] == "done"
    assert row["output"] == "out/sub/a.png"
    assert int(row["n_bytes"]) == (here / "out" / "sub" / "a.png").stat().st_size
    assert int(row["n_bytes_given"]) == len(before["sub/a.bmp"])
    assert row["n_colors"] == "4"
    for name in ("width", "height", "ratio_file", "psnr", "ssim", "ciede2000"):
        assert float(row[name]) > 0, name
    assert "3 images made" in done.stdout
    assert "1 file not an image by its name; 1 hidden name passed over" in done.stdout
    assert done.stderr == ""


def test_result_of_a_folder_is_that_of_its_files(here: Path) -> None:
    assert run("in", "-k", 4, "-q").exit_code == 0
    assert run("in/sub/a.bmp", "-k", 4, "-q").exit_code == 0
    alone = (here / "in" / "sub" / "a-4.png").read_bytes()
    assert (here / "in-4" / "sub" / "a.png").read_bytes() == alone


def test_same_bytes_whatever_the_jobs(here: Path) -> None:
    for i in range(6):
        save(here / "in" / f"more{i}.png", 10 + i, 40 + i)
    for jobs in (1, 5):
        assert run("in", "-k", 8, "-q", "-o", f"out{jobs}", "--jobs", jobs).exit_code == 0
    assert len(names(here / "out1")) == 10
    for name in names(here / "out1") - {"results.csv"}:
        assert (here / "out1" / name).read_bytes() == (here / "out5" / name).read_bytes()
    rows = [
        {name: {**row, "output": "", "seconds": ""} for name, row in table(here / out).items()}
        for out in ("out1", "out5")
    ]
    assert rows[0] == rows[1]


def test_nothing_of_a_folder_is_replaced_unasked(here: Path) -> None:
    (here / "out" / "sub").mkdir(parents=True)
    (here / "out" / "sub" / "a.png").write_bytes(b"mine")
    done = run("in", "-o", "out", "-k", 4)
    assert done.exit_code == 4
    assert "sub/a.png" in done.stderr
    assert names(here / "out") == {"sub/a.png"}
    assert run("in", "-o", "out", "-k", 4, "--force", "-q").exit_code == 0
    assert (here / "out" / "sub" / "a.png").read_bytes() != b"mine"


def test_folder_onto_itself_needs_force_and_touches_no_other_source(here: Path) -> None:
    done = run("in", "-o", "in", "-k", 4)
    assert done.exit_code == 4
    assert "must not be the source" in done.stderr
    save(here / "two" / "x.jpg")
    save(here / "two" / "x-4.png")
    before = (here / "two" / "x-4.png").read_bytes()
    done = run("two/x.jpg", "two/x-4.png", "-k", 4, "--force")
    assert done.exit_code == 4
    assert "is a source of this run" in done.stderr
    assert (here / "two" / "x-4.png").read_bytes() == before
    assert run("in", "-o", "in", "-k", 4, "--force", "-q").exit_code == 0
    assert "b.png" in names(here / "in")


def test_report_and_table_over_k_beside_each(here: Path) -> None:
    done = run("in/sub", "-o", "out", "-k", 4, "--report", "--compare", "2,4", "-q")
    assert done.exit_code == 0, done.output
    stems = ("a", "deep/c")
    endings = (".png", ".html", ".csv", "-sheet.png")
    assert names(here / "out") == {s + e for s in stems for e in endings} | {"results.csv"}


# ---------------------------------------------------------------- several files


def test_files_lie_beside_their_sources_or_in_the_folder(here: Path) -> None:
    done = run("in/b.png", "in/sub/a.bmp", "-k", 4)
    assert done.exit_code == 0, done.output
    assert {"in/b-4.png", "in/sub/a-4.png"} < names(here)
    assert "results.csv" not in str(names(here))
    assert "b.png → in/b-4.png: 4 colors" in done.stdout
    save(here / "in" / "sub" / "b.gif")
    done = run("in/b.png", "in/sub/b.gif", "-o", "out", "-k", 4)
    assert done.exit_code == 0, done.output
    assert names(here / "out") == {"b-png.png", "b-gif.png", "results.csv"}
    assert "note: 2 sources would be b.png; they are b-png.png, b-gif.png" in done.stdout


def test_folders_beside_each_other_keep_their_names(here: Path) -> None:
    save(here / "second" / "b.png")
    assert run("in/sub", "second", "in/b.png", "-o", "out", "-k", 4, "-q").exit_code == 0
    assert names(here / "out") == {
        "sub/a.png", "sub/deep/c.png", "second/b.png", "b.png", "results.csv",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("in", "-o", "-"), 2, "must be a folder"),
        (("in", "-o", "new.png"), 2, "must be a folder.*new.png"),
        (("in", "-o", "in/notes.txt"), 2, "must be a folder"),
        (("in", "-"), 2, "must be the only SOURCE"),
        (("in", "in/b.png"), 2, "-o must say where"),
        ((".",), 2, "-o must say where"),
        (("in", "--palette-out", "p.gpl"), 2, "--one-palette"),
        (("in", "--swatches", "p.svg"), 2, "--one-palette"),
        (("in", "-k", "0"), 2, "-k must be"),
        (("in", "-o", "in/b.png/out"), 4, "is a file"),
        (("empty",), 3, "nothing to do"),
        (("texts",), 3, "1 file not an image by its name.*nothing to do"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    words: tuple[str, ...], code: int, said: str, here: Path
) -> None:
    (here / "empty").mkdir()
    (here / "texts").mkdir()
    (here / "texts" / "a.txt").write_text("a")
    before = names(here)
    done = run(*words)
    assert (done.exit_code, done.stdout) == (code, "")
    assert re.search(said, done.stderr, re.S), done.stderr
    assert names(here) == before


# ---------------------------------------------------------------- what fails


def test_bad_files_are_passed_and_listed(here: Path) -> None:
    (here / "in" / "bad.png").write_bytes(b"no image")
    (here / "in" / "=2+3.png").write_bytes((here / "in" / "b.png").read_bytes()[:60])
    (here / "in" / "gone.jpg").symlink_to("nowhere")
    (here / "in" / "self.png").symlink_to("self.png")
    done = run("in", "-o", "out", "-k", 4)
    assert done.exit_code == 8
    assert "3 images made" in done.stdout
    assert "4 failed" in done.stdout
    assert done.stderr.startswith("covey: error: 4 of 7 images could not be made:\n")
    for name in ("in/bad.png", "in/=2+3.png", "in/gone.jpg", "in/self.png"):
        assert f"  '{name}' must be" in done.stderr
    rows = table(here / "out")
    assert [row["status"] for row in rows.values()].count("failed") == 4
    assert rows["'=2+3.png"]["reason"].startswith("'in/=2+3.png' must be")
    assert "in/bad.png" in rows["bad.png"]["reason"]
    assert names(here / "out") == {"b.png", "sub/a.png", "sub/deep/c.png", "results.csv"}


def test_all_failed_is_exit_3(here: Path) -> None:
    done = run("none.png", "in/notes.txt", "-k", 4)
    assert done.exit_code == 3
    assert "2 of 2 images could not be made" in done.stderr
    assert "'none.png' must be an image file; it is not there" in done.stderr


def test_folder_that_cannot_be_read_is_listed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "in" / "closed").mkdir()
    scandir = os.scandir

    def closed(path: str) -> Any:
        if path == str(Path("in", "closed")):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)  # root may read whatever its mode says
    done = run("in", "-o", "out", "-k", 4)
    assert done.exit_code == 8
    assert "'in/closed' must be a folder that can be read" in done.stderr
    assert len(names(here / "out")) == 4


def test_defect_with_one_image_stops_no_other(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(call: Any, items: Any, n_jobs: int) -> Any:
        for i, result in side_by_side(call, items, n_jobs):
            bad = items[i].source.below.endswith("a.bmp")
            yield i, RuntimeError("the moon is in the seventh house") if bad else result

    monkeypatch.setattr(many, "side_by_side", broken)
    monkeypatch.delenv("COVEY_DEBUG", raising=False)
    ended = run("in", "-o", "out", "-k", 4)
    assert ended.exit_code == 1
    assert "'in/sub/a.bmp' met a defect of Covey: RuntimeError: the moon" in ended.stderr
    assert "covey: defect: RuntimeError" in ended.stderr
    assert names(here / "out") == {"b.png", "sub/deep/c.png", "results.csv"}


@pytest.mark.parametrize("died", [MemoryError(), ProcessEnded("its process ended with code -9")])
def test_image_too_large_for_memory_stops_no_other(
    died: Exception, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(call: Any, items: Any, n_jobs: int) -> Any:
        results = dict(side_by_side(call, items, n_jobs))
        yield from (results | {0: died}).items()

    monkeypatch.setattr(many, "side_by_side", short)
    ended = run("in", "-o", "out", "-k", 4)
    assert ended.exit_code == 8
    assert re.search("'in/b.png' must fit into memory.*; lower --jobs", ended.stderr)
    assert names(here / "out") == {"sub/a.png", "sub/deep/c.png", "results.csv"}


def test_left_out_is_told_and_no_failure(here: Path) -> None:
    assert run("in", "-o", "out", "-k", 4, "-q").exit_code == 0
    (here / "out" / "results.csv").unlink()
    done = run("out", "-o", "again", "-k", 4, "--skip-if-larger")
    assert done.exit_code == 0, done.output
    assert "3 left out" in done.stdout
    assert "b.png: left out" in done.stdout
    assert names(here / "again") == {"results.csv"}
    assert {row["status"] for row in table(here / "again").values()} == {"left out"}


def test_json_lines(here: Path) -> None:
    (here / "in" / "bad.png").write_bytes(b"no image")
    done = run("in", "-k", 4, "--json")
    assert done.exit_code == 8
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == ["b.png", "bad.png", "sub/a.bmp", "sub/deep/c.jpg"]
    assert "must be an image" in lines[1]["error"]
    assert lines[2]["chosen"]["n_colors"] == 4
    assert not any(name.startswith("in-4") for name in names(here))
    assert run("in", "-k", 4, "--json", "-o", "out").exit_code == 8
    assert len(names(here / "out")) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not UTF-8")
def test_odd_names_in_a_folder(here: Path) -> None:
    content = (here / "in" / "b.png").read_bytes()
    odd = [b"two\nlines.png", b"gr\xfcn.png", b"q\"uote'.png", b"spa ce.png", b"\x1b[31m.png"]
    for name in odd:
        Path(os.fsdecode(os.fsencode(here / "in") + b"/" + name)).write_bytes(content)
    done = subprocess.run(
        [*ENTRY, "image", "in", "-o", "out", "-k", "4"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert set(odd) < {os.fsencode(path.name) for path in (here / "out").iterdir()}
    assert b"\x1b" not in done.stdout
    rows = table(here / "out")
    assert len(rows) == 3 + len(odd)
    assert {r"two\nlines.png", r"gr\udcfcn.png", "q\"uote'.png", r"\x1b[31m.png"} < set(rows)


# ---------------------------------------------------------------- one palette


def colors(path: Path) -> set[tuple[int, ...]]:
    with Image.open(path) as image:
        return set(map(tuple, np.asarray(image.convert("RGB")).reshape(-1, 3).tolist()))


def test_one_palette_for_all(here: Path) -> None:
    words = ("in", "-k", 6, "--one-palette")
    done = run(*words, "-o", "out", "--palette-out", "p.hex", "--swatches", "p.svg")
    assert done.exit_code == 0, done.output
    used = [colors(here / "out" / name) for name in ("b.png", "sub/a.png", "sub/deep/c.png")]
    assert len(set.union(*used)) == 6
    listed = re.findall(r"\b([0-9a-f]{6})\b", (here / "p.hex").read_text())
    assert {"{:02x}{:02x}{:02x}".format(*color) for color in set.union(*used)} == set(listed)
    assert run("in", "-k", 6, "-o", "own", "-q").exit_code == 0
    assert len(set.union(*(colors(here / "own" / n) for n in ("b.png", "sub/a.png")))) == 12
    assert run(*words, "-o", "again", "--jobs", 3, "-q").exit_code == 0
    assert (here / "again" / "b.png").read_bytes() == (here / "out" / "b.png").read_bytes()


def test_one_palette_passes_bad_files(here: Path) -> None:
    assert run("in", "-o", "out", "-k", 6, "--one-palette", "-q").exit_code == 0
    (here / "in" / "bad.png").write_bytes(b"no image")
    done = run("in", "-o", "again", "-k", 6, "--one-palette")
    assert done.exit_code == 8
    assert done.stderr.count("bad.png") == 1
    assert (here / "again" / "b.png").read_bytes() == (here / "out" / "b.png").read_bytes()


# ---------------------------------------------------------------- as a process


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_keeps_what_is_done_and_nothing_half_written(here: Path) -> None:
    for i in range(60):
        save(here / "in" / f"more{i}.png", 10 + i, 64)
    process = subprocess.Popen(
        [*ENTRY, "image", "in", "-o", "out", "-k", "16", "--effort", "6", "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + 30
    while time.monotonic() < until and not list((here / "out").glob("*.png")):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out, told) == (130, "", "covey: interrupted\n")
    left = names(here / "out")
    assert 0 < len(left) < 63
    assert all(name.endswith(".png") for name in left)
    assert not list((here / "out").rglob(".*"))
    for name in left:
        with Image.open(here / "out" / name) as image:
            image.load()


def test_summary_is_short_when_images_are_many() -> None:
    outcomes = [results.failed(f"{i}.png", f"{i}.png is bad", False) for i in range(30)]
    told = results.failures(outcomes, has_table=True)
    assert "30 of 30 images" in told
    assert told.endswith("and 10 more, listed in the results")
    assert results.failures(outcomes, has_table=False).count("\n") == 30
    assert results.summary(outcomes, Found(), [], "") == "0 images made; 30 failed"
