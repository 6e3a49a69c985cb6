"""Several starts, the best kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from covey.engine import passes
from covey.engine.assigners import in_one_call
from covey.engine.draws import draws
from covey.engine.lloyd import OnIteration, ended, lloyd, stopped
from covey.engine.passes import Csr, Doubles, Floats, Rows
from covey.engine.race import CannotWin, Race
from covey.engine.seeding import MERGED_ROWS, Init, first_centers
from covey.engine.workspace import Workspace
from covey.errors import OptionError
from covey.flow import Run
from covey.random import children

#: Two starts that came to the same centers may have inertias that differ by rounding; which of
#: them is kept must not depend on the order of the rows.
_ROUNDING = 1e-12
#: Products of a pass (rows · centers · features) below which starts are short: a pass takes less
#: than half a millisecond, so that threads wait for one another and not for memory.
_SHORT = 8_000_000
#: starts that are held at once: more would be felt as memory
_AT_ONCE = 16


def fit_best(
    X: Rows | Workspace,
    n_clusters: int,
    *,
    rng: np.random.Generator,
    init: Init = "k-means++",
    n_init: int = 1,
    max_iter: int = 300,
    tol: float = 1e-4,
    weight: Doubles | None = None,
    on_iteration: OnIteration | None = None,
) -> Run:
    """Run Lloyd's algorithm from ``n_init`` starts and return the run of least inertia.

    Each start has its own child stream of ``rng``, so a start does not depend on how many
    random numbers the one before it used. Over many dense rows, a start ends as soon as it cannot
    win, as far as ``race.py`` can tell: about one time in a hundred that loses the best.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows, or a workspace made of them and their weights
        Several K share a workspace.
    n_clusters : int, 1 … n
    rng : numpy.random.Generator
        Advances by one draw for each start.
    init : "k-means++", "random", array (k, d) or callable (X, n_clusters, rng) -> (k, d)
    n_init : int >= 1
    max_iter : int >= 1
        Of each start.
    tol : float >= 0
        Relative to the mean variance of the features.
    weight : (n,) float64 >= 0, or None for ones
    on_iteration : callable or None
        See ``lloyd.OnIteration``; iterations count from 1 in each start. Returning True ends
        the start it is called from, and leaves out those that would come after. A start that
        cannot win has no last call.

    Returns
    -------
    Run
        Of runs that are equal but for rounding, the first.

    Raises
    ------
    OptionError
        When ``n_clusters`` exceeds the rows, or given centers have the wrong shape.
    InputError
        When squares of the values overflow.
    """
    work = X if isinstance(X, Workspace) else Workspace(X, weight)
    check_enough_rows(work.given, n_clusters)
    absolute = tol * work.mean_variance if tol > 0 else 0.0
    streams = children(rng, n_init)
    short = n_init > 1 and _are_short(work, n_clusters)
    if short and on_iteration is None:
        return _best_at_once(work, n_clusters, init, streams, max_iter, absolute)
    best: Run | None = None
    race = Race() if n_init > 1 and not short and not isinstance(work.X, Csr) else None
    for centers in _starts(work, n_clusters, init, streams):
        try:
            run = lloyd(
                work, centers, max_iter=max_iter, tol=absolute, on_iteration=on_iteration, race=race
            )
        except CannotWin:
            continue
        if best is None or run.inertia < best.inertia * (1 - _ROUNDING):
            best = run
        if stopped(run, max_iter):
            break
    assert best is not None
    return best


def _are_short(work: Workspace, n_clusters: int) -> bool:
    """Tell whether starts are short: they then run side by side, and each to its end."""
    return (
        in_one_call(work, n_clusters) and work.X.shape[0] * work.X.shape[1] * n_clusters <= _SHORT
    )


def _best_at_once(
    work: Workspace,
    n_clusters: int,
    init: Init,
    streams: list[np.random.Generator],
    max_iter: int,
    tol: float,
) -> Run:
    """Do what ``fit_best`` does, with short starts side by side."""
    assert not isinstance(work.X, Csr)
    limits = {"max_iter": max_iter, "tol": tol}
    best: Run | tuple[Floats, passes.Ends, int] | None = None
    least = np.inf
    for begin in range(0, len(streams), _AT_ONCE):
        some = streams[begin : begin + _AT_ONCE]
        starts = np.stack(list(_starts(work, n_clusters, init, some)))
        centers = starts.copy()
        ends = passes.run_starts(work.X, work.view, work.weight, centers, **limits)
        for i, inertia in enumerate(ends.inertia):
            run = (centers[i], ends, i)
            if ends.n_iter[i] == 0 or not np.isfinite(inertia):  # the loop mends or refuses it
                run = lloyd(work, starts[i], method="bounded", **limits)
            reached = run.inertia if isinstance(run, Run) else inertia
            if reached < least * (1 - _ROUNDING):
                best, least = run, reached
    assert best is not None
    return best if isinstance(best, Run) else ended(work, *best)


def _starts(
    work: Workspace, n_clusters: int, init: Init, streams: list[np.random.Generator]
) -> Iterator[Floats]:
    """Choose first centers (k, d) for each stream; of many dense rows, for several at once."""
    X, weight = work.X, work.weight
    plain = not (isinstance(init, str) and init == "k-means++") or n_clusters == 1
    plain = plain or 2 + int(np.log(n_clusters)) > passes.SEED_TRIALS
    if plain or isinstance(X, Csr) or len(X) <= max(MERGED_ROWS, n_clusters):
        for stream in streams:
            yield _first_centers(work, n_clusters, init, stream)
        return
    running = None if weight is None else np.cumsum(weight)
    for begin in range(0, len(streams), _AT_ONCE):
        some = streams[begin : begin + _AT_ONCE]
        states = [stream.bit_generator.state for stream in some]
        drawn = [draws(len(X), n_clusters, running, stream) for stream in some]
        firsts, shares = (
            np.array([first for first, _ in drawn]),
            np.stack([own for _, own in drawn]),
        )
        chosen, n_chosen = passes.seed_starts(X, weight, firsts, shares)
        for stream, state, rows, n_rows in zip(some, states, chosen, n_chosen, strict=True):
            if n_rows == n_clusters:
                yield X[rows]
                continue
            stream.bit_generator.state = state  # few distinct rows: they are drawn once more
            yield _first_centers(work, n_clusters, init, stream)


def check_enough_rows(X: Rows, n_clusters: int) -> None:
    """Raise OptionError when there are fewer rows than clusters."""
    n = X.shape[0]
    if n < n_clusters:
        raise OptionError(
            f"n_clusters must be at most the number of rows; got n_clusters={n_clusters} and "
            f"n_samples={n}; lower n_clusters or pass more rows"
        )


def mean_variance(X: Rows) -> float:
    """Return the mean over the features of their variance."""
    return Workspace(X).mean_variance


def _first_centers(
    work: Workspace, n_clusters: int, init: Init, rng: np.random.Generator
) -> Floats:
    """Choose among the rows worked on; a callable gets the rows as they were given."""
    X, weight = (work.X, work.weight) if isinstance(init, str) else (work.given, work.given_weight)
    if X.shape[0] < n_clusters:
        X, weight = work.given, work.given_weight
    return first_centers(X, n_clusters, init, weight=weight, rng=rng)
