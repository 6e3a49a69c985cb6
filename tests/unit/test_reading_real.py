"""Files that people really have, read whole and accounted for."""

from __future__ import annotations

import time

import pytest

from covey.errors import InputError
from covey.features.reading import read_table


def accounted(table) -> bool:
    removed = sum(step.n_rows for step in table.cleaning if step.action == "removed")
    return table.cleaning[0].n_rows == removed + table.n_rows


@pytest.mark.parametrize(
    ("place", "n_rows", "n_columns", "first", "details"),
    [
        ("01_customers/Mall_Customers.csv", 200, 5, "CustomerID", {"delimiter": "comma"}),
        (
            "01_customers/marketing_campaign.csv", 2240, 29, "ID",
            {"delimiter": "semicolon", "encoding": "UTF-8 with BOM"},
        ),
        ("06_social/facebook_live_sellers_thailand.csv", 7050, 16, "status_id", {}),
        ("10_health/heart_islr.csv", 303, 15, "column_1", {"header": "first line"}),
        (
            "10_health/pima_diabetes.csv", 768, 9, "column_1",
            {"header": "none: columns are named by position"},
        ),
        ("09_sensors/AirQualityUCI.csv", 9357, 15, "Date", {}),
        ("13_kmeans_benchmarks/uef/s2.txt", 5000, 2, "column_1", {"delimiter": "whitespace"}),
        ("08_recommendation/lastfm_user_artists.dat.gz", 92834, 3, "userID", {"delimiter": "tab"}),
        ("05_documents/bbc_news.csv.gz", 2225, 3, "label", {"compression": "gzip"}),
        ("11_retail_sales/Sales_Transactions_Dataset_Weekly.csv", 811, 107, "Product_Code", {}),
    ],
)  # fmt: skip
def test_real_file(covey_data, place, n_rows, n_columns, first, details):
    table = read_table(covey_data / place)
    assert table.n_rows == n_rows
    assert len(table.columns) == n_columns
    assert table.columns[0] == first
    assert details.items() <= table.source.details.items()
    assert set(table.types().values()) == {"VARCHAR"}
    assert accounted(table)


def test_empty_rows_and_columns_are_logged(covey_data):
    table = read_table(covey_data / "09_sensors/AirQualityUCI.csv")
    assert table.source.n_rows == 9471
    assert [(step.rule, step.n_rows) for step in table.cleaning[1:]] == [
        ("columns without a name", 0),
        ("rows without any value", 114),
    ]


def test_invoice_lines_are_all_read_in_time(covey_data):
    began = time.perf_counter()
    table = read_table(covey_data / "01_customers/online_retail_2010_2011.csv.gz")
    took = time.perf_counter() - began
    assert table.n_rows == table.source.n_rows == 541_909
    assert len(table.cleaning) == 1
    n_without = table.scalar('count(*) - count("CustomerID")')
    assert n_without == 135_080
    assert took < 10  # 0.7 s on two cores; the bound only catches another order of magnitude


def test_baskets_are_no_table(covey_data):
    with pytest.raises(InputError, match=r"groceries.csv must have the same number of fields"):
        read_table(covey_data / "02_baskets/groceries.csv")


@pytest.mark.parametrize("place", ["03_images/kodim04.png", "07_genes/pbmc68k_reduced.h5ad"])
def test_other_files_are_named(covey_data, place):
    with pytest.raises(InputError, match=r"a PNG image|an HDF5 file"):
        read_table(covey_data / place)
