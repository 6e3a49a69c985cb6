"""The scikit-learn faces of the engine."""

from __future__ import annotations

from covey.engine.threads import register_threadpoolctl

# So that threadpoolctl's limits bound our threads too, as scikit-learn's users expect.
register_threadpoolctl()
