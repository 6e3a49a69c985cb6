"""The parts of the benchmark suite that compute: data, inertia, verdicts, files."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from benchmarks import folder, results
from benchmarks.data import GENERATORS, make
from benchmarks.figures import OURS, floor, is_equal, table, verdicts
from benchmarks.inertia import inertia, nearest
from benchmarks.machine import Roofline
from benchmarks.peers import PEERS
from benchmarks.quality import summary
from benchmarks.results import Results, Row
from benchmarks.workloads import BEST, MIB, WORKLOADS, Bar, chosen

ROOF = Roofline(40.0, 20.0, 200.0, 100.0)
LOADS = {load.name: load for load in WORKLOADS}


def row(peer: str, seconds: float | None, result: float = 100.0, **more: object) -> Row:
    given = Row("photo k=16", "float64", peer, seconds, 45, None, result, 1.0, 8.0, 2.0, 0.0, 5)
    return replace(given, **more)  # type: ignore[arg-type]


# ---------------------------------------------------------------- data


@pytest.mark.parametrize("name", sorted(set(GENERATORS) - {"photo"}))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_data_are_the_same_each_time(name: str, dtype: str) -> None:
    one, other = (make(name, 300, 5, dtype) for _ in range(2))
    assert one.X.dtype == one.start.dtype == dtype
    dense = [d.X.toarray() if sp.issparse(d.X) else d.X for d in (one, other)]
    assert dense[0].tobytes() == dense[1].tobytes()
    assert one.start.tobytes() == other.start.tobytes()
    assert one.start.shape == (5, one.X.shape[1])
    assert len(np.unique(one.start, axis=0)) == 5
    assert np.isfinite(dense[0]).all()


def test_the_photo_is_the_photo() -> None:
    pytest.importorskip("PIL")
    data = make("photo", 273_280, 16, "float32")
    assert data.X.shape == (273_280, 3)
    assert data.X.min() == 0
    assert data.X.max() == 255
    assert data.X.sum(dtype=np.float64) == pytest.approx(data.X.mean(dtype=np.float64) * 819_840)
    assert make("photo", 1000, 16, "float32").X.shape == (1000, 3)


def test_words_have_eighty_a_row_and_length_one() -> None:
    X = make("words", 200, 4, "float64").X
    assert (np.diff(X.indptr) == 80).all()
    assert X.has_canonical_format
    assert np.sqrt(X.multiply(X).sum(axis=1)) == pytest.approx(np.ones((200, 1)))


def test_few_distinct_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GENERATORS, "same", lambda n, rng: np.ones((n, 2)))
    with pytest.raises(ValueError, match="there must be 3 distinct rows"):
        make("same", 50, 3, "float64")


def test_a_folder_gives_back_what_was_written(tmp_path: Path) -> None:
    for name in ("words", "customers"):
        place = tmp_path / name
        place.mkdir()
        data = make(name, 120, 3, "float32")
        folder.write(place, data)
        back = folder.read(place)
        assert type(back.X) is type(data.X)
        assert back.X.dtype == np.float32
        assert back.n_bytes == data.n_bytes
        assert (back.X != data.X).sum() == 0
        assert (back.labels == data.labels).all()


# ---------------------------------------------------------------- inertia


@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_inertia_is_the_direct_sum(rng: np.random.Generator, offset: float) -> None:
    X, centers = rng.normal(size=(500, 4)) + offset, rng.normal(size=(7, 4)) + offset
    direct = ((X[:, None] - centers) ** 2).sum(axis=2)
    assert inertia(X, centers) == pytest.approx(direct.min(axis=1).sum(), rel=1e-7)
    assert (nearest(X, centers) == direct.argmin(axis=1)).all()


def test_inertia_of_sparse_rows_and_of_floats(rng: np.random.Generator) -> None:
    X = sp.csr_matrix(np.where(rng.random((80, 30)) < 0.2, rng.normal(size=(80, 30)), 0))
    centers = rng.normal(size=(3, 30)).astype(np.float32)
    assert inertia(X, centers) == pytest.approx(inertia(X.toarray(), centers), rel=1e-12)
    by_hand = np.array([[0.0], [1.0], [5.0], [7.0]], dtype=np.float32)
    assert inertia(by_hand, np.array([[0.5], [6.0]])) == 0.25 + 0.25 + 1 + 1


def test_inertia_in_blocks_is_that_of_all(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, centers = rng.normal(size=(101, 3)), rng.normal(size=(4, 3))
    whole = inertia(X, centers)
    monkeypatch.setattr("benchmarks.inertia.BLOCK", 40)
    assert inertia(X, centers) == pytest.approx(whole, rel=1e-14)


def test_centers_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        inertia(np.ones((3, 1)), np.array([[np.nan]]))


# ---------------------------------------------------------------- workloads, verdicts


def test_workloads_name_what_there_is() -> None:
    assert len(LOADS) == len(WORKLOADS)
    for load in WORKLOADS:
        assert load.data in GENERATORS
        assert set(load.peers) <= set(PEERS)
        assert all(bar.against in (BEST, *load.peers) for bar in load.bars)
        assert (load.n_iter > 0) == (load.task == "iterate")
    assert [load.name for load in chosen("low-rank, silh")] == [
        "low-rank k=10", "low-rank k=100", "silhouette",
    ]  # fmt: skip
    assert len(chosen("")) == len(WORKLOADS)


def test_verdicts_take_the_best_of_the_exact_at_equal_inertia() -> None:
    load = replace(LOADS["photo k=16"], bars=(Bar("scikit-learn", 12), Bar(BEST, 3)))
    peers = {
        OURS: row(OURS, 1.0),
        "scikit-learn": row("scikit-learn", 12.5),
        "mlpack Hamerly": row("mlpack Hamerly", 2.9),
        "faiss": row("faiss", 0.5, result=101.0),  # quicker, and worse
        "superkmeans": row("superkmeans", 0.1, result=90.0),  # better, and not exact
        "mlpack Elkan": row("mlpack Elkan", None, status="died: SIGSEGV"),
    }
    first, second = verdicts(load, "float64", peers)
    assert (first.opponent, first.ratio, first.met) == ("scikit-learn", 12.5, True)
    assert (second.opponent, second.ratio, second.met) == ("mlpack Hamerly", 2.9, False)


def test_no_bar_is_met_by_worse_centers_or_without_an_opponent() -> None:
    load = LOADS["photo k=16"]
    peers = {OURS: row(OURS, 1.0, result=100.2), "scikit-learn": row("scikit-learn", 99.0)}
    assert not verdicts(load, "float64", peers)[0].equal
    assert not verdicts(load, "float64", peers)[0].met
    alone = verdicts(load, "float64", {OURS: row(OURS, 1.0)})
    assert all(not verdict.met and math.isnan(verdict.ratio) for verdict in alone)
    assert not verdicts(load, "float64", {})[0].met


def test_an_iteration_is_the_fit_shared_out() -> None:
    load = LOADS["photo k=16"]
    peers = {
        OURS: row(OURS, 1.0, n_iter=40),
        "scikit-learn": row("scikit-learn", 20.0, n_iter=50),
    }
    assert verdicts(load, "float64", peers)[0].ratio == pytest.approx(16.0)


def test_silhouettes_are_equal_when_they_agree() -> None:
    load = LOADS["silhouette"]
    peers = {OURS: row(OURS, 1.0, result=0.5), "scikit-learn": row("scikit-learn", 30, 0.50005)}
    assert is_equal(load, peers[OURS], peers)
    peers["scikit-learn"] = row("scikit-learn", 30, 0.51)
    assert not is_equal(load, peers[OURS], peers)


def test_the_floor_is_reading_or_multiplying() -> None:
    low, high = LOADS["normal k=8"], LOADS["mixture k=1000"]
    x_mib = 40e6 / MIB  # 10 million float32
    read = row(OURS, 1.0, dtype="float32", x_mib=x_mib)
    assert floor(low, read, ROOF) == pytest.approx(40e6 / 40e9)  # 1 ms; multiplying takes 0.8 ms
    assert floor(high, read, ROOF) == pytest.approx(2 * 10e6 * 1000 / 200e9)
    assert floor(LOADS["normal k=8 fit"], read, ROOF) is None
    sparse = floor(LOADS["words k=20"], replace(read, x_mib=1.0), ROOF)
    assert sparse == pytest.approx(2 * 20_000 * 80 * 20 / 200e9)


# ---------------------------------------------------------------- files


def test_results_come_back_as_written(tmp_path: Path) -> None:
    rows = (
        row(OURS, 0.123456789, 12345.6789012, share=0.25, method="dense", commit="abc"),
        Row("photo k=16", "float64", "mlpack naive", status="missing: no wheel, sorry"),
    )
    written = Results("a machine, 2 cores", ROOF, rows)
    results.write(tmp_path / "suite.csv", written)
    back = results.read(tmp_path / "suite.csv")
    assert (back.machine, back.roofline) == (written.machine, written.roofline)
    assert back.rows[0] == replace(rows[0], seconds=0.12346)
    assert back.rows[1] == rows[1]


def test_results_of_other_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "suite.csv"
    results.write(path, Results("m", ROOF, ()))
    path.write_text(path.read_text().replace("seconds", "hours"))
    with pytest.raises(ValueError, match="columns of Row"):
        results.read(path)


def test_new_rows_take_the_place_of_the_old() -> None:
    old = Results("m", ROOF, (row(OURS, 1.0), row("faiss", 2.0), row(OURS, 3.0, dtype="float32")))
    after = results.merged(old, [row(OURS, 0.5)])
    assert {(r.dtype, r.peer, r.seconds) for r in after.rows} == {
        ("float32", OURS, 3.0), ("float64", OURS, 0.5),
    }  # fmt: skip
    assert list(table(after.rows)) == [("photo k=16", "float32"), ("photo k=16", "float64")]


def test_a_case_of_the_quality_is_folded_by_hand() -> None:
    found = {"covey": [10.0, 12.0, 11.0], "one": [15.0, 14.0, 13.0], "ten": [10.0, 11.0, 11.5]}
    took = {"covey": [0.1, 0.3, 0.2], "one": [1.0, 1.0, 1.0], "ten": [9.0, 9.0, 9.0]}
    folded = summary(("s", 100, 2, 3), found, took)
    assert (folded.seeds, folded.not_above) == (3, 2)
    assert folded.worst_ratio == pytest.approx(12 / 11)
    assert folded.median_ratio == pytest.approx(1.0)
    assert folded.to_best_seen == pytest.approx(1.1)
    assert folded.covey_ms == pytest.approx(200)
