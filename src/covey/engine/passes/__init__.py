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
from covey.engine.passes.bounding import (
    MOST_COARSE,
    Coarse,
    View,
    Watched,
    bytes_are_quick,
    drift,
    orthonormal,
    review,
    round_rows,
    round_to_bytes,
    spread,
    total_inertia,
    turn_rows,
    twin_drift,
    twin_orthonormal,
    twin_review,
    twin_round_to_bytes,
    twin_spread,
    twin_turn_rows,
)
from covey.engine.passes.coloring import (
    FAR,
    MOST_OF_COLOR,
    Axes,
    Counted,
    Settled,
    color_coordinates,
    count_colors,
    cut_colors,
    diffuse_colors,
    draw_colors,
    nearest_colors,
    put_indices,
    settle_colors,
    twin_color_coordinates,
    twin_count_colors,
    twin_diffuse_colors,
    twin_draw_colors,
    twin_nearest_colors,
    twin_put_indices,
    twin_settle_colors,
)
from covey.engine.passes.descending import descend, transfer, twin_descend, twin_transfer
from covey.engine.passes.door import (
    core_file,
    get_threads,
    instruction_set,
    instruction_sets,
    set_threads,
    use_instruction_set,
)
from covey.engine.passes.grouping import (
    label_sums,
    spreads,
    twin_label_sums,
    twin_spreads,
)
from covey.engine.passes.merging import (
    add_weights,
    equal_rows,
    take_labels,
    take_rows,
    twin_add_weights,
    twin_equal_rows,
)
from covey.engine.passes.observing import (
    observed_nearest,
    observed_squares,
    observed_sums,
    twin_observed_nearest,
    twin_observed_squares,
    twin_observed_sums,
)
from covey.engine.passes.partitioning import (
    PLAIN,
    PRECISE,
    Paths,
    means_between,
    partition,
    running_sums,
    sums_within,
    twin_means_between,
    twin_partition,
    twin_running_sums,
)
from covey.engine.passes.seeds import (
    SEED_BLOCK,
    SEED_TRIALS,
    seed_on_grid,
    seed_potentials,
    seed_starts,
    seed_update,
    twin_seed_on_grid,
    twin_seed_potentials,
    twin_seed_update,
)
from covey.engine.passes.silhouetting import SILHOUETTE_WORK, silhouettes, twin_silhouettes
from covey.engine.passes.sizing import sized, twin_sized
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
from covey.engine.passes.starting import (
    Ends,
    run_starts,
    twin_run_starts,
)
from covey.engine.passes.summing import sums, twin_sums
from covey.engine.rows import Csr, Doubles, Floats, Labels, Rows
from covey.flow import Partial

__all__ = [
    "FAR", "MOST_COARSE", "MOST_OF_COLOR", "PLAIN", "PRECISE", "SEED_BLOCK", "SEED_TRIALS",
    "SILHOUETTE_WORK", "Axes", "Coarse", "Counted", "Csr", "Doubles", "Ends", "Flags", "Floats",
    "Labels", "Packed", "Partial", "Paths", "Rows", "Settled", "View", "Watched", "add_weights",
    "bytes_are_quick", "color_coordinates", "core_file", "count_colors", "cut_colors",
    "descend", "diffuse_colors", "distances", "draw_colors", "drift", "equal_rows",
    "get_threads", "inertia", "instruction_set", "instruction_sets", "label_sums", "lloyd",
    "means_between", "nearest", "nearest_colors", "nearest_two", "observed_nearest",
    "observed_squares", "observed_sums", "orthonormal", "partition", "put_indices", "review",
    "round_rows", "round_to_bytes", "run_starts", "running_sums", "seed_on_grid",
    "seed_potentials", "seed_starts", "seed_update", "set_threads", "settle_colors",
    "silhouettes", "sized", "sparse_assign", "sparse_lengths", "sparse_mean_variance",
    "sparse_sum_moved", "sparse_sum_stale", "spread", "spreads", "sums", "sums_within",
    "take_labels", "take_rows", "total_inertia", "transfer", "turn_rows", "twin_add_weights",
    "twin_color_coordinates", "twin_count_colors", "twin_descend", "twin_diffuse_colors",
    "twin_distances", "twin_draw_colors", "twin_drift", "twin_equal_rows", "twin_inertia",
    "twin_label_sums", "twin_lloyd", "twin_means_between", "twin_move", "twin_nearest",
    "twin_nearest_colors", "twin_nearest_two", "twin_observed_nearest", "twin_observed_squares",
    "twin_observed_sums", "twin_orthonormal", "twin_partition", "twin_put_indices",
    "twin_review", "twin_round_to_bytes", "twin_run_starts", "twin_running_sums",
    "twin_seed_on_grid", "twin_seed_potentials", "twin_seed_update", "twin_settle_colors",
    "twin_silhouettes", "twin_sized", "twin_sparse_assign", "twin_sparse_lengths",
    "twin_sparse_sum_moved", "twin_sparse_sum_stale", "twin_spread", "twin_spreads",
    "twin_sums", "twin_transfer", "twin_turn_rows", "use_instruction_set",
]  # fmt: skip
