"""watch: follow a run that another process makes, from its file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from falloff.cli import options
from falloff.cli.app import app
from falloff.cli.config import ConfigFile, Noted
from falloff.cli.outlet import nobody_reads
from falloff.cli.progress import Span, line
from falloff.core.naming import short_names

if TYPE_CHECKING:
    from rich.console import Console, Group

    from falloff.report.listings import Listing
    from falloff.watching import Glimpse, Watcher

STOPPED = 3
# Seconds between two looks, and between two plain lines.
_EVERY, _PLAIN_EVERY = 1.0, 5.0
# Lines of a terminal that all but the curves take.
_AROUND_CURVES = 14
_BAR = 20
_ENDS = {
    "done": "The run is done; falloff report shows all of it.",
    "stopped": "Nobody is writing this run, and it is not done: the command that made it goes on.",
}


@app.command()
def watch(
    run: options.OnDisk,
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    config: ConfigFile = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line, whenever there is news.")
    ] = False,
) -> None:
    """Follow a run in progress: answers, rate, time left, what is known so far. Only reads.

    Ends when the run does: exit 0, or 3 where it stopped before it was done. To interrupt it does
    nothing to the run.
    """
    from falloff.watching import Watcher

    watcher = Watcher(run, prices=(config or Noted()).config.prices)
    if once:
        _show_once(watcher.look(patient=True), as_json=as_json)
        return
    show = _json_lines if as_json else _live if sys.stdout.isatty() else _plain_lines
    with suppress(KeyboardInterrupt):
        if show(_looks(watcher)) == "stopped":
            raise typer.Exit(STOPPED)


def _looks(watcher: Watcher) -> Iterator[Glimpse]:
    """Look after look until the run ends, or nobody reads on."""
    while not nobody_reads():
        start = time.monotonic()
        glimpse = watcher.look()
        yield glimpse
        if glimpse.state != "running":
            return
        # A large file takes its time to be counted; most of it is left to the run.
        time.sleep(max(_EVERY, 4 * (time.monotonic() - start)))


def _show_once(glimpse: Glimpse, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(glimpse.as_dict(), allow_nan=False))
        return
    from rich.console import Console

    console = Console()
    console.print(_picture(glimpse, console))


def _json_lines(looks: Iterable[Glimpse]) -> str:
    """One object a line, where anything is new; returns the last state."""
    news, state = None, ""
    for glimpse in looks:
        state = glimpse.state
        done = (state, glimpse.progress.done, glimpse.comparison)
        if done != news:
            news = done
            typer.echo(json.dumps(glimpse.as_dict(), allow_nan=False))
    return state


def _plain_lines(looks: Iterable[Glimpse]) -> str:
    """A line now and then, where anything is new, and at the end how it ended."""
    from falloff.report import headline

    shown, said_at, state = "", -_PLAIN_EVERY, ""
    for glimpse in looks:
        state = glimpse.state
        is_due = time.monotonic() - said_at >= _PLAIN_EVERY or state != "running"
        words = _line(glimpse)
        if is_due and words != shown:
            shown, said_at = words, time.monotonic()
            typer.echo(words)
        if state != "running":
            if glimpse.comparison is not None:
                typer.echo(headline(glimpse.comparison))
            typer.echo(_ENDS[state])
    return state


def _live(looks: Iterable[Glimpse]) -> str:
    """The picture, drawn anew with every look; the last one stays."""
    from rich.console import Console
    from rich.live import Live

    console, state = Console(), ""
    with Live(console=console, auto_refresh=False) as live:
        for glimpse in looks:
            state = glimpse.state
            live.update(_picture(glimpse, console), refresh=True)
    return state


def _picture(glimpse: Glimpse, console: Console) -> Group:
    """Where every model is, the finding so far, and its curves as far as there is room."""
    from rich.console import Group
    from rich.text import Text

    from falloff.report.terminal import so_far

    room = None
    if console.is_terminal:
        room = max(console.height - _AROUND_CURVES - len(glimpse.progress.models), 4)
    models = _models(glimpse, ascii_only=console.options.ascii_only)
    words = _ENDS.get(glimpse.state) or _line(glimpse)
    return Group(so_far(glimpse.comparison, models, console, room=room), Text(""), Text(words))


def _models(glimpse: Glimpse, *, ascii_only: bool) -> Listing:
    """How far every model is, and what it keeps so far, or holds where it is alone."""
    from falloff.report.listings import Listing
    from falloff.report.numerals import DASH, count, percent, percent_interval
    from falloff.report.visible import one_line

    full, empty = "#." if ascii_only else "█░"
    models, estimates = glimpse.progress.models, glimpse.estimates
    names = short_names(model.name for model in models.values())
    kept = "Keeps" if len(models) > 1 else "Holds"

    def bar(done: int, total: int) -> str:
        filled = _BAR * done // total if total else 0
        return f"{full * filled}{empty * (_BAR - filled)} {count(done)} of {count(total)}"

    return Listing(
        title=one_line(str(glimpse.run)),
        heads=("Model", "Answers", "Calls", "Errors", "Solved", kept),
        spare=("Errors", "Calls"),
        rows=tuple(
            (
                one_line(names[model.name]),
                bar(model.done, model.total),
                count(model.calls),
                count(model.errors),
                percent(model.score),
                percent_interval(estimates[role]) if role in estimates else DASH,
            )
            for role, model in models.items()
        ),
    )


def _line(glimpse: Glimpse) -> str:
    known: dict[str, Span] = {
        role: (found.estimate, found.low, found.high)
        for role, found in glimpse.estimates.items()
        if found.estimate is not None and found.low is not None and found.high is not None
    }
    return line(glimpse.progress, known)
