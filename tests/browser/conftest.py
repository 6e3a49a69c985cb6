"""A Chromium that may read files and nothing else, and reports to open in it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sample


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start Chromium once; skip where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = os.environ.get("COVEY_CHROMIUM") or shutil.which("chromium")
    if not program:
        pytest.skip("no Chromium: set COVEY_CHROMIUM or install chromium")
    with playwright.sync_playwright() as started:
        # In a container Chromium cannot make its own sandbox; it opens our own files only.
        found = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield found
        found.close()


@dataclass
class Visit:
    """One page, and what happened while it was open."""

    page: Any
    requests: list[str] = field(default_factory=list)  # that were not for the file itself
    complaints: list[str] = field(default_factory=list)  # of the console


@pytest.fixture
def visit(browser: Any) -> Callable[..., AbstractContextManager[Visit]]:
    """Return a context manager that opens a file, every request but for that file aborted."""

    @contextlib.contextmanager
    def opened(
        path: Path, width: int = 1280, height: int = 900, scheme: str = "light"
    ) -> Iterator[Visit]:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        page = context.new_page()
        found = Visit(page)

        def decide(route: Any) -> None:
            if route.request.url == path.as_uri():
                route.continue_()
            else:
                found.requests.append(route.request.url)
                route.abort()

        page.route("**/*", decide)
        page.on("console", lambda said: found.complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.goto(path.as_uri())
        yield found
        context.close()

    return opened


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Render reports of several shapes, the real pipeline's among them: name to file."""
    from covey.report.page import render_html

    folder = tmp_path_factory.mktemp("reports")
    explanations = {
        "shop": sample.sample(),
        "one": sample.plain(1, 1),
        "many": sample.plain(15, 40),
        "pair": sample.plain(2, 2, missing=True, cautions=False, title="عملاء · 顧客"),
        "real": _real(folder),
    }
    found = {}
    for name, explanation in explanations.items():
        found[name] = folder / f"{name}.html"
        found[name].write_bytes(render_html(explanation))
    return found


def _real(folder: Path) -> Any:
    """Segment example customers from the command's own generator."""
    from click.testing import CliRunner

    import covey
    from covey.cli.main import cli

    table = folder / "customers.csv"
    done = CliRunner().invoke(cli, ["example", "-o", str(table), "--rows", "3000"])
    assert done.exit_code == 0, done.output
    return covey.segment(table).explanation
