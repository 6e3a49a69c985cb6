"""Invoice lines → one row per customer, by stated rules that account for every line."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from covey.errors import ColumnError, InputError, nearest
from covey.features.asking import ask
from covey.features.columns import Column, recognise
from covey.features.derived import REPEATS, how_made, large_removals, lines_told
from covey.features.invoices import HALF, LARGEST, ROLES, InvoiceColumns, invoice_columns
from covey.features.raw import Table, quote
from covey.features.spelling import date_sql, number_sql, text_sql
from covey.flow import CleaningStep

#: what a line is worth is kept in exact decimals, so that sums do not depend on their order
MONEY = "DECIMAL(28, 6)"
#: lines of which a product code with a number in it is expected
NUMBERED = 0.95
#: a text column belongs to the customer when it is one text for this share of them
SAME = 0.95


@dataclass(frozen=True)
class _Rule:
    """Lines that a rule removes; the first rule that holds takes the line."""

    rule: str
    sql: str  # over the parsed lines
    why: str


def customers_from_invoices(table: Table, columns: InvoiceColumns) -> Table:
    """Build one row per customer from invoice lines.

    Columns made: ``recency_days`` (from the last purchase to the day after the last day in the
    file), ``n_orders`` (invoices with a purchase), ``total_spend`` (value bought less value
    returned, at least 0), ``avg_order_value`` (value bought per order), ``tenure_days`` (from the
    first purchase to the day after the last day in the file), ``returns_rate`` (value returned
    in percent of the value bought, at most 100); and text columns that belong to the customer,
    such as a country (the latest one).

    Parameters
    ----------
    table : Table
        One row per invoice line.
    columns : InvoiceColumns
        From ``invoice_columns``.

    Returns
    -------
    Table
        Rows ordered by customer; its cleaning log accounts for every line.

    Raises
    ------
    InputError
        No line is a purchase by a known customer.
    """
    n_lines = table.n_rows
    facts = {
        c.name: c for c in recognise(table, [columns.date, columns.quantity, columns.price], HALF)
    }
    others = [c for c in table.columns if c not in {getattr(columns, r) for r in ROLES}]
    _parse(table, columns, facts, others)
    lines = dataclasses.replace(table, name="parsed_lines")
    rules = _rules(lines, columns, others)
    cases = " ".join(f"WHEN {rule.sql} THEN {i}" for i, rule in enumerate(rules))
    # repeats are told among the lines of known customers; without a product, two lines that are
    # equal are two articles of one price and not one line written twice
    distinct = "DISTINCT" if columns.product is not None else ""
    table.con.execute(
        f"CREATE OR REPLACE TABLE judged_lines AS SELECT *, CASE {cases} ELSE 9 END AS verdict "
        f"FROM (SELECT {distinct} * FROM parsed_lines WHERE customer IS NOT NULL)"
    )
    steps = _account(table, rules, n_lines)
    if columns.product is None:
        steps[1:2] = _repeats_kept(table, steps[1].n_left)
    carried = _carried(table, others)
    names = [name for name, _ in carried]
    _aggregate(table, columns, carried)
    made = dataclasses.replace(
        table,
        name="customers",
        columns=(columns.customer, *_MADE, *(name for name, _ in carried)),
        cleaning=(*table.cleaning, *steps),
        decimal=None,
        rows=None,
        cautions=(
            *table.cautions,
            *large_removals(table, [rule.rule for rule in rules], steps, n_lines),
        ),
        made_of=lines_told(table, columns, names),
        how_made=how_made(columns, _last_day(table), names),
    )
    n_kept = steps[-1].n_left or 0
    step = CleaningStep(
        "purchases and returns become customers", "changed", n_kept,
        "one row per customer", made.n_rows,
    )  # fmt: skip
    return dataclasses.replace(made, cleaning=(*made.cleaning, step))


_MADE = (
    "recency_days", "n_orders", "total_spend", "avg_order_value", "tenure_days", "returns_rate",
)  # fmt: skip


def _parse(
    table: Table, columns: InvoiceColumns, facts: Mapping[str, Column], others: list[str]
) -> None:
    """Make the table ``parsed_lines``: the five columns read, the others as they are."""
    types = table.types()
    customer = text_sql(quote(columns.customer), types[columns.customer], vague=True)
    whole = ask(table, {"whole": f"bool_and(regexp_matches({customer}, '^[0-9]+(\\.0)?$'))"})
    if whole["whole"]:  # 17850.0 is customer 17850
        customer = f"regexp_replace({customer}, '\\.0$', '')"
    date, quantity, price = (facts[c] for c in (columns.date, columns.quantity, columns.price))
    chosen = {
        "customer": customer,
        "invoice": text_sql(quote(columns.invoice), types[columns.invoice], vague=True),
        "moment": date_sql(quote(date.name), date.type, date.form),
        "quantity": number_sql(quote(quantity.name), quantity.type, quantity.decimal),
        "price": number_sql(quote(price.name), price.type, price.decimal),
        **{f"o{j}": quote(name) for j, name in enumerate(others)},
    }
    listed = ", ".join(f"{sql} AS {name}" for name, sql in chosen.items())
    table.con.execute(
        f"CREATE OR REPLACE TABLE parsed_lines AS SELECT {listed} FROM {quote(table.name)}"
    )


def _rules(lines: Table, columns: InvoiceColumns, others: list[str]) -> list[_Rule]:
    """State the rules that remove lines, in their order."""
    readable = (
        f"abs(quantity) <= {LARGEST:g} AND abs(price) <= {LARGEST:g} "
        "AND moment IS NOT NULL AND invoice IS NOT NULL"
    )
    rules = [
        _Rule(
            "lines whose invoice, date, quantity or price cannot be read",
            f"({readable}) IS NOT TRUE",
            "missing, or not a date or number",
        )
    ]
    if columns.product is not None:
        code = f"CAST(o{others.index(columns.product)} AS VARCHAR)"
        numbered = f"regexp_matches({code}, '[0-9].*[0-9]')"
        found = ask(
            lines,
            {
                "share": f"avg(CASE WHEN {numbered} THEN 1.0 ELSE 0.0 END)",
                "odd": f"list(DISTINCT upper({code})) FILTER (NOT {numbered})",
            },
        )
        if NUMBERED <= (found["share"] or 0) < 1:
            odd = sorted(found["odd"])
            some = ", ".join(odd[:6]) + (", …" if len(odd) > 6 else "")
            why = f"their {columns.product} has no product number: {some}"
            rules.append(_Rule("postage, fees and manual entries", f"NOT {numbered}", why))
    return [
        *rules,
        _Rule("lines with a price of zero or less", "price <= 0", "gifts and adjustments"),
        _Rule("lines with a quantity of zero", "quantity = 0", "nothing changed hands"),
    ]


def _split(table: Table, n_lines: int) -> dict[str, int]:
    """Make the table ``kept_lines``, with what is a return and what a line is worth; count it."""
    cancelled = "regexp_matches(invoice, '^[Cc][- ]?[0-9]+$')"
    share = ask(table, {"c": f"avg(CASE WHEN {cancelled} THEN 1.0 ELSE 0.0 END)"}, "judged_lines")
    if (share["c"] or 0) > 0.5:  # then C is how every invoice number starts
        cancelled = "FALSE"
    table.con.execute(
        "CREATE OR REPLACE TABLE kept_lines AS SELECT *, "
        f"(quantity < 0 OR {cancelled}) AS returned, "
        f"CAST(round(abs(quantity) * price, 6) AS {MONEY}) AS value "
        "FROM judged_lines WHERE verdict = 9"
    )
    buyers = "customer IN (SELECT customer FROM kept_lines WHERE NOT returned)"
    kept = ask(
        table,
        {
            "bought": "count(*) FILTER (NOT returned)",
            "returned": f"count(*) FILTER (returned AND {buyers})",
            "orphans": f"count(*) FILTER (returned AND NOT {buyers})",
        },
        "kept_lines",
    )
    if not kept["bought"]:
        raise InputError(
            f"{table.source.name} must have purchases by known customers; got {n_lines:,} lines "
            f"and none of them has a customer, a date, a quantity above 0 and a price above 0; "
            "check --customer, --date, --quantity and --price, or say --lines no"
        )
    return kept


def _account(table: Table, rules: list[_Rule], n_lines: int) -> list[CleaningStep]:
    """Count the lines that each rule takes; what is left are purchases and returns."""
    kept = _split(table, n_lines)
    n_known = ask(table, {"known": "count(customer)"}, "parsed_lines")["known"]
    verdicts = dict(
        table.con.execute("SELECT verdict, count(*) FROM judged_lines GROUP BY 1").fetchall()
    )
    removed = [
        ("lines without a customer", n_lines - n_known, "nobody to group them under"),
        (REPEATS, n_known - sum(verdicts.values()),
         "equal in every column"),
        *((rule.rule, verdicts.get(i, 0), rule.why) for i, rule in enumerate(rules)),
        ("returns by customers without a purchase", kept["orphans"], "bought before this file"),
    ]  # fmt: skip
    left, steps = n_lines, []
    for rule, n, why in removed:
        left -= n
        steps.append(CleaningStep(rule, "removed", n, why, left))
    why = "a quantity below zero, or an invoice number that starts with C"
    steps.append(CleaningStep("purchases", "kept", kept["bought"], "", left))
    steps.append(CleaningStep("returns and cancellations", "kept", kept["returned"], why, left))
    return steps


def _repeats_kept(table: Table, n_left: int | None) -> list[CleaningStep]:
    """Tell of the lines that are equal to another one, where they are no repeats."""
    row = table.con.execute(
        "SELECT (SELECT count(*) FROM judged_lines) - "
        "(SELECT count(*) FROM (SELECT DISTINCT * FROM judged_lines))"
    ).fetchone()
    assert row is not None  # an aggregate always gives one row
    why = "no column names the product, so they count as different articles of one price"
    return [CleaningStep("lines equal to another line", "kept", row[0], why, n_left)]


def _last_day(table: Table) -> str:
    return str(ask(table, {"day": "max(moment)::DATE"}, "parsed_lines")["day"])


def _carried(table: Table, others: list[str]) -> list[tuple[str, str]]:
    """Name the text columns that belong to the customer, such as a country."""
    types = dict(table.con.execute("SELECT column_name, column_type FROM "
                                   "(DESCRIBE kept_lines)").fetchall())  # fmt: skip
    texts = [j for j in range(len(others)) if types[f"o{j}"] == "VARCHAR"][:20]
    if not texts:
        return []
    asked = {f"n{j}": f"approx_count_distinct(o{j})" for j in texts}
    n_levels = ask(table, asked, "kept_lines")
    few = [j for j in texts if 1 < n_levels[f"n{j}"] <= 1000]
    if not few:
        return []
    differ = ", ".join(f"count(DISTINCT o{j}) AS d{j}" for j in few)
    shares = ask(
        table,
        {f"s{j}": f"avg(CASE WHEN d{j} <= 1 THEN 1.0 ELSE 0.0 END)" for j in few},
        f"(SELECT {differ} FROM kept_lines GROUP BY customer)",
    )
    taken = {name.casefold() for name in _MADE}
    return [
        (others[j], f"max_by(o{j}, (moment, o{j}))")
        for j in few
        if shares[f"s{j}"] >= SAME and others[j].casefold() not in taken
    ]


def _aggregate(table: Table, columns: InvoiceColumns, carried: list[tuple[str, str]]) -> None:
    """Make the table ``customers``."""
    more = "".join(f", {sql} AS {quote(name)}" for name, sql in carried)
    more_names = "".join(f", {quote(name)}" for name, _ in carried)
    table.con.execute(
        f"""
        CREATE OR REPLACE TABLE customers AS
        WITH last AS (SELECT max(moment)::DATE + 1 AS day FROM parsed_lines),
        sums AS (
            SELECT customer,
                   max(moment) FILTER (NOT returned)::DATE AS latest,
                   min(moment) FILTER (NOT returned)::DATE AS first,
                   count(DISTINCT invoice) FILTER (NOT returned) AS n_orders,
                   sum(value) FILTER (NOT returned) AS bought,
                   coalesce(sum(value) FILTER (returned), 0) AS back
                   {more}
            FROM kept_lines GROUP BY customer HAVING count(*) FILTER (NOT returned) > 0
        )
        SELECT customer AS {quote(columns.customer)},
               CAST(last.day - latest AS DOUBLE) AS recency_days,
               CAST(n_orders AS DOUBLE) AS n_orders,
               CAST(greatest(bought - back, 0) AS DOUBLE) AS total_spend,
               round(CAST(bought AS DOUBLE) / n_orders, 4) AS avg_order_value,
               CAST(last.day - first AS DOUBLE) AS tenure_days,
               CASE WHEN bought > 0
                    THEN round(least(100, 100 * CAST(back AS DOUBLE) / CAST(bought AS DOUBLE)), 4)
                    ELSE 0 END AS returns_rate
               {more_names}
        FROM sums, last ORDER BY length(customer), customer
        """
    )


def customers_again(table: Table, invoices: Mapping[str, Any]) -> Table:
    """Build customers of new invoice lines as they were built when a model was fitted.

    The reference day is the last day of the new file.

    Parameters
    ----------
    table : Table
    invoices : mapping
        From ``InvoiceColumns.to_dict``.

    Raises
    ------
    ColumnError
        The table has neither the columns of the invoice lines nor those of customers.
    """
    was = InvoiceColumns.from_dict(invoices)
    lacking = [getattr(was, role) for role in ROLES if getattr(was, role) not in table.columns]
    if not lacking:
        product = was.product if was.product in table.columns else None
        return customers_from_invoices(table, dataclasses.replace(was, product=product))
    columns = invoice_columns(table, {})
    if columns is None:
        near = nearest(lacking[0], table.columns)
        raise ColumnError(
            f"{table.source.name} must have the columns of the invoice lines that the model was "
            f"fitted on, or those of customers ({', '.join(_MADE)}); it lacks the column"
            f"{'s' if len(lacking) > 1 else ''} {', '.join(map(repr, lacking))}.{near}"
        )
    made = customers_from_invoices(table, columns)
    names = {columns.customer: was.customer}
    listed = ", ".join(f"{quote(c)} AS {quote(names.get(c, c))}" for c in made.columns)
    made.con.execute(f"CREATE OR REPLACE TABLE customers AS SELECT {listed} FROM customers")
    return dataclasses.replace(made, columns=tuple(names.get(c, c) for c in made.columns))
