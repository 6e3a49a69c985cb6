"""Features whose tails are so heavy that few rows decide the squared distances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from covey.evidence import Finding
from covey.explain.alarm.looking import Checked, Look
from covey.explain.wording import listing, plain

#: fourth standardised moment: 3 for a normal feature, 9 for an exponential one
HEAVY = 15.0


#: features named in the flag to give
MOST_NAMED = 4


def tails(look: Look) -> Checked:
    """Find features whose fourth moment is far beyond that of an exponential one."""
    name = "tails of each feature"
    off = look.X - look.X.mean(axis=0)
    spread = np.sqrt(np.square(off).mean(axis=0))
    varied = spread > 1e-12 * max(float(spread.max()), 1e-300)
    kurtosis = np.zeros(len(spread))
    kurtosis[varied] = ((off[:, varied] / spread[varied]) ** 4).mean(axis=0)
    j = int(np.argmax(kurtosis))
    told = f"kurtosis up to {kurtosis[j]:.1f} ({plain(look.names[j])}); a normal feature has 3"
    heavy = np.flatnonzero(kurtosis > HEAVY)
    if not len(heavy):
        return Checked(name, told)
    worst = heavy[np.argsort(-kurtosis[heavy], kind="stable")]
    names = [plain(look.names[i]) for i in worst]
    found = Finding(
        topic="tails",
        level="caution",
        seen=f"{listing(names)}: kurtosis up to {kurtosis[j]:.0f}, a normal feature has 3, an "
        "exponential one 9.",
        why="A few rows carry most of the squared distance, and centers follow them.",
        todo=f"Log {'it' if len(names) == 1 else 'them'}: --log {','.join(_in_flag(look, worst))}.",
        sure="likely",
        figure=float(kurtosis[j]),
    )
    return Checked(name, told, (found,))


def _in_flag(look: Look, worst: NDArray[np.intp]) -> list[str]:
    """Return the names of features as the flag takes them; "all" for many."""
    return [look.names[i] for i in worst] if len(worst) <= MOST_NAMED else ["all"]
