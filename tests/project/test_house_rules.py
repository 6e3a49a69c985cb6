"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import covey

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))

#: modules that no file may import anywhere: code from files, and the network
FORBIDDEN = {
    "pickle", "marshal", "shelve", "joblib", "requests", "urllib.request", "http.client", "httpx",
}  # fmt: skip


@functools.cache
def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_nothing_unpickles_or_calls_out() -> None:
    for path in SOURCES:
        used = imports(path) & FORBIDDEN
        assert not used, f"{path.relative_to(ROOT)} imports {', '.join(used)}"


def test_numpy_never_allows_pickle() -> None:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert "allow_pickle=True" not in text, path
        for call in re.findall(r"np\.load\([^)]*\)", text):
            assert "allow_pickle=False" in call, f"{path}: {call}"


def test_global_random_state_is_never_touched() -> None:
    for path in SOURCES:
        assert not re.search(r"np\.random\.(seed|rand|randn|choice|shuffle|permutation)\(",
                             path.read_text(encoding="utf-8")), path  # fmt: skip


def test_only_passes_imports_the_core() -> None:
    users = [
        path.name
        for path in SOURCES
        if any("_core" in name for name in imports(path))
        or re.search(r"from covey import .*_core", path.read_text(encoding="utf-8"))
    ]
    assert users == ["door.py"]


def test_file_names_say_an_idea() -> None:
    vague = {"utils", "util", "helpers", "helper", "misc", "common", "fast", "new", "old"}
    for path in [*SOURCES, *(ROOT / "native").glob("*")]:
        assert path.stem not in vague, path
        assert not re.search(r"_?v\d+$", path.stem), path


def test_public_names_are_there() -> None:
    for name in covey.__all__:
        assert getattr(covey, name) is not None
    assert set(covey.__all__) <= set(dir(covey))


def test_import_is_light() -> None:
    """``import covey`` brings no heavy library; numpy alone costs more than all the rest."""
    code = "import sys, covey; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    roots = {name.partition(".")[0] for name in done.stdout.split()}
    heavy = {"sklearn", "scipy", "pandas", "polars", "duckdb", "matplotlib", "jinja2", "rich"}
    assert not roots & heavy


def test_versions_agree() -> None:
    for name in ("pyproject.toml", "CITATION.cff"):
        text = (ROOT / name).read_text(encoding="utf-8")
        found = re.search(r'^version\s*[:=]\s*"?([0-9][^"\s]*)', text, re.M)
        assert found, name
        assert found.group(1) == covey.__version__, name
    assert f"## {covey.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
