"""The same bytes for any number of threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import scipy.sparse as sp

import covey
from covey import KMeans
from covey.engine import passes


@pytest.fixture(autouse=True)
def threads_as_before() -> Iterator[None]:
    yield
    passes.set_threads(None)


def rows(form: str) -> object:
    """Return flat data in several blocks and a bit, where any difference of rounding spreads."""
    rng = np.random.default_rng(3)
    X = rng.random((20_011, 5))
    if form == "sparse":
        X[rng.random(X.shape) < 0.5] = 0
        return sp.csr_array(X)
    return X.astype(form)


KINDS = [getattr(covey, name) for name in covey.__all__ if name.endswith("KMeans")]
DENSE = (covey.ConstrainedKMeans, covey.MissingKMeans)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["float32", "float64", "sparse"])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_same_bytes(kind: type, form: str, weighted: bool) -> None:
    if form == "sparse" and kind in DENSE:
        pytest.skip("takes dense rows only, and says so")
    X = rows(form)
    weight = np.random.default_rng(4).random(20_011) if weighted else None
    seen = set()
    for n in (1, 2, 3, 8):
        passes.set_threads(n)
        assert passes.get_threads() == n
        fitted = kind(11, random_state=1, n_init=2, max_iter=15).fit(X, sample_weight=weight)
        seen.add(
            (
                fitted.cluster_centers_.tobytes(), fitted.labels_.tobytes(), fitted.inertia_,
                fitted.n_iter_, fitted.transform(X).tobytes(), fitted.score(X),
            )
        )  # fmt: skip
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("n", "d", "k"), [(700, 1, 3), (8193, 2, 20), (5000, 9, 40), (3000, 33, 8), (1200, 300, 70)]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_bytes_for_many_shapes(n: int, d: int, k: int, dtype: str) -> None:
    X = np.random.default_rng(n).random((n, d)).astype(dtype)
    seen = set()
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        fitted = KMeans(k, random_state=2, n_init=2, max_iter=25).fit(X)
        seen.add((fitted.cluster_centers_.tobytes(), fitted.labels_.tobytes(), fitted.inertia_))
    assert len(seen) == 1


def test_fits_in_several_threads_at_once() -> None:
    X = rows("float64")
    alone = KMeans(7, random_state=0, max_iter=10).fit(X)
    found = {}

    def fit(i: int) -> None:
        found[i] = KMeans(7, random_state=0, max_iter=10).fit(X)

    together = [threading.Thread(target=fit, args=(i,)) for i in range(4)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    for fitted in found.values():
        assert fitted.cluster_centers_.tobytes() == alone.cluster_centers_.tobytes()
        assert fitted.labels_.tobytes() == alone.labels_.tobytes()
    assert len(found) == 4


def test_threadpoolctl_bounds_the_threads() -> None:
    pytest.importorskip("covey.engine.threads", reason="the core is not told to threadpoolctl")
    from threadpoolctl import threadpool_limits

    passes.set_threads(None)
    before = passes.get_threads()
    with threadpool_limits(1):
        assert passes.get_threads() == 1
        KMeans(2, random_state=0).fit(rows("float64"))
    assert passes.get_threads() == before
