"""The best one-to-one assignment of rows to columns, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def best_matching(score: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the column of each row so that the total score is greatest, no column used twice.

    Parameters
    ----------
    score : (n, m) float64, finite, n ≤ m

    Returns
    -------
    (n,) int64

    Notes
    -----
    The Hungarian method with shortest augmenting paths, O(n² m). Written here because importing
    scipy.optimize would cost more than a whole small segmentation.

    References
    ----------
    R. Jonker, A. Volgenant: A shortest augmenting path algorithm for dense and sparse linear
    assignment problems. Computing 38, 1987, doi 10.1007/BF02278710; the augmentation step.
    """
    n, m = score.shape
    if n > m:
        raise ValueError(f"best_matching needs at least as many columns as rows; got {n} × {m}")
    cost = np.zeros((n + 1, m + 1))
    cost[1:, 1:] = -score
    row_price, column_price = np.zeros(n + 1), np.zeros(m + 1)
    row_of = np.zeros(m + 1, np.int64)  # row of each column; 0: free. Column 0 is the start
    for row in range(1, n + 1):
        row_of[0] = row
        least = np.full(m + 1, np.inf)
        came_from = np.zeros(m + 1, np.int64)
        done = np.zeros(m + 1, bool)
        column = 0
        while True:
            done[column] = True
            current = row_of[column]
            reduced = cost[current] - row_price[current] - column_price
            better = ~done & (reduced < least)
            least[better] = reduced[better]
            came_from[better] = column
            open_least = np.where(done, np.inf, least)
            open_least[0] = np.inf
            nearest = int(np.argmin(open_least))
            step = open_least[nearest]
            row_price[row_of[done]] += step
            column_price[done] -= step
            least[~done] -= step
            column = nearest
            if row_of[column] == 0:
                break
        while column:
            row_of[column] = row_of[came_from[column]]
            column = int(came_from[column])
    columns = np.zeros(n, np.int64)
    used = np.flatnonzero(row_of[1:]) + 1
    columns[row_of[used] - 1] = used - 1
    return columns
