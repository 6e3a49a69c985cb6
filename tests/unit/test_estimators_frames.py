"""Data frames in, data frames out: names are kept, and a table with other names is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from covey import KMeans, MiniBatchKMeans

NAMES = ["spend", "visits", "age"]


def as_pandas(X: np.ndarray, names: list[str] = NAMES) -> pd.DataFrame:
    return pd.DataFrame(X, columns=names)


def as_polars(X: np.ndarray, names: list[str] = NAMES) -> pl.DataFrame:
    return pl.DataFrame(X, schema=names)


def as_arrow(X: np.ndarray, names: list[str] = NAMES) -> pa.Table:
    return pa.table({name: X[:, j] for j, name in enumerate(names)})


FRAMES = pytest.mark.parametrize("frame", [as_pandas, as_polars, as_arrow])
BOTH = pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])


@pytest.fixture
def X(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(80, 3))


@BOTH
@FRAMES
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_a_frame_is_its_array(kind: type, frame, dtype: str, X: np.ndarray) -> None:
    X = (X * 10).astype(dtype)
    one = kind(3, random_state=0).fit(frame(X))
    two = kind(3, random_state=0).fit(X)
    assert one.feature_names_in_.tolist() == NAMES
    assert not hasattr(two, "feature_names_in_")
    assert one.cluster_centers_.dtype == ("float32" if dtype == "float32" else "float64")
    np.testing.assert_array_equal(one.cluster_centers_, two.cluster_centers_)
    np.testing.assert_array_equal(one.predict(frame(X)), one.labels_)


@BOTH
@FRAMES
def test_other_names_are_refused(kind: type, frame, X: np.ndarray) -> None:
    fitted = kind(3, random_state=0).fit(frame(X))
    with pytest.raises(ValueError, match=r"unseen at fit time:\n- height"):
        fitted.predict(frame(X, ["spend", "visits", "height"]))
    with pytest.raises(ValueError, match="must be in the same order"):
        fitted.transform(frame(X[:, ::-1], NAMES[::-1]))
    with pytest.raises(ValueError, match="yet now missing:\n- age"):
        fitted.score(frame(X[:, :2], NAMES[:2]))


def test_a_stream_keeps_its_names(X: np.ndarray) -> None:
    model = MiniBatchKMeans(3, random_state=0).partial_fit(as_polars(X))
    assert model.feature_names_in_.tolist() == NAMES
    with pytest.raises(ValueError, match="feature names"):
        model.partial_fit(as_polars(X, ["a", "b", "c"]))


@BOTH
@pytest.mark.parametrize(("library", "frame"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame)])
def test_set_output(kind: type, library: str, frame: type, X: np.ndarray) -> None:
    estimator = kind(3, random_state=0).set_output(transform=library)
    out = estimator.fit_transform(as_pandas(X))
    assert isinstance(out, frame)
    name = kind.__name__.lower()
    assert list(out.columns) == [f"{name}0", f"{name}1", f"{name}2"]
    assert list(estimator.get_feature_names_out()) == list(out.columns)
    plain = estimator.set_output(transform="default").transform(as_pandas(X))
    np.testing.assert_array_equal(out.to_numpy(), plain)


def test_the_index_of_a_frame_is_kept(X: np.ndarray) -> None:
    table = as_pandas(X).set_index(pd.Index([f"c{i}" for i in range(len(X))]))
    out = KMeans(2, random_state=0).set_output(transform="pandas").fit_transform(table)
    assert out.index[3] == "c3"


def test_nullable_columns_and_missing_values(X: np.ndarray) -> None:
    table = as_pandas(X).convert_dtypes()
    assert KMeans(2, random_state=0).fit(table).cluster_centers_.dtype == np.float64
    table.iloc[4, 1] = pd.NA
    with pytest.raises(ValueError, match="NaN"):
        KMeans(2).fit(table)


def test_weights_may_be_a_column(X: np.ndarray) -> None:
    weight = np.arange(1.0, 81.0)
    one = KMeans(3, random_state=0).fit(X, sample_weight=pd.Series(weight))
    two = KMeans(3, random_state=0).fit(X, sample_weight=pl.Series(weight))
    three = KMeans(3, random_state=0).fit(X, sample_weight=weight.tolist())
    np.testing.assert_array_equal(one.cluster_centers_, two.cluster_centers_)
    np.testing.assert_array_equal(one.cluster_centers_, three.cluster_centers_)
