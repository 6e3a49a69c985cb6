"""Clusters of any table: what they are, what parts them, how sure; nothing about customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from covey.evidence_options import CLUSTER
from covey.options import option
from covey.recipes._evidence import EvidenceRecipe
from covey.recipes._recipe import OnProgress, unheard

if TYPE_CHECKING:
    from covey.flow import Explanation, Features, Run
    from covey.recipes._result import Result


@dataclass(frozen=True, kw_only=True)
class Cluster(EvidenceRecipe):
    """From any table of numbers to clusters, each described in the table's own units."""

    name: ClassVar[str] = "cluster"
    heading: ClassVar[str] = "Clusters"
    input: ClassVar[str] = "any table with columns of numbers"
    summary: ClassVar[str] = (
        "Find and explain the clusters of any table: profiles, rules, a tree, examples, how sure."
    )
    examples: ClassVar[tuple[str, ...]] = (
        "covey cluster measurements.csv",
        "covey cluster measurements.parquet -k 4 -o clusters --force",
        "covey cluster wine.csv --drop cultivar --json > wine.json",
    )
    folder: ClassVar[str] = "clusters"
    outputs: ClassVar[tuple[str, ...]] = (
        "segments.csv",
        "profile.csv",
        "report.html",
        "report.json",
        "model.covey",
    )

    k: int | None = option(CLUSTER, "k")
    order_by: str | None = option(CLUSTER, "order_by")
    n_init: int = option(CLUSTER, "n_init")

    def fit(self, features: Features, on_progress: OnProgress = unheard) -> Run:
        """Run k-means for every K of the sweep, and keep the K given or chosen."""
        from covey.explain.choose_k import sweep

        return sweep(
            features.X,
            given=self.k,
            rng=self.streams(2)[0],
            n_init=self.n_init,
            weight=features.weight,
            on_progress=on_progress,
            source=features.source.name,
        )

    def explain(
        self, features: Features, run: Run, on_progress: OnProgress = unheard
    ) -> Explanation:
        """Profile the clusters, and say how sure they are."""
        from covey.explain.segments import explain_segments

        return explain_segments(
            features,
            run,
            rng=self.streams(2)[1],
            order_by=self.order_by,
            title=self.title or f"Clusters of {features.source.name}",
            options=self.values(),
            seed=self.seed,
            n_init=self.n_init,
            buying=False,
            on_progress=on_progress,
        )

    def result(self, features: Features, run: Run, facts: Any, raw: Any) -> Result:
        """Return clusters, as frames of the kind given."""
        from covey.recipes._result import Result

        return Result(features, run, facts, raw)

    @classmethod
    def example(cls) -> Mapping[str, Any]:
        """Return 240 rows in three groups."""
        import numpy as np

        rng = np.random.default_rng(3)
        group = np.repeat(np.arange(3), 80)
        middles = np.array([[12.0, 3.5], [19.0, 2.0], [25.0, 4.5]])
        X = middles[group] + rng.normal(scale=(1.2, 0.35), size=(240, 2))
        return {"length": X[:, 0].round(2), "width": X[:, 1].round(3)}


def cluster(frame: Any, k: int | None = None, **options: Any) -> Result:
    """Find the clusters of any table, and explain them.

    Parameters
    ----------
    frame : data frame, path, array (n, d) or mapping of columns
    k : int, optional
        Number of clusters; chosen by a sweep when not given.
    **options
        Every option of ``covey cluster`` under its name: ``features``, ``drop``, ``id``,
        ``scale``, ``log``, ``missing``, ``categories``, ``where``, ``order_by``, ``seed`` …

    Returns
    -------
    Result
        ``segments`` and ``profile`` as frames of the kind given, ``explanation``, ``model``,
        ``write(folder)`` for the files that the command writes.

    Raises
    ------
    OptionError
        There is no such option, or it has a value it cannot have.
    InputError
        The table cannot be used: unreadable, empty, no numeric column, too few distinct rows.

    Examples
    --------
    >>> result = covey.cluster("measurements.csv")  # doctest: +SKIP
    >>> result.explanation.tree  # doctest: +SKIP
    """
    recipe: Cluster = Cluster.of(k=k, **options)
    return recipe.run(frame)
