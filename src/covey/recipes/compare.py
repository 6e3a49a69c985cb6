"""Comparison of methods: K-Means beside others on the same rows, and which of them suits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from covey.errors import InputError, OptionError
from covey.evidence_options import COMPARE
from covey.options import option
from covey.recipes._evidence import GIVEN, EvidenceRecipe, Told
from covey.recipes._recipe import OnProgress, unheard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from covey.evidence import Comparison
    from covey.flow import Features, Run


@dataclass(frozen=True, kw_only=True)
class Compare(EvidenceRecipe):
    """From a table to what nine methods see in it, and which of them suits."""

    name: ClassVar[str] = "compare"
    heading: ClassVar[str] = "Methods compared"
    input: ClassVar[str] = "a table of numbers, one row per thing to group"
    summary: ClassVar[str] = (
        "Put K-Means beside eight other methods: hierarchical, DBSCAN, HDBSCAN, mixtures and "
        "others; what each sees, and which suits."
    )
    examples: ClassVar[tuple[str, ...]] = (
        "covey compare customers.csv",
        "covey compare customers.csv -k 4 --features age,income",
        "covey compare iris.csv --truth species -o iris --force",
        "covey compare customers.csv --json > comparison.json",
    )
    folder: ClassVar[str] = "comparison"
    outputs: ClassVar[tuple[str, ...]] = ("report.html", "report.json", "labels.csv")

    k: int | None = option(COMPARE, "k")
    truth: str | Sequence[Any] | None = option(COMPARE, "truth")

    def check(self) -> None:
        """Raise OptionError for a wrong option, or for a truth that is to be clustered on."""
        super().check()
        if isinstance(self.truth, str) and self.truth in (self.features or ()):
            raise OptionError(
                f"truth must be a column that no method sees; got {self.truth!r}, which is among "
                "features too; take it out of one"
            )

    def values(self) -> dict[str, Any]:
        """Return every option and its value; labels given as an array are not told one by one."""
        found = super().values()
        given = self.truth is not None and not isinstance(self.truth, str)
        return {**found, "truth": GIVEN} if given else found

    def prepare(self, raw: Any) -> Features:
        """Read the table and decide about each column; the truth travels as a described one."""
        if self.truth is None:
            return self.prepared(raw)
        features, labels = self.prepared_beside(raw, self.truth, "truth")
        return _with_truth(features, labels, self.truth)

    def fit(self, features: Features, on_progress: OnProgress = unheard) -> Run:
        """Run K-Means for several K and keep the K given or chosen."""
        from covey.explain.choose_k import sweep

        return sweep(
            features.X,
            given=self.k,
            rng=self.streams(2)[0],
            on_progress=lambda text, share: on_progress(text, share / 3),
            source=features.source.name,
        )

    def explain(
        self, features: Features, run: Run, on_progress: OnProgress = unheard
    ) -> Comparison:
        """Run every method and say what each made of the rows."""
        from covey.explain.compare import Told as Number
        from covey.explain.compare import Truth, compare

        assert run.sweep is not None
        given = self.k is not None
        reason = "that number was given." if given else run.sweep.reason
        truth = next((one for one in features.described if one.role == "truth"), None)
        return compare(
            features,
            Number(run.sweep.chosen, reason, given),
            about=self.about(features, self.heading),
            rng=self.streams(2)[1],
            truth=None if truth is None else Truth.of(truth.name, truth.values),
            on_progress=lambda text, share: on_progress(text, (1 + 2 * share) / 3),
        )

    def result(self, features: Features, run: Run, facts: Comparison, raw: Any) -> Told:  # noqa: ARG002
        """Return the facts with their page, their data and the labels of every row."""
        from covey.report.evidence import compare

        return Told(facts, compare.files, compare.summary)

    @classmethod
    def example(cls) -> Mapping[str, Any]:
        """Return 120 rows in two long groups side by side, and a few rows far off."""
        import numpy as np

        rng = np.random.default_rng(3)
        across = np.concatenate([rng.uniform(0, 8, 110), rng.uniform(0, 8, 10)])
        up = np.concatenate([rng.normal([1, 3] * 55, 0.2), rng.uniform(-2, 6, 10)])
        return {"across": across.round(3), "up": up.round(3)}


def _with_truth(features: Features, labels: NDArray[np.object_], truth: Any) -> Features:
    """Return the features with the true labels of their rows, and what to know of them."""
    from covey.flow import Caution, Described

    name = truth if isinstance(truth, str) else GIVEN
    n, known = len(labels), [one for one in labels.tolist() if one is not None]
    n_different, cautions = len(set(known)), []
    if n_different > max(len(known) / 2, 2):
        raise InputError(
            f"truth must name groups of several rows; got {n_different:,} different labels in "
            f"{len(known):,} rows ({name}); pass the column of the groups, or leave out --truth"
        )
    if len(known) < n:
        told = f"{name}: {n - len(known):,} of {n:,} rows have no true label and are left out of "
        cautions.append(Caution("missing-truth", f"{told}the agreement with it."))
    decisions = tuple(
        dataclasses.replace(
            one, action="compared with", why="asked for with --truth", overrule="leave out --truth"
        )
        if isinstance(truth, str) and one.column == truth
        else one
        for one in features.decisions
    )
    return dataclasses.replace(
        features,
        decisions=decisions,
        described=(*features.described, Described(name, "category", labels, role="truth")),
        cautions=(*features.cautions, *cautions),
    )


def compare(
    frame: Any, k: int | None = None, truth: str | Sequence[Any] | None = None, **options: Any
) -> Told:
    """Put K-Means beside other methods on the same rows, and say which suits.

    Parameters
    ----------
    frame : data frame, path, mapping of columns, array (n, d)
        Any table of numbers.
    k : int, optional
        Clusters for every method that can be told a number. When not given, one is chosen for
        those that must be told; the others find their own.
    truth : str or sequence of n labels, optional
        True labels, or the column that holds them: compared with, never clustered on.
    **options
        Every option of ``covey compare`` under its name: ``features``, ``drop``, ``scale``,
        ``log``, ``missing``, ``where``, ``seed`` …

    Returns
    -------
    Told
        ``facts`` (a ``covey.evidence.Comparison``: labels, scores, seconds and memory of each
        method, agreement, verdict) and ``write(folder)`` for the files that the command writes.

    Raises
    ------
    OptionError
        There is no such option, or it has a value it cannot have.
    InputError
        The table cannot be used, or there is not one true label for each row.

    Examples
    --------
    >>> told = covey.compare("iris.csv", truth="species")  # doctest: +SKIP
    >>> told.facts.suits, told.facts.text  # doctest: +SKIP
    """
    recipe: Compare = Compare.of(k=k, truth=truth, **options)
    return recipe.run(frame)
