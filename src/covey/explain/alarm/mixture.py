"""The eye for shape: normal groups, each with a spread of its own in every direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from covey.engine.best import fit_best
from covey.explain.alarm.joining import joined_pieces, prior_scatter
from covey.explain.moments import covariance

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

#: principal axes looked at: more cost parameters that so few rows cannot settle
MOST_AXES = 10
#: A value that this share of the rows have is a spike, which a normal group of no width fits best
#: of all: features with one are not looked at.
SPIKE = 0.1
#: above this many features the axes are found from this many rows
MOST_FEATURES = 200
#: groups tried side by side along the flattest direction
MOST_ALONG = 6
#: fixed-point steps towards the flattest direction, from each axis
STEPS_OF_PURSUIT = 15
#: steps of expectation and maximisation, and the gain per row at which they end
MOST_STEPS, LEAST_GAIN = 60, 1e-5


@dataclass(frozen=True)
class Mixture:
    """Normal groups fitted to rows."""

    labels: Integers  # (m,) from 0: the most probable group
    n_groups: int  # 1 where no feature is smooth enough to look at
    icl: float  # BIC with a price for groups that overlap, per row; less is better
    overlap: float  # share of rows expected to be put into the wrong group
    gain: float = 0.0  # how much better than one group, in ``icl``


def best_mixture(X: Doubles, k: int, rng: np.random.Generator) -> Mixture:
    """Find the normal groups that the rows (m, d) speak for; one group where they do for none.

    Two ways to start, each with the number of groups that does best before memberships are
    softened: small pieces joined by likelihood, and groups side by side along the flattest
    direction, which share one covariance.

    References
    ----------
    C. Biernacki, G. Celeux, G. Govaert: Assessing a mixture model for clustering with the
    integrated completed likelihood. IEEE PAMI 22, 2000, doi 10.1109/34.865189.
    """
    Z = principal(X[:, smooth(X)])
    if not Z.shape[1]:
        return Mixture(np.zeros(len(X), np.int64), 1, 0.0, 0.0)
    one = fit_mixture(Z, np.zeros(len(Z), np.int64))
    joined = joined_pieces(Z, max(k, 8) + 2, rng)
    marks = [hard_icl(Z, labels) for labels in joined]
    several = [i for i in np.argsort(marks, kind="stable")[:2] if joined[i].max() > 0]
    fits = [fit_mixture(Z, joined[i]) for i in several]
    along = _side_by_side(Z, rng)
    if along:
        marks = [hard_icl(Z, labels, tied=True) for labels in along]
        fits.append(fit_mixture(Z, along[int(np.argmin(marks))], tied=True))
    best = min([one, *fits], key=lambda fit: fit.icl)
    _, labels = np.unique(best.labels, return_inverse=True)  # a group may have lost every row
    n_groups = int(labels.max()) + 1
    return Mixture(labels.astype(np.int64), n_groups, best.icl, best.overlap, one.icl - best.icl)


def mixture_of(X: Doubles, labels: Integers) -> Mixture | None:
    """Return the normal groups of one spread that start from labels (m,); None: nothing smooth."""
    Z = principal(X[:, smooth(X)])
    if not Z.shape[1]:
        return None
    return fit_mixture(Z, np.unique(labels, return_inverse=True)[1].reshape(-1), tied=True)


def smooth(X: Doubles) -> NDArray[np.bool_]:
    """Tell which features (d,) have no value that many rows share."""
    ordered = np.sort(X, axis=0)
    apart = max(int(np.ceil(SPIKE * len(X))), 2) - 1
    return np.all(ordered[apart:] > ordered[: len(X) - apart], axis=0)


def principal(X: Doubles) -> Doubles:
    """Return rows on their principal axes (m, p), each of variance 1; axes without spread go."""
    centered = X - X.mean(axis=0)
    largest = float(np.abs(centered).max(initial=0.0))
    if largest == 0.0:
        return np.empty((len(X), 0))
    centered = centered / largest
    if X.shape[1] <= MOST_FEATURES:
        values, axes = np.linalg.eigh(covariance(centered))
    else:
        part = centered[:MOST_FEATURES]
        values, turn = np.linalg.eigh(np.einsum("ij,kj->ik", part, part))
        axes = np.einsum("ij,ik->jk", part, turn)
    keep = np.flatnonzero(values > 1e-9 * values[-1])[::-1][:MOST_AXES]
    turned = np.einsum("ij,jk->ik", centered, axes[:, keep])
    spread = np.sqrt(np.square(turned).mean(axis=0))
    return np.ascontiguousarray(turned[:, spread > 0] / spread[spread > 0])


def _side_by_side(Z: Doubles, rng: np.random.Generator) -> list[Integers]:
    """Return labels (m,) of 2, 3, … groups that lie side by side along the flattest direction."""
    along = np.einsum("ij,j->i", Z, flattest(Z))[:, None].copy()
    most = min(MOST_ALONG, len(np.unique(along)))
    return [fit_best(along, g, rng=rng).labels.astype(np.int64) for g in range(2, most + 1)]


def flattest(Z: Doubles) -> Doubles:
    """Return the direction (p,) of least kurtosis, by fixed-point steps from every axis.

    Groups apart along a direction make it flat; where there are none it is about normal.

    References
    ----------
    D. Peña, F. J. Prieto: Cluster identification using projections. Journal of the American
    Statistical Association 96, 2001, doi 10.1198/016214501753382345.
    """
    least, best = np.inf, np.eye(Z.shape[1])[0]
    for axis in np.eye(Z.shape[1]):
        u = axis
        for _ in range(STEPS_OF_PURSUIT):
            along = np.einsum("ij,j->i", Z, u)
            new = 3 * u - np.einsum("ij,i->j", Z, along**3) / len(Z)
            length = float(np.sqrt((new**2).sum()))
            if length <= 1e-12:
                break
            u = new / length
        kurtosis = float((np.einsum("ij,j->i", Z, u) ** 4).mean())
        if kurtosis < least:
            least, best = kurtosis, u
    return best


# ---------------------------------------------------------------- fits


def hard_icl(Z: Doubles, labels: Integers, tied: bool = False) -> float:
    """Return the ``icl`` that labels would have, were every row certain of its group."""
    g = int(labels.max()) + 1
    member = (labels[:, None] == np.arange(g)).astype(np.float64)
    logs = _log_densities(Z, member, tied)
    own = float(logs[np.arange(len(Z)), labels].mean())
    return -2 * own + _price(Z, g, tied)


def fit_mixture(Z: Doubles, labels: Integers, tied: bool = False) -> Mixture:
    """Fit normal groups by expectation and maximisation, from given labels.

    Parameters
    ----------
    Z : (m, p) float64
        Of ``principal``.
    labels : (m,)
        From 0, none skipped.
    tied : bool
        All groups share one covariance.
    """
    g = int(labels.max()) + 1
    member = (labels[:, None] == np.arange(g)).astype(np.float64)
    before, now = -np.inf, -np.inf
    for _ in range(MOST_STEPS):
        logs = _log_densities(Z, member, tied)
        top = logs.max(axis=1)
        total = top + np.log(np.exp(logs - top[:, None]).sum(axis=1))
        member = np.exp(logs - total[:, None])
        now = float(total.mean())
        if now - before < LEAST_GAIN:
            break
        before = now
    entropy = -float((member * np.log(np.maximum(member, 1e-300))).sum(axis=1).mean())
    icl = -2 * now + 2 * entropy + _price(Z, g, tied)
    return Mixture(member.argmax(axis=1), g, icl, float(1 - member.max(axis=1).mean()))


def _log_densities(Z: Doubles, member: Doubles, tied: bool) -> Doubles:
    """Return log(share · density) of each row in each group (m, g), for given memberships."""
    m, p = Z.shape
    g = member.shape[1]
    weight = np.maximum(member.sum(axis=0), 1e-12)
    means = np.einsum("ig,ij->gj", member, Z) / weight[:, None]
    off = Z - means[:, None]  # (g, m, p)
    scatter = np.stack([np.einsum("ij,ik->jk", off[j] * member[:, j, None], off[j])
                        for j in range(g)])  # fmt: skip
    prior = prior_scatter(p, g)
    if tied:
        spread = np.broadcast_to((scatter.sum(axis=0) + prior) / (m + p + 2), scatter.shape)
    else:
        spread = (scatter + prior) / (weight + p + 2)[:, None, None]
    roots = np.linalg.cholesky(spread)
    logs = np.empty((m, g))
    for j, root in enumerate(roots):
        away = np.einsum("ij,kj->ik", off[j], np.linalg.inv(root))
        half = np.log(np.diag(root)).sum() + 0.5 * p * np.log(2 * np.pi)
        logs[:, j] = np.log(weight[j] / m) - 0.5 * np.einsum("ij,ij->i", away, away) - half
    return logs


def _price(Z: Doubles, g: int, tied: bool) -> float:
    """Return what the parameters cost: their number times log(rows), per row."""
    m, p = Z.shape
    covariances = (1 if tied else g) * p * (p + 1) / 2
    return float((g - 1 + g * p + covariances) * np.log(m) / m)
