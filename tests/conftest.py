"""Fixtures that every layer shares."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

# The threads of scikit-learn's OpenMP spin while they wait, on the cores that others need: on a
# busy machine its short fits took four times as long. Read when the library is loaded, later on.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture(scope="session")
def covey_data() -> Path:
    """Return the folder of real data sets; skip where there is none."""
    place = os.environ.get("COVEY_DATA", "")
    if not place or not Path(place).is_dir():
        pytest.skip("COVEY_DATA does not name the folder of real data sets")
    return Path(place)


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a generator that is the same in every run."""
    return np.random.default_rng(20261121)
