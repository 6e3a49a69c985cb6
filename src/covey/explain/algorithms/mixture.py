"""Gaussian mixtures: overlapping bells, their number and shape by BIC, soft membership."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from covey.engine import passes
from covey.engine.best import fit_best
from covey.explain.algorithms.method import Doubles, Found, Task
from covey.explain.moments import covariance
from covey.flow import Run

_MOST = 12
#: rows that the numbers of components are compared on
_COMPARED = 5_000
#: more components are tried until BIC has risen so often since its least
_RISING = 3
#: shapes tried: any ellipse each, or one along the features each
SHAPES = {"full": "ellipses of any direction", "diag": "ellipses along the features"}


def mixture(task: Task) -> Found:
    """Fit mixtures of 1 to 12 components of two shapes, and keep the one of least BIC.

    With K given, there are K components, and BIC decides about the shape alone.

    References
    ----------
    C. Fraley, A. Raftery: Model-based clustering, discriminant analysis, and density estimation.
    Journal of the American Statistical Association 97, 2002, doi 10.1198/016214502760047131.
    """
    rng = np.random.default_rng(task.seed)
    X, n = task.X, len(task.X)
    part = X
    if n > _COMPARED:
        part = X[np.sort(rng.choice(n, _COMPARED, replace=False, shuffle=False))]
    most = max(1, min(_MOST, len(np.unique(part, axis=0)) // 2))
    counts = range(1, most + 1) if task.given is None else (min(task.given, len(part)),)
    fits = _Fits(part, task.seed)
    scores = {shape: _bics(fits, counts, shape) for shape in SHAPES}
    shape, k = min(
        ((shape, k, bic) for shape, all_k in scores.items() for k, bic in all_k),
        key=lambda one: one[2],
    )[:2]
    model = fits.model(k, shape)
    shares = model.predict_proba(X)
    ways = "given" if task.given is not None else "of least BIC"
    unsure = float((shares.max(axis=1) < 0.9).mean())
    return Found(
        shares.argmax(axis=1).astype(np.int64),
        f"{k} component{'' if k == 1 else 's'} {ways}, {SHAPES[shape]}",
        details={
            "bic": scores,
            "shape": shape,
            "unsure": unsure,
            "plain": _plain_bic(part, task),
            "gain": _gain(fits, k, shape),
            "cloud_gain": _cloud_gain(part, k, shape, rng),
        },
        place=lambda rows: model.predict(rows).astype(np.int64),
    )


def _bics(fits: _Fits, counts: Any, shape: str) -> list[tuple[int, float]]:
    """Return (components, BIC per row), until it rises or there are too few rows for them."""
    n, d = fits.X.shape
    needed = d + d * (d + 1) // 2 if shape == "full" else 2 * d
    found: list[tuple[int, float]] = []
    for k in counts:
        if k > 1 and k * needed > n / 2:
            break
        found.append((k, fits.bic(k, shape)))
        least = min(found, key=lambda one: one[1])[0]
        if k - least >= _RISING:
            break
    # with K given there may be rows for no shape: the one of fewest parameters will do
    return found or [(k, float("inf")) for k in counts]


def _plain_bic(X: Doubles, task: Task) -> float:
    """Return BIC per row of what K-Means supposes: K round bells of one spread."""
    n, d = X.shape
    k = min(task.told, n)
    run = fit_best(X, k, rng=np.random.default_rng(task.seed), n_init=2)
    spread = run.inertia / (n * d)
    if spread <= 0:
        return float("-inf")
    share = np.maximum(np.bincount(run.labels, minlength=k), 1) / n
    log = np.log(share) - 0.5 * passes.distances(X, run.centers) ** 2 / spread
    top = log.max(axis=1, keepdims=True)
    per_row = top[:, 0] + np.log(np.exp(log - top).sum(axis=1))
    mean = float(per_row.mean()) - 0.5 * d * np.log(2 * np.pi * spread)
    return float(-2 * mean + (k * d + k) * np.log(n) / n)


def _gain(fits: _Fits, k: int, shape: str) -> float:
    """Return how much less BIC a row a mixture has than one ellipse."""
    return min(fits.bic(1, each) for each in SHAPES) - fits.bic(k, shape)


def _cloud_gain(X: Doubles, k: int, shape: str, rng: np.random.Generator) -> float:
    """Return the gain of as many components on rows spread evenly over a box as long as X."""
    spread = np.sqrt(np.maximum(np.linalg.eigvalsh(covariance(X)), 0.0))
    cloud = rng.uniform(-1, 1, X.shape) * np.maximum(spread, 1e-6 * (spread[-1] or 1.0))
    return _gain(_Fits(cloud, 0), k, shape)


class _Fits:
    """Mixtures of the same rows, each fitted once: both shapes begin at the same clusters."""

    def __init__(self, X: Doubles, seed: int) -> None:
        self.X, self.seed = X, seed
        self._starts: dict[int, Run] = {}
        self._models: dict[tuple[int, str], tuple[Any, float]] = {}

    def model(self, k: int, shape: str) -> Any:
        """Return the mixture of k components."""
        return self._of(k, shape)[0]

    def bic(self, k: int, shape: str) -> float:
        """Return its BIC per row."""
        return self._of(k, shape)[1]

    def _of(self, k: int, shape: str) -> tuple[Any, float]:
        if (k, shape) not in self._models:
            if k not in self._starts:
                rng = np.random.default_rng(self.seed)
                self._starts[k] = fit_best(self.X, k, rng=rng, n_init=2)
            model = _fit(self.X, self._starts[k], shape, self.seed)
            self._models[k, shape] = model, float(model.bic(self.X)) / len(self.X)
        return self._models[k, shape]


def _fit(X: Doubles, run: Run, shape: str, seed: int) -> Any:
    """Fit from the clusters of K-Means, by Covey's engine: it costs next to nothing."""
    from sklearn.mixture import GaussianMixture

    k = len(run.centers)
    spread = float(X.var(axis=0).mean())
    least = 1e-6 * spread or 1e-12
    share = np.maximum(np.bincount(run.labels, minlength=k), 1) / len(X)
    precision = [
        _precision(X[run.labels == label], run.centers[label], shape, least) for label in range(k)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one that has not converged has the BIC that it has
        return GaussianMixture(
            k, covariance_type=shape, reg_covar=least, init_params="random_from_data",
            weights_init=share / share.sum(), means_init=run.centers,
            precisions_init=np.array(precision), random_state=seed,
        ).fit(X)  # fmt: skip


def _precision(rows: Doubles, center: Doubles, shape: str, least: float) -> Any:
    away = rows - center
    if shape == "diag":
        return 1 / ((away**2).sum(axis=0) / max(len(rows), 1) + least)
    covariance = away.T @ away / max(len(rows), 1)
    inverse = np.linalg.inv(covariance + least * np.eye(len(center)))
    return (inverse + inverse.T) / 2
