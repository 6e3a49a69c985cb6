"""Covey: k-means from a raw file to groups that people can act on.

Names load when they are first used, so that ``import covey`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from covey import metrics
    from covey.engine.tracing import Recorder
    from covey.estimators.bisecting import BisectingKMeans
    from covey.estimators.constrained import ConstrainedKMeans
    from covey.estimators.kmeans import KMeans
    from covey.estimators.minibatch import MiniBatchKMeans
    from covey.estimators.missing import MissingKMeans
    from covey.estimators.spherical import SphericalKMeans
    from covey.estimators.trimmed import TrimmedKMeans
    from covey.model import Model, load
    from covey.recipes._explaining import explain
    from covey.recipes.choose_k import choose_k
    from covey.recipes.cluster import cluster
    from covey.recipes.compare import compare
    from covey.recipes.diagnose import diagnose
    from covey.recipes.image import compress, palette
    from covey.recipes.segment import segment
    from covey.recipes.watch import trace

__version__ = "0.1.0"

#: public name -> the module that defines it
_WHERE = {
    "BisectingKMeans": "covey.estimators.bisecting",
    "ConstrainedKMeans": "covey.estimators.constrained",
    "KMeans": "covey.estimators.kmeans",
    "MiniBatchKMeans": "covey.estimators.minibatch",
    "Recorder": "covey.engine.tracing",
    "MissingKMeans": "covey.estimators.missing",
    "SphericalKMeans": "covey.estimators.spherical",
    "TrimmedKMeans": "covey.estimators.trimmed",
    "Model": "covey.model",
    "load": "covey.model",
    "choose_k": "covey.recipes.choose_k",
    "cluster": "covey.recipes.cluster",
    "compare": "covey.recipes.compare",
    "compress": "covey.recipes.image",
    "diagnose": "covey.recipes.diagnose",
    "palette": "covey.recipes.image",
    "segment": "covey.recipes.segment",
    "trace": "covey.recipes.watch",
}

#: public modules; ``explain`` can be called
_MODULES = {"explain", "metrics"}

__all__ = [
    "BisectingKMeans", "ConstrainedKMeans", "KMeans", "MiniBatchKMeans", "MissingKMeans", "Model",
    "Recorder", "SphericalKMeans", "TrimmedKMeans", "__version__", "choose_k", "cluster",
    "compare", "compress", "diagnose", "explain", "load", "metrics", "palette", "segment", "trace",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import the module of a public name when the name is first used."""
    if name in _MODULES:
        return importlib.import_module(f"covey.{name}")
    if name not in _WHERE:
        raise AttributeError(f"module 'covey' has no attribute {name!r}")
    value = getattr(importlib.import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE, *_MODULES})
