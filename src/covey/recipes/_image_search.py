"""How many colors: the fewest that are good enough, the most that are small enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from covey.errors import UnreachedError
from covey.picture import Fidelity
from covey.recipes._image_making import Made, Maker
from covey.recipes._recipe import OnProgress, unheard

_BELOW = 2  # numbers of colors tried below the one found, as luck may have made them as good


@dataclass(frozen=True)
class Goal:
    """What is asked of a picture in few colors."""

    quality: tuple[float, float] | None = None  # wanted is the second, the first will do
    ssim: float | None = None
    n_bytes: int | None = None

    @property
    def measures(self) -> list[str]:
        """Names of the measures of likeness that matter."""
        named = {"ciede2000": self.quality, "ssim": self.ssim}
        return [name for name, value in named.items() if value is not None]

    def missed(self, made: Made, *, wanted: bool) -> str:
        """Return in words in what a picture is not near enough; empty when it is.

        Parameters
        ----------
        made : Made
        wanted : bool
            By the upper end of the quality, else by the lower one.
        """
        found = made.measured(self.measures)
        if self.quality is not None and (got := quality(found)) < self.quality[wanted]:
            return f"quality {self.quality[wanted]:g} must be reached; got {got:.1f}"
        if self.ssim is not None and found.ssim < self.ssim:
            return f"min_ssim {self.ssim:g} must be reached; got {found.ssim:.4f}"
        return ""

    def fits(self, made: Made) -> bool:
        """Tell whether the file is small enough."""
        return self.n_bytes is None or len(made.content) <= self.n_bytes


def quality(found: Fidelity) -> float:
    """Return the quality, 0 … 100: 100 less 10 times the mean CIEDE2000."""
    return max(0.0, 100 - 10 * found.ciede2000)


def reach(
    maker: Maker, goal: Goal, fewest: int, most: int, on_progress: OnProgress = unheard
) -> Made:
    """Make a picture of as few colors as reach a goal.

    Parameters
    ----------
    maker : Maker
    goal : Goal
    fewest, most : int
        Bounds of the number of colors.

    Returns
    -------
    Made
        The fewest colors that are near enough, or all when none are; if that file is too large,
        the most colors whose file is not. What a color more adds is not the same for each number,
        so that a number missed by one or two cannot be excluded.

    Raises
    ------
    UnreachedError
        It is not near enough after all, or no file is small enough.
    """

    def make(k: int) -> Made:
        on_progress(f"Trying {k} colors", 0.5)
        return maker.make(k)

    most = max(fewest, min(most, maker.n_distinct))
    made = make(most)
    if goal.measures and not goal.missed(made, wanted=True):
        made = _fewest(make, goal, fewest, made)
    if not goal.fits(made):
        made = _largest(make, goal, fewest, made.k)
    missed = goal.missed(made, wanted=False) if goal.measures else ""
    if missed:
        within = "" if goal.n_bytes is None else f" and {goal.n_bytes:,} bytes"
        raise UnreachedError(
            f"{missed} with {made.k} colors, the nearest of at most {most}{within}; "
            "ask for less, or allow more"
        )
    return made


def _fewest(make: Callable[[int], Made], goal: Goal, low: int, best: Made) -> Made:
    """Return the fewest colors that are as near as is wanted; ``best`` is."""

    def good(made: Made) -> bool:
        return not goal.missed(made, wanted=True)

    bad = low - 1
    while best.k - bad > 1:
        made = make(_between(bad, best.k))
        if good(made):
            best = made
        else:
            bad = made.k
    below = best.k - 2  # one less is bad
    while below >= max(low, best.k - 1 - _BELOW):
        made = make(below)
        best = made if good(made) else best
        below -= 1
    return best


def _largest(make: Callable[[int], Made], goal: Goal, low: int, high: int) -> Made:
    """Return the most colors, fewer than ``high``, whose file is small enough."""
    best = make(low)
    if not goal.fits(best):
        raise UnreachedError(
            f"max_bytes must hold a file of {low} color{'' if low == 1 else 's'}; got "
            f"{goal.n_bytes:,}, but that file has {len(best.content):,} bytes; "
            "allow more, or make the image smaller"
        )
    while high - best.k > 1:
        made = make(_between(best.k, high))
        if goal.fits(made):
            best = made
        else:
            high = made.k
    return best


def _between(low: int, high: int) -> int:
    """Return the number half the way from low to high by its logarithm, and neither of them."""
    middle = round((max(low, 1) * high) ** 0.5)
    return min(max(middle, low + 1), high - 1)
