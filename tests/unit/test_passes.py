"""Passes and their twins on numbers worked by hand, and what they refuse."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp

from covey.engine import passes
from covey.engine.passes import Csr
from covey.errors import InputError

#      c0        c1
#  0   1   2 … 10  11
X = np.array([[0.0, 0], [1, 0], [2, 0], [10, 0], [11, 0]])
CENTERS = np.array([[1.0, 0], [10, 0]])

BOTH = pytest.mark.parametrize("twin", [False, True], ids=["native", "twin"])
FORMS = pytest.mark.parametrize(
    "form", [lambda X: X, lambda X: Csr.of(sp.csr_array(X))], ids=["dense", "sparse"]
)


def pass_named(name: str, twin: bool):
    return getattr(passes, f"twin_{name}" if twin else name)


@BOTH
@FORMS
def test_lloyd(twin: bool, form) -> None:
    labels = np.array([0, 0, 1, 1, -1], np.int32)
    partial, n_changed = pass_named("lloyd", twin)(form(X), CENTERS, None, labels)
    assert labels.tolist() == [0, 0, 0, 1, 1]
    assert n_changed == 2
    assert partial.sums.tolist() == [[3, 0], [21, 0]]
    assert partial.weights.tolist() == [3, 2]
    assert partial.inertia == 1 + 0 + 1 + 0 + 1


@BOTH
@FORMS
def test_lloyd_with_weights(twin: bool, form) -> None:
    labels = np.full(5, -1, np.int32)
    weight = np.array([2.0, 0, 1, 0.5, 0])
    partial, n_changed = pass_named("lloyd", twin)(form(X), CENTERS, weight, labels)
    assert n_changed == 5
    assert partial.sums.tolist() == [[2, 0], [5, 0]]
    assert partial.weights.tolist() == [3, 0.5]
    assert partial.inertia == 2 + 1


@BOTH
@FORMS
def test_nearest_inertia_distances(twin: bool, form) -> None:
    labels, sq_distance = pass_named("nearest", twin)(form(X), CENTERS)
    assert labels.dtype == np.int32 and labels.tolist() == [0, 0, 0, 1, 1]
    assert sq_distance.tolist() == [1, 0, 1, 0, 1]
    inertia = pass_named("inertia", twin)
    assert inertia(form(X), CENTERS, labels, None).tolist() == [2, 1]
    assert inertia(form(X), CENTERS, labels, np.array([1.0, 1, 1, 1, 4])).tolist() == [2, 4]
    found = pass_named("distances", twin)(form(X), CENTERS)
    assert found.tolist() == [[1, 10], [0, 9], [1, 8], [9, 0], [10, 1]]


@BOTH
def test_nearest_two(twin: bool) -> None:
    centers = np.array([[1.0, 0], [10, 0], [1, 0]])
    first, sq, second, sq_second = pass_named("nearest_two", twin)(X, centers)
    assert first.tolist() == [0, 0, 0, 1, 1]
    assert second.tolist() == [2, 2, 2, 0, 0]
    assert sq.tolist() == [1, 0, 1, 0, 1]
    assert sq_second.tolist() == [1, 0, 1, 81, 100]


@BOTH
@FORMS
def test_seeding(twin: bool, form) -> None:
    closest = np.full(5, np.inf)
    update, potentials = pass_named("seed_update", twin), pass_named("seed_potentials", twin)
    assert update(form(X), CENTERS[0], closest, None).tolist() == [1 + 0 + 1 + 81 + 100]
    assert closest.tolist() == [1, 0, 1, 81, 100]
    candidates = np.array([[10.0, 0], [0, 0]])
    assert potentials(form(X), candidates, closest, None).tolist() == [3, 182]
    assert potentials(form(X), candidates, closest, np.array([0.0, 0, 0, 1, 2])).tolist() == [
        2,
        281,
    ]
    assert update(form(X), CENTERS[1], closest, None).tolist() == [3]


@BOTH
def test_silhouettes(twin: bool) -> None:
    labelings = np.array([[0, 0, 0, 1, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]], np.int32)
    found = pass_named("silhouettes", twin)(X, labelings)
    # Row 0 of the first: to its own (1 + 2)/2 = 1.5, to the others (10 + 11)/2 = 10.5.
    expected = [1 - 1.5 / 10.5, 1 - 1 / 9.5, 1 - 1.5 / 8.5, 1 - 1 / 9, 1 - 1 / 10]
    np.testing.assert_allclose(found[0], expected, rtol=1e-15)
    assert found[1, 4] == 0  # alone in its cluster
    assert found[1, 3] == pytest.approx((1 - 9) / 9)
    assert np.isnan(found[2]).all()  # one label is no labeling
    some = pass_named("silhouettes", twin)(X, labelings, np.array([4, 0]))
    np.testing.assert_array_equal(some[0], found[0, [4, 0]])


@BOTH
def test_silhouettes_of_equal_rows_are_zero(twin: bool) -> None:
    labelings = np.array([[0, 0, 1, 1]], np.int32)
    assert pass_named("silhouettes", twin)(np.ones((4, 2)), labelings).tolist() == [[0, 0, 0, 0]]


def test_silhouettes_tell_their_progress() -> None:
    done: list[float] = []
    rng = np.random.default_rng(0)
    points = rng.normal(size=(3000, 400))
    passes.silhouettes(points, (np.arange(3000) % 3).astype(np.int32)[None], None, done.append)
    assert len(done) > 2
    assert done == sorted(done)
    assert done[-1] == 1.0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers")
def test_silhouettes_can_be_interrupted() -> None:
    done: list[float] = []
    points = np.random.default_rng(0).normal(size=(20_000, 40))
    labels = (np.arange(len(points)) % 3).astype(np.int32)[None]
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            passes.silhouettes(points, labels, None, done.append)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not done or done[-1] < 1.0


def test_no_rows() -> None:
    labels = np.empty(0, np.int32)
    partial, n_changed = passes.lloyd(np.empty((0, 3)), np.ones((2, 3)), None, labels)
    assert n_changed == 0 and partial.inertia == 0 and not partial.sums.any()
    assert passes.nearest(np.empty((0, 3)), np.ones((2, 3)))[0].shape == (0,)
    assert passes.distances(np.empty((0, 3)), np.ones((2, 3))).shape == (0, 2)
    assert passes.seed_update(np.empty((0, 3)), np.ones(3), np.empty(0), None).shape == (0,)


def test_csr_takes_what_scipy_has() -> None:
    messy = sp.csr_array((np.array([1.0, 2, 3]), np.array([2, 0, 2]), np.array([0, 3, 3])), (2, 4))
    rows = Csr.of(messy)
    assert rows.shape == (2, 4)
    assert rows.data.tolist() == [2, 4] and rows.indices.tolist() == [0, 2]
    assert messy.data.tolist() == [1, 2, 3]  # the caller's matrix is as it was
    assert rows.dtype == np.float64


@pytest.mark.parametrize(
    ("indices", "indptr", "message"),
    [
        ([0, 9], [0, 1, 2], r"columns of sparse rows must be 0 … 3; got 9"),
        ([0, -1], [0, 1, 2], r"must be 0 … 3; got -1"),
        ([0, 1], [0, 2, 1], r"must rise from 0 to nnz; it fails at row 1"),
    ],
)
def test_csr_refuses_what_leads_out_of_its_arrays(
    indices: list[int], indptr: list[int], message: str
) -> None:
    matrix = sp.csr_array((2, 4))
    matrix.data, matrix.indices, matrix.indptr = (
        np.ones(2), np.array(indices, np.int32), np.array(indptr, np.int32)
    )  # fmt: skip
    with pytest.raises(InputError, match=message):
        Csr.of(matrix)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"centers": CENTERS.astype(np.float32)}, TypeError, "centers must be .* got float32"),
        ({"X": X.astype(int)}, TypeError, "X must be float32 or float64.* got int64"),
        ({"X": np.asfortranarray(X)}, ValueError, "X must be in C order"),
        ({"centers": np.ones((2, 3))}, ValueError, "columns of centers.* must be 2; got 3"),
        ({"centers": np.ones((0, 2))}, ValueError, "number of centers, at least.* 1; got 0"),
        ({"weight": np.ones(4)}, ValueError, "length of weight.* must be 5; got 4"),
        ({"labels": np.zeros(6, np.int32)}, ValueError, "length of labels.* must be 5; got 6"),
        ({"labels": np.zeros(5, np.int64)}, TypeError, "incompatible function arguments"),
        ({"weight": np.ones(5, np.float32)}, TypeError, "incompatible function arguments"),
    ],
)
def test_what_a_pass_refuses(wrong: dict, error: type, message: str) -> None:
    given = {"X": X, "centers": CENTERS, "weight": None, "labels": np.zeros(5, np.int32)}
    with pytest.raises(error, match=message):
        passes.lloyd(**{**given, **wrong})


def test_sparse_rows_that_contradict_themselves_are_refused() -> None:
    rows = Csr(np.ones(2), np.array([0, 1]), np.array([0, 1, 5]), 2)
    with pytest.raises(ValueError, match="length of data, at least: must be 5; got 2"):
        passes.nearest(rows, CENTERS)


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize(
    ("indices", "indptr", "d", "message"),
    [
        ([0, 2], [0, 1, 2], 2, "column of a sparse row, below: must be 2; got 2"),
        ([-1, 0], [0, 1, 2], 2, "column of a sparse row, rising.*: must be 0; got -1"),
        ([1, 0], [0, 2, 2], 2, "column of a sparse row, rising.*: must be 2; got 0"),
        ([1, 1], [0, 2, 2], 2, "column of a sparse row, rising.*: must be 2; got 1"),
        ([0, 1], [0, 2, 1], 2, "indptr, rising to the next row, at least: must be 2; got 1"),
        ([0, 1], [1, 1, 2], 2, "start of indptr: must be 0; got 1"),
        ([0, 1], [0, 1, 2], 2**50, "columns of sparse rows, from 0 to"),
        ([0, 1], [0, 1, 2], -1, "columns of sparse rows, from 0 to"),
    ],
)
def test_sparse_rows_are_checked_before_any_pass(
    index: type, indices: list[int], indptr: list[int], d: int, message: str
) -> None:
    rows = Csr(np.ones(2), np.array(indices, index), np.array(indptr, index), d)
    with pytest.raises(ValueError, match=message):
        passes.nearest(rows, CENTERS)


def test_sparse_rows_are_checked_once() -> None:
    rows = Csr.of(sp.csr_array(X))
    passes.nearest(rows, CENTERS)
    checked = rows.checked
    assert checked is not None
    passes.inertia(rows, CENTERS, np.zeros(5, np.int32), None)
    assert rows.checked is checked


def test_two_centers_are_needed_for_two_nearest() -> None:
    with pytest.raises(ValueError, match="number of centers, at least: must be 2; got 1"):
        passes.nearest_two(X, CENTERS[:1])


def test_instruction_sets() -> None:
    names = passes.instruction_sets()
    assert names[0] == "baseline"
    assert passes.instruction_set() in names
    with pytest.raises(ValueError, match=r"'baseline'.*; got 'sse9'"):
        passes.use_instruction_set("sse9")
    passes.use_instruction_set("baseline")
    assert passes.instruction_set() == "baseline"
    passes.use_instruction_set("auto")


def test_the_environment_chooses_the_instruction_set() -> None:
    code = "from covey.engine import passes; print(passes.instruction_set())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "COVEY_ISA": "baseline"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "baseline"
