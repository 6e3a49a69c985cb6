"""The scikit-learn faces of the engine."""

from __future__ import annotations

import importlib
import importlib.util

# So that threadpoolctl's limits bound our threads too, as scikit-learn's users expect.
if importlib.util.find_spec("covey.engine.threads") is not None:
    importlib.import_module("covey.engine.threads").register_threadpoolctl()
