"""Public: what a test of code built on Covey needs. It imports no test framework.

::

    from covey.testing import EstimatorContract

    class TestMine(EstimatorContract):
        def make(self, **options):
            return Mine(**options)
"""

from __future__ import annotations

from covey.testing.contracts import EstimatorContract
from covey.testing.oracle import Answer, brute_force, check_run, same_partition

__all__ = ["Answer", "EstimatorContract", "brute_force", "check_run", "same_partition"]
