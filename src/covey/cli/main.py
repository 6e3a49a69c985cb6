"""The command ``covey``: finds its sub-commands, and turns every error into a line and a code.

Nothing heavy is imported here: a sub-command's module is imported when it is called, and NumPy
only when there is work to do.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import Any, NoReturn

import click

from covey import __version__
from covey.errors import CoveyError, nearest

#: sub-commands that are not recipes: name -> one line of help
COMMANDS = {
    "predict": "Put new rows into the segments of a saved model.",
    "example": "Generate example customers with a known ground truth.",
    "playbook": "Print the built-in playbook of names and actions.",
    "doctor": "Print versions, instruction sets, threads and extras.",
}

#: recipes whose command is more than their options: one module each
OWN = ("image",)

HELP = """From a raw file to groups that people can act on.

\b
covey example -o customers.csv         50,000 customers to try it on
covey segment customers.csv -o out     find, name and report the segments
covey predict out/model.covey new.csv  put new rows into them
covey choose-k table.csv               how many groups, and how sure
covey compare table.csv                is k-means right, or another method

Every command has examples: covey COMMAND --help.
"""

EPILOG = """\b
Exit codes:
    0  done
    1  a defect of Covey
    2  a wrong option, argument or command
    3  the input cannot be used
    4  a result cannot be written, or is there already
    5  a model file is damaged, foreign or too new
    6  an optional library is not installed
    7  the quality or size asked for cannot be reached; nothing was written
    8  of several inputs some could not be used; the others were done
  130  interrupted by Ctrl-C (143: terminated); nothing half-written
  141  the reader of standard output went away

Set COVEY_DEBUG=1 to see the traceback of an error.
"""

INTERRUPTED, TERMINATED, PIPE_CLOSED = 130, 143, 141


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM)."""


class Commands(click.Group):
    """The group ``covey``: recipes from their registry, other commands from ``COMMANDS``."""

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        """Answer to -h, too."""
        return ["-h", "--help"]

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands: recipes first."""
        from covey.recipes._recipe import registry

        return [*registry(), *COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command by its name."""
        if cmd_name in COMMANDS:
            return importlib.import_module(f"covey.cli.{cmd_name}").command
        from covey.recipes._recipe import registry

        recipe = registry().get(cmd_name)
        if recipe is None:
            return None
        if cmd_name in OWN:
            return importlib.import_module(f"covey.cli.{cmd_name}").make_command(recipe)
        from covey.cli.recipe import command_of

        return command_of(recipe)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing those that are not recipes."""
        from covey.recipes._recipe import registry

        rows = [(name, _in_short(recipe.summary)) for name, recipe in registry().items()]
        with formatter.section("Commands"):
            formatter.write_dl([*rows, *COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name, or suggest the nearest."""
        names = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in names:
            hint = nearest(args[0], names) or f" Commands: {', '.join(names)}."
            raise click.UsageError(f"there is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; when standalone, end the process with the exit code."""
        prog_name = prog_name or "covey"
        if not standalone_mode:
            return super().main(
                args,
                prog_name,
                complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
        self._main_shell_completion(extra, prog_name, complete_var)
        sys.exit(self._run(sys.argv[1:] if args is None else list(args), prog_name, extra))

    def _run(self, args: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        """Run a command and return its exit code; every error becomes a line on stderr."""
        try:
            with self.make_context(prog_name, args, **extra) as ctx:
                self.invoke(ctx)
            sys.stdout.flush()
        except click.exceptions.Exit as done:
            return done.exit_code
        except BrokenPipeError:
            return _pipe_closed()
        except BaseException as error:
            if isinstance(error, SystemExit):
                raise
            return _tell(error)
        return 0


def _in_short(summary: str) -> str:
    """Return what a summary says before its colon: one line of the list of commands."""
    return summary.partition(":")[0].removesuffix(".") + "."


def _tell(error: BaseException) -> int:
    """Print one error as a user should see it, and return its exit code."""
    if os.environ.get("COVEY_DEBUG"):
        traceback.print_exception(error)
    if isinstance(error, KeyboardInterrupt | click.Abort) or _caught:
        terminated = isinstance(error, Terminated) or signal.SIGTERM in _caught
        click.echo(f"covey: {'terminated' if terminated else 'interrupted'}", err=True)
        return TERMINATED if terminated else INTERRUPTED
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    if isinstance(error, CoveyError):
        click.echo(f"covey: error: {error}", err=True)
        return error.exit_code
    if isinstance(error, click.ClickException):
        click.echo(f"covey: error: {error.format_message()}", err=True)
        if isinstance(error, click.UsageError):
            path = error.ctx.command_path if error.ctx is not None else "covey COMMAND"
            click.echo(f"Try '{path} --help'.", err=True)
        return error.exit_code
    click.echo(
        f"covey: defect: {type(error).__name__}: {error}\n"
        "This is a defect of Covey, please report it with the command that led here; "
        "COVEY_DEBUG=1 shows where it happened.",
        err=True,
    )
    return 1


def _pipe_closed() -> int:
    """End quietly when the reader of standard output went away, as `head` does."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(devnull, sys.stdout.fileno())  # what is left in the buffer goes nowhere
    except (OSError, ValueError, AttributeError):
        pass
    finally:
        os.close(devnull)
    return PIPE_CLOSED


#: Signals caught so far. A library that is interrupted may raise an error of its own, which
#: must not be told as a defect.
_caught: list[int] = []


def _interrupt(number: int, _frame: FrameType | None) -> NoReturn:
    _caught.append(number)
    raise Terminated if number == signal.SIGTERM else KeyboardInterrupt


@click.command(
    "covey",
    cls=Commands,
    help=HELP,
    epilog=EPILOG,
    context_settings={"max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="covey %(version)s")
def cli() -> None:
    """From a raw file to groups that people can act on."""


def main() -> NoReturn:
    """Run ``covey`` as a process: signals end it cleanly, and output never fails to encode."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup and `&` set it
            signal.signal(number, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    try:
        cli()
    finally:
        # all is done or undone: a late Ctrl-C must not make a failure of it
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise AssertionError("cli() ends the process")


if __name__ == "__main__":
    main()
