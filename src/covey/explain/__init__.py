"""Features and a Run become facts; one question per file.

``covey.explain(X, model_or_labels)`` is also a function: explaining what any method has found.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any


class _Explain(types.ModuleType):
    """A package that can be called: Python has one name ``covey.explain`` for both."""

    def __call__(self, X: Any, model_or_labels: Any, **options: Any) -> Any:
        recipes = importlib.import_module("covey.recipes._explaining")
        return recipes.explain(X, model_or_labels, **options)


sys.modules[__name__].__class__ = _Explain
