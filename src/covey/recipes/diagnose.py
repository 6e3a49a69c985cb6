"""Diagnosis of k-means: is it the right tool for this table, and what to do if not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from covey.errors import InputError, OptionError
from covey.evidence_options import DIAGNOSE
from covey.options import option
from covey.recipes._evidence import GIVEN, EvidenceRecipe, Told
from covey.recipes._recipe import OnProgress, unheard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from covey.evidence import Diagnosis
    from covey.flow import Features, Run

#: the role of the described column that carries labels
ROLE = "labels"


@dataclass(frozen=True, kw_only=True)
class Diagnose(EvidenceRecipe):
    """From a table to whether k-means is the right tool for it."""

    name: ClassVar[str] = "diagnose"
    heading: ClassVar[str] = "Is k-means right here?"
    input: ClassVar[str] = "a table of numbers, one row per thing to group"
    summary: ClassVar[str] = (
        "Say whether k-means is the right tool for a table: shapes, gaps, outliers, scales, sizes, "
        "and what to do about each."
    )
    examples: ClassVar[tuple[str, ...]] = (
        "covey diagnose customers.csv",
        "covey diagnose customers.csv -k 4 --features age,income",
        "covey diagnose wine.csv --scale none",
        "covey diagnose clustered.csv --labels cluster --json > diagnosis.json",
    )
    folder: ClassVar[str] = "diagnosis"
    outputs: ClassVar[tuple[str, ...]] = ("report.html", "report.json", "findings.csv")

    k: int | None = option(DIAGNOSE, "k")
    labels: str | Sequence[Any] | None = option(DIAGNOSE, "labels")

    def check(self) -> None:
        """Raise OptionError for a wrong option, or for two that do not go together."""
        super().check()
        if self.labels is not None and self.k is not None:
            raise OptionError(
                f"k must be left out when labels are given, for they are not fitted again; got "
                f"k={self.k}; leave out one of them"
            )
        if isinstance(self.labels, str) and self.labels in (self.features or ()):
            raise OptionError(
                f"labels must be a column that is not clustered on; got {self.labels!r}, which is "
                "among features too; take it out of one"
            )

    def values(self) -> dict[str, Any]:
        """Return every option and its value; labels given as an array are not told one by one."""
        found = super().values()
        given = self.labels is not None and not isinstance(self.labels, str)
        return {**found, "labels": GIVEN} if given else found

    def prepare(self, raw: Any) -> Features:
        """Read the table and decide about each column; labels travel as a described one."""
        import dataclasses

        from covey.flow import Described

        if self.labels is None:
            return self.prepared(raw)
        features, labels = self.prepared_beside(raw, self.labels, "labels")
        name = self.labels if isinstance(self.labels, str) else GIVEN
        _refuse_labels(labels, name)
        carried = Described(name, "category", labels, role=ROLE)
        return dataclasses.replace(features, described=(*features.described, carried))

    def fit(self, features: Features, on_progress: OnProgress = unheard) -> Run:
        """Run k-means, for K given or chosen; or take the labels given as they are."""
        from covey.explain.choose_k import sweep

        given = next((one for one in features.described if one.role == ROLE), None)
        if given is not None:
            return _run_of(features, given.values)
        return sweep(
            features.X,
            given=self.k,
            rng=self.streams(2)[0],
            on_progress=lambda text, share: on_progress(text, 0.8 * share),
            source=features.source.name,
        )

    def explain(self, features: Features, run: Run, on_progress: OnProgress = unheard) -> Diagnosis:
        """Look at the clusters with other eyes."""
        from covey.explain.diagnosing import diagnose

        on_progress("Looking with other eyes", 0.8)
        reason = "So many labels were given." if run.sweep is None else run.sweep.reason
        return diagnose(
            features,
            run.labels,
            len(run.centers),
            about=self.about(features, self.heading),
            rng=self.streams(2)[1],
            reason=reason,
            sweep=run.sweep,
        )

    def result(self, features: Features, run: Run, facts: Diagnosis, raw: Any) -> Told:  # noqa: ARG002
        """Return the facts with their page and their data."""
        from covey.report.evidence import diagnose

        return Told(facts, diagnose.files, diagnose.summary)

    @classmethod
    def example(cls) -> Mapping[str, Any]:
        """Return 160 rows in two crescents, one inside the other's bend."""
        import numpy as np

        rng = np.random.default_rng(2)
        angle, side = rng.uniform(0, np.pi, 160), np.arange(160) % 2
        across = np.where(side == 0, np.cos(angle), 1 - np.cos(angle))
        up = np.where(side == 0, np.sin(angle), 0.5 - np.sin(angle))
        noise = rng.normal(scale=0.06, size=(2, 160))
        return {"across": (across + noise[0]).round(3), "up": (up + noise[1]).round(3)}


def _refuse_labels(labels: NDArray[np.object_], name: str) -> None:
    """Raise where labels do not part the rows into clusters."""
    n = len(labels)
    missing = sum(one is None for one in labels.tolist())
    if missing:
        raise InputError(
            f"labels must have a value in every row; {missing:,} of {n:,} have none ({name}); keep "
            f"the others with --where or fill them"
        )
    different = len(set(labels.tolist()))
    if different < 2:
        raise InputError(
            f"labels must have at least 2 different values; got only {labels[0]!r} in {n:,} rows "
            f"({name}); leave them out, and k-means is run here"
        )
    if different > max(n / 2, 2):
        raise InputError(
            f"labels must name clusters of several rows; got {different:,} different ones in "
            f"{n:,} rows ({name}); pass the column of the clusters"
        )


def _run_of(features: Features, texts: NDArray[Any]) -> Run:
    """Return labels given as a run: their means are the centers."""
    import numpy as np

    from covey.engine import passes
    from covey.flow import Run

    _, found = np.unique(texts.astype(str), return_inverse=True)
    labels, k = found.astype(np.int32), int(found.max()) + 1
    sums, counts = passes.label_sums(features.X, labels, k)
    centers = sums / counts[:, None]
    inertia = float(passes.inertia(features.X, centers, labels, None).sum())
    return Run(centers, labels, inertia, n_iter=0, converged=False, method="given")


def diagnose(
    frame: Any, k: int | None = None, labels: str | Sequence[Any] | None = None, **options: Any
) -> Told:
    """Say whether k-means is the right tool for a table, and what to do if not.

    Parameters
    ----------
    frame : data frame, path, mapping of columns, array (n, d)
        Any table of numbers.
    k : int, optional
        Clusters; chosen by a sweep when not given.
    labels : str or sequence of n labels, optional
        Clusters that you have already, or the column that holds them: diagnosed as they are.
    **options
        Every option of ``covey diagnose`` under its name: ``features``, ``drop``, ``scale``,
        ``log``, ``missing``, ``where``, ``seed`` …

    Returns
    -------
    Told
        ``facts`` (a ``covey.evidence.Diagnosis``: verdict, findings, everything looked at) and
        ``write(folder)`` for the files that the command writes.

    Raises
    ------
    OptionError
        There is no such option, or it has a value it cannot have.
    InputError
        The table cannot be used, or labels do not part its rows.

    Examples
    --------
    >>> told = covey.diagnose("wine.csv", scale="none")  # doctest: +SKIP
    >>> [finding.seen for finding in told.facts.findings]  # doctest: +SKIP
    """
    recipe: Diagnose = Diagnose.of(k=k, labels=labels, **options)
    return recipe.run(frame)
