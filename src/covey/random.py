"""Randomness: one Generator at the border, a child stream for each run, never global state."""

from __future__ import annotations

import numbers

import numpy as np

from covey.errors import OptionTypeError


def generator(random_state: object = None) -> np.random.Generator:
    """Turn scikit-learn's ``random_state`` into a numpy Generator.

    Parameters
    ----------
    random_state : None, int, numpy.random.Generator, numpy.random.RandomState
        None draws fresh entropy; an int makes the run reproducible; a Generator is used as
        it is (and advances); a RandomState gives one draw to seed a Generator, so that code
        which passes one stays reproducible. The global numpy state is read only when the
        caller hands over that very object (``np.random`` or its ``RandomState``).
    """
    if random_state is None:
        return np.random.default_rng()
    if isinstance(random_state, np.random.Generator):
        return random_state
    if random_state is np.random:
        random_state = np.random.mtrand._rand  # what scikit-learn's check_random_state does
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(0, 2**31 - 1, size=4))
    if isinstance(random_state, numbers.Integral) and int(random_state) >= 0:
        return np.random.default_rng(int(random_state))
    raise OptionTypeError(
        "random_state must be None, an integer >= 0, a numpy Generator or a RandomState; "
        f"got {random_state!r}"
    )


def children(rng: np.random.Generator, n: int) -> list[np.random.Generator]:
    """Spawn ``n`` independent child streams; the same parent and n give the same children."""
    return [np.random.default_rng(seed) for seed in rng.integers(0, 2**63, size=(n, 2))]
