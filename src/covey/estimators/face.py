"""What KMeans and MiniBatchKMeans share: rows and weights in, labels and distances out."""

# ruff: noqa: ARG002 - scikit-learn's methods take y and ignore it

from __future__ import annotations

import inspect
import numbers
import warnings
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from covey import options
from covey.engine import passes
from covey.engine.distinct import n_distinct
from covey.engine.passes import Csr, Doubles, Floats, Labels, Rows
from covey.engine.seeding import Init
from covey.errors import InputError, OptionTypeError

_LABELS = 16_384  # looked at together
_check_array: Any = check_array  # untyped there; a type checker infers too little


class Face(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):
    """A fitted set of centers, as scikit-learn's users know it."""

    #: runs for n_init="auto" when the first centers are left to chance
    _auto_n_init: ClassVar[int] = 10

    n_clusters: int
    init: Any
    n_init: Any
    verbose: Any
    cluster_centers_: Floats
    labels_: Labels
    inertia_: float

    def fit(self, X: Any, y: object = None, sample_weight: ArrayLike | None = None) -> Any:
        """Fit centers to the rows; see the class that does it."""
        raise NotImplementedError

    def fit_predict(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, X: Any, y: object = None, sample_weight: ArrayLike | None = None
    ) -> Labels:
        """Fit centers to the rows and return the label of each.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones

        Returns
        -------
        labels : (n_samples,) int32
        """
        fitted = self.fit(X, sample_weight=sample_weight)
        return fitted.labels_ if hasattr(fitted, "labels_") else fitted.predict(X)

    def fit_transform(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, X: Any, y: object = None, sample_weight: ArrayLike | None = None
    ) -> Floats:
        """Fit centers to the rows and return the distances of each row to them.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones

        Returns
        -------
        distances : (n_samples, n_clusters), dtype of X
            Euclidean, in the units of X.
        """
        return self.fit(X, sample_weight=sample_weight)._distances(X)

    def predict(self, X: Any) -> Labels:
        """Return the label of the center nearest to each row; a tie goes to the lowest.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)

        Returns
        -------
        labels : (n_samples,) int32
        """
        rows, centers = self._alike(X)
        return passes.nearest(rows, centers)[0]

    def transform(self, X: Any) -> Floats:
        """Return the Euclidean distance of each row to each center.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)

        Returns
        -------
        distances : (n_samples, n_clusters), dtype of X
        """
        return self._distances(X)

    def score(self, X: Any, y: object = None, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the inertia of the rows: greater is better.

        Parameters
        ----------
        X : array-like or sparse, (n_samples, n_features)
        y : ignored
        sample_weight : array-like (n_samples,) >= 0, or None for ones
        """
        rows, centers = self._alike(X)
        weight = checked_weight(sample_weight, rows.shape[0])
        labels, _ = passes.nearest(rows, centers)
        return -float(passes.inertia(rows, centers, labels, weight).sum())

    # ------------------------------------------------------------ what the two classes call

    def _rows(self, X: Any, *, reset: bool) -> Rows:
        """Check X, keep or compare its feature names, and return what the passes take."""
        checked: Any = validate_data(
            self,
            X,
            reset=reset,
            accept_sparse="csr" if self.__sklearn_tags__().input_tags.sparse else False,
            dtype=dtypes(X),
            order="C",
        )
        # aligned: rows cut out of a packed record or a file's bytes may not be
        return Csr.of(checked) if sp.issparse(checked) else np.require(checked, None, "A")

    def _alike(self, X: Any) -> tuple[Rows, Floats]:
        """Return rows and centers in one dtype, the wider of the two."""
        check_is_fitted(self)
        rows = self._rows(X, reset=False)
        dtype = np.result_type(rows.dtype, self.cluster_centers_.dtype)
        if isinstance(rows, Csr) and rows.dtype != dtype:
            rows = Csr(rows.data.astype(dtype), rows.indices, rows.indptr, rows.n_columns)
        elif not isinstance(rows, Csr):
            rows = rows.astype(dtype, copy=False)
        return rows, np.ascontiguousarray(self.cluster_centers_, dtype=dtype)

    def _distances(self, X: Any) -> Floats:
        rows, centers = self._alike(X)
        return passes.distances(rows, centers)

    def _starts(self, X: Rows) -> tuple[Init, int]:
        """Return the first centers as the engine takes them, and how many starts to make."""
        init, n_init = self.init, self.n_init
        left_to_chance = callable(init) or (isinstance(init, str) and init == "random")
        if n_init == "auto":
            n_init = self._auto_n_init if left_to_chance else 1
        if isinstance(init, str):
            return init, int(n_init)
        if callable(init):
            return _seeder(init, X.dtype), int(n_init)
        if init is None or isinstance(init, numbers.Number):
            says = options.ESTIMATOR["init"].says()
            raise OptionTypeError(f"init must be {says}; got {init!r}")
        if n_init != 1:
            warnings.warn(
                f"Explicit initial center position passed: one start is made in "
                f"{type(self).__name__} instead of n_init={n_init}; set n_init=1 or 'auto'.",
                RuntimeWarning,
                stacklevel=3,
            )
        return _check_array(init, dtype=X.dtype, order="C", input_name="init"), 1

    def _warn_if_crowded(self, X: Rows, labels: Labels, weight: Doubles | None) -> None:
        """Warn when some cluster has no row, and say why."""
        seen = np.zeros(self.n_clusters, dtype=bool)
        for start in range(0, len(labels), _LABELS):  # the first few rows are of all, most often
            seen[labels[start : start + _LABELS]] = True
            if seen.all():
                return
        found = int(np.count_nonzero(seen))
        n = n_distinct(X, weight)
        noun = "distinct rows" if weight is None else "distinct rows of positive weight"
        if n < self.n_clusters:
            text = (
                f"n_clusters={self.n_clusters} but X has only {n} {noun}; "
                "lower n_clusters or pass more rows."
            )
        else:
            text = (
                f"n_clusters={self.n_clusters} but only {found} clusters have rows; "
                "raise max_iter or n_init, or lower n_clusters."
            )
        warnings.warn(text, ConvergenceWarning, stacklevel=3)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        assert tags.transformer_tags is not None
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def checked_weight(sample_weight: ArrayLike | None, n: int) -> Doubles | None:
    """Return sample weights (n,) as float64, or None for ones.

    Raises
    ------
    InputError
        When they are not one for each row, negative, or all zero.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, numbers.Real):
        sample_weight = np.full(n, float(sample_weight))
    weight: NDArray[np.float64] = _check_array(
        sample_weight, ensure_2d=False, allow_nd=True, dtype=np.float64, order="C",
        input_name="sample_weight",
    )  # fmt: skip
    if weight.shape != (n,):
        raise InputError(
            f"Sample weights must be 1D array or scalar: sample_weight.shape must be ({n},), one "
            f"weight for each row; got {weight.shape}; pass one weight for each row"
        )
    if (weight < 0).any():
        at = int(np.argmax(weight < 0))
        raise InputError(
            f"sample weights must be >= 0; got {weight[at]:g} at row {at}; "
            "drop such rows or give them weight 0"
        )
    if not weight.any():
        raise InputError(
            f"sample weights must not all be 0; got {n} zeros; give some row a positive weight"
        )
    return np.require(weight, None, "A")


def dtypes(X: Any) -> Any:
    """Return the dtypes that X may keep; anything else becomes the first of them.

    scikit-learn sees the dtype of arrays and of pandas' frames. Of other frames it does not,
    and would widen float32 columns.
    """
    kept = [np.float64, np.float32]
    if hasattr(X, "dtype") or hasattr(X, "iloc") or not hasattr(X, "schema"):
        return kept
    import narwhals as nw

    frame = nw.from_native(X, eager_only=True, pass_through=True)
    narrow = isinstance(frame, nw.DataFrame) and set(frame.schema.values()) == {nw.Float32()}
    return np.float32 if narrow else kept


def described(cls: type) -> type:
    """Write the Parameters section of a class from the one table of options."""
    lines = ["Parameters", "----------"]
    for parameter in inspect.signature(cls).parameters.values():
        option = options.ESTIMATOR[parameter.name]
        lines += [
            f"{parameter.name} : {option.says()}, default={parameter.default!r}",
            f"    {option.help}",
        ]
    text = "\n    ".join(lines)
    cls.__doc__ = (cls.__doc__ or "").replace("{parameters}", text)
    return cls


def _seeder(init: Any, dtype: np.dtype[Any]) -> Any:
    """Give scikit-learn's kind of callable what it expects: its X and a RandomState."""

    def seeder(X: Rows, n_clusters: int, rng: np.random.Generator) -> Floats:
        rows = X
        if isinstance(X, Csr):
            rows = sp.csr_matrix((X.data, X.indices, X.indptr), shape=X.shape)
        state = np.random.RandomState(rng.integers(2**32, dtype=np.uint32))
        centers = init(rows, n_clusters, random_state=state)
        centers = centers.toarray() if sp.issparse(centers) else centers
        return _check_array(centers, dtype=dtype, order="C", input_name="init")

    return seeder
