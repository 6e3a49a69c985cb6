"""What names of columns say."""

from __future__ import annotations

import pytest

from covey.features.roles import names_identifier, role_of, unit_of, words


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("NumWebVisitsMonth", ["num", "web", "visits", "month"]),
        ("CustomerID", ["customer", "id"]),
        ("days_since_last", ["days", "since", "last"]),
        ("Größe", ["große"]),
        ("W51", ["w", "51"]),
    ],
)
def test_words(name: str, parts: list[str]) -> None:
    assert words(name) == parts or words(name) == [part.replace("ß", "ss") for part in parts]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("total_spend", "spend"), ("MntWines", "spend"), ("Umsatz", "spend"), ("revenue", "spend"),
        ("Purchase Amount (USD)", "spend"), ("amount_spent", "spend"), ("CLV", "spend"),
        ("purchase_freq", "frequency"), ("n_orders", "frequency"), ("NumWebPurchases", "frequency"),
        ("order_count", "frequency"), ("Frequency", "frequency"), ("number of orders", "frequency"),
        ("avg_order_value", "basket"), ("AOV", "basket"), ("average_basket", "basket"),
        ("spend_per_order", "basket"),
        ("recency_days", "recency"), ("Recency", "recency"), ("last_purchase_date", "recency"),
        ("days since last order", "recency"),
        ("tenure_days", "tenure"), ("Dt_Customer", "tenure"), ("customer_since", "tenure"),
        ("signup_date", "tenure"), ("first_purchase", "tenure"),
        ("returns_rate", "returns"), ("refunds", "returns"),
        ("NumDealsPurchases", "discount"), ("discount_pct", "discount"), ("coupons", "discount"),
        ("NumWebVisitsMonth", "visits"), ("sessions", "visits"),
        ("Annual Income (k$)", "income"), ("Salary", "income"),
        ("Age", "age"), ("age_years", "age"), ("Alter", "age"),
        ("Spending Score (1-100)", "score"), ("rating", "score"),
        ("Chiffre d'affaires", "spend"), ("CA", "spend"), ("ca_total", "spend"),
        ("Valore", "spend"), ("importe", "spend"), ("fatturato", "spend"), ("ventes", "spend"),
        ("gasto_total", "spend"), ("Dépenses", "spend"), ("Betrag", "spend"),
        ("Nb commandes", "frequency"), ("nombre d'achats", "frequency"),
        ("número de pedidos", "frequency"), ("numero ordini", "frequency"),
        ("Anzahl Bestellungen", "frequency"), ("Frequenza", "frequency"),
        ("Panier moyen", "basket"), ("carrello medio", "basket"), ("cesta media", "basket"),
        ("Warenkorbwert", ""), ("durchschnittlicher Warenkorb", "basket"),
        ("Jours depuis dernier achat", "recency"), ("días desde la última compra", "recency"),
        ("giorni dall'ultimo acquisto", "recency"), ("Tage seit letzter Bestellung", "recency"),
        ("calories", ""), ("cavalry", ""), ("local_area", ""), ("Ca", ""), ("ca", ""),
        ("Year_Birth", ""), ("Kidhome", ""), ("W12", ""), ("num_likes", ""), ("frequency_hz", ""),
        ("RestBP", ""), ("page", ""), ("storage", ""), ("Education", ""),
    ],
)  # fmt: skip
def test_roles(name: str, role: str) -> None:
    assert role_of(name) == role


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Annual Income (k$)", "k$"), ("Spending Score (1-100)", ""), ("recency_days", "days"),
        ("days_since_order", "days"), ("discount_pct", "%"), ("share %", "%"), ("price_usd", "$"),
        ("Amount (GBP)", "£"), ("weight [kg]", "kg"), ("days", ""), ("total_spend", ""),
        ("age_years", "years"),
    ],
)  # fmt: skip
def test_units(name: str, unit: str) -> None:
    assert unit_of(name) == unit


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("CustomerID", True), ("customer_id", True), ("ID", True), ("id", True), ("uuid", True),
        ("Product_Code", True), ("order_number", True), ("zip", True), ("customer", True),
        ("", True), ("Unnamed: 0", True), ("status_id", True), ("e-mail", True),
        ("num_reactions", False), ("NumDealsPurchases", False), ("number_of_orders", False),
        ("paid", False), ("Income", False), ("glycemic index", False), ("total_number", False),
    ],
)  # fmt: skip
def test_names_of_identifiers(name: str, says: bool) -> None:
    assert names_identifier(name) is says
