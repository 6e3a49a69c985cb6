"""Partial + Partial."""

from __future__ import annotations

import numpy as np
import pytest

from covey.engine.partial import merge
from covey.flow import Partial


def part(value: float) -> Partial:
    return Partial(np.full((2, 1), value), np.array([value, 1.0]), value * 10)


def test_parts_add_up() -> None:
    whole = merge(part(value) for value in (1.0, 2.0, 4.0))
    assert whole.sums.tolist() == [[7.0], [7.0]]
    assert whole.weights.tolist() == [7.0, 3.0]
    assert whole.inertia == 70.0


def test_parts_are_not_changed() -> None:
    first = part(1.0)
    merge([first, part(2.0)])
    assert first.sums.tolist() == [[1.0], [1.0]]


def test_nothing_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="at least one Partial"):
        merge([])


def test_shapes_must_agree() -> None:
    other = Partial(np.zeros((3, 1)), np.zeros(3), 0.0)
    with pytest.raises(ValueError, match=r"\(3, 1\) after \(2, 1\)"):
        merge([part(1.0), other])
