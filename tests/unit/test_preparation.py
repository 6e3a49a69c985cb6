"""The same preparation for new rows, and the way through JSON."""

from __future__ import annotations

import copy
import functools
import json
from typing import Any

import numpy as np
import pytest

from covey.errors import ColumnError, InputError, ModelError
from covey.features.preparation import TablePreparation
from covey.features.raw import Table
from covey.features.table import table_features
from covey.flow import Features

ROWS = {
    "id": ["a", "b", "c", "d", "e"],
    "spend": ["£1,200.50", "£20.00", "£33.10", "£7.90", "£45.00"],
    "visits": ["3", "1", "n/a", "4", "2"],
    "last_order": ["01/02/2020", "13/02/2020", "20/02/2020", "28/02/2020", "02/02/2020"],
    "member": ["yes", "no", "no", "yes", "no"],
    "kind": ["new", "old", "old", "old", "new"],
}


def fitted(**options: Any) -> Features:
    return table_features(Table.from_columns(ROWS), **options)


@functools.cache
def usual() -> Features:
    """Return what is fitted without options; nothing changes it."""
    return fitted()


def apply(found: Features, columns: dict[str, Any]) -> Features:
    made = found.preparation.apply(Table.from_columns(columns))
    assert isinstance(made, Features)
    return made


@pytest.mark.parametrize(
    "options",
    [
        {}, {"categories": "cluster"}, {"missing": "drop"}, {"missing": "zero"},
        {"scale": "none"}, {"log": ["all"]}, {"features": ["spend", "kind"]}, {"id": "kind"},
    ],
)  # fmt: skip
def test_training_rows_give_the_fitted_features(options: dict[str, Any]) -> None:
    found = fitted(**options)
    again = apply(found, ROWS)
    np.testing.assert_array_equal(again.X, found.X)
    np.testing.assert_array_equal(again.raw, found.raw)
    assert again.ids is not None
    assert list(again.ids) == list(found.ids)
    assert again.names == found.names
    for one, other in zip(again.described, found.described, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_one_row_is_prepared_as_among_all() -> None:
    found = fitted(categories="cluster")
    for i in range(5):
        alone = apply(found, {name: [values[i]] for name, values in ROWS.items()})
        np.testing.assert_array_equal(alone.X[0], found.X[i])


def test_columns_may_move_and_others_are_ignored() -> None:
    found = usual()
    moved = {name: ROWS[name] for name in reversed(ROWS)} | {"more": ["x"] * 5}
    np.testing.assert_array_equal(apply(found, moved).X, found.X)


def test_typed_columns_do_as_well_as_text() -> None:
    found = fitted(categories="cluster")
    typed = {
        "id": np.array([1, 2]),
        "spend": np.array([1200.5, 20.0]),
        "visits": np.array([3, 1]),
        "last_order": np.array(["2020-02-01", "2020-02-13"], dtype="datetime64[us]"),
        "member": np.array([True, False]),
        "kind": ["new", "old"],
    }
    made = apply(found, typed)
    np.testing.assert_array_equal(made.X, found.X[:2])
    assert list(made.ids) == ["1", "2"]


def test_typed_training_and_text_to_score() -> None:
    found = table_features(
        Table.from_columns({"x": np.array([1.0, 2, 4]), "flag": np.array([True, False, True])}),
        categories="cluster",
    )
    made = apply(found, {"x": ["£4.00", "1"], "flag": ["true", "No"]})
    np.testing.assert_array_equal(made.X[:, 0], found.X[[2, 0], 0])
    np.testing.assert_array_equal(made.X[:, 1], found.X[[0, 1], 1])


def test_a_missing_column_is_named_with_the_near_one() -> None:
    columns = {("Visits_" if name == "visits" else name): v for name, v in ROWS.items()}
    with pytest.raises(ColumnError, match=r"lacks the column 'visits'.*Did you mean 'Visits_'"):
        apply(usual(), columns)
    with pytest.raises(ColumnError, match="'spend', 'visits'"):
        apply(usual(), {"last_order": ROWS["last_order"]})


def test_missing_described_columns_and_ids_are_no_trouble() -> None:
    made = apply(usual(), {name: ROWS[name] for name in ("spend", "visits", "last_order")})
    assert made.described == ()
    assert made.ids is None


def test_missing_values_get_the_fitted_median() -> None:
    found = fitted(log=["none"])
    made = apply(found, {**{n: v[:1] for n, v in ROWS.items()}, "visits": [None]})
    assert np.isnan(made.raw[0, 1])
    center = found.preparation.undo(made.X)[0, 1]
    assert center == pytest.approx(2.5)  # median of 3, 1, 4, 2


def test_values_that_cannot_be_read_are_counted() -> None:
    new = {name: values[:3] for name, values in ROWS.items()} | {"spend": ["£3", "free", "gift"]}
    made = apply(usual(), new)
    (caution,) = [one for one in made.cautions if one.topic == "unread-values"]
    assert "spend: 2 values" in caution.text
    assert np.isnan(made.raw[1:, 0]).all()


def test_new_categories_are_counted() -> None:
    new = {name: values[:3] for name, values in ROWS.items()} | {"kind": ["new", "lost", "gone"]}
    made = apply(fitted(categories="cluster"), new)
    (caution,) = [one for one in made.cautions if one.topic == "new-category"]
    assert "kind: 2 values" in caution.text
    j = [column.name for column in made.columns].index("kind = new")
    assert list(made.raw[:, j]) == [1, 0, 0]
    described = apply(usual(), new).described
    assert list(described[1].values) == ["new", "other", "other"]


def test_below_zero_counts_as_zero_under_a_log() -> None:
    found = table_features(Table.from_columns({"x": np.array([1.0, 2, 4]), "y": [1.0, 5, 2]}),
                           log=["x"])  # fmt: skip
    made = apply(found, {"x": [-5.0, 0.0], "y": [1.0, 1]})
    assert made.X[0, 0] == made.X[1, 0]
    assert made.raw[0, 0] == -5
    assert "below-zero" in {one.topic for one in made.cautions}


def test_rows_without_values_are_dropped_and_told() -> None:
    new = {name: [*values[:2], None] for name, values in ROWS.items()}
    made = apply(usual(), new)
    assert len(made.X) == len(made.ids) == 2
    with pytest.raises(InputError, match="rows with values in the features"):
        apply(usual(), {name: [None, "?"] for name in ROWS})


def test_undo_gives_the_readers_units() -> None:
    found = usual()
    present = ~np.isnan(found.raw)
    np.testing.assert_allclose(found.preparation.undo(found.X)[present], found.raw[present],
                               rtol=1e-12, atol=1e-9)  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"categories": "cluster"}, {"missing": "drop"}])
def test_through_json_and_back(options: dict[str, Any]) -> None:
    found = fitted(**options)
    text = json.dumps(found.preparation.to_dict(), allow_nan=False)
    back = TablePreparation.from_dict(json.loads(text))
    assert back == found.preparation
    np.testing.assert_array_equal(back.apply(Table.from_columns(ROWS)).X, found.X)


def test_no_training_row_is_kept() -> None:
    text = json.dumps(usual().preparation.to_dict())
    for value in ("1200.5", "20.0", "7.9"):
        assert value not in text


@functools.cache
def written() -> str:
    """Return a preparation as a model file holds it."""
    return json.dumps(usual().preparation.to_dict())


def change(plain: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(plain)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    if value is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("kind",), "image", "kind must be 'table'; got 'image'"),
        (("features",), [], "at least one feature"),
        (("features",), {}, "features must be a list"),
        (("features", 0), 7, r"features\[0\] must be an object"),
        (("features", 0, "spread"), 0.0, "spread must be a finite number > 0; got '0.0'"),
        (("features", 0, "center"), float("nan"), "center must be a finite number"),
        (("features", 0, "fill"), "1", "fill must be a finite number"),
        (("features", 0, "log"), -1.0, "log must be a finite number >= 0"),
        (("features", 0, "name"), None, "name must be text"),
        (("features", 0, "whole"), 1, "whole must be true or false"),
        (("features", 0, "unit"), KeyError, "must have 'unit'"),
        (("features", 0, "reading"), None, "reading must be an object"),
        (("features", 0, "reading", "kind"), "sql", "kind must be one of"),
        (("features", 0, "reading", "decimal"), ";", "decimal must be '.' or ','; got ';'"),
        (("features", 2, "reading", "form"), "%Y'); --", "form must be a date format"),
        (("features", 2, "reading", "reference"), "yesterday", "reference must be a date"),
        (("features", 2, "reading", "reference"), "", "must have a reference"),
        (("features", 0, "reading", "levels"), [1], "levels must be texts"),
        (("described", 0, "kind"), "text", "kind must be 'number' or 'category'"),
        (("id_column",), 3, "id_column must be text or null"),
        (("drop_incomplete",), "no", "drop_incomplete must be true or false"),
        (("invoices",), {"columns": {"invoice": "a"}}, "columns must name the customer"),
        (("invoices",), [], "invoices must be an object"),
    ],
)
def test_a_damaged_preparation_is_refused(path: tuple[Any, ...], value: Any, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        TablePreparation.from_dict(change(json.loads(written()), path, value))


def test_something_else_is_no_preparation() -> None:
    for plain in (None, [], "table", {}):
        with pytest.raises(ModelError):
            TablePreparation.from_dict(plain)
