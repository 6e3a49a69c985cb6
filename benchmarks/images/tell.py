"""Tables on the terminal: medians of each method, and beside pngquant at the same K."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.images.figures import Figures, Who
from benchmarks.images.rows import Row

SHOWN = ("psnr", "ssim", "ciede2000", "ssimulacra2", "butteraugli", "cast", "bytes")
RIVAL = "pngquant"


def told(rows: Sequence[Row], kind: str = "photo") -> str:
    """Return the medians over the pictures of a kind, and the paired medians in brackets."""
    figures = Figures(rows)
    keys = dict.fromkeys((row.k, Who(row.method, row.dither)) for row in rows if row.kind == kind)
    n = len({row.picture for row in rows if row.kind == kind})
    head = f"{kind}: medians of {n} (beside {RIVAL} at the same K; bytes as a ratio)"
    lines = [head, f"{'K':>4} {'method':22}{'dither':>7}" + "".join(f"{m:>18}" for m in SHOWN)]
    for k, who in keys:
        rival = Who(RIVAL, 1.0 if who.dither else 0.0)
        cells = [_cell(figures, who, rival, k, metric, kind) for metric in SHOWN]
        lines.append(f"{k:4} {who.method[-22:]:22}{who.dither:7.2f}" + "".join(cells))
    why = {f"  {row.method}: {row.status}" for row in rows if row.kind == kind and row.status}
    return "\n".join([*lines, *sorted(why)])


def _cell(figures: Figures, who: Who, rival: Who, k: int, metric: str, kind: str) -> str:
    value = figures.median(who, k, metric, kind)
    if value is None:
        return " " * 18
    text = f"{value:,.0f}" if metric == "bytes" else f"{value:.3f}"
    beside = figures.paired(who, rival, k, metric, kind).median
    if beside is None or who == rival:
        return f"{text:>8}{'':10}"
    sign = f"{beside:.3f}×" if metric == "bytes" else f"{beside:+.3f}"
    return f"{text:>8}{f'({sign})':>10}"
