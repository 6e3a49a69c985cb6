"""Is there much to tell rows apart by? Zeros, distances that are all alike, and equal rows."""

from __future__ import annotations

import numpy as np

from covey.engine import passes
from covey.evidence import Finding
from covey.explain.alarm.looking import Checked, Look

#: share of zeros from which rows are sparse, from as many features
MANY_ZEROS, MANY_FEATURES = 0.8, 20
#: standard deviation of the distances over their mean, below which all rows are as far apart
ALIKE = 0.15
#: rows whose distances are compared
N_COMPARED = 300
#: share of rows that have an equal one
SOME_EQUAL, MANY_EQUAL = 0.2, 0.6


def zeros(look: Look) -> Checked:
    """Find rows that are mostly zeros, such as word counts."""
    values = look.X if look.raw is None else look.raw
    share = float(np.mean(values == 0))
    told = f"{share:.0%} of the values"
    if share < MANY_ZEROS or values.shape[1] < MANY_FEATURES:
        return Checked("zeros", told)
    found = Finding(
        topic="sparse",
        level="caution",
        seen=f"{share:.0%} of the values in {values.shape[1]} features are zero.",
        why="Two rows are then near because both lack most things, and long rows are far from all.",
        todo="Compare by direction: SphericalKMeans, after TF-IDF for counts.",
        sure="likely",
        figure=share,
    )
    return Checked("zeros", told, (found,))


def concentration(look: Look) -> Checked:
    """Find distances that hardly differ, as they do in many dimensions."""
    name = "how much distances differ"
    part = np.ascontiguousarray(look.X[:: max(len(look.X) // N_COMPARED, 1)][:N_COMPARED])
    pairs = passes.distances(part, part)[np.triu_indices(len(part), 1)]
    mean = float(pairs.mean())
    if mean <= 0:
        return Checked(name, "rows are all equal")
    figure = float(pairs.std()) / mean
    told = f"their standard deviation is {figure:.2f} of their mean"
    if figure >= ALIKE or look.X.shape[1] < MANY_FEATURES:
        return Checked(name, told)
    found = Finding(
        topic="alike-distances",
        level="note",
        seen=f"All rows are about as far apart: distances differ by {figure:.2f} of their mean.",
        why=f"In {look.X.shape[1]} dimensions a center is hardly nearer to its own rows than to "
        "others.",
        todo="Use fewer features: --drop those that do not matter, or cluster on components.",
        sure="likely",
        figure=figure,
    )
    return Checked(name, told, (found,))


def duplicates(look: Look) -> Checked:
    """Find tables where many rows are equal."""
    name = "equal rows"
    _, counts = np.unique(look.X, axis=0, return_counts=True)
    share = float(counts[counts > 1].sum()) / len(look.X)
    told = f"{share:.0%} have an equal one; {len(counts):,} distinct of {len(look.X):,} looked at"
    few = len(counts) <= 3 * look.k and len(look.X) > 10 * look.k
    if share < SOME_EQUAL and not few:
        return Checked(name, told)
    found = Finding(
        topic="duplicates",
        level="caution" if few or share >= MANY_EQUAL else "note",
        seen=f"{share:.0%} of the rows looked at have an equal one: {len(counts):,} distinct of "
        f"{len(look.X):,}.",
        why="Clusters may be single values, and figures such as the silhouette look better than "
        "they are.",
        todo="See whether rows were doubled by mistake; features of few values are better crossed "
        "in a table than clustered.",
        sure="certain",
        figure=share,
    )
    return Checked(name, told, (found,))
