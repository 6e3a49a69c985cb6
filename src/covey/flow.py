"""The nouns: what travels between the floors of the house. Read this first.

::

    raw ──prepare()──▶ Features ──fit()──▶ Run ──explain()──▶ Explanation ──render()──▶ Report

Each noun is frozen. Arrays are named with their shape: n rows, d features, k segments.
A unit is text in the reader's own terms (``"£"``, ``"days"``, ``"%"``), or empty when unknown.
Only facts travel: nothing here computes, reads or writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray

# ---------------------------------------------------------------- what was read, what was decided


@dataclass(frozen=True)
class Source:
    """Where the rows came from."""

    name: str  # file name, "standard input", "data frame", "postgresql://host/db"; no password
    format: str  # "CSV", "Parquet", "Excel", "pandas", …
    n_rows: int  # data rows found, before any cleaning
    n_columns: int
    details: Mapping[str, str] = field(default_factory=dict)  # {"delimiter": ";", "encoding": …}


@dataclass(frozen=True)
class Decision:
    """What was decided about one column, and how to overrule it."""

    column: str
    kind: str  # recognised as: "number", "text number", "date", "boolean", "category", …
    action: str  # "clustered on", "described", "row identifier", "left out"
    why: str  # one sentence: "every value is different, so it names the row"
    overrule: str  # the flag that changes it: "--features customer_id"
    details: Mapping[str, str] = field(default_factory=dict)  # {"log": "skewness 5.1 → 0.2", …}


@dataclass(frozen=True)
class CleaningStep:
    """One stated rule and the rows it touched; the log accounts for every input row."""

    rule: str  # "lines without a customer"
    action: str  # "read", "removed", "changed", "kept"
    n_rows: int
    why: str = ""
    n_left: int | None = None  # rows that remain after this step


@dataclass(frozen=True)
class Caution:
    """A fact about the data or the result that a reader must know before acting on it."""

    topic: str  # a short slug: "outliers", "weak-separation", "sampled-silhouette"
    text: str  # one or two plain sentences with the figures in them


# ---------------------------------------------------------------- Features


@dataclass(frozen=True)
class Feature:
    """One column of X."""

    name: str  # as the reader knows it
    column: str  # the input column it comes from
    unit: str = ""
    role: str = ""  # what it means to a shop: "spend", "frequency", "basket", "recency", … or ""
    transform: str = ""  # in words: "log(1 + x), standardised"
    whole: bool = False  # all values are whole numbers
    n_missing: int = 0


@dataclass(frozen=True)
class Described:
    """A column that is not clustered on but is told for each segment."""

    name: str
    kind: str  # "number" or "category"
    values: NDArray[Any]  # (n,) float64 with NaN for missing, or (n,) object of str | None
    unit: str = ""
    role: str = ""


class Preparation(Protocol):
    """How a table becomes X: fixed when fitted, applied unchanged to new rows."""

    def apply(self, table: Any) -> Features:
        """Prepare new rows; raises ColumnError naming a column that is missing."""
        ...

    def undo(self, X: NDArray[Any]) -> NDArray[Any]:
        """Return rows of X (m, d) in the reader's units (m, d)."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        ...


@dataclass(frozen=True)
class Features:
    """Rows ready for k-means, and the way back to the reader's units."""

    X: NDArray[Any]  # (n, d) float64, C order, finite: what k-means sees
    raw: NDArray[Any]  # (n, d) float64 in the reader's units; NaN where the value is missing
    columns: tuple[Feature, ...]  # d of them
    preparation: Preparation
    source: Source
    ids: NDArray[Any] | None = None  # (n,) object of str | int; None: rows are numbered from 1
    id_name: str = "row"
    described: tuple[Described, ...] = ()
    weight: NDArray[Any] | None = None  # (n,) float64 >= 0
    decisions: tuple[Decision, ...] = ()
    cleaning: tuple[CleaningStep, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The d feature names."""
        return tuple(feature.name for feature in self.columns)

    def with_role(self, role: str) -> tuple[int, ...]:
        """Return the indices of the features that play a role."""
        return tuple(j for j, feature in enumerate(self.columns) if feature.role == role)


# ---------------------------------------------------------------- engine


@dataclass(frozen=True)
class Partial:
    """What a pass says of some rows; ``engine.partial.merge`` folds several into one."""

    sums: NDArray[Any]  # (k, d) float64: Σ w x over the rows of each center
    weights: NDArray[Any]  # (k,) float64: Σ w
    inertia: float  # Σ w ‖x − c‖² to the centers the pass was given


@dataclass(frozen=True)
class Run:
    """One fitted k-means. ``labels`` are the argmin of ``centers``; ties go to the lowest index."""

    centers: NDArray[Any]  # (k, d), dtype of X
    labels: NDArray[Any]  # (n,) int32
    inertia: float  # Σ w ‖x − c‖², direct sum in double for these labels and centers
    n_iter: int
    converged: bool  # no label changed, or the centers moved by at most tol
    method: str = "dense"  # which pass did the work
    share_computed: float = 1.0  # distances computed / (n · k · passes)
    sweep: Sweep | None = None  # set when several K were tried


@dataclass(frozen=True)
class Step:
    """One iteration of a run, as it is told while the run goes on; ``Recorder`` keeps them."""

    n_iter: int  # from 1 in each start
    centers: NDArray[Any]  # (k, d): those that the rows were assigned to
    labels: NDArray[Any] | None  # (n,) whole numbers: the nearest center of each row
    inertia: float  # Σ w ‖x − c‖² for these labels and centers


@dataclass(frozen=True)
class Trace:
    """The steps of one run, from its first centers on."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class KScore:
    """How one K did."""

    k: int
    inertia: float
    explained: float  # 1 − inertia / inertia at K=1: share of the variation between segments
    silhouette: float  # mean over rows, −1 … 1; NaN at K=1
    silhouette_error: float = 0.0  # standard error when sampled, 0 when exact
    smallest: float = 0.0  # share of rows in the smallest segment


@dataclass(frozen=True)
class Sweep:
    """Several K side by side, the one picked, and the reason."""

    scores: tuple[KScore, ...]  # ascending K
    chosen: int
    given: bool  # True: the user gave K; the sweep is for comparison
    reason: str  # plain sentences with the figures
    row_silhouettes: NDArray[Any]  # (m,) float64 of the chosen K for `rows`
    rows: NDArray[Any]  # (m,) int: which rows; all n of them when exact
    row_numbers: NDArray[Any] | None = None  # (m,) int: number (1 … k) of each; set when explained
    doubt: str = ""  # why no K is natural; "" where one is


# ---------------------------------------------------------------- Explanation


@dataclass(frozen=True)
class Measure:
    """One feature (or described column) for one segment, in the reader's units."""

    name: str
    mean: float
    median: float
    population_mean: float
    population_median: float
    lift: float  # mean / population mean; NaN where a ratio misleads (sign change, mean near 0)
    difference: float  # (mean − population mean) / population standard deviation, signed
    rank: float  # percentile 0 … 100 of the segment's median among the population's values
    p25: float
    p75: float
    unit: str = ""
    role: str = ""
    clustered: bool = True  # False: a described column


@dataclass(frozen=True)
class Level:
    """A category whose share in a segment differs from its share in the population."""

    column: str
    value: str
    share: float  # 0 … 1, in the segment
    population_share: float
    lift: float


@dataclass(frozen=True)
class Name:
    """What a segment is called, and why."""

    text: str  # "VIP champions"
    action: str  # the recommended action, a sentence or two; empty for a descriptive name
    why: str  # "median spend higher than 93 % of customers, …"
    entry: str = ""  # playbook entry it came from; "" for descriptive or given names


@dataclass(frozen=True)
class Rule:
    """A rule that a person can apply to tell members of a segment."""

    text: str  # "total_spend ≥ 1,200 and recency_days < 30"; clauses joined by " or "
    precision: float  # of the rows that the rule matches, the share in the segment
    recall: float  # of the segment's rows, the share that the rule matches
    clauses: tuple[tuple[tuple[str, str, float], ...], ...] = ()  # OR of ANDs: (name, "<"|"≥", x)


@dataclass(frozen=True)
class TreeNode:
    """A node of the threshold tree: a question about one feature, or a segment."""

    n_rows: int  # that come here
    number: int | None = None  # of the segment that a leaf stands for; None: a question
    name: str = ""  # the feature asked about
    unit: str = ""
    threshold: float = 0.0  # rows below it go to ``below``, others to ``above``
    below: TreeNode | None = None
    above: TreeNode | None = None


@dataclass(frozen=True)
class Tree:
    """One tree of thresholds for all segments."""

    root: TreeNode
    fidelity: float  # share of rows that come to the leaf of their own segment
    price: float  # inertia of the leaves / inertia of the segments; 1: nothing is lost


@dataclass(frozen=True)
class Importance:
    """How much one feature tells the segments apart."""

    name: str
    share: float  # of the sum of squares between segments, 0 … 1; all features sum to 1
    parted: float  # share of its own variation that lies between segments, 0 … 1


@dataclass(frozen=True)
class Exemplar:
    """A row shown to the reader."""

    id: str
    values: tuple[float, ...]  # (d,) in the reader's units, NaN where missing
    distance: float  # to the segment's center, in prepared units
    note: str = ""


@dataclass(frozen=True)
class Segment:
    """Everything there is to say about one segment."""

    number: int  # 1 … k, the display order
    label: int  # 0 … k−1, its row in Run.centers
    name: Name
    n_rows: int
    share: float  # 0 … 1 of the rows
    revenue: float | None  # sum of the spend role, in its unit; None when there is no spend
    revenue_share: float | None
    center: tuple[float, ...]  # (d,) in the reader's units
    measures: tuple[Measure, ...]  # what sets it apart first (largest |difference|)
    levels: tuple[Level, ...]  # categories that stand out, strongest first
    rule: Rule
    exemplars: tuple[Exemplar, ...]
    silhouette: float  # mean of its rows
    spread: float  # root mean squared distance to the center, prepared units
    limit: float  # a row farther than this from the center fits no segment
    n_poor: int  # rows of this segment beyond the limit


@dataclass(frozen=True)
class Quality:
    """How sure: each figure with what it is measured against."""

    silhouette: float
    silhouette_error: float
    explained: float  # share of the variation between segments, 0 … 1
    baseline_explained: float  # the same for the baseline
    baseline: str  # what the baseline is: "5 equal bands of total_spend"
    stability: float  # mean adjusted Rand index between refits on random halves; 1 = always same
    n_refits: int
    rule_fidelity: float  # share of rows that the rules put in their own segment
    n_poor: int  # rows that fit no segment
    n_between: int  # rows nearly as close to a second segment
    verdict: str  # one sentence for a person: "clear", "fair" or "weak", and what follows from it


@dataclass(frozen=True)
class Map:
    """Points for the pictures; at most a few thousand rows, drawn evenly from the segments."""

    rows: NDArray[Any]  # (m,) int: which rows
    labels: NDArray[Any]  # (m,) int: number (1 … k) of the segment of each
    axes: tuple[str, str]  # the two features that matter most; the second is "" if there is one
    points: NDArray[Any]  # (m, 2) in the reader's units
    log_axes: tuple[bool, bool]  # the feature was logged; no value drawn is below 0
    pca: NDArray[Any]  # (m, 2) coordinates on the first two principal components
    pca_explained: tuple[float, float]  # share of the variance of each component
    pca_loadings: NDArray[Any]  # (2, d)
    pca_centers: NDArray[Any]  # (k, 2) in display order
    pca_ellipses: NDArray[Any]  # (k, 3): half axes and angle (radians) holding 80 % of the rows


@dataclass(frozen=True)
class Method:
    """What was done, so that it can be done again."""

    options: Mapping[str, Any]  # every option of the recipe and its value
    seed: int
    n_init: int
    n_iter: int
    inertia: float
    engine: str  # "dense Lloyd, float64"
    versions: Mapping[str, str]  # {"covey": …, "python": …, "numpy": …, "duckdb": …}


@dataclass(frozen=True)
class Explanation:
    """Facts about a segmentation, ready to be rendered in any form."""

    title: str
    source: Source
    n_rows: int
    row_noun: tuple[str, str]  # ("customer", "customers") or ("row", "rows")
    features: tuple[Feature, ...]
    segments: tuple[Segment, ...]  # display order
    population: tuple[Measure, ...]  # all rows, in the order of the columns (d, then described)
    unusual: tuple[Exemplar, ...]  # the rows that fit no segment worst of all
    quality: Quality
    sweep: Sweep
    map: Map
    heat: NDArray[Any]  # (k, d) Measure.difference of each segment, display order
    importance: tuple[Importance, ...]  # d of them, the strongest first
    tree: Tree
    decisions: tuple[Decision, ...]
    cleaning: tuple[CleaningStep, ...]
    cautions: tuple[Caution, ...]
    method: Method
    buying: bool  # True: the table is about buying, and names come from the playbook


@dataclass(frozen=True)
class Assignment:
    """Which segment each row belongs to, and how well it fits."""

    ids: NDArray[Any]  # (n,)
    id_name: str
    number: NDArray[Any]  # (n,) int, 1 … k
    name: NDArray[Any]  # (n,) object of str
    distance: NDArray[Any]  # (n,) float64 to the own center, prepared units
    fit: NDArray[Any]  # (n,) float64: 1 − own / second-nearest distance; 0 = on the border
    second: NDArray[Any]  # (n,) int: number of the next nearest segment; 0 when there is one only
    note: NDArray[Any]  # (n,) object of str: "", "between … and …; age missing", …


@dataclass(frozen=True)
class Report:
    """Files ready to be written: name → content. The same Explanation gives the same bytes."""

    files: Mapping[str, bytes]
