"""Laws of k-means that hold for any rows."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from covey.engine import passes
from covey.engine.best import fit_best
from covey.engine.lloyd import lloyd
from covey.engine.partial import merge
from covey.engine.seeding import kmeans_plusplus
from covey.testing import brute_force, check_run, same_partition

# Whole numbers and halves: sums are exact, ties and duplicates are frequent.
VALUES = st.integers(-40, 40).map(lambda value: value / 2)


@st.composite
def cases(draw, max_k: int = 6):
    """Draw rows, weights (some zero), centers that are rows, and a dtype."""
    n = draw(st.integers(1, 40))
    d = draw(st.integers(1, 4))
    dtype = draw(st.sampled_from(["float32", "float64"]))
    X = draw(npst.arrays(np.float64, (n, d), elements=VALUES)).astype(dtype)
    weight = draw(npst.arrays(np.float64, n, elements=st.integers(0, 3).map(float)))
    weight[draw(st.integers(0, n - 1))] = 1.0
    k = draw(st.integers(1, min(n, max_k)))
    rows = draw(st.permutations(range(n)))[:k]
    return X, draw(st.sampled_from([None, weight])), X[rows]


@given(cases())
def test_inertia_never_rises(case) -> None:
    X, weight, start = case
    inertia = []
    run = lloyd(X, start, weight=weight, on_iteration=lambda *step: inertia.append(step[3]))
    inertia.append(run.inertia)
    for before, after in itertools.pairwise(inertia):
        assert after <= before * (1 + 1e-5) + 1e-9


@given(cases())
def test_labels_and_inertia_belong_to_the_centers(case) -> None:
    X, weight, start = case
    for max_iter in (1, 300):
        run = lloyd(X, start, weight=weight, max_iter=max_iter)
        assert run.centers.shape == start.shape
        assert run.centers.dtype == X.dtype
        check_run(X, run, weight)


@given(cases())
def test_at_convergence_centers_are_weighted_means(case) -> None:
    X, weight, start = case
    run = lloyd(X, start, weight=weight, tol=0.0)
    assert run.converged
    mass = np.ones(len(X)) if weight is None else weight
    for j, center in enumerate(run.centers):
        own = mass * (run.labels == j)
        if own.sum() > 0:
            np.testing.assert_allclose(center, own @ X / own.sum(), rtol=1e-5, atol=1e-5)


@given(cases())
def test_every_cluster_has_a_row_when_there_are_enough(case) -> None:
    X, weight, start = case
    run = lloyd(X, start, weight=weight, tol=0.0)
    able = X if weight is None else X[weight > 0]
    if len(np.unique(able, axis=0)) >= len(start):
        own = run.labels if weight is None else run.labels[weight > 0]
        assert len(np.unique(own)) == len(start)


@given(cases())
def test_a_row_twice_is_a_row_of_weight_two(case) -> None:
    X, weight, start = case
    times = np.ones(len(X), int) * 2 if weight is None else weight.astype(int)
    labels = np.full(len(X), -1, np.int32)
    one, n_changed = passes.lloyd(X, start, times.astype(float), labels)
    repeated = np.full(times.sum(), -1, np.int32)
    two, _ = passes.lloyd(np.repeat(X, times, axis=0), start, None, repeated)
    assert n_changed == len(X)
    np.testing.assert_array_equal(repeated, np.repeat(labels, times))
    np.testing.assert_array_equal(one.sums, two.sums)  # halves: exact
    np.testing.assert_array_equal(one.weights, two.weights)
    np.testing.assert_allclose(one.inertia, two.inertia)


@given(cases())
def test_parts_merge_to_the_whole(case) -> None:
    X, weight, centers = case
    whole, _ = passes.lloyd(X, centers, weight, np.full(len(X), -1, np.int32))
    cuts = [0, len(X) // 3, len(X) // 2, len(X)]
    parts = []
    for start, end in itertools.pairwise(cuts):
        if end > start:
            own = None if weight is None else weight[start:end]
            rows = np.ascontiguousarray(X[start:end])
            parts.append(passes.lloyd(rows, centers, own, np.full(end - start, -1, np.int32))[0])
    folded = merge(parts)
    np.testing.assert_allclose(folded.sums, whole.sums)
    np.testing.assert_allclose(folded.weights, whole.weights)
    np.testing.assert_allclose(folded.inertia, whole.inertia)


@given(cases(), st.integers(-5, 5), st.sampled_from([0.5, 2.0, 4.0]))
def test_shift_and_scale_move_the_centers_along(case, shift: int, scale: float) -> None:
    X, weight, start = case
    one = lloyd(X, start, weight=weight, max_iter=1)
    by, to = X.dtype.type(scale), X.dtype.type(shift)
    two = lloyd(X * by + to, start * by + to, weight=weight, max_iter=1)
    np.testing.assert_allclose(two.centers, one.centers * scale + shift, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(two.inertia, one.inertia * scale**2, rtol=1e-3, atol=1e-3)


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(case, random) -> None:
    X, weight, start = case
    order = np.array(random.sample(range(len(X)), len(X)))
    moved = None if weight is None else weight[order]
    one, _ = passes.lloyd(X, start, weight, np.full(len(X), -1, np.int32))
    two, _ = passes.lloyd(
        np.ascontiguousarray(X[order]), start, moved, np.full(len(X), -1, np.int32)
    )
    np.testing.assert_array_equal(one.sums, two.sums)  # halves: exact in any order
    np.testing.assert_array_equal(one.weights, two.weights)


@given(cases(), st.integers(0, 100))
def test_a_seed_gives_one_result_for_any_order(case, seed: int) -> None:
    X, weight, start = case
    one, _ = kmeans_plusplus(X, len(start), weight=weight, rng=np.random.default_rng(seed))
    two, _ = kmeans_plusplus(
        np.ascontiguousarray(X[::-1]), len(start),
        weight=None if weight is None else np.ascontiguousarray(weight[::-1]),
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    able = X if weight is None else X[weight > 0]
    if len(np.unique(able, axis=0)) >= len(start):
        np.testing.assert_array_equal(one, two)


@given(cases(), st.integers(0, 100))
def test_centers_in_another_order_give_the_same_groups(case, seed: int) -> None:
    X, weight, start = case
    order = np.random.default_rng(seed).permutation(len(start))
    one = brute_force(X, start, weight)
    sq = np.sort(one.sq_distances, axis=1)
    if sq.shape[1] > 1 and (sq[:, 0] == sq[:, 1]).any():
        return  # a tie goes to the lowest index, whichever center that is
    labels = passes.nearest(X, np.ascontiguousarray(start[order]))[0]
    assert same_partition(order[labels], one.labels)
    np.testing.assert_array_equal(order[labels], one.labels)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
@given(cases(), st.integers(0, 2**32 - 1))
def test_more_starts_are_never_worse(case, seed: int) -> None:
    X, weight, start = case
    inertia = np.inf
    for n_init in (1, 2, 4):  # the first starts of more are the starts of fewer
        rng = np.random.default_rng(seed)
        run = fit_best(X, len(start), rng=rng, weight=weight, tol=0, n_init=n_init)
        check_run(X, run, weight)
        assert run.inertia <= inertia
        inertia = run.inertia


@given(cases(max_k=4))
def test_predict_is_the_labels_row_by_row(case) -> None:
    X, weight, start = case
    run = lloyd(X, start, weight=weight)
    one_by_one = [
        int(passes.nearest(np.ascontiguousarray(X[i : i + 1]), run.centers)[0][0])
        for i in range(len(X))
    ]
    assert one_by_one == run.labels.tolist()
