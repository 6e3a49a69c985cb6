"""Options of the commands that look for evidence; those of preparing a table are the same for all.

One table for each command, in the order in which its help tells them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from covey.constraints import Choice, Number, Other, Text
from covey.options import SEGMENT, Option

#: how a table becomes features, told once in ``options.SEGMENT``
PREPARING: Mapping[str, Option] = {
    name: SEGMENT[name]
    for name in ("features", "drop", "id", "scale", "log", "missing", "categories", "where")
}

#: of every command here
COMMON: Mapping[str, Option] = {name: SEGMENT[name] for name in ("seed", "title")}


class Span(Text):
    """Two whole numbers "2-12", the first and the last; one number stands for both."""

    def says(self) -> str:
        """Put the rule in words."""
        return f"a span such as '2-12', from 1 to {LARGEST_K}"

    def type_ok(self, value: Any) -> bool:
        """Tell whether the value is an integer or text."""
        return isinstance(value, str) or Number().type_ok(value)

    def value_ok(self, value: Any) -> bool:
        """Tell whether the ends are in order and within the bounds."""
        ends = ends_of(value)
        return ends is not None and 1 <= ends[0] <= ends[1] <= LARGEST_K

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        return ("12-2", "few", "2-", "1.5-3", "0-4", LARGEST_K + 1, 0)


def ends_of(value: str | int) -> tuple[int, int] | None:
    """Return the ends of ``"2-12"``, of ``"4"`` or of 4; None when it is no span.

    >>> ends_of("2-12"), ends_of(4), ends_of("two")
    ((2, 12), (4, 4), None)
    """
    found = re.fullmatch(r"(\d+)(?:\s*[-–…]\s*(\d+))?", str(value).strip())
    return (int(found[1]), int(found[2] or found[1])) if found else None


#: the largest K that a range may hold
LARGEST_K = 500


class RowsOrShare(Text):
    """A number of rows, or a share of them such as "5%"."""

    def says(self) -> str:
        """Put the rule in words."""
        return "a number of rows >= 1, or a share such as '5%', above 0 and below 100 %"

    def type_ok(self, value: Any) -> bool:
        """Tell whether the value is an integer or text."""
        return isinstance(value, str) or Number().type_ok(value)

    def value_ok(self, value: Any) -> bool:
        """Tell whether there is at least one row, and not all of them."""
        return rows_of(value, 100) is not None

    def bad_values(self) -> tuple[Any, ...]:
        """Return values that must be refused."""
        return ("many", "0%", "100%", "-5%", 0, -3)


def rows_of(value: str | int, n: int) -> int | None:
    """Return the rows of n that ``"5%"``, ``"40"`` or a number stands for; None when it is none.

    >>> rows_of("5%", 990), rows_of(40, 990), rows_of("40", 990), rows_of("0%", 990)
    (50, 40, 40, None)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", str(value).strip())
    if not found:
        return None
    number = float(found[1])
    if found[2]:
        return math.ceil(number / 100 * n) if 0 < number < 100 else None
    return int(number) if number >= 1 and number == int(number) else None


#: of ``covey choose-k``
CHOOSE_K: Mapping[str, Option] = {
    "k": Option(
        "k",
        None,
        (Number(low=1),),
        "Number of groups fixed by purpose; the verdict says what it costs.",
        flag="-k",
    ),
    "k_range": Option(
        "k_range",
        None,
        (Span(),),
        "Numbers of groups to try, such as 2-12; when not given, 1 … 10, and on while more groups "
        "seem to be there, to 50 at most.",
        flag="--range",
        metavar="FROM-TO",
    ),
    "min_size": Option(
        "min_size",
        None,
        (RowsOrShare(),),
        "Least size of a group worth having: a number of rows, or a share such as 5%.",
        metavar="ROWS|SHARE",
    ),
    "max_segments": Option(
        "max_segments",
        None,
        (Number(low=1),),
        "Most groups that can be acted on; the verdict says what that costs.",
    ),
    "beside": Option(
        "beside",
        None,
        (Choice(("auto", "standard", "none")),),
        "A second scaling of the same table, put beside that of --scale: the two are never ranked "
        "by silhouette.",
    ),
    "n_init": SEGMENT["n_init"],
}

#: of ``covey compare``
COMPARE: Mapping[str, Option] = {
    "k": Option(
        "k",
        None,
        (Number(low=1),),
        "Number of clusters, for every method that can be told one; when not given, one is chosen "
        "as covey segment does for those that must be told, and the others find their own.",
        flag="-k",
    ),
    "truth": Option(
        "truth",
        None,
        (Text(), Other("an array of labels, one for each row")),
        "Column of true labels to compare with; no method sees it.",
        metavar="COLUMN",
    ),
}

#: of ``covey cluster``
CLUSTER: Mapping[str, Option] = {name: SEGMENT[name] for name in ("k", "order_by", "n_init")}

#: of ``covey watch``
WATCH: Mapping[str, Option] = {
    "k": Option(
        "k",
        None,
        (Number(low=1, high=100),),
        "Number of centers to watch; when not given, one is chosen as covey segment does.",
        flag="-k",
    ),
    "init": Option(
        "init",
        "k-means++",
        (
            Choice(("k-means++", "random")),
            Other("an array of shape (k, n_features) in the units of the table"),
        ),
        "First centers of the run to follow: by k-means++ (the best of several starts), or random "
        "rows (the worst of several starts). The other kind is shown beside it.",
    ),
    "steps": Option(
        "steps",
        40,
        (Number(low=2, high=300),),
        "Most steps that are drawn of a run; of a longer one its first half so many, the last, and "
        "some between.",
    ),
}

#: of ``covey diagnose``
DIAGNOSE: Mapping[str, Option] = {
    "k": Option(
        "k",
        None,
        (Number(low=1),),
        "Number of clusters of the k-means that is diagnosed; when not given, one is chosen as "
        "covey segment does.",
        flag="-k",
    ),
    "labels": Option(
        "labels",
        None,
        (Text(), Other("an array of labels, one for each row")),
        "Column of clusters that you have already, to diagnose in place of k-means run here; never "
        "clustered on.",
        metavar="COLUMN",
    ),
}
