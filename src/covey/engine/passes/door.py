"""The one module that imports the native core, and what is set for all passes."""

from __future__ import annotations

from typing import Any

import numpy as np

from covey import _core as core
from covey.engine.rows import Csr, Floats, Rows


def checked_rows(X: Csr) -> Any:
    """Return sparse rows as the core takes them: looked at once, and kept by ``X``.

    Raises
    ------
    ValueError
        When the arrays lead out of one another, or columns do not ascend within a row.
    """
    if X.checked is None:
        checked = core.checked_rows(X.data, X.indices, X.indptr, X.n_columns)
        object.__setattr__(X, "checked", checked)
    return X.checked


def given(X: Rows, centers: Floats) -> tuple[Any, ...]:
    """Return rows and centers as the core takes them; one dtype, C order."""
    values = X.data if isinstance(X, Csr) else X
    for what, array in (("X", values), ("centers", centers)):
        if array.dtype != X.dtype or array.dtype not in (np.float32, np.float64):
            raise TypeError(f"{what} must be float32 or float64, as X is; got {array.dtype}")
        if not array.flags.c_contiguous:
            raise ValueError(f"{what} must be in C order; got strides {array.strides}")
    return checked_rows(X) if isinstance(X, Csr) else X, centers


def instruction_sets() -> list[str]:
    """Return the instruction sets that this build has and this machine runs, narrowest first."""
    return core.instruction_sets()


def instruction_set() -> str:
    """Return the instruction set in use: the widest, or what COVEY_ISA or a test asked for."""
    return core.instruction_set()


def use_instruction_set(name: str) -> None:
    """Use another instruction set; ``"auto"`` goes back. Not while a pass runs."""
    core.use_instruction_set(name)


def get_threads() -> int:
    """Return how many threads a pass may use.

    That is what ``set_threads`` or threadpoolctl said, else the least of OMP_NUM_THREADS,
    COVEY_NUM_THREADS and the processors that this process may run on.
    """
    return core.threads()


def set_threads(n: int | None) -> None:
    """Bound the threads of a pass; None goes back to what the environment says."""
    core.set_threads(0 if n is None else max(1, n))


def core_file() -> str:
    """Return where the native core was loaded from."""
    return str(core.__file__)
