"""The results as a page: ``results/images.md``, from the CSV files alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.images import rows, sheets
from benchmarks.images.bars import KS, TIMED_KS, Verdict, verdicts
from benchmarks.images.figures import Figures, Who
from benchmarks.images.rows import Row, Time

HEAD = """# Colors beside the peers

Written by `make bench-images` from `images.csv` and `images_times.csv`. Medians over {n} photos;
beside pngquant, the median of the differences on the same photos. Bytes are of indexed PNG by
oxipng, level 4, for all. PSNR is over all sRGB values; SSIM is Wang's (2004), Gaussian window, mean
of the channels; CIEDE2000 is the mean over the pixels; SSIMULACRA2 by the package `ssimulacra2`;
butteraugli by Debian's program. Of pictures with alpha, the worst over black, white and a
checkerboard counts.

"""
COLUMNS = ("psnr", "ssim", "ciede2000", "ssimulacra2", "butteraugli", "bytes")
FORMS = {"psnr": "{:.2f}", "ssim": "{:.3f}", "ciede2000": "{:.2f}", "ssimulacra2": "{:.1f}",
         "butteraugli": "{:.2f}", "bytes": "{:,.0f}"}  # fmt: skip


def write(folder: Path) -> None:
    """Write the page into the folder of the CSV files."""
    machine, found = rows.read(folder / rows.IMAGES.name, Row)
    times, told = folder / rows.TIMES.name, [machine]
    taken: list[Time] = []
    if times.exists():
        line, taken = rows.read(times, Time)
        told += [] if line == machine else [f"{line} (the times)"]
    pictures = [path.name for path in sorted(folder.glob(sheets.PATTERN))]
    text = page(Figures(found, taken), told, pictures)
    (folder / "images.md").write_text(text, encoding="utf-8")


def page(figures: Figures, machines: list[str], pictures: list[str]) -> str:
    """Return the page as Markdown."""
    n = len({row.picture for row in figures.rows if row.kind == "photo"})
    judged = verdicts(figures)
    measured = [one for one in judged if one.value is not None]
    met = sum(one.met for one in measured)
    parts = [
        HEAD.format(n=n),
        f"**{met} of {len(measured)} bars are met; {len(judged) - len(measured)} were not "
        "measured.**\n\n",
        *(f"Machine: {line}.\n\n" for line in machines),
        *_bars(judged),
        *_medians(figures, "photo", "Photos"),
        *_medians(figures, "flat", "Flat graphics"),
        *_medians(figures, "alpha", "Soft alpha"),
        *_times(figures),
        *_missing(figures),
        *_sheets(pictures),
    ]
    return "".join(parts)


def _bars(judged: list[Verdict]) -> Iterator[str]:
    yield "## Beside the bars\n"
    part = ""
    for one in judged:
        bar = one.bar
        if bar.part != part:
            part = bar.part
            yield f"\n**{part}**\n\n| figure | K | bar | Covey | |\n|---|---:|---:|---:|---|\n"
        value = "" if one.value is None else f"{one.value:.3f}"
        word = "not measured" if one.value is None else "✓ met" if one.met else "✗ missed"
        yield f"| {bar.what} | {bar.k} | {bar.sense} {bar.bound:g} | {value} | {word} |\n"


def _medians(figures: Figures, kind: str, title: str) -> Iterator[str]:
    entries = [Who(row.method, row.dither) for row in figures.rows if row.kind == kind]
    names = sorted({row.picture for row in figures.rows if row.kind == kind})
    if not names:
        return
    yield f"\n## {title}\n\nMedians over {', '.join(names)}.\n"
    for dithered in (False, True):
        able = [who for who in dict.fromkeys(entries) if bool(who.dither) == dithered]
        yield f"\n<details{' open' if kind == 'photo' else ''}><summary>"
        yield f"{'Dithered' if dithered else 'No dithering'}</summary>\n\n"
        yield "| K | method | PSNR | SSIM | CIEDE2000 | SSIMULACRA2 | butteraugli | PNG bytes |\n"
        yield f"|---:|---|{'---:|' * len(COLUMNS)}\n"
        for k in KS:
            for who in able:
                values = [figures.median(who, k, metric, kind) for metric in COLUMNS]
                if any(value is not None for value in values):
                    yield f"| {k} | {_name(who)} | {_cells(values)} |\n"
        yield "\n</details>\n"


def _name(who: Who) -> str:
    return who.method if who.dither in (0, 1) else f"{who.method}, {who.dither:g}"


def _cells(values: list[float | None]) -> str:
    pairs = zip(COLUMNS, values, strict=True)
    return " | ".join("" if value is None else FORMS[name].format(value) for name, value in pairs)


def _times(figures: Figures) -> Iterator[str]:
    entries = list(dict.fromkeys(Who(time.method, time.dither) for time in figures.times))
    if not entries:
        return
    yield "\n## Seconds from pixels to indices\n\nMedians; photos have about 0.4 megapixels.\n\n"
    columns = [(k, large) for large in (False, True) for k in TIMED_KS]
    heads = [f"K={k}, {'24' if large else '0.4'} MP" for k, large in columns]
    yield f"| method | dithering | {' | '.join(heads)} | cores |\n"
    yield f"|---|---:|{'---:|' * (len(columns) + 1)}\n"
    for who in entries:
        found = [list(figures.seconds(who, k, large).values()) for k, large in columns]
        cells = " | ".join(f"{median(values):.3f}" if values else "" for values in found)
        own = [t.cores for t in figures.times if (t.method, t.dither) == (who.method, who.dither)]
        cores = [value for value in own if value is not None]
        used = f"{median(cores):.2f}" if cores else ""
        yield f"| {who.method} | {who.dither:g} | {cells} | {used} |\n"


def _missing(figures: Figures) -> Iterator[str]:
    why = {
        (r.method, r.status.replace("|", "/")) for r in (*figures.rows, *figures.times) if r.status
    }
    if why:
        yield "\n## Left out\n\n"
        yield from (f"- {method}: {status}\n" for method, status in sorted(why))


def _sheets(pictures: list[str]) -> Iterator[str]:
    if pictures:
        yield "\n## To the eye\n\nParts of the pictures at 200 %.\n\n"
        yield from (
            f"![Covey beside pngquant at K = 4, 16, 64, 256]({name})\n\n" for name in pictures
        )
