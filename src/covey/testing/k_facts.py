"""Facts about a K with only those figures that a test is about."""

from __future__ import annotations

import math
from typing import Any

from covey.evidence import KFacts

_FIGURES = (
    "silhouette", "cloud", "calinski_harabasz", "davies_bouldin", "bic", "gap", "gap_error",
    "gap_pca", "gap_pca_error", "stability",
)  # fmt: skip


def k_facts(k: int, **known: Any) -> KFacts:
    """Return facts about K groups of 1000 rows; what is not given is NaN.

    ``explained`` follows from ``inertia``, which is 100 at K=1 and 100 / k when not given.
    """
    unknown = dict.fromkeys(_FIGURES, math.nan)
    sizes = tuple(1000 // k + (i < 1000 % k) for i in range(k))
    inertia = known.get("inertia", 100 / k)
    given = {
        "k": k,
        "inertia": inertia,
        "explained": 1 - inertia / 100,
        "silhouette_error": 0.0,
        "cluster_stability": (),
        "sizes": sizes,
    }
    return KFacts(**{**unknown, **given, **known})
