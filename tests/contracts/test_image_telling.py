"""What ``covey image`` tells of several images, and in whose words; the times of files."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image, ImageCms

from covey.cli.flags import typed
from covey.cli.image import make_command
from covey.cli.images import results
from covey.cli.main import cli
from covey.recipes.image import Image as Recipe
from covey.report.images.summary import medians_text, table_text


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, ["image", *map(str, words)])


def save(path: Path, seed: int, side: int = 16, **more: Any) -> Path:
    rng = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 255, (side, side, 3), np.uint8)).save(path, **more)
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two images in ``in``; one has a damaged profile."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "in" / "a.png", 1)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    save(tmp_path / "in" / "sub" / "b.png", 2, icc_profile=profile[:200])
    return tmp_path


# ---------------------------------------------------------------- cautions and tables


def test_cautions_are_counted_told_and_in_the_table(here: Path) -> None:
    done = run("in", "-o", "out", "-k", 4)
    assert done.exit_code == 0, done.output
    assert "1 caution about 1 image:\n  sub/b.png: " in done.stdout
    text = (here / "out" / "results.csv").read_text(encoding="utf-8")
    sound, damaged = csv.DictReader(io.StringIO(text))
    assert sound["cautions"] == ""
    assert "profile" in damaged["cautions"]
    assert damaged["cautions"] in done.stdout


def test_cautions_are_few_lines_when_they_are_many() -> None:
    row = {"file": "x.png", "n_bytes_given": None, "n_bytes": 1}
    outcomes = [results.Outcome(results.DONE, row, "x", cautions=("odd", "old"))] * 30
    told = results._cautions(outcomes, has_table=True)
    assert told[0] == "60 cautions about 30 images:"
    assert told[1] == "  x.png: odd"
    assert told[-1] == "  and 55 more, listed in the results"
    assert len(told) == 2 + results.MOST_CAUTIONS
    assert results._cautions(outcomes, has_table=False)[-1].endswith("--json")


def test_table_over_k_of_several_images_has_medians(here: Path) -> None:
    done = run("in", "-o", "out", "-k", 8, "--compare", "8,2")
    assert done.exit_code == 0, done.output
    assert "Medians of 2 images" in done.stdout
    assert "beside each are its contact sheet" in done.stdout
    table = done.stdout.partition(".csv\n")[2].splitlines()
    rows = [line.split() for line in table if line[:1].isspace() and line.split()[0].isdigit()]
    assert [row[0] for row in rows] == ["2", "8"]
    each = [
        list(csv.DictReader(io.StringIO((here / "out" / f"{stem}.csv").read_text())))
        for stem in ("a", "sub/b")
    ]
    for row, *both in zip(rows, *each, strict=True):
        assert int(row[1].replace(",", "")) == sum(int(one["n_bytes"]) for one in both)
        assert float(row[6]) == pytest.approx(np.median([float(o["ssim"]) for o in both]), abs=6e-4)


def test_medians_are_of_the_numbers_that_every_image_has(here: Path) -> None:
    done = run("in", "-o", "out", "--min-ssim", 0.9, "--compare", "8,2")
    assert done.exit_code == 0, done.output
    table = done.stdout.partition(".csv\n")[2].splitlines()
    rows = [line.split()[0] for line in table if line[:1].isspace() and line.split()]
    assert {"2", "8"} <= set(rows)


def test_every_file_that_is_written_is_told(here: Path) -> None:
    words = ("--report", "--compare", "2", "--palette-out", "p.gpl", "--swatches", "s.svg")
    done = run("in/a.png", "-k", 4, "-o", "out/x.png", *words)
    assert done.exit_code == 0, done.output
    told = [line for line in done.stdout.splitlines() if ": " in line and "/" in line][-4:]
    assert told == [
        "Image: out/x.png",
        "Page: out/x.html",
        "Table: out/x.csv",
        "Sheet: out/x-sheet.png",
    ]
    assert done.stdout.endswith("Palette: p.gpl\nSwatches: s.svg\n")
    for line in (*told, "Palette: p.gpl", "Swatches: s.svg"):
        assert Path(line.partition(": ")[2]).is_file()
    many = run("in", "-k", 4, "-o", "many", "--report")
    assert "Pages: beside each image, under its name and .html" in many.stdout


def test_results_that_grew_are_counted(here: Path) -> None:
    for name in ("one", "two"):
        Image.open("in/a.png").convert("RGB").resize((64, 64)).save(f"in/{name}.jpg", quality=5)
    done = run("in", "-o", "out", "-k", 256)
    assert "3 of them are larger than the file given; --skip-if-larger leaves such" in done.stdout
    kept = run("in", "-o", "out2", "-k", 256, "--skip-if-larger")
    assert "larger than the file given" not in kept.stdout


def test_a_file_named_like_a_flag_is_told_how_to_be_named(here: Path) -> None:
    Path("-dash.png").write_bytes(Path("in/a.png").read_bytes())
    done = run("-dash.png", "-k", 4)
    assert done.exit_code == 2
    assert "./-dash.png" in done.output
    assert run("./-dash.png", "-k", 4).exit_code == 0
    assert "./" not in run("-nothing.png", "-k", 4).output


def test_messages_name_what_was_typed(here: Path) -> None:
    done = run("in/a.png", "--max-pixels", 5)
    assert "; raise --max-pixels if you trust it" in done.output
    assert "must be a list of colors" in (said := run("in/a.png", "--fixed", "zzz").output)
    assert "got 'zzz'." in said


def test_medians_of_one_image_are_its_table() -> None:
    from covey import compress

    facts = compress(Recipe.example()["pixels"], compare=[2, 5]).facts
    own, medians = table_text(facts).splitlines(), medians_text([facts.variants]).splitlines()
    assert [line.split() for line in medians[2:]] == [line.split() for line in own[2:]]
    assert medians_text([]) == ""


# ---------------------------------------------------------------- names as they are typed


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("min_ssim 0.99 must be reached; got 0.5", "--min-ssim 0.99 must be reached; got 0.5"),
        ("quality 80 must be reached", "--quality 80 must be reached"),
        ("k must be at most 256", "-k must be at most 256"),
        ("palette must come without max_bytes, as", "--palette must come without --max-bytes, as"),
        ("palette must come without k, as", "--palette must come without -k, as"),
        ("with skip_if_larger the", "with --skip-if-larger the"),
        ("1 of 2:\n  quality 80 must be", "1 of 2:\n  --quality 80 must be"),
        ("the palette must be; got 'max_bytes'", "the palette must be; got 'max_bytes'"),
        ("'a/min_ssim.png' must be, in min_ssim/", "'a/min_ssim.png' must be, in min_ssim/"),
        ("--min-ssim must be", "--min-ssim must be"),
    ],
)
def test_options_are_named_as_they_are_typed(said: str, shown: str) -> None:
    assert typed(said, make_command(Recipe).params) == shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("in/a.png", "--min-ssim", "0.9999", "-k", 2), "error: --min-ssim 0.9999 must be reached"),
        (("in/a.png", "--max-bytes", "1"), "error: --max-bytes must hold a file"),
        (("in/a.png", "-k", 300), "error: -k must be at most 256"),
        (("in/a.png", "--palette", "in/a.png", "--min-ssim", 1), "must come without --min-ssim,"),
        (("in", "--min-ssim", "0.9999", "-k", 2), "\n  --min-ssim 0.9999 must be reached"),
    ],
)
def test_messages_name_flags(words: tuple[str, ...], said: str, here: Path) -> None:
    done = run(*words)
    assert done.exit_code in (2, 3, 7)
    assert said in done.stderr
    assert "min_ssim" not in done.stderr


def test_hint_of_short_memory_fits_the_command(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("covey.cli.images.many.find_sources", short)
    done = run("in", "-k", 4)
    assert done.exit_code == 3
    assert "--max-pixels" in done.stderr
    assert "--features" not in done.stderr
    monkeypatch.setattr("covey.cli.recipe.default_folder", short)
    done = CliRunner().invoke(cli, ["segment", "x.csv"])
    assert done.exit_code == 3
    assert "--features" in done.stderr


# ---------------------------------------------------------------- a palette for many


def test_palette_is_read_once_and_told_by_its_name(here: Path) -> None:
    save(here / "colors.png", 5, 4)
    done = run("in", "-o", "out", "--palette", "colors.png", "--json")
    assert done.exit_code == 0, done.output
    told = [json.loads(line)["options"]["palette"] for line in done.stdout.splitlines()]
    assert told == ["colors.png"] * 2
    assert run("in/a.png", "-o", "one.png", "--palette", "colors.png", "-q").exit_code == 0
    assert (here / "out" / "a.png").read_bytes() == (here / "one.png").read_bytes()
    ready = Recipe(palette="colors.png").with_palette_read()
    (here / "colors.png").unlink()
    assert ready.run("in/a.png").content == (here / "one.png").read_bytes()


def test_palette_that_cannot_be_read_ends_all_at_once(here: Path) -> None:
    done = run("in", "-o", "out", "--palette", "none.gpl")
    assert done.exit_code == 3
    assert done.stderr.count("none.gpl") == 1
    assert not (here / "out").exists()


# ---------------------------------------------------------------- times


@pytest.mark.parametrize("source", ["in", "in/a.png"])
def test_times_are_kept_with_the_metadata(source: str, here: Path) -> None:
    os.utime("in/a.png", (1_000_000_000, 1_100_000_000))
    assert run(source, "-o", "kept/", "-k", 4, "--keep-metadata", "--report").exit_code == 0
    assert int((here / "kept" / "a.png").stat().st_mtime) == 1_100_000_000
    assert int((here / "kept" / "a.html").stat().st_mtime) > 1_100_000_000
    assert run(source, "-o", "new/", "-k", 4).exit_code == 0
    assert int((here / "new" / "a.png").stat().st_mtime) > 1_100_000_000
    own = ("-o", "in/", "-k", 4, "--keep-metadata", "--force")
    assert run(source, *own).exit_code == 0
    assert int((here / "in" / "a.png").stat().st_mtime) == 1_100_000_000
    assert (here / "in" / "a.png").read_bytes() == (here / "kept" / "a.png").read_bytes()


def test_profile_is_not_kept_and_srgb_is_said(here: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    save(here / "c.png", 3, icc_profile=profile)
    assert run("c.png", "-o", "d.png", "-k", 4, "--keep-metadata", "-q").exit_code == 0
    with Image.open("d.png") as image:
        assert image.info["srgb"] == 0
        assert "icc_profile" not in image.info
