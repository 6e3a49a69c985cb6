"""``covey.explain``: what there is to say about clusters that any method or library has found."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

from covey.errors import InputError, OptionError
from covey.evidence_options import COMMON, PREPARING
from covey.flow import Assignment, Caution
from covey.options import READING
from covey.options import check as check_options
from covey.recipes._result import Result

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from covey.flow import Features

#: labels that stand for rows of no cluster
NOISE = ("-1", "noise", "")


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Explained(Result):
    """Clusters explained: profile, rules, tree, exemplars, importance; fit of every row."""

    @functools.cached_property
    def assignment(self) -> Assignment:
        """The cluster of each row as it was given, how well it fits, and its second choice."""
        import numpy as np

        from covey.explain.fit import assign

        segments = self.explanation.segments
        return assign(
            self.features.X,
            self.run.centers,
            [segment.name.text for segment in segments],
            np.array([segment.limit for segment in segments]),
            self.features.ids,
            self.features.id_name,
            labels=self.run.labels,
        )


def explain(X: Any, model_or_labels: Any, *, names: Any = None, **options: Any) -> Explained:
    """Explain clusters that any method or library has found.

    Parameters
    ----------
    X : array (n, d), data frame, mapping of columns or path
        The rows. Columns that are not numbers are told for each cluster.
    model_or_labels : fitted estimator, covey.Model, array-like (n,) or str
        Whatever says which cluster a row is in: an estimator with ``labels_`` or ``predict`` (it
        gets X as it is), a model that ``covey.load`` has read, one label for each row, or the name
        of a column of X. Rows labeled −1, "noise" or not at all belong to no cluster and are left
        out.
    names : sequence of str, optional
        What to call the clusters, in the order of their sorted labels.
    **options
        Those of ``covey cluster`` that say how a table is read and prepared, ``title`` and
        ``seed``. ``scale`` is "none" for an estimator that has ``cluster_centers_``, because its
        distances are those of X as it is.

    Returns
    -------
    Explained
        ``explanation`` with the profile, rule and typical rows of each cluster, the importance of
        each feature, and one threshold tree for all with its fidelity and price; ``segments``,
        a frame with the fit and the second choice of every row; ``write(folder)`` for the report.

    Raises
    ------
    InputError
        The rows cannot be used, or there is not one label for each.
    OptionError
        There is no such option, or it has a value it cannot have.

    Examples
    --------
    >>> from sklearn.cluster import AgglomerativeClustering
    >>> found = covey.explain(frame, AgglomerativeClustering(3).fit(frame))  # doctest: +SKIP
    >>> found.explanation.tree.fidelity  # doctest: +SKIP
    """
    from covey.explain.given_labels import run_of
    from covey.explain.segments import explain_segments
    from covey.model import Model
    from covey.random import children, generator

    _check(options)
    seed = options.pop("seed", 0)
    title = options.pop("title", None)
    if isinstance(model_or_labels, Model):
        features = model_or_labels.prepare(X, **options)
        labels = model_or_labels.place(features).name
        names = [name.text for name in model_or_labels.names] if names is None else names
        order = [name.text for name in model_or_labels.names]
    else:
        features, labels = _prepared(X, model_or_labels, options)
        order = None
    features, numbers, called = _numbered(features, labels, order)
    if names is not None and len(names) != len(called):
        raise OptionError(
            f"names must be one for each of the {len(called)} labels ({', '.join(called[:8])}); "
            f"got {len(names)}"
        )
    judging, explaining = children(generator(seed), 2)
    run = run_of(features.X, numbers, len(called), rng=judging)
    explanation = explain_segments(
        features,
        run,
        rng=explaining,
        title=title or f"Clusters of {features.source.name}",
        labels=list(names) if names is not None else called,
        seed=seed,
        buying=False,
    )
    return Explained(features, run, explanation, X)


def _check(options: dict[str, Any]) -> None:
    known = {**PREPARING, **READING, **COMMON}
    for name in options:
        if name not in known:
            from covey.errors import OptionTypeError, nearest

            raise OptionTypeError(
                f"explain must be given options that it has; got {name}={options[name]!r}."
                f"{nearest(name, known)}"
            )
    check_options(known, options)


def _prepared(X: Any, given: Any, options: dict[str, Any]) -> tuple[Features, NDArray[Any]]:
    """Read and prepare the rows; return them with their labels as text."""
    from covey.features.labels import labels_kept, labels_of
    from covey.features.reading import read_table
    from covey.features.table import table_features

    if not isinstance(given, str) and (hasattr(given, "labels_") or hasattr(given, "predict")):
        if hasattr(given, "cluster_centers_"):
            options = {"scale": "none", "log": ("none",), **options}
        given = _labels_by(given, X)
    reading = {name: value for name, value in options.items() if name in READING}
    preparing = {name: value for name, value in options.items() if name in PREPARING}
    table = read_table(X, **reading)
    n_read = table.n_rows
    where = preparing.pop("where", None)
    table = table.where(where) if where else table
    labels = labels_of(table, given, "labels", n_read)
    if isinstance(given, str):
        preparing["drop"] = (*(preparing.get("drop") or ()), given)
    features = table_features(table, **preparing)
    return features, labels_kept(features, table, labels)


def _labels_by(model: Any, X: Any) -> Any:
    """Return the labels of a fitted estimator; of its own rows where it cannot predict."""
    if hasattr(model, "predict"):
        try:
            return model.predict(X)
        except (ValueError, TypeError, AttributeError) as error:
            if not hasattr(model, "labels_"):
                raise InputError(
                    f"the model must be fitted and able to predict these rows; got {error}"
                ) from error
    return model.labels_


def _numbered(
    features: Features, labels: NDArray[Any], order: list[str] | None
) -> tuple[Features, NDArray[np.int32], list[str]]:
    """Return the rows that have a cluster, the number of each from 0, and what these are called."""
    import numpy as np

    texts = labels.tolist()
    inside = np.array([text is not None and text.strip().casefold() not in NOISE for text in texts])
    if not inside.any():
        raise InputError(
            f"labels must put at least one row in a cluster; all {len(texts):,} rows are noise or "
            "have no label"
        )
    texts = [text for text, kept in zip(texts, inside, strict=True) if kept]
    known = set(texts)
    called = [text for text in order or _sorted(known) if text in known]
    codes = {text: code for code, text in enumerate(called)}
    numbers = np.array([codes[text] for text in texts], dtype=np.int32)
    return _inside(features, inside), numbers, called


def _sorted(labels: set[str]) -> list[str]:
    """Sort labels as numbers where all are, else as text."""
    try:
        return sorted(labels, key=float)
    except ValueError:
        return sorted(labels)


def _inside(features: Features, inside: NDArray[np.bool_]) -> Features:
    """Return the features of the rows that have a cluster, and say how many have none."""
    import numpy as np

    n, n_out = len(inside), int(np.count_nonzero(~inside))
    if not n_out:
        return features
    ids = np.arange(1, n + 1) if features.ids is None else features.ids
    caution = Caution(
        "noise", f"{n_out:,} of {n:,} rows belong to no cluster (noise) and are left out here."
    )
    return dataclasses.replace(
        features,
        X=np.ascontiguousarray(features.X[inside]),
        raw=np.ascontiguousarray(features.raw[inside]),
        ids=ids[inside],
        described=tuple(
            dataclasses.replace(one, values=one.values[inside]) for one in features.described
        ),
        weight=None if features.weight is None else features.weight[inside],
        cautions=(*features.cautions, caution),
    )
