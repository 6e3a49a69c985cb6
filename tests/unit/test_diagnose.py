"""``covey diagnose``: verdicts, labels given, and what must be refused."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

import covey
from covey.errors import InputError, OptionError
from covey.recipes.diagnose import Diagnose


@pytest.fixture(scope="module")
def round_groups():
    rng = np.random.default_rng(0)
    middles = np.repeat([[0.0, 0], [12, 0], [0, 12]], 60, axis=0)
    return middles + rng.normal(size=(180, 2))


def test_crescents_are_the_wrong_tool():
    told = covey.diagnose(Diagnose.example(), k=2)
    facts = told.facts
    assert facts.verdict == "wrong"
    assert facts.findings[0].topic == "not-round"
    assert facts.other_labels is not None
    assert set(np.unique(facts.other_labels)) <= {0, 1, 2}
    page = told.files()["report.html"].decode()
    assert 'data-test="figure-other"' in page
    assert "wrong tool" in str(told)


def test_round_groups_are_right_and_quiet_means_looked_at(round_groups):
    told = covey.diagnose(round_groups, k=3)
    assert told.facts.verdict == "right"
    assert told.facts.findings == ()
    assert len(told.facts.checks) > 10
    document = json.loads(told.files()["report.json"])
    assert document["verdict"] == "right"
    assert sum(document["sizes"]) == 180
    assert 'data-test="figure-other"' not in told.files()["report.html"].decode()


def test_labels_given_are_taken_as_they_are(round_groups):
    labels = np.repeat(["x", "y", "z"], 60)
    assert covey.diagnose(round_groups, labels=labels).facts.verdict == "right"
    table = {"a": round_groups[:, 0], "b": round_groups[:, 1], "group": labels}
    facts = covey.diagnose(table, labels="group").facts
    assert facts.sizes == (60, 60, 60)
    assert [feature.name for feature in facts.about.features] == ["a", "b"]
    assert covey.diagnose(round_groups, labels=labels).facts.k == 3


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ([0, 1], "shape (2,)"),
        ([0] * 180, "only '0'"),
        ([None, *([0, 1] * 90)[1:]], "1 of 180 have none"),
        ([float("nan"), *([0.0, 1.0] * 90)[1:]], "1 of 180 have none"),
        (list(range(180)), "180 different"),
        (np.zeros((180, 2)), "shape (180, 2)"),
    ],
)
def test_labels_that_part_nothing_are_refused(round_groups, labels, says):
    with pytest.raises(InputError, match="labels must") as caught:
        covey.diagnose(round_groups, labels=labels)
    assert says in str(caught.value)


def test_labels_of_an_array_stay_with_their_rows(round_groups):
    labels = np.repeat(["a", "b", "c"], 60)
    facts = covey.diagnose(round_groups, labels=labels, where="x1 > -1000").facts
    assert facts.sizes == (60, 60, 60)
    kept = round_groups[:, 0] > 0
    some = covey.diagnose(round_groups, labels=labels, where="x1 > 0").facts
    assert sorted(some.sizes) == sorted(np.unique(labels[kept], return_counts=True)[1])


def test_options_that_do_not_go_together(round_groups):
    with pytest.raises(OptionError, match="k must be left out"):
        covey.diagnose(round_groups, k=2, labels=[0, 1] * 90)
    with pytest.raises(OptionError, match="not clustered on"):
        covey.diagnose({"a": [1, 2], "b": [1, 1]}, features=["b"], labels="b")


def test_k_beyond_the_rows_is_refused():
    with pytest.raises(InputError, match="distinct rows"):
        covey.diagnose({"a": [1.0, 2, 3]}, k=5)


@pytest.mark.parametrize(
    "columns",
    [
        {"a": [1.0, 2.0]},
        {"a": [1.0, 2.0, 3.0], "b": [5.0, 5.0, 5.0]},
        {"a": [1.0, 2.0, None, 4.0] * 20, "b": list(range(80))},
        {"a": [1e12, 2e12, 3e12, 9e12] * 20, "b": [1e-9 * i for i in range(80)]},
    ],
)
def test_little_or_odd_tables_have_an_answer(columns):
    told = covey.diagnose(columns, k=2)
    assert told.facts.checks
    assert b"<svg" in told.files()["report.html"]


def test_only_a_part_of_many_rows_is_looked_at():
    rng = np.random.default_rng(1)
    X = np.vstack([rng.normal(size=(1500, 2)), rng.normal(size=(1500, 2)) + 12])
    facts = covey.diagnose(X, k=2).facts
    assert len(facts.labels) == 1000
    assert "drawn at random from 3,000" in facts.text
    assert sum(facts.sizes) == 3000


def test_no_natural_k_is_not_called_right():
    rng = np.random.default_rng(4)
    told = covey.diagnose(rng.uniform(size=(400, 3)), k=3).facts
    assert told.verdict == "care"
    assert {one.topic for one in told.findings} & {"one-blob", "no-natural-k"}
    assert "nothing speaks against" not in told.headline


def test_one_cluster_and_few_rows_say_nothing(round_groups):
    assert covey.diagnose(round_groups, k=1).facts.headline.startswith("Nothing was divided")
    few = covey.diagnose(round_groups[::20], k=2).facts
    assert few.verdict == "care"
    assert "too few rows" in few.headline


def test_findings_csv_is_quoted_once():
    told = covey.diagnose(Diagnose.example(), k=2)
    header, first, *_ = csv.reader(io.StringIO(told.files()["findings.csv"].decode()))
    assert dict(zip(header, first, strict=True))["seen"] == told.facts.findings[0].seen
