"""What is told of the columns behind customers that were made of invoice lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from covey.features.asking import ask
from covey.features.choice import Choice
from covey.features.columns import recognise
from covey.features.invoices import HALF, LARGEST, ROLES, InvoiceColumns, first_rows
from covey.features.raw import Table
from covey.flow import Caution, CleaningStep, Decision

#: share of the lines or of the value bought from which a rule that removes them is told
MUCH = 0.05
REPEATS = "exact repeats of another line"
_PARTS = {
    "invoice": "taken as the invoice of each line; invoices with a purchase count as orders",
    "date": "taken as the date of each line; recency and tenure are counted from it",
    "quantity": "taken as the quantity of each line; times the price it is the value",
    "price": "taken as the price of one piece; times the quantity it is the value",
    "product": "taken as the product of each line; repeats and lines that are no products are "
    "told by it",
}


def how_made(columns: InvoiceColumns, last_day: str, carried: Sequence[str]) -> dict[str, str]:
    """Say of each column that ``customers_from_invoices`` makes how it is made."""
    until = f"the day after the last day in the data ({last_day})"
    return {
        columns.customer: "taken as the customer of each line; one row was made for each",
        "recency_days": f"days from the last order to {until}",
        "n_orders": "invoices with a purchase",
        "total_spend": "value bought minus value returned, at least 0",
        "avg_order_value": "value bought per order (returns not subtracted)",
        "tenure_days": f"days from the first order to {until}",
        "returns_rate": "value returned in percent of the value bought, at most 100",
        **dict.fromkeys(carried, "the latest one of each customer"),
    }


def lines_told(
    table: Table, columns: InvoiceColumns, carried: Sequence[str]
) -> tuple[Decision, ...]:
    """Tell what was done with each column of the lines that is no column of the customers.

    Parameters
    ----------
    table : Table
        One row per invoice line.
    columns : InvoiceColumns
    carried : sequence of str
        Columns that became columns of the customers.
    """
    parts = {getattr(columns, role): role for role in (*ROLES, "product")}
    told = []
    for column in recognise(first_rows(table), None, HALF):
        role = parts.get(column.name, "")
        if column.name in carried or role == "customer":
            continue
        if not role:
            why = "not one fact of each customer, so it was not used for the customers"
            told.append(Decision(column.name, column.kind, "left out", why, "--lines no"))
            continue
        kind = "identifier" if role in ("invoice", "product") else column.kind
        overrule = "--lines no" if role == "product" else f"--{role} COLUMN"
        told.append(Decision(column.name, kind, "made into customers", _PARTS[role], overrule))
    return tuple(told)


def with_how_made(choice: Choice, how: Mapping[str, str], id_asked: bool) -> Choice:
    """Say in the decisions how the columns were made; ``id_asked``: the user named the id."""
    decisions = dict(choice.decisions)
    for name, made in how.items():
        one = decisions.get(name)
        if one is None or (
            "asked for" in one.why and not (one.action == "row identifier" and not id_asked)
        ):
            continue
        if one.action == "row identifier":
            overrule = "--customer COLUMN"
            decisions[name] = dataclasses.replace(one, why=made, overrule=overrule)
        else:
            why = made if one.why == "a number" else f"{made}; {one.why}"
            decisions[name] = dataclasses.replace(one, why=why)
    return dataclasses.replace(choice, decisions=decisions)


def large_removals(
    table: Table, rules: Sequence[str], steps: Sequence[CleaningStep], n_lines: int
) -> list[Caution]:
    """Tell of each rule that took many of the lines or much of the value bought."""
    worth = (
        "coalesce(sum(CAST(round(quantity * price, 6) AS DECIMAL(38, 6))) "
        f"FILTER (quantity BETWEEN 0 AND {LARGEST:g} AND price BETWEEN 0 AND {LARGEST:g}), 0)"
    )
    whole, known = (
        float(ask(table, {"worth": worth}, rows)["worth"])
        for rows in ("parsed_lines", "(FROM parsed_lines WHERE customer IS NOT NULL)")
    )
    by_rule = dict(
        table.con.execute(f"SELECT verdict, {worth} FROM judged_lines GROUP BY 1").fetchall()
    )
    lost = {"lines without a customer": whole - known}
    lost[REPEATS] = known - float(sum(by_rule.values()))
    lost |= {rule: float(by_rule.get(i, 0)) for i, rule in enumerate(rules)}
    found = []
    for step in steps:
        lines, value = step.n_rows / n_lines, lost.get(step.rule, 0.0) / whole if whole else 0.0
        if step.action == "removed" and max(lines, value) > MUCH:
            text = (
                f"{step.rule[0].upper()}{step.rule[1:]} were removed: {step.n_rows:,} of "
                f"{n_lines:,} lines ({lines:.1%}) with {value:.1%} of the value bought "
                f"({step.why})."
            )
            found.append(Caution("lines-removed", text))
    return found
