"""What a fit tells while it runs, and a recorder of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from covey.engine.lloyd import OnIteration
from covey.engine.passes import Floats, Labels
from covey.flow import Step, Trace

#: Called after each pass; returning True ends the fit.
OnStep = Callable[[Step], bool | None]


class Recorder:
    """Records the steps of a fit: ``KMeans(…).fit(X, on_iteration=recorder)``.

    Parameters
    ----------
    labels : bool
        Record the labels too: one byte for each row and step for up to 256 clusters, two or
        four for more.

    Examples
    --------
    >>> from covey import KMeans, Recorder
    >>> X, recorder = [[0.0], [1.0], [4.0], [9.0]], Recorder()
    >>> _ = KMeans(2, init=[[0.0], [1.0]]).fit(X, on_iteration=recorder)
    >>> [(step.labels.tolist(), round(step.inertia, 2)) for step in recorder.trace.steps]
    [([0, 1, 1, 1], 73.0), ([0, 0, 1, 1], 20.22), ([0, 0, 1, 1], 13.0)]
    """

    def __init__(self, *, labels: bool = True) -> None:
        self._with_labels = labels
        self._starts: list[list[Step]] = []

    def __call__(self, step: Step) -> None:
        """Copy one step."""
        if step.n_iter == 1 or not self._starts:
            self._starts.append([])
        labels = None
        if self._with_labels and step.labels is not None:
            labels = step.labels.astype(np.min_scalar_type(len(step.centers) - 1))
        copy = replace(step, centers=step.centers.copy(), labels=labels)
        self._starts[-1].append(copy)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """What was recorded: a trace for each start, and in mini-batches for each batch."""
        return tuple(Trace(tuple(steps)) for steps in self._starts)

    @property
    def trace(self) -> Trace:
        """The trace that ended with the least inertia: of several starts, the one kept.

        Raises
        ------
        ValueError
            When nothing has been recorded.
        """
        if not self._starts:
            raise ValueError(
                "a recorder has a trace after a fit; got none; pass it as fit's on_iteration"
            )
        return min(self.traces, key=lambda trace: trace.steps[-1].inertia)


def telling(on_step: OnStep) -> OnIteration:
    """Turn a user's callback into the engine's: what it is lent, it cannot change.

    Once it has said stop, it is stop: also for what the fit would have begun after.
    """
    stop = False

    def tell(n_iter: int, centers: Floats, labels: Labels, inertia: float) -> bool:
        nonlocal stop
        centers, labels = centers.view(), labels.view()
        centers.flags.writeable = labels.flags.writeable = False
        stop = bool(on_step(Step(n_iter, centers, labels, inertia))) or stop
        return stop

    return tell
