"""Laws of the other kinds of k-means that hold for any rows."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from covey.engine import passes
from covey.engine.alternate import Search, alternate
from covey.engine.bisecting import fit_bisecting
from covey.engine.constrained import Constrained
from covey.engine.missing import Missing
from covey.engine.spherical import Spherical, unit_centers, unit_rows
from covey.engine.trimmed import Trimmed, mass_to_trim
from covey.engine.trimmed_seeding import keep_nearest

# Whole numbers and halves: ties and duplicates are frequent.
VALUES = st.integers(-40, 40).map(lambda value: value / 2)


@st.composite
def cases(draw):
    """Draw rows, weights (some zero) or None, a number of clusters, and rows to start from."""
    n, d = draw(st.integers(2, 30)), draw(st.integers(1, 4))
    X = draw(npst.arrays(np.float64, (n, d), elements=VALUES))
    X = X.astype(draw(st.sampled_from(["float32", "float64"])))
    weight = draw(npst.arrays(np.float64, n, elements=st.integers(0, 3).map(float)))
    weight[draw(st.integers(0, n - 1))] = 1.0
    k = draw(st.integers(1, min(n, 5)))
    rows = draw(st.permutations(range(n)))[:k]
    return X, draw(st.sampled_from([None, weight])), np.array(rows)


def check_descent(kind, centers, rtol: float = 1e-5):
    """Run a kind and check that its objective never rises; return the run."""
    inertia: list[float] = []
    run = alternate(
        kind, centers, max_iter=200, tol=0.0, on_iteration=lambda *step: inertia.append(step[3])
    )
    for before, after in itertools.pairwise([*inertia, run.inertia]):
        assert after <= before * (1 + rtol) + 1e-5
    assert run.converged
    return run


@given(cases(), st.data())
def test_constrained(case, data) -> None:
    X, weight, start = case
    n, k = len(X), len(start)
    low = data.draw(st.integers(1, n // k))
    high = data.draw(st.integers(max(low, -(-n // k)), n))
    run = check_descent(Constrained(X, weight, (low, high), k), X[start])
    size = np.bincount(run.labels, minlength=k)
    assert low <= size.min() <= size.max() <= high


@given(cases(), st.floats(0, 0.9))
def test_trimmed(case, trim: float) -> None:
    X, weight, start = case
    mass = mass_to_trim(len(X), weight, trim)
    run = check_descent(Trimmed(X, weight, mass), X[start])
    if weight is None:
        assert np.count_nonzero(run.labels == -1) == int(mass)
    else:
        assert weight[run.labels == -1].sum() <= mass + 1e-9


@given(
    npst.arrays(np.float64, st.integers(1, 40), elements=st.integers(0, 6).map(float)), st.data()
)
def test_keep_nearest_leaves_out_exactly_so_much(sq: np.ndarray, data) -> None:
    n = len(sq)
    weight = data.draw(npst.arrays(np.float64, n, elements=st.integers(0, 3).map(float)))
    mass = float(data.draw(st.integers(0, int(weight.sum()))))
    kept, edge = keep_nearest(sq, weight, mass, data.draw(st.sampled_from([0.0, 2.0, 9.0])))
    assert weight.sum() - kept.sum() == mass
    assert ((kept >= 0) & (kept <= weight)).all()
    if (kept < weight).any() and (kept > 0).any():
        assert sq[kept < weight].min() >= sq[kept > 0].max()
    assert edge == sq[kept < weight].min(initial=np.inf)
    m = float(min(int(mass), n))
    ones, edge = keep_nearest(sq, None, m, data.draw(st.sampled_from([0.0, 2.0, 9.0])))
    weighted, same = keep_nearest(sq, np.ones(n), m)
    np.testing.assert_array_equal(ones, weighted)
    assert edge == same


@given(cases(), st.data())
def test_missing(case, data) -> None:
    X, weight, start = case
    gaps = data.draw(npst.arrays(np.bool_, X.shape))
    gaps[np.arange(len(X)), np.arange(len(X)) % X.shape[1]] = False
    centers = X[start].copy()
    X = np.where(gaps, np.float32(np.nan), X).astype(X.dtype)
    run = check_descent(Missing(X, weight), centers)
    assert np.isfinite(run.centers).all()
    sq = passes.twin_observed_squares(X, run.centers)
    own = sq[np.arange(len(X)), run.labels]
    assert (own <= sq.min(axis=1) * (1 + 1e-5) + 1e-9).all()


@given(cases())
def test_spherical(case) -> None:
    X, weight, start = case
    X = X + np.where(np.abs(X).max(axis=1) == 0, 1, 0)[:, None].astype(X.dtype)  # no zero rows
    U, zero = unit_rows(np.ascontiguousarray(X))
    assert not zero.any()
    run = check_descent(Spherical(U, weight), unit_centers(U[start], U[start]))
    np.testing.assert_allclose(np.linalg.norm(run.centers.astype(float), axis=1), 1, rtol=1e-6)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50, deadline=None)
@given(cases(), st.sampled_from(["biggest_inertia", "largest_cluster"]), st.integers(0, 99))
def test_bisecting(case, strategy: str, seed: int) -> None:
    X, weight, start = case
    inertia = np.inf
    for k in range(1, len(start) + 1):  # the first splits for many clusters are those for few
        search = Search(np.random.default_rng(seed), n_init=2, tol=0.0)
        run, tree = fit_bisecting(X, k, strategy, search, weight)
        np.testing.assert_array_equal(tree.labels(X), run.labels)
        assert run.inertia <= inertia * (1 + 1e-5) + 1e-5
        inertia = run.inertia
        able = X if weight is None else X[weight > 0]
        own = run.labels if weight is None else run.labels[weight > 0]
        if len(np.unique(able, axis=0)) >= k:
            assert len(np.unique(own)) == k
