"""The scikit-learn faces of the engine."""
