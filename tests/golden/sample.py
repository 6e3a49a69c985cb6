"""A small shop's customers, explained by hand: the input of the report's tests.

Built from simple sums on drawn numbers, then rounded to six digits, so that every machine
makes the same Explanation whatever its vector instructions.
"""

from __future__ import annotations

import numpy as np

from covey.flow import (
    Assignment,
    Caution,
    CleaningStep,
    Decision,
    Exemplar,
    Explanation,
    Feature,
    Importance,
    KScore,
    Level,
    Map,
    Measure,
    Method,
    Name,
    Quality,
    Rule,
    Segment,
    Source,
    Sweep,
    Tree,
    TreeNode,
)

COLUMNS = (
    Feature("total_spend", "total_spend", "£", "spend", "log(1 + x), standardised"),
    Feature(
        "purchase_freq", "purchase_freq", "orders", "frequency", "log(1 + x), standardised", True
    ),
    Feature("avg_order_value", "avg_order_value", "£", "basket", "log(1 + x), standardised"),
    Feature("recency_days", "recency_days", "days", "recency", "standardised", True, 37),
)

#: name, action, playbook entry, rows, medians of the columns, share that shops by app
SHOP = (
    (
        "VIP champions",
        "Give early access and a named contact; ask for referrals. Do not discount.",
        "vip",
        540,
        (2840, 26, 109, 12),
        0.62,
    ),
    (
        "Core regulars",
        "Keep them coming with a points scheme and a refill reminder every five weeks.",
        "core",
        1680,
        (760, 14, 54, 24),
        0.41,
    ),
    (
        "Big-basket occasional",
        "Invite back for the season with a bundle; free delivery above £150.",
        "basket",
        720,
        (690, 3, 230, 96),
        0.18,
    ),
    (
        "Frequent bargain hunters",
        "Show clearance first and protect the margin: bundles rather than codes.",
        "bargain",
        1260,
        (236, 13, 18, 31),
        0.55,
    ),
    (
        "Dormant or at risk",
        "Send one win-back offer within 30 days, then stop mailing those who stay silent.",
        "dormant",
        1800,
        (118, 2, 58, 241),
        0.22,
    ),
)


def tidy(values: object, digits: int = 6) -> np.ndarray:
    """Round to significant digits, so that the last bit of a sum does not matter."""
    array = np.asarray(values, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        places = digits - 1 - np.floor(np.log10(np.abs(array)))
        scale = 10.0 ** np.where(np.isfinite(places), places, 0.0)
        rounded = np.where(array == 0, 0.0, np.round(array * scale) / scale)
    return np.where(np.isfinite(array), rounded, array)


def num(value: object) -> float:
    return float(tidy(value))


def shop_rows() -> tuple[np.ndarray, np.ndarray]:
    """Return raw values (n, 4) and segment numbers (n,)."""
    rng = np.random.default_rng(7)
    blocks, labels = [], []
    for number, (_, _, _, n, medians, _) in enumerate(SHOP, 1):
        wobble = rng.normal(size=(n, 4)) * (0.34, 0.26, 0.2, 0.42)
        wobble[:, 0] += 0.6 * wobble[:, 1]
        block = np.asarray(medians) * np.exp(wobble)
        block[:, (1, 3)] = np.maximum(1, np.round(block[:, (1, 3)]))
        blocks.append(np.round(block, 2))
        labels.append(np.full(n, number))
    return np.vstack(blocks), np.concatenate(labels)


def plain_rows(k: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Return raw values (n, d) and segment numbers (n,) that are about nothing in particular."""
    rng = np.random.default_rng(100 * k + d)
    n = 90 * k + 60
    labels = np.sort(rng.integers(1, k + 1, n))
    labels[:k] = np.arange(1, k + 1)
    centers = rng.normal(size=(k, d)) * 4
    scale = 10.0 ** rng.integers(-2, 5, d)
    return np.round((centers[labels - 1] + rng.normal(size=(n, d))) * scale, 6), labels


def sample(title: str = "Harbour & Vine customers") -> Explanation:
    """Return the shop's five segments."""
    raw, labels = shop_rows()
    names = [Name(name, action, _why(name), entry) for name, action, entry, *_ in SHOP]
    return build(raw, labels, COLUMNS, names, title=title, buying=True)


def plain(k: int = 4, d: int = 3, title: str = "plant_sensors", **changes: object) -> Explanation:
    """Return k segments on d features of a table that is not about buying."""
    raw, labels = plain_rows(k, d)
    columns = tuple(
        Feature(f"feature {j + 1}", f"f{j + 1}", "", "", "standardised") for j in range(d)
    )
    names = [
        Name(
            f"high f{i % d + 1} · low f{(i + 1) % d + 1} · {i + 1}",
            "",
            "its mean is far from the rest",
        )
        for i in range(k)
    ]
    return build(raw, labels, columns, names, title=title, buying=False, **changes)


def assignment(explanation: Explanation | None = None) -> Assignment:
    """Return who is where, for as many rows as the explanation has."""
    explanation = explanation or sample()
    numbers = np.concatenate([np.full(s.n_rows, s.number) for s in explanation.segments])
    names = np.array([s.name.text for s in explanation.segments], dtype=object)[numbers - 1]
    n = len(numbers)
    rng = np.random.default_rng(11)
    notes = np.full(n, "", dtype=object)
    notes[::97] = "fits no segment"
    ids = np.array([f"C{100000 + i}" for i in range(n)], dtype=object)
    distance, fit = tidy(rng.random(n) * 2), tidy(rng.random(n), 4)
    second = numbers % len(explanation.segments) + 1
    return Assignment(ids, "customer_id", numbers, names, distance, fit, second, notes)


def _importance(columns: tuple[Feature, ...], heat: np.ndarray) -> tuple[Importance, ...]:
    squares = (heat**2).sum(axis=0)
    shares = squares / max(squares.sum(), 1e-9)
    order = np.argsort(-squares, kind="stable").tolist()
    parted = [num(0.9 - 0.8 * i / len(order)) for i in range(len(order))]
    return tuple(
        Importance(columns[j].name, num(shares[j]), own)
        for j, own in zip(order, parted, strict=True)
    )


def _tree(columns: tuple[Feature, ...], segments: list[Segment]) -> Tree:
    """Peel off one segment after the other; the features take turns."""
    node = TreeNode(segments[-1].n_rows, number=segments[-1].number)
    for i, segment in reversed(list(enumerate(segments[:-1]))):
        leaf, column = TreeNode(segment.n_rows, number=segment.number), columns[i % len(columns)]
        node = TreeNode(
            segment.n_rows + node.n_rows, name=column.name, unit=column.unit,
            threshold=10.0 * (i + 1), below=node, above=leaf,
        )  # fmt: skip
    return Tree(node, 0.93, 1.12)


def build(
    raw: np.ndarray,
    labels: np.ndarray,
    columns: tuple[Feature, ...],
    names: list[Name],
    *,
    title: str,
    buying: bool,
    cautions: bool = True,
    missing: bool = False,
) -> Explanation:
    """Explain rows with simple sums; nothing of Covey's own arithmetic is used."""
    n, d = raw.shape
    k = len(names)
    prepared = np.log1p(raw) if buying else raw
    X = (prepared - prepared.mean(axis=0)) / prepared.std(axis=0)
    centers = np.vstack([X[labels == i].mean(axis=0) for i in range(1, k + 1)])
    away = np.sqrt(((X[:, None] - centers[None]) ** 2).sum(axis=2))
    own = away[np.arange(n), labels - 1]
    others = np.where(np.arange(1, k + 1) == labels[:, None], np.inf, away)
    second = others.min(axis=1) if k > 1 else own * np.inf
    widths = tidy((second - own) / np.maximum(second, own), 4) if k > 1 else np.full(n, np.nan)
    population = tuple(_measure(c, raw[:, j], raw[:, j]) for j, c in enumerate(columns))
    if missing:
        population = (_blank(population[0]), *population[1:])
    segments, heat = [], np.zeros((k, d))
    total = raw[:, 0].sum()
    for i, name in enumerate(names):
        inside = labels == i + 1
        rows = raw[inside]
        measures = [_measure(c, rows[:, j], raw[:, j]) for j, c in enumerate(columns)]
        heat[i] = [m.difference for m in measures]
        if missing:
            measures[0] = _blank(measures[0])
        measures.sort(key=lambda m: -abs(m.difference) if m.difference == m.difference else 9)
        order = np.argsort(own[inside])
        limit = num(np.quantile(own[inside], 0.99))
        nearest = [
            Exemplar(
                f"C{1000 * (i + 1) + r}",
                tuple(tidy(rows[r]).tolist()),
                num(own[inside][r]),
                "typical",
            )
            for r in order[:3]
        ]
        segments.append(
            Segment(
                number=i + 1,
                label=k - 1 - i,
                name=name,
                n_rows=int(inside.sum()),
                share=num(inside.mean()),
                revenue=num(rows[:, 0].sum()) if buying else None,
                revenue_share=num(rows[:, 0].sum() / total) if buying else None,
                center=tuple(tidy(np.median(rows, axis=0)).tolist()),
                measures=tuple(measures),
                levels=_levels(i) if buying else (),
                rule=_rule(i, columns, rows, heat[i]),
                exemplars=tuple(nearest),
                silhouette=num(widths[inside].mean()) if k > 1 else float("nan"),
                spread=num(np.sqrt((own[inside] ** 2).mean())),
                limit=limit,
                n_poor=int((own[inside] > limit).sum()),
            )
        )
    inertia = (own**2).sum()
    return Explanation(
        title=title,
        source=Source(
            "customers.csv" if buying else "sensors.parquet",
            "CSV" if buying else "Parquet",
            n + 212,
            d + 3,
            {"delimiter": ",", "encoding": "utf-8"} if buying else {},
        ),
        n_rows=n,
        row_noun=("customer", "customers") if buying else ("row", "rows"),
        features=columns,
        segments=tuple(segments),
        population=population,
        unusual=_unusual(raw, own, labels, names),
        quality=_quality(columns, k, n, widths, inertia / (n * d), sum(s.n_poor for s in segments)),
        sweep=_sweep(k, n, d, inertia, widths),
        map=_map(raw, X, centers, labels, columns, buying),
        heat=tidy(heat),
        importance=_importance(columns, heat),
        tree=_tree(columns, segments),
        decisions=_decisions(columns),
        cleaning=_cleaning(n),
        cautions=_cautions() if cautions else (),
        method=Method(
            {"k": None, "scale": "auto", "missing": "auto", "n_init": 4},
            0,
            4,
            11,
            num(inertia),
            "dense Lloyd, float64",
            {"covey": "0.1.0", "python": "3.11.9", "numpy": "2.4.0", "duckdb": "2.0.0"},
        ),
        buying=buying,
    )


def _rule(i: int, columns: tuple[Feature, ...], rows: np.ndarray, far: np.ndarray) -> Rule:
    """Tell a segment by the feature in which it is farthest, and by the next column."""
    first = int(abs(far).argmax())
    second = (first + 1) % len(columns)
    sign = "≥" if far[first] > 0 else "<"
    cuts = (
        (columns[first].name, sign, num(np.quantile(rows[:, first], 0.1 if sign == "≥" else 0.9))),
        (columns[second].name, "<", num(rows[:, second].max())),
    )[: len(columns)]
    text = " and ".join(f"{name} {sign} {value:,.4g}" for name, sign, value in cuts)
    return Rule(text, num(0.91 - 0.03 * (i % 5)), num(0.94 - 0.05 * (i % 4)), (cuts,))


def _why(name: str) -> str:
    return f"the profile lies nearest to the playbook's {name!r}: compare spend and recency"


def _measure(column: Feature, inside: np.ndarray, everyone: np.ndarray) -> Measure:
    deviation = everyone.std() or 1.0
    mean, overall = inside.mean(), everyone.mean()
    ratio = mean / overall if everyone.min() > 0 and overall else float("nan")
    p25, p50, p75 = np.quantile(inside, [0.25, 0.5, 0.75])
    return Measure(
        column.name,
        num(mean),
        num(p50),
        num(overall),
        num(np.median(everyone)),
        num(ratio),
        num((mean - overall) / deviation),
        num(100 * (everyone < p50).mean()),
        num(p25),
        num(p75),
        column.unit,
        column.role,
    )


def _blank(measure: Measure) -> Measure:
    nan = float("nan")
    return Measure(measure.name, nan, nan, nan, nan, nan, nan, nan, nan, nan, measure.unit)


def _levels(i: int) -> tuple[Level, ...]:
    app = SHOP[i][5]
    found = [Level("channel", "app", app, 0.37, num(app / 0.37))] if app > 0.45 else []
    if i == 0:
        found.append(Level("country", "Ireland", 0.12, 0.05, 2.4))
    return tuple(found)


def _unusual(raw, own, labels, names) -> tuple[Exemplar, ...]:
    worst = np.argsort(-own)[:4]
    return tuple(
        Exemplar(
            f"C{r}",
            tuple(tidy(raw[r]).tolist()),
            num(own[r]),
            f"nearest: {names[labels[r] - 1].text}",
        )
        for r in worst
    )


def _quality(columns, k, n, widths, unexplained, n_poor) -> Quality:
    if k == 1:
        nan = float("nan")
        return Quality(
            nan,
            0.0,
            0.0,
            0.0,
            "nothing to compare",
            nan,
            0,
            1.0,
            n_poor,
            0,
            "One segment holds everyone; there is nothing to tell apart.",
        )
    return Quality(
        num(widths.mean()),
        0.0,
        num(1 - unexplained),
        num(0.6 - 0.6 * unexplained),
        f"{k} equal bands of {columns[0].name}",
        0.962,
        20,
        0.914,
        n_poor,
        int(n * 0.031),
        "Clear: the groups are apart and come back in every refit, so plan by them.",
    )


def _sweep(k: int, n: int, d: int, inertia: float, widths: np.ndarray) -> Sweep:
    top = max(10, k)
    scores = [KScore(1, num(n * d), 0.0, float("nan"), 0.0, 1.0)] if k == 1 else []
    for other in range(2, top + 1):
        gap = abs(other - k)
        value = inertia * (1 + 0.45 * max(0, k - other)) * 0.955 ** max(0, other - k)
        mean = 0.3 if k == 1 else widths.mean()
        scores.append(
            KScore(
                other,
                num(value),
                num(1 - value / (n * d)),
                num(mean - 0.035 * gap),
                0.0,
                num(0.5 / other),
            )
        )
    best = np.nanmean(widths) if k > 1 else 0.0
    reason = (
        f"K = {k} has the best silhouette, {best:.2f}, and the WCSS bends there; "
        "no segment is smaller than 5 % of the rows."
    )
    return Sweep(tuple(scores), k, False, reason, widths, np.arange(n))


def _map(raw, X, centers, labels, columns, buying) -> Map:
    n, d = raw.shape
    rows = np.arange(0, n, max(1, n // 2000))
    axes = (0, min(3 if buying else 1, d - 1))
    values, vectors = np.linalg.eigh(X.T @ X / n)
    loadings = vectors[:, ::-1][:, :2].T
    loadings = np.vstack([loadings, np.zeros((2 - len(loadings), d))])
    loadings *= np.where(loadings[np.arange(2), abs(loadings).argmax(axis=1)] < 0, -1, 1)[:, None]
    flat = X @ loadings.T
    ellipses = []
    for number in range(1, len(centers) + 1):
        spread, turn = np.linalg.eigh(np.atleast_2d(np.cov(flat[labels == number].T)))
        half = np.sqrt(np.maximum(spread[::-1], 0) * 3.219)
        ellipses.append((*half, np.arctan2(turn[1, 1], turn[0, 1])))
    shares = np.append(values[::-1], 0)[:2] / values.sum()
    return Map(
        rows,
        labels[rows],
        (columns[axes[0]].name, columns[axes[1]].name),
        tidy(raw[rows][:, axes]),
        (buying, buying),
        tidy(flat[rows], 4),
        (num(shares[0]), num(shares[1])),
        tidy(loadings),
        tidy(centers @ loadings.T, 4),
        tidy(ellipses, 4),
    )


def _decisions(columns) -> tuple[Decision, ...]:
    used = [
        Decision(
            c.column,
            "number",
            "clustered on",
            "numbers with many values",
            f"--drop {c.column}",
            {"log": "skewness 3.1 → 0.2"} if "log" in c.transform else {},
        )
        for c in columns
    ]
    return (
        Decision(
            "customer_id",
            "identifier",
            "row identifier",
            "every value is different",
            "--features customer_id",
        ),
        *used,
        Decision(
            "channel",
            "category",
            "described",
            "3 distinct texts; told for each segment",
            "--categories cluster",
        ),
        Decision(
            "newsletter", "constant", "left out", "all values are equal", "--features newsletter"
        ),
    )


def _cleaning(n: int) -> tuple[CleaningStep, ...]:
    return (
        CleaningStep("rows in the file", "read", n + 212, "", n + 212),
        CleaningStep("exact duplicates", "removed", 175, "the same values in every column", n + 37),
        CleaningStep("rows without any number", "removed", 37, "nothing to compare", n),
        CleaningStep("missing recency_days", "changed", 37, "filled with the median, 58 days", n),
    )


def _cautions() -> tuple[Caution, ...]:
    return (
        Caution(
            "outliers",
            "60 customers lie far outside their segment; their spend pulls "
            "the mean up, so read the median first.",
        ),
        Caution("missing", "37 values of recency_days were missing; they take the median."),
    )
