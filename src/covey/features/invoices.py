"""Which columns make a table invoice lines: invoice, customer, date, quantity, price."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from covey.errors import ColumnError, OptionError
from covey.features.choice import refuse_unknown
from covey.features.columns import Column, recognise
from covey.features.raw import quote
from covey.features.roles import words
from covey.features.spelling import CURRENCIES, text_sql
from covey.flow import Caution

if TYPE_CHECKING:
    from covey.features.raw import Table

_KINDS = {"category": "words", "date": "dates", "number": "numbers", "text number": "numbers",
          "boolean": "yes and no", "other": "lists"}  # fmt: skip
#: rows looked at to tell what the columns hold
LOOK = 10_000
#: lines may be in disorder: dates and numbers are looked for where half of the values are
HALF = 0.5
#: quantities and prices above this are no quantities and prices
LARGEST = 1e9
_HOLDS = {
    "date": ("date",),
    "quantity": ("number", "text number", "boolean"),
    "price": ("number", "text number", "boolean"),
}
ROLES = ("invoice", "customer", "date", "quantity", "price")

_PAPER = (
    "invoice", "order", "transaction", "receipt", "bill", "rechnungs?", "bestell(ungs?|ung)?",
    "beleg", "facture", "commande", "factura", "pedido", "fattura", "ordine", "purchase", "sale",
    "basket", "ticket",
)  # fmt: skip
_PERSON = (
    "customer", "cust", "client", "kunden?", "shopper", "buyer", "member", "cliente", "acheteur",
    "user", "account", "consumer", "household",
)  # fmt: skip
_MARK = "(id|no|nr|num|number|nummer|code|key|ref|reference)"
_MARKED = "(id|no|nr|n|num|number|numero|code)(de|du|di)?"

#: role -> regular expressions over the name squashed to small letters; earlier is better
_NAMES: Mapping[str, tuple[str, ...]] = {
    "invoice": tuple(
        pattern for word in _PAPER for pattern in (f"{word}{_MARK}", f"{_MARKED}{word}", word)
    ),
    "customer": tuple(
        pattern for word in _PERSON for pattern in (f"{word}{_MARK}", f"{_MARKED}{word}", word)
    ),
    "date": (
        *(f"{word}(date|datum|time|datetime|timestamp|day|ts|at|on)" for word in _PAPER),
        *(f"(date|datum|fecha|data)(de|du|di)?(la)?{word}" for word in _PAPER),
        "date", "datum", "fecha", "data", "jour", "timestamp", "datetime", "day", "time",
        "(created|ordered|purchased|placed|paid|invoiced|sold)(at|on|ts|time|date)?", "ts", "at",
    ),
    "quantity": (
        "quantity", "qty", "menge", "anzahl", "stuck", "stuckzahl", "quantite", "qte", "cantidad",
        "quantita", "units", "nunits", "numunits", "unitssold", "(quantity|qty)(sold|ordered)",
        "(item|order|product)(quantity|qty)", "pieces", "itemcount",
    ),
    "price": (
        "unitprice", "priceperunit", "itemprice", "priceeach", "einzelpreis", "stuckpreis",
        "prixunitaire", "preciounitario", "prezzounitario", "price", "preis", "prix", "precio",
        "prezzo", "(product|sale|selling|unitary)price", "unitcost", "unitpriceusd",
    ),
    "product": (
        "stockcode", "sku", f"(product|item|article|artikel|produkt|produit|articulo){_MARK}",
        "product", "item", "article", "artikel", "produkt", "produit", "ean", "asin", "articulo",
        "producto", "articolo", "prodotto", "upc", "gtin",
        "(product|item|article|artikel|produkt)s?(name|description|desc|bezeichnung)",
        "description", "bezeichnung", "descripcion", "descrizione", "designation",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class InvoiceColumns:
    """Which column plays which part in invoice lines."""

    invoice: str
    customer: str
    date: str
    quantity: str
    price: str
    product: str | None = None  # lets lines that are no products, such as postage, be told
    currency: str = ""  # "£", when the prices or their name say so

    def units(self) -> dict[str, str]:
        """Return the unit of each column that ``customers_from_invoices`` makes."""
        return {
            "recency_days": "days",
            "n_orders": "orders",
            "total_spend": self.currency,
            "avg_order_value": self.currency,
            "tenure_days": "days",
            "returns_rate": "%",
        }

    def to_dict(self) -> dict[str, Any]:
        """Return what a preparation keeps, in plain JSON types."""
        columns = {role: getattr(self, role) for role in ROLES}
        if self.product is not None:
            columns["product"] = self.product
        return {"columns": columns, "currency": self.currency, "reference": "last day of the file"}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> InvoiceColumns:
        """Make it from what ``to_dict`` returned."""
        return cls(**plain["columns"], currency=plain["currency"])


def invoice_columns(
    table: Table, given: Mapping[str, str | None], lines: str = "auto"
) -> InvoiceColumns | None:
    """Find the columns of invoice lines by their names and by what they hold.

    Parameters
    ----------
    table : Table
    given : mapping of role to column or None
        Roles are "invoice", "customer", "date", "quantity" and "price"; what is given is taken.
    lines : {"auto", "yes", "no"}
        "auto": None unless all five are found without doubt; "no": None.

    Returns
    -------
    InvoiceColumns or None
        None when the rows are not invoice lines.

    Raises
    ------
    ColumnError
        A column given is not there; or some are given, or ``lines`` is "yes", and another one
        cannot be found or is not of its kind. The message names the flag to give.
    OptionError
        Columns are given and ``lines`` is "no".
    """
    asked = {role: column for role, column in given.items() if column is not None}
    if lines == "no":
        if asked:
            flag = next(iter(asked))
            raise OptionError(
                f"lines must not be 'no' when --{flag} is given; take one of them out"
            )
        return None
    for role, column in asked.items():
        refuse_unknown([column], table.columns, f"--{role}", table.source.name)
    must = bool(asked) or lines == "yes"
    found: dict[str, str] = dict(asked)
    for role in (*ROLES, "product"):
        if role in found:
            continue
        best = _by_name(role, [c for c in table.columns if c not in found.values()])
        if len(best) == 1:
            found[role] = best[0]
        elif role != "product" and must:
            raise ColumnError(_which_flag(role, best, table))
        elif role != "product":
            return None
    parts = [found[role] for role in ("date", "quantity", "price")]
    facts = {c.name: c for c in recognise(first_rows(table), parts, HALF)}
    wrong = _wrong_kind(found, facts)
    if wrong and must:
        raise ColumnError(wrong)
    if wrong or not (must or _repeats(table, found["customer"])):
        return None
    currency = facts[found["price"]].unit
    if currency not in CURRENCIES.values():
        currency = _currency_in(found["price"])
    return InvoiceColumns(
        *(found[role] for role in ROLES), product=found.get("product"), currency=currency
    )


def told_if_lines(table: Table, lines: str) -> Table:
    """Add a caution to a table that looks like invoice lines but lacks some of their columns.

    Parameters
    ----------
    table : Table
        Not taken for invoice lines by ``invoice_columns``.
    lines : {"auto", "yes", "no"}
        Only under "auto" there is anything to tell.
    """
    if lines != "auto":
        return table
    found: dict[str, str] = {}
    doubtful: dict[str, list[str]] = {}
    for role in ROLES:
        best = _by_name(role, [c for c in table.columns if c not in found.values()])
        if len(best) == 1:
            found[role] = best[0]
        elif best:
            doubtful[role] = best
    if not {"invoice", "customer"} & {*found, *doubtful}:
        return table
    parts = [found[role] for role in ("date", "quantity", "price") if role in found]
    facts = {c.name: c for c in recognise(first_rows(table), parts, HALF)} if parts else {}
    wrong = [role for role in _HOLDS if role in found and not _holds(role, facts[found[role]])]
    found = {role: column for role, column in found.items() if role not in wrong}
    repeat = [r for r in ("invoice", "customer") if r in found and _repeats(table, found[r])]
    n_found = len(found) + len(doubtful)
    if (n_found < 3 and len(repeat) < 2) or (n_found < 4 and not repeat):
        return table
    if "customer" in found and "customer" not in repeat:
        return table  # one row per customer already
    lacking = [role for role in ROLES if role not in found]
    seen = ", ".join(f"{role}: {column}" for role, column in found.items())
    several = "".join(f"; {r}: {' or '.join(best)}" for r, best in doubtful.items())
    flags = " ".join(f"--{role} COLUMN" for role in lacking)
    text = (
        f"The columns look like invoice lines ({seen}{several}) but no column was found that is "
        f"surely the {' and the '.join(lacking)}; each row was taken as one customer. Pass "
        f"{flags} to make one row per customer, or --lines no if that is what the rows are."
    )
    return dataclasses.replace(
        table, cautions=(*table.cautions, Caution("looks-like-invoice-lines", text))
    )


def first_rows(table: Table) -> Table:
    """Return enough of the table to tell numbers and dates from other things."""
    table.con.execute(
        f"CREATE OR REPLACE TABLE first_lines AS SELECT * FROM {quote(table.name)} LIMIT {LOOK}"
    )
    return dataclasses.replace(table, name="first_lines")


def _by_name(role: str, columns: Sequence[str]) -> list[str]:
    """Return the columns whose name fits a role best; several when none is better."""
    for pattern in _NAMES[role]:
        fitting = [column for column in columns if re.fullmatch(pattern, "".join(_core(column)))]
        if fitting:
            return fitting
    return []


def _core(name: str) -> list[str]:
    """Split a name into words, without a currency at its end."""
    parts = words(re.sub(r"[(\[].*?[)\]]", " ", name))
    return parts[:-1] if len(parts) > 1 and parts[-1] in CURRENCIES else parts


def _currency_in(name: str) -> str:
    symbols = [CURRENCIES[word] for word in words(name) if word in CURRENCIES and len(word) == 3]
    symbols += [sign for sign in ("£", "$", "€", "¥", "₹") if sign in name]
    return symbols[0] if symbols else ""


def _holds(role: str, column: Column) -> bool:
    """Tell whether a column is of a kind that its role can be."""
    return column.kind in _HOLDS[role]


def _wrong_kind(found: Mapping[str, str], facts: Mapping[str, Column]) -> str:
    """Say which column does not hold what its role needs, or return the empty string."""
    for role in _HOLDS:
        column = facts[found[role]]
        if not _holds(role, column):
            what = "dates" if role == "date" else "numbers"
            got = "no value at all" if column.kind == "empty" else _KINDS[column.kind]
            return (
                f"--{role}: the {role} of invoice lines must hold {what}; {column.name!r} holds "
                f"{got}; give the right column with --{role}, or say --lines no"
            )
    return ""


def _repeats(table: Table, column: str) -> bool:
    """Tell whether values come more than once: then the rows are not customers already."""
    text = text_sql(quote(column), table.types()[column], vague=True)
    row = table.con.execute(
        f"SELECT count({text}), count(DISTINCT {text}) FROM {quote(table.name)}"
    ).fetchone()
    assert row is not None  # an aggregate always gives one row
    return bool(row[1] < 0.9 * row[0])


def _which_flag(role: str, best: Sequence[str], table: Table) -> str:
    several = f"several columns could be it: {', '.join(map(repr, best))}" if best else "got none"
    return (
        f"invoice lines must have a column of the {role}; {several} "
        f"(columns of {table.source.name}: {', '.join(table.columns[:30])}); "
        f"give it with --{role} COLUMN, or say --lines no"
    )
