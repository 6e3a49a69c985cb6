"""``covey doctor``: what is installed, and what the native core does on this machine."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
from typing import Any

import click

import covey
from covey.cli.flags import SectionedCommand
from covey.cli.output import say
from covey.extras import EXTRAS

#: distributions whose versions matter to a result, or to a question about one
LIBRARIES = (
    "numpy", "duckdb", "narwhals", "scipy", "scikit-learn", "click", "rich", "jinja2",
    "pandas", "polars", "pyarrow",
)  # fmt: skip


def run(as_json: bool) -> None:
    """Gather the facts and print them."""
    facts = gather()
    say(json.dumps(facts, indent=2, ensure_ascii=False) if as_json else told(facts))


def gather() -> dict[str, Any]:
    """Return what there is to know, as plain JSON types."""
    versions: dict[str, str | None] = {
        "covey": covey.__version__,
        "python": platform.python_version(),
    }
    return {
        "versions": {**versions, **{name: version_of(name) for name in LIBRARIES}},
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "executable": sys.executable,
        **core(),
        "environment": {
            name: os.environ[name]
            for name in ("OMP_NUM_THREADS", "COVEY_ISA", "COVEY_DEBUG")
            if name in os.environ
        },
        "extras": extras(),
    }


def version_of(distribution: str) -> str | None:
    """Return the version that is installed, or None."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def core() -> dict[str, Any]:
    """Return the instruction sets that can run here, the one in use, and the threads."""
    try:
        from covey.engine import passes

        return {
            "instruction_sets": list(passes.instruction_sets()),
            "instruction_set": passes.instruction_set(),
            "threads": passes.get_threads(),
            "core": None,
        }
    except ImportError as missing:  # the very thing a doctor is called for
        return {
            "instruction_sets": [],
            "instruction_set": None,
            "threads": None,
            "core": f"the native core cannot be loaded: {missing}; install Covey anew",
        }


def extras() -> dict[str, dict[str, Any]]:
    """Return each extra: whether its libraries are there, and the command that installs it."""
    found: dict[str, dict[str, Any]] = {}
    for library, extra in EXTRAS.items():
        entry = found.setdefault(
            extra, {"installed": True, "install": f"python -m pip install 'covey[{extra}]'"}
        )
        entry["installed"] &= importlib.util.find_spec(library) is not None
    return found


def told(facts: dict[str, Any]) -> str:
    """Return the facts as lines for a person."""
    rows = {name: version or "not installed" for name, version in facts["versions"].items()}
    rows |= {"platform": facts["platform"], "python at": facts["executable"]}
    if facts["core"]:
        rows["native core"] = facts["core"]
    else:
        able = ", ".join(facts["instruction_sets"])
        rows["instruction set"] = f"{facts['instruction_set']} (this machine can: {able})"
        rows["threads"] = str(facts["threads"])
    rows |= facts["environment"]
    for extra, entry in facts["extras"].items():
        state = "installed" if entry["installed"] else f"not installed; run: {entry['install']}"
        rows[f"extra {extra}"] = state
    return "\n".join(f"{name:<16} {value}" for name, value in rows.items())


command = SectionedCommand(
    "doctor",
    callback=run,
    help="Print versions, instruction sets, threads and extras: what a report of a defect needs.",
    params=[click.Option(["--json", "as_json"], is_flag=True, help="Print JSON.")],
    sections={},
    examples=("covey doctor", "covey doctor --json > machine.json"),
)
