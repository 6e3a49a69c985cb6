"""Size is a tested number: a file is what a reader holds in the head."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LINES = {".py": 350, ".cpp": 200, ".hpp": 200, ".html": 150, ".jinja": 150}
FUNCTION_LINES = 45  # statements and comments; the docstring and the signature do not count
POSITIONAL = 6

#: files that may be longer, each with its reason
LONGER = {
    "native/simd.hpp": (220, "the only file that knows registers: one operation after the other"),
    "src/covey/flow.py": (420, "all the nouns in one place, one line a fact; nothing computes"),
}

#: functions that may be longer or take more arguments, each with its reason
LONGER_FUNCTIONS: dict[str, str] = {}


def sources(*folders: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in LINES and "__pycache__" not in path.parts
    )


FILES = sources("src", "native")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_fits_in_a_head(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    n_lines = len(path.read_text(encoding="utf-8").splitlines())
    limit, _ = LONGER.get(name, (LINES[path.suffix], ""))
    assert n_lines <= limit, f"{name} has {n_lines} lines, at most {limit}; split it by idea"


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body
    if ast.get_docstring(node) is not None:
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.suffix == ".py"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_functions_fit_on_a_screen(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    for node in functions(path):
        where = f"{name}:{node.lineno} {node.name}"
        if f"{name}::{node.name}" in LONGER_FUNCTIONS:
            continue
        assert body_lines(node) <= FUNCTION_LINES, f"{where} has {body_lines(node)} lines"
        if node.name == "__init__":  # scikit-learn's constructors take what they take
            continue
        positional = [arg.arg for arg in node.args.posonlyargs + node.args.args]
        positional = [arg for arg in positional if arg not in {"self", "cls"}]
        assert len(positional) <= POSITIONAL, (
            f"{where} takes {len(positional)} positional arguments"
        )


def test_exceptions_still_hold() -> None:
    for name, (_, reason) in LONGER.items():
        path = ROOT / name
        assert path.is_file(), f"{name} is gone; remove its exception"
        n_lines = len(path.read_text(encoding="utf-8").splitlines())
        assert n_lines > LINES[path.suffix], f"{name} fits now; remove its exception ({reason})"
    for entry in LONGER_FUNCTIONS:
        name, _, function = entry.partition("::")
        found = [node for node in functions(ROOT / name) if node.name == function]
        assert found, f"{entry} is gone; remove its exception"
