"""Flags made from the options table: name, metavar, help, default, check. Nothing is said twice."""

from __future__ import annotations

import contextlib
import csv
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from covey.constraints import Choice, Flag, Number, Numbers, Text, Texts
from covey.errors import CoveyError, InputError, OptionError
from covey.options import Option


class SectionedCommand(click.Command):
    """A command whose help shows its flags under headings, and examples at the end."""

    def __init__(
        self,
        *args: Any,
        sections: Mapping[str, str],
        examples: Sequence[str],
        less: str = "use fewer rows",
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.sections = sections  # parameter name -> heading; others go under "Output"
        self.examples = examples
        self.less = less  # what to do when memory is short

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors name options as they are typed."""
        try:
            return super().invoke(ctx)
        except CoveyError as error:
            error.args = tuple(
                typed(arg, self.params) if isinstance(arg, str) else arg for arg in error.args
            )
            raise
        except MemoryError as error:
            raise InputError(
                f"the input must fit into memory; got more than there is; {self.less}"
            ) from error

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the flags; a file whose name begins like one is told how to be named."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            name = next((one for one in given if one[:1] == "-" and os.path.lexists(one)), None)
            if name is None:
                raise
            from covey.features.images.names import plain  # NumPy comes with it

            shown = plain(name)
            text = f"{error.format_message()} If you mean the file of that name: ./{shown}"
            raise click.UsageError(text, ctx) from error

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        """Answer to -h, too."""
        return ["-h", "--help"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the flags under their headings."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and not isinstance(param, click.Argument):
                heading = self.sections.get(param.name or "", "Output")
                groups.setdefault(heading, []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, and where the exit codes are."""
        with formatter.section("Examples"):
            for line in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
        formatter.write("\nExit codes: covey --help\n")


def flag(entry: Option) -> click.Option:
    """Make the flag of one option."""
    names = entry.flag.split("/") if entry.flag else ["--" + entry.name.replace("_", "-")]
    if entry.default is False and any(isinstance(rule, Flag) for rule in entry.rules):
        return click.Option([*names, entry.name], is_flag=True, help=entry.help)
    several = any(isinstance(rule, Texts) for rule in entry.rules)
    told = entry.help
    if several:
        told += " Separated by commas, or the flag given again."
    if entry.default is not None:
        told += f" [default: {entry.default}]"
    return click.Option(
        [*names, entry.name],
        metavar=entry.metavar or _metavar(entry),
        help=told,
        multiple=several,
        callback=_reader(entry),
        expose_value=True,
    )


def flags(table: Mapping[str, Option]) -> list[click.Option]:
    """Make the flags of several options, in their order."""
    return [flag(entry) for entry in table.values()]


def text_of(entry: Option) -> str:
    """Return the first flag of an option, as a user types it."""
    return flag(entry).opts[0]


def typed(message: str, params: Sequence[click.Parameter]) -> str:
    """Return an error's message with options under the names that are typed, not Python's.

    A name of several words (``min_ssim``) is one anywhere; one that is a word as any other
    (``palette``) where it is what must hold, or what to leave out. What is quoted stays.
    """
    names = {
        param.name: param.opts[0]
        for param in params
        if param.name and isinstance(param, click.Option)
    }
    for name, shown in names.items():
        if "_" in name:
            message = re.sub(rf"(?<![\w'\"./\\-]){name}(?![\w'\"./\\-])", shown, message)
        else:
            begins = rf"^(\s*){name}(?= (?:\S+ )?must\b)"
            message = re.sub(begins, rf"\g<1>{shown}", message, flags=re.MULTILINE)
            message = re.sub(rf"(?<= must come without ){name}(?=,)", shown, message)
    return message


def _metavar(entry: Option) -> str:
    """Return what a flag takes, in a word."""
    if any(isinstance(rule, Text) for rule in entry.rules):
        return "TEXT"
    for rule in entry.rules:
        if isinstance(rule, Choice):
            return "|".join(rule.words)
        if isinstance(rule, Texts):
            return "NAME,…"
        if isinstance(rule, Number):
            return "N"
    return "TEXT"


def _reader(entry: Option) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Return what turns the text of a flag into a checked value."""

    def read(_ctx: click.Context, param: click.Parameter, text: Any) -> Any:
        if text is None or text == ():
            return entry.default
        value = value_of(entry, text)
        try:
            entry.check(value)
        except OptionError as error:
            # the same words as in Python, under the name that was typed
            shown = str(error).replace(" or None; got", "; got", 1)
            shown = shown.replace(f"{entry.name} must", f"{param.opts[0]} must", 1)
            if isinstance(value, tuple) and value:  # what was typed was no tuple
                shown = shown.replace(f"got {value!r}", f"got {', '.join(map(repr, value))}", 1)
            raise type(error)(shown) from None
        return value

    return read


def value_of(entry: Option, text: str | Sequence[str]) -> Any:
    """Return the value that the text of a flag stands for; text that is none stays text."""
    for rule in entry.rules:
        if isinstance(rule, Texts):
            return tuple(item for part in text for item in split(part))
        if isinstance(rule, Numbers) and isinstance(text, str):
            with contextlib.suppress(ValueError):
                return tuple(int(item) for item in text.split(","))
        if isinstance(rule, Number) and isinstance(text, str):
            with contextlib.suppress(ValueError):
                return int(text) if rule.whole else float(text)
        if isinstance(rule, Choice) and "\t" in rule.words and text == "\\t":
            return "\t"  # as a shell passes it on
    return text


def split(text: str) -> list[str]:
    """Split names at commas; a name with a comma in it goes between double quotes."""
    if not text.strip():
        return [text]
    (row,) = csv.reader([text], skipinitialspace=True)
    return [name.strip() for name in row]
