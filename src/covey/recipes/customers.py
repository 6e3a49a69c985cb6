"""Example customers of a shop, with a known ground truth.

Six kinds of customers of unequal size. Orders, basket value and days since the last order are
drawn from a log-normal distribution around the medians of the kind; what was spent is orders
times basket, with a little noise, as in a real ledger. The kinds overlap a little, as people do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from covey.constraints import Number
from covey.options import Option

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Kind(NamedTuple):
    """One kind of customers: its share, and medians with their spread on the log scale."""

    name: str
    share: float
    orders: float
    basket: float  # £ an order
    recency: float  # days since the last order
    orders_spread: float = 0.27
    recency_spread: float = 0.42


BASKET_SPREAD = 0.27
NOISE = 0.03  # of total spend around orders × basket: vouchers, postage, rounding

#: Far enough apart that k-means on logged, standardised columns finds them (adjusted Rand index
#: about 0.99), near enough that some rows lie between two kinds.
KINDS = (
    Kind("champions", 0.08, orders=42, basket=130, recency=6),
    Kind("regulars", 0.26, orders=15, basket=48, recency=16),
    Kind("big baskets", 0.12, orders=3.2, basket=290, recency=60),
    Kind("bargain hunters", 0.20, orders=13, basket=11, recency=32),
    Kind("newcomers", 0.14, orders=1.5, basket=46, recency=6, orders_spread=0.3),
    Kind("dormant", 0.20, orders=4, basket=42, recency=260, recency_spread=0.3),
)

#: options of the generator; the command `covey example` takes its checks and help from here
OPTIONS = {
    "rows": Option("rows", 50_000, (Number(low=1, high=10_000_000),), "Number of customers."),
    "seed": Option("seed", 0, (Number(low=0, high=2**32 - 1),), "Seed of the random choices."),
}


def customers(n_rows: int = 50_000, seed: int = 0) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """Generate example customers.

    Parameters
    ----------
    n_rows : int
        Number of customers, 1 to 10 million.
    seed : int
        The same seed and number of rows give the same customers.

    Returns
    -------
    columns : dict of name to (n_rows,) array
        ``customer_id`` (text), ``total_spend`` (£), ``purchase_freq`` (orders, whole),
        ``avg_order_value`` (£), ``recency_days`` (days, whole).
    truth : (n_rows,) array of str
        The kind each customer was drawn from; a name of ``KINDS``.

    Raises
    ------
    OptionError
        ``n_rows`` or ``seed`` is out of its range.
    """
    import numpy as np

    OPTIONS["rows"].check(n_rows)
    OPTIONS["seed"].check(seed)
    rng = np.random.default_rng(seed)
    kind = rng.choice(len(KINDS), size=n_rows, p=[kind.share for kind in KINDS])
    orders, basket, recency, orders_spread, recency_spread = (
        np.array([kind[j] for kind in KINDS], dtype=float)[kind] for j in range(2, 7)
    )
    noise = rng.standard_normal((4, n_rows))
    frequency = np.maximum(1.0, np.rint(orders * np.exp(orders_spread * noise[0])))
    value = basket * np.exp(BASKET_SPREAD * noise[1])
    spend = np.round(frequency * value * np.exp(NOISE * noise[2]), 2)
    columns: dict[str, NDArray[Any]] = {
        "customer_id": np.array([f"C{number:06d}" for number in range(1, n_rows + 1)]),
        "total_spend": spend,
        "purchase_freq": frequency.astype(np.int64),
        "avg_order_value": np.round(value, 2),
        "recency_days": np.rint(recency * np.exp(recency_spread * noise[3])).astype(np.int64),
    }
    return columns, np.array([kind.name for kind in KINDS])[kind]
