"""Identifiers come back in the type they were given in, so that results can be joined."""

from __future__ import annotations

import numpy as np
import pytest

import covey
from covey.frames import in_kind

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

IDS = {"id": np.array(["7", "12"], dtype=object), "segment": np.array([1, 2])}


def test_integers_join_again_in_every_kind_of_frame() -> None:
    given = {"id": [7, 12], "spend": [1.0, 2.0]}
    frame = pd.DataFrame(given)
    found = in_kind(IDS, frame, id_name="id")
    assert found["id"].dtype == np.int64
    assert frame.merge(found, on="id")["segment"].tolist() == [1, 2]
    narrow = pl.DataFrame(given, schema_overrides={"id": pl.Int32})
    assert narrow.join(in_kind(IDS, narrow, id_name="id"), on="id")["segment"].to_list() == [1, 2]
    lazy = in_kind(IDS, narrow.lazy(), id_name="id")
    assert lazy.schema["id"] == pl.Int32
    table = pa.table(given)
    assert in_kind(IDS, table, id_name="id").column("id").to_pylist() == [7, 12]
    assert in_kind(IDS, given, id_name="id")["id"].tolist() == [7, 12]


def test_text_and_identifiers_that_are_not_numbers_stay_text() -> None:
    assert in_kind(IDS, pd.DataFrame({"id": ["7", "12"]}), id_name="id")["id"].tolist() == [
        "7",
        "12",
    ]
    missing = {**IDS, "id": np.array(["7", "row 2"], dtype=object)}
    for like in (
        pd.DataFrame({"id": [7.0, None]}),
        pl.DataFrame({"id": [7, None]}),
        pa.table({"id": [7, None]}),
        {"id": [7.0, float("nan")]},
    ):
        found = in_kind(missing, like, id_name="id")["id"]
        assert list(found.to_pylist() if hasattr(found, "to_pylist") else found) == ["7", "row 2"]
    categories = pd.DataFrame({"id": pd.Categorical([7, 12])})
    assert in_kind(IDS, categories, id_name="id")["id"].tolist() == ["7", "12"]


def test_segments_and_predictions_merge_with_the_frame_given() -> None:
    rng = np.random.default_rng(0)
    spend = np.concatenate([rng.normal(20, 2, 60), rng.normal(90, 5, 60)])
    frame = pd.DataFrame({"CustomerID": np.arange(101, 221), "spend": spend, "visits": spend // 7})
    result = covey.segment(frame, k=2)
    assert len(frame.merge(result.segments, on="CustomerID")) == len(frame)
    assert len(frame.merge(result.model.predict(frame), on="CustomerID")) == len(frame)
