"""Breathing, the search by a population, the sample they run on, and the ladder above them."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
import scipy.sparse as sp

import covey.engine.ladder as ladder
from covey import KMeans
from covey.engine import passes
from covey.engine.best import fit_best
from covey.engine.breathing import breathe, most_useful
from covey.engine.coreset import coreset
from covey.engine.ladder import Limits, fit_default, fit_long
from covey.engine.passes import Csr
from covey.engine.search import Clock, Optimum, Search, less_deep
from covey.errors import InputError, OptionError
from covey.testing import brute_force, check_run


def grid(rng: np.random.Generator, n: int = 30, side: int = 5) -> np.ndarray:
    """Return ``side``² tight groups of ``n`` rows: one good partition, many bad optima."""
    places = np.array(list(itertools.product(range(side), repeat=2)), float) * 10
    return np.concatenate([place + rng.normal(size=(n, 2)) * 0.3 for place in places])


def test_the_center_that_is_missed_least_goes() -> None:
    X = np.array([[0.0], [1], [10], [20], [20.5]])
    centers = np.array([[0.5], [10.0], [20.0], [20.5]])
    # 20 and 20.5 would cost 0.25 each; the first that goes freezes its neighbour
    assert most_useful(X, None, centers, 3).tolist() == [0, 1, 3]
    assert most_useful(X, np.array([1, 1, 1, 8, 1.0]), centers, 3).tolist() == [0, 1, 2]


def test_where_all_neighbours_stay_the_least_useful_go_after_all() -> None:
    X = np.arange(6.0)[:, None]
    kept = most_useful(X, None, X.copy(), 1)
    assert len(kept) == 1


def test_a_breath_mends_a_misplaced_center(rng: np.random.Generator) -> None:
    X = grid(rng)
    bad = np.concatenate([X[::30][:-1], X[:1] + 0.1])  # two in the first group, none in the last
    before = passes.descend(X, None, bad[None].copy(), np.empty((1, 0)), 300)[0]
    reached, inertia = breathe(X, None, bad, rng.random((2, 1)), 300)
    assert reached.shape == (2, 25, 2)
    assert inertia.min() < before / 5
    assert brute_force(X, reached[0]).inertia == pytest.approx(inertia[0])


def test_breaths_get_less_deep_and_end() -> None:
    depths = [62]
    while depths[-1] > 0:
        depths.append(less_deep(depths[-1]))
    assert depths == [62, 31, 15, 7, 3, 2, 1, 0]


def test_a_start_finds_every_group(rng: np.random.Generator) -> None:
    X = grid(rng)
    best = Search(X, None, 25, np.random.default_rng(0)).start()
    assert len(np.unique(brute_force(X, best.centers).labels)) == 25
    assert best.inertia < 2 * 0.09 * len(X) * 1.2


def test_the_best_of_a_population_is_no_worse_than_its_members(rng: np.random.Generator) -> None:
    X, told = rng.normal(size=(120, 3)), []
    search = Search(X, None, 7, np.random.default_rng(0))
    member = search.descend(X[:7])
    best = search.evolve([member], 5, lambda text, share: told.append((text, share)))
    assert best.inertia <= member.inertia
    assert all(text.startswith("inertia ") and 0 <= share <= 1 for text, share in told)
    assert told[-1][1] == 1.0


def test_a_clock_that_is_over_ends_the_search_at_once() -> None:
    X = np.random.default_rng(1).normal(size=(200, 2))
    search = Search(X, None, 5, np.random.default_rng(0), clock=Clock(1e-9))
    member = Optimum(X[:5], 1e9)
    assert search.evolve([member], 10**9) is member


@pytest.mark.parametrize("weighted", [False, True])
def test_a_coreset_estimates_any_inertia(weighted: bool, rng: np.random.Generator) -> None:
    X = np.concatenate([rng.normal(size=(20_000, 3)), rng.normal(size=(5, 3)) + 200])
    weight = rng.random(len(X)) if weighted else None
    rows, mass = coreset(X, weight, 2000, rng)
    assert len(rows) <= 2000
    assert (np.linalg.norm(rows, axis=1) > 100).sum() == 5  # what is far out is never missed
    total = len(X) if weight is None else weight.sum()
    assert mass.sum() == pytest.approx(total, rel=0.05)
    for centers in (X[:4], np.concatenate([X[:4], X[-1:]])):
        full = brute_force(X, centers, weight).inertia
        assert brute_force(rows, centers, mass).inertia == pytest.approx(full, rel=0.1)


def test_a_coreset_leaves_out_rows_without_weight(rng: np.random.Generator) -> None:
    X, weight = rng.normal(size=(5000, 2)), np.zeros(5000)
    weight[:100] = 1
    rows, _ = coreset(X, weight, 400, rng)
    assert {row.tobytes() for row in rows} <= {row.tobytes() for row in X[:100]}


@pytest.fixture(params=["all rows", "drawn rows"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a few rows many."""
    if request.param == "drawn rows":
        monkeypatch.setattr(ladder, "_ALL", 100)
        monkeypatch.setattr(ladder, "_FEWEST", 200)
        monkeypatch.setattr(ladder, "_PER_CENTER", 4)


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("quality", ["default", "best"])
def test_results_are_valid(quality: str, dtype: str, rng: np.random.Generator) -> None:
    X = grid(rng).astype(dtype)
    weight = rng.integers(0, 3, len(X)).astype(float)
    for k, given in ((1, None), (2, weight), (7, None), (25, weight), (40, None)):
        limits = Limits(time_budget=0.5)
        fit = fit_default if quality == "default" else fit_long
        run = fit(X, k, rng=np.random.default_rng(0), limits=limits, weight=given)
        assert run.centers.shape == (k, 2) and run.centers.dtype == dtype
        check_run(X, run, given)
        assert len(np.unique(run.labels)) == k
        assert 1 <= run.n_iter <= 300


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("quality", ["default", "best"])
def test_a_seed_decides_everything(quality: str, rng: np.random.Generator) -> None:
    X = rng.normal(size=(900, 4))
    made = set()
    for n_threads in (1, 2, 5):
        passes.set_threads(n_threads)
        fitted = KMeans(9, quality=quality, time_budget=None, random_state=5).fit(X)
        made.add(fitted.cluster_centers_.tobytes() + fitted.labels_.tobytes())
    passes.set_threads(None)
    assert len(made) == 1


@pytest.mark.usefixtures("_both_ways")
def test_each_step_of_the_ladder_is_no_worse(rng: np.random.Generator) -> None:
    X = rng.normal(size=(1000, 3))
    fast = [KMeans(12, quality="fast", random_state=s).fit(X).inertia_ for s in range(5)]
    default = [KMeans(12, random_state=s).fit(X).inertia_ for s in range(5)]
    best = [KMeans(12, quality="best", random_state=s).fit(X).inertia_ for s in range(2)]
    assert np.mean(default) < np.mean(fast)
    assert max(best) <= min(default) * (1 + 1e-9)
    for seed in range(2):  # the plain fit is a member of the population
        own = fit_best(X, 12, rng=np.random.default_rng(seed))
        assert best[seed] <= own.inertia * (1 + 1e-9)


def test_where_the_start_is_given_the_default_is_plain(rng: np.random.Generator) -> None:
    X = rng.normal(size=(300, 3))
    for options in (
        {"init": X[:6]},
        {"init": "random"},
        {"n_init": 3},
        {"init": lambda X, k, random_state: X[:k]},
    ):
        one, two = (
            KMeans(6, quality=quality, random_state=0, **options).fit(X)
            for quality in ("fast", "default")
        )
        np.testing.assert_array_equal(one.cluster_centers_, two.cluster_centers_)
        assert one.n_iter_ == two.n_iter_


def test_best_goes_on_from_given_centers(rng: np.random.Generator) -> None:
    X = grid(rng)
    good = X[::30]
    plain = KMeans(25, init=good, quality="fast").fit(X)
    best = KMeans(25, init=good, quality="best", time_budget=1e-6, random_state=0).fit(X)
    assert best.inertia_ <= plain.inertia_ * (1 + 1e-12)


@pytest.mark.parametrize("budget", [0, 0.2])
def test_a_short_budget_is_kept_and_the_result_is_valid(budget: float) -> None:
    X = np.random.default_rng(0).normal(size=(3000, 4))
    KMeans(12, max_iter=1, n_init=1).fit(X)  # warm
    start = time.perf_counter()
    fitted = KMeans(12, quality="best", time_budget=budget, max_iter=1, random_state=0).fit(X)
    assert time.perf_counter() - start < budget + 5  # generous: machines are busy
    np.testing.assert_array_equal(fitted.predict(X), fitted.labels_)
    assert fitted.inertia_ == pytest.approx(brute_force(X, fitted.cluster_centers_).inertia)


def test_sparse_rows_fall_back_to_starts(rng: np.random.Generator) -> None:
    X = rng.normal(size=(200, 6)) * (rng.random((200, 6)) < 0.4)
    rows = Csr.of(sp.csr_array(X))
    told = []
    run = fit_default(rows, 5, rng=np.random.default_rng(0), limits=Limits())
    check_run(X, run, None)
    best = fit_long(
        rows, 5, rng=np.random.default_rng(0), limits=Limits(),
        on_progress=lambda text, share: told.append(share),
    )  # fmt: skip
    check_run(X, best, None)
    assert best.inertia <= run.inertia * (1 + 1e-9)
    assert told[-1] == 1.0


def test_progress_is_told_aloud_and_to_the_caller(capsys: pytest.CaptureFixture[str]) -> None:
    X, told = np.random.default_rng(0).normal(size=(60, 2)), []
    KMeans(
        3, quality="best", verbose=1, random_state=0, on_progress=lambda *step: told.append(step)
    ).fit(X)
    assert "Search 100%, inertia " in capsys.readouterr().out
    assert told[-1][1] == 1.0


def test_too_few_rows_and_too_large_values_are_refused() -> None:
    for fit in (fit_default, fit_long):
        with pytest.raises(OptionError, match="n_clusters=4 and n_samples=3"):
            fit(np.zeros((3, 2)), 4, rng=np.random.default_rng(0), limits=Limits())
        with pytest.raises(InputError, match="squares"):
            X = np.array([[1e200, 0], [-1e200, 1], [1, 2.0]])
            fit(X, 2, rng=np.random.default_rng(0), limits=Limits())
