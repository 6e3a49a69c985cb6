"""What a fit says while it runs: to the user's callback, and on the screen when asked to."""

from __future__ import annotations

from covey.engine.lloyd import OnIteration
from covey.engine.passes import Floats, Labels
from covey.engine.tracing import OnStep, telling


def progress(
    verbose: object, on_step: OnStep | None, text: str = "Iteration {n_iter}, inertia {inertia}."
) -> OnIteration | None:
    """Return the engine's callback: it prints, as ``verbose`` asks, and calls the user's."""
    tell = None if on_step is None else telling(on_step)
    if not verbose:
        return tell

    def say(n_iter: int, centers: Floats, labels: Labels, inertia: float) -> bool | None:
        print(text.format(n_iter=n_iter, n_rows=len(labels), inertia=inertia))  # noqa: T201
        return tell is not None and tell(n_iter, centers, labels, inertia)

    return say
