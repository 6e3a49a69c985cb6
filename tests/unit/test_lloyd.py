"""Lloyd's loop on numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from covey.engine import passes
from covey.engine.lloyd import average, farthest, finish, lloyd
from covey.errors import InputError
from covey.flow import Partial
from covey.testing import check_run


def column(*values: float, dtype: str = "float64") -> np.ndarray:
    return np.array(values, dtype=dtype)[:, None]


def test_two_pairs_on_a_line() -> None:
    # From 0 and 1: {0 | 1, 10, 11} → means 0, 22/3 → {0, 1 | 10, 11} → means 0.5, 10.5 → the same.
    seen = []
    X = column(0, 1, 10, 11)
    run = lloyd(X, column(0, 1), on_iteration=lambda *step: seen.append((step[0], step[3])))
    assert run.centers.tolist() == [[0.5], [10.5]]
    assert run.labels.tolist() == [0, 0, 1, 1]
    assert run.inertia == 4 * 0.25
    assert run.n_iter == 3
    assert run.converged
    # 0 + 0 + 81 + 100; then 0 + 1 + (8/3)² + (11/3)² = 64/9 + 121/9 + 1; then 4 · 0.25
    assert seen == [(1, 181.0), (2, pytest.approx(1 + 185 / 9)), (3, 1.0)]


def test_weights_pull_the_mean() -> None:
    run = lloyd(column(0, 3, 10), column(0, 10), weight=np.array([2.0, 1.0, 1.0]))
    assert run.centers.tolist() == [[1.0], [10.0]]
    assert run.inertia == 2 * 1 + 1 * 4


def test_tol_is_an_absolute_squared_movement() -> None:
    # The first pass moves the centers by 0 and 19/3: (19/3)² = 40.1.
    X, start = column(0, 1, 10, 11), column(0, 1)
    assert lloyd(X, start, tol=40.2).n_iter == 1
    assert lloyd(X, start, tol=40.1).n_iter == 2


def test_labels_after_a_stop_by_tol_are_those_of_the_returned_centers() -> None:
    run = lloyd(column(0, 1, 10, 11), column(0, 1), tol=1e9)
    assert run.centers.tolist() == [[0.0], [22 / 3]]
    assert run.labels.tolist() == [0, 0, 1, 1]  # the pass itself had put row 1 with the second


def test_max_iter_ends_without_convergence() -> None:
    run = lloyd(column(0, 1, 10, 11), column(0, 1), max_iter=1)
    assert (run.n_iter, run.converged) == (1, False)


def test_a_tie_goes_to_the_lowest_index() -> None:
    run = lloyd(column(0, 1, 2), column(0, 2))
    assert run.labels.tolist() == [0, 0, 1]


def test_one_cluster_is_the_mean() -> None:
    run = lloyd(column(1, 2, 6), column(100))
    assert run.centers.tolist() == [[3.0]]
    assert run.inertia == 4 + 1 + 9


def test_as_many_clusters_as_rows() -> None:
    X = np.array([[0.0, 1], [2, 3], [4, 5]])
    run = lloyd(X, X[::-1])
    assert run.inertia == 0.0
    assert run.labels.tolist() == [2, 1, 0]
    assert run.n_iter == 1  # the centers stood still


def test_an_emptied_cluster_gets_the_farthest_row() -> None:
    # Both centers far left: the second is empty, row 10 is the farthest from its center.
    run = lloyd(column(0, 1, 10), column(-1, -50))
    assert run.centers.tolist() == [[0.5], [10.0]]
    assert run.labels.tolist() == [0, 0, 1]


def test_the_run_does_not_stop_in_the_iteration_that_refilled() -> None:
    run = lloyd(column(0, 1, 10), column(-1, -50), tol=1e9)
    assert run.n_iter == 2
    assert run.labels.tolist() == [0, 0, 1]


def test_a_cluster_emptied_by_the_last_small_movement_is_refilled_too() -> None:
    # Ties put 4 and 9 with center 6 → 6.5, 2, 10. Now 4 is nearer to 2 and 9 to 10: the first
    # cluster is empty. Row 4 is the farthest from its center → 4, 2, 9.5.
    run = lloyd(column(2, 4, 9, 10), column(6, 2, 12), tol=1e9)
    assert run.centers.tolist() == [[4.0], [2.0], [9.5]]
    assert run.labels.tolist() == [1, 0, 2, 2]
    assert run.n_iter == 3


def test_several_emptied_clusters_get_different_rows() -> None:
    run = lloyd(column(0, 1, 10, 30), column(0, -50, -60))
    assert sorted(run.centers[:, 0]) == [0.5, 10.0, 30.0]


def test_a_refill_never_takes_a_row_without_weight() -> None:
    X, weight = column(0, 1, 10, 1000), np.array([1.0, 1, 1, 0])
    run = lloyd(X, column(0, -50), weight=weight)
    assert sorted(run.centers[:, 0]) == [0.5, 10.0]
    assert run.inertia == 0.5


def test_fewer_distinct_rows_than_centers_ends_with_all_centers_on_rows() -> None:
    # 0.1 has no exact mean: thirty of them sum to 3.0000000000000013.
    X = np.repeat([[0.1, 0.3], [7.7, 0.7]], 30, axis=0)
    run = lloyd(X, np.array([[0.0, 0], [9, 9], [10, 10], [11, 11]]))
    assert run.centers.shape == (4, 2)
    assert run.n_iter < 10
    assert run.inertia == pytest.approx(0.0, abs=1e-24)


def test_all_rows_equal() -> None:
    run = lloyd(column(3, 3, 3), column(3, 3))
    assert run.centers.tolist() == [[3.0], [3.0]]
    assert run.labels.tolist() == [0, 0, 0]
    assert run.converged


def test_the_start_is_not_changed() -> None:
    start = column(0, 1)
    lloyd(column(0, 1, 10, 11), start)
    assert start.tolist() == [[0.0], [1.0]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_tol_zero_ends(dtype: str, rng: np.random.Generator) -> None:
    # Guards scikit-learn 17428: rounding kept strict convergence from ever being seen.
    X = (rng.integers(0, 4, size=(400, 2)) / 3 + 1e4).astype(dtype)
    run = lloyd(X, X[:7], tol=0.0, max_iter=10_000)
    assert run.converged
    assert run.n_iter < 100
    check_run(X, run)


def test_a_cycle_of_ties_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    # A pass that swaps one row for ever, as rounding can: the loop must notice and stop.
    X, real = column(0, 1, 2, 10), passes.lloyd
    calls = [0]

    def swapping(X, centers, weight, labels):
        calls[0] += 1
        real(X, centers, weight, labels)
        labels[1] = calls[0] % 2
        sums = np.zeros((2, 1))
        np.add.at(sums, labels, X)
        return Partial(sums, np.bincount(labels).astype(float), 0.0), 1

    monkeypatch.setattr(passes, "lloyd", swapping)
    run = lloyd(X, column(0, 10), tol=0.0, max_iter=1000)
    assert run.n_iter < 20
    assert run.converged


def test_values_whose_squares_overflow_are_refused() -> None:
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(InputError, match=r"float64 can hold; got an inertia of (inf|nan)"),
    ):
        lloyd(column(1e200, -1e200, 0), column(0))


def test_finish_recomputes_for_the_centers_given() -> None:
    run = finish(column(0, 4), column(1, 4), weight=np.array([3.0, 1.0]), n_iter=5)
    assert run.labels.tolist() == [0, 1]
    assert run.inertia == 3.0
    assert run.n_iter == 5


def test_average_puts_a_hopeless_center_on_the_heaviest() -> None:
    X = column(5, 5)
    centers, refilled = average(
        X, column(9, 5), Partial(np.array([[0.0], [10.0]]), np.array([0.0, 2.0]), 0.0), None
    )
    assert centers.tolist() == [[5.0], [5.0]]
    assert not refilled


def test_farthest_leaves_out_rows_on_their_center() -> None:
    labels, rows = farthest(column(0, 2, 9), column(0, 8), None, 3)
    assert labels.tolist() == [0, 0, 1]
    assert rows == [1, 2]
