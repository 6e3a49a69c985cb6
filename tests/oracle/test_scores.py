"""What scores are made of: pairs of clusters, groups' sums and spreads; against the twins."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from covey.engine import passes
from covey.engine.passes import silhouetting

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["f32", "f64"])


@pytest.fixture(params=passes.instruction_sets(), autouse=True)
def isa(request: pytest.FixtureRequest):
    passes.use_instruction_set(request.param)
    yield request.param
    passes.use_instruction_set("auto")
    passes.set_threads(None)


@pytest.fixture
def by_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Score every labeling by pairs of clusters, however small they are."""
    monkeypatch.setattr(silhouetting, "LEAST_CLUSTER", 0)


def skewed(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    """Return labels of clusters from one row to half of all; label 1 has none."""
    labels = np.minimum(rng.geometric(0.5, n) - 1, k - 1).astype(np.int32)
    labels[labels == 1] = 0
    labels[0] = k - 1
    return labels


@DTYPES
@pytest.mark.parametrize(
    ("n", "d", "k"),
    [(7, 1, 3), (64, 2, 2), (65, 3, 5), (300, 4, 9), (257, 8, 3), (130, 11, 4), (2100, 3, 2),
     (3000, 5, 3), (1100, 17, 1)],
)  # fmt: skip
def test_pairs_of_clusters(
    n: int, d: int, k: int, dtype: type, by_pairs: None, rng: np.random.Generator
) -> None:
    X = rng.normal(size=(n, d)).astype(dtype)
    for labels in (skewed(rng, n, k), rng.integers(0, k, n).astype(np.int32)):
        found = passes.silhouettes(X, labels[None])
        expected = passes.twin_silhouettes(X, labels[None])
        atol = 1e-12 if dtype == np.float64 else 3e-6
        np.testing.assert_allclose(found, expected, rtol=0, atol=atol)
        # The other way, one side of each pair at a time, says the same.
        one_sided = passes.silhouettes(X, labels[None], np.arange(n))
        np.testing.assert_allclose(found, one_sided, rtol=0, atol=atol)


@DTYPES
def test_short_panels_say_the_same(
    dtype: type, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    X, labels = rng.normal(size=(900, 3)).astype(dtype), skewed(rng, 900, 5)
    whole = passes.silhouettes(X, labels[None])
    monkeypatch.setattr(silhouetting, "SILHOUETTE_WORK", 1)
    done: list[float] = []
    short = passes.silhouettes(X, labels[None], None, done.append)
    assert len(done) >= 900 // 64 and done == sorted(done) and done[-1] == 1.0
    np.testing.assert_allclose(short, whole, rtol=0, atol=1e-6 if dtype == np.float32 else 1e-13)


@DTYPES
def test_distances_over_many_powers_of_ten(
    dtype: type, by_pairs: None, rng: np.random.Generator
) -> None:
    powers = (-150, -30, 0, 30, 150) if dtype == np.float64 else (-15, 0, 15)
    for power in powers:
        X = (rng.normal(size=(90, 3)) * 10.0**power).astype(dtype)
        labels = rng.integers(0, 3, (1, 90)).astype(np.int32)
        expected = passes.twin_silhouettes(X.astype(np.float64) / 10.0**power, labels)
        found = passes.silhouettes(X, labels)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@DTYPES
def test_equal_rows(dtype: type, by_pairs: None) -> None:
    labels = (np.arange(200) % 3).astype(np.int32)[None]
    assert not passes.silhouettes(np.full((200, 3), 0.1, dtype), labels).any()


@DTYPES
@pytest.mark.parametrize(("n", "d", "k"), [(1, 1, 1), (9, 3, 4), (600, 8, 5), (20_000, 17, 40)])
def test_groups(n: int, d: int, k: int, dtype: type, rng: np.random.Generator) -> None:
    X = (rng.normal(size=(n, d)) + 10).astype(dtype)
    labels = rng.integers(0, k, n).astype(np.int32)
    sums, counts = passes.label_sums(X, labels, k)
    twin_sums, twin_counts = passes.twin_label_sums(X, labels, k)
    np.testing.assert_allclose(sums, twin_sums, rtol=1e-12)
    np.testing.assert_array_equal(counts, twin_counts)
    centers = rng.normal(size=(k, d)).astype(dtype)
    for found, twin in zip(
        passes.spreads(X, centers, labels), passes.twin_spreads(X, centers, labels), strict=True
    ):
        np.testing.assert_allclose(found, twin, rtol=1e-12)


@DTYPES
def test_any_number_of_threads_gives_the_same_bytes(dtype: type, rng: np.random.Generator) -> None:
    X, labels = rng.normal(size=(30_000, 3)).astype(dtype), skewed(rng, 30_000, 6)
    found = []
    for n_threads in (1, 2, 3, 8):
        passes.set_threads(n_threads)
        some = slice(None, 4000)
        results = [passes.silhouettes(X[some], labels[None, some])]
        results += passes.label_sums(X, labels, 6)
        results += passes.spreads(X, X[:6].copy(), labels)
        found.append([each.tobytes() for each in results])
    assert all(each == found[0] for each in found[1:])


#: Puts rows right before a page that must not be touched; a kernel that reads on is killed.
GUARDED = """
import ctypes, mmap, sys
import numpy as np
from covey.engine import passes
from covey.engine.passes.door import core
passes.use_instruction_set(sys.argv[1])
page = mmap.PAGESIZE
arena = mmap.mmap(-1, 65 * page)
base = ctypes.addressof(ctypes.c_char.from_buffer(arena))
assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(base + 64 * page), page, 0) == 0
for dtype in (np.float32, np.float64):
    size = np.dtype(dtype).itemsize
    for n in (1, 5, 16, 64, 100):
        for d in (1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 31):
            at = 64 * page - n * d * size
            X = np.frombuffer(arena, dtype, n * d, at).reshape(n, d)
            X[:] = np.arange(n * d).reshape(n, d) % 7
            labels = (np.arange(n) >= n // 2).astype(np.int32)
            starts = np.array([0, n // 2, n])
            known = [np.zeros(n) for _ in range(3)]
            if n > 1:
                core.silhouette_panel(X, starts, 0, n // 2, *known)
            core.silhouette_panel(X, starts, n // 2, n, *known)
            passes.label_sums(X, labels, 2)
            passes.spreads(X, X[[0, -1]], labels)
            if d == 1:
                rows = passes.running_sums(X[:, 0], None, 0.0, 8)
                passes.sums_within(X[:, 0], None, 0.0, 8, rows, np.arange(len(rows) - 1))
                passes.means_between(X[:, 0], None, np.array([0, n]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="guards a page by Linux's mprotect")
def test_no_kernel_reads_beyond_its_rows(isa: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, isa], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_what_the_passes_refuse() -> None:
    from covey.engine.passes.door import core

    X, labels, known = np.ones((6, 2)), np.zeros(6, np.int32), [np.zeros(6) for _ in range(3)]
    for wrong in (
        lambda: passes.label_sums(X, labels[:5], 1),
        lambda: passes.label_sums(X, labels + 1, 1),
        lambda: passes.spreads(X, X[:1], labels - 1),
        lambda: passes.spreads(X, X[:1, :1].copy(), labels),
        lambda: core.silhouette_panel(X, np.array([0, 3, 6]), 0, 4, *known),
        lambda: core.silhouette_panel(X, np.array([0, 3, 6]), 6, 7, *known),
        lambda: core.silhouette_panel(X, np.array([0, 3, 5]), 0, 3, *known),
        lambda: core.silhouette_panel(X, np.array([0, 4, 3, 6]), 0, 3, *known),
        lambda: core.silhouette_panel(X, np.array([0, 3, 6]), 0, 3, *known[:2], np.zeros(5)),
        lambda: core.silhouette_panel(X, np.array([0, 3, 6]), 2, 2, *known),
    ):
        with pytest.raises(ValueError, match="must be"):
            wrong()
