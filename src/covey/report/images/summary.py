"""What a terminal shows of a compressed image: a few aligned lines, and the table over K."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from covey.picture import Fidelity, ImageFacts, Variant
from covey.report.images.words import (
    SPACES,
    colors_text,
    difference_text,
    dither_text,
    equal_as_read,
    picture_text,
    printable,
    psnr_text,
    ratio_text,
    size_text,
    ssim_text,
    tiny,
    verdict,
)
from covey.report.numbers import count, fixed, number, plain
from covey.report.terminal import screen_width

_SEARCHES = ("quality", "min_ssim", "max_bytes")  # options that choose the number of colors
_LONGEST_HEAD = 24  # columns; a longer name has a line of its own

#: heading of each column of the table over K, in two lines
_HEADINGS = (
    ("", "colors"), ("", "bytes"), ("bits per", "pixel"), ("raw ÷", "made"), ("given ÷", "made"),
    ("PSNR", "dB"), ("", "SSIM"), ("mean", "CIEDE2000"), ("", "seconds"),
)  # fmt: skip


def summary_text(facts: ImageFacts, width: int = 100) -> str:
    """Say in a few aligned lines what came of an image.

    Parameters
    ----------
    width : int
        Columns of the terminal; lines are wrapped to it.

    Returns
    -------
    str
        Lines that end with a newline. Control characters in the name never reach the terminal.
    """
    made = facts.chosen
    sizes = [] if tiny(facts) else [ratio_text(made.ratio_raw, "raw")]
    if made.ratio_file is not None:
        sizes.append(ratio_text(made.ratio_file, "the file given"))
    beside = f": {', '.join(sizes)}" if sizes else ""
    bits = "" if tiny(facts) else f"{fixed(made.bits_per_pixel)} bits per pixel, "
    space = SPACES.get(facts.space, facts.space)
    name = printable(facts.picture.name) or "image"
    rows = [
        (name, picture_text(facts.picture)),
        (colors_text(made.n_colors), f"{facts.format} of {size_text(made.n_bytes)}{beside}"),
        ("", f"{bits}{_likeness_text(facts)}"),
        ("", f"in {space}, {dither_text(made.dither)}, {_seconds_text(facts)}"),
    ]
    rows += [("note", text) for text in verdict(facts)]
    rows += [("note", one.text) for one in (*facts.picture.cautions, *facts.cautions)]
    return plain(_aligned([(head, printable(text)) for head, text in rows], width))


def _likeness_text(facts: ImageFacts) -> str:
    """Say how near it is, in figures where anything differs."""
    if facts.exact:
        return "every pixel as it was"
    if equal_as_read(facts):
        return "every pixel as it was read, in 8 bits a channel"
    found = facts.chosen.fidelity
    return (
        f"PSNR {psnr_text(found.psnr)}, SSIM {ssim_text(found.ssim)}, "
        f"mean CIEDE2000 {difference_text(found.ciede2000)}"
    )


def _seconds_text(facts: ImageFacts) -> str:
    """Say how long the colors took, or the search for their number."""
    time = f"{number(facts.chosen.seconds)} seconds"
    searched = any(facts.options.get(name) is not None for name in _SEARCHES)
    return f"searched for {time}" if searched else time


def _aligned(rows: list[tuple[str, str]], room: int) -> str:
    """Put texts beside their heads; a head too long for that stands above its text."""
    short = [screen_width(head) for head, _ in rows if screen_width(head) <= _LONGEST_HEAD]
    width = max(short, default=0)
    lines = []
    for head, text in rows:
        if screen_width(head) > width:
            lines.append(head)
            head = ""
        # a no-break space is no place to break for textwrap
        for part in textwrap.wrap(text, max(room - width - 2, 30), break_on_hyphens=False):
            lines.append(f"{head}{' ' * (width - screen_width(head))}  {part}")
            head = ""
    return "\n".join(lines) + "\n"


def table_text(facts: ImageFacts) -> str:
    """Return the table over K with aligned columns; empty when no variants were asked for."""
    return _columns([*map(_cells, facts.variants)], _HEADINGS)


def medians_text(images: Sequence[Sequence[Variant]]) -> str:
    """Return one table over K of several images: medians, but bytes are of all together.

    Parameters
    ----------
    images : sequence of the variants of each image
        All of the same numbers of colors.
    """
    rows = [_cells(_median(variants)) for variants in zip(*images, strict=True)]
    return _columns(rows, (_HEADINGS[0], ("bytes", "of all"), *_HEADINGS[2:]))


def _median(variants: Sequence[Variant]) -> Variant:
    """Return the medians of one number of colors, and the sum of the bytes."""

    def median(name: str, of: Sequence[Any] = variants) -> Any:
        values = [value for one in of if (value := getattr(one, name)) is not None]
        return statistics.median(values) if values else None

    figures = ("bits_per_pixel", "ratio_raw", "ratio_file", "seconds")
    likeness = [one.fidelity for one in variants]
    return replace(
        variants[0],
        n_colors=variants[0].k,
        n_bytes=sum(one.n_bytes for one in variants),
        fidelity=Fidelity(**{f.name: median(f.name, likeness) for f in fields(Fidelity)}),
        **{name: median(name) for name in figures},
    )


def _columns(rows: list[list[str]], headings: Sequence[tuple[str, str]]) -> str:
    """Align rows under their headings, without columns that are empty; no rows, no text."""
    if not rows:
        return ""
    kept = [j for j in range(len(headings)) if any(row[j] for row in rows)]
    table = [[top[j] for j in kept] for top in zip(*headings, strict=True)]
    table += [[row[j] for j in kept] for row in rows]
    widths = [max(len(line[j]) for line in table) for j in range(len(kept))]
    lines = [
        "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
    return plain("\n".join(lines)) + "\n"


def _cells(variant: Variant) -> list[str]:
    fidelity = variant.fidelity
    return [
        count(variant.n_colors),
        count(variant.n_bytes),
        fixed(variant.bits_per_pixel),
        f"{variant.ratio_raw:.1f}",
        "" if variant.ratio_file is None else f"{variant.ratio_file:.2f}",
        psnr_text(fidelity.psnr).removesuffix("\u00a0dB"),
        ssim_text(fidelity.ssim),
        difference_text(fidelity.ciede2000),
        number(variant.seconds),
    ]
