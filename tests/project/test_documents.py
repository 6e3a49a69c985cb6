"""What the documents say is true: commands run, files exist, nothing is undocumented."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from covey import options
from covey.cli.main import cli
from covey.image_options import IMAGE

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


@pytest.fixture
def customers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with the files that the README speaks of."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["example", "-o", "customers.csv", "--rows", "2000"])
    assert done.exit_code == 0, done.output
    return tmp_path


def test_shell_commands_of_the_readme_run(customers: Path) -> None:
    lines = [
        line.partition("  #")[0].strip()
        for block in blocks("sh")
        for line in block.splitlines()
        if line.startswith("covey ")
    ]
    assert len(lines) >= 6
    for line in lines:
        words = shlex.split(line.partition(" > ")[0])[1:]
        if "example" in words[:1]:
            words.append("--force")
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, f"{line}\n{done.output}"


def test_python_of_the_readme_runs(customers: Path) -> None:
    found = blocks("python")
    assert found
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(found)], capture_output=True, text=True, cwd=customers
    )
    assert done.returncode == 0, done.stderr


def test_make_targets_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"`make ([a-z-]+)", text):
            assert target in targets, f"{name} speaks of `make {target}`"


def test_files_of_the_documents_exist() -> None:
    for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / link).exists(), f"{name} links to {link}"
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
    for table in (options.ESTIMATOR, options.SEGMENT, options.READING, options.SCORES, IMAGE):
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
