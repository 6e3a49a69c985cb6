"""covey compare: what is compared, said and written; the truth is never clustered on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.datasets import load_iris, make_blobs, make_moons

from covey.cli.main import cli
from covey.errors import ColumnError, InputError, OptionError
from covey.evidence import Clustering, Comparison
from covey.explain import compare as comparing
from covey.explain.algorithms import METHODS
from covey.explain.compare import Truth, likeness, silhouette
from covey.explain.stability import adjusted_rand
from covey.recipes.compare import Compare, compare
from covey.report.evidence.compare import files, summary


def four_groups(seed: int = 42) -> dict[str, np.ndarray]:
    """Return 300 customers in four groups by age and income that touch."""
    rng = np.random.default_rng(seed)
    middles, spreads = ((25, 30e3), (45, 80e3), (35, 55e3), (55, 100e3)), (5, 8, 6, 10)
    X = np.vstack([
        rng.normal(middle, (spread, 1000 * spread), (75, 2))
        for middle, spread in zip(middles, spreads, strict=True)
    ])  # fmt: skip
    return {"age": X[:, 0], "income": X[:, 1], "group": np.repeat(list("ABCD"), 75)}


def moons(noise: float = 0.06, n: int = 300) -> dict[str, np.ndarray]:
    X, y = make_moons(n, noise=noise, random_state=0)
    return {"x": X[:, 0], "y": X[:, 1], "moon": np.where(y == 1, "low", "high")}


@pytest.fixture(scope="module")
def customers() -> Comparison:
    return compare(four_groups(), truth="group").facts


@pytest.fixture(scope="module")
def crescents() -> Comparison:
    return compare(moons(), truth="moon").facts


def one(facts: Comparison, key: str) -> Clustering:
    return next(each for each in facts.clusterings if each.key == key)


# ---------------------------------------------------------------- what is compared


def test_every_method_is_scored(customers: Comparison) -> None:
    assert [each.key for each in customers.clusterings] == [method.key for method in METHODS]
    for each in customers.clusterings:
        assert each.labels is not None, each.note
        assert each.labels.shape == (300,)
        assert each.n_clusters == len(each.sizes) == len(each.numbers)
        assert list(each.sizes) == sorted(each.sizes, reverse=True)
        assert each.noise == pytest.approx(np.mean(each.labels == 0))
        counted = [np.count_nonzero(each.labels == number) for number in each.numbers]
        assert counted == list(each.sizes)
        assert each.seconds > 0
        assert each.memory > 0
        assert each.n_used == 300


def test_agreement_is_adjusted_rand(customers: Comparison) -> None:
    table = customers.agreement
    np.testing.assert_array_equal(table, table.T)
    np.testing.assert_array_equal(np.diag(table), 1.0)
    a, b = customers.clusterings[0].labels, customers.clusterings[6].labels
    assert a is not None
    assert b is not None
    assert table[0, 6] == pytest.approx(adjusted_rand(a, b))


def test_the_truth_is_compared_with_and_never_clustered_on(customers: Comparison) -> None:
    """A column that parts the rows perfectly changes nothing but what it is compared with."""
    assert [feature.name for feature in customers.about.features] == ["age", "income"]
    columns = four_groups()
    perfect = {**columns, "group": np.repeat([0.0, 1e6, 2e6, 3e6], 75)}
    other = compare(perfect, truth="group").facts
    assert [feature.name for feature in other.about.features] == ["age", "income"]
    for a, b in zip(customers.clusterings, other.clusterings, strict=True):
        assert a.sizes == b.sizes
        assert a.truth == pytest.approx(b.truth)
    decided = {each.column: each.action for each in other.about.decisions}
    assert decided["group"] == "compared with"


def test_clusters_that_match_the_truth_have_its_numbers(customers: Comparison) -> None:
    mixture = one(customers, "mixture")
    assert customers.truth_numbers is not None
    assert mixture.labels is not None
    assert np.mean(mixture.labels == customers.truth_numbers) > 0.8
    assert sorted(customers.truth_names.values()) == list("ABCD")


def test_silhouette_leaves_noise_out() -> None:
    X = np.array([[0.0], [1.0], [10.0], [11.0], [500.0]])
    labels = np.array([0, 0, 1, 1, -1])
    by_hand = np.mean([1 - 1 / 10.5, 1 - 1 / 9.5, 1 - 1 / 9.5, 1 - 1 / 10.5])
    assert silhouette(X, labels) == pytest.approx(by_hand)
    assert silhouette(X, labels, np.array([0, 4])) == pytest.approx(1 - 1 / 10.5)
    assert np.isnan(silhouette(X, np.array([0, 0, 0, -1, -1])))
    assert np.isnan(silhouette(X, np.arange(5)))


def test_truth_counts_noise_as_a_group_and_leaves_missing_labels_out() -> None:
    truth = Truth.of("t", np.array(["a", "a", "b", "b", None], dtype=object))
    assert likeness(np.array([1, 1, 0, 0, 5]), truth) == 1.0
    assert likeness(np.array([1, 1, -1, -1, 0]), truth) == 1.0
    assert np.isnan(likeness(np.zeros(4, int), Truth.of("t", np.array(["a"] * 4, dtype=object))))


# ---------------------------------------------------------------- what is said


def test_two_against_four_is_explained(customers: Comparison) -> None:
    """The silhouette chooses 2; the mixture sees 4, the truth has 4; the text says why."""
    if customers.k == 2:
        assert customers.headline == "K-Means suits these rows, with K=4."  # no alarm about K=2
        assert "what is wrong is the number 2" in customers.text[0]
        assert "the labels may mean something else" not in " ".join(customers.text)
    assert customers.suits_k == 4
    assert one(customers, "mixture").n_clusters == 4
    told = " ".join(customers.text)
    assert "The true labels (group) name 4 groups; Gaussian mixture comes nearest" in told
    assert "groups that touch are one" in told


def blobs() -> dict[str, np.ndarray]:
    X, y = make_blobs(300, centers=4, cluster_std=0.70, random_state=42)
    return {"a": X[:, 0], "b": X[:, 1], "blob": y.astype(str)}


@pytest.mark.parametrize("k", [1, 2, 150])
def test_the_number_given_is_blamed_where_it_is_to_blame(k: int) -> None:
    facts = compare(blobs(), k=k, drop=["blob"]).facts
    assert facts.headline == "K-Means suits these rows, with K=4."
    assert f"what is wrong is the number given, {k}, not the method" in facts.text[0]


@pytest.mark.parametrize("k", [1, 150])
def test_an_absurd_number_recommends_nothing(k: int) -> None:
    facts = compare(np.random.default_rng(0).normal(size=(300, 3)), k=k).facts
    assert (facts.suits, facts.suits_k) == ("", 0)
    assert f"No method can be recommended with K={k}, the number given." in facts.headline


def test_where_the_number_given_is_not_the_only_reason() -> None:
    facts = compare(moons(), k=1, drop=["moon"]).facts
    assert facts.headline.startswith(f"{facts.suits} suits these rows; K-Means does not.")
    assert "The number given, 1, is not the only reason: told 2, K-Means agrees" in facts.text[0]


def test_scaling_comes_first_where_one_feature_carries_the_distance() -> None:
    X, y = make_blobs(240, centers=3, n_features=4, cluster_std=0.9, random_state=1)
    X[:, 3] = np.random.default_rng(0).choice([0.0, 4000.0, 9000.0], 240)
    X[:, 3] += np.random.default_rng(1).normal(size=240) * 80
    facts = compare(np.asarray(X), truth=y, scale="none").facts
    assert "scale-dominance" in [each.topic for each in facts.findings]
    assert (facts.suits, facts.suits_k) == ("", 0)
    assert facts.headline.endswith("one feature carries the distance, so scaling comes first.")
    assert "which the scores speak for" not in " ".join(facts.text)
    scaled = compare(np.asarray(X), truth=y, scale="standard").facts
    assert "scaling comes first" not in scaled.headline


def test_the_number_is_told_where_it_keeps_kmeans_from_the_truth() -> None:
    """Two of three groups touch: K-Means is told 2, a mixture finds all, so does K-Means told 3."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2)) + np.repeat([[0, 0], [3.6, 0], [40, 0]], 100, 0)
    facts = compare(X, truth=np.repeat([0, 1, 2], 100), scale="none").facts
    told = " ".join(facts.text)
    assert facts.suits_k == facts.k == 2
    assert "K-Means, which the scores speak for, has 0.57: the number 2 is to blame" in told
    assert "the labels may mean something else" not in told


def test_two_clusters_have_the_first_two_numbers() -> None:
    """Methods that see two get the colors that are easiest to tell apart, whatever others see."""
    facts = compare(four_groups(), truth="group", k=2).facts
    assert sorted(one(facts, "kmeans").numbers) == [1, 2]
    assert facts.truth_numbers is not None
    assert set(facts.truth_names) == set(facts.truth_numbers.tolist()) == {1, 2, 3, 4}


def test_crescents_are_not_for_kmeans(crescents: Comparison) -> None:
    """K-Means has the higher silhouette and is wrong; the page leads with that."""
    assert crescents.suits in ("HDBSCAN", "Hierarchical, single", "Spectral", "DBSCAN")
    assert crescents.headline.endswith("K-Means does not.")
    chosen = next(each for each in crescents.clusterings if each.name == crescents.suits)
    kmeans = one(crescents, "kmeans")
    assert kmeans.silhouette > chosen.silhouette
    assert chosen.truth > 0.9 > kmeans.truth + 0.3
    assert "silhouette says the opposite" in crescents.text[0]


def test_groups_far_apart_are_for_kmeans() -> None:
    """The standard tutorial's 300 points."""
    X, y = make_blobs(300, centers=4, cluster_std=0.70, random_state=42)
    facts = compare(np.asarray(X), truth=np.asarray(y)).facts
    assert (facts.k, facts.suits, facts.suits_k) == (4, "K-Means", 4)
    assert one(facts, "kmeans").truth == 1.0


def test_a_cloud_has_no_groups() -> None:
    facts = compare(np.random.default_rng(0).normal(size=(300, 3))).facts
    assert facts.suits == ""
    assert "little speaks for groups" in facts.headline


def test_few_rows_say_nothing() -> None:
    facts = compare(np.random.default_rng(0).normal(size=(12, 2))).facts
    assert facts.headline.startswith("There are too few rows")


def test_iris_says_that_two_species_are_not_apart() -> None:
    iris = load_iris()
    facts = compare(np.asarray(iris.data), truth=np.asarray(iris.target)).facts
    told = " ".join(facts.text)
    assert "The true labels (the labels given) name 3 groups" in told
    if all(each.n_clusters < 3 for each in facts.clusterings):
        assert "some of them are not apart in these features" in told
    assert max(each.truth for each in facts.clusterings) > 0.55


def test_k_given_holds_for_all_that_can_be_told() -> None:
    facts = compare(four_groups(), k=4, truth="group").facts
    assert facts.k_reason == "that number was given."
    for key in ("kmeans", "ward", "average", "mixture", "spectral", "bisecting"):
        assert one(facts, key).n_clusters == 4


# ---------------------------------------------------------------- many rows, bad rows


def test_samples_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where methods run on a sample the page, the JSON and the summary say so."""
    fewer = tuple(dataclasses.replace(each, most=min(each.most, 100)) for each in METHODS)
    monkeypatch.setattr(comparing, "METHODS", fewer)
    facts = compare(moons()).facts
    assert {each.n_used for each in facts.clusterings} == {100}
    page = files(facts)
    assert b"<small>sample</small>" in page["report.html"]
    assert b"an on 100 of 300 rows drawn at random" in page["report.html"]
    assert json.loads(page["report.json"])["methods"][0]["n_used"] == 100
    assert "Ran on 100 of 300 rows" in summary(facts)


BAD: list[tuple[str, Callable[[], object], type[Exception], str]] = [
    ("length", lambda: compare(np.eye(30), truth=[1] * 29), InputError, r"30 rows.*\(29,\)"),
    (
        "names",
        lambda: compare(four_groups(), truth="age", k=2),
        InputError,
        r"300 different labels in 300 rows \(age\); pass the column of the groups",
    ),
    ("column", lambda: compare(moons(), truth="sun"), ColumnError, "no column 'sun'"),
    ("feature", lambda: compare(moons(), truth="x", features=["x"]), OptionError, "'x'"),
    ("k", lambda: compare(np.arange(9.0)[:, None] * [1, 2.5], k=10), InputError, "k=10"),
    ("equal", lambda: compare(np.ones((9, 2))), InputError, "every value is the same"),
    ("option", lambda: compare(np.eye(9), kk=3), OptionError, "'k'"),
]


@pytest.mark.parametrize(("ask", "error", "says"), [case[1:] for case in BAD],
                         ids=[case[0] for case in BAD])  # fmt: skip
def test_bad_input_is_told(ask: Callable[[], object], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        ask()


@pytest.mark.parametrize(
    ("labels", "topic"),
    [(["a"] * 60, ""), (["a", None] * 30, "missing-truth"), ([None] * 60, "missing-truth"),
     ([0, 1] * 30, "")],
    ids=["one label", "some missing", "all missing", "two labels"],
)  # fmt: skip
def test_odd_truths(labels: list[object], topic: str) -> None:
    told = compare(np.random.default_rng(0).normal(size=(60, 2)), truth=labels)
    topics = {caution.topic for caution in told.facts.about.cautions}
    assert not topic or topic in topics
    assert set(told.files()) == set(Compare.outputs)
    if len({label for label in labels if label is not None}) < 2:
        assert all(np.isnan(each.truth) for each in told.facts.clusterings)


@pytest.mark.parametrize(
    "X",
    [np.array([[0.0, 5], [1, 2]]), np.random.default_rng(0).normal(size=(5, 3)),
     np.repeat(np.arange(5.0), 30)[:, None] * [1, 3],
     np.append(np.random.default_rng(0).normal(size=(80, 2)), [[1e6, 1e6]], axis=0),
     np.random.default_rng(0).normal(size=(30, 60))],
    ids=["two rows", "five rows", "equal rows", "a row far off", "more features than rows"],
)  # fmt: skip
def test_odd_rows_give_a_page(X: np.ndarray) -> None:
    told = compare(X)
    assert set(told.files()) == set(Compare.outputs)
    assert told.facts.headline.endswith(".")
    assert repr(told)


# ---------------------------------------------------------------- what is written


def test_labels_have_a_row_for_each_row_and_a_column_for_each_method() -> None:
    columns = {"name": [f"c{i}" for i in range(300)], **four_groups()}
    columns["age"][7] = np.nan
    told = compare(columns, truth="group", id="name", missing="drop", where="income > 20000")
    lines = told.files()["labels.csv"].decode().splitlines()
    assert lines[0] == "name,truth," + ",".join(method.key for method in METHODS)
    ids = [line.split(",")[0] for line in lines[1:]]
    kept = [i for i in range(300) if columns["income"][i] > 20000 and i != 7]
    assert ids == [f"c{i}" for i in kept]
    assert [line.split(",")[1] for line in lines[1:]] == [columns["group"][i] for i in kept]
    kmeans = one(told.facts, "kmeans").labels
    assert kmeans is not None
    assert [int(line.split(",")[2]) for line in lines[1:]] == kmeans.tolist()


def test_an_array_of_labels_follows_the_rows_that_are_kept() -> None:
    columns = four_groups()
    labels = columns.pop("group")
    facts = compare(columns, truth=labels, where="age > 30").facts
    assert facts.truth_numbers is not None
    names = [facts.truth_names[number] for number in facts.truth_numbers.tolist()]
    assert names == labels[columns["age"] > 30].tolist()


def test_no_file_has_a_clock_in_it(crescents: Comparison) -> None:
    """Seconds and bytes are printed and in the facts; files are the same whatever they are."""
    slower = dataclasses.replace(
        crescents,
        clusterings=tuple(
            dataclasses.replace(each, seconds=99.0, memory=1e9) for each in crescents.clusterings
        ),
    )
    assert files(slower) == files(crescents)
    assert "99.00 s" in summary(slower)
    assert "1,000 MB" in summary(slower)


def test_json_says_what_the_page_says(crescents: Comparison) -> None:
    told = json.loads(files(crescents)["report.json"])
    assert told["schema"] == "covey.comparison/1"
    assert told["headline"] == crescents.headline
    kmeans = told["methods"][0]
    assert kmeans["silhouette"] == pytest.approx(one(crescents, "kmeans").silhouette)
    assert told["agreement"]["kmeans"]["kmeans"] == 1
    assert "seconds" not in kmeans
    assert "seconds" not in json.dumps(told)


def test_page_shows_every_part(crescents: Comparison) -> None:
    page = files(crescents)["report.html"].decode()
    assert page.count("<figcaption>") == 10 + 5  # truth and 9 methods; 3 trees, radius, BIC
    for part in ("small-maps", "scores", "agreement", "headline", "membership"):
        assert f'data-test="{part}"' in page
    assert "<script" not in page


def test_alarms_are_told_with_the_numbers_of_the_page(crescents: Comparison) -> None:
    assert crescents.findings[0].topic == "not-round"
    assert "an alarm rings" not in crescents.headline  # it says so already
    written = files(crescents)
    page = written["report.html"].decode()
    assert 'data-topic="not-round"' in page
    assert "Alarm: Another eye sees 2 groups" in " ".join(summary(crescents).split())
    assert json.loads(written["report.json"])["findings"][0]["topic"] == "not-round"
    X = np.random.default_rng(0).normal(size=(90, 2)) + np.repeat([[0, 0], [9, 0], [0, 9]], 30, 0)
    far = compare({"a": [*X[:, 0], 300, 280], "b": [*X[:, 1], 300, 310]}, k=3).facts
    (taken,) = (one for one in far.findings if one.topic == "outlier-cluster")
    kmeans = one(far, "kmeans")
    assert kmeans.labels is not None
    assert set(kmeans.labels[-2:].tolist()) == set(taken.clusters)
    assert "centers sit on far rows" in far.headline
    assert 'data-topic="outlier-cluster"' in files(far)["report.html"].decode()


def test_nothing_is_told_where_all_is_well() -> None:
    X, _ = make_blobs(300, centers=4, cluster_std=0.70, random_state=42)
    facts = compare(np.asarray(X)).facts
    assert facts.findings == ()
    assert 'data-test="findings"' not in files(facts)["report.html"].decode()


def test_names_from_the_data_are_escaped() -> None:
    columns = {"<b>x</b>": moons()["x"], "y": moons()["y"]}
    columns["<i>t"] = np.where(np.arange(300) % 2, "<script>alert(1)</script>", '"&')
    told = compare(columns, truth="<i>t").files()
    assert b"<script>alert" not in told["report.html"]
    assert b"<i>t" not in told["report.html"]
    assert b"&lt;script&gt;" in told["report.html"]


def test_threads_change_nothing() -> None:
    from covey.engine import passes

    before = passes.get_threads()
    try:
        passes.set_threads(1)
        alone = compare(moons(), truth="moon").files()
        passes.set_threads(4)
        assert compare(moons(), truth="moon").files() == alone
    finally:
        passes.set_threads(before)


def test_command(tmp_path) -> None:  # type: ignore[no-untyped-def]
    columns = moons(n=80)
    rows = zip(*(columns[name] for name in ("x", "y", "moon")), strict=True)
    table = tmp_path / "moons.csv"
    table.write_text("x,y,moon\n" + "".join(f"{x:.4f},{y:.4f},{m}\n" for x, y, m in rows))
    done = CliRunner().invoke(
        cli, ["compare", str(table), "--truth", "moon", "-k", "2", "-o", str(tmp_path / "out")]
    )
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(Compare.outputs)
    assert "silhouette" in done.output
    assert "truth" in done.output
