"""The part of the page that ``quality.csv`` makes."""

from __future__ import annotations

import csv


def quality_section(text: str) -> str:
    """Return Markdown from the text of ``quality.csv``."""
    head, _, body = text.partition("\n")
    rows = list(csv.DictReader(body.splitlines()))
    seeds = sum(int(row["seeds"]) for row in rows)
    not_above = sum(int(row["not_above"]) for row in rows)
    quicker = sum(float(row["covey_ms"]) < float(row["one_start_ms"]) for row in rows)
    lines = [
        "\n## Quality\n\n",
        "Covey's default beside ten starts of scikit-learn (inertia), and beside one (time).\n\n",
        f"**In {not_above} of {seeds} runs Covey's inertia is not above that of ten starts; on "
        f"{quicker} of {len(rows)} sets its median time is below that of one start.**\n\n",
        f"Machine: {head.removeprefix('# ')}.\n\n",
        "| set | rows × features | k | not above | inertia, median | worst | to best seen "
        "| Covey, ms | one start, ms | ten starts, ms |\n",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    ]
    for row in rows:
        good = int(row["not_above"]) == int(row["seeds"])
        quick = float(row["covey_ms"]) < float(row["one_start_ms"])
        share = f"{row['not_above']}/{row['seeds']}"
        ratios = " | ".join(
            f"{float(row[name]):.5f}" for name in ("median_ratio", "worst_ratio", "to_best_seen")
        )
        others = f"{float(row['one_start_ms']):.3g} | {float(row['ten_starts_ms']):.3g}"
        lines.append(
            f"| {row['name']} | {int(row['n']):,} × {int(row['d']):,} | {row['k']} "
            f"| {'✓' if good else '✗'} {share} | {ratios} "
            f"| {'✓' if quick else '✗'} {float(row['covey_ms']):.3g} | {others} |\n"
        )
    return "".join(lines)
