"""The one door to all commands: options common to all, and errors for people."""

from __future__ import annotations

import os
import shlex
import sys
from typing import Annotated

import typer

from falloff import __version__
from falloff.core import CostLimitError, FalloffError, RunStoppedError, without_logins

app = typer.Typer(
    name="falloff",
    help="How far from the centre does a smaller model stay good, and what did it keep?",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

INTERRUPTED = 130


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"falloff {__version__}")
        raise typer.Exit


@app.callback()
def common(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show a traceback when something goes wrong.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del debug, version


def main() -> None:
    """Run a command; an error meant for people is printed without a traceback.

    ``--debug`` may stand anywhere on the line.
    """
    from falloff.cli import commands, outlet

    del commands
    outlet.install()
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    if os.environ.get("_FALLOFF_COMPLETE") == "complete_bash":
        from falloff.cli.completing import complete_in_bash

        return complete_in_bash(lambda: app(prog_name="falloff"), os.environ)
    try:
        app(arguments, prog_name="falloff")
    except FalloffError as error:
        if debug:
            raise
        code = _complain(error)
        if isinstance(error, RunStoppedError) and not isinstance(error, CostLimitError):
            print(f"Go on with: {_again(arguments)}", file=sys.stderr)
        sys.exit(code)
    except (KeyboardInterrupt, SystemExit) as end:
        # typer turns an interruption into an exit with this code.
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        print(
            "\nInterrupted. Every answer so far is kept; the same command goes on from there.",
            file=sys.stderr,
        )
        sys.exit(INTERRUPTED)


def _again(arguments: list[str]) -> str:
    """The command as it was typed, but for passwords in addresses and for --fresh."""
    kept = [without_logins(argument) for argument in arguments if argument != "--fresh"]
    return shlex.join(["falloff", *kept])


def _complain(error: FalloffError) -> int:
    """Say what is wrong and how to mend it, on stderr; returns the exit code."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True)
    console.print(Text("Error: ", style="bold red").append(error.message, style="not bold default"))
    if error.remedy:
        console.print(Text(error.remedy, style="dim"))
    return error.exit_code
