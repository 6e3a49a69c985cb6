"""``covey image`` for folders and several files: side by side, and past those that fail."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from covey.cli.flags import flags, typed
from covey.cli.images import results
from covey.cli.images.making import Wishes, plan_image, plan_palette, write_all, write_made
from covey.cli.images.one_palette import refuse_own_colors, with_one_palette
from covey.cli.images.places import label_of, means_folder, places_beside, places_in, refuse
from covey.cli.images.results import FAILED, Outcome
from covey.cli.images.side_by_side import ProcessEnded, side_by_side
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
    place: Path  # where the image goes; what else is made of it lies beside


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
    tasks, notes = _tasks(found.sources, out, label, FORMATS[ready.format or "png"])
    table = Path(out, TABLE) if out is not None and wishes.writes else None
    palettes = plan_palette(wishes)
    planned = [(task.source.path, [*plan_image(task.place, wishes)]) for task in tasks]
    refuse([*planned, ("", [*palettes, *([table] if table else [])])], wishes.force)
    outcomes = _unread(found, wishes)
    with progress(wishes.quiet) as on_progress:
        if wishes.one_palette:
            ready, palette = with_one_palette(ready, [s.path for s in found.sources], on_progress)
            if palette is not None:
                title = Path(given[0]).stem
                made = {path: part.make(palette, title) for path, part in palettes.items()}
                write_all(made, wishes.force)
        ready = ready.with_palette_read()
        outcomes += _all_done(ready, tasks, wishes, on_progress)
        if table is not None:
            write_all({table: table_csv([one.row for one in outcomes])}, wishes.force)
    if not wishes.quiet and not wishes.as_json:
        say(results.summary(outcomes, found, notes, str(table or ""), wishes.report))
    _end(outcomes, table is not None)


def _tasks(
    sources: Sequence[Source], out: str | None, label: str, suffix: str
) -> tuple[list[Task], list[str]]:
    """Return what is to be made of each source, and what to say of names that met."""
    places, notes = (
        places_beside(sources, label, suffix) if out is None else places_in(out, sources, suffix)
    )
    return [Task(*each) for each in zip(sources, places, strict=True)], notes


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


def _all_done(
    ready: Image, tasks: Sequence[Task], wishes: Wishes, on_progress: OnProgress
) -> list[Outcome]:
    """Make and write every image, at most ``jobs`` at a time, and return what came of each.

    Only this process writes: interrupted, it ends the others at once, and what is written stays.
    """
    n_jobs = min(jobs_of(wishes), len(tasks))
    make = functools.partial(_made, ready, wishes, max(1, jobs_of() // max(1, n_jobs)))
    outcomes: dict[int, Outcome] = {}
    n_told = 0
    with contextlib.closing(side_by_side(make, tasks, n_jobs)) as made:
        for i, result in made:
            outcomes[i] = _outcome(ready, tasks[i], result, wishes)
            on_progress(f"{len(outcomes):,} of {len(tasks):,} images", len(outcomes) / len(tasks))
            while n_told in outcomes:
                if wishes.as_json:
                    say(outcomes[n_told].json)
                outcomes[n_told] = dataclasses.replace(outcomes[n_told], json="")
                n_told += 1
    return [outcomes[i] for i in range(len(tasks))]


def jobs_of(wishes: Wishes | None = None) -> int:
    """Return how many images are made at a time: what was said, or the cores there are."""
    from covey.engine.passes import get_threads

    return (wishes and wishes.jobs) or get_threads()


def _made(
    ready: Image, wishes: Wishes, n_threads: int, task: Task
) -> tuple[Outcome, dict[Path, bytes]]:
    """Make one image, in a process of its own; nothing is written here."""
    from covey.engine.passes import set_threads

    set_threads(n_threads)
    warnings.filterwarnings("ignore", module="PIL")  # as in the process that began it
    result, name = ready.run(task.source.path), task.source.below
    if result.skipped:
        return results.left_out(result.facts, name, wishes.as_json), {}
    plan = plan_image(task.place, wishes)
    contents = {place: part.make(result) for place, part in plan.items()}
    place = str(task.place) if wishes.writes else ""
    return results.done(result.facts, name, place, wishes.as_json), contents


def _outcome(
    ready: Image, task: Task, made: tuple[Outcome, dict[Path, bytes]] | Exception, wishes: Wishes
) -> Outcome:
    """Write what was made of one image; what is wrong with it becomes a failed outcome."""
    path, defect = task.source.path, None
    try:
        if isinstance(made, Exception):
            raise made
        outcome, contents = made
        write_made(contents, wishes, task.place, path if ready.keep_metadata else "")
        return outcome
    except MissingExtraError:
        raise
    except MemoryError:
        text = f"{path!r} must fit into memory; got more than there is; lower --jobs"
    except ProcessEnded as error:
        text = f"{path!r} must fit into memory, most likely; {error}; lower --jobs"
    except CoveyError as error:
        text = typed(str(error), flags(ready.options()))
    except Exception as error:  # a defect of ours with one image must not stop the others
        text = f"{path!r} met a defect of Covey: {type(error).__name__}: {error}"
        defect = error
    return results.failed(task.source.below, text, wishes.as_json, defect)


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
