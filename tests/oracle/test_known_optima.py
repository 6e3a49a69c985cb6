"""Known optima, reached from enough starts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris, load_wine

from covey import KMeans

RTOL = 1e-7  # the literature prints eight to eleven digits


@pytest.mark.parametrize(
    ("k", "sse"),
    [
        (1, 681.3706), (2, 152.347952), (3, 78.851441), (4, 57.228473), (5, 46.446182),
        (6, 39.039987), (10, 25.834055),
    ],
)  # fmt: skip
def test_iris(k: int, sse: float) -> None:
    fitted = KMeans(k, n_init=60, tol=0, random_state=0).fit(load_iris().data)
    assert fitted.inertia_ == pytest.approx(sse, rel=RTOL)


@pytest.mark.parametrize(("k", "sse"), [(3, 2370689.69), (5, 916379.19)])
def test_wine(k: int, sse: float) -> None:
    fitted = KMeans(k, n_init=30, tol=0, random_state=0).fit(load_wine().data)
    assert fitted.inertia_ == pytest.approx(sse, rel=RTOL)


@pytest.mark.parametrize(("k", "sse"), [(4, 12881.0512), (5, 10126.7198), (10, 4446.2821)])
def test_ruspini(covey_data: Path, k: int, sse: float) -> None:
    path = covey_data / "13_kmeans_benchmarks" / "mssc" / "ruspini.txt"
    # One start in 200 reaches the optimum at k=10.
    n_init = 400 if k == 10 else 60
    fitted = KMeans(k, n_init=n_init, tol=0, random_state=0).fit(np.loadtxt(path, skiprows=1))
    assert fitted.inertia_ == pytest.approx(sse, rel=RTOL)


@pytest.mark.parametrize(
    ("name", "k", "sse"),
    [
        ("s1", 15, 8917650007000), ("s2", 15, 13279318160000), ("a1", 20, 12146338010),
        ("unbalance", 8, 214492062800),
    ],
)  # fmt: skip
def test_joensuu(covey_data: Path, name: str, k: int, sse: float) -> None:
    X = np.loadtxt(covey_data / "13_kmeans_benchmarks" / "uef" / f"{name}.txt")
    fitted = KMeans(k, n_init=20, tol=0, random_state=0).fit(X)
    # The best published values come from runs that stopped a little early.
    assert sse * (1 - 1e-4) < fitted.inertia_ < sse * (1 + RTOL)
