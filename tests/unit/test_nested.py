"""Nested samples: who is drawn, how often, and that the past stays in."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from covey.engine.nested import doubled, nested_batches, rows_at
from covey.engine.passes import Csr


def test_a_doubling_fills_the_half_of_each_stratum_that_has_no_place(
    rng: np.random.Generator,
) -> None:
    # Strata of a half each; places in the second quarter and in the third.
    places = doubled(np.array([0.3, 0.6]), rng)
    assert places[1:3].tolist() == [0.3, 0.6]
    assert 0 <= places[0] < 0.25
    assert 0.75 <= places[3] < 1


def test_places_lie_one_in_each_stratum_and_the_old_ones_stay(rng: np.random.Generator) -> None:
    places = (np.arange(7) + rng.random(7)) / 7
    for _ in range(6):
        more = doubled(places, rng)
        assert np.isin(places, more).all()
        np.testing.assert_array_equal(np.floor(more * len(more)), np.arange(len(more)))
        places = more


def test_places_at_the_edges_of_strata_stay_in_order(rng: np.random.Generator) -> None:
    edges = np.array([0.0, np.nextafter(1.0, 0)])  # rounding may put a place on a border
    assert np.isin(edges, doubled(edges, rng)).all()
    assert np.isin([0.5, 0.5], doubled(np.array([0.5, 0.5]), rng)).all()  # of another stratum


def test_rows_by_index_and_by_weight() -> None:
    places = np.array([0.0, 0.24, 0.25, 0.99, np.nextafter(1.0, 0)])
    assert rows_at(places, 4, None).tolist() == [0, 0, 1, 3, 3]
    running = np.cumsum([0.0, 1.0, 0.0, 3.0, 0.0])
    assert rows_at(places, 5, running).tolist() == [1, 1, 3, 3, 3]


def test_batches_double_hold_their_past_and_end_with_all_rows(rng: np.random.Generator) -> None:
    X = rng.normal(size=(1000, 2))
    batches = list(nested_batches(X, None, 100, rng))
    assert [batch.n_rows for batch in batches] == [100, 200, 400, 1000]
    assert [batch.n_next for batch in batches[:-1]] == [200, 400, 1000]
    assert [batch.whole for batch in batches] == [False, False, False, True]
    assert batches[-1].X is X
    for small, large in pairwise(batches):
        assert np.isin(small.X[:, 0], large.X[:, 0]).all()
        assert large.mass == large.n_rows


def test_a_large_first_batch_is_all_rows(rng: np.random.Generator) -> None:
    X, weight, before = rng.normal(size=(100, 2)), rng.random(100), rng.bit_generator.state
    (batch,) = nested_batches(X, weight, 51, rng)
    assert batch.whole
    assert (batch.X is X, batch.weight is weight, batch.mass) == (True, True, weight.sum())
    assert rng.bit_generator.state == before  # nothing is drawn


def test_sparse_batches(rng: np.random.Generator) -> None:
    X = rng.normal(size=(64, 3)) * (rng.random((64, 3)) < 0.5)
    dense = nested_batches(X, None, 16, np.random.default_rng(1))
    sparse = nested_batches(Csr.of(sp.csr_array(X)), None, 16, np.random.default_rng(1))
    for one, two in zip(dense, sparse, strict=True):
        assert isinstance(two.X, Csr)
        rows = sp.csr_array((two.X.data, two.X.indices, two.X.indptr), shape=two.X.shape)
        np.testing.assert_array_equal(rows.toarray(), one.X)


def test_every_row_is_drawn_as_often_as_its_weight_says() -> None:
    # Sizes that do not divide one another: strata cut through rows.
    weight = np.array([0.0, 1, 2, 3, 4, 0, 5, 6, 7, 1, 1, 1, 9])
    X = np.arange(13.0)[:, None]
    for given, expected in ((None, np.ones(13)), (weight, weight)):
        counts = np.zeros(13)
        for seed in range(4000):
            *_, batch, _ = nested_batches(X, given, 3, np.random.default_rng(seed))
            assert batch.n_rows == 6
            counts += np.bincount(batch.X[:, 0].astype(int), minlength=13)
        expected = expected / expected.sum() * counts.sum()
        assert (counts[expected == 0] == 0).all()
        # the standard error of a count is at most that of independent draws
        np.testing.assert_allclose(counts, expected, atol=5 * np.sqrt(expected.max()))


def test_a_sample_of_ordered_rows_is_closer_than_independent_draws() -> None:
    X = np.linspace(0, 1, 10_000)[:, None]
    means = [
        next(nested_batches(X, None, 100, np.random.default_rng(seed))).X.mean()
        for seed in range(200)
    ]
    # A uniform value in each of 100 strata has variance 1/12 of a stratum squared.
    assert np.std(means) < 2 * (1 / np.sqrt(12) / 100 / np.sqrt(100))
