"""log: the finding where a team keeps its experiments."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from falloff.cli import completing, options
from falloff.cli.app import app
from falloff.cli.config import ConfigFile, Noted


@app.command()
def log(
    run: options.OnDisk,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="mlflow, or wandb for Weights & Biases.",
            autocompletion=completing.trackers,
        ),
    ],
    project: Annotated[
        str, typer.Option("--project", help="Its project; MLflow calls it an experiment.")
    ] = "falloff",
    config: ConfigFile = None,
    as_json: options.Json = False,
) -> None:
    """Log a run to MLflow or Weights & Biases: every number with its bounds, and the report.

    Each student is a run there. Address and keys are those of the tracker's own environment
    variables: MLFLOW_TRACKING_URI, WANDB_API_KEY; with WANDB_MODE=offline it stays here.
    """
    import falloff
    from falloff.tracking import log_run

    opened = falloff.open_run(run, prices=(config or Noted()).config.prices)
    logged = log_run(opened, to, project=project)
    if as_json:
        typer.echo(json.dumps({"to": to, "project": project, "runs": list(map(asdict, logged))}))
        return
    for each in logged:
        typer.echo(f"{each.name}: {each.numbers} numbers and the report, {each.where}")
