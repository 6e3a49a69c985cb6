"""Customer segmentation: a table of customers, or invoice lines, becomes named segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from covey.errors import OptionError
from covey.options import SEGMENT, option
from covey.recipes._recipe import OnProgress, TableRecipe, unheard

if TYPE_CHECKING:
    import numpy as np

    from covey.flow import Explanation, Features, Run
    from covey.recipes._result import Result

#: options that name the columns of invoice lines
LINES = ("invoice", "customer", "date", "quantity", "price")


@dataclass(frozen=True, kw_only=True)
class Segment(TableRecipe):
    """From a table of customers, or invoice lines, to segments that people can act on."""

    name: ClassVar[str] = "segment"
    heading: ClassVar[str] = "Customer segmentation"
    input: ClassVar[str] = "a table, one row per customer, or invoice lines"
    summary: ClassVar[str] = (
        "Turn customers, or invoice lines, into named segments: who they are, what they are "
        "worth, what to do."
    )
    examples: ClassVar[tuple[str, ...]] = (
        "covey segment customers.csv",
        "covey segment customers.csv -o segments --force",
        "covey segment customers.csv -k 3 --order-by spend --names Small,Medium,Large",
        "covey segment invoices.csv.gz --lines yes --where \"Country = 'France'\"",
        "covey segment customers.csv --features age,income --log none --json > report.json",
        "covey segment postgresql://localhost/shop --query 'select * from customers' -o out",
    )
    folder: ClassVar[str] = "segments"
    outputs: ClassVar[tuple[str, ...]] = (
        "segments.csv",
        "profile.csv",
        "report.html",
        "report.json",
        "model.covey",
    )

    k: int | None = option(SEGMENT, "k")
    names: Sequence[str] | None = option(SEGMENT, "names")
    order_by: str | None = option(SEGMENT, "order_by")
    features: Sequence[str] | None = option(SEGMENT, "features")
    drop: Sequence[str] | None = option(SEGMENT, "drop")
    id: str | None = option(SEGMENT, "id")
    scale: str = option(SEGMENT, "scale")
    log: Sequence[str] | None = option(SEGMENT, "log")
    missing: str = option(SEGMENT, "missing")
    categories: str = option(SEGMENT, "categories")
    where: str | None = option(SEGMENT, "where")
    invoice: str | None = option(SEGMENT, "invoice")
    customer: str | None = option(SEGMENT, "customer")
    date: str | None = option(SEGMENT, "date")
    quantity: str | None = option(SEGMENT, "quantity")
    price: str | None = option(SEGMENT, "price")
    lines: str = option(SEGMENT, "lines")
    playbook: str | None = option(SEGMENT, "playbook")
    n_init: int = option(SEGMENT, "n_init")
    seed: int = option(SEGMENT, "seed")
    title: str | None = option(SEGMENT, "title")

    def prepare(self, raw: Any) -> Features:
        """Read the table, make customers of invoice lines, and decide about each column."""
        from covey.features.customers import customers_from_invoices
        from covey.features.invoices import invoice_columns, told_if_lines
        from covey.features.table import table_features

        table, where = self.read(raw), self.where
        given = {part: getattr(self, part) for part in LINES if getattr(self, part) is not None}
        columns = invoice_columns(table, given, self.lines)
        if columns is not None:
            # a condition speaks of the columns that the reader knows: those of the lines
            table, where = table.where(where) if where else table, None
            table = customers_from_invoices(table, columns)
        else:
            table = told_if_lines(table, self.lines)
        return table_features(
            table,
            features=self.features,
            drop=self.drop,
            id=self.id,
            scale=self.scale,
            log=self.log,
            missing=self.missing,
            categories=self.categories,
            where=where,
            invoices=columns,
        )

    def fit(self, features: Features, on_progress: OnProgress = unheard) -> Run:
        """Run k-means for every K of the sweep, and keep the K given or chosen."""
        from covey.explain.choose_k import MOST_SEGMENTS, sweep
        from covey.explain.roles import is_buying, roles_of

        return sweep(
            features.X,
            given=self.k,
            rng=self._streams()[0],
            n_init=self.n_init,
            most=MOST_SEGMENTS,
            weight=features.weight,
            buying=is_buying(roles_of(features)),
            on_progress=on_progress,
            source=features.source.name,
        )

    def explain(
        self, features: Features, run: Run, on_progress: OnProgress = unheard
    ) -> Explanation:
        """Profile and name the segments, and say how sure they are."""
        from covey.explain.segments import explain_segments

        return explain_segments(
            features,
            run,
            rng=self._streams()[1],
            names=self.names,
            order_by=self.order_by,
            playbook=self.playbook,
            title=self.title,
            options=self.values(),
            seed=self.seed,
            n_init=self.n_init,
            on_progress=on_progress,
        )

    @classmethod
    def example(cls) -> Mapping[str, Any]:
        """Return 600 generated customers."""
        from covey.recipes.customers import customers

        return customers(600, seed=1)[0]

    def check(self) -> None:
        """Raise OptionError for a wrong option, or for two that do not go together."""
        super().check()
        if self.names is not None and self.k is None:
            raise OptionError(
                f"names must come with k, the number of segments; got {len(self.names)} names "
                f"and no k; pass k={len(self.names)}"
            )
        if self.names is not None and len(self.names) != self.k:
            raise OptionError(
                f"names must be one for each segment; got {len(self.names)} names "
                f"({', '.join(self.names)}) for k={self.k}"
            )
        if self.playbook is not None:
            from covey.explain.playbook import load_playbook

            load_playbook(self.playbook)

    def _streams(self) -> list[np.random.Generator]:
        """Return the random streams of the sweep and of the explanation."""
        from covey.random import children, generator

        return children(generator(self.seed), 2)


def segment(frame: Any, k: int | None = None, **options: Any) -> Result:
    """Find the segments of a table of customers, or of invoice lines.

    Parameters
    ----------
    frame : data frame, path, mapping of columns
        A pandas, Polars or PyArrow frame, the path or URL of a table, or columns by name: one
        row per customer, or one per invoice line.
    k : int, optional
        Number of segments; chosen by a sweep of K = 2 … 10 when not given (to 20 while the
        silhouette rises).
    **options
        Every option of ``covey segment`` under its name: ``names``, ``order_by``, ``features``,
        ``drop``, ``id``, ``scale``, ``log``, ``missing``, ``categories``, ``where``, ``seed`` …

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
    >>> result = covey.segment("customers.csv", k=5)  # doctest: +SKIP
    >>> result.segments  # doctest: +SKIP
    """
    recipe: Segment = Segment.of(k=k, **options)
    return recipe.run(frame)
