"""Starts in a race: one that cannot fall below the best that has finished ends early.

Lloyd's drops of inertia shrink, but not always: a center that slides from one group of rows to
another passes a plateau. So a start is ended only when ``DROPS`` more drops like its last would
leave it above. Of 3500 times ten (or three) starts on 35 problems (customers, pixels, normal and
uniform values, blobs, Iris, Wine, WDBC, digits), 41 then kept another start than without: 99 % did
not, and the worst lost 1.2 % of inertia. With 100 drops it is 96 %. Where groups are plain, half
of the passes are saved; where all starts come to much the same, next to none.
"""

from __future__ import annotations

import numpy as np

from covey.engine.passes import Doubles, Floats
from covey.flow import Partial

#: drops like its last that a start must be able to do without
DROPS = 300.0
#: of sums in double, relative: what is within rounding of the best may still win
_ROUNDING = 1e-12


class CannotWin(Exception):  # noqa: N818 - it is no error
    """Ends a run of Lloyd's algorithm: another start has an inertia that it won't reach."""


class Race:
    """Hears how starts go, one after the other; dense rows.

    Σ w ‖x − mean of its cluster‖² = Σ w ‖x − p‖² − Σ mass ‖mean − p‖² for any point p: near the
    rows, nothing cancels, and the first term is known as soon as one start has finished. So an
    iteration's inertia costs k · d steps and no pass.
    """

    def __init__(self) -> None:
        self.best = np.inf  # inertia of the best start that has finished
        self._about: Doubles | None = None  # (d,): p
        self._total = 0.0  # Σ w ‖x − p‖²
        self._last = np.inf

    def begin(self) -> None:
        """Hear that a start begins."""
        self._last = np.inf

    def is_lost(self, partial: Partial) -> bool:
        """Hear of an iteration's clusters; tell whether the start can no longer win."""
        if self._about is None or not partial.weights.all():
            return False
        before = self._last
        away = partial.sums / partial.weights[:, None] - self._about
        self._last = self._total - float(partial.weights @ np.vecdot(away, away))
        off = self._may_be_off(partial.weights.sum())
        drop = max(before - self._last, 0.0) + 2 * off
        return self._last - off - DROPS * drop > self.best

    def finish(self, partial: Partial, centers: Floats, inertia: float) -> None:
        """Hear that a start has finished with these clusters, centers (k, d) and inertia."""
        self.best = min(self.best, inertia)
        if self._about is not None or not partial.weights.all():
            return
        means = partial.sums / partial.weights[:, None]
        about = partial.weights @ means / partial.weights.sum()
        own, away = means - centers, means - about
        more = np.vecdot(away, away) - np.vecdot(own, own)
        self._about, self._total = about, inertia + float(partial.weights @ more)

    def _may_be_off(self, mass: float) -> float:
        """Return by how much rounding may falsify the inertia of an iteration."""
        assert self._about is not None
        far = np.sqrt(self._about @ self._about)
        return _ROUNDING * (self._total + 2 * float(np.sqrt(self._total * mass) * far))
