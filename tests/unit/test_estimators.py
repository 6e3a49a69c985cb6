"""The faces: parameters, attributes, warnings, and what happens at the edges."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from covey import KMeans, MiniBatchKMeans
from covey.engine import passes
from covey.errors import InputError, OptionError, OptionTypeError

X6 = np.array([[1.0, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]])
BOTH = pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])


@BOTH
def test_two_groups_of_three(kind: type) -> None:
    # Means (1, 2) and (10, 2); each group: 0 + 4 + 4.
    fitted = kind(n_clusters=2, random_state=0).fit(X6)
    centers = fitted.cluster_centers_[np.argsort(fitted.cluster_centers_[:, 0])]
    np.testing.assert_allclose(centers, [[1, 2], [10, 2]], atol=0.3)
    assert fitted.inertia_ == pytest.approx(16.0, abs=0.6)
    assert len(set(fitted.labels_[:3])) == len(set(fitted.labels_[3:])) == 1


def test_numbers_by_hand() -> None:
    fitted = KMeans(n_clusters=2, init=X6[[0, 3]]).fit(X6)
    assert fitted.cluster_centers_.tolist() == [[1, 2], [10, 2]]
    assert fitted.labels_.tolist() == [0, 0, 0, 1, 1, 1]
    assert fitted.inertia_ == 16.0
    assert fitted.n_iter_ == 1
    assert fitted.predict([[0, 0], [12, 3]]).tolist() == [0, 1]
    assert fitted.transform([[1, 5]]).tolist() == [[3.0, np.hypot(9, 3)]]
    assert fitted.score([[1, 5], [10, 2]], sample_weight=[2, 1]) == -18.0


@BOTH
def test_methods_agree(kind: type) -> None:
    estimator = kind(n_clusters=3, random_state=1)
    labels = estimator.fit_predict(X6)
    np.testing.assert_array_equal(labels, estimator.labels_)
    distances = clone(estimator).fit_transform(X6)
    np.testing.assert_array_equal(distances, estimator.transform(X6))
    np.testing.assert_array_equal(distances.argmin(axis=1), labels)


@BOTH
@pytest.mark.parametrize("k", [1, 6])
def test_one_cluster_and_one_for_each_row(kind: type, k: int) -> None:
    fitted = kind(n_clusters=k, random_state=0).fit(X6)
    assert len(np.unique(fitted.labels_)) == k
    if k == 6 and kind is KMeans:
        assert fitted.inertia_ == 0.0


@BOTH
def test_one_feature_and_one_row(kind: type) -> None:
    fitted = kind(n_clusters=2, random_state=0).fit([[1.0], [2], [50], [51]])
    assert fitted.labels_[0] == fitted.labels_[1] != fitted.labels_[2]
    assert kind(n_clusters=1).fit([[3.0, 4.0]]).cluster_centers_.tolist() == [[3.0, 4.0]]


@BOTH
def test_too_few_distinct_rows_warn(kind: type, rng: np.random.Generator) -> None:
    # Guards scikit-learn 10059: duplicates gave fewer clusters than asked, with a vague message.
    X = np.repeat(rng.normal(size=(9, 2)), 4, axis=0)
    text = r"n_clusters=12 but X has only 9 distinct rows; lower n_clusters or pass more rows\."
    with pytest.warns(ConvergenceWarning, match=text):
        fitted = kind(n_clusters=12, random_state=0).fit(X)
    assert fitted.cluster_centers_.shape == (12, 2)
    assert fitted.inertia_ == pytest.approx(0.0, abs=1e-20)


@BOTH
def test_rows_without_weight_do_not_count_as_distinct(kind: type) -> None:
    with pytest.warns(ConvergenceWarning, match="only 3 distinct rows of positive weight"):
        kind(n_clusters=4, random_state=0).fit([[0.0], [1], [2], [2.0]], sample_weight=[1, 1, 1, 1])


@BOTH
def test_duplicates_are_no_trouble_when_there_are_enough(kind: type) -> None:
    X = np.repeat(np.arange(8.0), 30)[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = kind(n_clusters=8, random_state=0).fit(X)
    assert len(np.unique(fitted.labels_)) == 8


@BOTH
def test_all_rows_equal(kind: type) -> None:
    with pytest.warns(ConvergenceWarning, match="only 1 distinct row"):
        fitted = kind(n_clusters=2, random_state=0).fit(np.full((20, 2), 3.5))
    assert fitted.inertia_ == 0.0


@BOTH
def test_more_clusters_than_rows(kind: type) -> None:
    with pytest.raises(OptionError, match="n_clusters=7 and n_samples=6"):
        kind(n_clusters=7).fit(X6)


@BOTH
@pytest.mark.parametrize(
    ("weight", "text"),
    [
        ([1, 1, 1, 1, 1, -2.5], r"must be >= 0; got .*-2.5.* at row 5"),
        ([0] * 6, "must not all be 0; got 6 zeros"),
        ([1, 2], r"must be \(6,\).*got \(2,\)"),
        ([[1]] * 6, r"got \(6, 1\)"),
    ],
)
def test_bad_weights(kind: type, weight: object, text: str) -> None:
    with pytest.raises(InputError, match=text):
        kind(n_clusters=2).fit(X6, sample_weight=weight)


@BOTH
def test_values_too_large_are_refused(kind: type) -> None:
    X = np.array([[1e200], [-1e200], [0.0], [1.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the error says it; nothing else is said
        with pytest.raises(InputError, match=r"got (an inertia of (inf|nan)|values from)"):
            kind(n_clusters=2, random_state=0).fit(X)


@BOTH
def test_nothing_before_fit(kind: type) -> None:
    with pytest.raises(NotFittedError):
        kind().predict(X6)


@BOTH
@pytest.mark.parametrize("init", ["k-means++", "random", X6[:2], lambda X, k, random_state: X[:k]])
@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix, sp.csr_array])
def test_every_init_on_every_form(kind: type, init: object, form: object) -> None:
    fitted = kind(n_clusters=2, init=init, random_state=0).fit(form(X6))
    np.testing.assert_array_equal(fitted.predict(form(X6)), fitted.labels_)
    assert len(np.unique(fitted.labels_)) == 2


@pytest.mark.parametrize(("kind", "chance"), [(KMeans, 10), (MiniBatchKMeans, 3)])
def test_n_init_auto(kind: type, chance: int) -> None:
    calls = []

    def init(X, n_clusters, random_state):
        calls.append(random_state.randint(2**31))
        return X[:n_clusters]

    kind(n_clusters=2, init=init, random_state=0).fit(X6)
    assert len(calls) == len(set(calls)) == chance


@BOTH
def test_given_centers_mean_one_start(kind: type) -> None:
    with pytest.warns(RuntimeWarning, match="Explicit initial center position.*n_init=5"):
        kind(n_clusters=2, init=X6[:2], n_init=5).fit(X6)
    with pytest.raises(OptionError, match=r"must be \(3, 2\).*got \(2, 2\)"):
        kind(n_clusters=3, init=X6[:2]).fit(X6)


def test_verbose_tells_each_iteration(capsys: pytest.CaptureFixture[str]) -> None:
    KMeans(n_clusters=2, init=X6[[0, 3]], verbose=1).fit(X6)
    assert capsys.readouterr().out == "Iteration 1, inertia 16.0.\n"
    MiniBatchKMeans(n_clusters=2, random_state=0, verbose=True, max_iter=2).fit(X6)
    assert "Batch of 6 rows, iteration 1, inertia " in capsys.readouterr().out
    KMeans(n_clusters=2).fit(X6)
    assert capsys.readouterr().out == ""


@BOTH
def test_pickle_clone_and_repr(kind: type) -> None:
    fitted = kind(n_clusters=2, random_state=0).fit(X6)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict(X6), fitted.labels_)
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    assert not hasattr(copy, "labels_")
    assert repr(kind(n_clusters=2)) == f"{kind.__name__}(n_clusters=2)"


@BOTH
def test_grid_search_and_pipeline(kind: type, rng: np.random.Generator) -> None:
    X = np.concatenate([rng.normal(size=(40, 2)) + 8 * j for j in range(3)])
    pipeline = make_pipeline(StandardScaler(), kind(random_state=0))
    step = kind.__name__.lower()
    search = GridSearchCV(pipeline, {f"{step}__n_clusters": [1, 2, 3]}, cv=3).fit(X)
    assert search.best_params_ == {f"{step}__n_clusters": 3}
    assert len(np.unique(search.predict(X))) == 3


def test_sample_weight_is_routed(rng: np.random.Generator) -> None:
    import sklearn

    X, weight = rng.normal(size=(60, 2)), rng.random(60)
    with sklearn.config_context(enable_metadata_routing=True):
        kmeans = KMeans(3, random_state=0).set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        pipeline = make_pipeline(scaler, kmeans).fit(X, sample_weight=weight)
    alone = KMeans(3, random_state=0).fit(StandardScaler().fit_transform(X), sample_weight=weight)
    np.testing.assert_array_equal(pipeline[-1].cluster_centers_, alone.cluster_centers_)


def test_wider_rows_meet_narrower_centers(rng: np.random.Generator) -> None:
    X = rng.normal(size=(50, 2))
    narrow = KMeans(3, random_state=0).fit(X.astype("float32"))
    assert narrow.transform(X).dtype == np.float64
    assert KMeans(3, random_state=0).fit(X).transform(X.astype("float32")).dtype == np.float64
    assert narrow.predict(sp.csr_array(X)).dtype == np.int32


def test_the_method_is_told() -> None:
    fitted = KMeans(2, random_state=0).fit(X6)
    assert fitted.method_
    assert 0 < fitted.share_computed_ <= 1


def test_what_cannot_be_first_centers_or_weights_is_named_plainly() -> None:
    X = np.arange(8.0).reshape(4, 2)
    with pytest.raises(OptionTypeError, match=r"init must be .* or a callable; got 5"):
        KMeans(2, init=5).fit(X)
    with pytest.raises(InputError, match="got -1 at row 2"):
        KMeans(2).fit(X, sample_weight=[1, 1, -1, 1])


def test_rows_that_are_not_aligned_are_taken() -> None:
    """Fields of a packed record start at any byte; the core itself refuses such arrays."""
    packed = np.zeros(60, np.dtype([("tag", "u1"), ("x", "f8", (3,)), ("w", "f8")]))
    packed["x"] = np.random.default_rng(0).random((60, 3))
    packed["w"] = 1.0 + np.arange(60) % 3
    room = np.zeros(60 * 24 + 1, np.uint8)
    X = np.frombuffer(room, np.float64, 180, 1).reshape(60, 3)
    X[:] = packed["x"]
    assert not X.flags.aligned and not packed["w"].flags.aligned
    found = KMeans(3, random_state=0).fit(X, sample_weight=packed["w"])
    expected = KMeans(3, random_state=0).fit(X.copy(), sample_weight=packed["w"].copy())
    np.testing.assert_array_equal(found.cluster_centers_, expected.cluster_centers_)
    np.testing.assert_array_equal(found.predict(X), expected.labels_)
    with pytest.raises(ValueError, match="address of an array"):
        passes.nearest(X, np.zeros((2, 3)))
