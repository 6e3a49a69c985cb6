"""Sentences about how many groups, which page and terminal share; the glossary."""

from __future__ import annotations

import shlex

from covey.evidence import KChoice, Preparations
from covey.evidence_options import PREPARING
from covey.report.numbers import count


def badge(choice: KChoice) -> str:
    """Return the verdict in a word or two."""
    verdict = choice.verdict
    if verdict.natural is None:
        return "No natural K"
    asked = "by purpose" if _fixed(choice) else "within limits"
    limited = f" → {verdict.k} {asked}" if verdict.k != verdict.natural else ""
    return f"K = {verdict.natural}{limited}"


def headline(choice: KChoice) -> str:
    """Say how many groups, how sure, how many criteria agree, and what overrules most of them."""
    verdict = choice.verdict
    agree, cast = sum(vote.agrees for vote in verdict.votes), len(verdict.votes)
    agrees, names = ("agrees", "names") if agree == 1 else ("agree", "name")
    counted = f"{agree} of {cast} criteria"
    if cast == 1:
        counted = "the one criterion known"
        agrees, names = ("agrees", "names") if agree else ("does not agree", "does not name")
    if verdict.natural is None:
        parts = ["No number of groups stands out.", verdict.overruled]
        if cast and not verdict.overruled:
            parts.append(f"{counted[0].upper()}{counted[1:]} {names} K=1, a single group.")
    else:
        told = f"{verdict.natural} groups; the evidence is {verdict.strength}"
        parts = [f"{told}: {counted} {agrees}." if cast else f"{told}.", verdict.overruled]
    if verdict.k > 1 and verdict.k != verdict.natural:
        use = f"K={verdict.k} is fixed by purpose." if _fixed(choice) else ""
        parts.append(use or f"Within the limits, use K={verdict.k}.")
    elif verdict.natural is not None and verdict.k != verdict.natural:
        parts.append("Only all rows together keep the limits.")
    return " ".join(part for part in parts if part)


def _fixed(choice: KChoice) -> bool:
    """Tell whether the K to use was given."""
    return choice.verdict.limits.startswith(f"K={choice.verdict.k} fixed")


def alarm(choice: KChoice) -> str:
    """Say that k-means is the wrong tool here, and what was seen; "" when no alarm rings."""
    rung = [one for one in choice.findings if one.level == "alarm"]
    if not rung:
        return ""
    return f"An alarm rings, so K is not the question yet. {rung[0].seen} {rung[0].todo}"


def hardly_worse(choice: KChoice) -> str:
    """Name the other K that come near the best; "" without any."""
    others = choice.verdict.others
    if not others:
        return ""
    told = [f"K={k}" for k in others]
    listed = " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else told[0]
    verb = "are" if len(told) > 1 else "is"
    return (
        f"{listed} {verb} hardly worse by silhouette, Calinski–Harabasz and Davies–Bouldin "
        "together; where such a K serves the purpose better, take it."
    )


def looked_at(choice: KChoice) -> str:
    """Say of how many rows the figures are, where not of all."""
    n, parts = choice.about.n_rows, []
    if len(choice.rows) < n:
        parts.append(
            f"Silhouettes are of {count(len(choice.rows))} rows drawn at random, each against all "
            "rows; ± is their standard error."
        )
    sample = "" if choice.n_resampled >= n else f" of {count(choice.n_resampled)} rows"
    parts.append(
        f"The gap compares with {choice.n_references} sets of rows without groups, stability with "
        f"{choice.n_bootstraps} resamples{sample}."
    )
    return " ".join(parts)


def not_divided(facts: Preparations) -> list[str]:
    """Return the preparations whose verdict leaves all rows together."""
    return [name for name, choice in facts.choices.items() if choice.verdict.k == 1]


def agreement(facts: Preparations) -> str:
    """Say how far the two divisions agree, as a figure's words."""
    alone = not_divided(facts)
    if alone:
        one = " and ".join(f"scale {name}" for name in alone)
        return f"There is nothing to compare: with {one}, no division is recommended."
    return (
        "Adjusted Rand index of the two divisions, each at its own K: 1 is the same groups, 0 no "
        "more alike than chance."
    )


def next_steps(choice: KChoice) -> list[tuple[str, str]]:
    """Return commands to run next, each with what it is for."""
    verdict = choice.verdict
    given = _typed(choice)
    if verdict.k > 1:
        steps = [(f"covey cluster {given} -k {verdict.k}", "describe the groups, label every row")]
    else:
        steps = [(f"covey cluster {given} -k K", "divide all the same, with K by its purpose")]
    compare = (f"covey compare {given}", "see whether groups of another shape are there")
    if alarm(choice):
        steps.insert(0, compare)
    elif verdict.natural is None or verdict.strength == "weak":
        steps.append(compare)
    steps.append((f"covey diagnose {given}", "see whether k-means is the right tool"))
    return steps


def _typed(choice: KChoice) -> str:
    """Return the file and the options of its preparation, as typed."""
    name = choice.about.source.name
    parts = [shlex.quote(name) if "." in name or "://" in name else "FILE"]
    for key, option in PREPARING.items():
        value = choice.about.options.get(key, option.default)
        if value is None or value == option.default:
            continue
        text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        parts += [option.flag or f"--{key.replace('_', '-')}", shlex.quote(text)]
    return " ".join(parts)


#: term, meaning, source
GLOSSARY = (
    (
        "Natural K",
        "A number of groups that the data have, not that we would like. Covey calls a K natural "
        "where its silhouette is clearly above that of clouds without any groups, as wide in each "
        "direction as the data; else it says that none is.",
        "",
    ),
    (
        "WCSS and the elbow",
        "The within-cluster sum of squares: what is left of the variation inside groups. It always "
        "falls with K. Where the fall ends abruptly there is an elbow, but people see it in "
        "different places, and rows without any groups have one too. It has no vote here.",
        "Thorndike 1953, doi 10.1007/BF02289263; Schubert 2023, doi 10.1145/3606274.3606278",
    ),
    (
        "Silhouette",
        "How much nearer rows are to their own group than to the next, −1 … 1; below 0 a row is "
        "nearer to another. It prefers round groups far apart, and few of them. The faint line is "
        "what k-means reaches on rows without groups: only above it does a silhouette mean "
        "anything.",
        "Rousseeuw 1987, doi 10.1016/0377-0427(87)90125-7",
    ),
    (
        "Calinski–Harabasz",
        "Variation between groups over variation inside, each per degree of freedom. Higher is "
        "better. It prefers groups of one size, and with many rows in no groups rises without end.",
        "Caliński and Harabasz 1974, doi 10.1080/03610927408827101",
    ),
    (
        "Davies–Bouldin",
        "For each group, how much it and its worst neighbor overlap: their widths over the "
        "distance of their centers. Lower is better. It prefers small tight groups.",
        "Davies and Bouldin 1979, doi 10.1109/TPAMI.1979.4766909",
    ),
    (
        "BIC",
        "How well round bells of one width explain the rows, less a price for each of them. Lower "
        "is better. It counts groups that touch; of other shapes it takes several for one.",
        "Schwarz 1978, doi 10.1214/aos/1176344136; Fraley and Raftery 1998, doi "
        "10.1093/comjnl/41.8.578",
    ),
    (
        "Gap",
        "How much tighter K groups are than K groups of rows spread evenly, over the range of each "
        "feature (uniform) or along the principal axes of the data (axes). It names the first K "
        "that the next does not pass by more than its error, and may name K=1: no groups.",
        "Tibshirani, Walther and Hastie 2001, doi 10.1111/1467-9868.00293",
    ),
    (
        "Stability",
        "Rows are drawn anew and grouped again: how much of each group comes back (Jaccard "
        "similarity, 0 … 1). Below 0.60 unstable, to 0.75 doubtful, to 0.85 stable, above highly "
        "stable. Stable is not yet real: k-means cuts even an empty plane the same way each time.",
        "Hennig 2007, doi 10.1016/j.csda.2006.11.025",
    ),
)
