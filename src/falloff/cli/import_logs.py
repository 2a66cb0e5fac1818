"""import: models compared by the logs that people have."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from falloff.cli import options
from falloff.cli.app import app

if TYPE_CHECKING:
    from falloff.imported import LogComparison


class Align(StrEnum):
    ID = "id"
    HASH = "hash"


Column = typer.Option(help="Name of the CSV column. Default: guessed.", rich_help_panel="CSV")


@app.command(name="import")
def import_logs(
    logs: Annotated[
        list[str],
        typer.Argument(help="Files or folders, PATH or NAME=PATH: samples_*.jsonl, .eval, .csv."),
    ],
    reference: Annotated[
        str | None,
        typer.Option("--reference", "--teacher", help="Compare with it. Default: the first."),
    ] = None,
    align: Annotated[
        Align | None,
        typer.Option(
            "--align",
            help="Items by id or by hash. Default: by hash if there is one.",
            parser=options.one_of(Align, "way to align"),
            metavar="[id|hash]",
        ),
    ] = None,
    metric: Annotated[
        str | None, typer.Option("--metric", help="Metric or scorer. Default: the first.")
    ] = None,
    filter_name: Annotated[
        str | None, typer.Option("--filter", help="lm-eval's filter. Default: the first.")
    ] = None,
    level: Annotated[
        str | None,
        typer.Option("--level", help="Column or key of the level, or novelty; for curves."),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option("--group", help="Column or key of what belongs together: resampled as one."),
    ] = None,
    chance: Annotated[
        float | None, typer.Option("--chance", help="Score of a guess. Default: 0, and said.")
    ] = None,
    train_data: options.TrainData = None,
    view: options.View = None,
    model_column: Annotated[str | None, Column] = None,
    item_column: Annotated[str | None, Column] = None,
    score_column: Annotated[str | None, Column] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write the comparison there, as an HTML page.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Compare models by logs of lm-evaluation-harness or Inspect, or by CSV. Nothing is asked.

    What was taken for what, and what had to be assumed, is said on stderr.
    """
    import falloff
    from falloff.report.log_listings import sentences

    named = {"model": model_column, "item": item_column, "score": score_column}
    found = falloff.compare_logs(
        logs,
        reference=reference,
        align=None if align is None else align.value,
        metric=metric,
        filter=filter_name,
        level=level,
        group=group,
        chance=chance,
        train_data=train_data,
        view=view,
        columns={role: name for role, name in named.items() if name},
    )
    for line in sentences([*found.notes, *(f"Assumed: {line}" for line in found.assumed)]):
        typer.echo(line, err=True)
    if report is not None:
        typer.echo(f"Report: {found.report(report)}", err=True)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), allow_nan=False))
    else:
        _show(found)


def _show(found: LogComparison) -> None:
    from rich.console import Console

    from falloff.report.terminal import render_listings

    console = Console()
    render_listings(found.listings(ascii_only=console.options.ascii_only), console)
