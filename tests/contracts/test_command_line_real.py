"""The whole command on real files, and on invoice lines: sensible, repeatable, scored again."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from covey.cli.main import cli


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def segmented(source: Path, out: Path, *words: str) -> dict[str, Any]:
    """Run ``covey segment``, hold it to what always holds, and return the report."""
    done = run("segment", source, "-o", out, "-q", *words)
    assert done.exit_code == 0, done.output
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    names = [segment["name"]["text"] for segment in report["segments"]]
    assert len({name.casefold() for name in names}) == len(names) >= 2
    assert sum(segment["n_rows"] for segment in report["segments"]) == report["n_rows"]
    assert all(segment["name"]["why"] for segment in report["segments"])
    assert all(segment["rule"]["text"] for segment in report["segments"])
    again = run("predict", out / "model.covey", source, "-q")
    assert again.exit_code == 0, again.output
    if "--where" not in words:
        assert again.stdout_bytes == (out / "segments.csv").read_bytes()
    return report


def actions(report: dict[str, Any]) -> dict[str, str]:
    return {decision["column"]: decision["action"] for decision in report["decisions"]}


# ---------------------------------------------------------------- invoice lines


@pytest.fixture
def invoices(tmp_path: Path) -> Path:
    """Write the invoice lines of 120 customers: half buy often and much, half once and little."""
    rng = np.random.default_rng(4)
    lines = ["Invoice,Customer ID,InvoiceDate,Quantity,Price,Country"]
    for customer in range(120):
        loyal = customer % 2 == 0
        for order in range(rng.integers(6, 12) if loyal else rng.integers(1, 3)):
            day = rng.integers(60, 90) if loyal else rng.integers(0, 40)
            date = np.datetime64("2026-01-01") + int(day)
            for _ in range(3):
                price = rng.uniform(10, 30) if loyal else rng.uniform(1, 4)
                lines.append(
                    f"{customer * 100 + order},{10_000 + customer},{date} 10:00:00,"
                    f"{rng.integers(1, 9)},{price:.2f},{'France' if customer % 3 else 'Spain'}"
                )
    path = tmp_path / "lines.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_invoice_lines_become_customers_and_are_scored_again(
    invoices: Path, tmp_path: Path
) -> None:
    report = segmented(invoices, tmp_path / "out", "-k", "2")
    assert report["n_rows"] == 120
    assert report["buying"] is True
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "segments.csv").read_text())))
    loyal = {row["segment"] for row in rows if int(next(iter(row.values()))) % 2 == 0}
    others = {row["segment"] for row in rows if int(next(iter(row.values()))) % 2}
    assert len(loyal) == len(others) == 1
    assert loyal != others


def test_condition_speaks_of_the_columns_of_the_lines(invoices: Path, tmp_path: Path) -> None:
    report = segmented(invoices, tmp_path / "out", "-k", "2", "--where", "Country = 'France'")
    assert report["n_rows"] == 80


def test_lines_can_be_taken_as_they_are(invoices: Path, tmp_path: Path) -> None:
    report = segmented(invoices, tmp_path / "out", "-k", "2", "--lines", "no")
    assert report["n_rows"] == len(invoices.read_text().splitlines()) - 1


# ---------------------------------------------------------------- real files


def test_mall_customers(covey_data: Path, tmp_path: Path) -> None:
    report = segmented(covey_data / "01_customers" / "Mall_Customers.csv", tmp_path / "out")
    assert report["n_rows"] == 200
    assert actions(report)["CustomerID"] == "row identifier"
    assert 4 <= len(report["segments"]) <= 6  # five, as many have found by eye
    assert report["sweep"]["chosen"] == len(report["segments"])


def test_marketing_campaign(covey_data: Path, tmp_path: Path) -> None:
    """Semicolons in spite of its name, a BOM, missing incomes, 29 mixed columns."""
    report = segmented(covey_data / "01_customers" / "marketing_campaign.csv", tmp_path / "out")
    assert report["n_rows"] == 2240
    decided = actions(report)
    assert decided["ID"] == "row identifier"
    assert decided["Income"] == "clustered on"
    assert decided["Z_CostContact"] == "left out"
    assert report["buying"] is True
    assert all(segment["revenue_share"] is not None for segment in report["segments"])


def test_online_retail_in_ten_seconds(covey_data: Path, tmp_path: Path) -> None:
    """541,909 invoice lines, every one of them accounted for."""
    source = covey_data / "01_customers" / "online_retail_2010_2011.csv.gz"
    start = time.process_time()
    done = run("segment", source, "-o", tmp_path / "out", "-q")
    seconds = time.process_time() - start  # of all threads: more than a clock would show
    assert done.exit_code == 0, done.output
    assert seconds <= 10
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["source"]["n_rows"] == 541_909
    assert 4000 <= report["n_rows"] <= 4400
    assert len({segment["name"]["text"] for segment in report["segments"]}) >= 3
