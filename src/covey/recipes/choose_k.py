"""How many groups? Every criterion side by side, and a verdict that may be "none"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from covey.errors import OptionError, OptionTypeError
from covey.evidence_options import CHOOSE_K, ends_of, rows_of
from covey.options import option
from covey.recipes._evidence import EvidenceRecipe, Told
from covey.recipes._recipe import OnProgress, unheard

if TYPE_CHECKING:
    from covey.evidence import KChoice, Preparations
    from covey.explain.k_choice import Asked
    from covey.flow import Features, Run


@dataclass(frozen=True, kw_only=True)
class ChooseK(EvidenceRecipe):
    """From a table to how many groups it has, how sure that is, and what limits cost."""

    name: ClassVar[str] = "choose-k"
    heading: ClassVar[str] = "How many groups"
    input: ClassVar[str] = "a table of numbers, one row per thing to group"
    summary: ClassVar[str] = (
        "Say how many groups a table has: how sure that is, which criteria agree, or that no "
        "number is natural."
    )
    examples: ClassVar[tuple[str, ...]] = (
        "covey choose-k customers.csv",
        "covey choose-k customers.csv --range 2-12 -o how-many --force",
        "covey choose-k customers.csv --min-size 5% --max-segments 6",
        "covey choose-k customers.csv -k 4 --features age,income",
        "covey choose-k wine.csv --scale standard --beside none",
    )
    folder: ClassVar[str] = "how-many"
    outputs: ClassVar[tuple[str, ...]] = ("report.html", "report.json", "scores.csv")

    k: int | None = option(CHOOSE_K, "k")
    k_range: str | int | None = option(CHOOSE_K, "k_range")
    min_size: str | int | None = option(CHOOSE_K, "min_size")
    max_segments: int | None = option(CHOOSE_K, "max_segments")
    beside: str | None = option(CHOOSE_K, "beside")
    n_init: int = option(CHOOSE_K, "n_init")

    def check(self) -> None:
        """Raise OptionError for a wrong option, or for two that do not go together."""
        super().check()
        if self.beside is not None and self.beside == self.scale:
            raise OptionError(
                f"beside must be another scaling than scale; got {self.beside!r} for both; "
                "leave one out or change it"
            )
        most = self.max_segments
        if self.k is not None and most is not None and self.k > most:
            raise OptionError(
                f"k must not exceed max_segments; got k={self.k} and max_segments={most}; "
                "leave one out"
            )
        first, last = self._ends()
        for name, k in (("k", self.k), ("max_segments", most)):
            if k is not None and first is not None and last is not None and k < first > 1:
                raise OptionError(
                    f"{name} must not be below the first K tried; got {k} and k_range "
                    f"{first}-{last}; widen the range"
                )

    def run(self, raw: Any, on_progress: OnProgress = unheard) -> Told:
        """Go all the way; with ``beside``, twice over the same table."""
        if self.beside is None:
            return super().run(raw, on_progress)
        self.check()
        on_progress("Reading", 0.0)
        table = self.read(raw)
        both = {scale: self.prepared(table, scale=scale) for scale in (self.scale, self.beside)}
        facts = self._side_by_side(both, on_progress)
        return self.result(both[self.scale], None, facts, raw)

    def fit(self, features: Features, on_progress: OnProgress = unheard) -> Run:  # noqa: ARG002
        """Fit the mean, K=1, which the other K are measured against; ``explain`` fits those."""
        from covey.engine.best import fit_best

        return fit_best(features.X, 1, rng=self.streams(1)[0])

    def explain(
        self,
        features: Features,
        run: Run,  # noqa: ARG002
        on_progress: OnProgress = unheard,
    ) -> KChoice:
        """Try every K and give the verdict."""
        return self._choice(features, on_progress)

    def result(self, features: Features, run: Run | None, facts: Any, raw: Any) -> Told:  # noqa: ARG002
        """Return the facts with their page and their data."""
        from covey.report.evidence import choose_k

        return Told(facts, choose_k.files, choose_k.summary)

    @classmethod
    def example(cls) -> Mapping[str, Any]:
        """Return 240 rows in four round groups, one of them small."""
        import numpy as np

        rng = np.random.default_rng(5)
        middles = np.repeat([[20, 3], [45, 9], [60, 2], [38, 16]], [80, 70, 60, 30], axis=0)
        age, orders = (middles + rng.normal(0, [2.5, 0.8], (240, 2))).T
        return {"age": age.round(1), "orders": orders.round(2)}

    def _choice(self, features: Features, on_progress: OnProgress) -> KChoice:
        import dataclasses

        from covey.explain.alarm import findings
        from covey.explain.k_choice import choose

        choosing, looking = self.streams(2)
        choice = choose(
            features.X,
            self.about(features, self.heading),
            self._asked(len(features.X)),
            rng=choosing,
            on_progress=on_progress,
        )
        k = choice.verdict.k
        if k == 1:
            return choice
        found = findings(
            features.X,
            choice.labels[k] - 1,
            k,
            rng=looking,
            names=features.names,
            raw=features.raw,
        )
        worth_saying = tuple(one for one in found if one.level != "note")
        return dataclasses.replace(choice, findings=worth_saying)

    def _side_by_side(self, both: Mapping[str, Features], on_progress: OnProgress) -> Preparations:
        from covey.explain.preparations import carried, side_by_side

        done = iter((0.0, 0.5))
        choices = {}
        for scale, features in both.items():
            begun = next(done)
            choices[scale] = self._choice(
                features, lambda text, share, begun=begun: on_progress(text, begun + share / 2)
            )
        shares = {scale: carried(one.X, tuple(one.names)) for scale, one in both.items()}
        return side_by_side(self.about(both[self.scale], self.heading), choices, shares)

    def _asked(self, n: int) -> Asked:
        from covey.explain.k_choice import Asked
        from covey.explain.verdict import Limits

        first, last = self._ends()
        least = 0 if self.min_size is None else (rows_of(self.min_size, n) or 0)
        told = str(self.min_size) if "%" in str(self.min_size) else ""
        limits = Limits(self.k, least, self.max_segments, told)
        return Asked(first, last, limits, self.n_init)

    def _ends(self) -> tuple[int | None, int | None]:
        """Return the first and the last K asked for."""
        return (None, None) if self.k_range is None else ends_of(self.k_range) or (None, None)


def choose_k(
    frame: Any,
    *,
    k: int | None = None,
    k_min: int | None = None,
    k_max: int | None = None,
    scale: str | Sequence[str] = "auto",
    **options: Any,
) -> Told:
    """Say how many groups a table has, how sure that is, and which criteria agree.

    Parameters
    ----------
    frame : data frame, path, mapping of columns, array (n, d)
        The table: one row per thing to group.
    k : int, optional
        Number of groups fixed by purpose; the verdict says what it costs.
    k_min, k_max : int, optional
        Numbers of groups to try; both or none. 1 … 10 when not given, and on while more groups
        seem to be there, to 50 at most.
    scale : str or two of them
        "auto", "standard" or "none". Two are put side by side, and never ranked.
    **options
        Every option of ``covey choose-k`` under its name: ``min_size`` (rows, or "5%"),
        ``max_segments``, ``features``, ``drop``, ``id``, ``log``, ``missing``, ``categories``,
        ``where``, ``n_init``, ``seed`` …

    Returns
    -------
    Told
        ``facts`` is a ``covey.evidence.KChoice`` (``Preparations`` for two scalings): ``scores``
        of every K and the ``verdict``. ``write(folder)`` writes the files of the command.

    Raises
    ------
    OptionError
        There is no such option, or it has a value it cannot have.
    InputError
        The table cannot be used: unreadable, empty, no numeric column, fewer distinct rows than K.

    Examples
    --------
    >>> covey.choose_k("customers.csv").facts.verdict.natural  # doctest: +SKIP
    4
    """
    if (k_min is None) != (k_max is None):
        raise OptionError(
            f"k_min and k_max must come together; got k_min={k_min} and k_max={k_max}; pass both"
        )
    for name, value in (("k_min", k_min), ("k_max", k_max)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise OptionTypeError(f"{name} must be an integer >= 1; got {value!r}")
    if k_min is not None:
        options["k_range"] = f"{k_min}-{k_max}"
    if not isinstance(scale, str):
        scale, options["beside"] = _two(scale)
    recipe: ChooseK = ChooseK.of(k=k, scale=scale, **options)
    return recipe.run(frame)


def _two(scale: Sequence[str]) -> tuple[str, str | None]:
    """Return one or two scalings."""
    if not 1 <= len(scale) <= 2:
        raise OptionError(f"scale must be one scaling or two; got {len(scale)}: {list(scale)}")
    return scale[0], (scale[1] if len(scale) == 2 else None)
