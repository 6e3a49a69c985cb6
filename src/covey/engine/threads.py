"""Our threads under the same limits as everybody's: Covey's pool as threadpoolctl sees it.

``threadpool_limits(2)`` and ``threadpool_limits(2, user_api="openmp")`` bound the native core's
threads as they bound those of OpenMP, which is what joblib's workers and scikit-learn rely on.
"""

from __future__ import annotations

import functools

from covey.engine import passes


@functools.cache
def register_threadpoolctl() -> bool:
    """Make Covey's threads known to threadpoolctl; return whether that library is there."""
    try:
        import threadpoolctl
    except ImportError:
        return False
    if not hasattr(threadpoolctl, "register"):  # before 3.2: no libraries but its own
        return False

    class CoveyController(threadpoolctl.LibController):
        """The pool of the native core, found by the functions that the library exports."""

        user_api = "openmp"
        internal_api = "covey"
        filename_prefixes = ("_core",)
        check_symbols = ("covey_get_num_threads", "covey_set_num_threads")

        def get_num_threads(self) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
            return passes.get_threads()

        def set_num_threads(self, num_threads: int) -> None:
            passes.set_threads(num_threads)

        def get_version(self) -> None:
            return None

    threadpoolctl.register(CoveyController)
    return True
