"""What a column means to a shop, and its unit, told from its name."""

from __future__ import annotations

import re
import unicodedata

from covey.features.spelling import CURRENCIES

#: role -> patterns over the words of a name (lower case, no accents, joined by spaces); the
#: first role that matches wins, so the narrow ones stand first
_ROLES: tuple[tuple[str, str], ...] = (
    ("score", r"\b(score|scores|rating|ratings|nps|satisfaction)\b"),
    ("returns", r"\b(returns?|returned|refunds?|refunded|retours?|retouren?|devolucion(es)?)\b"),
    (
        "recency",
        r"\b(recency|inactive|inactivity|dormant|recence|recencia)\b"
        r"|\bsince (the )?(last|latest|previous)\b"
        r"|\b(jours|dias|giorni|tage) (depuis|desde|da|seit|sin)\b(?! (inscription|alta|registro))"
        r"|\btage (ohne|seit)\b|\b(depuis|desde|dalla?|seit|dall) (el |la |le |l )?"
        r"(dernier|derniere|ultim[ao]|letzte[mnrs]?)\b|\brecenza\b"
        r"|\b(dernier|derniere|ultim[ao]) (acquisto|ordine|visite|visita|acquis)\b"
        r"|\b(last|latest|letzte[rs]?|derniere?|ultim[ao]) "
        r"(purchase|order|visit|login|seen|active|activity|buy|transaction|bought|kauf|bestellung|"
        r"achat|commande|compra|pedido|date|invoice|sale|contact)\b(?! (amount|value|total|price))",
    ),
    (
        "tenure",
        r"\b(tenure|seniority|membership|since|months on book|joined|joining|registered|signup|"
        r"sign up|registration|enrol\w*|customer age|account age|relationship length|lifetime days|"
        r"anciennete|dt customer|first (purchase|order|visit|seen|transaction)|"
        r"(member|customer|client) (for|date))\b",
    ),
    (
        "discount",
        r"\b(deals?|discounts?|discounted|coupons?|promos?|promotions?|vouchers?|bargains?|"
        r"markdowns?|rabatte?|remises?|descuentos?|on sale)\b",
    ),
    ("visits", r"\b(visits?|sessions?|logins?|pageviews?|page views|besuche|visites|visitas)\b"),
    (
        "basket",
        r"\b(aov|basket|ticket|panier|paniers|warenkorb|einkaufswert|carrello|cesta|carrito|"
        r"scontrino medio|bon moyen|bestellwert|cart value|cart size|cart)\b"
        r"|\b(avg|average|mean|median|typical|per) (\w+ )?(order|purchase|transaction|spend|sale|"
        r"invoice|bestellung|achat|commande|pedido|check|bill)\b"
        r"|\b(order|purchase|transaction) (value|amount|size|spend) (avg|average|mean)\b"
        r"|\b(spend|spent|amount|value|revenue) per (order|purchase|transaction|visit)\b",
    ),
    (
        "frequency",
        r"\b(frequency|freq|frequence|frecuencia|haufigkeit|frequenza)\b(?! (hz|khz|mhz))"
        r"|\b(orders|purchases|transactions|invoices|bookings|bestellungen|kaufe|einkaufe|"
        r"commandes|achats|pedidos|compras|ordini|acquisti|factures|facturas|rechnungen)"
        r"\b(?! (amount|value|total|price|spend))"
        r"|\b(order|purchase|transaction|invoice|bestell) (count|number|qty|n|num|anzahl)\b"
        r"|\b(n|num|nb|no|nombre|numero|number of|count of|anzahl) (d |de |di |der )?"
        r"(order|purchase|transaction|invoice|commande|achat|pedido|"
        r"compra|ordine|acquisto|bestellung|kauf)\b",
    ),
    ("income", r"\b(income|salary|wages?|earnings|einkommen|gehalt|revenus?|salaire|ingresos)\b"),
    ("age", r"^(age|alter|edad|eta|leeftijd)\b|\b(customer|client|user) alter\b|\bage$"),
    (
        "spend",
        r"\b(spend|spent|spending|spendings|monetary|revenue|sales|turnover|ltv|clv|cltv|mnt|"
        r"total value|lifetime value|umsatz|ausgaben|depenses?|montant|ventes?|ventas|gastos?|"
        r"gastado|fatturato|fatturati|facturacion|valore|importe?|importo|speso|spesa|spese|vendite|"
        r"chiffre d affaires?|ausgegeben|betrag|verkaufe|"
        r"(purchase|order|sales|total|transaction|invoice|billing|paid)s? amount|amount spent|"
        r"(purchase|purchases|orders?|total|transactions?) (value|total|spend)|"
        r"(total|sum) (paid|purchases value)|charges)\b"
        r"|\bca (total|ht|ttc|annuel|mensuel|client)\b|\btotal ca\b",
    ),
)

_UNITS = {
    "days": "days", "day": "days", "tage": "days", "jours": "days", "dias": "days",
    "weeks": "weeks", "months": "months", "years": "years", "yrs": "years", "hours": "hours",
    "hrs": "hours", "minutes": "minutes", "mins": "minutes", "seconds": "seconds",
    "secs": "seconds",
    "pct": "%", "percent": "%", "percentage": "%", "prozent": "%",
    "kg": "kg", "km": "km", "cm": "cm", "mm": "mm", "kwh": "kWh", "celsius": "°C",
}  # fmt: skip
#: units short enough to be something else: only as the last word, never the whole name
_LAST_ONLY = {"day", "km", "cm", "mm", "kg"}

_IDENTIFIERS = {
    "id", "ids", "uuid", "guid", "key", "code", "nr", "no", "number", "ref", "identifier",
    "kennung", "nummer", "numero", "sku", "isbn", "ean", "gtin", "zip", "zipcode", "postcode",
    "plz", "postal", "phone", "telephone", "email", "mail", "ssn", "iban", "rowid",
    "username", "name", "fullname",
}  # fmt: skip
_PEOPLE = {
    "customer", "client", "kunde", "kundin", "user", "member", "account", "shopper", "buyer",
    "household", "patient", "subject", "person", "cliente", "row", "record", "index",
}  # fmt: skip


def words(name: str) -> list[str]:
    """Split a name at case changes, digits, spaces and signs: ``"NumWebVisits"`` gives three."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    plain = re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", plain)
    return [word.casefold() for word in re.split(r"[\W_]+", plain) if word]


def role_of(name: str) -> str:
    """Return what a column means to a shop, or the empty string.

    Roles: spend, frequency, basket, recency, tenure, returns, discount, visits, income, age,
    score. Several columns may share one.
    """
    if name.strip() == "CA":  # chiffre d'affaires; "ca" and "Ca" are calcium and vessels
        return "spend"
    joined = " ".join(words(re.sub(r"[(\[].*?[)\]]", " ", name)))
    for role, pattern in _ROLES:
        if re.search(pattern, joined):
            return role
    return ""


def unit_of(name: str) -> str:
    """Return the unit that a name tells: ``"Income (k$)"`` → ``"k$"``, ``"recency_days"``."""
    for inside in re.findall(r"[(\[]\s*([^)\]]{1,12}?)\s*[)\]]", name):
        if not re.search(r"\d", inside):  # (1-100) is a range
            return str(CURRENCIES.get(inside.casefold(), inside))
    if "%" in name:
        return "%"
    parts = words(name)
    if len(parts) > 1:
        for word in (parts[-1], parts[0]):
            if word in _UNITS and (word == parts[-1] or word not in _LAST_ONLY):
                return _UNITS[word]
        if parts[-1] in {"usd", "eur", "gbp", "jpy", "inr", "chf"}:
            return CURRENCIES[parts[-1]]
    return ""


def names_identifier(name: str) -> bool:
    """Tell whether a name says that the column identifies something: id, code, number, e-mail."""
    parts = words(name)
    if not parts or parts == ["unnamed", "0"]:
        return True  # the unnamed first column is an index that a data frame wrote
    if parts[-1] == "number" and len(parts) > 1 and parts[-2] in {"of", "total", "average"}:
        return False
    return parts[-1] in _IDENTIFIERS or parts[0] in {"id", "uuid"} or " ".join(parts) in _PEOPLE


def identifier_rank(name: str) -> int:
    """Rank names of identifiers, lowest best: a customer's id before any id before a code."""
    parts = words(name)
    says_id = bool({"id", "uuid", "guid", "key", "nr", "no", "number", "nummer"} & set(parts))
    if set(parts) & _PEOPLE - {"row", "record", "index"} and (says_id or len(parts) == 1):
        return 0
    return 1 if says_id else 2


def names_date(name: str) -> bool:
    """Tell whether a name speaks of a day or a moment."""
    dates = {"date", "day", "datum", "dt", "fecha", "data", "time", "timestamp", "jour", "dob"}
    return bool(dates & set(words(name)))


def names_category(name: str) -> bool:
    """Tell whether 0 and 1 in a column are names of two kinds, not yes and no."""
    return bool({"sex", "gender", "geschlecht", "sexe", "sexo"} & set(words(name)))
