"""Measure Covey's colors beside its peers': ``make bench-images``, or for a part of it

    python -m benchmarks.images --methods covey,pngquant --k 16,64,256 --dither 0,1
    python -m benchmarks.images --methods mine.trial:quantize,pngquant --pictures kodim23,china
    python -m benchmarks.images --quick        # does everything run? writes nothing
    python -m benchmarks.images --page         # the page anew from the CSV files
    python -m benchmarks.images --list         # methods and pictures

Photos come from the folder that COVEY_DATA names. A part is printed and not written. What peers
made is kept in ~/.cache/covey-bench-images (or COVEY_BENCH_CACHE); times are always taken anew.
"""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks.images import bars, measure, page, pictures, rows, sheets, tell, timing
from benchmarks.images.methods import METHODS, chosen
from benchmarks.images.scores import METRICS

Names = list[str]


def parsed() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.images", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("--methods", default="", help="by name or module:function, and commas; all else")
    add("--pictures", default="", help="by name, or photo, flat, alpha; all else")
    add("--k", default="", help="numbers of colors, by commas")
    add("--dither", default="", help="strengths, by commas; none and each method's own else")
    add("--metrics", default="", help=f"of {', '.join(METRICS)}; all else")
    add("--jobs", type=int, default=2, help="processes side by side")
    add("--write", action="store_true", help="write a part, too, in place of its rows of before")
    add("--times", action="store_true", help="times only, of 0.4 and 24 megapixels")
    add("--quick", action="store_true", help="few pictures and K: does everything run?")
    add("--page", action="store_true", help="write the page and the sheets anew from the CSV files")
    add("--list", action="store_true", help="name the methods and the pictures")
    return parser.parse_args()


def main() -> None:
    """Do what the arguments ask."""
    asked = parsed()
    if asked.list:
        print(*METHODS, "", *pictures.names(), sep="\n")
    elif asked.page:
        sheets.write(rows.FOLDER)
        page.write(rows.FOLDER)
    elif asked.times or asked.quick:
        if asked.quick:
            _measured(asked, list(pictures.QUICK), [4, 64])
        timing.main(_names(asked.methods), quick=asked.quick, write=asked.write)
        if asked.write:
            page.write(rows.FOLDER)
    else:
        _measure(asked)


def _measure(asked: argparse.Namespace) -> None:
    """Measure all, and write; or a part, and print."""
    names = [one for name in _names(asked.pictures) for one in _of_kind(name)]
    part = bool(names or asked.methods or asked.k or asked.dither or asked.metrics)
    found = _measured(asked, names or pictures.names(), _numbers(asked.k, int) or list(bars.KS))
    if part and not asked.write:
        return
    machine = timing.machine_line()
    if part:
        machine, found = rows.joined(rows.IMAGES, machine, found, rows.Row)
    rows.write(rows.IMAGES, machine, found, rows.Row)
    sheets.write(rows.FOLDER)
    page.write(rows.FOLDER)
    if not part:
        timing.main([], quick=False)  # ends the program where the machine is busy
        page.write(rows.FOLDER)


def _measured(asked: argparse.Namespace, names: Names, ks: list[int]) -> list[rows.Row]:
    start = time.monotonic()
    methods = _names(asked.methods) or list(METHODS)
    try:
        for name in names:
            pictures.load(name)
        chosen(methods)
    except (KeyError, ImportError, AttributeError) as unknown:
        sys.exit(str(unknown.args[0]))
    found = []
    plan = measure.Plan(
        tuple(names),
        tuple(methods),
        tuple(ks),
        tuple(_numbers(asked.dither, float)),
        tuple(_names(asked.metrics) or METRICS),
    )
    for row in measure.measure(plan, asked.jobs):
        found.append(row)
        if sys.stderr.isatty():
            print(
                f"\r{len(found)} {row.picture} K={row.k} {row.method}\033[K",
                end="",
                file=sys.stderr,
            )
    print(f"\n{len(found)} in {time.monotonic() - start:.0f} s")
    for kind in dict.fromkeys(row.kind for row in found):
        print(tell.told(found, kind), end="\n\n")
    return found


def _names(text: str) -> Names:
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(text: str, kind: type) -> list:
    return [kind(word) for word in _names(text)]


def _of_kind(name: str) -> Names:
    return pictures.names(name) if name in ("photo", "flat", "alpha") else [name]


if __name__ == "__main__":
    main()
