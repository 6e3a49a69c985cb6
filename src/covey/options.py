"""Every option: its default, the rule its value must follow, its help. Described once, here.

From this table come the checks and their messages, the command-line flags, the generated bad
values that the contract tests try, and the option pages of the documentation. Names are
scikit-learn's wherever scikit-learn has the idea.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from covey.constraints import Choice, Flag, Number, Other, Rule, Text, Texts
from covey.errors import OptionError, OptionTypeError, nearest


@dataclass(frozen=True)
class Option:
    """One option. Any one of its rules may hold; None where it is the default or ``none_ok``."""

    name: str
    default: Any
    rules: tuple[Rule, ...]
    help: str
    flag: str = ""  # "-k/--n-clusters"; made from the name when empty
    metavar: str = ""
    none_ok: bool = False

    def says(self) -> str:
        """Put what must hold in words."""
        words = [rule.says() for rule in self.rules]
        return " or ".join([*words, "None"] if self.default is None or self.none_ok else words)

    def check(self, value: Any) -> None:
        """Raise OptionError or OptionTypeError unless the value is one this option can have."""
        if value is None and (self.default is None or self.none_ok):
            return
        typed = [rule for rule in self.rules if rule.type_ok(value)]
        if any(rule.value_ok(value) for rule in typed):
            return
        error = OptionError if typed else OptionTypeError
        hint = ""
        for rule in self.rules:
            if isinstance(rule, Choice) and isinstance(value, str):
                hint = nearest(value, rule.words)
        raise error(f"{self.name} must be {self.says()}; got {value!r}.{hint}")


# ---------------------------------------------------------------- the table

_POSITIVE = Number(low=1)


def _column(name: str, told: str) -> Option:
    return Option(name, None, (Text(),), told, metavar="COLUMN")


def _columns(name: str, told: str) -> Option:
    return Option(name, None, (Texts(),), told, metavar="COLUMN,…")


def _table(*options: Option) -> Mapping[str, Option]:
    return {option.name: option for option in options}


#: options of the estimators, under scikit-learn's names and defaults
ESTIMATOR: Mapping[str, Option] = _table(
    Option("n_clusters", 8, (_POSITIVE,), "Number of clusters, and of centers."),
    Option(
        "init",
        "k-means++",
        (
            Choice(("k-means++", "random")),
            Other("an array of shape (n_clusters, n_features) or a callable"),
        ),
        "How to choose the first centers: greedy k-means++, random rows, given centers, or a "
        "callable (X, n_clusters, random_state) -> centers.",
    ),
    Option(
        "n_init",
        "auto",
        (Choice(("auto",)), _POSITIVE),
        "Number of runs from different first centers; the one of least inertia is kept. 'auto' "
        "means 1 for k-means++ and given centers, 10 for random or a callable; 3 for all three in "
        "mini-batches, where they are runs on the first batch; 4 for each split in "
        "BisectingKMeans, and for k-means++ in TrimmedKMeans.",
    ),
    Option(
        "max_iter",
        300,
        (_POSITIVE,),
        "Most iterations of one run; of MiniBatchKMeans (100 when not given), most passes over "
        "the data that its passes over batches may amount to.",
    ),
    Option(
        "tol",
        1e-4,
        (Number(whole=False, low=0),),
        "A run has converged when the squared movement of all centers is at most tol times the "
        "mean variance of the features; MiniBatchKMeans, only when it is above its default of 0, "
        "also ends when doubling the batch moves them no further.",
    ),
    Option("verbose", 0, (Number(low=0), Flag()), "Print the inertia of each iteration."),
    Option(
        "random_state",
        None,
        (Other("an integer >= 0, a numpy Generator or a RandomState"),),
        "Seed of the random choices; an integer makes the run reproducible.",
    ),
    Option(
        "copy_x",
        True,
        (Flag(),),
        "Accepted for compatibility; the data given are never changed.",
    ),
    Option(
        "algorithm",
        "lloyd",
        (Choice(("lloyd", "elkan")),),
        "Accepted for compatibility: both give Lloyd's result exactly.",
    ),
    Option(
        "batch_size",
        1024,
        (_POSITIVE,),
        "Rows of the first mini-batch; it has at least 4096, and at "
        "least 20 for each cluster, where there are so many.",
    ),
    Option(
        "quality",
        "default",
        (Choice(("fast", "default", "best")),),
        "How hard to look for less inertia. 'fast': n_init starts, as scikit-learn. 'default': "
        "where the start is left to Covey (init='k-means++', n_init='auto', dense X), a short "
        "search by breathing and single moves of rows; elsewhere as 'fast'. 'best': the fit that "
        "'fast' makes, then a search by a population of optima, within time_budget. Where rows "
        "are many, a search tries its centers on a weighted sample of them; iterations over all "
        "rows then judge each attempt and make the result.",
    ),
    Option(
        "time_budget",
        10.0,
        (Number(whole=False, low=0),),
        "Seconds after which quality='best' begins nothing new (its first fit is always made); "
        "None: no bound. It ends sooner when nothing better has been found for long. A seed "
        "decides the result as long as it is not the budget that ends the search.",
        none_ok=True,
    ),
    Option(
        "on_progress",
        None,
        (Other("a callable (text, share)"),),
        "Called as quality='best' searches, with how far it is in words and as a share, 0 … 1.",
    ),
    Option("compute_labels", True, (Flag(),), "Compute labels and inertia of all rows at the end."),
    Option(
        "max_no_improvement",
        10,
        (Number(low=0),),
        "None: the batches double until they have all rows. A number, whichever: they end when a "
        "doubling improves the inertia of its rows by less than 0.1 %.",
        none_ok=True,
    ),
    Option(
        "init_size",
        None,
        (_POSITIVE,),
        "Least rows of the first mini-batch, of which the first centers are chosen; None: as "
        "batch_size says.",
    ),
    Option(
        "reassignment_ratio",
        0.01,
        (Number(whole=False, low=0),),
        "In partial_fit, centers that got fewer than this share of the most frequent center's "
        "rows move to rows of the batch, where that pays.",
    ),
    Option(
        "bisecting_strategy",
        "biggest_inertia",
        (Choice(("biggest_inertia", "largest_cluster")),),
        "Which cluster to split next: the one of most inertia, or of most rows (by weight).",
    ),
    Option(
        "size_min",
        None,
        (Number(low=0),),
        "Least number of rows of a cluster; None: one, for no cluster is ever empty.",
    ),
    Option("size_max", None, (_POSITIVE,), "Greatest number of rows of a cluster; None: all."),
    Option(
        "trim",
        0.1,
        (Number(whole=False, low=0, high=1, open_high=True),),
        "Share of the rows to leave out: those farthest from their centers.",
    ),
)

#: options of `covey segment`, its recipe and `covey.segment`
SEGMENT: Mapping[str, Option] = _table(
    Option(
        "k",
        None,
        (_POSITIVE,),
        "Number of segments; chosen by a sweep of K = 2 … 10 when not given (to 20 while the "
        "silhouette rises).",
        flag="-k",
    ),
    Option(
        "names",
        None,
        (Texts(),),
        "Names of the segments, from the smallest to the largest by order_by (by spend or size "
        "else); needs k.",
    ),
    _column(
        "order_by",
        "Column or role (spend, frequency, …) whose mean orders the segments, smallest first.",
    ),
    _columns("features", "Cluster on these columns and no others."),
    _columns("drop", "Leave these columns out altogether."),
    _column("id", "Column that names the row; never clustered on."),
    Option(
        "scale",
        "auto",
        (Choice(("auto", "standard", "none")),),
        "Standardise each feature ('standard'), leave them as they are ('none'), or standardise "
        "unless all share one unit and scale ('auto').",
    ),
    _columns(
        "log",
        "Columns to log, or 'none', or 'all'; when not given, heavy tails are logged where that "
        "makes the feature less skewed.",
    ),
    Option(
        "missing",
        "auto",
        (Choice(("auto", "median", "zero", "drop")),),
        "Missing values: fill with the median or zero, or drop the rows; 'auto' fills with the "
        "median and leaves out columns that are mostly missing.",
    ),
    Option(
        "categories",
        "describe",
        (Choice(("describe", "cluster", "drop")),),
        "Text categories and yes/no columns: tell them for each segment ('describe'), cluster on "
        "them too, one-hot ('cluster'), or leave them out ('drop').",
    ),
    Option(
        "where",
        None,
        (Text(),),
        "Keep only the rows for which this SQL condition holds, such as \"country = 'UK'\".",
        metavar="SQL",
    ),
    _column("invoice", "Invoice lines: the column of the invoice number."),
    _column("customer", "Invoice lines: the column of the customer."),
    _column("date", "Invoice lines: the column of the invoice date."),
    _column("quantity", "Invoice lines: the column of the quantity."),
    _column("price", "Invoice lines: the column of the unit price."),
    Option(
        "lines",
        "auto",
        (Choice(("auto", "yes", "no")),),
        "Whether the rows are invoice lines to be turned into customers; 'auto' looks at the "
        "columns.",
    ),
    Option(
        "playbook",
        None,
        (Text(),),
        "TOML file of names and actions; the built-in one, which covey playbook prints, else.",
        metavar="FILE",
    ),
    Option("n_init", 4, (_POSITIVE,), "Runs from different first centers for each K."),
    Option("seed", 0, (Number(low=0, high=2**32 - 1),), "Seed of the random choices."),
    Option("title", None, (Text(),), "Title of the report; made from the file name else."),
)

#: options that say how to read a table
READING: Mapping[str, Option] = _table(
    Option(
        "format",
        None,
        (Choice(("csv", "parquet", "excel", "json", "sqlite", "duckdb")),),
        "Format of the input; found out from its name and first bytes when not given.",
    ),
    Option(
        "delimiter",
        None,
        (Text(), Choice(("\t", " "))),
        "Delimiter of a CSV file: one character, or comma, semicolon, tab, bar, space, or "
        "whitespace for any run of spaces; found out when not given.",
    ),
    Option("encoding", None, (Text(),), "Encoding of a CSV file, such as utf-8 or cp1252."),
    Option("decimal", None, (Choice((".", ",")),), "Decimal sign of numbers written as text."),
    Option(
        "header",
        "auto",
        (Choice(("auto", "yes", "no")),),
        "Whether the first line of a CSV or Excel file names the columns; 'auto' looks at it.",
    ),
    Option("sheet", None, (Text(),), "Sheet of an Excel file; the first one else."),
    Option(
        "table",
        None,
        (Text(),),
        "Table of a PostgreSQL server, or of an SQLite or DuckDB file that has several.",
    ),
    Option("query", None, (Text(),), "SELECT to run on PostgreSQL, or an SQLite or DuckDB file."),
)

#: options of `covey.metrics`
SCORES: Mapping[str, Option] = _table(
    Option(
        "method",
        "exact",
        (Choice(("exact", "squared", "simplified")),),
        "Silhouettes by Euclidean distances to rows, by their squares, or by distances to the "
        "clusters' means.",
    ),
    Option(
        "sample_size",
        None,
        (_POSITIVE,),
        "About how many rows to score, each against all rows; of each cluster its share, and two "
        "at least.",
    ),
    ESTIMATOR["random_state"],
    Option("return_error", False, (Flag(),), "Return the mean and its standard error."),
)


def option(table: Mapping[str, Option], name: str) -> Any:
    """Make a dataclass field from an option: its default, and the option in the metadata."""
    entry = table[name]
    return dataclasses.field(default=entry.default, metadata={"option": entry})


def check(table: Mapping[str, Option], values: Mapping[str, Any], skip: Iterable[str] = ()) -> None:
    """Check each value against the option of its name; the first that fails raises."""
    skipped = set(skip)
    for name, value in values.items():
        if name in table and name not in skipped:
            table[name].check(value)
