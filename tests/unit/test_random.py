"""Randomness: one Generator at the border, never global state."""

from __future__ import annotations

import numpy as np
import pytest

from covey.errors import OptionTypeError
from covey.random import children, generator


def test_an_integer_makes_it_reproducible() -> None:
    for seed in (3, np.int64(3)):
        assert generator(seed).integers(1000) == np.random.default_rng(3).integers(1000)


def test_a_generator_is_used_as_it_is() -> None:
    rng = np.random.default_rng(0)
    assert generator(rng) is rng


def test_a_random_state_advances_and_reproduces() -> None:
    one, two = np.random.RandomState(5), np.random.RandomState(5)
    first, second = generator(one), generator(one)
    assert first.integers(2**60) != second.integers(2**60)
    assert generator(two).integers(2**60) == generator(np.random.RandomState(5)).integers(2**60)


def test_fresh_entropy_differs() -> None:
    assert generator(None).integers(2**60) != generator(None).integers(2**60)


def test_global_state_is_left_alone() -> None:
    before = np.random.mtrand._rand.get_state()[1].copy()
    generator(None), generator(1), children(generator(2), 3)
    np.testing.assert_array_equal(np.random.mtrand._rand.get_state()[1], before)


@pytest.mark.parametrize("bad", ["three", -1, 1.5, [1]])
def test_anything_else_is_refused(bad: object) -> None:
    with pytest.raises(OptionTypeError, match="random_state must be") as caught:
        generator(bad)
    assert repr(bad) in str(caught.value)


def test_children_differ_and_reproduce() -> None:
    one = [child.integers(2**60) for child in children(np.random.default_rng(1), 4)]
    two = [child.integers(2**60) for child in children(np.random.default_rng(1), 4)]
    assert one == two
    assert len(set(one)) == 4
