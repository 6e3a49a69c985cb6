"""The example customers: what they are, that they repeat, and that their kinds can be told."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import covey
from covey.errors import OptionError, OptionTypeError
from covey.recipes.customers import KINDS, customers


def test_columns_are_those_promised() -> None:
    columns, truth = customers(1000, seed=3)
    assert list(columns) == [
        "customer_id", "total_spend", "purchase_freq", "avg_order_value", "recency_days",
    ]  # fmt: skip
    assert {len(values) for values in columns.values()} == {1000} == {len(truth)}
    assert columns["customer_id"][0] == "C000001"
    assert len(set(columns["customer_id"])) == 1000
    assert columns["purchase_freq"].dtype.kind == "i"
    assert columns["purchase_freq"].min() >= 1
    assert columns["recency_days"].min() >= 0
    assert set(truth) == {kind.name for kind in KINDS}


def test_spend_is_orders_times_basket_with_noise() -> None:
    columns, _ = customers(5000, seed=1)
    ratio = columns["total_spend"] / (columns["purchase_freq"] * columns["avg_order_value"])
    assert abs(np.log(ratio)).max() < 0.2
    assert abs(np.log(ratio)).mean() > 0.01  # there is noise, as in a ledger


def test_shares_are_those_of_the_kinds() -> None:
    _, truth = customers(50_000, seed=5)
    for kind in KINDS:
        assert np.mean(truth == kind.name) == pytest.approx(kind.share, abs=0.01)


def test_same_seed_same_customers_and_other_seed_others() -> None:
    first, truth = customers(500, seed=9)
    again, truth_again = customers(500, seed=9)
    other, _ = customers(500, seed=10)
    for name, values in first.items():
        np.testing.assert_array_equal(values, again[name])
    np.testing.assert_array_equal(truth, truth_again)
    assert not np.array_equal(first["total_spend"], other["total_spend"])


@pytest.mark.parametrize("n_rows", [0, -5, 10**9])
def test_number_of_rows_has_bounds(n_rows: int) -> None:
    with pytest.raises(OptionError, match=str(n_rows)):
        customers(n_rows)


def test_number_of_rows_is_whole() -> None:
    with pytest.raises(OptionTypeError, match=r"2\.5"):
        customers(2.5)  # type: ignore[arg-type]


def adjusted_rand(one: np.ndarray, other: np.ndarray) -> float:
    """Return the adjusted Rand index (Hubert & Arabie 1985) of two labelings."""
    table = np.zeros((len(np.unique(one)), len(np.unique(other))))
    np.add.at(table, (np.unique(one, return_inverse=True)[1],
                      np.unique(other, return_inverse=True)[1]), 1)  # fmt: skip

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    expected = pairs(table.sum(0)) * pairs(table.sum(1)) / pairs(table.sum(keepdims=True))
    most = (pairs(table.sum(0)) + pairs(table.sum(1))) / 2
    return (pairs(table) - expected) / (most - expected)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_kinds_are_found_and_their_number(seed: int) -> None:
    columns, truth = customers(3000, seed=seed)
    result = covey.segment(columns)
    assert result.explanation.sweep.chosen == len(KINDS)
    assert adjusted_rand(truth, result.assignment.number) >= 0.95


def test_kinds_get_the_names_they_were_drawn_as() -> None:
    columns, truth = customers(3000, seed=0)
    result = covey.segment(columns)
    called = {
        kind: result.explanation.segments[
            int(np.bincount(result.assignment.number[truth == kind]).argmax()) - 1
        ].name.text
        for kind in np.unique(truth)
    }
    assert called["champions"] == "VIP champions"
    assert called["regulars"] == "Core regulars"
    assert called["big baskets"] == "Big-basket occasional"
    assert called["bargain hunters"] == "Frequent bargain hunters"
    assert called["newcomers"] == "New or promising"
    assert called["dormant"] in {"Dormant", "Lost", "At risk"}


@pytest.mark.slow
def test_50_000_customers_take_5_seconds_from_the_shell(tmp_path: Path) -> None:
    """The least of three runs, so that what else the machine does counts less."""
    run = [sys.executable, "-c", "from covey.cli.main import main; main()"]
    subprocess.run([*run, "example", "-o", "c.csv"], cwd=tmp_path, check=True)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(
            [*run, "segment", "c.csv", "-o", "out", "--force", "-q"], cwd=tmp_path, check=True
        )
        seconds.append(time.perf_counter() - start)
    assert min(seconds) <= 5
