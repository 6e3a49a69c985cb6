"""What ``covey.segment`` gives back: frames, text, HTML, files."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

import covey
from covey.errors import OptionError, OptionTypeError, OutputError
from covey.frames import Columns, in_kind
from covey.recipes._result import Result
from covey.recipes.customers import customers
from covey.recipes.segment import Segment


@pytest.fixture(scope="module")
def result() -> Result:
    return covey.segment(customers(600, seed=2)[0], k=6)


def test_segments_are_those_of_the_file(result: Result) -> None:
    frame = result.segments
    rows = list(csv.reader(io.StringIO(result.files()["segments.csv"].decode())))
    assert (
        rows[0]
        == list(frame)
        == ["customer_id", "segment", "name", "distance", "fit", "second", "note"]
    )
    assert [row[0] for row in rows[1:]] == frame["customer_id"].tolist()
    assert [int(row[1]) for row in rows[1:]] == frame["segment"].tolist()
    assert [row[2] for row in rows[1:]] == frame["name"].tolist()


def test_profile_is_in_the_readers_units(result: Result) -> None:
    columns, _ = customers(600, seed=2)
    profile, number = result.profile, result.segments["segment"]
    assert profile["n"].sum() == 600
    assert profile["revenue_share"].sum() == pytest.approx(1)
    for row, segment in enumerate(profile["segment"]):
        own = columns["total_spend"][number == segment]
        assert profile["n"][row] == len(own)
        assert profile["total_spend mean"][row] == pytest.approx(own.mean())
        assert profile["total_spend median"][row] == pytest.approx(np.median(own))
        assert profile["revenue"][row] == pytest.approx(own.sum())
        lift = own.mean() / columns["total_spend"].mean()
        assert profile["total_spend lift"][row] == pytest.approx(lift)


def test_labels_are_the_nearest_of_the_centers(result: Result) -> None:
    X, run = result.features.X, result.run
    nearest = ((X[:, None] - run.centers[None]) ** 2).sum(2).argmin(1)
    np.testing.assert_array_equal(nearest, run.labels)
    order = np.array([segment.label for segment in result.explanation.segments])
    np.testing.assert_array_equal(order[result.assignment.number - 1], run.labels)


def test_text_and_html_tell_the_segments(result: Result) -> None:
    shown = result._repr_html_()
    for segment in result.explanation.segments:
        assert segment.name.text in repr(result)
        assert segment.name.text in shown
    assert shown.startswith("<table>")


def test_html_is_escaped() -> None:
    names = [f"<b>{i}</b>" for i in range(3)]
    shown = covey.segment(customers(300)[0], k=3, names=names)._repr_html_()
    assert "<b>0" not in shown
    assert "&lt;b&gt;0" in shown


def test_write_refuses_to_replace(result: Result, tmp_path: Path) -> None:
    assert result.write(tmp_path / "out") == tmp_path / "out"
    with pytest.raises(OutputError, match="already has"):
        result.write(tmp_path / "out")
    result.write(tmp_path / "out", force=True)


def test_sizes_by_purpose() -> None:
    result = covey.segment(
        customers(600, seed=2)[0], k=3, order_by="spend", names=["Small", "Medium", "Large"]
    )
    means = {
        segment.name.text: next(m.mean for m in segment.measures if m.role == "spend")
        for segment in result.explanation.segments
    }
    assert means["Small"] < means["Medium"] < means["Large"]


def test_wrong_options_are_refused() -> None:
    columns, _ = customers(50)
    with pytest.raises(OptionTypeError, match=r"featurs=.*Did you mean 'features'"):
        covey.segment(columns, featurs=["total_spend"])
    with pytest.raises(OptionError, match="got 2 names and no k; pass k=2"):
        covey.segment(columns, names=["a", "b"])
    with pytest.raises(OptionTypeError, match="features must be a list"):
        covey.segment(columns, features="total_spend")


def test_rows_left_out_keep_the_numbers_of_the_others() -> None:
    """Without an identifier a row goes by its place in the input, whatever was left out."""
    rng = np.random.default_rng(0)
    group = np.repeat([0, 10], 30)
    columns = {"a": group + rng.normal(size=60), "b": group + rng.normal(size=60)}
    columns["a"][3] = columns["b"][3] = np.nan
    result = covey.segment(columns, k=2, where="b > -0.5 or b is null")
    kept = [i + 1 for i in range(60) if columns["b"][i] > -0.5]
    assert 0 < len(kept) < 59
    assert result.segments["row"].tolist() == kept


def test_run_is_the_picture() -> None:
    recipe = Segment(k=4, seed=3)
    columns = recipe.example()
    features = recipe.prepare(columns)
    run = recipe.fit(features)
    explanation = recipe.explain(features, run)
    whole = recipe.run(columns)
    np.testing.assert_array_equal(run.labels, whole.run.labels)
    assert explanation.segments == whole.explanation.segments
    assert explanation.method.options["k"] == 4


# ---------------------------------------------------------------- frames


def test_columns_print_as_a_table() -> None:
    columns = Columns(id=np.array(["a", "b"]), x=np.array([1.23456, 2]), n=np.array([10, 2]))
    assert repr(columns) == "id  x      n\na   1.235  10\nb   2      2"
    many = Columns(x=np.arange(1000))
    assert repr(many).splitlines()[-1] == "… 1,000 rows"
    assert repr(Columns()) == ""
    assert repr(Columns(x=np.array(["y" * 99]))).splitlines()[1] == "y" * 31 + "…"


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_columns_come_back_in_kind(kind: str) -> None:
    library = pytest.importorskip(kind)
    like = library.table({"z": [1]}) if kind == "pyarrow" else library.DataFrame({"z": [1]})
    names = np.array(["a", None], dtype=object)
    made = in_kind({"name": names, "x": np.array([1.5, np.nan])}, like)
    assert type(made) is type(like)
    assert made.shape == (2, 2)


def test_lazy_frames_come_back_eager() -> None:
    pl = pytest.importorskip("polars")
    assert isinstance(in_kind({"x": np.arange(2)}, pl.LazyFrame({"z": [1]})), pl.DataFrame)
