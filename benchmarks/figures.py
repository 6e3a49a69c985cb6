"""From rows to what is asked: the ratio beside each bar, and the floor of the machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.machine import Roofline
from benchmarks.peers import PEERS
from benchmarks.results import Row
from benchmarks.workloads import BEST, MIB, WORKLOADS, Bar, Workload

OURS = "Covey"

#: how much more inertia a result may have and still count as equal. From one start, rounding alone
#: parts the peers; whole fits and seedings draw their own starts, so luck does too.
EQUAL = {"iterate": 5e-4, "fit": 0.02, "sweep": 0.02, "seed": 0.1, "optimum": 1e-6,
         "silhouette": 1e-4}  # fmt: skip
NNZ = 80  # values in a row of the sparse workload


@dataclass(frozen=True)
class Verdict:
    """A bar and what came of it."""

    workload: str
    dtype: str
    bar: Bar
    opponent: str = ""  # empty: none did the same work
    ratio: float = math.nan  # the opponent's time over Covey's
    equal: bool = False  # Covey's result is as good as the best

    @property
    def met(self) -> bool:
        """Fast enough, at equal inertia."""
        return self.equal and self.ratio >= self.bar.ratio


def table(rows: Sequence[Row]) -> dict[tuple[str, str], dict[str, Row]]:
    """Return the rows of each workload and dtype, by peer, in the order of the suite."""
    order = [(load.name, dtype) for load in WORKLOADS for dtype in load.dtypes]
    found = {key: {r.peer: r for r in rows if (r.workload, r.dtype) == key} for key in order}
    return {key: peers for key, peers in found.items() if peers}


def cost(load: Workload, row: Row) -> float:
    """Return the seconds that count: of an iteration (everything the fit does, shared out)."""
    if row.seconds is None:
        return math.nan
    return row.seconds / row.n_iter if load.task == "iterate" and row.n_iter else row.seconds


def verdicts(load: Workload, dtype: str, peers: Mapping[str, Row]) -> list[Verdict]:
    """Hold Covey's row to each bar of the workload."""
    ours = peers.get(OURS)
    found = []
    for bar in load.bars:
        rival = _rival(load, bar, peers)
        if ours is None or ours.seconds is None or rival is None:
            found.append(Verdict(load.name, dtype, bar))
            continue
        ratio = cost(load, rival) / cost(load, ours)
        found.append(Verdict(load.name, dtype, bar, rival.peer, ratio, is_equal(load, ours, peers)))
    return found


def is_equal(load: Workload, row: Row, peers: Mapping[str, Row]) -> bool:
    """Tell whether a result is as good as the best of the exact peers'."""
    results = [r.result for r in peers.values() if r.result is not None and _exact(r)]
    if row.result is None or not results:
        return False
    if load.task == "silhouette":
        return max(results) - min(results) <= EQUAL[load.task]
    return row.result <= min(results) * (1 + EQUAL[load.task])


def floor(load: Workload, row: Row, roof: Roofline) -> float | None:
    """Return the seconds below which no dense pass can do the work of ``cost``.

    Reading X once a pass, or two operations for each product, whichever takes longer. Pruning can
    pass below the second, never below the first unless it leaves rows unread. None for whole fits,
    whose iterations nobody knows beforehand.
    """
    if row.x_mib is None:
        return None
    n_bytes = row.x_mib * MIB
    values = n_bytes / (4 if row.dtype == "float32" else 8)
    if load.data == "words":
        values = load.n * NNZ
    if load.task == "iterate":
        passes, products = 1, values * load.k
    elif load.task == "seed":
        passes, products = load.k, values * load.k * (2 + int(math.log(load.k)))
    elif load.task == "silhouette":
        passes, products = 1, values * load.n
    else:
        return None
    return max(passes * n_bytes / roof.bandwidth, 2 * products / roof.flops(row.dtype))


def allowed_mib(load: Workload, row: Row) -> float:
    """Return the memory that a workload may take beside X."""
    return load.extra_mib if load.extra_mib is not None else row.x_mib or 0.0


def is_comparable(load: Workload, row: Row, peers: Mapping[str, Row]) -> bool:
    """Tell whether a row is an exact peer's, with a result as good as the best."""
    return bool(row.seconds) and _exact(row) and is_equal(load, row, peers)


def _exact(row: Row) -> bool:
    return PEERS[row.peer].exact


def _rival(load: Workload, bar: Bar, peers: Mapping[str, Row]) -> Row | None:
    """Return the row that a bar speaks of; None when it gave no figures."""
    if bar.against != BEST:
        row = peers.get(bar.against)
        return None if row is None or row.seconds is None else row
    able = [row for row in peers.values() if row.peer != OURS and is_comparable(load, row, peers)]
    return min(able, key=lambda row: cost(load, row), default=None)
