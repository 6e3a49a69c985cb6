"""K-means to look at: the way of its centers, step by step, and the same from another start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from covey.errors import OptionError
from covey.evidence_options import WATCH
from covey.options import option
from covey.recipes._evidence import EvidenceRecipe, Told
from covey.recipes._recipe import OnProgress, unheard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from covey.evidence import Watched
    from covey.flow import Features, Run


@dataclass(frozen=True, kw_only=True)
class Watch(EvidenceRecipe):
    """From a table to a page, stills and an animation of k-means at work."""

    name: ClassVar[str] = "watch"
    heading: ClassVar[str] = "K-means at work"
    input: ClassVar[str] = "a table of numbers, one row per thing to group"
    summary: ClassVar[str] = (
        "Watch k-means at work, step by step: a page that plays, an animation to paste, and stills."
    )
    examples: ClassVar[tuple[str, ...]] = (
        "covey watch customers.csv -k 4",
        "covey watch customers.csv -k 4 --features age,income",
        "covey watch customers.csv -k 4 --init random --seed 7",
    )
    folder: ClassVar[str] = "steps"
    outputs: ClassVar[tuple[str, ...]] = (
        "report.html", "report.json", "animation.gif", "start.svg", "steps.svg",
    )  # fmt: skip

    k: int | None = option(WATCH, "k")
    init: Any = option(WATCH, "init")  # noqa: RUF009 (as any other option)
    steps: int = option(WATCH, "steps")

    def values(self) -> dict[str, Any]:
        """Return every option and its value; centers given are not told one by one."""
        found = super().values()
        return found if isinstance(self.init, str) else {**found, "init": "the centers given"}

    def check(self) -> None:
        """Raise OptionError for a wrong option, or for as many centers given as k does not say."""
        super().check()
        if not isinstance(self.init, str):
            given = _array(self.init)
            if self.k is not None and len(given) != self.k:
                raise OptionError(
                    f"init must be {self.k} centers, as k says; got {len(given)}; pass that many "
                    "or leave k out"
                )

    def fit(self, features: Features, on_progress: OnProgress = unheard) -> Run:
        """Choose K where none is given, and fit it: how low WCSS can be."""
        from covey.engine.best import fit_best
        from covey.explain.choose_k import sweep
        from covey.explain.watching import refuse_too_few

        rng, source = self.streams(2)[0], features.source.name
        k = self.k if isinstance(self.init, str) else len(_array(self.init))
        if k is None:
            heard = _first_half(on_progress)
            return sweep(features.X, given=None, rng=rng, on_progress=heard, source=source)
        refuse_too_few(features.X, k, source)
        return fit_best(features.X, k, rng=rng, n_init=4)

    def explain(self, features: Features, run: Run, on_progress: OnProgress = unheard) -> Watched:
        """Run k-means from two kinds of first centers, and keep every step."""
        from covey.explain.watching import Asked, watch

        reason = "given" if run.sweep is None else run.sweep.reason
        init = self.init if isinstance(self.init, str) else _prepared(self.init, features)
        return watch(
            features,
            Asked(len(run.centers), reason, init, self.steps),
            run,
            about=self.about(features, self.heading),
            rng=self.streams(2)[1],
            on_progress=lambda text, share: on_progress(text, (1 + share) / 2),
        )

    def result(self, features: Features, run: Run, facts: Watched, raw: Any) -> Told:  # noqa: ARG002 (segments need it)
        """Return the facts with their page, their stills and their animation."""
        from covey.report.evidence import watch

        return Told(facts, watch.files, watch.summary)

    @classmethod
    def example(cls) -> Mapping[str, Any]:
        """Return 90 rows in three groups, one of them wide."""
        import numpy as np

        rng = np.random.default_rng(5)
        middles = np.repeat([[20.0, 30.0], [40.0, 75.0], [60.0, 40.0]], 30, axis=0)
        points = middles + rng.normal(size=(90, 2)) * np.repeat([[4], [6], [9]], 30, axis=0)
        return {"age": points[:, 0].round(1), "income": points[:, 1].round(1)}


def _first_half(on_progress: OnProgress) -> OnProgress:
    return lambda text, share: on_progress(text, share / 2)


def _array(init: Any) -> NDArray[np.float64]:
    """Return first centers as an array; raise where they cannot be one."""
    import numpy as np

    try:
        found = np.asarray(init, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise OptionError(
            f"init must be 'k-means++', 'random' or an array (k, n_features) of numbers; got "
            f"{init!r}; pass numbers"
        ) from error
    if found.ndim != 2 or not len(found):
        raise OptionError(
            "init must be 'k-means++', 'random' or an array (k, n_features) of numbers; got one of "
            f"shape {found.shape}; pass a row for each center"
        )
    if not np.isfinite(found).all():
        bad = found[~np.isfinite(found)][0]
        raise OptionError(f"init must be finite numbers; got {bad}; pass a value for each feature")
    return found


def _prepared(init: Any, features: Features) -> NDArray[np.float64]:
    """Return centers in the units of the table as k-means sees them."""
    given, preparation = _array(init), features.preparation
    d = len(features.columns)
    if given.shape[1] != d:
        names = ", ".join(features.names)
        raise OptionError(
            f"init must have {d} columns, one for each feature ({names}); got {given.shape[1]}; "
            "pass that many or choose columns with features"
        )
    prepare: Any = getattr(preparation, "prepare")  # noqa: B009 (of tables alone)
    return prepare(given)


def trace(frame: Any, k: int | None = None, init: Any = "k-means++", **options: Any) -> Told:
    """Run k-means step by step, to look at: where centers go, who joins, what it gains.

    Parameters
    ----------
    frame : data frame, path, mapping of columns, array (n, d)
        Any table of numbers.
    k : int, 1 … 100, optional
        Number of centers; chosen as ``covey.segment`` does when not given.
    init : "k-means++", "random" or array (k, d)
        First centers of the run to follow: the best of several starts by k-means++, the worst of
        several starts from random rows, or these centers, in the units of the table. The other
        kind of start is shown beside it.
    **options
        Every option of ``covey watch`` under its name: ``features``, ``scale``, ``log``,
        ``missing``, ``where``, ``steps``, ``seed`` …

    Returns
    -------
    Told
        ``facts`` (a ``covey.evidence.Watched``: the runs with centers, labels and inertia of each
        step) and ``write(folder)`` for a page, stills and an animation.

    Raises
    ------
    OptionError
        There is no such option, or it has a value it cannot have.
    InputError
        The table cannot be used, or has fewer different rows than k.

    Examples
    --------
    >>> import covey
    >>> told = covey.trace({"age": [21, 23, 25, 61, 63, 65]}, k=2)
    >>> run = told.facts.runs[0]
    >>> run.key, run.sizes.tolist()
    ('k-means++', [3, 3])
    """
    recipe: Watch = Watch.of(k=k, init=init, **options)
    return recipe.run(frame)
