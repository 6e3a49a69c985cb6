"""Lloyd's algorithm: assign, average, repeat; and the one place where a Run is made.

References
----------
Lloyd, S. (1982). Least squares quantization in PCM. IEEE Transactions on Information Theory
28(2), 129-137. doi 10.1109/TIT.1982.1056489
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from covey.engine import passes
from covey.engine.assigners import Assigner, Bounded, Method, assigner, in_one_call
from covey.engine.gather import dense_rows
from covey.engine.passes import Csr, Doubles, Floats, Labels, Rows
from covey.engine.race import CannotWin, Race
from covey.engine.workspace import Workspace
from covey.errors import InputError
from covey.flow import Partial, Run

#: Called after each pass with the iteration (from 1), the centers that the rows were assigned
#: to, the labels and the inertia. The arrays are lent: copy what must outlive the call.
#: Returning True ends the run, with the centers that the pass leads to.
OnIteration = Callable[[int, Floats, Labels, float], bool | None]

#: Relative error of the mean of equal rows, by bytes of a value. Sums are in double: a float32
#: mean is off by its own rounding, a float64 mean by the rounding of each addition in a block.
_NOISE = {4: 4 * 2.0**-23, 8: 256 * 2.0**-52}


@np.errstate(over="ignore", invalid="ignore")  # ``_run`` refuses what comes of it
def lloyd(
    X: Rows | Workspace,
    centers: Floats,
    *,
    weight: Doubles | None = None,
    max_iter: int = 300,
    tol: float = 0.0,
    on_iteration: OnIteration | None = None,
    method: Method = "auto",
    race: Race | None = None,
) -> Run:
    """Run Lloyd's algorithm from given centers.

    The run has converged when a pass changes no label, or when the squared movement of all
    centers is at most ``tol``; never in an iteration that refilled an emptied cluster. It also
    ends when the centers return to a place where they have been: rounding can make rows that
    are as near to one center as to another swap for ever.

    Parameters
    ----------
    X : (n, d) float32 or float64, or CSR rows, or a workspace made of them and their weights
    centers : (k, d)
        Where to start; not changed.
    weight : (n,) float64 >= 0, or None for ones
    max_iter : int >= 1
    tol : float >= 0
        In squared units of X (absolute; ``fit_best`` takes it relative to the variance).
    on_iteration : callable or None
    method : "auto", "plain" or "bounded"
        How rows are assigned; see ``assigners``. All give the same labels and iterations.
    race : Race or None
        What has become of other starts; of dense rows.

    Returns
    -------
    Run
        ``n_iter`` counts the passes that moved centers, as scikit-learn does.

    Raises
    ------
    InputError
        When squares of the values overflow.
    CannotWin
        When the inertia will not fall below the best of the race, as far as ``race.py`` can tell.
    """
    work = X if isinstance(X, Workspace) else Workspace(X, weight)
    if isinstance(work.given, Csr) and method == "auto":
        from covey.engine.sparse_lloyd import lloyd_sparse  # which calls what is below

        return lloyd_sparse(
            work.given, centers, weight=work.given_weight, max_iter=max_iter, tol=tol,
            on_iteration=on_iteration,
        )  # fmt: skip
    centers = np.array(centers, dtype=work.X.dtype, order="C")
    free = on_iteration is None and race is None and method == "auto"
    if free and in_one_call(work, len(centers)):
        run = _in_one_call(work, centers, max_iter, tol)
        if run is not None:
            return run
    rows = assigner(work, len(centers), method)
    return _loop(
        work, rows, centers, max_iter=max_iter, tol=tol, on_iteration=on_iteration, race=race
    )


def _loop(
    work: Workspace,
    rows: Assigner,
    centers: Floats,
    *,
    max_iter: int,
    tol: float,
    on_iteration: OnIteration | None,
    race: Race | None,
) -> Run:
    """Do what ``lloyd`` does, a call for each pass."""
    been = centers
    if race is not None:
        race.begin()
    n_iter = 0
    while True:
        partial, n_changed = rows.assign(centers)
        n_iter += 1
        stop = False
        if on_iteration is not None:
            inertia = total_inertia(work.X, centers, rows.labels, work.weight)
            stop = bool(on_iteration(n_iter, centers, work.expand(rows.labels), inertia))
        if race is not None and race.is_lost(partial) and not stop:
            raise CannotWin
        moved, refilled = average(work.X, centers, partial, work.weight)
        sq_shift = rows.moved(centers, moved)
        settled = n_changed == 0 and np.array_equal(moved, centers)
        centers = moved
        converged = not refilled and (n_changed == 0 or sq_shift <= tol)
        # Brent's way to notice a cycle: compare with one remembered state, and remember anew
        # at each power of two.
        converged = converged or (n_iter > 1 and np.array_equal(centers, been))
        if n_iter & (n_iter - 1) == 0:
            been = centers
        if converged or stop or n_iter >= max_iter:
            if not settled:  # else the labels are those of the centers returned
                partial, _ = rows.assign(centers)
            hopeless = partial.weights.all() or not farthest(work.X, centers, work.weight, 1)[1]
            if stop or n_iter >= max_iter or hopeless:
                share = rows.n_computed / (len(rows.labels) * len(centers) * (n_iter + 1))
                run = _run(work, centers, rows.labels, n_iter, converged)
                if race is not None:
                    race.finish(partial, centers, run.inertia)
                return replace(
                    run, method=_method(work, rows.method), share_computed=min(1.0, share)
                )
            # The last small movement emptied a cluster that another iteration refills.


def _in_one_call(work: Workspace, centers: Floats, max_iter: int, tol: float) -> Run | None:
    """Do what ``lloyd`` does, in one call; None where a center loses all its rows."""
    assert not isinstance(work.X, Csr)
    labels, starts = np.empty(len(work.X), np.int32), centers[None].copy()
    ends = passes.run_starts(
        work.X, work.view, work.weight, starts, max_iter=max_iter, tol=tol, labels=labels
    )
    return ended(work, starts[0], ends, 0, labels) if ends.n_iter[0] > 0 else None


def ended(
    work: Workspace, centers: Floats, ends: passes.Ends, which: int, labels: Labels | None = None
) -> Run:
    """Make the run of one of the starts that ``passes.run_starts`` led to their ends.

    Raises
    ------
    InputError
        When squares of the values overflow.
    """
    n_iter = int(ends.n_iter[which])
    share = ends.n_computed[which] / (work.X.shape[0] * len(centers) * (n_iter + 1))
    run = _run(work, centers.copy(), labels, n_iter, bool(ends.converged[which]))
    method = _method(work, Bounded.method)
    return replace(run, method=method, share_computed=min(1.0, float(share)))


def _method(work: Workspace, method: str) -> str:
    return f"{method}, equal rows merged" if work.merged else method


def total_inertia(X: Rows, centers: Floats, labels: Labels, weight: Doubles | None) -> float:
    """Return Σ w ‖x − c‖² over all rows, each with the center of its label."""
    if isinstance(X, Csr):
        return float(passes.inertia(X, centers, labels, weight).sum())
    return passes.total_inertia(X, centers, labels, weight)


def stopped(run: Run, max_iter: int) -> bool:
    """Tell whether ``on_iteration`` ended a run: nothing else ends it so soon unconverged."""
    return run.n_iter < max_iter and not run.converged


def finish(
    X: Rows,
    centers: Floats,
    *,
    weight: Doubles | None = None,
    n_iter: int = 0,
    converged: bool = True,
    labels: Labels | None = None,
) -> Run:
    """Make the Run: labels and inertia are computed anew for the centers that it returns.

    A caller that has just found the labels of these very centers, and by the same kernel, passes
    them.

    ``passes.nearest`` is what ``predict`` calls, so the labels of a run are what ``predict``
    says of the same rows, to the last tie.

    Raises
    ------
    InputError
        When squares of the values overflow.
    """
    return _run(Workspace(X, weight, merge=False), centers, labels, n_iter, converged)


def _run(
    work: Workspace, centers: Floats, labels: Labels | None, n_iter: int, converged: bool
) -> Run:
    if labels is None:
        labels = passes.nearest(work.X, centers)[0]
    inertia = total_inertia(work.X, centers, labels, work.weight)
    if not (np.isfinite(inertia) and np.isfinite(centers).all()):
        raise InputError(
            f"values of X must have squares that {work.X.dtype} can hold; got an inertia of "
            f"{inertia} from values too large; divide the features by a constant"
        )
    return Run(centers, work.expand(labels), inertia, n_iter, converged)


def average(
    X: Rows, centers: Floats, partial: Partial, weight: Doubles | None
) -> tuple[Floats, bool]:
    """Return the weighted mean of each cluster, and whether an emptied cluster was refilled.

    A cluster without weight gets one of the rows farthest from their own centers. Where no row
    is away from its center (fewer distinct rows than clusters), it stands on the heaviest
    cluster's center instead.
    """
    sums, weights = partial.sums, partial.weights
    refilled = False
    if not weights.all():
        sums, weights = sums.copy(), weights.copy()
        refilled = _refill(X, centers, sums, weights, weight)
    full = weights > 0
    if full.all():
        return np.ascontiguousarray(sums / weights[:, None], dtype=X.dtype), refilled
    heaviest = int(np.argmax(weights))
    means = np.divide(sums, weights[:, None], where=full[:, None], out=np.zeros_like(sums))
    means[~full] = means[heaviest]
    return np.ascontiguousarray(means, dtype=X.dtype), refilled


def farthest(X: Rows, centers: Floats, weight: Doubles | None, m: int) -> tuple[Labels, list[int]]:
    """Return all labels, and at most ``m`` rows farthest from their own center, farthest first.

    Rows without weight are left out, and so are rows whose distance is only rounding.
    """
    labels, sq_distance = passes.nearest(X, centers)
    if weight is not None:
        sq_distance = np.where(weight > 0, sq_distance, -1.0)
    m = min(m, len(sq_distance))
    rows = np.argpartition(sq_distance, -m)[: -m - 1 : -1]
    values = dense_rows(X, rows).astype(np.float64)
    own = centers[labels[rows]].astype(np.float64)
    away = (np.abs(values - own) > _NOISE[centers.dtype.itemsize] * np.abs(own)).any(axis=1)
    return labels, [int(row) for row in rows[away & (sq_distance[rows] > 0)]]


def _refill(
    X: Rows, centers: Floats, sums: Doubles, weights: Doubles, weight: Doubles | None
) -> bool:
    """Move a far row from its own cluster to each empty one, in ``sums`` and ``weights``."""
    empty = np.flatnonzero(weights == 0)
    labels, rows = farthest(X, centers, weight, len(empty))
    for new, row in zip(empty, rows, strict=False):
        old = labels[row]
        mass = 1.0 if weight is None else weight[row]
        moved = mass * dense_rows(X, np.array([row]))[0].astype(np.float64)
        before = weights[old]
        sums[old] -= moved
        weights[old] -= mass
        if weights[old] <= 1e-12 * before:  # its last row: what is left is rounding
            weights[old] = 0.0
        sums[new], weights[new] = moved, mass
    return bool(rows)


def refillable(X: Rows, run: Run, weight: Doubles | None) -> bool:
    """Tell whether the last small movement emptied a cluster that another pass would refill."""
    if np.bincount(run.labels, weight, minlength=len(run.centers)).all():
        return False
    return bool(farthest(X, run.centers, weight, 1)[1])
