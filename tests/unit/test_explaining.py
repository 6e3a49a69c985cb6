"""covey.explain: labels from anywhere, and the forms they come in."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import covey
from covey.errors import ColumnError, InputError, OptionError, OptionTypeError

RNG = np.random.default_rng(5)
GROUP = np.repeat([0, 1, 2], 40)
FRAME = pd.DataFrame(
    {
        "length": np.array([10.0, 20.0, 30.0])[GROUP] + RNG.normal(size=120),
        "width": np.array([5.0, 1.0, 5.0])[GROUP] + RNG.normal(scale=0.3, size=120),
        "kind": np.array(["ant", "bee", "wasp"], dtype=object)[GROUP],
    }
)
NUMBERS = FRAME[["length", "width"]]


def test_the_package_is_the_function_too() -> None:
    importlib.import_module("covey.explain.fit")  # the name is then the package's
    assert covey.explain(NUMBERS, GROUP).explanation.n_rows == 120


def test_labels_of_a_column_name_the_clusters_and_are_no_feature() -> None:
    told = covey.explain(FRAME, "kind").explanation
    assert [one.name.text for one in told.segments] == ["ant", "bee", "wasp"]
    assert [one.n_rows for one in told.segments] == [40, 40, 40]
    assert [one.name for one in told.features] == ["length", "width"]
    assert told.importance[0].name in ("length", "width")
    assert told.tree.fidelity == 1.0
    assert told.tree.price == pytest.approx(1.0)


def test_numbers_are_kept_in_front_of_what_sets_rows_apart() -> None:
    told = covey.explain(NUMBERS, GROUP * 10 - 20).explanation
    assert [one.name.text.partition(":")[0] for one in told.segments] == ["-20", "-10", "0"]
    given = covey.explain(NUMBERS, GROUP, names=["Small", "Thin", "Large"]).explanation
    assert [one.name.text for one in given.segments] == ["Small", "Thin", "Large"]


@pytest.mark.parametrize(
    "model",
    [
        KMeans(3, random_state=0),
        AgglomerativeClustering(3),
        make_pipeline(StandardScaler(), KMeans(3, random_state=0)),
        covey.KMeans(3, random_state=0),
    ],
    ids=lambda model: type(model).__name__,
)
def test_any_fitted_estimator(model: object) -> None:
    model.fit(NUMBERS)  # type: ignore[attr-defined]
    found = covey.explain(NUMBERS, model)
    assert sorted(one.n_rows for one in found.explanation.segments) == [40, 40, 40]
    assert found.explanation.quality.silhouette > 0.7


def test_a_centroid_estimator_is_explained_in_the_space_it_was_fitted_in() -> None:
    model = covey.KMeans(3, random_state=0).fit(NUMBERS)
    found = covey.explain(NUMBERS, model)
    centers = found.features.preparation.undo(found.run.centers)
    np.testing.assert_allclose(np.sort(centers, axis=0), np.sort(model.cluster_centers_, axis=0))
    assert found.run.inertia == pytest.approx(model.inertia_)
    own = np.sqrt(((NUMBERS.to_numpy() - model.cluster_centers_[model.labels_]) ** 2).sum(axis=1))
    np.testing.assert_allclose(found.segments["distance"], own)


def test_a_model_of_covey_keeps_its_names() -> None:
    model = covey.cluster(FRAME, k=3).model
    found = covey.explain(FRAME, model)
    assert [one.name.text for one in found.explanation.segments] == [n.text for n in model.names]


def test_noise_is_left_out_and_told() -> None:
    rows = pd.concat([NUMBERS, pd.DataFrame({"length": [60.0, -40.0], "width": [9.0, -9.0]})])
    found = covey.explain(rows, DBSCAN(1.5).fit(rows))
    assert found.explanation.n_rows < 122
    n_noise = 122 - found.explanation.n_rows
    told = [one.text for one in found.explanation.cautions if one.topic == "noise"]
    assert told == [f"{n_noise} of 122 rows belong to no cluster (noise) and are left out here."]
    assert len(found.segments) == found.explanation.n_rows
    assert 121 not in found.segments["row"].tolist()


def test_rows_keep_the_labels_given_and_their_second_choice() -> None:
    X = np.array([[0.0], [1.0], [2.0], [9.0], [10.0], [8.0]])
    found = covey.explain(X, ["a", "a", "b", "b", "b", "b"], scale="none").segments
    assert found["segment"].tolist() == [1, 1, 2, 2, 2, 2]
    assert found["second"].tolist() == [2, 2, 1, 1, 1, 1]
    # centers 0.5 and 7.25: the third row is nearer to the other one, so that it fits not at all
    assert found["distance"].tolist() == [0.5, 0.5, 5.25, 1.75, 2.75, 0.75]
    assert found["fit"][2] == 0.0


def test_stability_is_told_of_what_k_means_can_find_again_only() -> None:
    assert covey.explain(NUMBERS, GROUP).explanation.quality.stability > 0.9
    other = np.where(np.arange(120) % 2, GROUP, 2)
    assert np.isnan(covey.explain(NUMBERS, other).explanation.quality.stability)


def test_one_label_is_one_group() -> None:
    told = covey.explain(NUMBERS, np.zeros(120, dtype=int)).explanation
    assert len(told.segments) == 1
    assert told.segments[0].n_rows == 120


def test_files_are_written(tmp_path: Path) -> None:
    folder = covey.explain(FRAME, "kind").write(tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == {
        "segments.csv", "profile.csv", "report.html", "report.json", "model.covey",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "options", "error", "says"),
    [
        ([0, 1], {}, InputError, r"one label for each of the 120 rows; got .*\(2,\)"),
        ("knd", {}, ColumnError, "kind"),
        (np.full(120, -1), {}, InputError, "all 120 rows are noise"),
        (GROUP, {"names": ["a"]}, OptionError, r"each of the 3 labels \(0, 1, 2\); got 1"),
        (GROUP, {"sede": 1}, OptionTypeError, "'seed'"),
        (KMeans(3), {}, InputError, "fitted"),
    ],
)
def test_what_cannot_be_explained(
    labels: object, options: dict, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        covey.explain(FRAME if isinstance(labels, str) else NUMBERS, labels, **options)
