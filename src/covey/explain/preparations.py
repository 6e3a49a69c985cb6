"""The same table prepared in two ways: side by side, never ranked by silhouette.

A silhouette is made of distances, and scaling decides what a distance is: figures from two scalings
are in two units. Raw wine has 0.66 for two groups that hardly match the three cultivars, since one
feature carries nearly all of the distance; standardized, it has 0.28 for three that do.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from covey.evidence import About, KChoice, Preparations
from covey.explain.jaccard import in_words
from covey.explain.stability import adjusted_rand
from covey.explain.wording import listing, percent, plain

#: one feature that carries so much of the squared distance decides nearly alone
DOMINANT = 0.5


def carried(X: NDArray[np.float64], names: tuple[str, ...]) -> dict[str, float]:
    """Return the share of the squared distance between rows that each feature carries.

    The mean squared difference of two rows is twice the variance, so shares are of the variance.
    """
    variance = X.var(axis=0)
    total = float(variance.sum())
    shares = variance / total if total > 0 else variance
    return {name: float(share) for name, share in zip(names, shares, strict=True)}


def side_by_side(
    about: About,
    choices: Mapping[str, KChoice],
    shares: Mapping[str, Mapping[str, float]],
) -> Preparations:
    """Put two preparations of the same rows side by side.

    Parameters
    ----------
    choices : mapping
        Name of the preparation -> what was found.
    shares : mapping
        Name of the preparation -> what ``carried`` says.
    """
    first, second = choices.values()
    a, b = (one.labels[one.verdict.k] for one in (first, second))
    agreement = adjusted_rand(a, b)
    return Preparations(about, choices, shares, agreement, _text(choices, shares, agreement))


def _text(
    choices: Mapping[str, KChoice], shares: Mapping[str, Mapping[str, float]], agreement: float
) -> str:
    parts = [
        "These preparations are not ranked: a silhouette is made of distances, and each scaling "
        "makes other distances, so the figures are not in one unit and the higher says nothing."
    ]
    for name, choice in choices.items():
        verdict = choice.verdict
        own = next(one for one in choice.scores if one.k == verdict.k)
        natural = f"{verdict.natural} groups" if verdict.natural else "no natural K"
        steady = f", stability {own.stability:.2f} ({in_words(own.stability)})" if own.k > 1 else ""
        parts.append(f"Scale {name}: {natural}{steady}; {_who_carries(shares[name])}.")
    divided = all(choice.verdict.k > 1 for choice in choices.values())
    told = f"The two divisions agree to {agreement:.2f} of 1 (adjusted Rand index)."
    parts.append((told if divided else "One of them is not divided at all.") + _one_alone(shares))
    parts.append(
        "Look at which features carry the distance, whether that is what the groups are for, and "
        "whether they come back; choose the scaling by its purpose."
    )
    return " ".join(parts)


def _who_carries(shares: Mapping[str, float]) -> str:
    top = sorted(shares, key=lambda name: (-shares[name], name))[:2]
    told = [f"{plain(name)} ({percent(shares[name])})" for name in top]
    most = "carries" if len(told) == 1 else "carry"
    return f"{listing(told)} {most} most of the squared distance"


def _one_alone(shares: Mapping[str, Mapping[str, float]]) -> str:
    """Warn of a feature that decides nearly alone in one preparation."""
    found = []
    for name, by_feature in shares.items():
        feature = max(by_feature, key=lambda one: by_feature[one])
        if len(by_feature) > 1 and by_feature[feature] >= DOMINANT:
            found.append(
                f" With scale {name}, {plain(feature)} alone carries "
                f"{percent(by_feature[feature])}: groups are bands of it, because of its unit."
            )
    return "".join(found)
