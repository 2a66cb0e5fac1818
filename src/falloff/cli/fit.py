"""fit: curves from anybody's outcomes."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from falloff.cli import options
from falloff.cli.app import app

if TYPE_CHECKING:
    from falloff.outcomes import Fit


class Scale(StrEnum):
    LOG = "log"
    LINEAR = "linear"


Column = typer.Option(help="Name of the column. Default: guessed.", rich_help_panel="Columns")


@app.command()
def fit(
    data: Annotated[Path, typer.Argument(help="CSV with columns model, item, level, score.")],
    criterion: Annotated[
        float | None,
        typer.Option("--criterion", help="Score at the edge. Default: half-way above chance."),
    ] = None,
    chance: Annotated[float, typer.Option("--chance", help="Score of a guess.")] = 0.0,
    scale: Annotated[
        Scale | None,
        typer.Option(
            "--scale",
            help="Spacing of levels. Default: log if they span over 4x.",
            parser=options.one_of(Scale, "scale"),
            metavar="[log|linear]",
        ),
    ] = None,
    resamples: Annotated[
        int, typer.Option("--resamples", help="Resamples behind the intervals of curves.", min=100)
    ] = 1000,
    seed: options.Seed = 0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the plot there, as SVG.")
    ] = None,
    as_json: options.Json = False,
    model_column: Annotated[str | None, Column] = None,
    item_column: Annotated[str | None, Column] = None,
    level_column: Annotated[
        list[str] | None,
        typer.Option(
            help="Name of the column; several for several axes. Default: guessed.",
            rich_help_panel="Columns",
        ),
    ] = None,
    score_column: Annotated[str | None, Column] = None,
    weight_column: Annotated[str | None, Column] = None,
) -> None:
    """Curves, edges and paired differences from outcomes in a table, whoever made it.

    One row an answer, or a mean score: 0 to 1, TRUE or FALSE. What the columns were taken for is
    said on stderr. With several level columns, a region over them instead of a curve.
    """
    import falloff

    fitted = falloff.fit(
        data,
        criterion=criterion,
        chance=chance,
        scale=None if scale is None else scale.value,
        resamples=resamples,
        seed=seed,
        model_column=model_column,
        item_column=item_column,
        level_column=level_column,
        score_column=score_column,
        weight_column=weight_column,
    )
    for line in (fitted.said, fitted.spacing, *fitted.notes):
        typer.echo(line, err=True)
    plots = fitted.plot(out) if out is not None else ()
    if as_json:
        typer.echo(json.dumps(fitted.as_dict(), allow_nan=False))
    else:
        _show(fitted, plots)


def _show(fitted: Fit, plots: tuple[Path, ...]) -> None:
    from rich.console import Console

    from falloff.report.terminal import render_listings

    console = Console()
    render_listings(fitted.listings(ascii_only=console.options.ascii_only), console)
    for plot in plots:
        console.print(f"\nPlot: {plot}", soft_wrap=True, highlight=False)
