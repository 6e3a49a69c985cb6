"""Facts about how many groups, made up by hand: the input of the tests of their page.

Sums of a few digits, so that every machine makes the same facts.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from covey.evidence import About, KChoice, KFacts, KVerdict, Preparations, Vote
from covey.flow import Caution, Decision, Feature, Source

NAN = float("nan")


def about(name: str = "harbour customers.csv", n: int = 400, **options: object) -> About:
    columns = ("age", "total_spend")
    return About(
        title=f"How many groups: {name}",
        source=Source(name, "CSV", n + 3, 4),
        n_rows=n,
        features=tuple(Feature(one, one, "", "", "standardised") for one in columns),
        decisions=tuple(
            Decision(one, "number", "clustered on", "numbers with many values", f"--drop {one}")
            for one in columns
        ),
        cautions=(Caution("outliers", "3 customers lie far from all others."),),
        options={"scale": "auto", "features": ["age", "total_spend"], "seed": 0, **options},
        versions={"covey": "0.1.0"},
    )


def scores(ks: range, best: int, n: int = 400, height: float = 0.78) -> tuple[KFacts, ...]:
    """Return figures that peak at ``best``."""
    return tuple(facts_of(k, best, n, height) for k in ks)


def facts_of(k: int, best: int, n: int, height: float) -> KFacts:
    far = abs(k - best)
    left = 1 / k**2 if k <= best else (0.94 ** (k - best)) / best**2
    sizes = [n // k] * k
    for j in range(k // 2):  # some larger, as many smaller
        sizes[j] += n // (9 * k)
        sizes[-1 - j] -= n // (9 * k)
    sizes[0] += n - sum(sizes)
    several = k > 1
    worst = round(max(0.97 - 0.09 * far, 0.3), 4)
    steady = (*(round(min(worst + 0.02 * j, 1.0), 4) for j in range(k - 1, 0, -1)), worst)
    apart = round(max(height - 0.06 * far, 0.05), 4)
    return KFacts(
        k=k,
        inertia=round(800 * left, 4),
        explained=round(1 - left, 6),
        silhouette=apart if several else NAN,
        silhouette_error=0.0,
        cloud=0.41 if several else NAN,
        calinski_harabasz=round(3000 / (1 + far), 2) if several else NAN,
        davies_bouldin=round(0.3 + 0.11 * far, 4) if several else NAN,
        bic=1200.0 + 90 * far,
        gap=round(1.4 - 0.3 * max(best - k, 0) - 0.02 * max(k - best, 0), 4),
        gap_error=0.03,
        gap_pca=round(1.2 - 0.3 * max(best - k, 0) - 0.02 * max(k - best, 0), 4),
        gap_pca_error=0.04,
        stability=round(float(np.mean(steady)), 4) if several else 1.0,
        cluster_stability=steady if several else (1.0,),
        sizes=tuple(sizes),
    )


def rows_of(found: tuple[KFacts, ...]) -> tuple[dict, dict]:
    """Return silhouettes and numbers of the rows at each K, a few below zero."""
    widths, numbers = {}, {}
    for one in found:
        if one.k < 2:
            continue
        label = np.repeat(np.arange(1, one.k + 1), one.sizes)
        place = np.concatenate([np.linspace(0.3, -0.3, size) for size in one.sizes])
        widths[one.k] = np.round(np.clip(one.silhouette + place, -1, 1), 4)
        numbers[one.k] = label
    return widths, numbers


def votes(named: int, **other: int | None) -> tuple[Vote, ...]:
    """Return a vote of each criterion for ``named``, but for those that name another K."""
    keys = {
        "silhouette": "silhouette", "calinski": "Calinski–Harabasz", "davies": "Davies–Bouldin",
        "bic": "BIC", "gap": "gap (uniform)", "axes": "gap (principal axes)",
        "stability": "stability",
    }  # fmt: skip
    found = []
    for key, criterion in keys.items():
        k = other.get(key, named)
        says = "It names none." if k is None else f"Best at K={k}; <next> K={k + 1}."
        found.append(Vote(criterion, k, k == named, says))
    return tuple(found)


def choice(found: tuple[KFacts, ...], verdict: KVerdict, told: About | None = None) -> KChoice:
    widths, numbers = rows_of(found)
    n = sum(found[0].sizes)
    return KChoice(
        about=told or about(n=n),
        scores=found,
        verdict=verdict,
        rows=np.arange(n),
        row_silhouettes=widths,
        row_numbers=numbers,
        labels=numbers,
        n_references=20,
        n_bootstraps=20,
        n_resampled=n,
    )


def clear() -> KChoice:
    """Four groups; the elbow is there; stability prefers another K."""
    verdict = KVerdict(
        4, 4, "strong", "4 groups, clearly apart.", votes(4, stability=5), elbow=4, others=(5,)
    )
    return choice(scores(range(1, 9), 4), verdict)


def limited() -> KChoice:
    """Four groups, of which limits leave three."""
    verdict = dataclasses.replace(
        clear().verdict, k=3, limits="no group below 15%", cost="K=3 instead of K=4 explains less."
    )
    return dataclasses.replace(
        clear(), verdict=verdict, about=about(k=None, min_size="15%", scale="standard")
    )


def none() -> KChoice:
    """No natural K; one criterion names none at all, and there is no elbow."""
    verdict = KVerdict(
        None, 1, "none", "No number of groups is natural here.",
        votes(1, silhouette=2, davies=None), elbow=None,
    )  # fmt: skip
    return choice(scores(range(1, 9), 2, height=0.44), verdict)


def many() -> KChoice:
    """Thirty-five groups of K up to 40; silhouettes of a sample."""
    verdict = KVerdict(35, 35, "moderate", "35 groups, apart.", votes(35, gap=1), elbow=None)
    found = tuple(
        dataclasses.replace(one, silhouette_error=0.004) for one in scores(range(1, 41), 35, n=4000)
    )
    return choice(found, verdict)


def single() -> KChoice:
    """Nothing to divide: one K, no votes, no silhouettes."""
    verdict = KVerdict(None, 1, "none", "There is one group.", (), elbow=None)
    one = dataclasses.replace(
        facts_of(1, 1, 3, NAN), bic=NAN, gap=NAN, gap_error=NAN, gap_pca=NAN, gap_pca_error=NAN
    )
    return choice((one,), verdict)


def two() -> Preparations:
    """A table raw and standardised; raw, one feature carries all."""
    told = about("<wine>.csv", beside="standard")
    carried = {
        "none": {"proline": 0.9971, "magnesium": 0.0021, "hue": 0.0008},
        "standard": {f"feature_{j}": 0.1 for j in range(10)},
    }
    text = "These preparations are not ranked: a silhouette is made of distances."
    choices = {
        "none": dataclasses.replace(limited(), about=told),
        "standard": dataclasses.replace(clear(), about=told),
    }
    return Preparations(told, choices, carried, 0.3712, text)
