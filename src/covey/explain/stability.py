"""Would other rows of the same kind give the same segments? Refit on halves and compare."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from covey.engine import passes
from covey.engine.best import fit_best
from covey.random import children

N_REFITS = 5
#: Rows in a half, and rows compared: more change the index in the third decimal only.
MOST_IN_HALF = 20_000
MOST_COMPARED = 50_000


def stability(
    X: NDArray[np.float64],
    k: int,
    *,
    rng: np.random.Generator,
    weight: NDArray[np.float64] | None = None,
    n_refits: int = N_REFITS,
) -> tuple[float, int]:
    """Return the mean adjusted Rand index between refits on random halves, and the refits made.

    Each refit sees a random half of the rows (at most 20,000) and labels the same rows, all of
    them up to 50,000; every pair of refits is compared. 1: always the same segments; 0: no more
    alike than chance.

    Returns
    -------
    index : float
        NaN for k=1, where nothing is compared, and when a half has too few distinct rows for k
        centers.
    n_refits : int
    """
    n = len(X)
    half = min(n // 2, MOST_IN_HALF)
    if k == 1:
        return float("nan"), 0
    streams = children(rng, n_refits + 1)
    compared = X
    if n > MOST_COMPARED:
        chosen = streams[-1].choice(n, MOST_COMPARED, replace=False, shuffle=False)
        compared = np.ascontiguousarray(X[np.sort(chosen)])
    labelings = []
    for stream in streams[:n_refits]:
        rows = np.sort(stream.choice(n, half, replace=False, shuffle=False))
        part = np.ascontiguousarray(X[rows])
        if len(part) < 2 * k or len(np.unique(part[: 50 * k], axis=0)) < k:
            continue
        part_weight = None if weight is None else weight[rows]
        if part_weight is not None and np.count_nonzero(part_weight) < k:
            continue
        run = fit_best(part, k, rng=stream, n_init=2, weight=part_weight)
        labelings.append(passes.nearest(compared, run.centers)[0])
    pairs = [adjusted_rand(a, b) for a, b in combinations(labelings, 2)]
    return (float(np.mean(pairs)) if pairs else float("nan")), len(labelings)


def adjusted_rand(a: NDArray[np.integer], b: NDArray[np.integer]) -> float:
    """Return the adjusted Rand index of two labelings of the same rows.

    References
    ----------
    L. Hubert, P. Arabie: Comparing partitions. Journal of Classification 2, 1985,
    doi 10.1007/BF01908075; equation 5.
    """
    n_a, n_b = int(a.max()) + 1, int(b.max()) + 1
    table = np.bincount(a.astype(np.int64) * n_b + b, minlength=n_a * n_b).astype(np.float64)
    rows, columns = table.reshape(n_a, n_b).sum(axis=1), table.reshape(n_a, n_b).sum(axis=0)
    together, in_a, in_b = (float((c * (c - 1)).sum()) / 2 for c in (table, rows, columns))
    total = len(a) * (len(a) - 1) / 2
    expected = in_a * in_b / total if total else 0.0
    most = (in_a + in_b) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)
