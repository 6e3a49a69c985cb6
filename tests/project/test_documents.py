"""What the documents say is true: commands run, files exist, nothing is undocumented."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from image_sample import waves
from PIL import Image
from sklearn.datasets import load_sample_image

from covey import options
from covey.cli.main import cli
from covey.evidence_options import CHOOSE_K, CLUSTER, COMPARE, DIAGNOSE, WATCH
from covey.image_options import IMAGE

ROOT = Path(__file__).resolve().parents[2]
#: documents whose commands and programs run
LIVING = (
    "README.md", "docs/images.md", "docs/choosing-k.md", "docs/comparing.md", "docs/alarms.md",
    "docs/watching.md",
)  # fmt: skip
LINKED = (*LIVING, "CONTRIBUTING.md", "ARCHITECTURE.md")


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with the files that the documents speak of."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["example", "-o", "customers.csv", "--rows", "2000"])
    assert done.exit_code == 0, done.output
    draw_pictures(tmp_path)
    return tmp_path


def draw_pictures(folder: Path) -> None:
    """Write a photo, a logo with soft edges, an animation and a folder of two pictures."""
    photo = Image.fromarray(load_sample_image("china.jpg")).resize((300, 200))
    photo.save(folder / "photo.jpg", quality=90)
    Image.fromarray(waves(90, 120, alpha=True)).save(folder / "logo.png")
    frames = [Image.fromarray(np.roll(waves(32, 48), 6 * i, axis=1)) for i in range(8)]
    frames[0].save(
        folder / "moving.gif", save_all=True, append_images=frames[1:], duration=80, loop=0
    )
    (folder / "photos" / "trip").mkdir(parents=True)
    photo.resize((120, 80)).save(folder / "photos" / "first.jpg", quality=90)
    photo.rotate(90).resize((80, 80)).save(folder / "photos" / "trip" / "second.png")


@pytest.mark.parametrize("document", LIVING)
def test_shell_commands_of_the_documents_run(document: str, folder: Path) -> None:
    lines = [
        line.partition("  #")[0].strip()
        for block in blocks(document, "sh")
        for line in block.splitlines()
        if line.startswith("covey ")
    ]
    assert len(lines) >= 2
    for line in lines:
        words = shlex.split(line.partition(" > ")[0])[1:]
        if "example" in words[:1]:  # as few customers as the folder has: the rest reads them
            words += ["--force", "--rows", "2000"]
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, f"{line}\n{done.output}"


@pytest.mark.parametrize("document", LIVING)
def test_python_of_the_documents_runs(document: str, folder: Path) -> None:
    found = blocks(document, "python")
    assert found
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(found)], capture_output=True, text=True, cwd=folder
    )
    assert done.returncode == 0, done.stderr


def test_make_targets_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for name in LINKED:
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"`make ([a-z-]+)", text):
            assert target in targets, f"{name} speaks of `make {target}`"


def test_files_of_the_documents_exist() -> None:
    for name in LINKED:
        text = (ROOT / name).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert ((ROOT / name).parent / link).exists(), f"{name} links to {link}"
        for path in re.findall(r"`((?:src|native|tests|benchmarks|docs|examples)/[\w./]+)`", text):
            assert (ROOT / path).exists(), f"{name} speaks of {path}"


def test_reference_is_up_to_date() -> None:
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import generate
    finally:
        sys.path.pop(0)
    written = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert written == generate.reference(), "run `make docs` and look at the difference"


def test_every_option_is_documented() -> None:
    written = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    tables = (options.ESTIMATOR, options.SEGMENT, options.READING, options.SCORES, IMAGE)
    for table in (*tables, CHOOSE_K, CLUSTER, COMPARE, DIAGNOSE, WATCH):
        for entry in table.values():
            assert f"`{entry.name}`" in written
            assert entry.help.rstrip().endswith("."), f"help of {entry.name}"


def test_nothing_names_this_machine() -> None:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    for name in filter(None, done.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix not in {".png", ".gz", ".npz", ".parquet"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not re.search(r"/(?:home|root|work|Users)/[a-z]+/", text), name
