"""The seam to the native core: one typed function per kernel, each beside its NumPy twin.

Nothing but ``door`` imports ``_core``. A pass is one sweep over the rows; loops live above it.
Rows are a dense array or a ``Csr``, in C order, float32 or float64; centers have the same dtype;
weights and sums are float64, labels int32. Whatever the dtype, distances that leave a pass as
float64 are direct sums of squared differences, in double; those that seed from sparse rows are
good to eleven digits. The twins (``twin_…``) are slow, plain and in float64; the oracle tests hold
each kernel to them on every instruction set.
"""

from __future__ import annotations

from covey.engine.passes.assigning import (
    distances,
    inertia,
    lloyd,
    nearest,
    nearest_two,
    twin_distances,
    twin_inertia,
    twin_lloyd,
    twin_nearest,
    twin_nearest_two,
)
from covey.engine.passes.door import (
    core_file,
    get_threads,
    instruction_set,
    instruction_sets,
    set_threads,
    use_instruction_set,
)
from covey.engine.passes.seeds import (
    SEED_BLOCK,
    seed_potentials,
    seed_update,
    twin_seed_potentials,
    twin_seed_update,
)
from covey.engine.passes.silhouetting import SILHOUETTE_WORK, silhouettes, twin_silhouettes
from covey.engine.passes.sparse import (
    Flags,
    Packed,
    sparse_assign,
    sparse_lengths,
    sparse_mean_variance,
    sparse_sum_moved,
    sparse_sum_stale,
    twin_move,
    twin_sparse_assign,
    twin_sparse_lengths,
    twin_sparse_sum_moved,
    twin_sparse_sum_stale,
)
from covey.engine.rows import Csr, Doubles, Floats, Labels, Rows
from covey.flow import Partial

__all__ = [
    "SEED_BLOCK", "SILHOUETTE_WORK", "Csr", "Doubles", "Flags", "Floats", "Labels", "Packed",
    "Partial", "Rows", "core_file", "distances", "get_threads", "inertia", "instruction_set",
    "instruction_sets", "lloyd", "nearest", "nearest_two", "seed_potentials", "seed_update",
    "set_threads", "silhouettes", "sparse_assign", "sparse_lengths", "sparse_mean_variance",
    "sparse_sum_moved", "sparse_sum_stale", "twin_distances", "twin_inertia", "twin_lloyd",
    "twin_move", "twin_nearest", "twin_nearest_two", "twin_seed_potentials", "twin_seed_update",
    "twin_silhouettes", "twin_sparse_assign", "twin_sparse_lengths", "twin_sparse_sum_moved",
    "twin_sparse_sum_stale", "use_instruction_set",
]  # fmt: skip
