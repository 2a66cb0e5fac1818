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
    from falloff.measure.fixed import FixedFit


class Scale(StrEnum):
    LOG = "log"
    LINEAR = "linear"


Column = typer.Option(help="Name of the column. [default: guessed]", rich_help_panel="Columns")


@app.command()
def fit(
    data: Annotated[Path, typer.Argument(help="CSV with columns model, item, level, score.")],
    criterion: Annotated[
        float | None,
        typer.Option("--criterion", help="Score at the edge. [default: half-way above chance]"),
    ] = None,
    chance: Annotated[float, typer.Option("--chance", help="Score of a guess.")] = 0.0,
    scale: Annotated[
        Scale | None,
        typer.Option("--scale", help="Spacing of levels. [default: log if they span over 4x]"),
    ] = None,
    resamples: Annotated[
        int, typer.Option("--resamples", help="Resamples behind the intervals.", min=100)
    ] = 1000,
    seed: options.Seed = 0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the plot there, as SVG.")
    ] = None,
    as_json: options.Json = False,
    model_column: Annotated[str | None, Column] = None,
    item_column: Annotated[str | None, Column] = None,
    level_column: Annotated[str | None, Column] = None,
    score_column: Annotated[str | None, Column] = None,
    weight_column: Annotated[str | None, Column] = None,
) -> None:
    """Curves, edges and paired differences from outcomes in a table, whoever made it.

    One row an answer, or a mean score: 0 to 1, TRUE or FALSE. What the columns were taken for is
    said on stderr.
    """
    from falloff.measure.fixed import FixedDesign, fit_curves
    from falloff.tables import Columns, read_outcomes

    columns = Columns(
        model=model_column,
        item=item_column,
        level=level_column,
        score=score_column,
        weight=weight_column,
    )
    table = read_outcomes(data, columns)
    design = FixedDesign.of(
        models=table.models,
        items=table.items,
        levels=table.levels,
        scores=table.scores,
        weights=table.weights,
    )
    fitted = fit_curves(
        design,
        criterion=criterion,
        chance=chance,
        scale=None if scale is None else scale.value,
        resamples=resamples,
        seed=seed,
    )
    _say([table.said, f"Levels on the scale {fitted.scale.words}.", *fitted.notes])
    _show(fitted, data=data, level=table.columns.level or "level", out=out, as_json=as_json)


def _say(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line, err=True)


def _show(fitted: FixedFit, *, data: Path, level: str, out: Path | None, as_json: bool) -> None:
    """Write the plot, then the numbers to the terminal or as JSON."""
    from falloff.report import write_text
    from falloff.report.charts import line_chart
    from falloff.report.fit_export import fit_as_dict
    from falloff.report.fit_figure import fit_chart
    from falloff.report.fit_listings import fit_listings
    from falloff.report.terminal import render_listings

    if out is not None:
        write_text(out, line_chart(fit_chart(fitted, level_name=level), standalone=True))
    if as_json:
        typer.echo(json.dumps(fit_as_dict(fitted, data=str(data)), allow_nan=False))
        return
    from rich.console import Console

    console = Console()
    render_listings(fit_listings(fitted, ascii_only=console.options.ascii_only), console)
    if out is not None:
        console.print(f"\nPlot: {out}", soft_wrap=True, highlight=False)
