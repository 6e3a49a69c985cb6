"""A generated bad value for every option is refused, and the message says which value."""

from __future__ import annotations

import numpy as np
import pytest

import covey
from covey import KMeans, MiniBatchKMeans, options
from covey.errors import OptionError, OptionTypeError
from covey.image_options import IMAGE

ESTIMATORS = [getattr(covey, name) for name in covey.__all__ if name.endswith("KMeans")]
ROWS = np.arange(40.0).reshape(20, 2)


def refused(option: options.Option) -> list[object]:
    """Return the bad values of one rule that no other rule of the option lets pass."""
    return [
        value
        for rule in option.rules
        for value in rule.bad_values()
        if not any(other.type_ok(value) and other.value_ok(value) for other in option.rules)
    ]


BAD = [
    pytest.param(option, value, id=f"{option.name}={value!r}")
    for table in (options.ESTIMATOR, options.SEGMENT, options.READING, IMAGE)
    for option in table.values()
    for value in refused(option)
]


@pytest.mark.parametrize(("option", "value"), BAD)
def test_the_table_refuses_it(option: options.Option, value: object) -> None:
    with pytest.raises(OptionError) as caught:
        option.check(value)
    text = str(caught.value)
    assert text.startswith(f"{option.name} must be ")
    assert f"got {value!r}" in text


@pytest.mark.parametrize("option", options.ESTIMATOR.values(), ids=lambda option: option.name)
def test_every_estimator_option_has_a_bad_value(option: options.Option) -> None:
    assert refused(option)


CASES = [
    pytest.param(kind, option.name, value, id=f"{kind.__name__}-{option.name}={value!r}")
    for kind in ESTIMATORS
    for option in options.ESTIMATOR.values()
    for value in refused(option)
    if option.name in kind().get_params()
]


@pytest.mark.parametrize(("kind", "name", "value"), CASES)
def test_fit_refuses_it(kind: type, name: str, value: object) -> None:
    estimator = kind(**{name: value})  # a constructor checks nothing
    for method in ("fit", "partial_fit", "fit_predict"):
        if hasattr(estimator, method):
            with pytest.raises(OptionError, match=f"{name} must be") as caught:
                getattr(estimator, method)(ROWS)
            assert repr(value) in str(caught.value)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_every_parameter_is_in_the_table(kind: type) -> None:
    names = set(kind().get_params())
    assert names <= set(options.ESTIMATOR)
    for name in names:
        assert options.ESTIMATOR[name].help in kind.__doc__


@pytest.mark.parametrize("option", options.ESTIMATOR.values(), ids=lambda option: option.name)
def test_the_default_is_allowed(option: options.Option) -> None:
    option.check(option.default)


def test_a_wrong_type_is_a_type_error_too() -> None:
    with pytest.raises(TypeError, match="n_clusters must be an integer >= 1; got '8'"):
        KMeans(n_clusters="8").fit(ROWS)
    with pytest.raises(OptionTypeError):
        KMeans(n_clusters=True).fit(ROWS)


def test_a_misspelt_word_is_corrected() -> None:
    with pytest.raises(OptionError, match=r"got 'kmeans\+\+'. Did you mean 'k-means\+\+'\?"):
        KMeans(init="kmeans++").fit(ROWS)


def test_numpy_numbers_are_numbers() -> None:
    fitted = KMeans(
        n_clusters=np.int64(2), tol=np.float32(0.1), max_iter=np.int32(5), n_init=np.uint8(2)
    ).fit(ROWS)
    assert fitted.cluster_centers_.shape == (2, 2)


def test_none_where_it_means_something() -> None:
    MiniBatchKMeans(2, max_no_improvement=None, init_size=None, max_iter=2).fit(ROWS)
    with pytest.raises(OptionTypeError, match="tol must be a number >= 0; got None"):
        KMeans(tol=None).fit(ROWS)
