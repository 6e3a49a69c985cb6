"""Public helpers for testing code built on Covey."""
