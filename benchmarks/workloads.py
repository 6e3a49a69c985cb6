"""The fixed workloads, and the bars that Covey is held to on each.

A bar is how many times faster Covey must be than an opponent: ``scikit-learn``, the ``best exact``
peer at equal inertia, or a peer by its name. ``iterate`` runs a fixed number of iterations from
given centers with ``tol=0``; about as many as scikit-learn's default tolerance would run, so that
neither the dense first ones nor the quiet last ones weigh too much.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SKLEARN, BEST = "scikit-learn", "best exact"
MIB = 1 << 20

LLOYD = ("scikit-learn", "scikit-learn Elkan", "scikit-learn-intelex", "faiss")
TREES = ("mlpack Pelleg-Moore", "mlpack dual-tree")
BOUNDS = ("mlpack naive", "mlpack Hamerly", "mlpack Elkan")
SUPER = ("faiss SuperKMeans", "superkmeans")


@dataclass(frozen=True)
class Bar:
    """Covey must be at least ``ratio`` times as fast as ``against``."""

    against: str
    ratio: float


@dataclass(frozen=True)
class Workload:
    """One line of the table."""

    name: str
    data: str  # a generator of data.py
    n: int
    task: str  # iterate, fit, sweep, seed, silhouette, or optimum: a fit that must be the least
    ks: tuple[int, ...]
    bars: tuple[Bar, ...]
    peers: tuple[str, ...]
    n_iter: int = 0  # of ``iterate``
    n_init: int = 1  # of ``fit`` and ``sweep``
    dtypes: tuple[str, ...] = ("float32", "float64")
    extra_mib: float | None = None  # memory allowed beside X; None: as much as X

    @property
    def k(self) -> int:
        """The number of clusters, the largest of a sweep."""
        return self.ks[-1]

    def smaller(self, share: int) -> Workload:
        """Return the same with a part of the rows, to try whether everything runs."""
        return replace(self, n=max(self.n // share, 20 * self.k))


def _bars(sklearn: float, exact: float | None = None) -> tuple[Bar, ...]:
    bars = (Bar(SKLEARN, sklearn),)
    return bars if exact is None else (*bars, Bar(BEST, exact))


WORKLOADS = (
    Workload("photo k=16", "photo", 273_280, "iterate", (16,), _bars(12, 3),
             LLOYD + TREES + BOUNDS, n_iter=45),
    Workload("photo k=64", "photo", 273_280, "iterate", (64,), _bars(12, 3),
             (*LLOYD, *TREES, "mlpack Hamerly"), n_iter=55),
    Workload("photo k=16 fit", "photo", 273_280, "fit", (16,), _bars(40, 10), LLOYD, n_init=10),
    Workload("customers sweep", "customers", 50_000, "sweep", tuple(range(2, 9)), _bars(10, 5),
             LLOYD, n_init=10),
    Workload("normal k=8", "normal", 1_000_000, "iterate", (8,), _bars(8, 5),
             (*LLOYD, "mlpack Pelleg-Moore", "mlpack Hamerly"), n_iter=45),
    Workload("normal k=8 fit", "normal", 1_000_000, "fit", (8,), _bars(8, 5), LLOYD, n_init=3),
    Workload("blobs k=50", "blobs", 200_000, "iterate", (50,), _bars(5, 4),
             (*LLOYD, "mlpack Hamerly", "mlpack Elkan"), n_iter=41),
    Workload("mixture k=1000", "mixture", 100_000, "iterate", (1000,),
             (*_bars(3, 2), Bar("faiss SuperKMeans", 1)), LLOYD + SUPER, n_iter=20),
    Workload("low-rank k=10", "low-rank", 60_000, "iterate", (10,), _bars(2.5, 2), LLOYD,
             n_iter=25),
    Workload("low-rank k=100", "low-rank", 60_000, "iterate", (100,), _bars(4, 2),
             LLOYD + SUPER, n_iter=25),
    Workload("words k=20", "words", 20_000, "iterate", (20,), _bars(5),
             ("scikit-learn", "scikit-learn Elkan", "scikit-learn-intelex"), n_iter=25),
    Workload("seeding k=100", "groups", 1_000_000, "seed", (100,), _bars(10, 3),
             ("scikit-learn", "scikit-learn-intelex", "faiss")),
    Workload("silhouette", "customers", 50_000, "silhouette", (5,), _bars(25),
             ("scikit-learn",), extra_mib=50e6 / MIB),
    Workload("one feature k=10", "prices", 1_000_000, "optimum", (10,),
             (Bar("kmeans1d", 1), Bar(BEST, 2)), ("kmeans1d", "ckwrap", "faiss 1-D",
             "scikit-learn")),
)  # fmt: skip


def chosen(only: str) -> list[Workload]:
    """Return the workloads whose name starts with one of the words in ``only`` (a, b, …)."""
    starts = [start.strip() for start in only.split(",")]
    return [load for load in WORKLOADS if any(load.name.startswith(start) for start in starts)]
