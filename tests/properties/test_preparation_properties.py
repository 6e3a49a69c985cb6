"""Laws of preparing: undone exactly, the same for training rows, independent of the unit."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from covey.features import scaling
from covey.features.preparation import TablePreparation
from covey.features.raw import Table
from covey.features.scaling import Scaling, bend, moments, unbend
from covey.features.table import table_features

SETTINGS = settings(max_examples=40, deadline=None)
#: ordinary magnitudes; the ends of the range have their own tests
NUMBERS = st.floats(-1e12, 1e12, allow_subnormal=False).map(lambda x: 0.0 if abs(x) < 1e-9 else x)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, np.ndarray]:
    n = draw(st.integers(3, 12))
    d = draw(st.integers(1, 4))
    columns = {f"x {j}": draw(arrays(np.float64, n, elements=NUMBERS)) for j in range(d)}
    columns["x 0"][0] = columns["x 0"].max() + 1.0 + abs(columns["x 0"][0])  # not constant
    gaps = draw(st.lists(st.tuples(st.integers(0, d - 1), st.integers(1, n - 1)), max_size=3))
    for j, i in gaps:
        columns[f"x {j}"][i] = np.nan
    return columns


@SETTINGS
@given(tables(), st.sampled_from(["auto", "standard", "none"]), st.sampled_from(["auto", "zero"]))
def test_undo_and_apply(columns: dict[str, np.ndarray], scale: str, missing: str) -> None:
    table = Table.from_columns(columns)
    found = table_features(table, features=list(columns), scale=scale, missing=missing)
    undone = found.preparation.undo(found.X)
    there = ~np.isnan(found.raw)
    size = np.nanmax(np.abs(found.raw), axis=0, initial=0.0) + 1e-300
    assert (
        np.abs(undone - found.raw)[there] <= 1e-9 * np.broadcast_to(size, there.shape)[there]
    ).all()
    again = found.preparation.apply(table)
    np.testing.assert_array_equal(again.X, found.X)
    back = TablePreparation.from_dict(json.loads(json.dumps(found.preparation.to_dict())))
    assert back == found.preparation


@SETTINGS
@given(arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 1e300, allow_subnormal=False)),
       st.floats(1e-3, 1e6))  # fmt: skip
def test_a_log_is_undone(values: np.ndarray, scale: float) -> None:
    bent = bend(values, scale)
    assert np.isfinite(bent).all()
    # the error of a logarithm is absolute: relative 1e-13 of x for each unit of log x
    np.testing.assert_allclose(unbend(bent, scale), values, rtol=1e-11, atol=1e-10 * scale)


@SETTINGS
@given(arrays(np.float64, st.integers(2, 30), elements=st.floats(-1.7e308, 1.7e308)))
def test_moments_never_overflow(values: np.ndarray) -> None:
    mean, spread = moments(values)
    assert np.isfinite(mean)
    assert np.isfinite(spread)
    assert values.min() <= mean <= values.max()
    z = Scaling(0.0, mean, spread or 1.0).apply(values)
    if spread > 1e-290:
        assert np.abs(z).max() <= np.sqrt(len(values)) * (1 + 1e-9)


@SETTINGS
@given(arrays(np.float64, st.integers(4, 40), elements=st.floats(0.01, 1e6)), st.floats(0.01, 100))
def test_the_unit_of_a_column_does_not_decide_about_its_log(
    values: np.ndarray, factor: float
) -> None:
    scale, before, _ = scaling.wants_log(values)
    other, again, _ = scaling.wants_log(values * factor)
    np.testing.assert_allclose(before, again, rtol=1e-6, atol=1e-9)
    if scale and other:  # rounded to three digits
        np.testing.assert_allclose(other / factor, scale, rtol=0.011)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=3, max_size=30, unique=True))
def test_spelling_does_not_matter(whole: list[int]) -> None:
    plain = [f"{value / 100:.2f}" for value in whole]
    english = [f"£{value / 100:,.2f}" for value in whole]
    german = [text.replace("£", "").translate(str.maketrans(",.", ".,")) + " €" for text in english]
    first = table_features(Table.from_columns({"x": plain}), features=["x"])
    for spelled in (english, german):
        found = table_features(Table.from_columns({"x": spelled}), features=["x"])
        np.testing.assert_array_equal(found.raw, first.raw)
        np.testing.assert_array_equal(found.X, first.X)
