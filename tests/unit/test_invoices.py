"""Invoice lines: found by name and content, turned into customers, every line accounted for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from covey.errors import ColumnError, InputError, OptionError
from covey.features.customers import customers_from_invoices
from covey.features.invoices import InvoiceColumns, invoice_columns, told_if_lines
from covey.features.preparation import TablePreparation
from covey.features.raw import Table
from covey.features.table import table_features

HEAD = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
LINES = [
    ("1001", "85123A", "6", "2020-01-01 08:26:00", "2.50", "17850.0", "UK"),  # 15.00
    ("1001", "71053", "2", "2020-01-01 08:26:00", "5.00", "17850.0", "UK"),  # 10.00
    ("1001", "71053", "2", "2020-01-01 08:26:00", "5.00", "17850.0", "UK"),  # exact repeat
    ("1002", "22752", "1", "2020-01-11 09:00:00", "75.00", "17850.0", "UK"),  # 75.00
    ("C1003", "22752", "-1", "2020-01-12 10:00:00", "25.00", "17850.0", "UK"),  # returned 25.00
    ("1004", "22752", "3", "2020-01-21 10:00:00", "10.00", "13047.0", "FR"),  # 30.00
    ("1005", "22752", "3", "2020-01-22 10:00:00", "0.00", "13047.0", "FR"),  # gift
    ("1006", "22752", "0", "2020-01-22 10:00:00", "1.00", "13047.0", "FR"),  # nothing
    ("1007", "22752", "4", "2020-01-31 10:00:00", "1.00", None, "UK"),  # nobody; the last day
    ("1008", "22752", "4", "soon", "1.00", "13047.0", "FR"),  # no date
    ("1009", "22752", "x", "2020-01-22 10:00:00", "1.00", "13047.0", "FR"),  # no quantity
    ("C1010", "22752", "-2", "2020-01-22 10:00:00", "1.00", "12583.0", "DE"),  # returns only
    ("1011", "22752", "1", "2020-01-25 10:00:00", "-8.00", "13047.0", "FR"),  # adjustment
    ("1012", "22752", "-1", "2020-01-26 10:00:00", "50.00", "13047.0", "FR"),  # returned 50.00
]


def lines(rows: list[tuple[Any, ...]] = LINES, head: tuple[str, ...] = HEAD) -> Table:
    return Table.from_columns(dict(zip(head, map(list, zip(*rows, strict=True)), strict=True)))


def found(table: Table, **given: str) -> InvoiceColumns:
    columns = invoice_columns(table, given, "yes")
    assert columns is not None
    return columns


def test_customers_worked_by_hand() -> None:
    made = customers_from_invoices(lines(), found(lines()))
    assert made.columns == (
        "CustomerID", "recency_days", "n_orders", "total_spend", "avg_order_value", "tenure_days",
        "returns_rate", "Country",
    )  # fmt: skip
    rows = made.con.execute(f'SELECT * FROM "{made.name}"').fetchall()
    assert rows == [
        # recency from 21 January to the day after the 31st; 30 bought, 50 given back
        ("13047", 11.0, 1.0, 0.0, 30.0, 11.0, 100.0, "FR"),
        # last purchase 11 January, first 1 January; 100 bought in two orders, 25 given back
        ("17850", 21.0, 2.0, 75.0, 50.0, 31.0, 25.0, "UK"),
    ]


def test_every_line_is_accounted_for() -> None:
    made = customers_from_invoices(lines(), found(lines()))
    steps = {step.rule: step.n_rows for step in made.cleaning}
    assert steps == {
        "rows read": 14,
        "lines without a customer": 1,
        "exact repeats of another line": 1,
        "lines whose invoice, date, quantity or price cannot be read": 2,
        "lines with a price of zero or less": 2,
        "lines with a quantity of zero": 1,
        "returns by customers without a purchase": 1,
        "purchases": 4,
        "returns and cancellations": 2,
        "purchases and returns become customers": 6,
    }
    left = None
    for step in made.cleaning:
        if step.action == "removed":
            assert step.n_left == left - step.n_rows
        left = step.n_left
    assert made.cleaning[-1].n_left == made.n_rows == 2


def check_account(table: Table, made: Table) -> None:
    steps = made.cleaning
    read = next(step.n_rows for step in steps if step.action == "read")
    removed = sum(step.n_rows for step in steps if step.action == "removed")
    kept = sum(step.n_rows for step in steps if step.action == "kept")
    assert read == table.n_rows == removed + kept


def test_equal_lines_are_different_articles_where_no_product_is_named() -> None:
    rows = [(row[0], *row[2:6]) for row in LINES]
    table = lines(rows, ("InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"))
    columns = found(table)
    assert columns.product is None
    made = customers_from_invoices(table, columns)
    spend = dict(zip(made.array("CustomerID"), made.array("total_spend"), strict=True))
    assert spend["17850"] == 85.0  # 10.00 more: both lines of 2 at 5.00 count
    (step,) = [one for one in made.cleaning if one.rule == "lines equal to another line"]
    assert (step.action, step.n_rows, step.n_left) == ("kept", 1, 13)
    assert "no column names the product" in step.why
    assert not [one for one in made.cleaning if one.rule.startswith("exact repeats")]


def test_a_rule_that_removes_much_is_a_caution() -> None:
    made = customers_from_invoices(lines(), found(lines()))
    told = {one.text.partition(" were removed")[0]: one.text for one in made.cautions}
    # bought in all: 15 + 10 + 10 + 75 + 30 + 4 + 4 = 148
    assert "1 of 14 lines (7.1%) with 2.7% of the value" in told["Lines without a customer"]
    assert "(7.1%) with 6.8% of the value" in told["Exact repeats of another line"]
    assert "2 of 14 lines (14.3%)" in told["Lines with a price of zero or less"]
    features = table_features(made, features=["recency_days"], invoices=found(lines()))
    assert set(made.cautions) <= set(features.cautions)
    few = [(str(i), str(10_000 + i), "1", "2020-01-01", "5", str(i % 9), "UK") for i in range(99)]
    few.append(("200", "10000", "1", "2020-01-01", "5", None, "UK"))  # type: ignore[arg-type]
    assert customers_from_invoices(lines(few), found(lines(few))).cautions == ()


def test_decisions_tell_what_became_of_the_lines() -> None:
    table, features = customers_and_features()
    told = {one.column: one for one in features.decisions}
    assert len(told) == len(features.decisions)
    assert set(HEAD) <= set(told)
    assert told["InvoiceNo"].action == "made into customers"
    assert told["InvoiceDate"].overrule == "--date COLUMN"
    assert told["CustomerID"].action == "row identifier"
    assert told["CustomerID"].overrule == "--customer COLUMN"
    assert "--id" not in told["CustomerID"].why
    assert told["total_spend"].why == "value bought minus value returned, at least 0"
    assert f"({max(table.array('InvoiceDate'))})" in told["recency_days"].why
    made = customers_from_invoices(table, found(table))
    named = table_features(made, id="CustomerID", invoices=found(table)).decisions
    assert "asked for with --id" in {one.why for one in named}
    extra = Table.from_columns({**{name: table.array(name) for name in HEAD},
                                "Weight": np.arange(table.n_rows) % 7 + 0.5})  # fmt: skip
    made = customers_from_invoices(extra, found(extra))
    (weight,) = [one for one in made.made_of if one.column == "Weight"]
    assert weight.action == "left out"
    assert "not used" in weight.why


def test_lines_that_lack_a_part_are_told() -> None:
    rows = [(row[0], *row[2:5]) for row in LINES]
    told = told_if_lines(lines(rows, ("InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice")), "auto")
    (caution,) = told.cautions
    assert "invoice: InvoiceNo" in caution.text
    assert "--customer COLUMN" in caution.text
    assert (
        told_if_lines(lines(rows, ("InvoiceNo", "Quantity", "day", "UnitPrice")), "no").cautions
        == ()
    )
    rows = [(row[0], row[5], row[3], row[4]) for row in LINES]
    told = told_if_lines(lines(rows, ("order", "user", "time", "amount")), "auto")
    assert "--quantity COLUMN --price COLUMN" in told.cautions[0].text
    people = Table.from_columns(
        {"customer_id": ["a", "b", "c"], "order_date": ["2020-01-01", "2020-02-02", "2020-03-03"],
         "price": [1.0, 2, 3], "quantity": [3, 2, 1]}
    )  # fmt: skip
    assert told_if_lines(people, "auto").cautions == ()


def test_lines_that_are_no_products_are_removed() -> None:
    rows = [(str(i), "22752", "1", "2020-01-01", "5", str(i % 7), "UK") for i in range(100)]
    rows += [("200", "POST", "1", "2020-01-01", "18", "1", "UK"),
             ("C201", "D", "-1", "2020-01-01", "30", "2", "UK")]  # fmt: skip
    made = customers_from_invoices(lines(rows), found(lines(rows)))
    (step,) = [one for one in made.cleaning if one.rule == "postage, fees and manual entries"]
    assert step.n_rows == 2
    assert "D, POST" in step.why
    check_account(lines(rows), made)
    # where codes are words, nothing is known about them
    words = [(*row[:1], "apple" if i % 2 else "pear", *row[2:]) for i, row in enumerate(rows)]
    made = customers_from_invoices(lines(words), found(lines(words)))
    assert not [one for one in made.cleaning if one.rule.startswith("postage")]


@pytest.mark.parametrize(
    "names",
    [
        ("InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"),
        ("Invoice", "Quantity", "InvoiceDate", "Price", "Customer ID"),
        ("order_id", "qty", "order_date", "price", "customer_id"),
        ("transaction_id", "units", "date", "unit_price", "client"),
        ("Order Number", "Quantity Sold", "Order Date", "Price Each", "User ID"),
        ("Rechnungsnummer", "Menge", "Rechnungsdatum", "Einzelpreis", "Kundennummer"),
        ("num_facture", "quantité", "date_facture", "prix unitaire", "id_client"),
        ("pedido", "cantidad", "fecha", "precio", "cliente"),
        ("BillNo", "qty", "created_at", "price", "CustID"),
        ("order_id", "qty", "order_ts", "price", "user"),
        ("order", "qty", "at", "price", "cust"),
        ("orderid", "quantity", "orderdate", "unitprice (GBP)", "customerid"),
    ],
)
def test_columns_are_found_under_many_names(names: tuple[str, ...]) -> None:
    rows = [(row[0], row[2], row[3], row[4], row[5]) for row in LINES[:7]]
    columns = invoice_columns(lines(rows, names), {})
    assert columns is not None
    parts = (columns.invoice, columns.quantity, columns.date, columns.price, columns.customer)
    assert parts == names
    assert columns.currency == ("£" if "GBP" in names[3] else "")


def test_money_and_dates_as_people_write_them() -> None:
    rows = [
        ("1", "2", "31.12.2020", "£1,250.00", "a"),
        ("2", "1", "01.12.2020", "£2.50", "a"),
        ("3", "1", "15.12.2020", "£1.00", "b"),
        ("4", "1", "16.12.2020", "£1.00", "b"),
    ]
    table = lines(rows, ("order_id", "qty", "order_date", "price", "customer"))
    columns = found(table)
    assert columns.currency == "£"
    made = customers_from_invoices(table, columns)
    spend = made.array("total_spend")
    np.testing.assert_array_equal(spend, [2502.5, 2.0])
    features = table_features(made, features=["total_spend", "avg_order_value"], invoices=columns)
    assert [column.unit for column in features.columns] == ["£", "£"]


def test_a_customer_table_is_no_invoice_table() -> None:
    rng = np.random.default_rng(0)
    table = Table.from_columns(
        {
            "order_id": np.arange(50), "customer_id": np.arange(50), "date": ["2020-01-01"] * 50,
            "quantity": rng.integers(1, 9, 50), "price": rng.uniform(1, 9, 50),
        }
    )  # fmt: skip
    assert invoice_columns(table, {}) is None  # each customer comes once
    assert invoice_columns(table, {}, "yes") is not None
    assert invoice_columns(Table.from_columns({"age": [1.0, 2], "income": [3.0, 4]}), {}) is None
    assert invoice_columns(lines(), {}, "no") is None


def test_ambiguous_names_are_left_to_the_user() -> None:
    rows = [(*row, row[5]) for row in LINES]
    table = lines(rows, (*HEAD, "customer_id"))
    assert invoice_columns(table, {}) is None
    with pytest.raises(ColumnError, match=r"'CustomerID', 'customer_id'.*--customer COLUMN"):
        invoice_columns(table, {}, "yes")
    columns = invoice_columns(table, {"customer": "CustomerID"})
    assert columns is not None
    assert columns.customer == "CustomerID"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"customer": "custmer"}, "--customer: no column 'custmer'"),
        ({"price": "Country"}, "--price: .* must hold numbers; 'Country' holds words"),
        ({"date": "Country"}, "--date: .* must hold dates; 'Country' holds words"),
    ],
)
def test_wrong_columns_are_refused(given: dict[str, str], words: str) -> None:
    with pytest.raises(ColumnError, match=words):
        invoice_columns(lines(), given)


def test_a_part_that_is_missing_names_its_flag() -> None:
    table = lines([row[:4] + row[5:] for row in LINES], (*HEAD[:4], *HEAD[5:]))
    assert invoice_columns(table, {}) is None
    with pytest.raises(ColumnError, match=r"a column of the price; got none.*--price COLUMN"):
        invoice_columns(table, {"invoice": "InvoiceNo"})
    with pytest.raises(OptionError, match="--invoice is given"):
        invoice_columns(table, {"invoice": "InvoiceNo"}, "no")


def test_lines_without_any_purchase_are_refused() -> None:
    rows = [(*row[:5], None, row[6]) for row in LINES]
    with pytest.raises(InputError, match="14 lines"):
        customers_from_invoices(lines(rows), found(lines(LINES)))


def test_every_invoice_may_start_with_c() -> None:
    rows = [
        (f"C{i}", "22752", "1", f"2020-01-{1 + i:02d}", "5", str(i % 3), "UK") for i in range(9)
    ]
    made = customers_from_invoices(lines(rows), found(lines(rows)))
    assert made.n_rows == 3
    assert set(made.array("returns_rate")) == {0.0}


def customers_and_features() -> tuple[Table, Any]:
    rng = np.random.default_rng(1)
    rows = [
        (str(i), f"{rng.integers(10000, 99999)}", str(rng.integers(1, 20)),
         f"2020-{rng.integers(1, 13):02d}-{rng.integers(1, 28):02d}",
         f"{rng.uniform(1, 50):.2f}", str(rng.integers(1000, 1060)), "UK")
        for i in range(600)
    ]  # fmt: skip
    table = lines(rows)
    columns = found(table)
    return table, table_features(customers_from_invoices(table, columns), invoices=columns)


def test_features_of_customers() -> None:
    _, features = customers_and_features()
    roles = {column.name: (column.role, column.unit) for column in features.columns}
    assert roles["recency_days"] == ("recency", "days")
    assert roles["n_orders"] == ("frequency", "orders")
    assert roles["total_spend"] == ("spend", "")
    assert roles["avg_order_value"] == ("basket", "")
    assert roles["tenure_days"] == ("tenure", "days")
    assert "returns_rate" not in roles  # nobody returned anything
    assert features.id_name == "CustomerID"


def test_new_lines_are_treated_in_the_same_way() -> None:
    table, features = customers_and_features()
    preparation = TablePreparation.from_dict(features.preparation.to_dict())
    again = preparation.apply(table)
    np.testing.assert_array_equal(again.X, features.X)
    assert list(again.ids) == list(features.ids)
    # other names for the same parts are found as before
    renamed = dict(zip(HEAD, ("order_id", "sku", "qty", "order_date", "price", "client", "land"),
                       strict=True))  # fmt: skip
    other = Table.from_columns({renamed[name]: table.array(name) for name in HEAD})
    np.testing.assert_array_equal(preparation.apply(other).X, features.X)
    assert preparation.apply(other).id_name == "CustomerID"


def test_customers_made_elsewhere_can_be_scored() -> None:
    _, features = customers_and_features()
    columns = {name: features.raw[:3, j] for j, name in enumerate(features.names)}
    made = features.preparation.apply(Table.from_columns(columns))
    np.testing.assert_allclose(made.X, features.X[:3])
    with pytest.raises(ColumnError, match=r"columns of the invoice lines.*lacks the columns"):
        features.preparation.apply(Table.from_columns({"age": [1.0, 2.0]}))


def test_sums_do_not_depend_on_the_order_of_the_lines() -> None:
    rng = np.random.default_rng(2)
    rows = [(str(i // 3), "22752", "3", "2020-01-01", f"{rng.uniform(0.01, 99):.2f}",
             str(i % 5), "UK") for i in range(3000)]  # fmt: skip
    first = customers_from_invoices(lines(rows), found(lines(rows)))
    shuffled = [rows[i] for i in rng.permutation(len(rows))]
    second = customers_from_invoices(lines(shuffled), found(lines(shuffled)))
    ask = f'SELECT * FROM "{first.name}"'
    assert first.con.execute(ask).fetchall() == second.con.execute(ask).fetchall()


def test_online_retail(covey_data: Path) -> None:
    from covey.features.reading import read_table

    table = read_table(covey_data / "01_customers" / "online_retail_2010_2011.csv.gz")
    start = time.process_time()
    columns = invoice_columns(table, {})
    assert columns is not None
    made = customers_from_invoices(table, columns)
    spent = time.process_time() - start
    check_account(table, made)
    assert table.n_rows == 541_909
    steps = {step.rule: step.n_rows for step in made.cleaning}
    assert steps["lines without a customer"] == 135_080
    assert steps["exact repeats of another line"] == 5_225
    assert made.n_rows == 4_334
    features = table_features(made, invoices=columns)
    assert {column.role for column in features.columns} == {
        "recency", "frequency", "spend", "basket", "tenure", "returns",
    }  # fmt: skip
    assert [one.name for one in features.described] == ["Country"]
    assert spent < 12  # seconds of processor time; about 2.5 on two quiet cores
