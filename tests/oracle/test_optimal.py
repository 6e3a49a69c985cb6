"""The optimum of one feature, against a table of all partitions in rational numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from covey.engine import cutting, passes
from covey.engine.cutting import Cut, best_cut, find, splice
from covey.engine.optimal import METHOD, optimal_1d, sorted_values
from covey.testing import check_run

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])
COLUMNS = pytest.mark.parametrize("columns", [passes.PLAIN, passes.PRECISE])


def best_inertias(x: np.ndarray, weight: np.ndarray | None, most: int) -> list[float]:
    """Return the least inertia for k = 1 … most: Wu's table, O(most · n²), without rounding."""
    order = np.argsort(x, kind="stable")
    w = [Fraction(float(v)) for v in (np.ones(len(x)) if weight is None else weight)[order]]
    v = [Fraction(float(value)) for value in x[order]]
    sums = [(Fraction(0),) * 3]
    for mass, value in zip(w, v, strict=True):
        a, b, c = sums[-1]
        sums.append((a + mass, b + mass * value, c + mass * value * value))

    def cost(i: int, j: int) -> Fraction:
        a, b, c = (after - before for before, after in zip(sums[i], sums[j], strict=True))
        return c - b * b / a if a else Fraction(0)

    n = len(v)
    costs = [[cost(i, j) for j in range(n + 1)] for i in range(n)]
    row = [None, *(costs[0][j] for j in range(1, n + 1))]
    found = [float(row[n])]
    for k in range(2, most + 1):
        row = [
            None if j < k else min(row[i] + costs[i][j] for i in range(k - 1, j))
            for j in range(n + 1)
        ]
        found.append(float(row[n]))
    return found


def kinds(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    """Return columns of many shapes."""
    groups = rng.integers(0, 4, n)
    return {
        "normal": rng.normal(size=n),
        "even": np.arange(n) * 1.0,
        "whole": rng.integers(0, 9, n) * 1.0,
        "heavy": rng.standard_cauchy(n),
        "groups": groups * 10 + rng.normal(size=n) * 0.1,
        "offset": 1e8 + rng.normal(size=n),
        "outlier": np.append(rng.normal(size=n - 1), 1e9),
        "nested": groups * 1e6 + rng.integers(0, 3, n) * 1e-3 + rng.normal(size=n) * 1e-6,
        "tiny": rng.normal(size=n) * 1e-30,
        "huge": rng.normal(size=n) * 1e30,
        "equal": np.full(n, 0.1),
    }


KINDS = sorted(kinds(np.random.default_rng(0), 5))


def representable(kind: str, dtype: type) -> bool:
    """Tell whether float32 can hold the squares, which labels need, or the digits."""
    return dtype == np.float64 or kind not in {"tiny", "huge", "nested"}


@pytest.fixture(params=[False, True], ids=["every place", "coarse first"])
def coarse_first(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Let bounds leave out places in columns of a few dozen values, too."""
    if request.param:
        monkeypatch.setattr(cutting, "LEAST_BLOCKS", 2)
        monkeypatch.setattr(cutting, "BLOCKS_PER_PART", 1)
        monkeypatch.setattr(cutting, "WORTH", np.inf)
    return request.param


@DTYPES
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_partition_is_better(
    kind: str, weighted: bool, dtype: type, coarse_first: bool, rng: np.random.Generator
) -> None:
    if not representable(kind, dtype):
        pytest.skip("float32 cannot hold the squares, or the digits")
    for n in (1, 2, 3, 9, 45):
        x = kinds(rng, n)[kind].astype(dtype)
        weight = rng.integers(0, 4, n) * rng.random(n) + (np.arange(n) == 0) if weighted else None
        most = min(n, 9)
        best = best_inertias(x, weight, most)
        for k in range(1, most + 1):
            run = optimal_1d(x, k, weight)
            check_run(x[:, None], run, weight)
            assert run.method == METHOD and run.centers.shape == (k, 1)
            # A center is rounded to the dtype: each row is off by that at most.
            mass = float(n if weight is None else weight.sum())
            rounding = mass * float(np.spacing(np.abs(x).max().astype(dtype))) ** 2
            assert run.inertia <= best[k - 1] * (1 + 1e-9) + rounding, (n, k)


@pytest.mark.parametrize("kind", KINDS)
def test_many_clusters_of_few_values(kind: str, rng: np.random.Generator) -> None:
    x = kinds(rng, 30)[kind]
    best = best_inertias(x, None, 30)
    rounding = 30 * float(np.spacing(np.abs(x).max())) ** 2
    for k in range(1, 31):
        run = optimal_1d(x, k)
        assert run.inertia <= best[k - 1] * (1 + 1e-9) + rounding
        assert (np.bincount(run.labels, minlength=k) > 0).sum() == min(k, len(np.unique(x)))


def test_digits_survive_an_outlier(rng: np.random.Generator) -> None:
    """One value of 1e9 leaves plain sums without a digit for the rest: they are made precise."""
    x = np.append(np.repeat(np.arange(9.0), 50) + rng.normal(size=450) * 1e-4, 1e9)
    run = optimal_1d(x, 10)
    assert run.inertia < 450 * 1e-7
    assert np.bincount(run.labels).tolist() == [50] * 9 + [1]


class Counted:
    """A pass that remembers how many places each sweep had."""

    def __init__(self, sweep):
        self.sweep, self.places = sweep, []

    def __call__(self, left, right, penalty):
        self.places.append(len(left))
        return self.sweep(left, right, penalty)


@pytest.mark.parametrize(("n", "k"), [(30_000, 3), (100_000, 10)])
def test_leaving_places_out_changes_nothing(
    n: int, k: int, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    for x in (rng.normal(size=n), rng.random(n), rng.standard_cauchy(n), rng.lognormal(0, 2, n)):
        values = sorted_values(x, None)
        swept = Counted(passes.partition)
        with monkeypatch.context() as patch:
            patch.setattr(passes, "partition", swept)
            few = best_cut(values, k)
            assert swept.places[-1] < n  # some places were left out
            patch.setattr(cutting, "LEAST_BLOCKS", np.inf)
            swept.places.clear()
            every = best_cut(values, k)
            assert min(swept.places) == len(values.x) + 1
        np.testing.assert_allclose(few.scatter, every.scatter, rtol=1e-10)
        assert few.parts == every.parts == k


def test_equal_steps_need_splicing() -> None:
    """Any number from n/2 to n of evenly spaced values' parts is cheapest for one penalty."""
    values = sorted_values(np.arange(100.0), None)
    for k in range(50, 100):
        cut = best_cut(values, k)
        assert cut.parts == k and np.diff(cut.places).max() <= 2
        np.testing.assert_allclose(cut.scatter, (100 - k) / 2, rtol=1e-12)


def test_a_splice_has_the_parts_asked_for() -> None:
    few, many = Cut(np.array([0, 3, 8]), 9.0, 1.0), Cut(np.array([0, 1, 3, 4, 6, 8]), 6.0, 1.0)
    for k in (3, 4):
        joined = splice(few, many, k, 1.0)
        assert joined.parts == k and joined.scatter == 9.0 - (k - 2)
        assert joined.places[0] == 0 and joined.places[-1] == 8
        assert (np.diff(joined.places) > 0).all()


def test_find_takes_the_ends_as_they_are() -> None:
    one, every = Cut(np.array([0, 5]), 9.0, 9.0), Cut(np.arange(6), 0.0, 0.0)
    assert find(lambda _: every, 1, one, every, 1.0) is one
    assert find(lambda _: one, 5, one, every, 1.0) is every


# ---------------------------------------------------------------- the passes


@DTYPES
@COLUMNS
def test_running_sums(columns: int, dtype: type, rng: np.random.Generator) -> None:
    for n in (1, 7, 8, 9, 65):
        x = np.sort(1e4 + rng.normal(size=n)).astype(dtype)
        for weight in (None, rng.random(n) + 0.1):
            expected = passes.twin_running_sums(x, weight, 9999.9, columns=columns)
            for stride in (1, 8, 100):
                found = passes.running_sums(x, weight, 9999.9, stride, columns=columns)
                twin = passes.twin_running_sums(x, weight, 9999.9, stride, columns=columns)
                np.testing.assert_allclose(found[:, :: columns // 3], twin[:, :: columns // 3],
                                           rtol=1e-14, atol=1e-12)  # fmt: skip
                if columns == passes.PRECISE:
                    off = (found[:, ::2] - twin[:, ::2]) + (found[:, 1::2] - twin[:, 1::2])
                    assert np.abs(off).max() <= 2.0**-98 * np.abs(twin).max()
            coarse = passes.running_sums(x, weight, 9999.9, 8, columns=columns)
            for blocks in ([0], [len(coarse) - 2], range(len(coarse) - 1)):
                blocks = np.array(blocks, np.int64)
                found = passes.sums_within(x, weight, 9999.9, 8, coarse, blocks)
                places = (8 * blocks[:, None] + np.arange(8)).ravel()
                np.testing.assert_allclose(found, expected[np.append(places[places < n], n)],
                                           rtol=1e-13, atol=1e-12)  # fmt: skip


@COLUMNS
def test_partition(columns: int, rng: np.random.Generator) -> None:
    for n, penalty in [(1, 1.0), (2, 0.0), (30, 0.01), (60, 0.5), (60, 30.0)]:
        x = np.sort(rng.normal(size=n) * rng.choice([1, 10], n))
        rows = passes.running_sums(x, rng.random(n), 0.0, columns=columns)
        late = np.append(rows[1:], rows[-1:], axis=0)  # a stretch starts after the next value
        for left in (rows, late):
            found = passes.partition(left, rows, penalty)
            twin = passes.twin_partition(left, rows, penalty)
            np.testing.assert_allclose(found.cost, twin.cost, rtol=1e-9, atol=1e-11)
            for t in range(1, n + 1):
                pair = [found.before[t], t]
                step = passes.twin_partition(left[pair], rows[pair], penalty).cost[1]
                np.testing.assert_allclose(found.cost[t], found.cost[pair[0]] + step,
                                           rtol=1e-9, atol=1e-11)  # fmt: skip
            if penalty > 0:
                assert found.n_parts == twin.n_parts
                np.testing.assert_allclose(found.scatter, twin.scatter, rtol=1e-9, atol=1e-11)


@DTYPES
def test_means_between(dtype: type, rng: np.random.Generator) -> None:
    x = np.sort(1e4 + rng.normal(size=500)).astype(dtype)
    places = np.array([0, 1, 3, 120, 499, 500])
    for weight in (None, rng.random(500) + 0.01):
        found = passes.means_between(x, weight, places)
        expected = passes.twin_means_between(x, weight, places)
        np.testing.assert_allclose(found, expected, rtol=3e-16)


def test_what_the_passes_refuse() -> None:
    x, rows = np.arange(5.0), np.zeros((6, 3))
    for wrong in (
        lambda: passes.running_sums(x, None, 0.0, columns=4),
        lambda: passes.running_sums(x, np.ones(4), 0.0),
        lambda: passes.sums_within(x, None, 0.0, 8, rows[:2], np.array([1])),
        lambda: passes.sums_within(x, None, 0.0, 2, rows[:2], np.array([0])),
        lambda: passes.partition(rows, rows[:5], 1.0),
        lambda: passes.means_between(x, None, np.array([0, 6])),
        lambda: passes.means_between(x, None, np.array([0, 2, 2])),
    ):
        with pytest.raises(ValueError, match="must be"):
            wrong()


@pytest.mark.parametrize("kind", ["nested", "outlier", "heavy"])
def test_weights_over_twelve_powers_of_ten(
    kind: str, coarse_first: bool, rng: np.random.Generator
) -> None:
    for _ in range(12):
        x = kinds(rng, 14)[kind] * rng.choice([1, 1e-3, 1e6], 14)
        weight = 10.0 ** rng.uniform(-6, 6, 14)
        rounding = weight.sum() * float(np.spacing(np.abs(x).max())) ** 2
        for k, best in enumerate(best_inertias(x, weight, 14), 1):
            assert optimal_1d(x, k, weight).inertia <= best * (1 + 1e-9) + rounding


def test_few_sweeps_find_the_penalty(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    swept = Counted(passes.partition)
    monkeypatch.setattr(passes, "partition", swept)
    groups = np.repeat(np.arange(7.0) * 10, 3000) + rng.normal(size=21_000) * 0.1
    for x in (groups, rng.standard_cauchy(20_000), np.append(rng.normal(size=20_000), 1e9)):
        for k in (2, 7, 10, 200, 15_000):
            swept.places.clear()
            best_cut(sorted_values(x, None), k)
            assert len(swept.places) <= 60, k
