"""diff: two runs beside each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from falloff.cli import completing, options
from falloff.cli.app import app


@app.command()
def diff(
    run_a: Annotated[Path, typer.Argument(help="The run before.", autocompletion=completing.runs)],
    run_b: Annotated[Path, typer.Argument(help="The run after.", autocompletion=completing.runs)],
    as_json: options.Json = False,
) -> None:
    """Say what changed from one run to another: retention, families, edges, probes flipped.

    Models are matched by name, then by order. Every difference has its interval.
    """
    import falloff
    from falloff.report.diff_export import diff_as_dict

    change = falloff.open_run(run_a).changed_to(falloff.open_run(run_b))
    if as_json:
        typer.echo(json.dumps(diff_as_dict(change), allow_nan=False))
        return
    from rich.console import Console

    from falloff.report.terminal import render_diff

    render_diff(change, Console())
