"""Bad input: each case, with what is said and the exit code. No traceback, nothing written."""

from __future__ import annotations

import gzip
import re
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import covey
from covey.cli.main import cli
from covey.errors import InputError

HEADER = "customer_id,total_spend,purchase_freq,recency_days\n"


def lines(n: int, seed: int = 0) -> str:
    """Return n lines of customers in three plain groups."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, n)
    spend = np.array([50, 400, 2000])[group] * rng.uniform(0.8, 1.2, n)
    freq = np.array([1, 8, 30])[group] + rng.integers(0, 3, n)
    days = np.array([200, 40, 5])[group] + rng.integers(0, 5, n)
    return "".join(
        f"C{i:04d},{spend[i]:.2f},{freq[i]},{days[i]}\n" for i in range(n)
    )  # fmt: skip


class Segment:
    """Run ``covey segment`` on some content, and hold it to its manners."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"

    def __call__(self, content: str | bytes | Path, *words: str, name: str = "in.csv") -> str:
        """Return what was said on stderr; ``code`` and ``stdout`` are kept."""
        source = content if isinstance(content, Path) else self.folder / name
        if not isinstance(content, Path):
            source.write_bytes(content.encode() if isinstance(content, str) else content)
        done = CliRunner().invoke(cli, ["segment", str(source), "-o", str(self.out), *words])
        self.code, self.stdout = done.exit_code, done.stdout
        assert "Traceback" not in done.stderr
        return done.stderr


@pytest.fixture
def segment(tmp_path: Path) -> Segment:
    return Segment(tmp_path)


@pytest.fixture
def refused(segment: Segment) -> Callable[..., None]:
    """Check that input is refused with the exit code, in one line that says what it should."""

    def check(
        said: str, content: str | bytes | Path, *words: str, code: int = 3, name: str = "in.csv"
    ) -> None:
        told = segment(content, *words, name=name)
        assert segment.code == code, told
        assert told.startswith("covey: error: ")
        assert re.search(said, told, re.S | re.I), told
        assert segment.stdout == ""
        assert not segment.out.exists()

    return check


@pytest.fixture
def accepted(segment: Segment) -> Callable[..., str]:
    """Check that input is dealt with, and return the report's JSON."""

    def check(content: str | bytes | Path, *words: str, name: str = "in.csv") -> str:
        told = segment(content, *words, name=name)
        assert segment.code == 0, told
        return (segment.out / "report.json").read_text(encoding="utf-8")

    return check


# ---------------------------------------------------------------- the file


def test_no_such_file(refused: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text(HEADER + lines(50))
    refused(r"custmers\.csv", tmp_path / "custmers.csv")


def test_a_directory(refused: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    refused(r"folder", tmp_path / "folder")


def test_empty_file(refused: Callable[..., None]) -> None:
    refused(r"in\.csv.*empty", "")


def test_header_only(refused: Callable[..., None]) -> None:
    refused(r"in\.csv.*(no row|0 rows|no data)", HEADER)


def test_one_row(refused: Callable[..., None]) -> None:
    refused(r"in\.csv.*at least 2 rows; got 1 row", HEADER + lines(1))


def test_binary_junk_as_csv(refused: Callable[..., None]) -> None:
    junk = np.random.default_rng(0).integers(0, 256, 5000, dtype=np.uint8).tobytes()
    refused(r"in\.csv", junk)


def test_a_picture_called_csv(refused: Callable[..., None]) -> None:
    refused(r"in\.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8)


def test_truncated_gzip(refused: Callable[..., None]) -> None:
    whole = gzip.compress((HEADER + lines(3000)).encode())
    refused(r"in\.csv\.gz", whole[: len(whole) // 2], name="in.csv.gz")


def test_truncated_parquet(refused: Callable[..., None], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    parquet.write_table(pa.table({"a": np.arange(5000.0)}), tmp_path / "whole.parquet")
    whole = (tmp_path / "whole.parquet").read_bytes()
    refused(r"in\.parquet", whole[: len(whole) // 2], name="in.parquet")


def test_ragged_rows(segment: Segment) -> None:
    """Rows of another length are refused, or told of, but never silently shifted or lost."""
    content = HEADER + lines(60) + "C9999,12.5\n" + lines(60, seed=1)
    told = segment(content)
    if segment.code == 0:
        report = (segment.out / "report.json").read_text(encoding="utf-8")
        assert re.search(r"\b(62|ragged|columns|fields|short)", report)
    else:
        assert segment.code == 3
        assert re.search(r"in\.csv.*(line|row) 62", told, re.S)


# ---------------------------------------------------------------- the columns


def test_duplicate_column_names(accepted: Callable[..., str]) -> None:
    header = "id,spend,spend,days\n"
    report = accepted(header + lines(100))
    assert re.search(r'"spend[ _(.:]*2\)?"|spend_1|spend \(2\)', report)


def test_no_numeric_column(refused: Callable[..., None]) -> None:
    rows = "".join(f"N{i},town {i % 7},red\n" for i in range(50))
    refused(r"in\.csv must have a numeric column.*town: described", "name,town,color\n" + rows)


def test_all_missing(refused: Callable[..., None]) -> None:
    refused(r"in\.csv", "a,b\n" + ",\n" * 50)


def test_a_column_all_equal(accepted: Callable[..., str]) -> None:
    rows = "".join(line + ",7\n" for line in lines(80).splitlines())
    report = accepted(HEADER.strip() + ",same\n" + rows)
    assert re.search(r'"column": "same",[^}]*left out', report)


def test_all_columns_equal(refused: Callable[..., None]) -> None:
    refused(r"in\.csv", "a,b\n" + "7,8\n" * 50)


def test_misspelt_feature_suggests_the_near_one(refused: Callable[..., None]) -> None:
    refused(
        r"total_spnd.*Did you mean 'total_spend'",
        HEADER + lines(50),
        "--features",
        "total_spnd,recency_days",
    )


def test_a_million_columns(segment: Segment) -> None:
    """More columns than can be worked on are refused soon, with their number."""
    n = 1_000_000
    content = ",".join(f"c{j}" for j in range(n)) + "\n"
    content += ",".join("1" for _ in range(n)) + "\n" + ",".join("2" for _ in range(n)) + "\n"
    told = segment(content)
    assert segment.code == 3, told
    assert re.search(r"in\.csv must have at most [\d,]+ columns; .* more than [\d,]{6,}", told)
    assert len(told) < 1000


# ---------------------------------------------------------------- the values


def test_nan_and_infinities(accepted: Callable[..., str]) -> None:
    rows = "C1,nan,3,5\nC2,inf,4,6\nC3,-inf,5,7\nC4,NaN,,8\n"
    report = accepted(HEADER + lines(80) + rows)
    assert re.search(r"infinit", report)


def test_numbers_near_1e308(segment: Segment) -> None:
    """Numbers whose squares cannot be added are told of; what is written is finite."""
    content = HEADER + lines(80) + "C1,1.7e308,3,5\nC2,-1.6e308,4,6\n"
    told = segment(content)
    if segment.code == 0:
        assert "inf" not in (segment.out / "segments.csv").read_text(encoding="utf-8")
    else:
        assert segment.code == 3
        assert "total_spend" in told


def test_differences_whose_squares_vanish() -> None:
    values = np.random.default_rng(0).normal(size=50) * 1e-300
    with pytest.raises(InputError, match="pass scale='standard'"):
        covey.segment({"a": values}, scale="none", log=["none"])
    assert covey.segment({"a": values}, scale="standard", log=["none"]).explanation.n_rows == 50


def test_offset_of_1e9_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 3, 300)
    near = {"a": group * 5 + rng.normal(size=300), "b": group * -4 + rng.normal(size=300)}
    far = {name: values + 1e9 for name, values in near.items()}
    labels = [
        covey.segment(columns, k=3, log=["none"]).assignment.number for columns in (near, far)
    ]
    together = {(one, other) for one, other in zip(*labels, strict=True)}
    assert len(together) == 3


def test_mixed_types_in_a_column(segment: Segment) -> None:
    """Words among numbers count as missing and are told of."""
    rows = "".join(f"X{i},unknown,{i},5\n" for i in range(4))
    told = segment(HEADER + lines(100) + rows)
    assert segment.code == 0, told
    report = (segment.out / "report.json").read_text(encoding="utf-8")
    assert re.search(r"unknown|cannot be read|not numbers|missing", report)


def test_words_for_missing_beside_words_among_numbers(accepted: Callable[..., str]) -> None:
    report = accepted(HEADER + lines(100) + "X1,nan,3,5\nX2,soon,4,6\nX3,,5,7\nX4,n/a,6,8\n")
    assert "cannot be read as numbers" in report
    assert "'soon'" in report


# ---------------------------------------------------------------- K


@pytest.mark.parametrize("k", ["0", "-3", "2.5", "many"])
def test_k_must_be_a_positive_integer(refused: Callable[..., None], k: str) -> None:
    refused(
        rf"-k must be an integer >= 1; got '?{re.escape(k)}", HEADER + lines(9), "-k", k, code=2
    )


def test_k_above_the_number_of_rows(refused: Callable[..., None]) -> None:
    refused(r"k=50.*\b12\b", HEADER + lines(12), "-k", "50")


def test_fewer_distinct_rows_than_k(refused: Callable[..., None]) -> None:
    rows = "".join(f"C{i},{i % 3},{i % 3 * 2}\n" for i in range(60))
    refused(r"k=4.*3 distinct rows", "customer_id,a,b\n" + rows, "-k", "4", "--log", "none")


# ---------------------------------------------------------------- the output


def test_output_below_a_file(segment: Segment, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    segment.out = tmp_path / "file" / "out"
    told = segment(HEADER + lines(50))
    assert segment.code == 4
    assert re.search(r"file' is a file.*-o", told)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder nobody can write")
def test_output_where_nobody_can_write(segment: Segment) -> None:
    segment.out = Path("/proc/covey")
    told = segment(HEADER + lines(50))
    assert segment.code == 4
    assert "/proc/covey" in told


# ---------------------------------------------------------------- a server


def test_postgresql_server_that_is_not_there(segment: Segment) -> None:
    pytest.importorskip("adbc_driver_postgresql")
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    url = f"postgresql://ann:secret@127.0.0.1:{port}/shop"
    done = CliRunner().invoke(cli, ["segment", url, "--query", "select 1", "-o", str(segment.out)])
    assert done.exit_code == 3
    assert done.stderr.startswith("covey: error: ")
    assert str(port) in done.stderr
    assert "secret" not in done.output
    assert not segment.out.exists()


# ---------------------------------------------------------------- what we write


def test_cells_that_start_like_formulas_are_quoted(segment: Segment) -> None:
    content = HEADER + lines(60).replace("C0003,", "=1+1,").replace("C0004,", "@SUM(A1),")
    told = segment(content)
    assert segment.code == 0, told
    written = (segment.out / "segments.csv").read_text(encoding="utf-8")
    assert "\n'=1+1," in written
    assert "\n'@SUM(A1)," in written


def test_headers_and_cells_are_escaped_in_html(segment: Segment) -> None:
    evil = "<script>alert(1)</script>"
    content = HEADER.replace("total_spend", evil) + lines(60).replace("C0003", "<img src=x>")
    told = segment(content, "--title", "<b>mine</b>")
    assert segment.code == 0, told
    report = (segment.out / "report.html").read_text(encoding="utf-8")
    for text in (evil, "<img src=x>", "<b>mine</b>"):
        assert text not in report
    assert "&lt;b&gt;mine&lt;/b&gt;" in report


def test_python_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(HEADER + lines(1))
    with pytest.raises(InputError, match="at least 2 rows; got 1 row"):
        covey.segment(tmp_path / "in.csv")
