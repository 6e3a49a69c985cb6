"""Which fits are optimal, and what KMeans makes of them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.cluster import KMeans as Peer
from sklearn.exceptions import ConvergenceWarning

from covey import KMeans
from covey.engine import passes
from covey.engine.optimal import METHOD, optimal_1d
from covey.errors import InputError, OptionError

COLUMN = np.array([[0.0], [10.0], [1.0], [11.0], [30.0]])


def test_by_hand() -> None:
    km = KMeans(3, random_state=0).fit(COLUMN)
    assert km.method_ == METHOD and km.n_iter_ == 1 and km.inertia_ == 1.0
    assert km.cluster_centers_.tolist() == [[0.5], [10.5], [30.0]]
    assert km.labels_.tolist() == [0, 1, 0, 1, 2]
    assert km.predict(COLUMN).tolist() == km.labels_.tolist()


def test_weights_count_and_rows_without_weight_do_not() -> None:
    km = KMeans(2).fit(COLUMN, sample_weight=[3, 1, 1, 1, 0])
    assert km.cluster_centers_.tolist() == [[0.25], [10.5]]
    assert km.labels_.tolist() == [0, 1, 0, 1, 1]
    assert km.inertia_ == 0.75 + 0.5


@pytest.mark.parametrize("options", [{"init": "random"}, {"init": np.array([[0.0], [1], [2]])}])
def test_a_start_that_was_asked_for_is_made(options: dict) -> None:
    assert KMeans(3, n_init=1, random_state=0, **options).fit(COLUMN).method_ != METHOD


def test_several_or_sparse_features_are_left_to_lloyd() -> None:
    assert KMeans(2, random_state=0).fit(np.hstack([COLUMN, COLUMN])).method_ != METHOD
    assert KMeans(2, random_state=0).fit(sp.csr_array(COLUMN)).method_ != METHOD


def test_fewer_distinct_values_than_clusters() -> None:
    X = np.array([[1.0], [1.0], [2.0], [1.0]])
    with pytest.warns(ConvergenceWarning, match="only 2 distinct rows"):
        km = KMeans(4).fit(X)
    assert km.cluster_centers_.tolist() == [[1], [2], [1], [1]]
    assert km.labels_.tolist() == [0, 0, 1, 0] and km.inertia_ == 0.0


def test_more_clusters_than_rows_and_values_too_large_are_refused() -> None:
    with pytest.raises(OptionError, match="n_clusters=6 and n_samples=5"):
        KMeans(6).fit(COLUMN)
    with pytest.raises(InputError, match="got an inertia of inf"):
        KMeans(2).fit(COLUMN * 1e200)
    assert KMeans(2).fit(COLUMN.astype(np.float32) * 1e17).inertia_ > 1e34


def test_verbose_tells_once(capsys: pytest.CaptureFixture[str]) -> None:
    KMeans(3, verbose=1).fit(COLUMN)
    assert capsys.readouterr().out == "Iteration 1, inertia 1.0.\n"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_never_above_scikit_learn(dtype: type, rng: np.random.Generator) -> None:
    for x in (
        rng.normal(size=2000),
        rng.lognormal(sigma=2, size=2000),
        np.repeat(rng.normal(size=20) * 50, 100) + rng.normal(size=2000),
        rng.integers(0, 100, 2000),
    ):
        X = x.astype(dtype)[:, None]
        for k in (2, 5, 40):
            ours = KMeans(k).fit(X)
            peer = Peer(k, n_init=2, random_state=0, max_iter=1000, tol=0).fit(X)
            theirs = ((X.astype(np.float64) - peer.cluster_centers_[peer.labels_]) ** 2).sum()
            assert ours.inertia_ <= theirs * (1 + 1e-9)


def test_any_threads_and_any_order_give_the_same_centers(rng: np.random.Generator) -> None:
    x = rng.normal(size=50_000)
    found = []
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        run = optimal_1d(x, 7)
        found.append((run.centers.tobytes(), run.labels.tobytes(), run.inertia))
    passes.set_threads(None)
    assert all(each == found[0] for each in found)
    assert optimal_1d(x[::-1], 7).centers.tobytes() == found[0][0]


def test_memory_is_never_n_times_k(rng: np.random.Generator) -> None:
    import tracemalloc

    x = rng.normal(size=500_000)
    optimal_1d(x, 3)
    tracemalloc.start()
    optimal_1d(x, 10)
    few = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    optimal_1d(x, 2000)
    many = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Large k takes up to 110 bytes a row (sums in double-double); n × k labels would be 8,000.
    assert few < 5 * x.nbytes and many < 14 * x.nbytes


def test_ctrl_c_ends_a_sweep(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    import signal
    import threading

    values = np.sort(rng.normal(size=2_000_000))
    rows = passes.running_sums(values, None, 0.0)
    timer = threading.Timer(0.03, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        for _ in range(100):
            passes.partition(rows, rows, 1e-3)
    timer.join()
