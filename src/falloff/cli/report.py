"""report: show a run that is on disk."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from falloff.cli import options
from falloff.cli.app import app
from falloff.cli.config import ConfigFile, Noted
from falloff.cli.novelty import say_novelty, write_safe_region


class Format(StrEnum):
    HTML = "html"
    MARKDOWN = "markdown"
    TERMINAL = "terminal"


@app.command()
def report(
    run: options.OnDisk,
    out: options.Out = None,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="A page, Markdown, or the finding right here.",
            parser=options.one_of(Format, "format"),
            metavar="[html|markdown|terminal]",
        ),
    ] = Format.HTML,
    probes: options.RunProbes = None,
    train_data: options.TrainData = None,
    traffic: options.Traffic = None,
    view: options.View = None,
    safe_region: options.SafeRegion = None,
    transcripts: Annotated[
        Path | None,
        typer.Option(help="A new folder for pages with every transcript that differs."),
    ] = None,
    geometry: Annotated[
        Path | None,
        typer.Option(help="What lab geometry --json wrote of this run, for a table of it."),
    ] = None,
    config: ConfigFile = None,
    as_json: options.Json = False,
) -> None:
    """Show a run that is on disk, finished or not, without asking anything."""
    import falloff
    from falloff.core import UsageError

    if transcripts is not None and (as_json or form is not Format.HTML):
        raise UsageError(
            "Transcripts go with the page, not with --json or another format.",
            remedy="Leave --transcripts out, or ask for the page.",
        )
    if geometry is not None and as_json:
        raise UsageError(
            "Geometry goes with a report, not with --json.",
            remedy="Leave --geometry out; its own file is JSON.",
        )
    noted = config or Noted()
    opened = falloff.open_run(
        run,
        probes=None if noted.decided("probes") else probes,
        train_data=train_data,
        traffic=traffic,
        view=view,
        prices=noted.config.prices,
    )
    say_novelty(opened)
    write_safe_region(opened, safe_region)
    if as_json:
        typer.echo(json.dumps(opened.as_dict(), allow_nan=False))
        return
    from rich.console import Console

    from falloff.report import headline, markdown_report, render, write_text

    if form is not Format.HTML:
        comparison, novelty, standing = opened.comparison, opened.novelty, opened.standing
        clouds = () if geometry is None else opened.geometry(geometry)
    if form is Format.TERMINAL:
        render(comparison, Console(), novelty, standing=standing, geometry=clouds)
    elif form is Format.MARKDOWN:
        text = markdown_report(comparison, novelty, standing=standing, geometry=clouds)
        if out is None:
            typer.echo(text)
            return
        written = write_text(out, text)
        typer.echo(f"{headline(opened.comparison)}\n{written}")
    else:
        written = opened.report(
            out or run.with_suffix(".html"), transcripts=transcripts, geometry=geometry
        )
        typer.echo(f"{headline(opened.comparison)}\n{written}")
