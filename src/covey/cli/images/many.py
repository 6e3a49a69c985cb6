"""``covey image`` for folders and several files: side by side, and past those that fail."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from covey.cli.images import results
from covey.cli.images.making import (
    Make,
    Wishes,
    plan_image,
    plan_palette,
    write_all,
)
from covey.cli.images.one_palette import refuse_own_colors, with_one_palette
from covey.cli.images.places import label_of, means_folder, places_beside, places_in, refuse
from covey.cli.images.results import FAILED, Outcome
from covey.cli.images.sources import Found, Source, find_sources, is_folder
from covey.cli.output import say
from covey.cli.progress import progress
from covey.errors import CoveyError, InputError, MissingExtraError, OptionError, SomeFailedError
from covey.features.images import is_image_name
from covey.features.images.names import plain
from covey.report.images.data import table_csv
from covey.report.images.encoding import FORMATS

if TYPE_CHECKING:
    from covey.recipes._recipe import OnProgress
    from covey.recipes.image import Image

TABLE = "results.csv"


@dataclass(frozen=True)
class Task:
    """One image to make."""

    source: Source
    plan: Mapping[Path, Make]
    place: str  # where the image itself goes; empty when it is not written


def run_many(
    recipe: type[Image], given: Sequence[str], wishes: Wishes, values: Mapping[str, Any]
) -> None:
    """Check first; then make and write one image after the other, some at a time; then tell."""
    ready: Image = recipe.of(**{**values, "format": values["format"] or "png"})
    ready.check()
    if wishes.one_palette:
        refuse_own_colors(ready)
    label = label_of(recipe, values)
    out = _folder(given, wishes, label)
    found = find_sources(given, out)
    if not found.sources and not found.unread:
        raise InputError(
            f"{', '.join(repr(plain(path)) for path in given)} must have an image in it; found "
            f"none{''.join(f', {text}' for text in results.passed_over(found))}; nothing to do"
        )
    tasks, notes = _tasks(found.sources, out, label, FORMATS[ready.format or "png"], wishes)
    table = Path(out, TABLE) if out is not None and wishes.writes else None
    palettes = plan_palette(wishes)
    planned = [(task.source.path, [*task.plan]) for task in tasks]
    refuse([*planned, ("", [*palettes, *([table] if table else [])])], wishes.force)
    outcomes = _unread(found, wishes)
    with progress(wishes.quiet) as on_progress:
        if wishes.one_palette:
            ready, palette = with_one_palette(ready, [s.path for s in found.sources], on_progress)
            if palette is not None:
                title = Path(given[0]).stem
                write_all({p: make(palette, title) for p, make in palettes.items()}, wishes.force)
        outcomes += _all_done(ready, tasks, wishes, on_progress)
        if table is not None:
            write_all({table: table_csv([one.row for one in outcomes])}, wishes.force)
    if not wishes.quiet and not wishes.as_json:
        say(results.summary(outcomes, found, notes, str(table or "")))
    _end(outcomes, table is not None)


def _tasks(
    sources: Sequence[Source], out: str | None, label: str, suffix: str, wishes: Wishes
) -> tuple[list[Task], list[str]]:
    """Return what is to be made of each source, and what to say of names that met."""
    places, notes = (
        places_beside(sources, label, suffix) if out is None else places_in(out, sources, suffix)
    )
    tasks = [
        Task(source, plan_image(place, wishes), str(place) if wishes.writes else "")
        for source, place in zip(sources, places, strict=True)
    ]
    return tasks, notes


def _folder(given: Sequence[str], wishes: Wishes, label: str) -> str | None:
    """Return the output folder; None: each result beside its source."""
    out = wishes.output
    if "-" in given:
        raise OptionError("- (standard input) must be the only SOURCE; name the others alone")
    if (wishes.palette_out or wishes.swatches) and not wishes.one_palette:
        raise OptionError(
            "--palette-out and --swatches must come with one image or with --one-palette; "
            f"got {len(given)} SOURCE{'' if len(given) == 1 else 's'}; "
            "the palette of each image is in its --report and --json"
        )
    if out == "-":
        raise OptionError("-o must be a folder for several images; got - (standard output)")
    if out is not None and not means_folder(out) and (is_image_name(out) or os.path.lexists(out)):
        raise OptionError(
            f"-o must be a folder for several images; got {plain(out)!r}; "
            "name a folder, or end its name with /"
        )
    if out is not None or not any(map(is_folder, given)):
        return out
    folder = os.path.normpath(given[0])
    if len(given) > 1 or not Path(folder).name.strip("."):
        raise OptionError(
            f"-o must say where to write; got {plain(given[0])!r} and no -o; name a folder with -o"
        )
    return f"{folder}-{label}"


def _unread(found: Found, wishes: Wishes) -> list[Outcome]:
    said = [
        (path, f"{path!r} must be a folder that can be read; got: {why}")
        for path, why in found.unread
    ]
    outcomes = [results.failed(path, text, wishes.as_json) for path, text in said]
    for outcome in outcomes if wishes.as_json else ():
        say(outcome.json)
    return outcomes


class _Stopped(Exception):  # noqa: N818 (no error: the user's wish)
    """The command was interrupted; an image under way is given up."""


def _all_done(
    ready: Image, tasks: Sequence[Task], wishes: Wishes, on_progress: OnProgress
) -> list[Outcome]:
    """Make and write every image, at most ``jobs`` at a time, and return what came of each.

    Interrupted, it ends at the next stage of each image under way; what is written stays.
    """
    stop, lock, n_done = threading.Event(), threading.Lock(), 0

    def hear(_stage: str, _share: float) -> None:
        if stop.is_set():
            raise _Stopped

    def work(task: Task) -> Outcome:
        nonlocal n_done
        hear("", 0.0)
        outcome = _outcome(ready, task, wishes, hear)
        with lock:
            n_done += 1
            on_progress(f"{n_done:,} of {len(tasks):,} images", n_done / len(tasks))
        return outcome

    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(jobs_of(wishes)) as pool:
        try:
            for outcome in pool.map(work, tasks):
                outcomes.append(dataclasses.replace(outcome, json=""))
                if wishes.as_json:
                    say(outcome.json)
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return outcomes


def jobs_of(wishes: Wishes) -> int:
    """Return how many images are made at a time: what was said, or the cores there are."""
    from covey.engine.passes import get_threads

    return wishes.jobs or get_threads()


def _outcome(ready: Image, task: Task, wishes: Wishes, hear: OnProgress) -> Outcome:
    """Make and write one image; what is wrong with it becomes a failed outcome."""
    name = task.source.below
    try:
        result = ready.run(task.source.path, hear)
        if result.skipped:
            return results.left_out(result.facts, name, wishes.as_json)
        contents = {place: make(result) for place, make in task.plan.items()}
        hear("Writing", 0.0)
        write_all(contents, wishes.force)
        return results.done(result.facts, name, task.place, wishes.as_json)
    except (MissingExtraError, BrokenPipeError, _Stopped):
        raise
    except MemoryError:
        text = f"{task.source.path!r} must fit into memory; got more than there is; lower --jobs"
        return results.failed(name, text, wishes.as_json)
    except CoveyError as error:
        return results.failed(name, str(error), wishes.as_json)
    except Exception as error:  # a defect of ours with one image must not stop the others
        text = f"{task.source.path!r} met a defect of Covey: {type(error).__name__}: {error}"
        return results.failed(name, text, wishes.as_json, error)


def _end(outcomes: Sequence[Outcome], has_table: bool) -> None:
    """Raise what ends a run in which images failed."""
    bad = sum(one.status == FAILED for one in outcomes)
    defect = next((one.defect for one in outcomes if one.defect is not None), None)
    if defect is not None:
        click.echo(f"covey: error: {results.failures(outcomes, has_table)}", err=True)
        raise defect
    if bad:
        error = InputError if bad == len(outcomes) else SomeFailedError
        raise error(results.failures(outcomes, has_table))
